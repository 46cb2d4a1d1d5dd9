// A person at a page, in the words that people use. Everything is found as a screen reader finds it: by role and name.
import { type BrowserContext, type Locator, type Page, type Response, expect } from '@playwright/test';

export const PASSWORD = 'correct horse battery staple';

export class Person {
  readonly context: BrowserContext;
  readonly conversations: Locator;
  readonly search: Locator;
  readonly pane: Locator;
  readonly messages: Locator;
  readonly composer: Locator;
  readonly send: Locator;
  readonly banner: Locator;
  readonly latest: Locator;
  readonly details: Locator;

  constructor(
    readonly name: string,
    readonly page: Page,
    private readonly hydrates = true,
  ) {
    this.context = page.context();
    this.conversations = page.getByRole('navigation', { name: 'Conversations' });
    this.search = this.conversations.getByRole('searchbox', { name: 'Search' });
    this.pane = page.getByRole('main');
    // A thread hides the transcript.
    this.messages = page.getByRole('region', { name: 'Messages' }).and(page.locator(':not([inert])'));
    this.composer = page.getByRole('textbox', { name: 'Message', exact: true });
    this.send = page.getByRole('button', { name: 'Send' });
    this.banner = page.locator('.banner[role=status]');
    this.details = page.getByRole('complementary', { name: 'Details' });
    this.latest = page.getByRole('button', { name: /^Jump to latest/ });
  }

  // --- Going somewhere ---

  /** Opens an address and waits until the page answers. */
  async goto(path: string): Promise<Response | null> {
    const response = await this.page.goto(path);
    await this.isAwake();
    return response;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.isAwake();
  }

  /** The page has been taken over by the browser's half, or never will be: without JavaScript, and where it is only a form. */
  async isAwake(): Promise<void> {
    if (this.hydrates) await expect(this.page.locator('html[data-hydrated=true], main.sign-in').first()).toBeAttached();
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Person> {
    return new Person(this.name, await this.context.newPage(), this.hydrates);
  }

  /** Closes the page and comes back more than an hour later, with a network: in a new tab. */
  async tabLater(): Promise<Person> {
    await this.page.close();
    await this.context.setOffline(false);
    const later = await this.tab();
    await later.page.clock.setFixedTime(Date.now() + 2 * 60 * 60 * 1_000);
    return later;
  }

  /** The path and nothing else of the address. */
  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  async isAt(path: string | RegExp): Promise<void> {
    await expect.poll(() => this.path).toMatch(typeof path === 'string' ? new RegExp(`^${path}$`) : path);
  }

  // --- Signing in and up ---

  async signUp(): Promise<void> {
    await this.goto('/sign-up');
    await this.fillSignIn(this.name, PASSWORD);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.isIn();
  }

  async signIn(): Promise<void> {
    await this.goto('/sign-in');
    await this.fillSignIn(this.name, PASSWORD);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.isIn();
  }

  async fillSignIn(name: string, password: string): Promise<void> {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password').fill(password);
  }

  /** Opens the settings, by the link below the list. */
  async openSettings(): Promise<void> {
    await this.conversations.getByRole('link', { name: /Settings$/ }).click();
    await expect(this.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  }

  async signOut(): Promise<void> {
    await this.openSettings();
    await this.page.getByRole('button', { name: 'Sign out' }).click();
    await this.isOut();
  }

  async isIn(): Promise<void> {
    await expect(this.conversations.locator('.me-name')).toHaveText(this.name);
    await this.isAwake();
  }

  async isOut(): Promise<void> {
    await this.isAt('/sign-in');
    await expect(this.page.getByRole('heading', { name: 'Sign in to Myna' })).toBeVisible();
    await this.isAwake();
  }

  // --- Names ---

  /** Opens the dialog for one's own name. */
  async openName(): Promise<Locator> {
    await this.openSettings();
    await this.page.getByRole('button', { name: 'Change name' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Your name' });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  async changeName(name: string): Promise<void> {
    await this.saveName(await this.openName(), name);
  }

  /** Renames the conversation on show by the button of this name in its details. */
  async rename(button: string, name: string): Promise<void> {
    if ((await this.details.count()) === 0) await this.page.getByRole('button', { name: 'Details' }).click();
    await this.details.getByRole('button', { name: button }).click();
    await this.saveName(this.page.getByRole('dialog'), name);
  }

  /** Leaves the conversation on show, by its details. */
  async leave(): Promise<void> {
    if ((await this.details.count()) === 0) await this.page.getByRole('button', { name: 'Details' }).click();
    await this.details.getByRole('button', { name: /^Leave (conversation|channel)$/ }).click();
    await this.page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
    await this.isAt('/');
  }

  private async saveName(dialog: Locator, name: string): Promise<void> {
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toHaveCount(0);
  }

  // --- Finding people and conversations ---

  /** Finds somebody by a part of their name, and opens the conversation with them. */
  async find(name: string, typed = name): Promise<void> {
    await this.search.fill(typed);
    await this.conversations.getByRole('button', { name }).click();
    await this.isIn1To1(name);
  }

  /** Lays the next pages out from right to left: Myna has no such language yet, but its layout is ready for one. */
  async mirror(): Promise<void> {
    await this.page.addInitScript(() => document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl')));
  }

  /** Opens the conversation with oneself, by the search. */
  async noteToSelf(): Promise<void> {
    await this.search.fill(this.name);
    await this.conversations.getByRole('button', { name: this.name }).click();
    await this.isIn1To1('Note to self');
  }

  /** Begins a conversation from the page for that: with one person, or with several in a group. */
  async writeTo(names: string[], group?: string): Promise<void> {
    await this.page.getByRole('link', { name: 'New message' }).first().click();
    await this.isAt('/new');
    for (const name of names) {
      await this.page.getByLabel('To:').fill(name);
      await this.page.getByRole('listbox', { name: 'People' }).getByRole('option', { name }).click();
      await expect(this.page.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    }
    if (group !== undefined) await this.page.getByLabel('Group name').fill(group);
    await this.page.getByRole('button', { name: 'Start' }).click();
    await this.isAt(/^\/c\//);
    await expect(this.composer).toBeEnabled();
  }

  private async isIn1To1(name: string): Promise<void> {
    await this.isAt(/^\/c\//);
    await expect(this.title).toHaveText(name);
    await expect(this.composer).toBeEnabled();
  }

  /** The row of a conversation in the list. */
  row(title: string): Locator {
    const hasTitle = this.page.locator('.row-title', { hasText: new RegExp(`^${title}$`) });
    return this.conversations.getByRole('link').filter({ has: hasTitle });
  }

  /** Opens a conversation from the list. */
  async open(title: string): Promise<void> {
    await this.row(title).click();
    await expect(this.title).toHaveText(title);
    await expect(this.composer).toBeEnabled();
  }

  /** What the conversation on show is called. */
  get title(): Locator {
    return this.pane.locator('.pane-head').getByRole('heading', { level: 1 });
  }

  async seesUnread(title: string, count: number): Promise<void> {
    const badge = this.row(title).locator('.badge');
    if (count > 0) await expect(badge).toHaveText(`${count} unread`);
    else await expect(badge).toHaveCount(0);
  }

  // --- Talking ---

  /** Types a text and sends it with Enter. It is in the transcript at once. */
  async say(...texts: string[]): Promise<void> {
    // On a phone Enter breaks the line.
    const touches = await this.page.evaluate(() => matchMedia('(pointer: coarse)').matches);
    for (const text of texts) {
      await this.composer.fill(text);
      if (touches) await this.send.tap();
      else await this.composer.press('Enter');
      await expect(this.bubble(text).last()).toBeVisible();
    }
  }

  /** Sends many texts in one go, faster than any hand: nothing is answered before the last is written. */
  async burst(texts: string[]): Promise<void> {
    await this.composer.evaluate((element, texts) => {
      const field = element as HTMLTextAreaElement;
      for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      }
    }, texts);
  }

  /** Types without sending. */
  async types(text: string): Promise<void> {
    await this.composer.pressSequentially(text);
  }

  /** The lines of the transcript that hold exactly this text. */
  bubble(text: string): Locator {
    return this.messages.locator('li.line').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** The message that holds exactly this text, as a screen reader finds it. */
  message(text: string): Locator {
    return this.messages.getByRole('article').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Opens the menu of a message with a finger that stays on it, and lifts the finger. */
  async pressesLong(text: string): Promise<void> {
    const box = (await this.message(text).boundingBox())!;
    const touches = await this.context.newCDPSession(this.page);
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await touches.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await expect(this.page.getByRole('menu')).toBeVisible();
    await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  /** Sees a text, once. */
  async sees(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await expect(this.bubble(text)).toHaveCount(1);
      await expect(this.bubble(text)).toBeVisible();
    }
  }

  /** Everything said in the conversation on show, in the order in which it is shown. */
  async hears(): Promise<string[]> {
    return this.messages.locator('.bubble > p').allTextContents();
  }

  async seesExactly(texts: (string | RegExp)[]): Promise<void> {
    await expect(this.messages.locator('.bubble > p')).toHaveText(texts);
  }

  /** Everything written here has been taken by the server. */
  async hasSentAll(): Promise<void> {
    await expect(this.messages.locator('.bubble.pending, .bubble.failed')).toHaveCount(0, { timeout: 30_000 });
  }

  async seesDelivered(text: string): Promise<void> {
    await expect(this.bubble(text).locator('.status')).toHaveText('Delivered');
  }

  async seesRead(text: string): Promise<void> {
    await expect(this.bubble(text).locator('.status')).toHaveText(/^Read \d{1,2}:\d\d [AP]M$/);
  }

  async seesTyping(name: string): Promise<void> {
    await expect(this.messages.getByRole('img', { name: `${name} is typing` })).toBeVisible();
  }

  async seesNobodyTyping(): Promise<void> {
    await expect(this.messages.getByRole('img', { name: /is typing/ })).toHaveCount(0);
  }

  /** Something that happened: "Ada left". */
  async seesNotice(text: string): Promise<void> {
    await expect(this.messages.getByRole('listitem').filter({ hasText: new RegExp(`^${text}$`) })).toBeVisible();
  }

  // --- The connection ---

  async seesTheConnectionLost(): Promise<void> {
    await expect(this.banner).toContainText(/Reconnecting|offline/);
  }

  async seesTheConnectionBack(): Promise<void> {
    await expect(this.banner).toBeEmpty({ timeout: 30_000 });
  }

  /** Does not wait for the next attempt. */
  async reconnects(): Promise<void> {
    // It may have come back by itself in the meantime.
    await this.banner.getByRole('button', { name: 'Reconnect now' }).click({ timeout: 2_000 }).catch(() => undefined);
    await this.seesTheConnectionBack();
  }
}
