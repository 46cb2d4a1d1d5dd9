// `make e2e-dev`: what a developer sees in an open tab while `make dev` runs.
import { defineConfig } from '@playwright/test';
import stories from './playwright.config';

export default defineConfig({ ...stories, testDir: './dev', outputDir: '../target/live-reload', workers: 1, timeout: 30 * 60_000 });
