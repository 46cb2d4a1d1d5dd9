// Loading the page's WASM, which is two files, and what the page shows when one fails to load.
import { expect, test } from '../helpers/story';
import { direct, say } from '../helpers/wire';

const PROGRAM = /\/pkg\/myna\..*\.wasm$/;
const SCREENS = /\/pkg\/split_screens\..*\.wasm$/;
const NOT_LOADED = /failed/i;

test('a page whose program does not load says so, and shows the conversation', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const id = await direct(ada, lena);
  await say(ada, id, 'still here');
  myna.console.allow(NOT_LOADED);
  await lena.context.route(PROGRAM, (route) => route.abort());

  await lena.page.goto(`/c/${id}`);
  const notice = lena.page.getByRole('alert');
  await expect(notice).toHaveText(/^Myna has stopped on this page/);
  await expect(lena.messages.getByText('still here')).toBeVisible();
  await lena.context.unroute(PROGRAM);
  await notice.getByRole('link', { name: 'Reload' }).click();
  await lena.isAwake();
  await lena.isAt(`/c/${id}`);
  await expect(lena.page.locator('#stopped')).toBeHidden();
});

test('a page with the words of another version says so, and shows the conversation', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const id = await direct(ada, lena);
  await say(ada, id, 'still here');
  myna.console.allow(/./);
  await lena.context.route(`**/c/${id}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/(id="words"[^>]*>)[^\n]*\n/, '$1') });
  });
  await lena.page.goto(`/c/${id}`);
  const notice = lena.page.getByRole('alert');
  await expect(notice).toHaveText(/^Myna has stopped on this page/);
  await expect(lena.messages.getByText('still here')).toBeVisible();
  await lena.context.unroute(`**/c/${id}`);
  await notice.getByRole('link', { name: 'Reload' }).click();
  await lena.isAwake();
  await lena.say('back again');
});

test('without JavaScript a conversation can be read, and the page says what it needs', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const id = await direct(ada, lena);
  await say(ada, id, 'still here');

  const plain = await myna.visitor('Lena', { javaScriptEnabled: false, storageState: await lena.context.storageState() });
  await plain.goto(`/c/${id}`);
  await expect(plain.page.getByText('Myna needs JavaScript to send and receive messages.')).toBeVisible();
  await expect(plain.messages.getByText('still here')).toBeVisible();
});

test('rare screens are a file of their own, which a conversation does not wait for', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const id = await direct(ada, lena);
  let deliver = (): void => undefined;
  const held = new Promise<void>((resolve) => (deliver = resolve));
  await lena.context.route(SCREENS, async (route) => {
    await held;
    await route.continue();
  });

  await lena.goto(`/c/${id}`);
  await lena.say('no need to wait');
  await lena.conversations.getByRole('link', { name: /Settings$/ }).click();
  await expect(lena.pane.getByRole('status', { name: 'Loading…' })).toBeVisible();
  deliver();
  await expect(lena.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
});

test('a screen that does not load says so, and loads when it is tried again', async ({ myna }) => {
  const lena = await myna.member('Lena');
  myna.console.allow(NOT_LOADED);
  await lena.context.route(SCREENS, (route) => route.abort());
  await lena.goto('/');
  await lena.conversations.getByRole('link', { name: /Settings$/ }).click();
  await expect(lena.pane.getByRole('heading', { name: 'This part of the page didn’t load' })).toBeVisible();
  await lena.page.keyboard.press('Control+k');
  await expect(lena.page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await lena.page.keyboard.press('Escape');
  await expect(lena.page.getByRole('dialog')).toHaveCount(0);

  await lena.context.unroute(SCREENS);
  await lena.pane.getByRole('button', { name: 'Try again' }).click();
  await expect(lena.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await lena.page.keyboard.press('?');
  await expect(lena.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('a page that needs both files and gets one says so', async ({ myna }) => {
  const lena = await myna.member('Lena');
  myna.console.allow(NOT_LOADED);
  await lena.context.route(SCREENS, (route) => route.abort());
  await lena.page.goto('/settings');
  await expect(lena.page.getByRole('alert')).toHaveText(/^Myna has stopped on this page/);
});

const DAMAGES: [string, (html: string) => string][] = [
  ['an extension adds a node before the page', (html) => html.replace(/<body([^>]*)>/, '<body$1><div>an extension</div>')],
  ['a proxy strips the comments', (html) => html.replace(/<!--.*?-->|<!>/gs, '')],
  ['a translator wraps the words', (html) => html.replace(/(<p dir="auto">)([^<]+)/g, '$1<font>$2</font>')],
  ['the browser has no WebAssembly', (html) => html.replace('<head>', '<head><meta name="no-wasm">')],
];

for (const [what, damage] of DAMAGES) {
  test(`${what}: the page works or says that it does not, and the conversation can be read`, async ({ myna }) => {
    const [lena, ada] = await myna.people('Lena', 'Ada');
    const id = await direct(ada, lena);
    await say(ada, id, 'still here');
    myna.console.allow(/./);
    await lena.page.addInitScript(() => {
      const seen = new MutationObserver(() => {
        if (!document.querySelector('meta[name=no-wasm]')) return;
        Reflect.deleteProperty(window, 'WebAssembly');
        seen.disconnect();
      });
      seen.observe(document, { childList: true, subtree: true });
    });
    await lena.context.route(`**/c/${id}`, async (route) => {
      const answer = await route.fetch();
      const html = await answer.text();
      expect(damage(html), 'it is damaged').not.toBe(html);
      await route.fulfill({ response: answer, body: damage(html) });
    });
    await lena.page.goto(`/c/${id}`);
    await expect(lena.page.locator('html[data-hydrated=true], #stopped:not([hidden])').first()).toBeAttached();
    await expect(lena.messages.getByText('still here')).toBeVisible();
    if (await lena.page.locator('#stopped').isVisible()) return;
    await lena.say('I can answer');
    await ada.open('Lena');
    await ada.sees('I can answer');
  });
}
