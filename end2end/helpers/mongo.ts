// A MongoDB server for one story, as this machine has it (CONTRIBUTING.md says which).
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from './server';

const binary = process.env.MYNA_MONGO_SERVER || join(programs, '../debug/myna-mongo-server');

/** The exit code that says that this machine has none. */
const NO_SERVER = 3;

export class Mongo {
  private constructor(
    private readonly process: ChildProcess,
    /** What it is, and of which version. */
    readonly name: string,
    /** The connection string of a database that nobody else has. */
    readonly url: string,
  ) {}

  /** None where this machine has none, unless REQUIRE_MONGO=1 makes that an error. */
  static async start(): Promise<Mongo | undefined> {
    if (!existsSync(binary)) {
      throw new Error(`${binary} is not there: run 'scripts/build mongo-server', or name it with MYNA_MONGO_SERVER`);
    }
    const database = `myna_test_${randomBytes(16).toString('hex')}`;
    // It ends when its input does, and so with us, however we end.
    const child = spawn(binary, ['--database', database], { stdio: ['pipe', 'pipe', 'pipe'] });
    let words = '';
    child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
    let url = '';
    const code = await new Promise<number | null | undefined>((done, failed) => {
      child.stdout.on('data', (bytes: Buffer) => {
        url += bytes.toString();
        if (url.includes('\n')) done(undefined);
      });
      child.once('error', failed);
      child.once('exit', (code) => done(code));
    });
    if (code === undefined) return new Mongo(child, words.trim(), url.trim());
    if (code === NO_SERVER) return undefined;
    throw new Error(`the MongoDB server ended with ${code}: ${words}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.stdin?.end();
    await ended;
  }
}
