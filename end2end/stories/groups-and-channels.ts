// Conversations of more than two, of everybody, of one, and of nobody.
import { expect, test } from '../helpers/story';
import type { Person } from '../helpers/people';
import { channel, direct, group, newId, say } from '../helpers/wire';

test('three people talk in a group, each under their name', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.writeTo(['Ada', 'Bea'], 'String Quartet');
  await expect(lena.title).toHaveText('String Quartet');
  await lena.say('Saturday at six?');
  await ada.open('String Quartet');
  await ada.say('Yes', 'I bring the scores');
  await bea.open('String Quartet');
  await bea.say('And I the cake');

  await lena.seesExactly(['Saturday at six?', 'Yes', 'I bring the scores', 'And I the cake']);
  // The name above the first of a run, the picture beside the last; one's own have neither.
  await expect(lena.messages.locator('.sender')).toHaveText(['Ada', 'Bea']);
  await expect(lena.bubble('Yes').locator('.sender')).toHaveText('Ada');
  await expect(lena.bubble('Yes').locator('.avatar')).toHaveCount(0);
  await expect(lena.bubble('I bring the scores').locator('.avatar')).toHaveText('A');
  await expect(lena.bubble('Saturday at six?').locator('.sender, .avatar')).toHaveCount(0);
  await expect(lena.row('String Quartet').locator('.row-preview')).toHaveText('Bea: And I the cake');
  // Nobody asks who has read what in a group.
  await expect(lena.messages.locator('.status')).toHaveCount(0);

  await bea.types('Or');
  await ada.seesTyping('Bea');
  await lena.seesTyping('Bea');
});

test('a group without a name is called after the people in it', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.writeTo(['Ada', 'Bea']);
  await expect(lena.title).toHaveText('Ada & Bea');
  await lena.say('Hello you two');
  await expect(ada.row('Bea & Lena').locator('.row-preview')).toHaveText('Lena: Hello you two');
});

test('the details say who is in it, and who leaves hears nothing more', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const quartet = await group('Quartet', lena, ada, bea);
  const aside = await direct(lena, bea);
  await lena.goto(`/c/${quartet}`);
  await lena.say('before');
  await bea.open('Quartet');
  await bea.sees('before');

  await bea.page.getByRole('button', { name: 'Details' }).click();
  const details = bea.page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('listitem')).toContainText(['Ada', 'Bea (you)', 'Lena']);
  // One is asked first, and may think again.
  await details.getByRole('button', { name: 'Leave conversation' }).click();
  const question = bea.page.getByRole('alertdialog', { name: 'Leave “Quartet”?' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await bea.page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(details.getByRole('button', { name: 'Leave conversation' })).toBeFocused();
  await bea.leave();
  await expect(bea.row('Quartet')).toHaveCount(0);
  await lena.seesNotice('Bea left');

  await lena.say('after');
  await ada.open('Quartet');
  await ada.sees('after');
  // What is said later elsewhere has come: what was said before it would have come too.
  await say(lena, aside, 'just you and me');
  await bea.seesUnread('Lena', 1);
  await expect(bea.row('Quartet')).toHaveCount(0);
  await bea.goto(`/c/${quartet}`);
  await expect(bea.page.getByRole('heading', { name: 'Conversation not found' })).toBeVisible();
  await expect(bea.page.getByText('after')).toHaveCount(0);
});

test('a channel is made, found, joined, talked in and left', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.page.getByRole('link', { name: 'Channels' }).click();
  await lena.isAt('/channels');
  await expect(lena.page.getByText('There are no channels yet.')).toBeVisible();
  await lena.page.getByLabel('Find or create a channel').fill('announcements');
  await lena.page.getByRole('button', { name: 'Create channel' }).click();
  await lena.isAt(/^\/c\//);
  await lena.say('The hall is booked');
  await lena.hasSentAll();

  await ada.search.fill('anno');
  await ada.conversations.getByRole('button', { name: /announcements/ }).click();
  await expect(ada.title).toHaveText('announcements');
  await ada.sees('The hall is booked');
  await lena.seesNotice('Ada joined');
  await ada.say('Thank you');
  await lena.sees('Thank you');

  await ada.leave();
  await expect(ada.row('announcements')).toHaveCount(0);
  await lena.seesNotice('Ada left');

  await ada.page.getByRole('link', { name: 'Channels' }).click();
  await ada.page.getByRole('button', { name: 'Join announcements' }).click();
  await expect(ada.title).toHaveText('announcements');
  await ada.page.getByRole('link', { name: 'Channels' }).click();
  await ada.page.getByRole('link', { name: 'Open announcements' }).click();
  await ada.sees('Thank you');
});

test('a note to self is a conversation with oneself', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.writeTo(['Lena']);
  await expect(lena.title).toHaveText('Note to self');
  await lena.say('rosin, A string, 4 stands');
  await lena.hasSentAll();
  await lena.reload();
  await lena.sees('rosin, A string, 4 stands');
  await expect(lena.messages.locator('.status')).toHaveCount(0);
  await lena.seesUnread('Note to self', 0);
});

test('the same two people always have the same conversation', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Here');
  await lena.hasSentAll();
  const place = lena.path;
  await lena.writeTo(['Ada']);
  expect(lena.path).toBe(place);
  await ada.writeTo(['Lena']);
  expect(ada.path).toBe(place);
  await ada.sees('Here');
});

test('somebody else’s conversation looks like one that does not exist', async ({ myna }) => {
  const [lena, ada, eve] = await myna.people('Lena', 'Ada', 'Eve');
  const theirs = await direct(lena, ada);
  await say(lena, theirs, 'Nobody else should see this');
  for (const id of [theirs, await group('Theirs', lena, ada), newId()]) {
    await eve.goto(`/c/${id}`);
    await expect(eve.page.getByRole('heading', { name: 'Conversation not found' })).toBeVisible();
    expect(await eve.page.content()).not.toContain('Nobody else should see this');
  }
  await eve.page.getByRole('link', { name: 'Go to your conversations' }).click();
  await eve.isAt('/');
});

test('a channel one is not in is not read by its address', async ({ myna }) => {
  const [lena, eve] = await myna.people('Lena', 'Eve');
  const id = await channel('open house', lena);
  await say(lena, id, 'Come in first');
  await eve.goto(`/c/${id}`);
  await expect(eve.page.getByRole('heading', { name: 'Conversation not found' })).toBeVisible();
});

test('an address that leads nowhere says so', async ({ myna }) => {
  myna.console.allow(/status of 404 \(Not Found\)/);
  const lena = await myna.person('Lena');
  for (const path of ['/nowhere', '/c', '/sign-in/please', '/pkg/nothing.js', '/..%2f..%2fetc%2fpasswd']) {
    expect((await lena.context.request.get(path)).status(), path).toBe(404);
  }
  await lena.goto('/nowhere');
  await expect(lena.page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await lena.page.getByRole('link', { name: 'Go to your conversations' }).click();
  await lena.isAt('/');
  await lena.isIn();
});

test('a refused leave and a refused join are told', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await channel('hall', ada);
  const quartet = await group('Quartet', lena, ada);
  await lena.page.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const { type, request } = JSON.parse(String(frame));
      if (type !== 'leave' && type !== 'join') return server.send(frame);
      socket.send(JSON.stringify({ type: 'rejected', request, code: 'not_allowed', text: 'not today' }));
    });
  });
  await lena.goto(`/c/${quartet}`);
  await lena.page.getByRole('button', { name: 'Details' }).click();
  await lena.details.getByRole('button', { name: 'Leave conversation' }).click();
  await lena.page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
  const refusal = lena.page.getByRole('alert');
  await expect(refusal).toContainText('You’re not allowed to do this here.');
  await lena.isAt(`/c/${quartet}`);
  await lena.details.getByRole('button', { name: 'Close' }).click();
  await lena.search.fill('hall');
  await lena.conversations.getByRole('button', { name: /hall/ }).click();
  await expect(refusal).toContainText('You’re not allowed to do this here.');
  await refusal.getByRole('button', { name: 'Dismiss' }).click();
  await lena.goto('/channels');
  await lena.page.getByRole('button', { name: 'Join hall' }).click();
  await expect(refusal).toContainText('You’re not allowed to do this here.');
});

test('people are added to a group, see what was said, and come back after leaving', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const quartet = await group('Quartet', lena, ada);
  await lena.goto(`/c/${quartet}`);
  await lena.say('before Bea');
  await lena.hasSentAll();
  const add = async (person: Person, name: string) => {
    if ((await person.details.count()) === 0) await person.page.getByRole('button', { name: 'Details' }).click();
    await person.details.getByRole('button', { name: 'Add people' }).click();
    const dialog = person.page.getByRole('dialog', { name: 'Add people' });
    await expect(dialog).toContainText('read all earlier messages');
    // Who is in it already is said to be.
    await expect(dialog.getByRole('option', { name })).toBeVisible();
    await expect(dialog.getByRole('option', { name: 'Lena' })).toContainText('Already a member');
    await dialog.getByRole('option', { name: 'Lena' }).click({ force: true });
    await expect(dialog.getByRole('button', { name: 'Add', exact: true })).toBeDisabled();
    await dialog.getByLabel('To:').fill(name);
    await expect(dialog.getByRole('option').locator('.row-title')).toHaveText([name]);
    await person.page.keyboard.press('Enter');
    await expect(dialog.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    await person.page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(person.details.getByText(name, { exact: true })).toBeVisible();
  };
  await add(lena, 'Bea');
  await bea.open('Quartet');
  await bea.sees('before Bea');
  await bea.seesUnread('Quartet', 0);
  for (const person of [lena, bea]) await person.seesNotice(person === bea ? 'You joined' : 'Bea joined');
  await bea.say('hello all');
  await lena.sees('hello all');

  // Any member can add people, also those who have left.
  await bea.leave();
  await lena.say('without Bea');
  await ada.goto(`/c/${quartet}`);
  await add(ada, 'Bea');
  await bea.open('Quartet');
  await bea.seesExactly(['before Bea', 'hello all', 'without Bea']);
  await bea.say('back again');
  for (const person of [lena, ada]) await person.sees('back again');
  for (const person of [lena, ada, bea]) {
    await person.reload();
    await person.sees('back again');
  }
});
