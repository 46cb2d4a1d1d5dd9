// How the stories run: Chromium alone, against a release build. Each story starts a server of its own (helpers/server.ts).
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './stories',
  testMatch: '*.ts',
  outputDir: './test-results',
  snapshotPathTemplate: '../docs/screenshots/{arg}{ext}',
  // A picture that is not there yet is made on a developer's machine, and is an error in CI.
  updateSnapshots: process.env.CI ? 'none' : 'missing',
  globalSetup: './helpers/warm-up.ts',
  fullyParallel: true,
  workers: 2,
  // A story that passes at the second attempt has found something.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  timeout: 60_000,
  // Edges of letters may differ by a little; a word or a line more is a change.
  expect: { timeout: 10_000, toHaveScreenshot: { animations: 'disabled', caret: 'hide', maxDiffPixels: 150 } },
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROME_PATH || '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    viewport: { width: 1100, height: 760 },
    locale: 'en-US',
    // Not UTC, in which the server writes its pages: so the browser's own time is put in their place in every story.
    timezoneId: 'Europe/Berlin',
    // Nothing has to be waited for until it stands still.
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
  },
});
