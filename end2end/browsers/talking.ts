// What must work in every browser: talking, history, writing, the phone.
import { expect, test as base } from '@playwright/test';
import { Key } from 'selenium-webdriver';
import { Server } from '../helpers/server';
import type { Browser } from './helpers/driver';
import { PHONE, Visitor } from './helpers/visitor';

interface Fixtures {
  server: Server;
  arrive: (name: string, window?: typeof PHONE) => Promise<Visitor>;
}

const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const server = await Server.start();
    try {
      await use(server);
      expect(server.failures, 'what the server logs as its own failure').toEqual([]);
    } finally {
      await server.remove();
    }
  },
  arrive: async ({ server }, use, info) => {
    const visitors: Visitor[] = [];
    await use(async (name, window) => {
      const visitor = await Visitor.arrive(info.project.name as Browser, server, name, window);
      visitors.push(visitor);
      return visitor;
    });
    for (const visitor of visitors) await visitor.leave();
  },
});

test('two people sign up, find each other, and talk both ways', async ({ arrive }) => {
  const [lena, ada] = [await arrive('Lena'), await arrive('Ada')];
  await lena.find('Ada');
  await lena.say('Hello Ada');
  await ada.sees('.sidebar .row', 'Hello Ada');
  await ada.open('Lena');
  await ada.say('Hello Lena');
  await expect.poll(() => lena.hears()).toEqual(['Hello Ada', 'Hello Lena']);
  await lena.say('How are you?');
  await expect.poll(() => ada.hears()).toEqual(['Hello Ada', 'Hello Lena', 'How are you?']);
  await lena.sees('.transcript .status', /Delivered|Read/);

  await (await ada.composer()).sendKeys('Fi');
  await expect.poll(() => lena.count('[role=img][aria-label$="is typing"]')).toBeGreaterThan(0);
  await ada.reload();
  await expect.poll(() => ada.hears()).toEqual(['Hello Ada', 'Hello Lena', 'How are you?']);
  expect(await (await ada.composer()).getAttribute('value')).toBe('Fi');
});

test('a long conversation opens at its end, and loading older pages does not move the visible messages', async ({ arrive }) => {
  const [lena, ada] = [await arrive('Lena'), await arrive('Ada')];
  await ada.find('Lena');
  await ada.sayMany(Array.from({ length: 300 }, (_, at) => `message ${at + 1}`));
  await ada.reload();
  await expect.poll(async () => (await ada.hears()).at(-1)).toBe('message 300');
  const fromEnd = () => ada.run(() => {
    const list = document.querySelector('.transcript')!;
    return Math.round(list.scrollHeight - list.clientHeight - list.scrollTop);
  });
  await expect.poll(fromEnd).toBeLessThanOrEqual(1);

  // One call, because the older page may arrive at any moment. The message to watch is the first one well inside the viewport.
  const { read, before, first } = await ada.run(() => {
    const list = document.querySelector('.transcript')!;
    list.scrollTo(0, 300);
    const bubbles = [...document.querySelectorAll('.transcript .bubble > p')];
    const read = bubbles.find((bubble) => bubble.getBoundingClientRect().top > list.getBoundingClientRect().top + 100)!;
    return { read: read.textContent!, before: read.getBoundingClientRect().top, first: bubbles[0]!.textContent! };
  });
  const place = (text: string) => ada.run((text: string) => {
    const bubble = [...document.querySelectorAll('.transcript .bubble > p')].find((bubble) => bubble.textContent === text);
    return bubble?.getBoundingClientRect().top ?? null;
  }, text);
  await expect.poll(async () => (await ada.hears())[0]).not.toBe(first);
  await expect.poll(async () => Math.abs((await place(read))! - before)).toBeLessThanOrEqual(2);

  await lena.open('Ada');
  await lena.say('news');
  await ada.sees('.latest', '1');
});

test('Enter sends, Shift+Enter breaks the line, and an open draft is kept', async ({ arrive }) => {
  const lena = await arrive('Lena');
  await lena.find('Lena');
  const composer = await lena.composer();
  await composer.sendKeys('one');
  await lena.page.actions().keyDown(Key.SHIFT).sendKeys(Key.ENTER).keyUp(Key.SHIFT).perform();
  await composer.sendKeys('two');
  expect(await composer.getAttribute('value')).toBe('one\ntwo');
  await composer.sendKeys(Key.ENTER);
  await expect.poll(() => lena.hears()).toEqual(['one\ntwo']);
  expect(await composer.getAttribute('value')).toBe('');

  await composer.sendKeys('مرحبا');
  // Right-to-left text does not lie under the button.
  const room = await lena.run(() => {
    const [text, send] = [document.querySelector('.composer textarea')!, document.querySelector('.composer .send')!];
    const padding = Number.parseFloat(getComputedStyle(text).paddingRight);
    return send.getBoundingClientRect().left - (text.getBoundingClientRect().right - padding);
  });
  expect(room).toBeGreaterThanOrEqual(0);
  await lena.reload();
  expect(await (await lena.composer()).getAttribute('value')).toBe('مرحبا');
  await (await lena.composer()).sendKeys(' يا لينا', Key.ENTER);
  await expect.poll(() => lena.hears()).toEqual(['one\ntwo', 'مرحبا يا لينا']);
});

test('on a phone the list and a conversation each take the screen', async ({ arrive }) => {
  const [lena, ada] = [await arrive('Lena', PHONE), await arrive('Ada')];
  await ada.find('Lena');
  await ada.say('Do you see this on your phone? It is a long line that has to wrap, more than once, on a narrow screen.');
  await lena.sees('.sidebar .row', 'Do you see this');
  // The window is as narrow as a phone's; Firefox goes no further than 500 pixels.
  expect(await lena.run(() => window.innerWidth)).toBeLessThanOrEqual(500);
  const width = () => lena.run(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await width()).toBeLessThanOrEqual(0);
  await lena.open('Ada');
  await expect.poll(() => lena.hears()).toHaveLength(1);
  expect(await width()).toBeLessThanOrEqual(0);
  const composer = await lena.composer();
  await composer.sendKeys('Yes');
  await (await lena.one('.composer .send')).click();
  await expect.poll(() => ada.hears()).toHaveLength(2);
  await (await lena.one('.pane-head .back')).click();
  await lena.sees('.sidebar .row', 'Yes');
});

test('rare screens load in every browser', async ({ arrive }) => {
  const lena = await arrive('Lena');
  await (await lena.one('a[href="/settings"]')).click();
  await lena.sees('.settings h1', 'Settings');
  await lena.reload();
  await lena.sees('.settings h1', 'Settings');
});
