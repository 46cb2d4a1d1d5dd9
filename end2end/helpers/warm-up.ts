// Before the first story: one browser and one server are started and ended, without a time limit. On a new machine both are
// read from the disk and the browser lists the fonts, which is not what the first story is about.
import { type FullConfig, chromium } from '@playwright/test';
import { Server } from './server';

export default async function warmUp({ projects }: FullConfig): Promise<void> {
  const browser = await chromium.launch({ ...projects[0]!.use.launchOptions, timeout: 0 });
  const server = await Server.start();
  const page = await browser.newPage();
  await page.goto(`${server.url}/sign-in`, { timeout: 0 });
  await browser.close();
  await server.remove();
}
