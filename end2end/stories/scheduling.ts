// Send Later: a message waits for its time as a dashed bubble, is edited, sent or deleted there, and is sent once, whoever is online.
import type { Locator } from '@playwright/test';
import type { Person } from '../helpers/people';
import { PHONE, expect, test } from '../helpers/story';
import { direct, group, idOf, newId, say, tell } from '../helpers/wire';

const HOUR = 60 * 60 * 1_000;

/** The dialog that asks when. */
function when(person: Person): Locator {
  return person.page.getByRole('dialog', { name: 'Send Later' });
}

/** The dialog of a message that waits. */
function dialog(person: Person): Locator {
  return person.page.getByRole('dialog', { name: 'Scheduled message' });
}

/** The messages that wait. */
function waiting(person: Person): Locator {
  return person.page.locator('li.scheduled .bubble > p').filter({ visible: true });
}

/** Writes a text and asks to send it later. */
async function asksLater(person: Person, text: string): Promise<void> {
  await person.composer.fill(text);
  await expect(person.send).toHaveAttribute('title', /later/);
  await person.send.click({ button: 'right' });
  await expect(when(person)).toBeVisible();
}

async function schedules(person: Person, text: string, time: string): Promise<void> {
  await asksLater(person, text);
  await when(person).getByRole('button', { name: time }).click();
  await expect(when(person)).toHaveCount(0);
  await expect(waiting(person).filter({ hasText: text })).toBeVisible();
}

/** Opens a message that waits. */
async function edits(person: Person, text: string): Promise<void> {
  const line = person.page.locator('li.scheduled').filter({ hasText: text, visible: true });
  await line.getByRole('button', { name: 'Edit' }).click();
  await expect(dialog(person)).toBeVisible();
}

/** A time in the field, so many milliseconds from now. */
function field(ahead: number): string {
  const at = new Date(Date.now() + ahead);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

test('a message waits for its time, in all tabs of its writer and for nobody else', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(ada, talk, 'When do we leave?');
  await lena.goto(`/c/${talk}`);
  const tab = await lena.tab();
  await tab.goto(`/c/${talk}`);
  await schedules(lena, 'Good morning', 'Tomorrow 9:00 AM');
  await expect(lena.composer).toHaveValue('');
  const head = lena.page.locator('.scheduled-head');
  await expect(head).toHaveText(/^Tomorrow 9:00\sAM · Edit$/);
  await expect(waiting(tab)).toHaveText(['Good morning']);
  await lena.say('Soon');
  await lena.seesExactly(['When do we leave?', 'Soon', 'Good morning']);
  await lena.reload();
  await expect(waiting(lena)).toHaveText(['Good morning']);
  await ada.goto(`/c/${talk}`);
  await ada.seesExactly(['When do we leave?', 'Soon']);
});

test('it is sent at its time, once, to those who look and to those who come back', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await ada.goto(`/c/${talk}`);
  await lena.goto(`/c/${talk}`);
  await schedules(lena, 'On time', 'Tomorrow 9:00 AM');
  const id = newId();
  await tell(lena, [
    { type: 'schedule', conversation: talk, client_id: id, text: 'Nobody is here', send_at: Date.now() + HOUR },
  ]);
  await expect(waiting(lena)).toHaveText(['Nobody is here', 'On time']);
  await tell(lena, [{ type: 'edit_scheduled', client_id: id, text: 'Nobody was here', send_at: Date.now() + 1_500 }]);
  await lena.page.close();
  await ada.sees('Nobody was here');
  const again = await lena.tab();
  await again.goto(`/c/${talk}`);
  await again.seesExactly(['Nobody was here', 'On time']);
  await expect(waiting(again)).toHaveText(['On time']);
});

test('it is sent after the server was stopped over its time', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await lena.goto(`/c/${talk}`);
  const sendAt = Date.now() + 2_000;
  await tell(lena, [{ type: 'schedule', conversation: talk, client_id: newId(), text: 'Later', send_at: sendAt }]);
  await expect(waiting(lena)).toHaveText(['Later']);
  await myna.server.kill();
  await expect.poll(() => Date.now()).toBeGreaterThan(sendAt);
  await myna.server.restart();
  await lena.seesTheConnectionBack();
  await expect(waiting(lena)).toHaveCount(0);
  await lena.seesExactly(['Later']);
  await ada.goto(`/c/${talk}`);
  await ada.seesExactly(['Later']);
});

test('it is edited, sent now, and deleted', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await ada.goto(`/c/${talk}`);
  await lena.goto(`/c/${talk}`);
  for (const text of ['one', 'two', 'three']) await schedules(lena, text, 'Tomorrow 9:00 AM');
  await edits(lena, 'two');
  await dialog(lena).getByLabel('Message').fill('two, edited');
  await dialog(lena).getByLabel('Date and time').fill(field(2 * HOUR));
  await dialog(lena).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(lena)).toHaveCount(0);
  await expect(waiting(lena)).toHaveText(['two, edited', 'one', 'three']);
  await edits(lena, 'three');
  await dialog(lena).getByRole('button', { name: 'Delete' }).click();
  await expect(waiting(lena)).toHaveText(['two, edited', 'one']);
  await edits(lena, 'one');
  await dialog(lena).getByRole('button', { name: 'Send Now' }).click();
  await ada.seesExactly(['one']);
  await lena.seesExactly(['one', 'two, edited']);
  await expect(lena.composer).toBeFocused();
  await lena.reload();
  await lena.seesExactly(['one', 'two, edited']);
  // What is written is what is sent.
  await edits(lena, 'two, edited');
  await dialog(lena).getByLabel('Message').fill('two, as it reads now');
  await dialog(lena).getByRole('button', { name: 'Send Now' }).click();
  await ada.seesExactly(['one', 'two, as it reads now']);
  await expect(waiting(lena)).toHaveCount(0);
});

test('a time that cannot be is refused, and nothing is lost', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await lena.goto(`/c/${talk}`);
  await asksLater(lena, 'Not yet');
  const time = when(lena).getByLabel('Date and time');
  for (const [ahead, sentence] of [[-HOUR, 'Choose a time in the future.'], [15 * 24 * HOUR, 'up to 14 days']] as const) {
    await time.fill(field(ahead));
    await when(lena).getByRole('button', { name: 'Schedule' }).click();
    await expect(when(lena).getByRole('alert')).toContainText(sentence);
  }
  await lena.page.keyboard.press('Escape');
  await expect(lena.composer).toHaveValue('Not yet');
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await lena.send.click({ button: 'right' });
  await when(lena).getByRole('button', { name: 'Tomorrow 9:00 AM' }).click();
  await expect(when(lena).getByRole('alert')).toContainText('You’re offline');
  await lena.page.keyboard.press('Escape');
  await expect(lena.composer).toHaveValue('Not yet');
});

test('the keyboard schedules, and finds all that waits', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const [talk, trip] = [await direct(lena, ada), await group('Trip', lena, bea)];
  await tell(lena, [
    { type: 'schedule', conversation: trip, client_id: newId(), text: 'Tickets', send_at: Date.now() + HOUR },
  ]);
  await lena.goto(`/c/${talk}`);
  await lena.composer.fill('By keys');
  const run = async (command: string) => {
    await lena.page.keyboard.press('Control+k');
    await lena.page.getByRole('combobox').fill(command);
    await lena.page.getByRole('option', { name: command }).first().waitFor();
    await lena.page.keyboard.press('Enter');
  };
  await run('Send Later');
  await expect(when(lena)).toBeVisible();
  await when(lena).getByRole('button', { name: 'Tomorrow 9:00 AM' }).focus();
  await lena.page.keyboard.press('Enter');
  await expect(waiting(lena)).toHaveText(['By keys']);
  await lena.composer.focus();
  await lena.page.keyboard.press('ArrowUp');
  await lena.page.keyboard.press('Enter');
  await expect(dialog(lena)).toBeVisible();
  await lena.page.keyboard.press('Escape');
  await run('Scheduled messages');
  const all = lena.page.getByRole('dialog', { name: 'Scheduled messages' });
  await expect(all.getByRole('listitem')).toHaveText([/Trip.*Tickets/, /Ada.*By keys/]);
  await all.getByRole('button', { name: 'Edit' }).first().click();
  await dialog(lena).getByRole('button', { name: 'Delete' }).click();
  await expect(all.getByRole('listitem')).toHaveText([/Ada.*By keys/]);
  await lena.page.keyboard.press('Escape');
  await lena.openSettings();
  await lena.page.getByRole('button', { name: 'Scheduled messages' }).click();
  await expect(all.getByRole('listitem')).toHaveText([/Ada.*By keys/]);
});

test('a finger that stays on the button schedules', async ({ myna }) => {
  const lena = await myna.person('Lena', PHONE);
  const ada = await myna.person('Ada');
  const talk = await direct(lena, ada);
  await lena.goto(`/c/${talk}`);
  await lena.composer.fill('By finger');
  await expect(lena.send).toHaveAttribute('title', /later/);
  const box = (await lena.send.boundingBox())!;
  const touches = await lena.context.newCDPSession(lena.page);
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await touches.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  await expect(when(lena)).toBeVisible();
  await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await when(lena).getByRole('button', { name: 'Tomorrow 9:00 AM' }).tap();
  await expect(waiting(lena)).toHaveText(['By finger']);
  await expect(lena.bubble('By finger')).toBeInViewport();
});

test('what cannot be sent says why, and can be scheduled again', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const trip = await group('Trip', ada, lena, bea);
  await tell(lena, [
    { type: 'schedule', conversation: trip, client_id: newId(), text: 'Tickets', send_at: Date.now() + 1_500 },
    { type: 'leave', conversation: trip },
  ]);
  await lena.goto('/');
  await lena.page.keyboard.press('Control+k');
  await lena.page.getByRole('combobox').fill('Scheduled messages');
  await lena.page.getByRole('option', { name: 'Scheduled messages' }).waitFor();
  await lena.page.keyboard.press('Enter');
  const all = lena.page.getByRole('dialog', { name: 'Scheduled messages' });
  await expect(all.getByRole('listitem')).toHaveText(/Not sent/);
  await all.getByRole('button', { name: 'Edit' }).click();
  await expect(dialog(lena)).toContainText('It no longer exists, or you’re not a member.');
  await lena.page.keyboard.press('Escape');
  await lena.page.keyboard.press('Escape');
  await tell(ada, [{ type: 'add', conversation: trip, users: [await idOf(ada, 'Lena')] }]);
  await lena.open('Trip');
  await edits(lena, 'Tickets');
  await dialog(lena).getByLabel('Date and time').fill(field(2 * HOUR));
  await dialog(lena).getByRole('button', { name: 'Save' }).click();
  await expect(lena.page.locator('.scheduled-head')).not.toContainText('Not sent');
  await ada.goto(`/c/${trip}`);
  await expect(ada.messages.locator('.bubble')).toHaveCount(0);
});

test('a message sent while its writer is away leaves theirs unread', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await tell(lena, [
    { type: 'schedule', conversation: talk, client_id: newId(), text: 'Good morning', send_at: Date.now() + 1_500 },
  ]);
  await say(ada, talk, 'Did you see this?');
  await ada.goto(`/c/${talk}`);
  await ada.sees('Good morning');
  await expect(ada.bubble('Did you see this?').locator('.status')).toHaveText('Delivered');
  await lena.goto('/');
  await lena.seesUnread('Ada', 2);
});

test('what is being changed when the message is sent elsewhere stays in the field', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  const id = newId();
  const schedule = { conversation: talk, client_id: id, text: 'first', send_at: Date.now() + HOUR };
  await tell(lena, [{ type: 'schedule', ...schedule }]);
  await lena.goto(`/c/${talk}`);
  await edits(lena, 'first');
  const message = dialog(lena).getByLabel('Message');
  // Another device changes it: nothing was written here yet.
  await tell(lena, [{ type: 'edit_scheduled', client_id: id, text: 'second', send_at: Date.now() + 2 * HOUR }]);
  await expect(message).toHaveValue('second');
  await message.fill('mine');
  await tell(lena, [{ type: 'edit_scheduled', client_id: id, text: 'third', send_at: Date.now() + 2 * HOUR }]);
  await expect(dialog(lena).getByRole('alert')).toContainText('changed on another device');
  await tell(lena, [{ type: 'send_scheduled', client_id: id }]);
  await expect(dialog(lena).getByRole('alert')).toContainText('Your changes are not saved');
  await expect(message).toHaveValue('mine');
  await expect(dialog(lena).getByRole('button', { name: 'Save' })).toBeDisabled();
  await lena.page.keyboard.press('Escape');
  await lena.seesExactly(['third']);
});

test('many that wait do not hide the messages', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(ada, talk, 'hello');
  const text = (at: number) => `message ${at} ${'and more '.repeat(80)}`;
  await tell(
    lena,
    Array.from({ length: 6 }, (_, at) => ({ type: 'schedule', conversation: talk, client_id: newId(), text: text(at), send_at: Date.now() + (at + 1) * HOUR })),
  );
  await lena.goto(`/c/${talk}`);
  await expect(waiting(lena)).toHaveCount(3);
  await expect(lena.message('hello')).toBeInViewport();
  await lena.page.getByRole('button', { name: 'All 6 scheduled messages' }).click();
  await expect(lena.page.getByRole('dialog', { name: 'Scheduled messages' }).getByRole('listitem')).toHaveCount(6);
});

test('a scheduled reply shows what it answers, and the page goes to it', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(ada, talk, 'Shall we?', ...Array.from({ length: 40 }, (_, at) => `line ${at}`));
  await lena.goto(`/c/${talk}`);
  await lena.sees('line 39');
  await lena.messages.evaluate((list) => list.scrollTo(0, list.scrollHeight / 2));
  await lena.message('line 20').focus();
  await lena.page.keyboard.press('r');
  await expect(lena.page.getByText('Replying to Ada')).toBeVisible();
  await schedules(lena, 'Let us', 'Tomorrow 9:00 AM');
  await expect(lena.bubble('Let us')).toBeInViewport();
  await expect(lena.bubble('Let us').getByRole('button', { name: 'In reply to Ada: line 20' })).toBeVisible();
  await expect(lena.composer).toBeFocused();
  await edits(lena, 'Let us');
  await dialog(lena).getByRole('button', { name: 'Send Now' }).click();
  await expect(ada.row('Lena')).toContainText('Let us');
  await expect(lena.bubble('Let us').getByRole('button', { name: 'In reply to Ada: line 20' })).toBeVisible();
});

test('what is cancelled while it is being scheduled is not scheduled', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await lena.goto(`/c/${talk}`);
  await asksLater(lena, 'Slow');
  myna.server.pause();
  await when(lena).getByRole('button', { name: 'Tomorrow 9:00 AM' }).click();
  await expect(when(lena).getByRole('status')).toHaveText('Scheduling…');
  await lena.page.keyboard.press('Escape');
  await expect(when(lena)).toHaveCount(0);
  myna.server.resume();
  await lena.say('Now');
  await lena.hasSentAll();
  await expect(waiting(lena)).toHaveCount(0);
  await lena.reload();
  await lena.seesExactly(['Now']);
});
