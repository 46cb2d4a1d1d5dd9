// Two people, from a name on a form to a conversation.
import { expect, test } from '../helpers/story';
import { direct, say } from '../helpers/wire';

test('two people sign up, find each other, and talk both ways', async ({ myna }) => {
  const lena = await myna.visitor('Lena Novak');
  const ada = await myna.visitor('Ada Byron');
  await lena.signUp();
  await ada.signUp();

  await lena.find('Ada Byron', 'ada');
  await lena.say('Did the parts arrive?');
  await lena.seesDelivered('Did the parts arrive?');

  await ada.open('Lena Novak');
  await ada.sees('Did the parts arrive?');
  await ada.say('They did', 'All but the viola');
  await lena.sees('They did', 'All but the viola');
  await lena.seesRead('Did the parts arrive?');

  const all = ['Did the parts arrive?', 'They did', 'All but the viola'];
  await lena.seesExactly(all);
  await ada.seesExactly(all);
});

test('Delivered stands under the last message, and Read under the last that was read', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.seesDelivered('two');
  await expect(lena.bubble('one').locator('.status')).toHaveCount(0);

  await ada.open('Lena');
  await lena.seesRead('two');
  await ada.page.goto('/');
  await ada.isIn();
  await lena.say('three');
  await lena.seesDelivered('three');
  await lena.seesRead('two');
  await expect(lena.messages.locator('.status')).toHaveCount(2);
});

test('typing is seen while it goes on, and ends with the message or without one', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('How was it?');
  await ada.open('Lena');

  await ada.types('Hm');
  await lena.seesTyping('Ada');
  await ada.composer.fill('');
  await lena.seesNobodyTyping();

  await ada.types('It was');
  await lena.seesTyping('Ada');
  await ada.say('It was wonderful');
  await lena.sees('It was wonderful');
  await lena.seesNobodyTyping();
});

test('what comes while one is elsewhere is counted, until it is read', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  await ada.find('Bea');
  await ada.say('Hello Bea');
  await lena.find('Ada');
  await lena.say('one');
  await ada.seesUnread('Lena', 1);
  await lena.say('two', 'three');
  await ada.seesUnread('Lena', 3);
  await expect(ada.page).toHaveTitle('(1) Bea');
  await expect(ada.row('Lena').locator('.row-preview')).toHaveText('three');
  // Being elsewhere is not reading.
  await lena.seesDelivered('three');

  await ada.open('Lena');
  await ada.seesUnread('Lena', 0);
  await expect(ada.page).toHaveTitle('Lena');
  await lena.seesRead('three');
  // What is read stays read, on the server too.
  await ada.goto('/');
  await ada.seesUnread('Lena', 0);
  await bea.seesUnread('Ada', 1);
});

test('the conversation spoken in last stands first in the list', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  await ada.find('Lena');
  await ada.say('from Ada');
  await bea.find('Lena');
  await bea.say('from Bea');
  const titles = lena.conversations.locator('.row-title');
  await expect(titles).toHaveText(['Bea', 'Ada']);
  await ada.say('from Ada again');
  await expect(titles).toHaveText(['Ada', 'Bea']);
});

test('messages stand in runs: each side its own, the tail on the last', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await say(lena, conversation, 'one', 'two', 'three');
  await say(ada, conversation, 'four', 'five');
  await lena.goto(`/c/${conversation}`);
  await lena.say('six');

  const sides = { one: 'mine', two: 'mine', three: 'mine', four: 'theirs', five: 'theirs', six: 'mine' };
  await lena.seesExactly(Object.keys(sides));
  for (const [text, side] of Object.entries(sides)) await expect(lena.bubble(text)).toHaveClass(new RegExp(`\\b${side}\\b`));
  const withTail = lena.messages.locator('.bubble.tail > p');
  await expect(withTail).toHaveText(['three', 'five', 'six']);
  await expect(lena.messages.locator('.line.first .bubble > p')).toHaveText(['one', 'four', 'six']);
  // The other sees the same from the other side.
  await ada.goto(`/c/${conversation}`);
  await expect(ada.messages.locator('.line.mine .bubble > p')).toHaveText(['four', 'five']);
  await expect(ada.messages.getByText('Today')).toBeVisible();
});

test('a reload keeps everything', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Before', 'the reload');
  await lena.hasSentAll();
  await lena.reload();
  await lena.seesExactly(['Before', 'the reload']);
  await lena.seesDelivered('the reload');
  await lena.say('after it');
  await ada.open('Lena');
  await ada.seesExactly(['Before', 'the reload', 'after it']);
});

test('an address of a conversation brings its messages with the page itself, before any script', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await say(lena, conversation, 'Is this in the page?');

  const sent = await (await ada.context.request.get(`/c/${conversation}`)).text();
  const html = sent.replaceAll(/<!(--.*?--)?>/g, '');
  expect(html).toContain('<p dir="auto">Is this in the page?</p>');
  expect(html).toContain('<h1 dir="auto">Lena</h1>');

  const plain = await myna.visitor('Ada', { javaScriptEnabled: false, storageState: await ada.context.storageState() });
  await plain.goto(`/c/${conversation}`);
  await plain.sees('Is this in the page?');
  await expect(plain.row('Lena')).toBeVisible();
});
