// What every story begins with: a server of its own, or several nodes, and people who come to them.
import { type Browser, type BrowserContextOptions, type TestInfo, devices, expect, test as base } from '@playwright/test';
import { Cluster } from './cluster';
import { Console } from './console';
import { PASSWORD, Person } from './people';
import { Server } from './server';

export { expect };

/** A browser on a phone. */
export const PHONE = { ...devices['iPhone 13'], viewport: { width: 390, height: 844 }, defaultBrowserType: undefined };

/** A Myna and the people at it. */
export class Myna {
  readonly console: Console;

  constructor(
    private readonly browser: Browser,
    readonly server: Server,
  ) {
    this.console = new Console(server);
  }

  /** Somebody with a browser of their own, who has not been here yet. */
  async visitor(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...options });
    this.console.watch(context);
    return new Person(name, await context.newPage(), options.javaScriptEnabled ?? true);
  }

  /** Somebody who has an account and is signed in, but has no page open. Quicker than the forms, which have their own stories. */
  async member(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const person = await this.visitor(name, options);
    const answer = await person.context.request.post('/api/sign_up', { form: { name, password: PASSWORD } });
    if (!answer.ok()) throw new Error(`${name} could not sign up: ${answer.status()} ${await answer.text()}`);
    return person;
  }

  /** Somebody who is signed in and looks at their conversations. */
  async person(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const person = await this.member(name, options);
    await person.goto('/');
    return person;
  }

  /** The ids of so many accounts that nobody uses. */
  async accounts(count: number): Promise<string[]> {
    const context = await this.browser.newContext({ baseURL: this.server.url });
    const ids: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const signedUp = await context.request.post('/api/sign_up', { form: { name: `Account ${at}`, password: PASSWORD } });
      if (!signedUp.ok()) throw new Error(`no account: ${signedUp.status()} ${await signedUp.text()}`);
      const page = await (await context.request.post('/api/first_page')).json();
      ids.push(page.user.id);
    }
    await context.close();
    return ids;
  }

  /** As many people as there are names. */
  async people<Names extends string[]>(...names: Names): Promise<{ [At in keyof Names]: Person }> {
    const people: Person[] = [];
    for (const name of names) people.push(await this.person(name));
    return people as { [At in keyof Names]: Person };
  }
}

/** Two nodes over one MongoDB, and the people at them. */
export class Nodes {
  readonly console: Console;

  constructor(
    private readonly browser: Browser,
    readonly cluster: Cluster,
  ) {
    this.console = new Console(cluster);
  }

  /** Somebody with a browser of their own, for whom the load balancer asks the nodes in this order. */
  async visitor(name: string, ...order: number[]): Promise<Person> {
    const context = await this.browser.newContext({ baseURL: await this.cluster.door(...order) });
    this.console.watch(context);
    return new Person(name, await context.newPage());
  }
}

/** Where a story takes place. */
interface Place {
  readonly failures: string[];
  readonly log: string;
  remove(): Promise<void>;
}

/** Plays the story, looks for what went wrong unseen, and leaves nothing behind. */
async function play(browser: Browser, place: Place, console: Console, info: TestInfo, story: () => Promise<void>): Promise<void> {
  try {
    await story();
    if (info.status === info.expectedStatus) {
      console.expectClean();
      expect(place.failures, 'what the server logs as its own failure').toEqual([]);
    }
  } finally {
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: place.log, contentType: 'text/plain' });
    }
    await Promise.all(browser.contexts().map((context) => context.close()));
    await place.remove();
  }
}

export const test = base.extend<{ myna: Myna; nodes: Nodes }>({
  myna: async ({ browser }, use, info) => {
    const server = await Server.start();
    const myna = new Myna(browser, server);
    await play(browser, server, myna.console, info, () => use(myna));
  },
  nodes: async ({ browser }, use, info) => {
    const cluster = await Cluster.start(2);
    if (!cluster) {
      console.error(`SKIPPED: ${info.title}: there is no MongoDB server on this machine`);
      info.skip();
      return;
    }
    console.error(`${info.title}: ${cluster.mongo.name}`);
    const nodes = new Nodes(browser, cluster);
    await play(browser, cluster, nodes.console, info, () => use(nodes));
  },
});
