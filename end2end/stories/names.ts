// Names: people change their own, and a conversation's members its.
import { expect, test } from '../helpers/story';
import { channel, direct, group, newId, say, tell } from '../helpers/wire';

test('a person changes their name, and everybody sees it at once and after a reload', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const both = await direct(lena, ada);
  const quartet = await group('Quartet', lena, ada);
  await say(ada, both, 'Just us');
  await say(ada, quartet, 'Saturday at six?');
  await lena.open('Quartet');
  await expect(lena.bubble('Saturday at six?').locator('.sender')).toHaveText('Ada');

  await ada.changeName('Ada Byron');
  await expect(ada.conversations.locator('.me-name')).toHaveText('Ada Byron');
  // The bubbles, the list with its preview, and the details.
  await expect(lena.bubble('Saturday at six?').locator('.sender')).toHaveText('Ada Byron');
  await expect(lena.bubble('Saturday at six?').locator('.avatar')).toHaveText('AB');
  await expect(lena.row('Quartet').locator('.row-preview')).toHaveText('Ada Byron: Saturday at six?');
  await expect(lena.row('Ada Byron')).toBeVisible();
  await expect(lena.row('Ada')).toHaveCount(0);
  await lena.page.getByRole('button', { name: 'Details' }).click();
  await expect(lena.details.getByRole('listitem')).toContainText(['Ada Byron', 'Lena (you)']);
  await lena.open('Ada Byron');

  await lena.reload();
  await expect(lena.title).toHaveText('Ada Byron');
  await ada.reload();
  await expect(ada.conversations.locator('.me-name')).toHaveText('Ada Byron');
  // What follows comes under the new name.
  await lena.open('Quartet');
  await say(ada, quartet, 'Or at seven?');
  await expect(lena.bubble('Or at seven?')).toBeVisible();
  await expect(lena.messages.locator('.sender')).toHaveText(['Ada Byron']);
});

test('a name that is taken is refused in words, and the dialog keeps what was typed', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  const dialog = await lena.openName();
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await expect(dialog.getByLabel('Name')).toHaveValue('Lena');
  await dialog.getByLabel('Name').fill('ada');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('This name is taken. Please choose another one.');
  await expect(dialog.getByLabel('Name')).toHaveValue('ada');
  await expect(dialog.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await lena.page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  // The focus is back where it came from.
  await expect(lena.page.getByRole('button', { name: 'Change name' })).toBeFocused();
  await expect(lena.conversations.locator('.me-name')).toHaveText('Lena');
});

test('the new name is the one to sign in with', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.changeName('Lena Novak');
  await lena.signOut();
  const later = await myna.visitor('Lena Novak');
  await later.signIn();
});

test('a group that any member renames has its new name for all, and may lose it again', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  await group('Quartet', lena, ada, bea);
  await lena.open('Quartet');
  await ada.open('Quartet');
  await ada.rename('Change group name', 'Trio');
  for (const person of [lena, ada]) {
    await expect(person.title).toHaveText('Trio');
    await expect(person.row('Trio')).toBeVisible();
  }
  await expect(bea.row('Trio')).toBeVisible();
  await lena.reload();
  await expect(lena.title).toHaveText('Trio');

  await ada.rename('Change group name', '');
  await expect(lena.title).toHaveText('Ada & Bea');
  await expect(ada.title).toHaveText('Bea & Lena');
  await expect(bea.row('Ada & Lena')).toBeVisible();
});

test('only the creator of a channel is offered to rename it, and nobody a direct conversation', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await channel('general', lena, ada);
  await direct(lena, ada);
  await ada.open('general');
  await ada.page.getByRole('button', { name: 'Details' }).click();
  await expect(ada.details.getByRole('button', { name: 'Leave channel' })).toBeVisible();
  await expect(ada.details.getByRole('button', { name: 'Change channel name' })).toHaveCount(0);

  await lena.open('general');
  await lena.rename('Change channel name', 'announcements');
  await expect(lena.title).toHaveText('announcements');
  await expect(ada.title).toHaveText('announcements');
  await ada.open('Lena');
  await expect(ada.page.getByRole('button', { name: /^Change .* name$/ })).toHaveCount(0);
});

test('a long list comes as one scrolls, and a search looks through all of it', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const [first] = await tell(lena, [{ type: 'search', text: 'Lena' }]);
  const me = (first!.people as { id: string }[])[0]!.id;
  const groups = Array.from({ length: 70 }, (_, at) => ({
    type: 'group', conversation: newId(), name: `Group ${at + 1}`, users: [me],
  }));
  // One person may not create so many at once. What is created at once has no order: the last one is created alone.
  const last = groups.pop()!;
  for (const [at, maker] of (await myna.people('Ada', 'Bea', 'Cyd')).entries()) {
    await tell(maker, groups.slice(at * 24, (at + 1) * 24));
    if (at === 2) await tell(maker, [last]);
  }
  await lena.reload();
  await expect(lena.row('Group 70')).toBeVisible();
  await expect(lena.row('Group 1')).toHaveCount(0);
  await lena.search.fill('Group 1');
  await expect(lena.conversations.getByRole('button', { name: 'Group 1', exact: true })).toBeVisible();
  await lena.search.fill('');

  await lena.reload();
  await expect(lena.row('Group 70')).toBeVisible();
  // Only the rows in sight are in the page.
  await expect
    .poll(async () => {
      await lena.conversations.locator('.sidebar-scroll').evaluate((list) => list.scrollTo(0, list.scrollHeight));
      return lena.row('Group 1').count();
    })
    .toBe(1);
  expect(await lena.conversations.getByRole('listitem').count()).toBeLessThan(60);
  await expect(lena.row('Group 70')).toHaveCount(0);
  await expect(lena.conversations.getByText('Loading…')).toHaveCount(0);
});

test('a very long name is cut where it does not fit, and takes no room from the buttons', async ({ myna }) => {
  const lena = await myna.person('Lena', { viewport: { width: 900, height: 700 } });
  await lena.changeName('a'.repeat(64));
  for (const size of [{ width: 900, height: 700 }, { width: 390, height: 780 }]) {
    await lena.page.setViewportSize(size);
    await lena.goto('/');
    for (const name of ['Channels', 'New message']) {
      await expect(lena.conversations.getByLabel(name, { exact: true })).toBeInViewport({ ratio: 1 });
    }
    await expect(lena.conversations.locator('.me svg')).toBeInViewport({ ratio: 1 });
  }
});

test('a rename that waits for the connection says so, and is given up with its dialog', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await direct(lena, ada);
  await lena.context.setOffline(true);
  await lena.seesTheConnectionLost();
  const dialog = await lena.openName();
  await dialog.getByLabel('Name').fill('Never');
  await lena.page.keyboard.press('Enter');
  await expect(dialog.getByText('You’re offline.')).toBeVisible();
  await lena.page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await lena.context.setOffline(false);
  await lena.open('Ada');
  await lena.say('back again');
  // Whatever waited was said before it.
  await ada.open('Lena');
  await ada.sees('back again');
  await expect(lena.conversations.locator('.me-name')).toHaveText('Lena');
});

test('the members of a large group come as one scrolls', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const users = await myna.accounts(80);
  await tell(lena, [{ type: 'group', conversation: newId(), name: 'everybody', users }]);
  await lena.reload();
  await lena.open('everybody');
  await lena.page.getByRole('button', { name: 'Details' }).click();
  const members = lena.details.getByRole('listitem');
  await expect(members.filter({ hasText: 'Lena (you)' })).toHaveCount(1);
  await expect
    .poll(async () => {
      await lena.details.evaluate((panel) => panel.scrollTo(0, panel.scrollHeight));
      return members.count();
    })
    .toBe(81);
});
