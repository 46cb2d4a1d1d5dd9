// The server dies, the network goes, a tab is closed: nothing that was written is lost, doubled or out of order.
import { PlainProxy } from '../helpers/plain-proxy';
import { expect, test } from '../helpers/story';
import type { Person } from '../helpers/people';
import { direct } from '../helpers/wire';

/** "Lena 1" to "Lena 30". */
function texts(name: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${name} ${from + at}`);
}

async function both(myna: { people(...names: [string, string]): Promise<[Person, Person]> }): Promise<[Person, Person, string]> {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await lena.goto(`/c/${conversation}`);
  await ada.goto(`/c/${conversation}`);
  await expect(lena.composer).toBeEnabled();
  await expect(ada.composer).toBeEnabled();
  return [lena, ada, conversation];
}

test('the server is killed twice while both write: nothing is lost, nothing doubled, all in order', async ({ myna }) => {
  const [lena, ada] = await both(myna);
  await lena.say('Lena 1');
  await ada.say('Ada 1');
  await lena.sees('Ada 1');

  let last = 1;
  for (let round = 0; round < 2; round += 1) {
    // Some of these are stored and never acknowledged, some never arrive.
    await Promise.all([
      lena.burst(texts('Lena', last + 1, last + 30)),
      ada.burst(texts('Ada', last + 1, last + 30)),
      myna.server.kill(),
    ]);
    await Promise.all([lena.seesTheConnectionLost(), ada.seesTheConnectionLost()]);
    // The composer never locks.
    await lena.say(`Lena ${last + 31}`);
    await ada.say(`Ada ${last + 31}`);
    await Promise.all([myna.server.restart(), lena.burst(texts('Lena', last + 32, last + 35))]);
    await Promise.all([lena.reconnects(), ada.reconnects()]);
    await ada.burst(texts('Ada', last + 32, last + 35));
    last += 35;
    await Promise.all([lena.hasSentAll(), ada.hasSentAll()]);
  }

  await expect.poll(async () => (await lena.hears()).length).toBe(2 * last);
  await expect.poll(async () => (await ada.hears()).length).toBe(2 * last);
  const heard = await lena.hears();
  expect(heard.filter((text) => text.startsWith('Lena'))).toEqual(texts('Lena', 1, last));
  expect(heard.filter((text) => text.startsWith('Ada'))).toEqual(texts('Ada', 1, last));
  await ada.seesExactly(heard);
});

test('while the server is away a banner says so, and what is written goes out when it is back', async ({ myna }) => {
  const [lena, ada] = await both(myna);
  await expect(lena.banner).toBeEmpty();
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await expect(lena.banner, 'a blink of the connection is not shown').toHaveCSS('animation-delay', '2s');
  await lena.say('Are you there?');
  await expect(lena.bubble('Are you there?').locator('.bubble')).toHaveClass(/pending/);
  await myna.server.restart();
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await ada.sees('Are you there?');
  await lena.seesRead('Are you there?');
});

test('a device without network keeps what is written, and sends it when it has one again', async ({ myna }) => {
  const [lena, ada] = await both(myna);
  await lena.context.setOffline(true);
  await expect(lena.banner).toContainText('You’re offline');
  await lena.say('written', 'in a tunnel');
  await expect(lena.messages.locator('.bubble.pending > p')).toHaveText(['written', 'in a tunnel']);
  await ada.say('meanwhile');
  await lena.context.setOffline(false);
  await lena.seesTheConnectionBack();
  await lena.hasSentAll();
  await ada.seesExactly(['meanwhile', 'written', 'in a tunnel']);
  await lena.seesExactly(['meanwhile', 'written', 'in a tunnel']);
});

test('a page closed before its messages went out sends them when it is opened again, once', async ({ myna }) => {
  const [lena, ada, conversation] = await both(myna);
  await myna.server.kill();
  await lena.seesTheConnectionLost();
  await lena.say('first', 'second', 'third');
  const again = await lena.tab();
  await lena.page.close();

  await myna.server.restart();
  await ada.reconnects();
  await again.goto(`/c/${conversation}`);
  await again.hasSentAll();
  await again.seesExactly(['first', 'second', 'third']);
  await ada.seesExactly(['first', 'second', 'third']);
  await again.reload();
  await again.seesExactly(['first', 'second', 'third']);
  expect(await kept(again)).toEqual([]);
});

test('what has waited for more than an hour is sent only when one says so', async ({ myna }) => {
  const [lena, ada, conversation] = await both(myna);
  await lena.context.setOffline(true);
  await expect(lena.banner).toContainText('You’re offline');
  await lena.say('still true', 'not true any more');
  const later = await lena.tabLater();
  await later.goto(`/c/${conversation}`);
  await expect(later.messages.locator('.bubble.failed > p')).toHaveText(['still true', 'not true any more']);
  await expect(later.bubble('still true').getByRole('alert')).toContainText('Not Delivered');

  await later.bubble('not true any more').getByRole('button', { name: 'Delete' }).click();
  await later.bubble('still true').getByRole('button', { name: 'Not delivered. Try again' }).click();
  await later.hasSentAll();
  await later.seesExactly(['still true']);
  await ada.seesExactly(['still true']);
  expect(await kept(later)).toEqual([]);
});

test('a message whose acknowledgement was lost is not sent twice after a reload', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  let deaf = false;
  await lena.page.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (!deaf) socket.send(frame);
    });
  });
  await lena.goto(`/c/${conversation}`);
  await lena.say('heard');
  await lena.hasSentAll();
  deaf = true;
  await lena.say('said and not heard');
  await ada.goto(`/c/${conversation}`);
  await ada.sees('said and not heard');
  expect(await kept(lena)).toHaveLength(1);

  deaf = false;
  await lena.reload();
  await lena.hasSentAll();
  await lena.say('after');
  await ada.seesExactly(['heard', 'said and not heard', 'after']);
  await lena.seesExactly(['heard', 'said and not heard', 'after']);
  await expect.poll(() => kept(lena)).toEqual([]);
});

/** The messages that the browser keeps because they are on their way. */
async function kept(person: Person): Promise<string[]> {
  return person.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('/unsent/')));
}

test('behind a proxy that passes no WebSocket on, the page says what is missing', async ({ myna }) => {
  myna.console.allow(/WebSocket connection to/);
  myna.console.allow(/ERR_CONNECTION_REFUSED/);
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('kept');
  await lena.hasSentAll();
  const proxy = await PlainProxy.before(myna.server.url);
  // The cookie goes to every port of the machine.
  await lena.page.goto(`${proxy.url}${lena.path}`);
  await lena.sees('kept');
  await lena.seesTheConnectionLost();
  await expect(async () => {
    await lena.banner.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(lena.banner).toContainText('let its proxy pass the WebSocket upgrade on', { timeout: 1_000 });
  }).toPass();
  await proxy.close();
  await expect(async () => {
    await lena.banner.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(lena.banner).toContainText('Reconnecting', { timeout: 1_000 });
  }).toPass();
});
