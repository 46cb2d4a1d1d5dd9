// Pictures of every screen, compared with those in docs/screenshots: one that changes fails until it is accepted by
// `make screenshots`.
import { existsSync, readFileSync } from 'node:fs';
import type { BrowserContextOptions } from '@playwright/test';
import { type Moments, setBack } from '../helpers/moments';
import type { Person } from '../helpers/people';
import { type Myna, expect, test } from '../helpers/story';
import { channel, direct, group, newId, read, reply, say, tell } from '../helpers/wire';

/** Other systems draw letters otherwise, with other fonts: what differs there would say nothing of Myna. */
const SYSTEM = /^ID="?debian"?$/m;
const RELEASE = /^VERSION_ID="?12"?$/m;

test.beforeEach(({}, info) => {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (SYSTEM.test(system) && RELEASE.test(system)) return;
  const reason = 'the pictures in docs/screenshots are those of Debian 12';
  console.error(`SKIPPED: ${info.title}: ${reason}`);
  test.skip(true, reason);
});

const DESK: BrowserContextOptions = { viewport: { width: 1316, height: 909 }, deviceScaleFactor: 2 };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** A Thursday morning. The stories' time zone is Berlin's. */
const NOW = Date.parse('2026-10-15T09:41:00+02:00');

const EDITED = 'Saturday works for me. At six?';

/** What Mika and Chidi answer to Bea's last message. */
const REPLIES = [
  ['Mika', 'I have the key, and the heating on from five'],
  ['Chidi', 'You are the best'],
] as const;

/** Colours are drawn from ids, which are random: in the pictures everybody has one that the others have not. */
const COLOURS: Record<string, string> = { SR: '6', BL: '7', CO: '4', MK: '1', LN: '3', TA: '5', YI: '2', SQ: '0', Ns: '6', NM: '6', Nm: '6' };

function at(day: number, time: string): number {
  return Date.parse(`2026-10-${day}T${time}:00+02:00`);
}

/** Gives everybody their colour, on this page and on those that follow. */
async function prepare({ page }: Person): Promise<void> {
  await page.addInitScript((colours) => {
    const paint = (): void => {
      for (const avatar of document.querySelectorAll<HTMLElement>('.avatar')) {
        const hue = colours[avatar.textContent?.trim() ?? ''];
        if (hue && avatar.dataset.hue !== hue) avatar.dataset.hue = hue;
      }
    };
    new MutationObserver(paint).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-hue'] });
  }, COLOURS);
}

/** Compares the page with its picture, once nothing moves. */
async function compare(person: Person, ...name: string[]): Promise<void> {
  // Nobody points at anything, and nobody has just clicked.
  await person.page.mouse.move(0, 0);
  await person.page.evaluate(async () => {
    await document.fonts.load('16px Inter');
    if (document.activeElement?.matches('textarea, main, .transcript')) (document.activeElement as HTMLElement).blur();
  });
  // The README shows some at twice the size.
  await expect(person.page).toHaveScreenshot(name, { scale: name.length === 1 ? 'device' : 'css' });
}

/** A week in the life of a viola player: Sam, who has yet to open the page, and the friends who wrote. */
async function week(myna: Myna, options: BrowserContextOptions) {
  const [bea, chidi, mika] = await myna.people('Bea Lindqvist', 'Chidi Okafor', 'Mika Koch');
  const [lena, tariq, yoko] = await myna.people('Lena Novak', 'Tariq Aziz', 'Yoko Ito');
  const sam = await myna.member('Sam Rivera', options);
  await sam.goto('/channels');

  const moments: Moments = new Map();
  const said = async (who: Person, conversation: string, day: number, time: string, text: string) => {
    moments.set(text, at(day, time));
    await say(who, conversation, text);
  };

  const self = await direct(sam, sam);
  await said(sam, self, 12, '17:20', 'rosin, A string, 4 stands');

  const withYoko = await direct(yoko, sam);
  await said(sam, withYoko, 13, '20:02', 'The hall was full, you should have heard it');
  await said(yoko, withYoko, 13, '20:15', 'Next time I will be there 🌙');
  await read(sam, withYoko, 2);

  const withTariq = await direct(tariq, sam);
  await said(tariq, withTariq, 14, '16:30', 'هل نلتقي غداً؟');

  const announcements = await channel('announcements', lena, sam, bea, mika);
  await said(lena, announcements, 14, '18:00', 'The rehearsal room moves to the second floor on Monday. Bring your keys.');
  await read(sam, announcements, 1);

  const quartet = await group('String Quartet', bea, sam, chidi, mika);
  await said(mika, quartet, 14, '17:40', 'Has anybody seen my metronome?');
  await said(bea, quartet, 14, '17:48', 'On the piano, under your scarf');
  await said(mika, quartet, 14, '17:49', 'Found it, thank you!');
  await said(bea, quartet, 14, '19:02', 'Did everybody get the parts?');
  await said(bea, quartet, 14, '19:02', 'The second movement has a new bowing from bar 48');
  await said(sam, quartet, 14, '19:10', 'Printed and marked');
  await said(sam, quartet, 14, '19:10', 'Can we start with it? I’d like to try it slowly first');
  await said(chidi, quartet, 14, '19:14', 'Gladly. I have only played it up to tempo once, and that was an accident');
  await said(chidi, quartet, 14, '19:14', '🎻😅');

  const withLena = await direct(lena, sam);
  await said(sam, withLena, 14, '21:30', 'I read the new draft on the train');
  await said(sam, withLena, 14, '21:30', 'The middle part is so much clearer now');
  await said(lena, withLena, 14, '21:34', 'Really? I was about to throw it out');
  await said(sam, withLena, 14, '21:35', 'Please don’t. Only the ending comes a little early');
  await said(lena, withLena, 15, '09:10', 'You were right about the ending');
  await said(lena, withLena, 15, '09:12', 'I wrote it again last night and it is a page longer. May I send it to you?');

  // Last, so that the server has the list in the order that the moments give.
  await said(sam, quartet, 15, '09:36', 'Saturday works for me. Six?');
  await said(chidi, quartet, 15, '09:37', 'Six is good');
  await said(bea, quartet, 15, '09:40', 'Then Saturday at six. I’ll bring the scores and the cake. Mika, can you unlock the hall?');
  await read(sam, quartet, 12);
  const react = (who: Person, conversation: string, seq: number, emoji: string) => tell(who, [{ type: 'react', conversation, seq, emoji }]);
  for (const who of [bea, mika]) await react(who, quartet, 8, '😂');
  for (const who of [chidi, bea]) await react(who, quartet, 10, '👍');
  await react(mika, quartet, 12, '❤️');
  await react(chidi, quartet, 12, '🍰');
  await react(sam, withLena, 5, '‼️');
  await react(lena, withLena, 2, '❤️');

  // What will become of two of these.
  moments.set(EDITED, at(15, '09:36')).set('', at(14, '19:14'));
  for (const [, text] of REPLIES) moments.set(text, at(15, '09:41'));
  moments.set(SCHEDULED[0], at(16, '09:00')).set(SCHEDULED[1], at(19, '09:00'));
  await setBack(sam.page, NOW, moments);
  await prepare(sam);
  return { sam, lena, mika, chidi, quartet, withLena, withTariq };
}

/** What Sam has scheduled. */
const SCHEDULED = ['Don’t forget the stands tonight', 'How was your weekend? I found a recording of the second movement that we should listen to'] as const;
const DAY = 24 * 60 * 60 * 1_000;

/** Signs in with the form, so that all it shows comes after the clock was set. */
async function enter(sam: Person): Promise<void> {
  await sam.goto('/');
  await expect(sam.row('Note to self')).toBeVisible();
}

test('a picture of the page to sign in', async ({ myna }) => {
  const somebody = await myna.visitor('Sam Rivera', { ...DESK, deviceScaleFactor: 1 });
  await prepare(somebody);
  await somebody.goto('/sign-in');
  await somebody.page.getByLabel('Name').fill('Sam Rivera');
  await compare(somebody, 'sign-in.png');
});

test('pictures of a conversation, in light and dark', async ({ myna }) => {
  const { sam, mika, quartet } = await week(myna, DESK);
  await enter(sam);
  await sam.open('String Quartet');
  await mika.goto(`/c/${quartet}`);
  await mika.types('Of course');
  await sam.seesTyping('Mika Koch');
  await sam.seesUnread('Lena Novak', 2);
  await expect(sam.messages.getByText('Today')).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await mika.types('.');
    await sam.page.emulateMedia({ colorScheme });
    await sam.seesTyping('Mika Koch');
    await compare(sam, `${colorScheme}.png`);
  }
});

test('a picture on a phone', async ({ myna }) => {
  const { sam, lena, withLena } = await week(myna, PHONE);
  await enter(sam);
  await sam.open('Lena Novak');
  await lena.goto(`/c/${withLena}`);
  await sam.composer.fill('Yes, please!');
  await sam.send.tap();
  await sam.seesRead('Yes, please!');
  await lena.types('Sending');
  await sam.seesTyping('Lena Novak');
  await sam.composer.blur();
  await compare(sam, 'phone.png');
});

/** A way to look at the page. */
interface Mode {
  options: BrowserContextOptions;
  /** Changes a page where no option does. */
  change?: (person: Person) => Promise<void>;
}

/** Twice the text size that a browser begins with. */
async function enlarge({ context, page }: Person): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Page.enable');
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

const WINDOW = { viewport: { width: 1100, height: 760 } };
const MODES: Record<string, Mode> = {
  light: { options: WINDOW },
  dark: { options: { ...WINDOW, colorScheme: 'dark' } },
  phone: { options: { ...PHONE, deviceScaleFactor: 1 } },
  german: { options: { ...WINDOW, locale: 'de-DE' } },
  'large-text': { options: WINDOW, change: enlarge },
  'right-to-left': { options: WINDOW, change: (person) => person.mirror() },
};

for (const [mode, { options, change }] of Object.entries(MODES)) {
  test(`pictures of every screen: ${mode}`, async ({ myna }) => {
    test.slow();
    myna.console.allow(/status of 40[14] /);
    myna.console.allow(/ERR_INTERNET_DISCONNECTED/);
    const { sam, chidi, mika, quartet, withTariq } = await week(myna, options);
    await change?.(sam);
    const { page } = sam;
    await sam.goto('/');
    await page.locator('.sidebar .row').nth(5).waitFor();
    await compare(sam, mode, 'list.png');

    /** Follows a link inside the page: a full load would lose the fixed times. */
    const go = async (path: string, shows: string): Promise<void> => {
      await page.evaluate((path) => {
        const link = Object.assign(document.createElement('a'), { href: path });
        document.body.append(link);
        link.click();
        link.remove();
      }, path);
      await page.locator(shows).first().waitFor();
    };
    await go(`/c/${quartet}`, '.bubble');
    await compare(sam, mode, 'conversation.png');
    await page.locator('.bubble').last().click({ button: 'right' });
    await page.locator('[role=menu]').waitFor();
    await compare(sam, mode, 'menu.png');
    await page.locator('.tapback-choice').last().click();
    await page.locator('.emoji-choice').first().waitFor();
    await compare(sam, mode, 'emoji.png');
    await page.keyboard.press('Escape');
    await page.locator('.badges').last().click();
    await page.locator('.reactor').first().waitFor();
    await compare(sam, mode, 'reactions.png');
    await page.keyboard.press('Escape');
    for (const [who, text] of REPLIES) await reply(who === 'Mika' ? mika : chidi, quartet, 12, text);
    await page.locator('.quote').first().waitFor();
    await page.locator('.bubble').last().click({ button: 'right' });
    await page.locator('.menu-item').first().click();
    await page.locator('.composer-editing').waitFor();
    await compare(sam, mode, 'reply.png');
    await page.locator('.composer-editing button').click();
    await page.locator('.replies button').click();
    await page.locator('.thread .bubble').nth(2).waitFor();
    await compare(sam, mode, 'thread.png');
    await page.locator('.thread-head .icon-button').click();
    await tell(sam, [{ type: 'edit', conversation: quartet, seq: 10, text: EDITED }]);
    await tell(chidi, [{ type: 'unsend', conversation: quartet, seq: 9 }]);
    await page.locator('.line.unsent').waitFor();
    await page.locator('.bubble', { hasText: EDITED }).click({ button: 'right' });
    await page.locator('.menu-item').nth(5).click();
    await page.locator('.composer-editing').waitFor();
    // The click may have scrolled the message into sight while the lines around it were changing.
    await expect(async () => {
      const below = await page.locator('.transcript').evaluate((list) => {
        list.scrollTo(0, list.scrollHeight);
        return list.scrollHeight - list.scrollTop - list.clientHeight;
      });
      expect(below).toBeLessThan(2);
    }).toPass();
    await compare(sam, mode, 'editing.png');
    await page.locator('.composer-editing button').click();
    await page.locator('.edited button').click();
    await page.locator('.version').nth(1).waitFor();
    await compare(sam, mode, 'earlier-versions.png');
    await page.keyboard.press('Escape');
    await page.locator('.pane-head button').click();
    await page.locator('aside').waitFor();
    await compare(sam, mode, 'details.png');
    await page.locator('.add-people-link').click();
    await page.locator('dialog[open] [role=option]').first().waitFor();
    await compare(sam, mode, 'add-people.png');
    await page.keyboard.press('Escape');
    await page.locator('aside .button, aside button').filter({ visible: true }).nth(1).click();
    await page.locator('dialog[open]').waitFor();
    await compare(sam, mode, 'dialog.png');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('.pane-head button').click();
    await page.locator('aside .go-to-date').click();
    await page.locator('dialog[open] input').waitFor();
    await compare(sam, mode, 'go-to-date.png');
    await page.keyboard.press('Escape');
    await go(`/c/${withTariq}`, '.bubble');
    await compare(sam, mode, 'arabic.png');
    await go(`/c/${quartet}`, '.bubble');
    await page.locator('.bubble', { hasText: 'Gladly' }).click({ button: 'right' });
    await page.locator('.menu-item').nth(4).click();
    await page.locator('.choose').first().waitFor();
    await page.locator('.line', { hasText: 'Printed and marked' }).click();
    await compare(sam, mode, 'selection.png');
    await page.locator('.selection-bar button').last().click();
    await page.locator('dialog[open] [role=option]').first().click();
    await page.locator('.switch-done').waitFor();
    await compare(sam, mode, 'forward.png');
    await page.locator('.forward-head button').click();
    await page.locator('.origin').nth(1).waitFor();
    await compare(sam, mode, 'forwarded.png');
    await go(`/c/${quartet}`, '.bubble');
    await page.locator('.composer textarea').fill(SCHEDULED[0]);
    await page.locator('.send[title]').click({ button: 'right' });
    await page.locator('.suggested-times button').first().waitFor();
    await compare(sam, mode, 'send-later.png');
    await page.keyboard.press('Escape');
    await page.locator('.composer textarea').fill('');
    await tell(sam, SCHEDULED.map((text) => ({ type: 'schedule', conversation: quartet, client_id: newId(), text, send_at: Date.now() + DAY })));
    await page.locator('.scheduled .bubble').nth(1).waitFor();
    await compare(sam, mode, 'scheduled.png');
    await page.locator('.scheduled .link').last().click();
    await page.locator('dialog[open] textarea').waitFor();
    await compare(sam, mode, 'scheduled-message.png');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.locator('dialog[open] [role=option]', { has: page.locator('path[d^="M12 3.5a8.5"]') }).click();
    await page.locator('.versions li').nth(1).waitFor();
    await compare(sam, mode, 'all-scheduled.png');
    await page.keyboard.press('Escape');
    await go('/new', '.picker');
    await compare(sam, mode, 'new-message.png');
    await go('/channels', '.picker');
    await compare(sam, mode, 'channels.png');
    await go('/settings', '.settings');
    await compare(sam, mode, 'settings.png');
    await page.keyboard.press('Control+k');
    await page.locator('dialog[open] [role=option]').first().waitFor();
    await compare(sam, mode, 'switcher.png');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.locator('dialog[open] kbd').first().waitFor();
    await compare(sam, mode, 'shortcuts.png');
    await page.keyboard.press('Escape');
    // The connection is lost, and then the device says why.
    await myna.server.stop();
    const banner = page.locator('.banner.offline > span');
    await expect(banner).toBeVisible();
    const reconnecting = await banner.innerText();
    await sam.context.setOffline(true);
    await expect(banner).not.toHaveText(reconnecting);
    await compare(sam, mode, 'offline.png');
    await myna.server.restart();

    const visitor = await myna.visitor('Nobody', options);
    await prepare(visitor);
    await change?.(visitor);
    await visitor.page.goto('/sign-up');
    await compare(visitor, mode, 'sign-up.png');
    await visitor.page.goto('/nowhere');
    await compare(visitor, mode, 'not-found.png');
    await visitor.page.goto('/sign-in');
    await visitor.page.locator('input[name=name]').fill('Sam Rivera');
    await visitor.page.locator('input[name=password]').fill('a wrong password');
    await visitor.page.locator('form button[type=submit], form button').last().click();
    await visitor.page.locator('[role=alert]').waitFor();
    await compare(visitor, mode, 'sign-in-refused.png');
  });
}
