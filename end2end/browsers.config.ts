// `make e2e-all`: what must work in every browser, in Firefox and in WebKit, by WebDriver.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './browsers',
  testMatch: '*.ts',
  testIgnore: 'helpers/**',
  outputDir: './test-results',
  workers: 1,
  retries: 0,
  reporter: [['list']],
  timeout: 120_000,
  expect: { timeout: 15_000 },
  projects: [{ name: 'firefox' }, { name: 'webkit' }],
});
