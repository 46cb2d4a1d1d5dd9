// `make bench-ui`: figures of the page in Chromium.
import { defineConfig } from '@playwright/test';
import stories from './playwright.config';

export default defineConfig({
  ...stories,
  testDir: './bench',
  workers: 1,
  timeout: 30 * 60_000,
  // Whole lists take their time on slow builds, which are measured too.
  expect: { timeout: 60_000 },
  use: {
    ...stories.use,
    launchOptions: {
      ...stories.use?.launchOptions,
      args: [...(stories.use?.launchOptions?.args ?? []), '--enable-precise-memory-info'],
    },
    trace: 'off',
  },
});
