// Every address, opened directly and reached from within.
import { expect, test } from '../helpers/story';
import type { Person } from '../helpers/people';
import { channel, direct, group, say } from '../helpers/wire';

/** Marks the document: after a full load the mark is gone. */
async function mark(person: Person): Promise<void> {
  await person.page.evaluate(() => document.documentElement.setAttribute('data-story', 'same'));
}

async function isSameDocument(person: Person): Promise<void> {
  await expect(person.page.locator('html[data-story=same]')).toBeAttached();
}

test('every address opens directly, with its content in the page and the page alive', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const [ada, bea] = [await myna.person('Ada'), await myna.person('Bea')];
  const withAda = await direct(lena, ada);
  await say(ada, withAda, 'A direct word');
  const trio = await group('Trio', lena, ada, bea);
  await say(bea, trio, 'A word to all');
  const hall = await channel('hall', ada, lena);
  await say(ada, hall, 'A public word');

  const pages: [path: string, heading: string, text: string][] = [
    ['/', 'No conversation selected', 'Select a conversation'],
    [`/c/${withAda}`, 'Ada', 'A direct word'],
    [`/c/${trio}`, 'Trio', 'A word to all'],
    [`/c/${hall}`, 'hall', 'A public word'],
    ['/new', 'New message', 'To:'],
    ['/channels', 'Channels', 'Find or create a channel'],
    ['/settings', 'Settings', 'Appearance'],
  ];
  for (const [path, heading, text] of pages) {
    const response = await lena.goto(path);
    expect(response?.status(), path).toBe(200);
    const html = await response!.text();
    expect(html, path).toContain(heading);
    expect(html, path).toContain(text);
    await expect(lena.page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
    await expect(lena.page.getByText(text).first()).toBeVisible();
    if (path.startsWith('/c/')) await expect(lena.composer).toBeEnabled();
  }
});

test('the pages to sign in and up say where the other is, and lead who is signed in to the chat', async ({ myna }) => {
  const visitor = await myna.visitor('Lena');
  for (const [path, heading, text] of [
    ['/sign-in', 'Sign in to Myna', 'Create account'],
    ['/sign-up', 'Join Myna', 'Already have an account?'],
  ] as const) {
    const html = await (await visitor.goto(path))!.text();
    expect(html, path).toContain(text);
    await expect(visitor.page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
  }
  const ada = await myna.person('Ada');
  for (const path of ['/sign-in', '/sign-up']) {
    await ada.goto(path);
    await expect(ada.page).toHaveURL(/\/$/);
    await expect(ada.conversations).toBeVisible();
  }
});

test('from place to place the page stays, and back and forward work', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const [ada, bea] = [await myna.person('Ada'), await myna.person('Bea')];
  await say(ada, await direct(ada, lena), 'From Ada');
  await say(bea, await direct(bea, lena), 'From Bea');
  await mark(lena);

  await lena.open('Ada');
  await lena.sees('From Ada');
  await expect(lena.row('Ada')).toHaveAttribute('aria-current', 'page');
  await lena.open('Bea');
  await lena.sees('From Bea');
  await expect(lena.bubble('From Ada')).toHaveCount(0);
  await expect(lena.row('Ada')).not.toHaveAttribute('aria-current');
  await lena.conversations.getByRole('link', { name: 'New message' }).click();
  await expect(lena.page.getByRole('heading', { name: 'New message' })).toBeVisible();
  await lena.conversations.getByRole('link', { name: 'Channels' }).click();
  await expect(lena.page.getByRole('heading', { name: 'Channels' })).toBeVisible();

  await lena.page.goBack();
  await expect(lena.page.getByRole('heading', { name: 'New message' })).toBeVisible();
  await lena.page.goBack();
  await expect(lena.title).toHaveText('Bea');
  await lena.sees('From Bea');
  await lena.page.goBack();
  await lena.sees('From Ada');
  await lena.page.goForward();
  await lena.sees('From Bea');
  await lena.say('Still alive');
  await lena.hasSentAll();
  await isSameDocument(lena);
});

test('the pages to sign in and up lead to each other, and through', async ({ myna }) => {
  const lena = await myna.visitor('Lena');
  await lena.goto('/sign-in');
  await expect(lena.page).toHaveTitle('Sign in · Myna');
  await lena.page.getByRole('link', { name: 'Create account' }).click();
  await lena.isAt('/sign-up');
  await expect(lena.page).toHaveTitle('Create account · Myna');
  await lena.page.getByRole('link', { name: 'Sign in' }).click();
  await lena.isAt('/sign-in');
  await lena.page.getByRole('link', { name: 'Create account' }).click();
  await expect(lena.page.getByRole('heading', { name: 'Join Myna' })).toBeVisible();
  await lena.fillSignIn('Lena', 'correct horse battery staple');
  await lena.page.getByRole('button', { name: 'Create account' }).click();
  await lena.isIn();
  await lena.isAt('/');
  await expect(lena.page).toHaveTitle('Myna');
  await expect(lena.page.getByRole('heading', { name: 'Welcome to Myna' })).toBeVisible();
});

test('what a browser asks for by itself is there', async ({ myna }) => {
  const lena = await myna.visitor('Lena');
  for (const path of ['/favicon.svg', '/manifest.webmanifest', '/apple-touch-icon.png', '/robots.txt', '/health', '/ready']) {
    expect((await lena.context.request.get(path)).status(), path).toBe(200);
  }
});
