// A sent message gets another text, or is taken back.
import { PHONE, expect, test } from '../helpers/story';
import type { Person } from '../helpers/people';
import { channel, tell } from '../helpers/wire';

/** The menu of a message, by the right button of the mouse. */
async function choose(person: Person, text: string, action: string): Promise<void> {
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: action }).click();
}

/** What can be done with a message. */
async function actions(person: Person, text: string): Promise<string[]> {
  await person.message(text).click({ button: 'right' });
  const items = person.page.locator('.menu-item');
  await items.first().waitFor();
  const names = await items.allTextContents();
  await person.page.keyboard.press('Escape');
  await expect(items).toHaveCount(0);
  return names;
}

/** The id of the conversation on screen. */
function conversationOf(person: Person): string {
  return person.path.replace('/c/', '');
}

test('a message is edited from the empty field, the other sees it at once, and who has read it can see what it was', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('See you at fife', 'Bring the cake');
  await ada.open('Lena');
  await ada.sees('See you at fife');

  // The newest message that Lena sent, and only from an empty field.
  await lena.composer.press('ArrowUp');
  await expect(lena.composer).toHaveValue('Bring the cake');
  await expect(lena.composer).toHaveAccessibleDescription(/Editing message/);
  await lena.page.keyboard.press('Escape');
  await expect(lena.composer).toHaveValue('');
  await expect(lena.composer).toBeFocused();

  await choose(lena, 'See you at fife', 'Edit');
  await expect(lena.composer).toBeFocused();
  await lena.composer.fill('See you at five');
  await lena.composer.press('Enter');
  await lena.seesExactly(['See you at five', 'Bring the cake']);
  await ada.seesExactly(['See you at five', 'Bring the cake']);
  await lena.hasSentAll();
  await expect(lena.composer).toHaveValue('');

  await ada.bubble('See you at five').getByRole('button', { name: 'Edited' }).click();
  const versions = ada.page.getByRole('dialog', { name: 'Earlier versions' });
  await expect(versions.locator('.version-text')).toHaveText(['See you at fife', 'See you at five']);
  await expect(versions.locator('.version-time').last()).toHaveText('Now');
  // An edit that comes while one looks is there too.
  await choose(lena, 'See you at five', 'Edit');
  await lena.composer.fill('See you at six');
  await lena.composer.press('Enter');
  await expect(versions.locator('.version-text')).toHaveText(['See you at fife', 'See you at five', 'See you at six']);
  await ada.page.keyboard.press('Escape');
  await expect(versions).toHaveCount(0);

  // What was edited stays so, and the list shows it.
  for (const person of [lena, ada]) {
    await person.reload();
    await person.seesExactly(['See you at six', 'Bring the cake']);
    await expect(person.bubble('See you at six').getByRole('button', { name: 'Edited' })).toBeVisible();
  }
  await choose(lena, 'Bring the cake', 'Edit');
  await lena.composer.fill('Bring the scores');
  await lena.send.or(lena.page.getByRole('button', { name: 'Save' })).click();
  await expect(ada.row('Lena')).toContainText('Bring the scores');
});

test('an edit and a draft wait for each other, and both survive a reload and another conversation', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.find('Bea');
  await lena.find('Ada');
  await lena.say('Helo');
  await lena.hasSentAll();
  await lena.types('A thought for later');
  await choose(lena, 'Helo', 'Edit');
  await expect(lena.composer).toHaveValue('Helo');
  await lena.composer.fill('Hello the');
  await lena.open('Bea');
  await expect(lena.composer).toHaveValue('');
  await lena.open('Ada');
  await expect(lena.composer).toHaveValue('Hello the');
  await lena.reload();
  await expect(lena.composer).toHaveValue('Hello the');
  await lena.composer.press('End');
  await lena.types('re');
  await lena.composer.press('Enter');
  await lena.seesExactly(['Hello there']);
  await expect(lena.composer).toHaveValue('A thought for later');
  await lena.hasSentAll();
  await lena.reload();
  await expect(lena.composer).toHaveValue('A thought for later');
  // From a field with text the arrow edits nothing.
  await lena.composer.press('ArrowUp');
  await expect(lena.composer).toHaveValue('A thought for later');
  // Without a change there is nothing to send, and an empty text is refused in words.
  await choose(lena, 'Hello there', 'Edit');
  await lena.composer.press('Enter');
  await expect(lena.composer).toHaveValue('A thought for later');
  await choose(lena, 'Hello there', 'Edit');
  await lena.composer.fill('   ');
  await lena.composer.press('Enter');
  await expect(lena.composer).toHaveValue('   ');
  await lena.page.getByRole('button', { name: 'Cancel editing' }).click();
  await expect(lena.composer).toHaveValue('A thought for later');
});

test('an edit without a connection shows at once, arrives once, and one that a closed page interrupts is not lost', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.hasSentAll();
  await ada.open('Lena');
  await ada.sees('two');
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await choose(lena, 'one', 'Edit');
  await lena.composer.fill('one, edited');
  await lena.composer.press('Enter');
  await lena.seesExactly(['one, edited', 'two']);
  await expect(lena.message('one, edited')).toHaveClass(/pending/);
  await myna.server.restart();
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await lena.hasSentAll();
  await ada.seesExactly(['one, edited', 'two']);

  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await choose(lena, 'two', 'Edit');
  await lena.composer.fill('two, edited');
  await lena.composer.press('Enter');
  await lena.seesExactly(['one, edited', 'two, edited']);
  await myna.server.restart();
  // The page is closed before the edit has gone out: it waits in the field.
  const later = await lena.tab();
  await lena.page.close();
  await later.goto(`/c/${conversationOf(ada)}`);
  const arrived = later.message('two, edited');
  const kept = later.page.getByRole('button', { name: 'Cancel editing' });
  await expect(arrived.or(kept).first()).toBeVisible();
  if (await kept.isVisible()) {
    await expect(later.composer).toHaveValue('two, edited');
    await later.composer.press('Enter');
  }
  await ada.reconnects();
  await ada.seesExactly(['one, edited', 'two, edited']);
});

test('a message is taken back: nobody finds its words any more', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('before', 'xylophone');
  await lena.hasSentAll();
  await ada.seesUnread('Lena', 2);
  await ada.open('Lena');
  await ada.sees('xylophone');
  expect(await actions(lena, 'xylophone')).toEqual(['Reply', 'Forward', 'Copy', 'Copy Link', 'Select', 'Edit', 'Undo Send']);
  expect(await actions(ada, 'xylophone')).toEqual(['Reply', 'Forward', 'Copy', 'Copy Link', 'Select']);
  await choose(lena, 'xylophone', 'Undo Send');
  await lena.seesExactly(['before', 'You unsent a message.']);
  await ada.seesExactly(['before', 'Lena unsent a message.']);
  await expect(ada.row('Lena')).toContainText('Lena unsent a message.');
  await expect(lena.row('Ada')).toContainText('You unsent a message.');
  for (const person of [lena, ada]) {
    await person.reload();
    await person.sees('before');
    expect(await person.page.content()).not.toContain('xylophone');
  }
  // There is nothing to do with it, and the next message is read as any other.
  await ada.message('Lena unsent a message.').click({ button: 'right' });
  await expect(ada.page.getByRole('menu')).toHaveCount(0);
  await lena.composer.press('ArrowUp');
  await expect(lena.composer).toHaveValue('before');
  await lena.page.keyboard.press('Escape');
  await lena.say('after');
  await lena.seesRead('after');
});

test('a message that was unsent before it was read still counts, and is read by looking at it', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('never mind');
  await lena.hasSentAll();
  await ada.seesUnread('Lena', 1);
  await choose(lena, 'never mind', 'Undo Send');
  await expect(ada.row('Lena')).toContainText('Lena unsent a message.');
  await ada.seesUnread('Lena', 1);
  await ada.open('Lena');
  await ada.seesExactly(['Lena unsent a message.']);
  await ada.seesUnread('Lena', 0);
});

test('after its time a message stays as it is, and a refused edit loses no words', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('hello');
  await lena.hasSentAll();
  // Another device of Lena's edits five times while she writes here.
  await choose(lena, 'hello', 'Edit');
  await lena.composer.fill('my sixth version');
  const edits = [1, 2, 3, 4, 5].map((number) => ({ type: 'edit', conversation: conversationOf(lena), seq: 1, text: `version ${number}` }));
  await tell(lena, edits);
  await lena.seesExactly(['version 5']);
  await lena.composer.press('Enter');
  await expect(lena.page.getByText('You can edit a message five times.')).toBeVisible();
  await expect(lena.composer).toHaveValue('my sixth version');
  await lena.seesExactly(['version 5']);
  await lena.page.keyboard.press('Escape');
  expect(await actions(lena, 'version 5')).toEqual(['Reply', 'Forward', 'Copy', 'Copy Link', 'Select', 'Undo Send']);

  await lena.say('second');
  await lena.hasSentAll();
  for (const [minutes, possible] of [[3, ['Reply', 'Forward', 'Copy', 'Copy Link', 'Select', 'Edit']], [16, ['Reply', 'Forward', 'Copy', 'Copy Link', 'Select']]] as const) {
    await lena.page.clock.setFixedTime(Date.now() + minutes * 60_000);
    expect(await actions(lena, 'second')).toEqual(possible);
  }
  await lena.composer.press('ArrowUp');
  await expect(lena.composer).toHaveValue('');
  await expect(lena.message('second')).toBeFocused();
  await ada.open('Lena');
  await ada.seesExactly(['version 5', 'second']);
});

test('who created a channel deletes what others wrote there', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const garden = await channel('garden', lena, ada);
  await Promise.all([lena.goto(`/c/${garden}`), ada.goto(`/c/${garden}`)]);
  await ada.say('buy my watches');
  await ada.hasSentAll();
  await lena.say('welcome');
  expect(await actions(ada, 'welcome')).toEqual(['Reply', 'Forward', 'Copy', 'Copy Link', 'Select']);
  await choose(lena, 'buy my watches', 'Delete for everyone');
  await lena.seesExactly(['You deleted a message.', 'welcome']);
  await ada.seesExactly(['Lena deleted a message.', 'welcome']);
});

test('with the keyboard alone a message is reached, edited, and taken back', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('one', 'two');
  await lena.hasSentAll();
  const { keyboard } = lena.page;
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await expect(lena.message('one')).toBeFocused();
  await keyboard.press('e');
  await expect(lena.composer).toBeFocused();
  await keyboard.type('!');
  await keyboard.press('Enter');
  await lena.seesExactly(['one!', 'two']);
  await lena.hasSentAll();
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await expect(lena.page.getByRole('menuitem', { name: 'Reply', exact: true })).toBeFocused();
  for (let step = 0; step < 6; step++) await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await lena.seesExactly(['one!', 'You unsent a message.']);
  await expect(lena.page.locator(':focus')).not.toHaveCount(0);
  await ada.open('Lena');
  await ada.seesExactly(['one!', 'Lena unsent a message.']);
});

test('on a phone a message is edited by the menu, and the button saves it', async ({ myna }) => {
  const ada = await myna.person('Ada');
  const lena = await myna.person('Lena', PHONE);
  await ada.find('Lena');
  await ada.say('Are you there?');
  await lena.open('Ada');
  await lena.say('On my wy');
  // What stands below it moves it up.
  await lena.seesRead('On my wy');
  await lena.pressesLong('On my wy');
  await lena.page.getByRole('menuitem', { name: 'Edit' }).tap();
  await expect(lena.composer).toHaveValue('On my wy');
  await lena.composer.fill('On my way');
  await lena.page.getByRole('button', { name: 'Save' }).tap();
  await lena.seesExactly(['Are you there?', 'On my way']);
  await ada.seesExactly(['Are you there?', 'On my way']);
});
