// Browsers by WebDriver: Firefox by geckodriver, WebKit by WebKitWebDriver and its MiniBrowser on a display of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';

export type Browser = 'firefox' | 'webkit';

const MINI_BROWSERS = ['x86_64', 'aarch64'].flatMap((machine) =>
  ['4.1', '4.0'].map((version) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
);

/** A driver and the browser it has started. A driver has one browser at a time. */
export class Driver {
  private constructor(
    readonly browser: WebDriver,
    private readonly programs: ChildProcess[],
  ) {}

  static async start(kind: Browser): Promise<Driver> {
    const programs: ChildProcess[] = [];
    const port = await freePort();
    try {
      if (kind === 'firefox') {
        programs.push(spawn('geckodriver', ['--port', String(port)], { stdio: 'ignore' }));
      } else {
        const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
          stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
        });
        programs.push(xvfb);
        const display = await new Promise<string>((done, failed) => {
          xvfb.once('error', failed).once('exit', (code) => failed(new Error(`Xvfb ended: ${code}`)));
          xvfb.stdio[3]!.once('data', (data) => done(`:${String(data).trim()}`));
        });
        programs.push(spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env: { ...process.env, DISPLAY: display } }));
      }
      const browser = await connect(port, capabilities(kind));
      return new Driver(browser, programs);
    } catch (error) {
      programs.forEach((program) => program.kill());
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.browser.quit().catch(() => undefined);
    this.programs.reverse().forEach((program) => program.kill());
  }
}

function capabilities(kind: Browser): Capabilities {
  if (kind === 'firefox') {
    const prefs = { 'intl.accept_languages': 'en-US', 'ui.prefersReducedMotion': 1 };
    return new Capabilities({ browserName: 'firefox', 'moz:firefoxOptions': { args: ['-headless'], prefs } });
  }
  const binary = MINI_BROWSERS.find((path) => existsSync(path));
  if (!binary) throw new Error("WebKit's MiniBrowser is not there: run 'scripts/setup browsers'");
  return new Capabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary, args: ['--automation'] } });
}

/** A session, as soon as the driver listens. */
async function connect(port: number, wanted: Capabilities): Promise<WebDriver> {
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await fetch(`${url}/status`).catch(() => undefined);
    if (answer?.ok) break;
    if (Date.now() > deadline) throw new Error(`no driver listens on ${url}`);
    await new Promise((done) => setImmediate(done));
  }
  return new Builder().usingServer(url).withCapabilities(wanted).build();
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
