// People react to a message, with one of six drawings or with any emoji.
import type { Locator } from '@playwright/test';
import type { Person } from '../helpers/people';
import { PHONE, expect, test } from '../helpers/story';
import { group } from '../helpers/wire';

/** Reacts from the menu of a message, by the right button of the mouse. */
async function react(person: Person, text: string, reaction: string): Promise<void> {
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitemradio', { name: reaction, exact: true }).click();
  await expect(person.page.getByRole('menu')).toHaveCount(0);
}

/** The badges of a message. */
function badges(person: Person, text: string): Locator {
  return person.bubble(text).locator('.badges');
}

/** Who reacts to a message, and how, as the badges name it. */
async function seesReactions(person: Person, text: string, named: string): Promise<void> {
  if (named) await expect(badges(person, text)).toHaveAccessibleName(`Reactions: ${named}`);
  else await expect(badges(person, text)).toHaveCount(0);
}

async function openPicker(person: Person, text: string): Promise<Locator> {
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: 'More reactions' }).click();
  const picker = person.page.getByRole('dialog', { name: 'Choose a reaction' });
  await expect(picker).toBeVisible();
  return picker;
}

test('a reaction is seen at once by both, replaced, taken back, and told in the list', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('I passed the exam!');
  await lena.hasSentAll();
  await ada.open('Lena');
  await react(ada, 'I passed the exam!', 'Love');
  await seesReactions(ada, 'I passed the exam!', 'Love (You)');
  await seesReactions(lena, 'I passed the exam!', 'Love (Ada)');
  await expect(lena.row('Ada')).toContainText('Ada loved “I passed the exam!”');
  await expect(ada.row('Lena')).toContainText('You loved “I passed the exam!”');
  // It is no message: nothing is unread, and no time moves.
  await lena.seesUnread('Ada', 0);

  await react(ada, 'I passed the exam!', 'Emphasize');
  await seesReactions(lena, 'I passed the exam!', 'Emphasize (Ada)');
  await react(lena, 'I passed the exam!', 'Emphasize');
  await seesReactions(ada, 'I passed the exam!', 'Emphasize (You, Lena)');
  for (const person of [lena, ada]) {
    await person.reload();
    await expect(badges(person, 'I passed the exam!')).toHaveText('2');
  }
  await expect(lena.row('Ada')).toContainText('You emphasized “I passed the exam!”');

  // The same again takes it back.
  await react(ada, 'I passed the exam!', 'Emphasize');
  await seesReactions(lena, 'I passed the exam!', 'Emphasize (You)');
  await react(lena, 'I passed the exam!', 'Emphasize');
  for (const person of [lena, ada]) await seesReactions(person, 'I passed the exam!', '');
  await expect(ada.row('Lena')).toContainText(/AMI passed|PMI passed/);
  await lena.say('Next topic');
  await expect(ada.row('Lena')).toContainText('Next topic');
});

test('a double click and the keyboard offer the reactions, and the arrow keys move among them', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('Shall we?');
  await lena.hasSentAll();
  await ada.open('Lena');
  const choice = (name: string) => ada.page.getByRole('menuitemradio', { name, exact: true });
  await ada.message('Shall we?').dblclick();
  await expect(choice('Love')).toBeFocused();
  expect(await ada.page.evaluate(() => String(getSelection()))).toBe('');
  await ada.page.keyboard.press('ArrowRight');
  await expect(choice('Like')).toBeFocused();
  await ada.page.keyboard.press('ArrowDown');
  await expect(ada.page.getByRole('menuitem', { name: 'Reply', exact: true })).toBeFocused();
  await ada.page.keyboard.press('ArrowUp');
  await expect(ada.page.getByRole('menuitem', { name: 'More reactions' })).toBeFocused();
  await ada.page.keyboard.press('Escape');
  await expect(ada.page.getByRole('menu')).toHaveCount(0);

  await ada.composer.press('ArrowUp');
  await expect(ada.message('Shall we?')).toBeFocused();
  await ada.page.keyboard.press('t');
  await expect(choice('Love')).toBeFocused();
  await ada.page.keyboard.press('ArrowLeft');
  await ada.page.keyboard.press('ArrowLeft');
  await expect(choice('Question')).toBeFocused();
  await ada.page.keyboard.press('Enter');
  await seesReactions(lena, 'Shall we?', 'Question (Ada)');
  await expect(ada.message('Shall we?')).toBeFocused();
  await ada.page.keyboard.press('t');
  await expect(choice('Question')).toBeChecked();
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('Control+/');
  await expect(ada.page.getByRole('dialog').getByText('React', { exact: true })).toBeVisible();
});

test('in a group the badges are counted, and a sheet says who reacts while that changes', async ({ myna }) => {
  const [lena, ada, bea, cyd, dee] = await myna.people('Lena', 'Ada', 'Bea', 'Cyd', 'Dee');
  await group('Trip', lena, ada, bea, cyd, dee);
  for (const person of [lena, ada, bea, cyd, dee]) await person.open('Trip');
  await lena.say('Snow!');
  await lena.hasSentAll();
  await react(ada, 'Snow!', 'Love');
  await seesReactions(lena, 'Snow!', 'Love (Ada)');
  await react(bea, 'Snow!', 'Love');
  await seesReactions(lena, 'Snow!', 'Love (Ada, Bea)');
  await react(cyd, 'Snow!', 'Haha');
  await seesReactions(lena, 'Snow!', 'Love (Ada, Bea); Haha (Cyd)');
  await react(dee, 'Snow!', 'Dislike');
  await react(lena, 'Snow!', 'Question');
  await seesReactions(ada, 'Snow!', 'Love (You, Bea); Haha (Cyd); Dislike (Dee); Question (Lena)');
  await expect(badges(lena, 'Snow!').locator('.reaction')).toHaveCount(3);
  await expect(badges(lena, 'Snow!')).toHaveText('5');
  await expect(ada.row('Trip')).toContainText('Lena questioned “Snow!”');

  await badges(ada, 'Snow!').click();
  const sheet = ada.page.getByRole('dialog', { name: 'Reactions' });
  await expect(sheet.getByRole('listitem')).toHaveText([/You/, /Bea/, /Cyd/, /Dee/, /Lena/]);
  await expect(sheet.getByRole('listitem').filter({ hasText: 'Dee' }).getByRole('img', { name: 'Dislike' })).toBeVisible();
  await react(dee, 'Snow!', 'Dislike');
  await expect(sheet.getByRole('listitem')).toHaveText([/You/, /Bea/, /Cyd/, /Lena/]);
  await sheet.getByRole('button', { name: 'Remove' }).click();
  await expect(sheet.getByRole('listitem')).toHaveText([/Bea/, /Cyd/, /Lena/]);
  await ada.page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  // A sheet with nobody left in it goes.
  await react(bea, 'Snow!', 'Love');
  await react(cyd, 'Snow!', 'Haha');
  await badges(bea, 'Snow!').click();
  await expect(bea.page.getByRole('dialog', { name: 'Reactions' })).toBeVisible();
  await react(lena, 'Snow!', 'Question');
  await expect(bea.page.getByRole('dialog', { name: 'Reactions' })).toHaveCount(0);
});

test('badges stand beside the words and the name, however short they are', async ({ myna }) => {
  const [lena, ada, bea] = await myna.people('Lena Novak-Lindqvist', 'Ada', 'Bea');
  await group('Trip', lena, ada, bea);
  for (const person of [lena, ada, bea]) await person.open('Trip');
  await lena.say('ok');
  await lena.hasSentAll();
  for (const [person, reaction] of [[ada, 'Love'], [bea, 'Haha'], [lena, 'Like']] as const) await react(person, 'ok', reaction);
  for (const person of [lena, ada]) {
    await expect(badges(person, 'ok').locator('.reaction')).toHaveCount(3);
    const line = person.bubble('ok');
    const stack = (await badges(person, 'ok').boundingBox())!;
    for (const part of [line.locator('.bubble > p'), line.locator('.sender')]) {
      if ((await part.count()) === 0) continue;
      const box = (await part.boundingBox())!;
      expect(box.y + box.height <= stack.y + 1 || stack.y + stack.height <= box.y + 1, 'they do not overlap').toBe(true);
    }
    // The badges belong to the message, and lead to its menu as well.
    await badges(person, 'ok').click({ button: 'right' });
    await expect(person.page.getByRole('menuitem', { name: 'Copy', exact: true })).toBeVisible();
    await person.page.keyboard.press('Escape');
  }
});

test('a reaction without a connection shows at once and arrives once, and who was away has it too', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.hasSentAll();
  await ada.open('Lena');
  await myna.server.stop();
  await Promise.all([lena.seesTheConnectionLost(), ada.seesTheConnectionLost()]);
  await react(ada, 'one', 'Like');
  await react(ada, 'two', 'Like');
  await react(ada, 'two', 'Dislike');
  await seesReactions(ada, 'one', 'Like (You)');
  await seesReactions(ada, 'two', 'Dislike (You)');
  await myna.server.restart();
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await seesReactions(lena, 'one', 'Like (Ada)');
  await seesReactions(lena, 'two', 'Dislike (Ada)');
  await ada.reload();
  await seesReactions(ada, 'two', 'Dislike (You)');
});

test('what was unsent has no reactions, and one that comes too late is refused in words', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.hasSentAll();
  await ada.open('Lena');
  await react(ada, 'two', 'Love');
  await seesReactions(lena, 'two', 'Love (Ada)');
  await ada.message('two').click({ button: 'right' });
  await expect(ada.page.getByRole('menu')).toBeVisible();
  await lena.message('two').click({ button: 'right' });
  await lena.page.getByRole('menuitem', { name: 'Undo Send' }).click();
  await ada.seesExactly(['one', 'Lena unsent a message.']);
  await ada.page.getByRole('menuitemradio', { name: 'Like', exact: true }).click();
  await expect(ada.page.getByText('This message was unsent.')).toBeVisible();
  await expect(ada.messages.locator('.badges')).toHaveCount(0);
  // There is nothing to react to any more.
  await ada.message('Lena unsent a message.').click({ button: 'right' });
  await expect(ada.page.getByRole('menuitemradio')).toHaveCount(0);
});

test('any emoji is a reaction: found by its name, in a skin tone, and offered again', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('We did it');
  await lena.hasSentAll();
  await ada.open('Lena');
  let picker = await openPicker(ada, 'We did it');
  await expect(picker.getByRole('searchbox', { name: 'Search emoji' })).toBeFocused();
  await expect(picker.getByRole('heading', { name: 'Flags' })).toBeAttached();
  await expect(picker.getByRole('heading', { name: 'Recent' })).toHaveCount(0);
  await ada.page.keyboard.type('party pop');
  await expect(picker.getByRole('button', { name: /^🎉/ })).toBeVisible();
  await ada.page.keyboard.press('Enter');
  await expect(picker).toHaveCount(0);
  await seesReactions(lena, 'We did it', '🎉 (Ada)');
  await expect(lena.row('Ada')).toContainText('Ada reacted 🎉 to “We did it”');

  picker = await openPicker(ada, 'We did it');
  await expect(picker.getByRole('heading', { name: 'Recent' })).toBeVisible();
  await picker.getByRole('radio', { name: '✋🏾' }).check({ force: true });
  await picker.getByRole('searchbox').fill('waving hand');
  await picker.getByRole('button', { name: /^👋🏾/ }).click();
  await seesReactions(lena, 'We did it', '👋🏾 (Ada)');
  // The menu offers what is chosen, to be taken back.
  await ada.message('We did it').click({ button: 'right' });
  await expect(ada.page.getByRole('menuitemradio', { name: '👋🏾' })).toBeChecked();
  await ada.page.keyboard.press('Escape');

  // By keyboard alone: into the emoji, along them, and a choice.
  picker = await openPicker(ada, 'We did it');
  await ada.page.keyboard.press('ArrowDown');
  await expect(picker.getByRole('button', { name: /^👋🏾/ }).first()).toBeFocused();
  await ada.page.keyboard.press('ArrowRight');
  await expect(picker.getByRole('button', { name: /^🎉/ }).first()).toBeFocused();
  await ada.page.keyboard.press('Enter');
  await seesReactions(lena, 'We did it', '🎉 (Ada)');

  picker = await openPicker(ada, 'We did it');
  await picker.getByRole('searchbox').fill('qwertz');
  await expect(picker.getByText('No emoji for “qwertz”.')).toBeVisible();
});

test('emoji that cannot be loaded are loaded when one tries again', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  myna.console.allow(/emoji\.json/);
  await lena.find('Ada');
  await lena.say('Remember');
  await lena.hasSentAll();
  await lena.page.route('**/emoji.json', (route) => route.abort());
  const picker = await openPicker(lena, 'Remember');
  await expect(picker.getByText('The emoji couldn’t be loaded.')).toBeVisible();
  await lena.page.unroute('**/emoji.json');
  await picker.getByRole('button', { name: 'Try again' }).click();
  await expect(picker.getByRole('heading', { name: 'Smileys & emotion' })).toBeVisible();
});

test('on a phone a finger that stays offers the reactions, and so does a double tap', async ({ myna }) => {
  const lena = await myna.person('Lena', PHONE);
  const ada = await myna.person('Ada');
  await ada.find('Lena');
  await ada.say('Look');
  await ada.hasSentAll();
  await lena.row('Ada').tap();
  await lena.pressesLong('Look');
  await lena.page.getByRole('menuitemradio', { name: 'Love' }).tap();
  await seesReactions(ada, 'Look', 'Love (Lena)');
  const box = (await lena.message('Look').boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await lena.page.touchscreen.tap(x, y);
  await lena.page.touchscreen.tap(x, y);
  await expect(lena.page.getByRole('menuitemradio', { name: 'Love' })).toBeChecked();
});
