// `make dev` in a copy of this checkout: a change of a style, of a component and of a rule comes to an open tab by itself. It
// prints how long each took.
import { expect, test } from '@playwright/test';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '../..');
const PORT = 4310;
const RELOAD_PORT = 4311;
/** The first build of the first run compiles everything. */
const FIRST_BUILD = 25 * 60_000;
const BUILD = 5 * 60_000;

/** Copies the repository's files into a folder that keeps its build for the next run. */
function copy(): string {
  const folder = join(tmpdir(), `myna-live-reload-${createHash('sha256').update(CHECKOUT).digest('hex').slice(0, 8)}`);
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: CHECKOUT, encoding: 'utf8' });
  for (const file of files.split('\0').filter((file) => file && existsSync(join(CHECKOUT, file)))) {
    const [from, to] = [join(CHECKOUT, file), join(folder, file)];
    // An unchanged file keeps its modification time, so that Cargo does not rebuild.
    if (existsSync(to) && readFileSync(from).equals(readFileSync(to))) continue;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
  const kept = new Set(files.split('\0'));
  const copied = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of copied) {
    const file = relative(folder, join(entry.parentPath, entry.name));
    if (!/^(target|node_modules)\//.test(file) && !kept.has(file)) rmSync(join(folder, file));
  }
  rmSync(join(folder, 'node_modules'), { force: true });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function change(folder: string, file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(from).length, `${from} stands once in ${file}`).toBe(2);
  writeFileSync(path, text.replace(from, to));
}

async function timed(what: string, wait: () => Promise<void>): Promise<void> {
  const start = Date.now();
  await wait();
  console.log(`${what}: ${((Date.now() - start) / 1_000).toFixed(1)} s`);
}

test('a change of a style, a component and a rule is in an open tab without a reload by hand', async ({ page }) => {
  const folder = copy();
  let watch: ChildProcess | undefined;
  let said = '';
  try {
    watch = spawn('make', ['dev', `PORT=${PORT}`], {
      cwd: folder,
      detached: true,
      env: { ...process.env, LEPTOS_RELOAD_PORT: String(RELOAD_PORT), MYNA_STORE: `sqlite:${join(folder, 'dev.db')}` },
    });
    watch.stdout?.on('data', (data) => (said += data));
    watch.stderr?.on('data', (data) => (said += data));
    const url = `http://127.0.0.1:${PORT}`;
    await timed('the first build', async () => {
      await expect
        .poll(async () => (await fetch(`${url}/health`).catch(() => undefined))?.status, { timeout: FIRST_BUILD, intervals: [1_000] })
        .toBe(200);
    });
    await page.goto(`${url}/sign-up`);
    await page.getByLabel('Name').fill('Dev');
    await page.getByLabel('Password').fill('short but long enough');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.locator('html[data-hydrated=true]')).toBeAttached({ timeout: 30_000 });
    await page.goto(`${url}/channels`);
    const heading = page.getByRole('heading', { level: 1 });
    await expect(heading).toHaveText('Channels');

    await timed('a style', async () => {
      change(folder, 'style/main.css', '@import "./empty.css";', '@import "./empty.css";\nh1 { caption-side: bottom; }');
      await expect(heading).toHaveCSS('caption-side', 'bottom', { timeout: BUILD });
    });
    await timed('a component', async () => {
      change(folder, 'app/src/components/picker_head.rs', '<h1>{title}</h1>', '<h1>{title} "!"</h1>');
      await expect(heading).toHaveText('Channels!', { timeout: BUILD });
    });
    await timed('a rule', async () => {
      // Another limit for names, in the browser's half and in the server's.
      change(folder, 'crates/protocol/src/limits.rs', 'pub const NAME_CHARS: usize = 64;', 'pub const NAME_CHARS: usize = 65;');
      await expect(page.locator('input[maxlength="65"]')).toBeAttached({ timeout: BUILD });
    });
  } catch (error) {
    console.error(said.slice(-4_000));
    throw error;
  } finally {
    if (watch?.pid) process.kill(-watch.pid, 'SIGTERM');
    for (const part of ['', '-wal', '-shm']) rmSync(join(folder, `dev.db${part}`), { force: true });
  }
});
