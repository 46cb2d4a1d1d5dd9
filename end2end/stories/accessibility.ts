// axe looks at every page and state, in light and dark, on a desk and on a phone.
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContextOptions } from '@playwright/test';
import { type Person } from '../helpers/people';
import { type Myna, expect, test } from '../helpers/story';
import { channel, direct, group, newId, read, say } from '../helpers/wire';

const DESK: BrowserContextOptions = { viewport: { width: 1100, height: 760 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** No violation that axe calls serious or critical, in light and in dark. */
async function isAccessible(person: Person, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await person.page.emulateMedia({ colorScheme });
    // Until the page is drawn in these colours.
    await person.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const axe = new AxeBuilder({ page: person.page }).setLegacyMode();
    // Only the colours differ: the rest need not be looked at twice.
    const found = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze();
    const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const told = grave.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target} ${node.failureSummary?.replace(/\s+/g, ' ')}`),
    );
    expect(told, `${state}, ${colorScheme}`).toEqual([]);
  }
}

/** Somebody with a conversation of every kind. */
async function settled(myna: Myna, options: BrowserContextOptions) {
  const lena = await myna.person('Lena Novak', options);
  const ada = await myna.person('Ada Byron');
  const bea = await myna.person('Bea');
  const quartet = await group('String Quartet', lena, ada, bea);
  const hall = await channel('announcements', ada, lena);
  const withBea = await direct(bea, lena);
  const withAda = await direct(lena, ada);
  await say(lena, withAda, 'Hello Ada', 'How are you?');
  await say(ada, withAda, 'Very well', '🎻');
  await say(ada, quartet, 'Did everybody get the parts?');
  await say(bea, quartet, 'Yes');
  await say(lena, quartet, 'Printed and marked');
  await say(ada, hall, 'The hall is booked');
  await say(bea, withBea, 'Are you coming?');
  return { lena, ada, quartet, hall, withAda };
}

for (const [size, options] of [
  ['a desk', DESK],
  ['a phone', PHONE],
] as const) {
  test(`the pages to sign in and up are accessible on ${size}`, async ({ myna }) => {
    myna.console.allow(/status of 40[14] /);
    const lena = await myna.visitor('Lena', options);
    await lena.goto('/sign-in');
    await isAccessible(lena, 'sign-in');
    await lena.fillSignIn('Lena', 'not the password');
    await lena.page.getByRole('button', { name: 'Sign in' }).click();
    await expect(lena.page.getByRole('alert')).toBeVisible();
    await isAccessible(lena, 'sign-in, refused');
    await lena.goto('/sign-up');
    await isAccessible(lena, 'sign-up');
    await lena.goto('/nowhere');
    await isAccessible(lena, 'a page that is not there');
  });

  test(`an empty chat and the pickers are accessible on ${size}`, async ({ myna }) => {
    await myna.member('Ada');
    await myna.member('Bea');
    const lena = await myna.person('Lena', options);
    await isAccessible(lena, 'an empty chat');
    await lena.goto('/channels');
    await expect(lena.page.getByText('There are no channels yet.')).toBeVisible();
    await isAccessible(lena, 'no channels');
    await channel('announcements', lena);
    await lena.goto('/channels');
    await expect(lena.page.getByRole('link', { name: 'Open announcements' })).toBeVisible();
    await isAccessible(lena, 'channels');
    await lena.goto('/new');
    const people = lena.page.getByRole('listbox', { name: 'People' });
    await people.getByRole('option', { name: 'Ada' }).click();
    await people.getByRole('option', { name: 'Bea' }).click();
    await expect(lena.page.getByLabel('Group name')).toBeVisible();
    await isAccessible(lena, 'a new message to two');
    await lena.page.getByLabel('To:').fill('nobody');
    await expect(lena.page.getByText('No results for “nobody”.')).toBeVisible();
    await isAccessible(lena, 'a new message to nobody');
    await lena.goto(`/c/${newId()}`);
    await isAccessible(lena, 'no such conversation');
    await lena.goto('/settings');
    await isAccessible(lena, 'the settings');
  });

  test(`conversations are accessible on ${size}`, async ({ myna }) => {
    const { lena, ada, quartet, hall, withAda } = await settled(myna, options);
    await lena.seesUnread('Bea', 1);
    await isAccessible(lena, 'the list');
    // Somebody she does not talk to yet: the others stand among the conversations.
    await myna.member('Anna');
    await lena.search.fill('a');
    await expect(lena.page.getByRole('heading', { name: 'People' })).toBeVisible();
    await isAccessible(lena, 'search');
    await lena.search.fill('xyz');
    await expect(lena.page.getByText('No results for “xyz”.')).toBeVisible();
    await isAccessible(lena, 'search without results');

    await lena.goto(`/c/${quartet}`);
    await ada.goto(`/c/${quartet}`);
    const typing = lena.messages.getByRole('img', { name: 'Ada Byron is typing' });
    // A key that is pressed before the socket is open tells nobody.
    await expect(async () => {
      await ada.types('Hm');
      await expect(typing).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await isAccessible(lena, 'a group, somebody typing');
    await lena.page.getByRole('button', { name: 'Details' }).click();
    await expect(lena.page.getByRole('button', { name: 'Leave conversation' })).toBeVisible();
    await isAccessible(lena, 'details');
    await lena.details.getByRole('button', { name: 'Add people' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Add people' })).toBeVisible();
    await isAccessible(lena, 'adding people');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await lena.details.getByRole('button', { name: 'Leave conversation' }).click();
    await expect(lena.page.getByRole('alertdialog')).toBeVisible();
    await isAccessible(lena, 'a question');
    await lena.page.keyboard.press('Escape');
    await lena.page.keyboard.press('Escape');
    await expect(lena.details).toHaveCount(0);
    await lena.page.getByRole('button', { name: 'Details' }).click();
    await lena.page.getByRole('button', { name: 'Go to date' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Go to date' })).toBeVisible();
    await isAccessible(lena, 'the dialog for a date');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await lena.messages.getByRole('article').last().focus();
    await lena.page.keyboard.press('Enter');
    await expect(lena.page.getByRole('menu')).toBeVisible();
    await isAccessible(lena, 'the menu of a message');
    await lena.page.getByRole('menuitem', { name: 'More reactions' }).click();
    await expect(lena.page.getByRole('heading', { name: 'Flags' })).toBeAttached();
    await isAccessible(lena, 'the picker of emoji');
    await lena.page.getByRole('searchbox', { name: 'Search emoji' }).fill('violin');
    await lena.page.keyboard.press('Enter');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await lena.messages.getByRole('button', { name: 'Reactions: 🎻 (You)' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Reactions' })).toBeVisible();
    await isAccessible(lena, 'who reacts to a message');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await lena.messages.getByRole('article').last().focus();
    await lena.page.keyboard.press('r');
    await expect(lena.page.getByText('Replying to yourself')).toBeVisible();
    await lena.composer.fill('In blue, and in red');
    await isAccessible(lena, 'a reply that is written');
    await lena.send.click();
    await expect(lena.messages.getByRole('button', { name: /^In reply to you: / })).toBeVisible();
    await isAccessible(lena, 'a reply and what it answers');
    await lena.messages.getByRole('button', { name: '1 reply' }).click();
    await expect(lena.page.getByRole('region', { name: 'Thread' })).toBeVisible();
    await expect(lena.messages.getByRole('article')).toHaveCount(2);
    await isAccessible(lena, 'a thread');
    await lena.page.getByRole('button', { name: 'Close thread' }).click();
    await lena.messages.getByRole('article').last().focus();
    await lena.page.keyboard.press('f');
    await expect(lena.page.getByRole('dialog', { name: 'Forward' }).getByRole('option').first()).toBeVisible();
    await isAccessible(lena, 'the dialog that forwards');
    await lena.page.getByRole('option', { name: 'String Quartet' }).click();
    await isAccessible(lena, 'what has been forwarded');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await expect(lena.messages.getByRole('button', { name: 'Forwarded from you' })).toBeVisible();
    await lena.hasSentAll();
    await isAccessible(lena, 'a forwarded message');
    await lena.messages.getByRole('article').last().focus();
    await lena.page.keyboard.press('Enter');
    await lena.page.getByRole('menuitem', { name: 'Select' }).click();
    await expect(lena.page.getByRole('toolbar', { name: 'Selected messages' })).toBeVisible();
    await isAccessible(lena, 'messages that are chosen');
    await lena.page.keyboard.press('Escape');
    await lena.composer.fill('Until tomorrow');
    await lena.send.click({ button: 'right' });
    await expect(lena.page.getByRole('dialog', { name: 'Send Later' })).toBeVisible();
    await isAccessible(lena, 'the dialog that asks when to send');
    await lena.page.getByRole('button', { name: 'Tomorrow 9:00 AM' }).click();
    await expect(lena.page.locator('li.scheduled')).toBeVisible();
    await isAccessible(lena, 'a scheduled message');
    await lena.page.locator('li.scheduled').getByRole('button', { name: 'Edit' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Scheduled message' })).toBeVisible();
    await isAccessible(lena, 'the dialog of a scheduled message');
    await lena.page.keyboard.press('Escape');
    await lena.page.keyboard.press('Control+k');
    await lena.page.getByRole('option', { name: 'Scheduled messages' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Scheduled messages' })).toBeVisible();
    await isAccessible(lena, 'all scheduled messages');
    await lena.page.locator('.versions li').getByRole('button', { name: 'Edit' }).click();
    await lena.page.getByRole('button', { name: 'Delete' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Scheduled messages' })).toContainText('No scheduled messages.');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.locator('li.scheduled')).toHaveCount(0);
    // Before the one that is forwarded, which cannot be edited.
    await lena.messages.getByRole('article').nth(-2).focus();
    await lena.page.keyboard.press('Enter');
    await lena.page.getByRole('menuitem', { name: 'Edit' }).click();
    await lena.composer.fill('Printed, marked and bound');
    await isAccessible(lena, 'an edit');
    await lena.page.getByRole('button', { name: 'Save' }).click();
    await lena.page.getByRole('button', { name: 'Edited' }).click();
    await expect(lena.page.getByRole('dialog', { name: 'Earlier versions' })).toBeVisible();
    await isAccessible(lena, 'the earlier versions of a message');
    await lena.page.keyboard.press('Escape');
    await expect(lena.page.getByRole('dialog')).toHaveCount(0);
    await lena.page.keyboard.press('Control+k');
    await expect(lena.page.getByRole('option').first()).toBeVisible();
    await isAccessible(lena, 'the quick switcher');
    await lena.page.keyboard.press('Escape');
    await lena.page.keyboard.press('Control+/');
    await expect(lena.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await isAccessible(lena, 'the shortcuts');
    await lena.page.keyboard.press('Escape');

    await lena.goto(`/c/${hall}`);
    await isAccessible(lena, 'a channel');
    await lena.goto(`/c/${withAda}`);
    await lena.composer.fill('x'.repeat(8_001));
    await lena.send.click();
    await expect(lena.page.getByRole('alert')).toBeVisible();
    await isAccessible(lena, 'a text too long');
    await lena.composer.fill('');
    await lena.context.setOffline(true);
    await lena.seesTheConnectionLost();
    await lena.say('into the void');
    await isAccessible(lena, 'offline, a message on its way');
  });

  test(`a long conversation and an undelivered message are accessible on ${size}`, async ({ myna }) => {
    const [lena, ada] = [await myna.person('Lena', options), await myna.person('Ada')];
    const conversation = await direct(ada, lena);
    await say(ada, conversation, ...Array.from({ length: 60 }, (_, at) => `message ${at}`));
    await read(lena, conversation, 60);
    await lena.goto(`/c/${conversation}`);
    await expect(lena.bubble('message 59')).toBeInViewport();
    // Older messages that come just then bring the page back to its end once.
    await expect(async () => {
      await lena.messages.evaluate((element) => (element.scrollTop = 900));
      await expect(lena.latest).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await say(ada, conversation, 'one more');
    await expect(lena.page.getByRole('button', { name: 'Jump to latest, 1 new' })).toBeVisible();
    await isAccessible(lena, 'reading the past');

    await lena.context.setOffline(true);
    await lena.seesTheConnectionLost();
    await lena.say('too late');
    const later = await lena.tabLater();
    await later.goto(`/c/${conversation}`);
    await expect(later.page.getByRole('button', { name: /^Not delivered/ })).toBeVisible();
    await isAccessible(later, 'a message that was not delivered');
  });
}

test('a screen reader finds the list, the messages with who wrote them, and where one writes', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await ada.find('Lena');
  await ada.say('Good morning');
  await lena.open('Ada');
  await lena.say('Hello https://example.org/');
  await lena.seesRead('Hello https://example.org/');
  await expect(lena.page.locator('body')).toMatchAriaSnapshot(`
    - link "Skip to the conversation"
    - navigation "Conversations":
      - searchbox "Search"
      - link "Channels"
      - link "New message"
      - list:
        - listitem:
          - link /^Ada \\d{1,2}:\\d\\d [AP]M Hello https:..example.org.$/
      - link "Lena, Settings"
    - main:
      - heading "Ada" [level=1]
      - paragraph: Online
      - button "Details"
      - region "Messages":
        - list:
          - listitem:
            - time: /Today \\d{1,2}:\\d\\d [AP]M/
          - listitem:
            - article /^Ada, \\d{1,2}:\\d\\d [AP]M$/:
              - paragraph: Good morning
          - listitem:
            - article /^You, \\d{1,2}:\\d\\d [AP]M$/:
              - paragraph:
                - text: Hello
                - link "https://example.org/"
            - paragraph: /Read \\d{1,2}:\\d\\d [AP]M/
      - textbox "Message"
      - button "Send" [disabled]
  `);
});
