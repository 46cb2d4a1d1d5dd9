// Forwarding: a message goes to other conversations and says where it comes from; several are chosen and forwarded or copied.
import type { Locator } from '@playwright/test';
import type { Person } from '../helpers/people';
import { PHONE, expect, test } from '../helpers/story';
import { direct, group, say, tell } from '../helpers/wire';

async function choose(person: Person, text: string, item: string): Promise<void> {
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: item, exact: true }).click();
  await expect(person.page.getByRole('menu')).toHaveCount(0);
}

function dialog(person: Person): Locator {
  return person.page.getByRole('dialog', { name: 'Forward' });
}

/** Sends what is chosen to these conversations or people, in the dialog that is open, and closes it. */
async function sendsTo(person: Person, ...names: string[]): Promise<void> {
  await chooses(person, 'Sent', ...names);
}

async function chooses(person: Person, mark: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await dialog(person).getByRole('combobox').fill(name);
    const option = dialog(person).getByRole('option', { name }).first();
    await option.click();
    await expect(option).toContainText(mark);
  }
  await dialog(person).getByRole('button', { name: 'Done' }).click();
  await expect(dialog(person)).toHaveCount(0);
}

/** Who wrote the text of a forwarded message. */
function origin(person: Person, text: string): Locator {
  return person.bubble(text).locator('.origin');
}

function box(person: Person, text: string): Locator {
  return person.messages.getByRole('checkbox', { name: `Select: ${text}` });
}

function bar(person: Person): Locator {
  return person.page.getByRole('toolbar', { name: 'Selected messages' });
}

test('a message is forwarded to a conversation and to a new person, live and after reloading', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const talk = await direct(lena, ada);
  await say(ada, talk, 'The train is at nine');
  const trip = await group('Trip', lena, bea);
  await bea.goto(`/c/${trip}`);
  await lena.goto(`/c/${talk}`);
  await choose(lena, 'The train is at nine', 'Forward');
  await expect(dialog(lena)).toContainText('The train is at nine');
  await sendsTo(lena, 'Trip', 'Bea');
  await bea.sees('The train is at nine');
  await expect(origin(bea, 'The train is at nine')).toHaveText('Forwarded from Ada');
  await bea.open('Lena');
  await bea.sees('The train is at nine');
  for (const person of [bea, lena]) {
    await person.goto(`/c/${trip}`);
    await person.reload();
    await person.seesExactly(['The train is at nine']);
    await expect(origin(person, 'The train is at nine')).toHaveText('Forwarded from Ada');
  }
  // It leads those who may read it to the message, and tells the others that they may not.
  await origin(bea, 'The train is at nine').click();
  await expect(bea.page.getByRole('status').filter({ hasText: 'You’re not in the conversation' })).toBeVisible();
  await origin(lena, 'The train is at nine').click();
  await expect(lena.title).toHaveText('Ada');
  await expect(lena.message('The train is at nine')).toBeInViewport();
  await expect(origin(lena, 'The train is at nine')).toHaveCount(0);
});

test('what is forwarded without a network is sent once it is back, once, though the page was reloaded', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const [talk, other] = [await direct(lena, ada), await direct(lena, bea)];
  await say(ada, talk, 'one', 'two');
  await say(bea, other, 'hello');
  await lena.goto(`/c/${talk}`);
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await choose(lena, 'two', 'Forward');
  await chooses(lena, 'Waiting', 'Bea');
  await lena.open('Bea');
  await expect(origin(lena, 'two')).toHaveText('Forwarded from Ada');
  await expect(lena.bubble('two').locator('.pending')).toBeVisible();
  await myna.server.restart();
  await lena.goto(`/c/${other}`);
  await lena.hasSentAll();
  await bea.goto(`/c/${other}`);
  for (const person of [lena, bea]) {
    await person.seesExactly(['hello', 'two']);
    await expect(origin(person, 'two')).toHaveText('Forwarded from Ada');
  }
});

test('what is forwarded keeps the name of its author, cannot be edited, and stays when the original is unsent', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const [talk, other] = [await direct(lena, ada), await direct(lena, bea)];
  await say(ada, talk, 'draft of mine');
  await lena.goto(`/c/${talk}`);
  await choose(lena, 'draft of mine', 'Forward');
  await sendsTo(lena, 'Bea');
  await lena.goto(`/c/${other}`);
  await lena.message('draft of mine').click({ button: 'right' });
  await expect(lena.page.getByRole('menuitem', { name: 'Undo Send' })).toBeVisible();
  await expect(lena.page.getByRole('menuitem', { name: 'Edit' })).toHaveCount(0);
  await lena.page.keyboard.press('Escape');
  // Forwarded further, and back to its author.
  await bea.goto(`/c/${other}`);
  await choose(bea, 'draft of mine', 'Forward');
  await sendsTo(bea, 'Ada');
  await ada.open('Bea');
  await expect(origin(ada, 'draft of mine')).toHaveText('Forwarded from you');
  await tell(ada, [{ type: 'unsend', conversation: talk, seq: 1 }]);
  await bea.reload();
  await bea.seesExactly(['draft of mine']);
  await ada.find('Lena');
  await ada.sees('You unsent a message.');
  await ada.message('You unsent a message.').click({ button: 'right' });
  await expect(ada.page.getByRole('menu')).toHaveCount(0);
});

test('several messages are chosen, forwarded in their order and copied', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.context.grantPermissions(['clipboard-read']);
  const talk = await direct(lena, ada);
  await say(ada, talk, 'one', 'two', 'three');
  await lena.goto(`/c/${talk}`);
  await lena.say('four');
  await lena.hasSentAll();
  await lena.composer.fill('half written');
  await choose(lena, 'three', 'Select');
  await expect(box(lena, 'three')).toBeFocused();
  await expect(box(lena, 'three')).toBeChecked();
  await expect(bar(lena)).toContainText('1 selected');
  await expect(lena.composer).toBeHidden();
  // A click anywhere on the line.
  await lena.bubble('one').click();
  await lena.bubble('four').click({ position: { x: 5, y: 5 } });
  await expect(bar(lena)).toContainText('3 selected');
  await lena.bubble('four').click();
  await expect(bar(lena)).toContainText('2 selected');
  await bar(lena).getByRole('button', { name: 'Forward' }).click();
  await expect(dialog(lena)).toContainText('2 messages');
  await sendsTo(lena, 'Bea');
  await expect(bar(lena)).toHaveCount(0);
  await expect(lena.composer).toHaveValue('half written');
  await bea.open('Lena');
  await bea.seesExactly(['one', 'three']);

  await choose(lena, 'four', 'Select');
  await lena.bubble('two').click();
  await bar(lena).getByRole('button', { name: 'Copy' }).click();
  await expect(lena.page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  expect(await lena.page.evaluate(() => navigator.clipboard.readText())).toBe('Ada: two\nLena: four');
  await expect(bar(lena)).toHaveCount(0);
  // Nobody forwards what is gone.
  await choose(lena, 'two', 'Select');
  await tell(ada, [{ type: 'unsend', conversation: talk, seq: 2 }]);
  await lena.sees('Ada unsent a message.');
  await expect(bar(lena)).toContainText('0 selected');
  await expect(bar(lena).getByRole('button', { name: 'Forward' })).toBeDisabled();
  await expect(bar(lena).getByRole('button', { name: 'Cancel' })).toBeFocused();
  await lena.bubble('three').click();
  await bar(lena).getByRole('button', { name: 'Forward' }).click();
  await expect(dialog(lena)).toContainText('three');
});

test('messages are chosen and forwarded with the keyboard alone', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const talk = await direct(lena, ada);
  await direct(lena, bea);
  await say(ada, talk, 'one', 'two', 'three');
  await lena.goto(`/c/${talk}`);
  await lena.message('three').focus();
  await lena.page.keyboard.press('Enter');
  await lena.page.getByRole('menuitem', { name: 'Select' }).focus();
  await lena.page.keyboard.press('Enter');
  await expect(box(lena, 'three')).toBeFocused();
  await lena.page.keyboard.press('ArrowUp');
  await expect(box(lena, 'two')).toBeFocused();
  await lena.page.keyboard.press('Space');
  await expect(bar(lena)).toContainText('2 selected');
  await lena.page.keyboard.press('Escape');
  await expect(bar(lena)).toHaveCount(0);
  await expect(lena.composer).toBeFocused();

  await lena.message('two').focus();
  await lena.page.keyboard.press('f');
  await expect(dialog(lena).getByRole('combobox')).toBeFocused();
  // Nobody has been named yet.
  await lena.page.keyboard.press('Enter');
  await lena.page.keyboard.type('bea');
  await lena.page.keyboard.press('Enter');
  await expect(dialog(lena).getByRole('option', { name: 'Bea' })).toContainText('Sent');
  // Once is enough.
  await lena.page.keyboard.press('Enter');
  await lena.page.keyboard.press('Escape');
  await expect(dialog(lena)).toHaveCount(0);
  await expect(lena.message('two')).toBeFocused();
  await bea.open('Lena');
  await lena.seesExactly(['one', 'two', 'three']);
  await bea.seesExactly(['two']);
});

test('the arrow keys pass over what cannot be chosen, and a message from far back goes with the newest', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const talk = await direct(lena, ada);
  await say(ada, talk, ...Array.from({ length: 300 }, (_, number) => `message ${number + 1}`));
  await tell(ada, [{ type: 'unsend', conversation: talk, seq: 299 }]);
  await tell(lena, [{ type: 'read', conversation: talk, seq: 300 }]);
  await lena.goto(`/c/${talk}`);
  await choose(lena, 'message 300', 'Select');
  await expect(box(lena, 'message 300')).toBeFocused();
  await lena.page.keyboard.press('ArrowUp');
  await expect(box(lena, 'message 298')).toBeFocused();
  await lena.page.keyboard.press('Escape');
  // Forwarded to where they are, from a page that shows old messages: the page goes to the end after the first.
  await lena.goto(`/c/${talk}/5`);
  await choose(lena, 'message 5', 'Select');
  await lena.bubble('message 6').click();
  await bar(lena).getByRole('button', { name: 'Forward' }).click();
  await sendsTo(lena, 'Ada');
  await lena.hasSentAll();
  await expect(origin(lena, 'message 5')).toBeInViewport();
  await expect(origin(lena, 'message 6')).toBeInViewport();
});

test('messages are chosen and forwarded with a finger', async ({ myna }) => {
  const lena = await myna.person('Lena', PHONE);
  const [ada, bea] = await myna.people('Ada', 'Bea');
  const talk = await direct(lena, ada);
  await direct(lena, bea);
  await say(ada, talk, 'one', 'two');
  await lena.goto(`/c/${talk}`);
  await lena.pressesLong('two');
  await lena.page.getByRole('menuitem', { name: 'Select' }).tap();
  await expect(bar(lena)).toContainText('1 selected');
  await lena.bubble('one').tap();
  await expect(bar(lena)).toContainText('2 selected');
  await bar(lena).getByRole('button', { name: 'Forward' }).tap();
  await dialog(lena).getByRole('option', { name: 'Bea' }).tap();
  await dialog(lena).getByRole('button', { name: 'Done' }).tap();
  await expect(bar(lena)).toHaveCount(0);
  await bea.open('Lena');
  await bea.seesExactly(['one', 'two']);
});

test('what is chosen is forgotten when another conversation or a thread opens', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena', 'Ada', 'Bea');
  const [talk, other] = [await direct(lena, ada), await direct(lena, bea)];
  await say(ada, talk, 'one');
  await say(bea, other, 'two');
  await lena.goto(`/c/${talk}`);
  await choose(lena, 'one', 'Select');
  await lena.open('Bea');
  await expect(bar(lena)).toHaveCount(0);
  await expect(lena.messages.getByRole('checkbox')).toHaveCount(0);
  await lena.open('Ada');
  await expect(bar(lena)).toHaveCount(0);
});
