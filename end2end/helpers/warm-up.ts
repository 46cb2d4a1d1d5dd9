// Starts and ends one browser and one server before the first story, without a time limit. On a new machine both load from disk
// and the browser lists the fonts; that time must not count against the first story.
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
