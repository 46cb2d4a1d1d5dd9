// From anywhere to anywhere by keys: the quick switcher, the sheet of shortcuts, and the list.
import { expect, test } from '../helpers/story';
import { direct, group, say } from '../helpers/wire';

test('a few letters lead to a conversation, a person or an action', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const [ada, bea] = [await myna.person('Ada'), await myna.person('Bea')];
  await say(ada, await direct(ada, lena), 'hello');
  await lena.goto('/');
  await lena.row('Ada').waitFor();

  await lena.page.keyboard.press('Control+k');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  const field = switcher.getByRole('combobox');
  await expect(field).toBeFocused();
  await expect(switcher.getByRole('option').first()).toHaveAccessibleName('Ada');
  await expect(switcher.getByRole('option', { selected: true })).toHaveAccessibleName('Ada');
  await lena.page.keyboard.press('Enter');
  await expect(switcher).toHaveCount(0);
  await expect(lena.title).toHaveText('Ada');
  await expect(lena.composer).toBeFocused();

  // Somebody one has not written to yet.
  await lena.page.keyboard.press('Control+k');
  await field.fill('be');
  await expect(switcher.getByRole('option').first()).toHaveAccessibleName('Bea');
  await lena.page.keyboard.press('Enter');
  await expect(lena.title).toHaveText('Bea');

  await lena.page.keyboard.press('Control+k');
  await field.fill('sett');
  const option = switcher.getByRole('option', { name: /^Settings/ });
  await expect(option).toHaveAttribute('aria-selected', 'true');
  expect(await field.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
  await option.click();
  await lena.isAt('/settings');

  await lena.page.keyboard.press('Control+k');
  await field.fill('nobody and nothing');
  await expect(switcher.getByRole('status')).toHaveText('No results for “nobody and nothing”.');
  await lena.page.keyboard.press('Escape');
  await expect(switcher).toHaveCount(0);
  await lena.isAt('/settings');
  await bea.page.close();
});

test('keys go up and down the list, and to what is unread', async ({ myna }) => {
  const lena = await myna.person('Lena');
  for (const name of ['Ada', 'Bea', 'Chi']) {
    const other = await myna.person(name);
    await say(other, await direct(other, lena), `from ${name}`);
  }
  // The newest first: Chi, Bea, Ada.
  await lena.goto('/');
  await lena.page.keyboard.press('Alt+ArrowDown');
  await expect(lena.title).toHaveText('Chi');
  await lena.sees('from Chi');
  await lena.page.keyboard.press('Alt+ArrowDown');
  await expect(lena.title).toHaveText('Bea');
  await lena.seesUnread('Bea', 0);
  await lena.page.keyboard.press('Alt+ArrowUp');
  await expect(lena.title).toHaveText('Chi');
  await lena.page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(lena.title).toHaveText('Ada');
});

test('the sheet of shortcuts opens by a question mark, but not while one writes one', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.types('really?');
  const sheet = lena.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toHaveCount(0);
  await expect(lena.composer).toHaveValue('really?');
  await lena.page.keyboard.press('Control+/');
  await expect(sheet.getByText('Previous unread conversation')).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(sheet).toHaveCount(0);
  await expect(lena.composer).toBeFocused();
  await lena.messages.focus();
  await lena.page.keyboard.press('?');
  await expect(sheet).toBeVisible();
});

test('a dialog that has just closed does not close the one that opens next', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  const sheet = lena.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  // The browser sends `close` in a later task, at most two frames after.
  const closeAndPress = (key: string, ctrlKey: boolean) =>
    lena.page.evaluate(
      async ({ key, ctrlKey }) => {
        document.querySelector('dialog')!.close();
        window.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, cancelable: true }));
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      },
      { key, ctrlKey },
    );
  await lena.page.keyboard.press('Control+k');
  await expect(switcher.getByRole('combobox')).toBeFocused();
  await closeAndPress('?', false);
  await expect(sheet).toBeVisible();
  await closeAndPress('k', true);
  await expect(switcher.getByRole('combobox')).toBeFocused();
  await closeAndPress('k', true);
  await expect(switcher.getByRole('combobox')).toBeFocused();
  await lena.page.keyboard.press('Escape');
  await expect(switcher).toHaveCount(0);
});

test('Enter that comes before the answer chooses with the answer', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await say(ada, await direct(ada, ada), 'mine');
  const cut = async () => {
    await lena.context.setOffline(true);
    await lena.seesTheConnectionLost();
  };
  await lena.goto('/new');
  await lena.page.getByRole('listbox', { name: 'People' }).getByRole('option', { name: 'Ada' }).waitFor();
  await cut();
  await lena.page.getByLabel('To:').fill('Ada');
  await lena.page.keyboard.press('Enter');
  await lena.context.setOffline(false);
  await expect(lena.page.getByRole('button', { name: 'Remove Ada' })).toBeVisible();

  await cut();
  await lena.page.keyboard.press('Control+k');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  await switcher.getByRole('combobox').fill('Ada');
  await lena.page.keyboard.press('Enter');
  await expect(switcher).toBeVisible();
  await lena.context.setOffline(false);
  await expect(lena.title).toHaveText('Ada');

  // Typing after Enter cancels it.
  await cut();
  await lena.search.fill('Lena');
  await lena.page.keyboard.press('Enter');
  await lena.search.fill('Len');
  await lena.context.setOffline(false);
  await expect(lena.conversations.getByRole('button', { name: /Lena/ })).toBeVisible();
  await expect(lena.search).toHaveValue('Len');
  await lena.page.keyboard.press('Enter');
  await expect(lena.title).toHaveText('Note to self');
});

test('the details take the focus, close by Escape and give it back', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  const button = lena.page.getByRole('button', { name: 'Details', exact: true });
  await button.press('Enter');
  await expect(lena.details.getByRole('button', { name: 'Close details' })).toBeFocused();
  await lena.page.keyboard.press('Escape');
  await expect(lena.details).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('the switcher uses the answer to the current text only, and lists an exact name first', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const [ada, bea] = [await myna.person('Ada'), await myna.person('Bea')];
  const trio = await group('Bea and the others', lena, ada, bea);
  await say(bea, trio, 'the newest');
  await lena.goto('/');
  await lena.page.keyboard.press('Control+k');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  const field = switcher.getByRole('combobox');
  await field.fill('bea');
  await expect(switcher.getByRole('option', { name: 'Bea', exact: true })).toHaveAttribute('aria-selected', 'true');
  await lena.page.keyboard.press('Escape');

  await myna.server.stop();
  await lena.seesTheConnectionLost();
  await lena.page.keyboard.press('Control+k');
  await field.fill('sett');
  await lena.page.keyboard.press('Enter');
  await lena.isAt('/settings');
  await myna.server.restart();
  await lena.reconnects();
});

test('menus and sheets close when the route changes', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('hello');
  await lena.message('hello').click({ button: 'right' });
  const menu = lena.page.getByRole('menu');
  await expect(menu).toBeVisible();
  await lena.page.keyboard.press('Control+k');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  await expect(switcher).toBeVisible();
  await expect(menu).toHaveCount(0);
  await lena.page.goBack();
  await lena.isAt('/');
  await expect(switcher).toHaveCount(0);
});

test('people are chosen by Enter, and a conversation begun by one more', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.goto('/new');
  const to = lena.page.getByLabel('To:');
  for (const name of ['Ada', 'Bea']) {
    await to.fill(name);
    // The answer to this text has arrived: it has one name.
    await expect(lena.page.getByRole('listbox', { name: 'People' }).getByRole('option')).toHaveCount(1);
    await to.press('Enter');
    await expect(lena.page.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    await expect(to).toBeFocused();
  }
  await to.press('Enter');
  await expect(lena.title).toHaveText('Ada & Bea');
});

test('the arrow keys go to what was found, and back to the field', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada Byron', 'Ada Lovelace');
  const focused = lena.page.locator(':focus');
  await lena.search.fill('Ada');
  await expect(lena.conversations.locator('.results .row')).toHaveCount(2);
  await lena.page.keyboard.press('ArrowDown');
  await expect(focused).toHaveText(/^AB/);
  await lena.page.keyboard.press('ArrowDown');
  await lena.page.keyboard.press('ArrowDown');
  await expect(focused).toHaveText(/^AL/);
  await lena.page.keyboard.press('ArrowUp');
  await lena.page.keyboard.press('ArrowUp');
  await expect(lena.search).toBeFocused();
  await lena.page.keyboard.press('ArrowDown');
  await lena.page.keyboard.press('Escape');
  await expect(lena.search).toBeFocused();
  await lena.page.keyboard.press('ArrowDown');
  await lena.page.keyboard.press('Enter');
  await expect(lena.title).toHaveText('Ada Byron');

  // A click beside the switcher closes it.
  await lena.page.keyboard.press('Control+k');
  await lena.page.mouse.click(5, 5);
  await expect(lena.page.getByRole('dialog', { name: 'Go to…' })).toHaveCount(0);

  await lena.page.keyboard.press('Control+k');
  const switcher = lena.page.getByRole('dialog', { name: 'Go to…' });
  await switcher.getByRole('combobox').fill('Ada');
  const options = switcher.getByRole('option');
  await expect(options).toHaveCount(2);
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await lena.page.keyboard.press('ArrowDown');
  await expect(options.last()).toHaveAttribute('aria-selected', 'true');
  await lena.page.keyboard.press('Enter');
  await expect(lena.title).toHaveText('Ada Lovelace');
});

test('however fast one types, one search is under way, and the last text is answered', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada Byron');
  const asked: string[] = [];
  const held: (() => void)[] = [];
  let holds = false;
  await lena.page.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const command = JSON.parse(String(frame));
      if (command.type === 'search') asked.push(command.text);
      server.send(frame);
    });
    server.onMessage((frame) => {
      const send = () => socket.send(frame);
      if (holds && JSON.parse(String(frame)).type === 'found') held.push(send);
      else send();
    });
  });
  await lena.reload();
  await lena.search.focus();
  await lena.page.keyboard.type('A');
  await expect(lena.conversations.getByRole('button', { name: 'Ada Byron' })).toBeVisible();
  holds = true;
  asked.length = 0;
  await lena.page.keyboard.type('da Byro');
  await expect.poll(() => held.length).toBe(1);
  expect(asked).toEqual(['Ad']);
  holds = false;
  held.forEach((send) => send());
  await expect.poll(() => asked).toEqual(['Ad', 'Ada Byro']);
  await expect(lena.conversations.getByRole('button', { name: 'Ada Byron' })).toBeVisible();
});

test('a name that nobody has starts nothing, and oneself is not one of several', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  await lena.goto('/new');
  const to = lena.page.getByLabel('To:');
  const options = lena.page.getByRole('option');
  const choose = async (name: string) => {
    await to.fill(name);
    await expect(options).toHaveCount(1);
    await to.press('Enter');
    await expect(lena.page.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
  };
  await choose('Lena');
  await choose('Ada');
  await expect(lena.page.getByRole('button', { name: 'Remove Lena' })).toHaveCount(0);
  await to.fill('Zoe');
  await expect(lena.page.getByText('No results for “Zoe”.')).toBeVisible();
  await expect(to).toHaveAttribute('aria-expanded', 'false');
  await to.press('Enter');
  await to.fill('');
  await expect(options).not.toHaveCount(0);
  await lena.isAt('/new');
  await to.press('Enter');
  await expect(lena.title).toHaveText('Ada');
});
