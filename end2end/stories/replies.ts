// Replies: what they answer, the way to it, and a thread alone.
import type { Locator } from '@playwright/test';
import type { Person } from '../helpers/people';
import { PHONE, expect, test } from '../helpers/story';
import { channel, direct, group, reply, say } from '../helpers/wire';

async function choose(person: Person, text: string, item: string): Promise<void> {
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: item, exact: true }).click();
  await expect(person.page.getByRole('menu')).toHaveCount(0);
}

async function replies(person: Person, to: string, text: string): Promise<void> {
  await choose(person, to, 'Reply');
  await expect(person.composer).toBeFocused();
  await person.say(text);
}

/** What stands above a reply. */
function quote(person: Person, text: string): Locator {
  return person.bubble(text).locator('.quote');
}

/** The link below a message. */
function count(person: Person, text: string): Locator {
  return person.bubble(text).locator('.replies');
}

function thread(person: Person): Locator {
  return person.page.getByRole('region', { name: 'Thread' });
}

test('a reply shows what it answers to both, live and after reloading, and the message says how many it has', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Shall we meet at eight?', 'Or at nine?');
  await lena.hasSentAll();
  await ada.open('Lena');
  await choose(ada, 'Shall we meet at eight?', 'Reply');
  await expect(ada.page.getByText('Replying to Lena')).toBeVisible();
  await expect(ada.composer).toHaveAccessibleDescription(/Replying to Lena Shall we meet at eight\?/);
  await ada.say('Eight is fine');
  await expect(ada.page.getByText('Replying to Lena')).toHaveCount(0);
  for (const person of [ada, lena]) {
    const by = person === ada ? 'Lena' : 'you';
    await expect(quote(person, 'Eight is fine')).toHaveAccessibleName(`In reply to ${by}: Shall we meet at eight?`);
    await expect(count(person, 'Shall we meet at eight?')).toHaveText('1 reply');
  }
  await ada.say('And nine is late');
  await expect(quote(ada, 'And nine is late')).toHaveCount(0);
  await replies(lena, 'Shall we meet at eight?', 'Eight it is');
  await expect(count(ada, 'Shall we meet at eight?')).toHaveText('2 replies');
  await expect(count(ada, 'Or at nine?')).toHaveCount(0);
  for (const person of [ada, lena]) {
    await person.reload();
    await expect(count(person, 'Shall we meet at eight?')).toHaveText('2 replies');
    await expect(quote(person, 'Eight it is')).toContainText('Shall we meet at eight?');
  }
});

test('a reply can be given up, survives a reload before it is sent, and is written by keys alone', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.hasSentAll();
  await ada.open('Lena');
  await choose(ada, 'one', 'Reply');
  await ada.composer.press('Escape');
  await expect(ada.page.getByText('Replying to Lena')).toHaveCount(0);
  await ada.say('plain');
  await expect(quote(ada, 'plain')).toHaveCount(0);

  // An edit that is half written stays.
  await ada.hasSentAll();
  await ada.composer.press('ArrowUp');
  await ada.types('er');
  await expect(ada.composer).toHaveValue('plainer');
  // It is there for two seconds.
  const told = ada.page.getByText('Finish or cancel your edit first.').waitFor();
  await choose(ada, 'one', 'Reply');
  await told;
  await expect(ada.composer).toHaveValue('plainer');
  await ada.composer.press('Escape');

  // Up to the message, R, and the words.
  await choose(ada, 'two', 'Reply');
  await ada.page.getByRole('button', { name: 'Cancel reply' }).click();
  await expect(ada.composer).toBeFocused();
  await ada.page.keyboard.press('Shift+Tab');
  await ada.message('two').focus();
  await ada.page.keyboard.press('r');
  await expect(ada.page.getByText('Replying to Lena')).toBeVisible();
  await expect(ada.composer).toBeFocused();
  await ada.types('half');
  await ada.reload();
  await expect(ada.page.getByText('Replying to Lena')).toBeVisible();
  await expect(ada.composer).toHaveValue('half');
  await ada.composer.press('End');
  await ada.types(' and whole');
  await ada.composer.press('Enter');
  await expect(quote(lena, 'half and whole')).toContainText('two');
  await ada.reload();
  await expect(ada.page.getByText('Replying to Lena')).toHaveCount(0);
});

test('a reply written without a connection arrives once, as a reply', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Are you there?');
  await lena.hasSentAll();
  await ada.open('Lena');
  await myna.server.stop();
  await Promise.all([lena.seesTheConnectionLost(), ada.seesTheConnectionLost()]);
  await replies(ada, 'Are you there?', 'In a tunnel');
  await expect(quote(ada, 'In a tunnel')).toContainText('Are you there?');
  // It is kept across tabs, with what it answers.
  await ada.page.close();
  await myna.server.restart();
  const later = await ada.tab();
  await later.goto('/');
  await later.open('Lena');
  await lena.reconnects();
  await later.hasSentAll();
  await expect(quote(lena, 'In a tunnel')).toContainText('Are you there?');
  await expect(count(lena, 'Are you there?')).toHaveText('1 reply');
  await lena.seesExactly(['Are you there?', 'In a tunnel']);
});

test('the quote leads to the message, also where that is far away and not loaded', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(lena, talk, 'The very first', ...Array.from({ length: 320 }, (_, number) => `filler ${number}`));
  await reply(ada, talk, 1, 'An answer to the first');
  await lena.goto(`/c/${talk}`);
  const first = quote(lena, 'An answer to the first');
  await expect(first).toHaveAccessibleName('In reply to you: The very first');
  await first.click();
  await expect(lena.message('The very first')).toBeInViewport();
  await expect(lena.message('The very first')).toBeFocused();
  await expect(count(lena, 'The very first')).toHaveText('1 reply');
  await lena.latest.click();
  await expect(lena.message('An answer to the first')).toBeInViewport();
  // One that is in sight is pointed at as well.
  await replies(lena, 'An answer to the first', 'Thanks');
  await quote(lena, 'Thanks').click();
  await expect(lena.message('An answer to the first')).toBeFocused();
});

test('what was edited or unsent is so in every quote', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await lena.goto(`/c/${talk}`);
  await ada.goto(`/c/${talk}`);
  await lena.say('The code is 4711');
  await lena.hasSentAll();
  await replies(ada, 'The code is 4711', 'Got it');
  await choose(lena, 'The code is 4711', 'Edit');
  await lena.composer.fill('The code is 0815');
  await lena.composer.press('Enter');
  await expect(quote(ada, 'Got it')).toContainText('The code is 0815');
  // Not held any more but in the quote.
  await say(lena, talk, ...Array.from({ length: 120 }, (_, number) => `filler ${number}`));
  await reply(ada, talk, 1, 'Still got it');
  await ada.reload();
  await expect(quote(ada, 'Still got it')).toContainText('The code is 0815');
  await lena.goto(`/c/${talk}/1`);
  await choose(lena, 'The code is 0815', 'Undo Send');
  await expect(quote(ada, 'Still got it')).toHaveText('This message was unsent.');
  await expect(ada.page.locator('body')).not.toContainText('The code is 0815');
  await ada.reload();
  await expect(quote(ada, 'Still got it')).toHaveText('This message was unsent.');
  expect(await ada.page.content()).not.toContain('0815');
});

test('a thread alone has its replies live, hides the rest, and what is written there belongs to it', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const trip = await group('Trip', lena, ada, bea);
  for (const person of [lena, ada, bea]) await person.goto(`/c/${trip}`);
  await lena.say('Where to?', 'And when?');
  await lena.hasSentAll();
  await replies(ada, 'Where to?', 'To the sea');
  await count(lena, 'Where to?').getByRole('button').click();
  await expect(thread(lena)).toBeVisible();
  await expect(lena.composer).toBeFocused();
  await expect(thread(lena).getByText('1 reply')).toBeVisible();
  await lena.seesExactly(['Where to?', 'To the sea']);
  await ada.say('Not in the thread');
  await replies(bea, 'To the sea', 'The sea is cold');
  await lena.seesExactly(['Where to?', 'To the sea', 'The sea is cold']);
  // A reply to a reply says which.
  await expect(quote(lena, 'The sea is cold')).toHaveAccessibleName('In reply to Ada: To the sea');
  // What is hidden is not read.
  await expect(lena.row('Trip').locator('.badge')).toHaveText(/unread/);
  await lena.say('The mountains then');
  await lena.seesExactly(['Where to?', 'To the sea', 'The sea is cold', 'The mountains then']);
  await expect(quote(bea, 'The mountains then')).toHaveAccessibleName('In reply to Lena: Where to?');
  await expect(thread(lena).getByText('3 replies')).toBeVisible();
  // Its quotes lead to each other.
  await quote(lena, 'The sea is cold').click();
  await expect(lena.message('To the sea')).toBeFocused();
  // Its messages can be reacted to, edited and unsent there.
  await lena.message('The sea is cold').dblclick();
  await lena.page.getByRole('menuitemradio', { name: 'Dislike' }).click();
  await expect(bea.bubble('The sea is cold').locator('.badges')).toBeVisible();
  await choose(lena, 'The mountains then', 'Edit');
  await lena.composer.fill('The hills then');
  await lena.composer.press('Enter');
  await bea.sees('The hills then');
  await choose(lena, 'The hills then', 'Undo Send');
  await lena.seesExactly(['Where to?', 'To the sea', 'The sea is cold', 'You unsent a message.']);
  await expect(count(bea, 'Where to?')).toHaveText('2 replies');

  // It has a draft of its own.
  await lena.types('Or a ');
  await lena.composer.press('Escape');
  await expect(thread(lena)).toHaveCount(0);
  await expect(lena.composer).toBeFocused();
  await expect(lena.composer).toHaveValue('');
  await lena.sees('Not in the thread');
  await lena.seesUnread('Trip', 0);
  await lena.types('Hello all');
  await lena.reload();
  await expect(lena.composer).toHaveValue('Hello all');
  await count(lena, 'Where to?').getByRole('button').click();
  await expect(lena.composer).toHaveValue('Or a ');
  await lena.composer.press('End');
  await lena.types('lake');
  await lena.composer.press('Enter');
  await expect(quote(ada, 'Or a lake')).toHaveAccessibleName('In reply to Lena: Where to?');
  await lena.composer.press('Escape');
  await expect(lena.composer).toHaveValue('Hello all');
  await lena.say('Outside again');
  await expect(quote(ada, 'Outside again')).toHaveCount(0);
});

test('a long thread comes in pages, and leads back to where it began', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await channel('Long threads', lena, ada);
  await say(ada, talk, 'The question');
  await reply(ada, talk, 1, ...Array.from({ length: 70 }, (_, number) => `answer ${number + 1}`));
  await say(lena, talk, ...Array.from({ length: 60 }, (_, number) => `filler ${number}`));
  await lena.goto(`/c/${talk}/30`);
  await choose(lena, 'answer 29', 'Show Thread');
  await expect(thread(lena).getByText('70 replies')).toBeVisible();
  await lena.sees('The question', 'answer 70');
  await expect(lena.message('answer 70')).toBeInViewport();
  await thread(lena).getByRole('button', { name: 'Earlier replies' }).click();
  await expect(lena.message('answer 1')).toHaveCount(1);
  await expect(thread(lena).getByRole('button', { name: 'Earlier replies' })).toHaveCount(0);
  await lena.seesExactly(['The question', ...Array.from({ length: 70 }, (_, number) => `answer ${number + 1}`)]);
  await thread(lena).getByRole('button', { name: 'Go to message' }).click();
  await expect(thread(lena)).toHaveCount(0);
  await expect(lena.message('The question')).toBeFocused();
  // By keys alone: from a message to its thread, and back.
  await lena.page.keyboard.press('Enter');
  await lena.page.getByRole('menuitem', { name: 'Show Thread' }).focus();
  await lena.page.keyboard.press('Enter');
  await expect(thread(lena)).toBeVisible();
  await lena.composer.press('ArrowUp');
  await expect(lena.message('answer 70')).toBeFocused();
  await lena.page.keyboard.press('ArrowUp');
  await expect(lena.message('answer 69')).toBeFocused();
  await lena.page.keyboard.press('Escape');
  await expect(thread(lena)).toHaveCount(0);
});

test('what comes behind a thread is still to be read when it closes', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(ada, talk, ...Array.from({ length: 30 }, (_, number) => `before ${number}`));
  await reply(ada, talk, 30, 'an answer');
  await lena.goto(`/c/${talk}`);
  await lena.latest.click();
  await expect(lena.message('an answer')).toBeInViewport();
  await lena.seesUnread('Ada', 0);
  await count(lena, 'before 29').getByRole('button').click();
  await expect(thread(lena)).toBeVisible();
  await say(ada, talk, ...Array.from({ length: 100 }, (_, number) => `after ${number}`));
  await lena.seesUnread('Ada', 100);
  await lena.composer.press('Escape');
  await expect(lena.message('an answer')).toBeInViewport();
  // The first of them may be in sight.
  await expect(lena.latest).toHaveAccessibleName(/, (99|100) new/);
  await expect(lena.row('Ada').locator('.badge')).toHaveText(/unread/);
  await lena.latest.click();
  await lena.seesUnread('Ada', 0);
});

test('a thread is up to date after a lost connection', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(lena, talk, 'The question');
  await reply(ada, talk, 1, 'first');
  await lena.goto(`/c/${talk}`);
  await count(lena, 'The question').getByRole('button').click();
  await lena.seesExactly(['The question', 'first']);
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await lena.say('second');
  await myna.server.restart();
  await lena.reconnects();
  await lena.hasSentAll();
  await reply(ada, talk, 2, 'third');
  await lena.seesExactly(['The question', 'first', 'second', 'third']);
  await ada.goto(`/c/${talk}`);
  await ada.seesExactly(['The question', 'first', 'second', 'third']);
  await expect(count(ada, 'The question')).toHaveText('3 replies');
});

test('on a phone a message that is pulled aside is replied to', async ({ myna }) => {
  const ada = await myna.person('Ada');
  const lena = await myna.person('Lena', PHONE);
  const talk = await direct(ada, lena);
  await say(ada, talk, 'Pull me');
  await lena.goto(`/c/${talk}`);
  // Taken once: while it slides back it is elsewhere.
  const box = (await lena.message('Pull me').boundingBox())!;
  const pull = async (by: number) => {
    const touches = await lena.context.newCDPSession(lena.page);
    const [x, y] = [box.x + 20, box.y + box.height / 2];
    await touches.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    for (const part of [0.3, 0.6, 1]) await touches.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: x + by * part, y }] });
    await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await pull(30);
  await pull(-80);
  await expect(lena.page.getByText('Replying to Ada')).toHaveCount(0);
  await pull(80);
  await expect(lena.page.getByText('Replying to Ada')).toBeVisible();
  // A tap so soon after a drag would only end its momentum.
  await lena.composer.fill('Pulled');
  await lena.send.click();
  await ada.goto(`/c/${talk}`);
  await expect(quote(ada, 'Pulled')).toContainText('Pull me');
  await count(lena, 'Pull me').getByRole('button').click();
  await expect(thread(lena)).toBeVisible();
  await thread(lena).getByRole('button', { name: 'Close thread' }).click();
  await expect(thread(lena)).toHaveCount(0);
});
