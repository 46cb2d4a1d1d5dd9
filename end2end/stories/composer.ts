// Where one writes.
import { expect, test } from '../helpers/story';
import { direct, read, say } from '../helpers/wire';

test('Enter sends, Shift+Enter breaks the line', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.types('one');
  await lena.composer.press('Shift+Enter');
  await lena.types('two');
  await expect(lena.composer).toHaveValue('one\ntwo');
  await lena.composer.press('Enter');
  await expect(lena.composer).toHaveValue('');
  await ada.open('Lena');
  expect(await ada.hears()).toEqual(['one\ntwo']);
  const height = (await ada.messages.locator('.bubble').boundingBox())!.height;
  expect(height, 'two lines high').toBeGreaterThan(45);
});

test('the button sends too, and nothing but blanks cannot be sent', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await expect(lena.send).toBeDisabled();
  await lena.composer.fill('  \n ');
  await expect(lena.send).toBeDisabled();
  await lena.composer.press('Enter');
  await lena.composer.fill('  with blank ends  ');
  await lena.send.click();
  await lena.sees('with blank ends');
  await lena.seesExactly(['with blank ends']);
  await expect(lena.composer).toHaveValue('');
});

test('a draft is kept for each conversation, and across a reload', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.find('Ada');
  await lena.types('for Ada');
  await lena.find('Bea');
  await expect(lena.composer).toHaveValue('');
  await lena.types('for Bea');
  await lena.open('Ada');
  await expect(lena.composer).toHaveValue('for Ada');
  await lena.reload();
  await expect(lena.composer).toHaveValue('for Ada');
  await expect(lena.send).toBeEnabled();
  await lena.composer.press('Enter');
  await lena.sees('for Ada');
  await lena.open('Bea');
  await expect(lena.composer).toHaveValue('for Bea');
  await lena.open('Ada');
  await expect(lena.composer).toHaveValue('');
});

test('the list shows what is written and not sent, except where one is writing', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada', 'Bea');
  await lena.find('Ada');
  await lena.say('sent');
  await lena.types('not yet');
  const preview = lena.row('Ada').locator('.row-preview');
  await expect(preview).toHaveText('sent');
  await lena.find('Bea');
  await expect(preview).toHaveText('Draft: not yet');
  await lena.reload();
  await expect(preview).toHaveText('Draft: not yet');
  await ada.open('Lena');
  await ada.types('a');
  await expect(preview.getByRole('img', { name: 'typing…' })).toBeVisible();
  await lena.open('Ada');
  await lena.composer.press('Enter');
  await lena.find('Bea');
  await expect(preview).toHaveText('not yet');
});

test('two tabs of one browser have one draft, and what is sent or deleted in one is settled in the other', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  const other = await lena.tab();
  await other.goto(lena.path);
  await lena.types('only once');
  await expect(other.composer).toHaveValue('only once');
  await other.composer.press('Enter');
  await expect(lena.composer).toHaveValue('');
  await ada.open('Lena');
  await ada.seesExactly(['only once']);

  // Pages come, and no socket opens: both tabs hold the message that waits.
  for (const tab of [lena, other]) await tab.page.routeWebSocket('**/ws', (socket) => socket.close());
  await lena.reload();
  await lena.say('deleted elsewhere');
  await other.reload();
  await other.sees('deleted elsewhere');
  await lena.message('deleted elsewhere').click({ button: 'right' });
  await lena.page.getByRole('menuitem', { name: 'Delete' }).click();
  await other.seesExactly(['only once']);
});

test('a text may have 8,000 characters, and one more is refused in words', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.composer.fill('x'.repeat(8_001));
  await lena.composer.press('Enter');
  const refusal = lena.page.getByRole('alert');
  await expect(refusal).toHaveText('A message has at most 8,000 characters.');
  await expect(lena.composer).toHaveAccessibleDescription('A message has at most 8,000 characters.');
  await expect(lena.composer).toHaveAttribute('aria-invalid', 'true');
  // Beside the text, not over it: the text has to be mended.
  const [over, under] = [(await refusal.boundingBox())!, (await lena.composer.boundingBox())!];
  expect(over.y + over.height <= under.y || under.y + under.height <= over.y).toBe(true);
  await expect(lena.composer).toHaveValue('x'.repeat(8_001));
  await lena.seesExactly([]);

  await lena.composer.fill('é'.repeat(8_000));
  await expect(lena.page.getByRole('alert')).toHaveCount(0);
  await lena.composer.press('Enter');
  await lena.hasSentAll();
  await ada.open('Lena');
  await ada.seesExactly(['é'.repeat(8_000)]);
});

test('a few emoji alone are drawn large and without a bubble', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('🎻', '👨‍👩‍👧‍👦❤️', '🎻 yes', '🎻🎻🎻🎻');
  await ada.open('Lena');
  for (const person of [lena, ada]) {
    await expect(person.messages.locator('.bubble.emoji > p')).toHaveText(['🎻', '👨‍👩‍👧‍👦❤️']);
    // Without a font that has them in colour, they are drawn like text: they must not be white on white.
    const text = await person.page.locator('body').evaluate((body) => getComputedStyle(body).color);
    await expect(person.messages.locator('.bubble.emoji > p').first()).toHaveCSS('color', text);
  }
});

test('what looks like code is only text', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', '<b>Ada</b>');
  const code = [
    '<script>alert(1)</script>',
    '<img src=x onerror="alert(1)">',
    '</p></li></ol></script><script>alert(1)</script>',
    '{{7*7}} ${7*7} &lt;b&gt; \\u003cscript>',
    'javascript:alert(1)',
  ];
  await lena.find('<b>Ada</b>', '<b>');
  await lena.say(...code);
  await lena.hasSentAll();
  await ada.open('Lena');
  await ada.seesExactly(code);
  // From the server's page too.
  await lena.reload();
  await lena.seesExactly(code);
  await expect(lena.title).toHaveText('<b>Ada</b>');
  await expect(lena.messages.locator('img, script')).toHaveCount(0);
});

test('writing in many scripts keeps every letter and its direction', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const texts = ['هل نلتقي غداً؟', '明日会いましょう', 'Až zítra, přátelé', 'é', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢'];
  await lena.find('Ada');
  for (const text of texts) {
    await lena.composer.fill(text);
    await lena.composer.press('Enter');
  }
  await ada.open('Lena');
  await ada.seesExactly(texts.map((text) => text.normalize('NFC')));
  const direction = await ada.bubble(texts[0]!).locator('p').evaluate((element) => getComputedStyle(element).direction);
  expect(direction).toBe('rtl');
});

test('while an input method composes, Enter does not send', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.composer.fill('にほん');
  await lena.composer.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(lena.composer).toHaveValue('にほん');
  await lena.composer.press('Enter');
  await lena.seesExactly(['にほん']);
});

test('a click into the past does not lose what one is writing', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.say('hello');
  await lena.types('not yet sent');
  await ada.open('Lena');
  await ada.say('interrupting');
  await lena.sees('interrupting');
  await expect(lena.composer).toHaveValue('not yet sent');
  await expect(lena.composer).toBeFocused();
});

test('the Enter that ends a composition in Safari sends nothing', async ({ myna }) => {
  const [lena] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.composer.fill('にほん');
  await lena.composer.evaluate((field) =>
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })),
  );
  await expect(lena.composer).toHaveValue('にほん');
  await lena.composer.press('Enter');
  await lena.seesExactly(['にほん']);
});

test('on a phone Enter breaks the line, and Send leaves the focus in the field', async ({ myna }) => {
  const lena = await myna.person('Lena', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await myna.member('Ada');
  await lena.find('Ada');
  await lena.composer.tap();
  await lena.page.keyboard.type('one');
  await lena.page.keyboard.press('Enter');
  await lena.page.keyboard.type('two');
  await lena.send.tap();
  await lena.page.keyboard.type('three');
  await lena.seesExactly(['one\ntwo']);
  await expect(lena.composer).toHaveValue('three');
});

test('the newest message stays in sight while the composer grows', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const conversation = await direct(lena, ada);
  await say(ada, conversation, ...Array.from({ length: 40 }, (_, at) => `line ${at + 1}`));
  await read(lena, conversation, 40);
  await lena.open('Ada');
  await expect(lena.bubble('line 40')).toBeInViewport();
  await lena.composer.fill('1\n2\n3\n4\n5\n6');
  await expect
    .poll(async () => {
      const bubble = (await lena.bubble('line 40').boundingBox())!;
      return bubble.y + bubble.height - (await lena.page.locator('.composer').boundingBox())!.y;
    })
    .toBeLessThanOrEqual(0);
});

test('a message that was not delivered is seen in the list', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await myna.member('Ada');
  await lena.find('Ada');
  await lena.context.setOffline(true);
  await lena.seesTheConnectionLost();
  await lena.say('too late');
  const later = await lena.tabLater();
  await later.goto('/');
  await expect(later.row('Ada').getByRole('img', { name: 'A message was not delivered' })).toBeVisible();
});

test('an open page goes over midnight, and to another time zone', async ({ myna }) => {
  const [lena, ada] = [await myna.person('Lena', { timezoneId: undefined }), await myna.person('Ada')];
  const conversation = await direct(lena, ada);
  await lena.page.clock.install({ time: Date.now() });
  await say(ada, conversation, 'before midnight');
  await lena.goto(`/c/${conversation}`);
  await expect(lena.messages.locator('.separator')).toContainText('Today');
  const time = lena.row('Ada').locator('.row-time');
  await expect(time).toHaveText(/^\d+:\d\d.[AP]M$/);
  const here = await time.innerText();
  // The device flies to where the clocks show something else.
  const device = await lena.context.newCDPSession(lena.page);
  await device.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Kathmandu' });
  await lena.page.clock.fastForward(40_000);
  await expect(time).not.toHaveText(here);
  await expect(lena.messages.locator('.separator')).toContainText(await time.innerText());
  await lena.page.clock.fastForward('24:00:00');
  await expect(lena.messages.locator('.separator')).toContainText('Yesterday');
  await expect(time).toHaveText('Yesterday');
});

test('what was pasted from a terminal or an editor is sent as it was meant', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.composer.fill('\u001b[31mred\u001b[0m a\u000bb');
  await lena.composer.press('Enter');
  await lena.composer.fill('    if (a) {\n        b();\n    }\n');
  await lena.composer.press('Enter');
  await lena.hasSentAll();
  await ada.open('Lena');
  await ada.seesExactly([/red a/, /if \(a\)/]);
  expect(await ada.hears()).toEqual(['red a\nb', '    if (a) {\n        b();\n    }']);
});

test('a bubble is no wider than its longest line', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say(`${'word '.repeat(24)}${'w'.repeat(40)}`);
  const bubble = lena.messages.locator('.bubble');
  const room = () =>
    bubble.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element.querySelector('p')!);
      const lines = [...range.getClientRects()];
      const widest = Math.max(...lines.map((line) => line.right)) - Math.min(...lines.map((line) => line.left));
      const style = getComputedStyle(element);
      const inside = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return { lines: new Set(lines.map((line) => line.top)).size, room: inside - widest };
    });
  const wide = await room();
  expect(wide.lines).toBeGreaterThan(1);
  expect(wide.room).toBeLessThan(2);
  await lena.page.setViewportSize({ width: 800, height: 700 });
  await expect.poll(async () => (await room()).room).toBeLessThan(2);
  expect((await room()).lines).toBeGreaterThan(wide.lines);
});

test('marks stacked upon a letter stay inside their bubble', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  await lena.say('above');
  await lena.composer.fill(`a${'\u0301'.repeat(300)}`);
  await lena.composer.press('Enter');
  await lena.say('below');
  await lena.hasSentAll();
  const words = lena.messages.locator('.bubble > p').nth(1);
  const above = (await lena.messages.locator('.bubble').first().boundingBox())!;
  const clip = { x: above.x - 40, y: above.y - 4, width: above.width + 40, height: above.height + 8 };
  const picture = async (visibility: string) => {
    await words.evaluate((element, visibility) => ((element as HTMLElement).style.visibility = visibility), visibility);
    return lena.page.screenshot({ clip, animations: 'disabled' });
  };
  // Something else may still move when it looks first.
  await expect(async () => {
    const marked = await picture('visible');
    expect(marked.equals(await picture('hidden')), 'nothing is drawn over the neighbour').toBe(true);
  }).toPass();
});

test('an emoji is written where the cursor is, and can be taken back like anything typed', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  await lena.find('Ada');
  await lena.types('Well done!');
  for (let step = 0; step < 6; step++) await lena.page.keyboard.press('ArrowLeft');
  await lena.page.getByRole('button', { name: 'Insert emoji' }).click();
  const picker = lena.page.getByRole('dialog', { name: 'Insert emoji' });
  await lena.page.keyboard.type('tada');
  await expect(picker.getByRole('button', { name: /^🎉/ })).toBeVisible();
  await lena.page.keyboard.press('Enter');
  await expect(picker).toHaveCount(0);
  await expect(lena.composer).toBeFocused();
  await expect(lena.composer).toHaveValue('Well🎉 done!');
  await lena.page.keyboard.type('🎈');
  await expect(lena.composer).toHaveValue('Well🎉🎈 done!');
  await lena.page.keyboard.press('Control+z');
  await expect(lena.composer).not.toHaveValue('Well🎉🎈 done!');
  await lena.composer.fill('');
  await lena.page.getByRole('button', { name: 'Insert emoji' }).click();
  await picker.getByRole('button', { name: /^🎉/ }).first().click();
  await lena.page.keyboard.press('Enter');
  await lena.seesExactly(['🎉']);
  await ada.open('Lena');
  await ada.sees('🎉');
});

test('a message of several lines has the width of its longest line at once', async ({ myna }) => {
  const lena = await myna.person('Lena');
  await lena.noteToSelf();
  for (const text of ['Line 3\nmore\nlines', 'alpha beta\ngam']) {
    await lena.composer.fill(text);
    await lena.composer.press('Enter');
    await lena.hasSentAll();
    // As many lines as were written: none wraps.
    const lines = await lena.messages.locator('.bubble > p').last().evaluate((paragraph) => {
      const range = document.createRange();
      range.selectNodeContents(paragraph);
      return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
    });
    expect(lines).toBe(text.split('\n').length);
  }
});
