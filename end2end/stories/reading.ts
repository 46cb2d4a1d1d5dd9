// What is unread, where a conversation begins, and links in messages.
import { expect, test } from '../helpers/story';
import { direct, read, say } from '../helpers/wire';

test('a conversation begins at its first unread message, and only what was in sight is read', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `number ${from + at}`);
  await say(ada, conversation, ...texts(0, 30));
  await read(lena, conversation, 30);
  for (let from = 30; from < 130; from += 20) await say(ada, conversation, ...texts(from, from + 20));
  await lena.seesUnread('Ada', 100);
  await lena.open('Ada');
  const mark = lena.messages.getByText('Unread messages');
  await expect(mark).toBeInViewport();
  await expect(lena.messages.getByText('number 29', { exact: true })).toBeInViewport();
  await expect(lena.messages.getByText('number 30', { exact: true })).toBeInViewport();
  await expect(lena.messages.getByText('number 129', { exact: true })).not.toBeInViewport();
  const badge = lena.row('Ada').locator('.badge');
  const unread = async () => parseInt((await badge.innerText()) || '0', 10);
  await expect.poll(unread).toBeLessThan(100);
  expect(await unread()).toBeGreaterThan(60);

  await lena.page.getByRole('button', { name: /^Jump to latest/ }).click();
  await expect(lena.messages.getByText('number 129', { exact: true })).toBeInViewport();
  await lena.seesUnread('Ada', 0);
  await ada.open('Lena');
  await ada.seesRead('number 129');
  // Where it was opened without anything unread, it has no mark.
  await lena.goto(`/c/${conversation}`);
  await expect(lena.messages.getByText('number 129', { exact: true })).toBeInViewport();
  await expect(mark).toHaveCount(0);
});

test('what comes while one is reading has no mark, and goes along', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await lena.open('Ada');
  await say(ada, conversation, 'one', 'two');
  await lena.sees('two');
  await expect(lena.messages.getByText('Unread messages')).toHaveCount(0);
  await lena.seesUnread('Ada', 0);
});

test('web and mail addresses are links, and nothing else is', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await say(ada, conversation, 'see (https://example.org/a_(b)), or ask ada@example.org. javascript:alert(1)');
  await lena.open('Ada');
  const links = lena.messages.getByRole('link');
  await expect(links).toHaveText(['https://example.org/a_(b)', 'ada@example.org']);
  await expect(links.first()).toHaveAttribute('href', 'https://example.org/a_(b)');
  await expect(links.first()).toHaveAttribute('rel', /noopener/);
  await expect(links.first()).toHaveAttribute('target', '_blank');
  await expect(links.last()).toHaveAttribute('href', 'mailto:ada@example.org');
  // The server has drawn them too.
  expect(await (await lena.goto(`/c/${conversation}`))!.text()).toContain('href="mailto:ada@example.org"');
});

test('a dropped file does not replace the chat, and Enter opens the first thing that was found', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  const kept = await lena.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'x.txt'));
    return ['dragover', 'drop'].map((kind) => !document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })));
  });
  expect(kept).toEqual([true, true]);
  await lena.search.fill('Ada');
  await expect(lena.conversations.getByRole('button', { name: 'Ada' })).toBeVisible();
  await lena.search.press('Enter');
  await expect(lena.title).toHaveText('Ada');
});

test('one comes back to where one was reading, and to the end where one had read all', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada', 'Bea');
  const conversation = await direct(lena, ada);
  for (let from = 0; from < 100; from += 20) {
    await say(ada, conversation, ...Array.from({ length: 20 }, (_, at) => `number ${from + at}`));
  }
  await read(lena, conversation, 100);
  await lena.find('Bea');
  await lena.open('Ada');
  const line = lena.bubble('number 70');
  await line.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await expect(lena.latest).toBeVisible();
  const before = (await line.boundingBox())!.y;
  await lena.open('Bea');
  await lena.open('Ada');
  await expect(line).toBeInViewport();
  expect(Math.abs((await line.boundingBox())!.y - before)).toBeLessThanOrEqual(1);
  await expect(lena.latest).toBeVisible();

  // News come first.
  await lena.open('Bea');
  await ada.open('Lena');
  await ada.say('news');
  await lena.seesUnread('Ada', 1);
  await lena.open('Ada');
  await expect(lena.bubble('news')).toBeInViewport();
  await lena.seesUnread('Ada', 0);
  await lena.open('Bea');
  await lena.open('Ada');
  await expect(lena.bubble('news')).toBeInViewport();
});

test('a page that is seen but not looked at reads nothing', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await lena.page.evaluate(() => (document.hasFocus = () => false));
  await lena.open('Ada');
  await say(ada, conversation, 'one', 'two');
  await lena.sees('two');
  await lena.seesUnread('Ada', 2);
  await lena.page.evaluate(() => {
    document.hasFocus = () => true;
    window.dispatchEvent(new Event('focus'));
  });
  await lena.seesUnread('Ada', 0);
});
