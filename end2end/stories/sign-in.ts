// Coming in and going out: with and without JavaScript, and not at all.
import { expect, test } from '../helpers/story';
import { PASSWORD } from '../helpers/people';
import { direct, newId, say } from '../helpers/wire';

const NOBODY = 'Incorrect name or password.';

test('a wrong password and an unknown name get the same answer', async ({ myna }) => {
  myna.console.allow(/status of 401 \(Unauthorized\)/);
  await myna.member('Lena');
  const stranger = await myna.visitor('Stranger');
  await stranger.goto('/sign-in');
  for (const name of ['Lena', 'Nobody at all']) {
    await stranger.fillSignIn(name, 'not the password');
    await stranger.page.getByRole('button', { name: 'Sign in' }).click();
    await expect(stranger.page.getByRole('alert')).toHaveText(NOBODY);
    await stranger.isAt('/sign-in');
    for (const field of ['Name', 'Password']) {
      await expect(stranger.page.getByLabel(field)).toHaveAccessibleDescription(NOBODY);
      await expect(stranger.page.getByLabel(field)).toHaveAttribute('aria-invalid', 'true');
    }
    // The name need not be typed again.
    await expect(stranger.page.getByLabel('Name')).toHaveValue(name);
    await expect(stranger.page.getByLabel('Password')).toBeFocused();
  }
});

test('who has an account signs in again, however they write their name', async ({ myna }) => {
  await myna.member('Lena Novak');
  const lena = await myna.visitor('Lena Novak');
  await lena.goto('/sign-in');
  await lena.fillSignIn('lena  NOVAK', PASSWORD);
  await lena.page.getByRole('button', { name: 'Sign in' }).click();
  await lena.isIn();
});

test('a taken name is refused, in capitals too', async ({ myna }) => {
  myna.console.allow(/status of 409 \(Conflict\)/);
  await myna.member('Lena');
  const other = await myna.visitor('LENA');
  await other.goto('/sign-up');
  await other.fillSignIn('LENA', PASSWORD);
  await other.page.getByRole('button', { name: 'Create account' }).click();
  await expect(other.page.getByRole('alert')).toHaveText('This name is taken. Please choose another one.');
});

test('a name that would pass for another is refused', async ({ myna }) => {
  myna.console.allow(/status of 422 \(Unprocessable/);
  const eve = await myna.visitor('Eve');
  await eve.goto('/sign-up');
  await eve.fillSignIn('Le\u200bna', PASSWORD);
  await eve.page.getByRole('button', { name: 'Create account' }).click();
  await expect(eve.page.getByRole('alert')).toHaveText('A name has 1 to 64 characters, none of them invisible.');
});

test('a short password is refused by the page, and by the server where a page does not', async ({ myna }) => {
  myna.console.allow(/status of 422 \(Unprocessable/);
  const lena = await myna.visitor('Lena');
  await lena.goto('/sign-up');
  const password = lena.page.getByLabel('Password');
  const submit = lena.page.getByRole('button', { name: 'Create account' });
  // A browser only minds what was typed.
  await lena.page.getByLabel('Name').pressSequentially('Lena');
  await password.pressSequentially('short');
  await submit.click();
  expect(await password.evaluate((field: HTMLInputElement) => field.validity.tooShort)).toBe(true);
  await lena.isAt('/sign-up');

  await password.evaluate((field) => field.removeAttribute('minlength'));
  await submit.click();
  await expect(lena.page.getByRole('alert')).toHaveText('A password has at least 8 characters.');
  await expect(password).toHaveAccessibleDescription(/^A password has at least 8 characters\./);
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await expect(password).toBeFocused();
  await expect(lena.page.getByLabel('Name')).not.toHaveAttribute('aria-invalid');
});

test('without JavaScript one signs up, is refused, signs in, reads and leaves', async ({ myna }) => {
  myna.console.allow(/status of 401 \(Unauthorized\)/);
  const lena = await myna.visitor('Lena', { javaScriptEnabled: false });
  await lena.signUp();
  await lena.isAt('/');
  await lena.signOut();

  await lena.fillSignIn('Lena', 'not the password');
  await lena.page.getByRole('button', { name: 'Sign in' }).click();
  await expect(lena.page.getByRole('alert')).toHaveText(NOBODY);
  await lena.isAt('/sign-in');
  await lena.signIn();

  const ada = await myna.person('Ada');
  const conversation = await direct(ada, lena);
  await say(ada, conversation, 'Can you read this?');
  await lena.goto('/');
  await lena.row('Ada').click();
  await lena.sees('Can you read this?');
});

test('who is not signed in is led to the page to sign in from everywhere', async ({ myna }) => {
  const stranger = await myna.visitor('Stranger');
  for (const path of ['/', '/new', '/channels', `/c/${newId()}`]) {
    await stranger.goto(path);
    await stranger.isOut();
  }
});

test('after signing out nothing private is left, not even behind the back button', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('This is private');
  await lena.hasSentAll();
  await lena.composer.fill('a draft nobody should find');
  await lena.openSettings();
  await lena.page.getByRole('button', { name: 'Sign out' }).click();
  const question = lena.page.getByRole('alertdialog', { name: 'Sign out?' });
  await expect(question).toContainText('Your drafts and messages that have not been sent will be deleted.');
  await question.getByRole('button', { name: 'Sign out' }).click();
  await lena.isOut();

  await lena.page.goBack();
  await lena.isOut();
  await expect(lena.page.getByText('This is private')).toHaveCount(0);
  const left = await lena.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(left).not.toContain('draft');
  const asked = await lena.context.request.get('/', { maxRedirects: 0, headers: { accept: 'text/html' } });
  expect(asked.status()).toBe(302);
  // And who was signed in can sign in again.
  await lena.signIn();
  await lena.open('Ada');
  await lena.sees('This is private');
  await ada.seesUnread('Lena', 1);
});

test('signing out in one tab ends the other, and others hear so', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Hello');
  await ada.open('Lena');
  const second = await lena.tab();
  await second.goto(new URL(lena.page.url()).pathname);
  await second.sees('Hello');
  await lena.signOut();
  await second.isOut();
  // Her sockets have ended: she is no longer online.
  await expect(ada.pane.getByText('Online')).toHaveCount(0);
  // Another person at the same browser sees nothing of the one before.
  const bea = await myna.member('Bea');
  await bea.goto('/');
  await expect(bea.page.getByText('No conversations yet.')).toBeVisible();
});

test('a tab that was away while its session ended is led to the page to sign in when it comes back', async ({ myna }) => {
  myna.console.allow(/^WebSocket connection .* failed: HTTP Authentication failed/);
  myna.console.allow(/status of 401 \(Unauthorized\) .*\/session:0\)$/);
  const lena = await myna.person('Lena');
  const sleeping = await myna.visitor('Lena', { storageState: await lena.context.storageState() });
  await sleeping.goto('/');
  await sleeping.isIn();
  await sleeping.context.setOffline(true);
  await sleeping.seesTheConnectionLost();
  await lena.signOut();
  await sleeping.context.setOffline(false);
  await sleeping.isOut();
});

test('an account is only its owner’s in a browser with two people after each other', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('From Lena');
  await lena.hasSentAll();
  await lena.signOut();
  await lena.goto('/sign-up');
  await lena.fillSignIn('Bea', PASSWORD);
  await lena.page.getByRole('button', { name: 'Create account' }).click();
  await expect(lena.conversations.locator('.me-name')).toHaveText('Bea');
  await expect(lena.page.getByText('No conversations yet.')).toBeVisible();
  await expect(lena.page.getByText('From Lena')).toHaveCount(0);
  await ada.seesUnread('Lena', 1);
});

test('who signs out with unsent messages is asked, and nothing is lost while the server is away', async ({ myna }) => {
  myna.console.allow(/api\/sign_out/);
  const lena = await myna.person('Lena');
  const ada = await myna.person('Ada');
  await lena.find('Ada');
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await lena.say('not yet');
  await lena.openSettings();
  await lena.page.getByRole('button', { name: 'Sign out' }).click();
  const question = lena.page.getByRole('alertdialog', { name: 'Sign out?' });
  await question.getByRole('button', { name: 'Sign out' }).click();
  // It cannot be told: one stays signed in, and what waits is kept.
  await expect(lena.page.getByRole('alert')).toContainText('can’t be reached');
  await lena.page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(lena.page.getByRole('alert')).toHaveCount(0);
  await myna.server.restart();
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await ada.open('Lena');
  await ada.sees('not yet');
  await lena.hasSentAll();
  await lena.signOut();
});
