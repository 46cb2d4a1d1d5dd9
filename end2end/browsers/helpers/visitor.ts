// A person at a page in any browser.
import { expect } from '@playwright/test';
import { By, Key, type WebDriver, type WebElement } from 'selenium-webdriver';
import { PASSWORD } from '../../helpers/people';
import { newId } from '../../helpers/wire';
import type { Server } from '../../helpers/server';
import { type Browser, Driver } from './driver';

export const PHONE = { width: 390, height: 844 };

export class Visitor {
  private constructor(
    readonly name: string,
    private readonly server: Server,
    private readonly driver: Driver,
  ) {}

  static async arrive(kind: Browser, server: Server, name: string, window = { width: 1100, height: 760 }): Promise<Visitor> {
    const visitor = new Visitor(name, server, await Driver.start(kind));
    try {
      await visitor.page.manage().window().setRect(window);
      await visitor.goto('/sign-up');
      await (await visitor.one('input[name=name]')).sendKeys(name);
      await (await visitor.one('input[name=password]')).sendKeys(PASSWORD, Key.ENTER);
      await visitor.isAlive();
      return visitor;
    } catch (error) {
      await visitor.leave();
      throw error;
    }
  }

  get page(): WebDriver {
    return this.driver.browser;
  }

  async leave(): Promise<void> {
    await this.driver.stop();
  }

  async goto(path: string): Promise<void> {
    await this.page.get(this.server.url + path);
  }

  /** The page answers. */
  async isAlive(): Promise<void> {
    await this.one('html[data-hydrated=true]');
  }

  async reload(): Promise<void> {
    await this.page.navigate().refresh();
    await this.isAlive();
  }

  /** The first element that this selector finds, once there is one. */
  async one(selector: string): Promise<WebElement> {
    await expect.poll(() => this.count(selector), { message: selector }).toBeGreaterThan(0);
    return this.page.findElement(By.css(selector));
  }

  async count(selector: string): Promise<number> {
    return (await this.page.findElements(By.css(selector))).length;
  }

  /** The texts of all elements that this selector finds. */
  async texts(selector: string): Promise<string[]> {
    return this.run((selector: string) => [...document.querySelectorAll(selector)].map((element) => element.textContent ?? ''), selector);
  }

  /** Runs a function in the page. */
  async run<Arguments extends unknown[], Answer>(script: (...given: Arguments) => Answer, ...given: Arguments): Promise<Answer> {
    return this.page.executeScript<Answer>(`return (${script})(...arguments);`, ...given);
  }

  /** Finds somebody by the search, and opens the conversation with them. */
  async find(name: string): Promise<void> {
    await (await this.one('.sidebar input[type=search]')).sendKeys(name);
    await expect.poll(() => this.texts('.sidebar .row-title')).toContain(name);
    await this.run((name: string) => {
      const titles = [...document.querySelectorAll<HTMLElement>('.sidebar .row-title')];
      titles.find((title) => title.textContent === name)?.click();
    }, name);
    await this.sees('.pane-head h1', name === this.name ? 'Note to self' : name);
  }

  async open(title: string): Promise<void> {
    await expect.poll(() => this.texts('.sidebar .row-title')).toContain(title);
    const at = (await this.texts('.sidebar .row-title')).indexOf(title);
    await (await this.page.findElements(By.css('.sidebar a.row')))[at]!.click();
    await this.sees('.pane-head h1', title);
  }

  async composer(): Promise<WebElement> {
    const composer = await this.one('.composer textarea');
    await expect.poll(() => composer.isEnabled()).toBe(true);
    return composer;
  }

  async say(text: string): Promise<void> {
    await (await this.composer()).sendKeys(text, Key.ENTER);
    await expect.poll(() => this.hears()).toContain(text);
  }

  /** Everything in the transcript, in order. */
  async hears(): Promise<string[]> {
    return this.texts('.transcript .bubble > p');
  }

  async sees(selector: string, text: string | RegExp): Promise<void> {
    await expect.poll(async () => (await this.texts(selector)).join(' | '), { message: selector }).toMatch(text);
  }

  /** Says so many texts in the conversation on show by the socket, faster than by hand. */
  async sayMany(texts: string[]): Promise<void> {
    const conversation = new URL(await this.page.getCurrentUrl()).pathname.split('/').at(-1)!;
    const commands = texts.map((text, at) => ({ type: 'send', request: at + 1, conversation, client_id: newId(), text }));
    const refused = await this.page.executeAsyncScript<string | null>(
      `const [commands, done] = arguments;
       const socket = new WebSocket('ws://' + location.host + '/ws', 'myna.v1');
       let answers = 0;
       socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', cursors: {} }));
       socket.onmessage = (event) => {
         const heard = JSON.parse(event.data);
         if (heard.type === 'caught_up' && heard.request === null) commands.forEach((command) => socket.send(JSON.stringify(command)));
         if (heard.type === 'rejected') done(heard.text);
         if (heard.type === 'ack' && ++answers === commands.length) { socket.close(); done(null); }
       };`,
      commands,
    );
    expect(refused).toBeNull();
  }
}
