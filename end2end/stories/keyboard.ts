// Everything without a mouse.
import { expect, test } from '../helpers/story';
import { PASSWORD, type Person } from '../helpers/people';
import { channel } from '../helpers/wire';

/** Whether whatever has the focus shows it: by an outline, or by a ring around the box it stands in. */
async function showsFocus(person: Person): Promise<boolean> {
  return person.page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return false;
    const ring = (element: Element | null) => {
      const style = element && getComputedStyle(element);
      return style ? (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none' : false;
    };
    return ring(focused) || ring(focused.closest('.composer-box, .to-field, .search'));
  });
}

async function press(person: Person, key: string): Promise<void> {
  await person.page.keyboard.press(key);
}

test('from signing in to a sent message with the keyboard alone', async ({ myna }) => {
  await myna.member('Ada');
  await myna.member('Lena');
  const lena = await myna.visitor('Lena');
  const keyboard = lena.page.keyboard;
  const focused = lena.page.locator(':focus');

  await lena.goto('/sign-in');
  await expect(lena.page.getByLabel('Name')).toBeFocused();
  await keyboard.type('Lena');
  await press(lena, 'Tab');
  await expect(lena.page.getByLabel('Password')).toBeFocused();
  await keyboard.type(PASSWORD);
  await press(lena, 'Enter');
  await lena.isIn();

  // From the top of the page.
  await lena.reload();
  await press(lena, 'Tab');
  await expect(focused).toHaveText('Skip to the conversation');
  await expect(focused).toBeInViewport();
  const names: string[] = [];
  while (!names.includes('Search')) {
    await press(lena, 'Tab');
    expect(await showsFocus(lena), 'the focus is seen').toBe(true);
    names.push((await focused.getAttribute('aria-label')) ?? (await focused.innerText()));
    expect(names.length, `search is not reached: ${names}`).toBeLessThan(10);
  }
  await keyboard.type('Ada');
  await expect(lena.conversations.getByRole('button', { name: 'Ada' })).toBeVisible();
  for (const expected of ['Channels', 'New message', 'Ada']) {
    await press(lena, 'Tab');
    await expect(focused).toHaveAccessibleName(expected);
    expect(await showsFocus(lena), `${expected} shows its focus`).toBe(true);
  }
  await press(lena, 'Enter');
  await expect(lena.title).toHaveText('Ada');
  await expect(lena.composer).toBeFocused();
  expect(await showsFocus(lena), 'the composer shows its focus').toBe(true);
  await keyboard.type('With ten fingers');
  await press(lena, 'Enter');
  await lena.sees('With ten fingers');
  await expect(lena.composer).toBeFocused();
});

test('the first stop of the Tab key leads past the list', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.find('Ada');
  await lena.reload();
  await expect(lena.composer).toBeFocused();
  await lena.page.getByRole('link', { name: 'Skip to the conversation' }).focus();
  await press(lena, 'Enter');
  await press(lena, 'Tab');
  // The first thing in the pane, not in the list.
  expect(await lena.page.evaluate(() => Boolean(document.activeElement?.closest('#pane')))).toBe(true);
  await lena.isAt(/^\/c\//);
});

test('every stop of the Tab key has a name and shows where one is', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await ada.find('Lena');
  await ada.say('Hello');
  await lena.open('Ada');
  await lena.page.getByRole('button', { name: 'Details' }).click();
  for (const path of [lena.path, '/new', '/channels', '/settings', '/sign-in', '/sign-up']) {
    if (path !== lena.path) await lena.goto(path);
    const first = lena.page.locator('a, button, input, textarea').first();
    await first.focus();
    const seen = new Set<string>();
    for (let stop = 0; stop < 30; stop += 1) {
      await press(lena, 'Tab');
      const focused = lena.page.locator(':focus');
      if ((await focused.count()) === 0) break;
      await expect(focused, `on ${path}`).toHaveAccessibleName(/\S/);
      expect(await showsFocus(lena), `${await focused.evaluate((element) => element.outerHTML)} on ${path}`).toBe(true);
      const box = JSON.stringify(await focused.boundingBox());
      if (seen.has(box)) break;
      seen.add(box);
    }
    expect(seen.size, `stops on ${path}`).toBeGreaterThan(2);
  }
});

test('people and a group are chosen and begun with the keyboard', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada', 'Bea');
  const focused = lena.page.locator(':focus');
  await lena.page.getByRole('link', { name: 'New message' }).first().focus();
  await press(lena, 'Enter');
  await lena.isAt('/new');
  await expect(lena.page.getByLabel('To:')).toBeFocused();
  for (const name of ['Ada', 'Bea']) {
    await lena.page.getByLabel('To:').focus();
    await lena.page.keyboard.type(name);
    await expect(lena.page.getByRole('listbox', { name: 'People' }).locator('.row-title')).toHaveText([name]);
    const option = lena.page.getByRole('option', { name });
    await expect(focused).toHaveAttribute('aria-activedescendant', (await option.getAttribute('id'))!);
    await press(lena, 'Enter');
    await expect(lena.page.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    await expect(option).toHaveAttribute('aria-selected', 'true');
  }
  // The last one goes by Backspace and comes back by the arrow keys.
  const options = lena.page.getByRole('option');
  await press(lena, 'Backspace');
  await expect(lena.page.getByRole('button', { name: 'Remove Bea' })).toHaveCount(0);
  await expect(options).not.toHaveCount(1);
  const last = options.last();
  await press(lena, 'ArrowUp');
  await expect(focused).toHaveAttribute('aria-activedescendant', (await last.getAttribute('id'))!);
  while ((await focused.getAttribute('aria-activedescendant')) !== (await lena.page.getByRole('option', { name: 'Bea' }).getAttribute('id'))) {
    await press(lena, 'ArrowDown');
  }
  await press(lena, 'Enter');
  await expect(lena.page.getByRole('button', { name: 'Remove Bea' })).toBeVisible();
  await lena.page.getByLabel('Group name').focus();
  await lena.page.keyboard.type('Trio');
  await press(lena, 'Enter');
  await expect(lena.title).toHaveText('Trio');
});

test('Escape empties the search', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  await lena.search.fill('Ada');
  await expect(lena.conversations.getByRole('button', { name: 'Ada' })).toBeVisible();
  await press(lena, 'Escape');
  await expect(lena.search).toHaveValue('');
  await expect(lena.conversations.getByRole('button', { name: 'Ada' })).toHaveCount(0);
});

/** Presses Tab until what has the focus is called so. */
async function tabTo(person: Person, name: string | RegExp): Promise<void> {
  const focused = person.page.locator(':focus');
  const passed: string[] = [];
  for (let stop = 0; stop < 40; stop += 1) {
    await press(person, 'Tab');
    const reached = await focused.and(person.page.getByLabel(name).or(person.page.getByText(name, { exact: true }))).count();
    if (reached > 0) return expect(await showsFocus(person), `${name} shows its focus`).toBe(true);
    passed.push(await focused.evaluateAll((all) => all.map((element) => element.outerHTML.slice(0, 60)).join()));
  }
  throw new Error(`Tab does not lead to ${name}, only to ${passed.join('\n')}`);
}

test('a dialog that was closed opens again at once, before its close event has come', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.goto(`/c/${await channel('garden', lena)}`);
  await lena.page.getByRole('button', { name: 'Details' }).click();
  await lena.details.getByRole('button', { name: 'Leave channel' }).click();
  const question = lena.page.getByRole('alertdialog');
  await expect(question).toBeVisible();
  await lena.page.evaluate(() => {
    document.querySelector<HTMLDialogElement>('[role=alertdialog]')?.close();
    document.querySelector<HTMLButtonElement>('.details .danger')?.click();
  });
  await expect(question).toBeVisible();
  await lena.page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
});

test('settings, a channel, its details and the way out with the keyboard alone', async ({ myna }) => {
  const lena = await myna.person('Lena');
  const { page } = lena;
  const { keyboard } = page;

  await press(lena, 'Control+,');
  await lena.isAt('/settings');
  // The focus goes along: what had it is gone.
  await expect(page.getByRole('main')).toBeFocused();
  await tabTo(lena, 'Change name');
  await press(lena, 'Enter');
  const dialog = page.getByRole('dialog', { name: 'Your name' });
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await press(lena, 'Control+a');
  await keyboard.type('Helena');
  await press(lena, 'Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Change name' })).toBeFocused();
  await expect(page.locator('.settings-name')).toHaveText('Helena');
  await tabTo(lena, 'System');
  await press(lena, 'ArrowDown');
  await press(lena, 'ArrowDown');
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await press(lena, 'Control+k');
  await keyboard.type('chan');
  await expect(page.getByRole('option', { selected: true })).toHaveAccessibleName(/^Channels/);
  await press(lena, 'Enter');
  await lena.isAt('/channels');
  await tabTo(lena, 'Find or create a channel');
  await keyboard.type('garden');
  await press(lena, 'Enter');
  await expect(lena.title).toHaveText('garden');
  await expect(lena.composer).toBeFocused();
  await keyboard.type('hello');
  await press(lena, 'Enter');
  await lena.sees('hello');

  await press(lena, 'Shift+Tab');
  while (!(await page.getByRole('button', { name: 'Details' }).evaluate((button) => button === document.activeElement))) {
    await press(lena, 'Shift+Tab');
  }
  await press(lena, 'Enter');
  await expect(lena.details).toBeVisible();
  await tabTo(lena, 'Leave channel');
  await press(lena, 'Enter');
  const question = page.getByRole('alertdialog');
  await expect(question).toBeVisible();
  await press(lena, 'Escape');
  await expect(question).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Leave channel' })).toBeFocused();
  await press(lena, 'Enter');
  await tabTo(lena, 'Leave');
  await press(lena, 'Enter');
  await lena.isAt('/');

  await press(lena, 'Control+,');
  await tabTo(lena, 'Sign out');
  await press(lena, 'Enter');
  await lena.isOut();
});
