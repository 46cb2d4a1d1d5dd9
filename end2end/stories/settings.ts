// Language, theme and times: the page is right from its first byte.
import { expect, test } from '../helpers/story';
import { PASSWORD } from '../helpers/people';
import { direct } from '../helpers/wire';

test('the language is the browser’s until another one is chosen', async ({ myna }) => {
  myna.console.allow(/status of 422 .*\/sign-up:0/);
  const lena = await myna.visitor('Lena', { locale: 'de-AT' });
  const html = await (await lena.goto('/sign-up'))!.text();
  expect(html).toContain('<html lang="de" dir="ltr"');
  expect(html).toContain('Konto erstellen');
  await expect(lena.page).toHaveTitle('Konto erstellen · Myna');
  await lena.page.getByLabel('Name').fill('Lena');
  await lena.page.getByLabel('Passwort').fill('kurz');
  await lena.page.getByLabel('Passwort').evaluate((field: HTMLInputElement) => field.removeAttribute('minlength'));
  await lena.page.getByRole('button', { name: 'Konto erstellen' }).click();
  await expect(lena.page.getByRole('alert')).toHaveText('Ein Passwort hat mindestens 8 Zeichen.');
  await lena.page.getByLabel('Passwort').fill(PASSWORD);
  await lena.page.getByRole('button', { name: 'Konto erstellen' }).click();
  await expect(lena.page.getByRole('heading', { level: 1 })).toHaveText('Willkommen bei Myna');

  await lena.goto('/settings');
  const languages = lena.page.getByRole('group', { name: 'Sprache' });
  await expect(languages.getByLabel('Deutsch')).toBeChecked();
  await languages.getByText('Español').click();
  await expect(lena.page.getByRole('heading', { level: 1 })).toHaveText('Ajustes');
  await expect(lena.page.locator('html')).toHaveAttribute('lang', 'es');
  await lena.goto('/new');
  await expect(lena.page.getByRole('heading', { level: 1 })).toHaveText('Mensaje nuevo');
});

test('a language that Myna does not speak is English', async ({ myna }) => {
  const lena = await myna.visitor('Lena', { locale: 'fi-FI' });
  await lena.goto('/sign-in');
  await expect(lena.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(lena.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('what a person has written stays when the language changes', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.composer.fill('half a thou');
  await lena.openSettings();
  await lena.page.getByRole('group', { name: 'Language' }).getByText('Deutsch').click();
  await expect(lena.page.locator('html')).toHaveAttribute('lang', 'de');
  await lena.page.getByRole('link', { name: 'Ada' }).click();
  await expect(lena.page.getByRole('textbox', { name: 'Nachricht' })).toHaveValue('half a thou');
  await ada.seesUnread('Lena', 0);
});

test('a theme is at once on the page, and in the next one from its first byte', async ({ myna }) => {
  const lena = await myna.person('Lena', { colorScheme: 'light' });
  const ground = () => lena.page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
  const light = await ground();
  await lena.openSettings();
  const themes = lena.page.getByRole('group', { name: 'Appearance' });
  await expect(themes.getByLabel('System')).toBeChecked();
  await themes.getByLabel('Dark').check();
  await expect.poll(ground).not.toBe(light);
  const html = await (await lena.goto('/settings'))!.text();
  expect(html).toContain('data-theme="dark"');
  expect(html).toContain('<meta name="theme-color" content="#1e1e1e">');
  await expect(themes.getByLabel('Dark')).toBeChecked();
  expect(await ground()).not.toBe(light);
  await themes.getByLabel('System').check();
  await expect.poll(ground).toBe(light);
  expect(await (await lena.goto('/'))!.text()).not.toContain('data-theme');
});

test('times are in the reader’s zone and clock from the first byte', async ({ myna }) => {
  for (const [name, locale, timezoneId] of [
    ['Lena', 'en-US', 'Asia/Kolkata'],
    ['Bea', 'en-GB', 'America/New_York'],
    ['Chidi', 'de-DE', 'Europe/Berlin'],
    ['Dana', 'es-ES', 'Europe/Madrid'],
  ] as const) {
    const person = await myna.visitor(name, { locale, timezoneId });
    // The page to sign up tells the server: the first chat page is right.
    await person.goto('/sign-up');
    const kept = (await person.context.cookies()).map((cookie) => cookie.name);
    expect(kept).toEqual(expect.arrayContaining(['zone', 'clock']));
    const answer = await person.context.request.post('/api/sign_up', { form: { name, password: PASSWORD } });
    expect(answer.ok()).toBe(true);
    const other = await myna.person(`${name} the Second`);
    const conversation = await direct(other, person);
    await other.goto(`/c/${conversation}`);
    await other.say('What time is it?');
    await other.hasSentAll();
    const html = await (await person.goto(`/c/${conversation}`))!.text();
    const time = person.page.locator('.separator time');
    await expect(time).toBeVisible();
    const shown = (await time.innerText()).replace(/\s+/g, ' ');
    const sent = html.match(/<li class="separator">.*?<\/time>/s)![0].replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim();
    expect(sent, locale).toBe(shown);
  }
});

test('the accent is the same from the first byte, in bubbles and links', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('what a colour');
  const bubble = lena.messages.locator('.mine > .bubble');
  const blue = await bubble.evaluate((element) => getComputedStyle(element).backgroundColor);
  await lena.openSettings();
  const accents = lena.page.getByRole('group', { name: 'Accent color' });
  await expect(accents.getByLabel('Blue')).toBeChecked();
  await accents.getByText('Green').click();
  await expect(accents.getByLabel('Green')).toBeChecked();
  await lena.open('Note to self');
  const green = await bubble.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(green).not.toBe(blue);
  const html = await (await lena.goto(lena.path))!.text();
  expect(html).toContain('data-accent="green"');
  await expect(bubble).toHaveCSS('background-color', green);
});

test('a chosen theme colours what the browser draws around the page', async ({ myna }) => {
  const lena = await myna.person('Lena', { colorScheme: 'light' });
  await lena.openSettings();
  const colors = () =>
    lena.page.locator('meta[name=theme-color]').evaluateAll((metas) => metas.map((meta) => meta.getAttribute('content')));
  expect(await colors()).toEqual(['#ffffff', '#1e1e1e']);
  const themes = lena.page.getByRole('group', { name: 'Appearance' });
  await themes.getByText('Dark').click();
  expect(await colors()).toEqual(['#1e1e1e', '#1e1e1e']);
  await themes.getByText('System').click();
  expect(await colors()).toEqual(['#ffffff', '#1e1e1e']);
});

test('a new message is heard where one wants that and does not look', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  // Counts the notes that are played.
  await lena.page.addInitScript(() => {
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      document.documentElement.dataset.notes = String(Number(document.documentElement.dataset.notes ?? 0) + 1);
      return start.call(this, when);
    };
  });
  await lena.reload();
  await lena.openSettings();
  const sounds = lena.page.getByRole('switch', { name: 'Play a sound for new messages' });
  const notes = lena.page.locator('html');
  await expect(sounds).not.toBeChecked();
  await ada.find('Lena');
  await lena.page.evaluate(() => (document.hasFocus = () => false));
  await ada.say('silent');
  await lena.seesUnread('Ada', 1);
  await expect(notes).not.toHaveAttribute('data-notes');

  await lena.page.getByText('Play a sound for new messages').click();
  await expect(sounds).toBeChecked();
  await expect(notes).toHaveAttribute('data-notes', '2');
  await ada.say('heard');
  await expect(notes).toHaveAttribute('data-notes', '4');
  await lena.page.evaluate(() => (document.hasFocus = () => true));
  await ada.say('seen');
  await lena.seesUnread('Ada', 3);
  await expect(notes).toHaveAttribute('data-notes', '4');
});

test('the title and the icon of the tab say how much is unread', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const icon = lena.page.locator('link[rel=icon]');
  await expect(lena.page).toHaveTitle('Myna');
  await expect(icon).toHaveAttribute('href', '/favicon.svg');
  await ada.find('Lena');
  await ada.say('one');
  await expect(lena.page).toHaveTitle('(1) Myna');
  await expect(icon).toHaveAttribute('href', /^data:image\/svg.*%3E1%3C%2Ftext%3E/);
  await lena.open('Ada');
  await expect(lena.page).toHaveTitle('Ada');
  await expect(icon).toHaveAttribute('href', '/favicon.svg');
});

test('who wants more contrast has it with every accent', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.page.emulateMedia({ contrast: 'more' });
  await lena.noteToSelf();
  await lena.say('white on a colour');
  const contrast = () =>
    lena.messages.locator('.mine > .bubble').evaluate((element) => {
      const canvas = document.createElement('canvas').getContext('2d')!;
      canvas.fillStyle = getComputedStyle(element).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
    });
  for (const accent of ['blue', 'purple', 'pink', 'red', 'orange', 'green', 'graphite']) {
    await lena.page.locator('html').evaluate((html, accent) => html.setAttribute('data-accent', accent), accent);
    await expect.poll(contrast, accent).toBeGreaterThan(6.5);
  }
});

test('a choice far down in the settings is the one that was pressed, and the page stays in its place', async ({ myna }) => {
  const lena = await myna.person('Lena', { viewport: { width: 900, height: 480 } });
  await lena.openSettings();
  const sounds = lena.page.getByRole('switch', { name: 'Play a sound for new messages' });
  const label = lena.page.getByText('Play a sound for new messages');
  await label.scrollIntoViewIfNeeded();
  const box = (await label.boundingBox())!;
  await lena.page.mouse.click(box.x + 3, box.y + box.height / 2);
  await expect(sounds).toBeChecked();
  await expect(lena.page.getByLabel('Blue')).toBeChecked();
  await lena.page.getByLabel('Graphite').focus();
  const moved = () => lena.page.evaluate(() => [...document.querySelectorAll('html, body, .chat, .pane')].map((element) => element.scrollTop));
  expect(await moved()).toEqual([0, 0, 0, 0]);
  await expect(lena.search).toBeInViewport();
});
