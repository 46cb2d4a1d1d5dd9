// What the page costs in a browser, with a long list and a long conversation. It prints figures and asserts none: run it
// with another build (MYNA_BIN, MYNA_SITE) to compare.
import { type CDPSession, type Page, test } from '@playwright/test';
import { PASSWORD, Person } from '../helpers/people';
import { Server } from '../helpers/server';
import { newId, tell } from '../helpers/wire';

/** Messages in the long conversation. */
const MESSAGES = Number(process.env.MESSAGES ?? 100_000);
/** Conversations in the list: each of so many people makes so many. */
const MAKERS = 40;
const EACH = 25;
/** Pages of history that are scrolled through. */
const PAGES = 40;
/** Messages that come while one looks on, and keys that are pressed. */
const INCOMING = 100;
const KEYS = 20;
/** Messages that an hour brings at 10 a second. */
const HOUR = 36_000;
/** Lighthouse's "slow 4G". */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };

const figures: [string, string][] = [];
const note = (what: string, value: number, unit: string): void => {
  figures.push([what, `${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`]);
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test('what the page costs', async ({ browser }) => {
  const server = await Server.start(undefined, ['--frames-per-second', '1000000', '--frames-burst', '1000000']);
  try {
    const account = async (name: string): Promise<Person> => {
      const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1100, height: 760 } });
      await context.request.post('/api/sign_up', { form: { name, password: PASSWORD } });
      const person = new Person(name, await context.newPage());
      await person.page.goto('/robots.txt');
      return person;
    };
    const lena = await account('Lena');
    const me = (await (await lena.context.request.post('/api/first_page')).json()).user.id as string;
    for (let maker = 0; maker < MAKERS; maker += 1) {
      const person = await account(`Maker ${maker}`);
      const groups = Array.from({ length: EACH }, (_, at) => ({
        type: 'group', conversation: newId(), name: `Group ${maker} ${at}`, users: [me],
      }));
      await tell(person, groups);
      await person.context.close();
    }
    const ada = await account('Ada');
    const archive = newId();
    await tell(ada, [{ type: 'group', conversation: archive, name: 'Archive', users: [me] }]);
    await sayMany(ada, archive, MESSAGES);

    await lena.goto('/');
    const devtools = await lena.context.newCDPSession(lena.page);
    await devtools.send('Performance.enable');
    await wholeList(lena.page);
    note('elements in the list of 1,001 conversations', await count(lena.page, '.sidebar *'), '');
    note('opening the long conversation, from the click to its last message on screen', await opening(lena.page, 'Archive', MESSAGES), 'ms');
    const moved: number[] = [];
    for (let page = 0; page < PAGES; page += 1) moved.push(await olderPage(lena.page));
    note(`what is read moves while an older page joins it, the most of ${PAGES} pages`, Math.max(...moved), 'px');
    note(`elements in the transcript after ${PAGES} older pages`, await count(lena.page, '.transcript *'), '');

    const busy = await mainThread(devtools, () => sayMany(ada, archive, INCOMING, 1));
    note(`main thread for a message that comes into the open conversation, of ${INCOMING}`, (busy * 1_000) / INCOMING, 'ms');
    note('memory of the page, with JavaScript and WebAssembly', (await memory(lena.page)) / 1e6, 'MB');

    // As many messages as an hour brings at 10 a second, faster.
    await lena.latest.click();
    await devtools.send('HeapProfiler.collectGarbage');
    const before = await memory(lena.page);
    await sayMany(ada, archive, HOUR);
    await lena.page.locator('.transcript .bubble', { hasText: `message ${HOUR}` }).waitFor();
    await devtools.send('HeapProfiler.collectGarbage');
    note(`more memory after ${HOUR.toLocaleString('en')} messages in the open conversation`, ((await memory(lena.page)) - before) / 1e6, 'MB');
    note('elements in its transcript then', await count(lena.page, '.transcript *'), '');

    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    note(`a key in the composer to the next frame, processor 4x slower, median of ${KEYS}`, await typing(lena), 'ms');
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });

    await firstLoad(lena, `/c/${archive}`);
  } finally {
    await server.remove();
  }
  for (const [what, value] of figures) console.log(`${what.padEnd(86)} ${value.padStart(14)}`);
});

/** Says so many messages, so many at once; the next when these are acknowledged. */
async function sayMany(person: Person, conversation: string, messages: number, batch = 200): Promise<void> {
  for (let first = 0; first < messages; first += batch) {
    await tell(
      person,
      Array.from({ length: Math.min(batch, messages - first) }, (_, at) => ({
        type: 'send', conversation, client_id: newId(), text: `message ${first + at + 1}`,
      })),
    );
  }
}

/** Scrolls until the whole list is loaded, and back. */
async function wholeList(page: Page): Promise<void> {
  const list = page.locator('.sidebar-scroll');
  while ((await page.locator('.list-more').count()) > 0) {
    await list.evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
  await list.evaluate((list) => list.scrollTo(0, 0));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const count = (page: Page, selector: string): Promise<number> =>
  page.evaluate((selector) => document.querySelectorAll(selector).length, selector);

/** Milliseconds from a click on a row to the frame in which the last message is in the page. */
function opening(page: Page, title: string, last: number): Promise<number> {
  return page.evaluate(
    ([title, text]) =>
      new Promise<number>((done) => {
        const row = [...document.querySelectorAll('.sidebar .row')].find((row) => row.textContent?.includes(title as string));
        const start = performance.now();
        (row as HTMLElement).click();
        const look = (): void => {
          const bubbles = document.querySelectorAll('.transcript .bubble');
          if (bubbles[bubbles.length - 1]?.textContent === text) done(performance.now() - start);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [title, `message ${last}`],
  );
}

/** Scrolls up until an older page joins; how many pixels what was read has moved by then. */
function olderPage(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        const list = document.querySelector('.transcript')!;
        const first = list.querySelector('.bubble');
        list.scrollTop = 500;
        requestAnimationFrame(() => {
          const top = list.getBoundingClientRect().top;
          const read = [...list.querySelectorAll('.bubble')].find((line) => line.getBoundingClientRect().top > top)!;
          const before = read.getBoundingClientRect().top;
          const deadline = performance.now() + 5_000;
          const look = (): void => {
            const joined = list.querySelector('.bubble') !== first;
            if (!joined && performance.now() < deadline) {
              requestAnimationFrame(look);
              return;
            }
            requestAnimationFrame(() => done(Math.abs(read.getBoundingClientRect().top - before)));
          };
          look();
        });
      }),
  );
}

/** Seconds of the main thread while something happens. */
async function mainThread(devtools: CDPSession, happens: () => Promise<void>): Promise<number> {
  const used = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0;
  };
  const before = await used();
  await happens();
  return (await used()) - before;
}

const memory = (page: Page): Promise<number> =>
  page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);

/** Milliseconds from a key to the frame that shows it. */
async function typing(person: Person): Promise<number> {
  await person.composer.focus();
  const times = person.page.evaluate(
    (keys) =>
      new Promise<number[]>((done) => {
        const times: number[] = [];
        document.addEventListener('keydown', (event) => {
          requestAnimationFrame(() => times.push(performance.now() - event.timeStamp));
          if (times.length >= keys - 1) requestAnimationFrame(() => done(times));
        }, { capture: true });
      }),
    KEYS,
  );
  for (let key = 0; key <= KEYS; key += 1) await person.page.keyboard.press('a', { delay: 60 });
  return median(await times);
}

/** A first visit over a slow line with a slow processor. */
async function firstLoad(person: Person, path: string): Promise<void> {
  const page = await person.context.newPage();
  const devtools = await person.context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.goto(path, { timeout: 120_000 });
  await page.locator('html[data-hydrated=true]').waitFor({ state: 'attached', timeout: 120_000 });
  const [painted, alive] = await page.evaluate(() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return [paint?.startTime ?? 0, performance.now()];
  });
  note('first contentful paint, slow 4G, processor 4x slower', painted!, 'ms');
  note('hydrated, slow 4G, processor 4x slower', alive!, 'ms');
  await page.close();
}
