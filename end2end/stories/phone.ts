// A narrow screen shows one thing at a time.
import type { Page } from '@playwright/test';
import { PHONE, expect, test } from '../helpers/story';
import { direct, group, say } from '../helpers/wire';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`from the list to a conversation and back, in ${colorScheme}`, async ({ myna }) => {
    const ada = await myna.person('Ada');
    const lena = await myna.person('Lena', { ...PHONE, colorScheme });
    await expect(lena.page.getByText('No conversations yet.')).toBeVisible();
    await say(ada, await direct(ada, lena), 'Are you on the train?');
    await lena.seesUnread('Ada', 1);
    await expect(lena.composer).toHaveCount(0);

    await lena.row('Ada').tap();
    await expect(lena.title).toHaveText('Ada');
    await expect(lena.conversations).toBeHidden();
    await lena.sees('Are you on the train?');
    // No keyboard comes up over what one came to read.
    await expect(lena.composer).toBeEnabled();
    await expect(lena.composer).not.toBeFocused();
    await expect(lena.messages).toBeFocused();
    await lena.composer.tap();
    await lena.composer.fill('Just got on');
    await lena.send.tap();
    await lena.sees('Just got on');
    await ada.open('Lena');
    await ada.sees('Just got on');

    await lena.page.getByRole('link', { name: 'Back to conversations' }).tap();
    await expect(lena.conversations).toBeVisible();
    await expect(lena.composer).toBeHidden();
    await lena.seesUnread('Ada', 0);
    await lena.isAt('/');
    const ground = await lena.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const brightness = Math.max(...ground.match(/\d+/g)!.slice(0, 3).map(Number));
    expect(brightness > 128, `the ground is ${ground}`).toBe(colorScheme === 'light');
  });
}

/** Pixels that a finger needs. */
const FINGER = 38;

/** What can be pressed and is smaller than a finger, counting what reaches beyond its box for the finger's sake. */
async function tooSmall(page: Page): Promise<string[]> {
  const pressable = page.locator('button:visible, a:visible:not(.skip, p a), input:visible, textarea:visible');
  return pressable.evaluateAll((elements, finger) => {
    const reach = (element: Element, property: 'height' | 'width') =>
      Math.max(element.getBoundingClientRect()[property], parseFloat(getComputedStyle(element, '::after')[property]) || 0);
    return elements
      .filter((element) => reach(element, 'height') < finger || reach(element, 'width') < finger)
      .map((element) => `${element.getAttribute('aria-label') ?? element.textContent}: ${reach(element, 'height')} high`);
  }, FINGER);
}

test('nothing is wider than the screen, and everything to press is large enough', async ({ myna }) => {
  const lena = await myna.person('Lena', PHONE);
  const [ada, bea] = [await myna.person('Ada Byron'), await myna.person('Bea')];
  const long = await myna.person('Wolfeschlegelsteinhausenbergerdorff the Extremely Long');
  const quartet = await group('A group with quite a long name for a phone', lena, ada, bea, long);
  await say(long, quartet, 'Hello');
  await say(ada, quartet, 'averyveryverylongwordwithoutanyblankinitatallwhichhastobebrokensomewhere', 'ok');
  await say(lena, quartet, 'https://example.org/a/very/long/address/that/does/not/fit/on/one/line/of/a/phone/at/all');
  for (const path of ['/', `/c/${quartet}`, '/new', '/channels', '/sign-in', '/sign-up']) {
    await lena.goto(path);
    if (path.startsWith('/c/')) await lena.page.getByRole('button', { name: 'Details' }).tap();
    // What slides in is where it belongs when it has come.
    await lena.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
    // The times beside the page are there for the finger that drags the messages aside.
    const cut = await lena.page
      .locator('h1, h2, p, label, input, button, time:not(.line-time), .row-title, .row-preview, .sender, .chip')
      .filter({ visible: true })
      .evaluateAll((elements) =>
        elements.filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML),
      );
    expect(cut, `beyond the edge of ${path}`).toEqual([]);
    const width = await lena.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `the width of ${path}`).toBeLessThanOrEqual(390);
    expect(await tooSmall(lena.page), `too small on ${path}`).toEqual([]);
  }
});

test('the pickers take the whole screen and lead back', async ({ myna }) => {
  await myna.member('Ada');
  const lena = await myna.person('Lena', PHONE);
  for (const [link, heading] of [
    ['New message', 'New message'],
    ['Channels', 'Channels'],
  ] as const) {
    await lena.conversations.getByRole('link', { name: link }).first().tap();
    await expect(lena.page.getByRole('heading', { name: heading })).toBeVisible();
    await expect(lena.conversations).toBeHidden();
    await lena.page.getByRole('link', { name: 'Back to conversations' }).tap();
    await expect(lena.conversations).toBeVisible();
  }
  await lena.writeTo(['Ada']);
  await expect(lena.title).toHaveText('Ada');
});

test('details cover the conversation, and close', async ({ myna }) => {
  const lena = await myna.person('Lena', PHONE);
  const [ada, bea] = [await myna.person('Ada'), await myna.person('Bea')];
  await lena.goto(`/c/${await group('Trio', lena, ada, bea)}`);
  await lena.page.getByRole('button', { name: 'Details' }).tap();
  await expect(lena.page.getByRole('heading', { name: 'Details' })).toBeInViewport();
  await lena.page.getByRole('button', { name: 'Close details' }).tap();
  await expect(lena.page.getByRole('heading', { name: 'Details' })).toHaveCount(0);
  await expect(lena.composer).toBeVisible();
});
