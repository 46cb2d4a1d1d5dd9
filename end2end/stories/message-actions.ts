// What can be done with a message: by mouse, by keyboard, by a finger that stays.
import { PHONE, expect, test } from '../helpers/story';
import type { Person } from '../helpers/people';

async function clipboard(person: Person): Promise<string> {
  return person.page.evaluate(() => navigator.clipboard.readText());
}

test('a message is copied by its menu, and the menu goes when one presses elsewhere', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.context.grantPermissions(['clipboard-read']);
  await ada.find('Lena');
  await ada.say('First line', 'Second & <b>last</b>');
  await lena.open('Ada');
  await lena.message('Second & <b>last</b>').click({ button: 'right' });
  const menu = lena.page.getByRole('menu', { name: /^Ada, Today \d{1,2}:\d\d [AP]M$/ });
  await expect(menu.locator('.menu-item')).toHaveText(['Reply', 'Forward', 'Copy', 'Copy Link', 'Select']);
  await menu.getByRole('menuitem', { name: 'Copy', exact: true }).click();
  await expect(menu).toHaveCount(0);
  await expect(lena.page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  expect(await clipboard(lena)).toBe('Second & <b>last</b>');

  await lena.message('First line').click({ button: 'right' });
  await expect(menu).toBeVisible();
  await lena.title.click();
  await expect(menu).toHaveCount(0);
});

test('messages are reached, read and copied with the keyboard alone', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.context.grantPermissions(['clipboard-read']);
  await ada.find('Lena');
  await ada.say('one', 'two');
  await lena.open('Ada');
  await lena.say('three');
  // What changes around a line must not change while the focus is on its way to it.
  await lena.hasSentAll();
  await lena.composer.press('Shift+Tab');
  await lena.page.keyboard.press('ArrowUp');
  await expect(lena.message('three')).toBeFocused();
  await expect(lena.message('three')).toHaveAccessibleName(/^You, \d{1,2}:\d\d [AP]M$/);
  await lena.page.keyboard.press('ArrowUp');
  await expect(lena.message('two')).toBeFocused();
  await expect(lena.message('two')).toHaveAccessibleName(/^Ada, \d{1,2}:\d\d [AP]M$/);
  await lena.page.keyboard.press('Home');
  await expect(lena.message('one')).toBeFocused();

  await lena.page.keyboard.press('Enter');
  const menu = lena.page.getByRole('menu');
  await expect(menu.getByRole('menuitem', { name: 'Reply', exact: true })).toBeFocused();
  await lena.page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(lena.message('one')).toBeFocused();
  await lena.page.keyboard.press('c');
  await expect(lena.page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  expect(await clipboard(lena)).toBe('one');
  await expect(lena.message('one')).toBeFocused();

  await lena.page.keyboard.press('End');
  await expect(lena.message('three')).toBeFocused();
  await lena.page.keyboard.press('ArrowDown');
  await expect(lena.composer).toBeFocused();
  // From an empty field the arrow leads to the messages too, where there is none of one's own to edit; from one with text it
  // stays.
  await ada.sees('three');
  await ada.page.clock.setFixedTime(Date.now() + 60 * 60_000);
  await ada.composer.press('ArrowUp');
  await expect(ada.message('three')).toBeFocused();
  await ada.page.keyboard.press('Escape');
  await expect(ada.composer).toBeFocused();
  await lena.types('draft');
  await lena.composer.press('ArrowUp');
  await expect(lena.composer).toBeFocused();
});

test('a message that waits for the connection can be taken back', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('before');
  await lena.hasSentAll();
  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await lena.say('not this', 'but this');
  await lena.message('not this').click({ button: 'right' });
  await lena.page.getByRole('menuitem', { name: 'Delete' }).click();
  await lena.seesExactly(['before', 'but this']);
  await myna.server.restart();
  await Promise.all([lena.reconnects(), ada.reconnects()]);
  await lena.hasSentAll();
  await ada.open('Lena');
  await ada.seesExactly(['before', 'but this']);
});

test('the browser’s own menu stays for links and for what is selected', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('see https://example.org/ here');
  const isLeftToTheBrowser = (element: Element) =>
    element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
  const link = lena.messages.getByRole('link', { name: 'https://example.org/' });
  expect(await link.evaluate(isLeftToTheBrowser)).toBe(true);
  await expect(lena.page.getByRole('menu')).toHaveCount(0);
  const text = lena.messages.locator('.bubble > p');
  await text.selectText();
  expect(await text.evaluate(isLeftToTheBrowser)).toBe(true);
  await lena.page.evaluate(() => getSelection()!.removeAllRanges());
  expect(await text.evaluate(isLeftToTheBrowser)).toBe(false);
  await expect(lena.page.getByRole('menu')).toBeVisible();
});

test('on a phone the menu comes when the finger stays', async ({ myna }) => {
  const ada = await myna.person('Ada');
  const lena = await myna.person('Lena', PHONE);
  await ada.find('Lena');
  await ada.say('Stay a while');
  await lena.open('Ada');
  await lena.pressesLong('Stay a while');
  await expect(lena.page.getByRole('menu')).toBeVisible();
  await lena.page.getByRole('menuitem', { name: 'Copy', exact: true }).tap();
  await expect(lena.page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
});

for (const { side, towards } of [{ side: 'left', towards: -1 }, { side: 'right', towards: 1 }]) {
  test(`on a phone the times come when the messages are dragged aside, to the ${side}`, async ({ myna }) => {
    const ada = await myna.person('Ada');
    const lena = await myna.person('Lena', PHONE);
    if (side === 'right') await lena.mirror();
    await ada.find('Lena');
    await ada.say('When was this?');
    await lena.page.goto(await ada.page.url());
    const message = lena.page.locator('.bubble', { hasText: 'When was this?' });
    const time = lena.page.locator('.line-time');
    const isInSight = async () => {
      const box = (await time.boundingBox())!;
      return box.x >= 0 && box.x + box.width <= PHONE.viewport.width;
    };
    await message.waitFor();
    expect(await isInSight()).toBe(false);
    const touches = await lena.context.newCDPSession(lena.page);
    const box = (await message.boundingBox())!;
    const from = { x: PHONE.viewport.width / 2, y: box.y + box.height / 2 };
    const at = (aside: number) => [{ x: from.x + towards * aside, y: from.y + 1 }];
    await touches.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [from] });
    for (const aside of [4, 12, 40, 120]) {
      await touches.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(aside) });
    }
    await expect.poll(isInSight).toBe(true);
    await touches.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(isInSight).toBe(false);
    await expect(lena.page.getByRole('menu')).toHaveCount(0);
  });
}

test('a screen reader is told what others write, and nothing of the past', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await ada.find('Lena');
  await ada.say('an old word');
  await lena.open('Ada');
  await lena.sees('an old word');
  const spoken = lena.page.getByRole('log');
  await expect(spoken).toBeEmpty();
  await ada.say('a new word');
  await expect(spoken).toHaveText('Ada: a new word');
  await lena.say('mine');
  await expect(spoken).toHaveText('Ada: a new word');
});

test('the pointer and the focus show when a message was sent, and the day where it is not today', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('when was this?');
  await lena.hasSentAll();
  const time = lena.messages.locator('.line-time');
  const day = () => time.evaluate((element) => getComputedStyle(element, '::before').content);
  await expect(time).toBeHidden();
  await lena.message('when was this?').hover();
  await expect(time).toBeVisible();
  expect(await day()).toBe('none');
  await lena.page.clock.setFixedTime(Date.now() + 24 * 60 * 60 * 1_000);
  await lena.reload();
  await lena.composer.focus();
  await lena.page.keyboard.press('Shift+Tab');
  await lena.page.keyboard.press('ArrowUp');
  await expect(lena.message('when was this?')).toBeFocused();
  await expect(time).toBeVisible();
  expect(await day()).toBe('"Yesterday "');
});
