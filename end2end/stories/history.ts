// A long conversation: its past comes page by page, without moving what one reads.
import type { BrowserContextOptions } from '@playwright/test';
import type { Person } from '../helpers/people';
import { type Myna, expect, test } from '../helpers/story';
import { direct, read, say } from '../helpers/wire';

const COUNT = 130;
const ALL = Array.from({ length: COUNT }, (_, at) => `message ${at + 1}`);

/** Lena in a long conversation with Ada. */
async function longConversation(
  myna: Myna,
  options: BrowserContextOptions = {},
): Promise<{ lena: Person; ada: Person; conversation: string }> {
  const [lena, ada] = [await myna.person('Lena', options), await myna.person('Ada')];
  const conversation = await direct(lena, ada);
  await say(lena, conversation, ...ALL);
  await lena.goto(`/c/${conversation}`);
  await lena.sees(`message ${COUNT}`);
  return { lena, ada, conversation };
}

/** Goes to this many pixels from the top of what is loaded, as a hand on the scroll bar does. */
async function scrollTo(person: Person, top: number): Promise<void> {
  await person.messages.evaluate((element, top) => (element.scrollTop = top), top);
}

/** Where a message stands on the screen. */
async function placeOf(person: Person, text: string): Promise<number> {
  const box = await person.bubble(text).boundingBox();
  if (!box) throw new Error(`${text} is not in the page`);
  return box.y;
}

async function pixelsBelow(person: Person): Promise<number> {
  return person.messages.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
}

test('a long conversation opens at its end', async ({ myna }) => {
  const { lena } = await longConversation(myna);
  await expect(lena.bubble(`message ${COUNT}`)).toBeInViewport();
  expect((await lena.hears()).length).toBeLessThan(COUNT);
  await expect.poll(() => pixelsBelow(lena)).toBeLessThan(2);
  await expect(lena.latest).toHaveCount(0);
});

test('older pages come while one scrolls up, and what one reads stays where it is', async ({ myna }) => {
  const { lena } = await longConversation(myna);
  await expect.poll(() => pixelsBelow(lena)).toBeLessThan(2);

  for (let page = 0; page < 2; page += 1) {
    const before = await lena.hears();
    await scrollTo(lena, 300);
    // The one in the middle of the screen.
    const reading = before[12]!;
    await expect(lena.bubble(reading)).toBeInViewport();
    const place = await placeOf(lena, reading);
    await expect.poll(async () => (await lena.hears()).length).toBeGreaterThan(before.length);
    await expect.poll(async () => Math.abs((await placeOf(lena, reading)) - place)).toBeLessThanOrEqual(3);
  }

  await expect
    .poll(async () => {
      await scrollTo(lena, 0);
      return (await lena.hears()).length;
    })
    .toBe(COUNT);
  await lena.seesExactly(ALL);
  await expect(lena.messages.getByText('Beginning of the conversation')).toBeVisible();
});

test('who reads the past is not pulled away by news, is told how many there are, and jumps to them', async ({ myna }) => {
  // With the motion that other stories do without: a gentle scroll can be interrupted.
  const { lena, ada, conversation } = await longConversation(myna, { reducedMotion: 'no-preference' });
  await expect.poll(() => pixelsBelow(lena)).toBeLessThan(2);
  await scrollTo(lena, 700);
  await expect(lena.latest).toBeVisible();
  const reading = (await lena.hears())[20]!;
  const place = await placeOf(lena, reading);

  await ada.goto(`/c/${conversation}`);
  await ada.say('new one', 'new two', 'new three');
  await expect(lena.page.getByRole('button', { name: 'Jump to latest, 3 new' })).toBeVisible();
  expect(Math.abs((await placeOf(lena, reading)) - place)).toBeLessThanOrEqual(3);
  // What was not in sight was not read.
  await ada.seesDelivered('new three');

  await lena.latest.click();
  await expect(lena.bubble('new three')).toBeInViewport();
  await expect(lena.latest).toHaveCount(0);
  await ada.seesRead('new three');
  await ada.say('new four');
  await expect(lena.bubble('new four')).toBeInViewport();
});

test('what one writes oneself is always in sight', async ({ myna }) => {
  const { lena } = await longConversation(myna);
  await lena.say('at the end');
  await expect(lena.bubble('at the end')).toBeInViewport();
  await scrollTo(lena, 700);
  await expect(lena.latest).toBeVisible();
  await lena.say('from further up');
  await expect(lena.bubble('from further up')).toBeInViewport();
});

test('each conversation opens at its end when one goes from one to the other', async ({ myna }) => {
  const { lena, ada } = await longConversation(myna);
  const bea = await myna.person('Bea');
  const other = await direct(bea, lena);
  await say(bea, other, ...ALL.map((text) => `Bea’s ${text}`));
  await read(lena, other, COUNT);
  await lena.open('Bea');
  await expect(lena.bubble(`Bea’s message ${COUNT}`)).toBeInViewport();
  await lena.open('Ada');
  await expect(lena.bubble(`message ${COUNT}`)).toBeInViewport();
  await lena.page.goBack();
  await expect(lena.title).toHaveText('Bea');
  await expect(lena.bubble(`Bea’s message ${COUNT}`)).toBeInViewport();
  await ada.seesUnread('Lena', COUNT);
});
