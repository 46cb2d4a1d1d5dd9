// What goes wrong in a page without anybody seeing it: a story in which that happens has failed.
import { type BrowserContext, type ConsoleMessage, expect } from '@playwright/test';

/** How a browser says that a socket could not be opened or kept, and that nobody was there to be asked why. */
const SERVER_AWAY = [
  /^WebSocket connection to 'ws:.*' failed/,
  /^Failed to load resource: net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE) .*\/session:0\)$/,
];

/** How it says that the device has no network: a story decides when that is. */
const OFFLINE = /net::ERR_INTERNET_DISCONNECTED/;

/** Lines about how fast something was, or about a socket that the page gave up while it was opening: nothing was wrong. */
const HARMLESS = /was preloaded using link preload but not used|WebSocket is closed before the connection is established/;

export class Console {
  private readonly lines: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** `server`: one, or all of them. */
  constructor(private readonly server: { readonly wentDown: boolean }) {}

  /** Listens to every page of this context, now and later. */
  watch(context: BrowserContext): void {
    context.on('console', (message) => this.heard(message));
    context.on('weberror', (error) => this.lines.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on('dialog', (dialog) => {
      this.lines.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** This line belongs to the story: it is about what happens when somebody is refused. */
  allow(line: RegExp): void {
    this.allowed.push(line);
  }

  /** Nothing went wrong that the story did not tell of. */
  expectClean(): void {
    const allowed = [OFFLINE, ...this.allowed, ...(this.server.wentDown ? SERVER_AWAY : [])];
    expect(
      this.lines.filter((line) => !allowed.some((pattern) => pattern.test(line))),
      'the consoles of all pages',
    ).toEqual([]);
  }

  private heard(message: ConsoleMessage): void {
    if (!['error', 'warning', 'assert'].includes(message.type()) || HARMLESS.test(message.text())) return;
    const { url, lineNumber } = message.location();
    this.lines.push(`${message.text()} (${message.type()} at ${url}:${lineNumber})`);
  }
}
