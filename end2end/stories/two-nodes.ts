// The same chat on two nodes over one MongoDB, behind a load balancer that remembers nobody.
import { expect, test } from '../helpers/story';
import { newId, tell } from '../helpers/wire';

/** "Lena 1" to "Lena 30". */
function texts(name: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${name} ${from + at}`);
}

test('two people on two nodes talk, and go on when one node and then the other is killed', async ({ nodes }) => {
  // Two nodes and a database begin and end in it, besides all the rest.
  test.slow();
  const [one, two] = [nodes.cluster.node(0), nodes.cluster.node(1)];
  const lena = await nodes.visitor('Lena Novak', 0, 1);
  const ada = await nodes.visitor('Ada Byron', 1, 0);
  await lena.signUp();
  await ada.signUp();

  // Words, receipts and typing cross.
  await lena.find('Ada Byron', 'ada');
  await lena.say('Where are you?');
  await lena.seesDelivered('Where are you?');
  await ada.open('Lena Novak');
  await ada.sees('Where are you?');
  await lena.seesRead('Where are you?');
  await ada.types('On the ');
  await lena.seesTyping('Ada Byron');
  await ada.say('On the other node');
  await lena.sees('On the other node');
  await lena.seesNobodyTyping();
  await ada.seesRead('On the other node');

  // Reactions, edits and their end cross too.
  await lena.message('On the other node').dblclick();
  await lena.page.getByRole('menuitemradio', { name: 'Love' }).click();
  await expect(ada.messages.getByRole('button', { name: 'Reactions: Love (Lena Novak)' })).toBeVisible();
  await ada.say('On the othr node too');
  await ada.hasSentAll();
  await ada.composer.press('ArrowUp');
  await ada.composer.fill('On the other node too');
  await ada.composer.press('Enter');
  await lena.sees('On the other node too');
  await ada.message('On the other node too').click({ button: 'right' });
  await ada.page.getByRole('menuitem', { name: 'Undo Send' }).click();
  await lena.sees('Ada Byron unsent a message.');
  await ada.sees('You unsent a message.');

  // Replies too, and a thread that is open on both.
  await lena.message('Where are you?').click({ button: 'right' });
  await lena.page.getByRole('menuitem', { name: 'Reply', exact: true }).click();
  await lena.say('Still waiting');
  await lena.hasSentAll();
  for (const person of [lena, ada]) await person.messages.getByRole('button', { name: '1 reply' }).click();
  await ada.say('Almost there');
  await lena.seesExactly(['Where are you?', 'Still waiting', 'Almost there']);
  await ada.seesExactly(['Where are you?', 'Still waiting', 'Almost there']);
  for (const person of [lena, ada]) await person.page.getByRole('button', { name: 'Close thread' }).click();
  await expect(lena.messages.getByRole('button', { name: '2 replies' })).toBeVisible();

  // A message is forwarded to the other, and both see who wrote it.
  await lena.message('Almost there').click({ button: 'right' });
  await lena.page.getByRole('menuitem', { name: 'Forward' }).click();
  const dialog = lena.page.getByRole('dialog', { name: 'Forward' });
  await dialog.getByRole('option', { name: 'Ada Byron' }).click();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(ada.messages.getByRole('button', { name: 'Forwarded from you' })).toBeVisible();
  await expect(lena.messages.getByRole('button', { name: 'Forwarded from Ada Byron' })).toBeVisible();
  await lena.hasSentAll();

  // What is scheduled on one is shown on the other, and sent by either of them, once.
  await lena.composer.fill('At its time');
  await lena.send.click({ button: 'right' });
  const when = lena.page.getByRole('dialog', { name: 'Send Later' });
  await when.getByRole('button', { name: 'Tomorrow 9:00 AM' }).click();
  await expect(lena.page.locator('li.scheduled')).toHaveText(/Tomorrow 9:00\sAM · EditAt its time/);
  const id = newId();
  const conversation = lena.path.slice('/c/'.length);
  await tell(lena, [{ type: 'schedule', conversation, client_id: id, text: 'In a moment', send_at: Date.now() + 3_600_000 }]);
  await expect(lena.page.locator('li.scheduled')).toHaveCount(2);
  await tell(lena, [{ type: 'edit_scheduled', client_id: id, text: 'A moment later', send_at: Date.now() + 1_000 }]);
  await ada.sees('A moment later');
  await expect(lena.page.locator('li.scheduled')).toHaveCount(1);
  await lena.page.locator('li.scheduled').getByRole('button', { name: 'Edit' }).click();
  await lena.page.getByRole('dialog', { name: 'Scheduled message' }).getByRole('button', { name: 'Send Now' }).click();
  await ada.sees('At its time');
  await lena.sees('At its time');

  // Some of these are stored and never acknowledged, some never arrive: they go out by way of the other node.
  await Promise.all([lena.burst(texts('Lena', 1, 30)), one.kill()]);
  await lena.say('Lena 31');
  await lena.reconnects();
  await lena.hasSentAll();
  await ada.say('Ada 1');
  await lena.sees('Ada 1');
  // Whom one node let in is known to the other.
  await lena.reload();
  await lena.sees('Lena 31');

  // The other way round, while both write.
  await one.restart();
  await Promise.all([lena.burst(texts('Lena', 32, 50)), ada.burst(texts('Ada', 2, 30)), two.kill()]);
  await Promise.all([lena.say('Lena 51'), ada.say('Ada 31')]);
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await Promise.all([lena.hasSentAll(), ada.hasSentAll()]);

  const count = 8 + 51 + 31;
  await expect.poll(async () => (await lena.hears()).length).toBe(count);
  await expect.poll(async () => (await ada.hears()).length).toBe(count);
  const heard = await lena.hears();
  expect(heard.slice(0, 3)).toEqual(['Where are you?', 'On the other node', 'Ada Byron unsent a message.']);
  expect(heard.filter((text) => /^Lena \d/.test(text))).toEqual(texts('Lena', 1, 51));
  expect(heard.filter((text) => /^Ada \d/.test(text))).toEqual(texts('Ada', 1, 31));
  await ada.seesExactly(heard.map((text) => text.replace('Ada Byron unsent', 'You unsent')));
});
