// A Myna of a story's own: the release build on a free port, with an empty store in a temporary folder unless it is told
// of another store.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const target = resolve(root, process.env.CARGO_TARGET_DIR || 'target');
/** Where a release build leaves programs. */
export const programs = join(target, 'release');
const binary = process.env.MYNA_BIN || join(programs, 'myna');
const site = process.env.MYNA_SITE || join(root, 'target/site');

// Below the ports that outgoing connections get: while a server is down, nobody else can come to hold its port.
const FIRST_PORT = 20_000;
const PORTS = 10_000;

export class Server {
  readonly url: string;
  /** Everything the server has written to its log. */
  log = '';
  /** Whether it has been killed or stopped at some time: then sockets may have been lost. */
  wentDown = false;
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly store: string,
    private readonly flags: string[],
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** What went wrong in it, by its own account. */
  get failures(): string[] {
    return this.log.split('\n').filter((line) => line.includes('"level":"ERROR"') || line.includes('panicked'));
  }

  /** `store`: the URL of a store that others may use too; `flags`: more settings. */
  static async start(store?: string, flags: string[] = []): Promise<Server> {
    if (!existsSync(binary)) {
      throw new Error(`${binary} is not there: run 'make build', or name a server with MYNA_BIN`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'myna-story-'));
    const server = new Server(await freePort(), folder, store ?? `sqlite:${join(folder, 'myna.db')}`, flags);
    await server.launch();
    return server;
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As its owner would end it. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** It answers nothing until it is resumed. */
  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Starts it again where it was: the same port, the same store. */
  async restart(): Promise<void> {
    await this.launch();
  }

  /** Ends it for good and leaves nothing behind. */
  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const args = ['--listen', `127.0.0.1:${this.port}`, '--store', this.store];
    const child = spawn(binary, [...args, '--weak-passwords', '--log-format', 'json', ...this.flags], {
      cwd: this.folder,
      env: { ...settingsOfNobody(), MYNA_SITE: site },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const lastWish = () => child.kill('SIGKILL');
    process.once('exit', lastWish);
    child.once('exit', () => process.off('exit', lastWish));
    child.stderr.on('data', (bytes: Buffer) => (this.log += bytes.toString()));
    await new Promise<void>((listening, failed) => {
      child.stdout.on('data', (bytes: Buffer) => {
        this.log += bytes.toString();
        if (this.log.includes('Myna is at')) listening();
      });
      child.once('error', failed);
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${this.log}`)));
    });
    const ready = await fetch(`${this.url}/ready`);
    if (!ready.ok) throw new Error(`the server is not ready: ${ready.status} ${await ready.text()}`);
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.wentDown = true;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    // What it says when it comes back is news.
    this.log = this.log.replaceAll('Myna is at', 'Myna was at');
  }
}

/** The environment without the settings of whoever runs the stories. */
function settingsOfNobody(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MYNA|MONGO)_/.test(name)));
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const probe = createServer().listen(port, '127.0.0.1');
    const free = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
