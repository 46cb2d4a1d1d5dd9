// A long conversation: its past comes page by page, without moving what one reads.
import type { BrowserContextOptions } from '@playwright/test';
import type { Person } from '../helpers/people';
import { type Myna, PHONE, expect, test } from '../helpers/story';
import { direct, read, say } from '../helpers/wire';

const COUNT = 130;
const ALL = texts('message', 1, COUNT);

function texts(word: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${word} ${from + at}`);
}

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

/** The day before today on this page, as a date field takes it. */
async function yesterday(person: Person): Promise<string> {
  return person.page.evaluate(() => {
    const day = new Date(Date.now() - 86_400_000);
    return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
  });
}

async function goToYesterday(person: Person): Promise<void> {
  await person.page.getByRole('button', { name: 'Details' }).click();
  await person.page.getByRole('button', { name: 'Go to date' }).click();
  const dialog = person.page.getByRole('dialog', { name: 'Go to date' });
  await dialog.getByLabel('Date').fill(await yesterday(person));
  await dialog.getByRole('button', { name: 'Go', exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

for (const options of [{}, PHONE]) {
  test(`a date far back opens with the messages around it, and scrolling leads to the newest${'isMobile' in options ? ', on a phone' : ''}`, async ({ myna }) => {
    const { lena, ada, conversation } = await longConversation(myna, options);
    // Her own words, from elsewhere: what others wrote would be unread, and the page would open at the first of it.
    await say(lena, conversation, ...texts('later', 1, 250));
    await lena.page.reload();
    await lena.sees('later 250');
    await goToYesterday(lena);
    await expect(lena.bubble('message 1')).toBeInViewport();
    await expect(lena.page.locator('.bubble', { hasText: /^message 1$/ })).toBeFocused();
    expect(await lena.hears()).not.toContain('later 1');

    // New messages move nothing.
    await say(ada, conversation, 'and now');
    await expect(lena.latest).toHaveAccessibleName(/, 1 new$/);
    await expect(lena.bubble('message 1')).toBeInViewport();

    const all = [...ALL, ...texts('later', 1, 250), 'and now'];
    const read = new Set<string>();
    await expect(async () => {
      const shown = await lena.hears();
      const first = all.indexOf(shown[0]!);
      expect(shown, 'no hole').toEqual(all.slice(first, first + shown.length));
      shown.forEach((text) => read.add(text));
      await scrollTo(lena, 1_000_000);
      expect(read.size).toBe(all.length);
    }).toPass();
    await expect(lena.bubble('and now')).toBeInViewport();

    await goToYesterday(lena);
    await expect(lena.bubble('message 1')).toBeInViewport();
    await lena.latest.click();
    await expect(lena.bubble('and now')).toBeInViewport();
    await expect(lena.latest).toHaveCount(0);
  });
}

test('without a network, the page goes to a date when the network is back', async ({ myna }) => {
  const { lena, conversation } = await longConversation(myna);
  await say(lena, conversation, ...texts('later', 1, 100));
  await lena.sees('later 100');
  await lena.page.reload();
  await lena.sees('later 100');
  await lena.context.setOffline(true);
  await goToYesterday(lena);
  await expect(lena.page.getByRole('status').filter({ hasText: 'Loading' })).toBeVisible();
  await lena.context.setOffline(false);
  await expect(lena.bubble('message 1')).toBeInViewport();
});

test('a message sent at a date far back leads to the newest messages', async ({ myna }) => {
  const { lena, ada } = await longConversation(myna);
  await lena.page.reload();
  await lena.sees(`message ${COUNT}`);
  await goToYesterday(lena);
  await expect(lena.bubble('message 1')).toBeInViewport();
  await lena.say('I read all of this');
  await expect(lena.bubble('I read all of this')).toBeInViewport();
  await expect(lena.bubble(`message ${COUNT}`)).toBeInViewport();
  await ada.open('Lena');
  await ada.sees('I read all of this');
});

test('of very many unread messages the newest are shown, and a button leads to the first', async ({ myna }) => {
  const { lena, ada, conversation } = await longConversation(myna);
  await read(ada, conversation, 10);
  for (let from = 1; from <= 300; from += 50) await say(lena, conversation, ...texts('more', from, from + 49));
  await ada.open('Lena');
  await expect(ada.bubble('more 300')).toBeInViewport();
  await ada.seesUnread('Lena', 0);
  const toFirst = ada.messages.getByRole('button', { name: 'First unread message' });
  await toFirst.click();
  await expect(ada.bubble('message 11')).toBeInViewport();
  await expect(ada.messages.getByText('Unread messages')).toBeInViewport();
  await expect(ada.page.locator('.bubble', { hasText: /^message 11$/ })).toBeFocused();
  await expect(toFirst).toHaveCount(0);
  await ada.latest.click();
  await expect(ada.bubble('more 300')).toBeInViewport();
});

test('a conversation that is left far back opens there again', async ({ myna }) => {
  const { lena, ada, conversation } = await longConversation(myna);
  const grace = await myna.person('Grace');
  await direct(lena, grace);
  await say(lena, conversation, ...texts('later', 1, 250));
  await lena.reload();
  await goToYesterday(lena);
  await expect(lena.bubble('message 1')).toBeInViewport();
  await scrollTo(lena, 400);
  const reading = lena.bubble('message 15');
  await expect(reading).toBeInViewport();
  const place = await placeOf(lena, 'message 15');
  await lena.open('Grace');
  await lena.open('Ada');
  await expect(reading).toBeInViewport();
  await expect.poll(async () => Math.abs((await placeOf(lena, 'message 15')) - place)).toBeLessThanOrEqual(1);
  expect(await lena.hears()).not.toContain('later 1');
  await expect(lena.composer, 'a jump takes the focus to the message; a return does not').toBeFocused();

  // What is unread comes first.
  await lena.open('Grace');
  await say(ada, conversation, 'news');
  await lena.open('Ada');
  await expect(lena.bubble('news')).toBeInViewport();
});

test('a turned phone and the details keep what is read where it is', async ({ myna }) => {
  const { lena } = await longConversation(myna, PHONE);
  await scrollTo(lena, 900);
  await expect(lena.latest).toBeVisible();
  const top = (await lena.page.locator('.pane-head').boundingBox())!;
  const firstInSight = async () => {
    for (const text of await lena.hears()) if ((await placeOf(lena, text)) >= top.y + top.height) return text;
    throw new Error('nothing is in sight');
  };
  const reading = await firstInSight();
  const place = await placeOf(lena, reading);
  await lena.page.setViewportSize({ width: 844, height: 390 });
  await expect(lena.bubble(reading)).toBeInViewport();
  await lena.page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => Math.abs((await placeOf(lena, reading)) - place)).toBeLessThanOrEqual(1);
  // However quickly the width changes.
  for (const width of [800, 640, 500, 420, 390, 600, 844, 390]) await lena.page.setViewportSize({ width, height: 844 });
  await expect.poll(async () => Math.abs((await placeOf(lena, reading)) - place)).toBeLessThanOrEqual(1);
  // And so do the pages that come after.
  const loaded = (await lena.hears()).length;
  await scrollTo(lena, 300);
  const next = await firstInSight();
  const before = await placeOf(lena, next);
  await expect.poll(async () => (await lena.hears()).length).toBeGreaterThan(loaded);
  await expect.poll(async () => Math.abs((await placeOf(lena, next)) - before)).toBeLessThanOrEqual(1);
});

test('on a tall screen older messages come without scrolling', async ({ myna }) => {
  const { lena } = await longConversation(myna, { viewport: { width: 1080, height: 6_000 } });
  await lena.seesExactly(ALL);
});

test('who drags the scroll bar down from far back comes to the newest message', async ({ myna }) => {
  const { lena, ada, conversation } = await longConversation(myna);
  await read(ada, conversation, COUNT);
  for (let from = 1; from <= 700; from += 100) await say(lena, conversation, ...texts('more', from, from + 99));
  await ada.open('Lena');
  await ada.messages.getByRole('button', { name: 'First unread message' }).click();
  await expect(ada.bubble('more 1')).toBeInViewport();
  await ada.messages.evaluate(async (element) => {
    for (let step = 0; step < 80; step += 1) {
      element.scrollTop += 4 * element.clientHeight;
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    }
  });
  await expect(ada.bubble('more 700')).toBeInViewport();
});
