// Links to messages: copied from a menu, followed by those who may read them.
import type { Person } from '../helpers/people';
import { expect, test } from '../helpers/story';
import { channel, direct, say } from '../helpers/wire';

/** Copies the link to a message. */
async function link(person: Person, text: string): Promise<string> {
  await person.context.grantPermissions(['clipboard-read']);
  await person.message(text).click({ button: 'right' });
  await person.page.getByRole('menuitem', { name: 'Copy Link' }).click();
  await expect(person.page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  return person.page.evaluate(() => navigator.clipboard.readText());
}

test('a link leads to its message, however far back, also after signing in, and from inside the page', async ({ myna }) => {
  const [lena, ada] = await myna.people('Lena', 'Ada');
  const id = await channel('archive', ada, lena);
  await say(ada, id, 'the first of all');
  for (let batch = 0; batch < 8; batch++) {
    await say(ada, id, ...Array.from({ length: 30 }, (_, at) => `message ${batch * 30 + at}`));
  }
  await ada.goto(`/c/${id}/1`);
  await expect(ada.message('the first of all')).toBeInViewport();
  const address = await link(ada, 'the first of all');
  expect(new URL(address).pathname).toBe(`/c/${id}/1`);

  await lena.goto(new URL(address).pathname);
  await expect(lena.message('the first of all')).toBeInViewport();
  await lena.open('archive');

  // Where the conversation is open already, and from another place in the page.
  await lena.goto(`/c/${id}`);
  const follow = (path: string) =>
    lena.page.evaluate((path) => {
      const link = Object.assign(document.createElement('a'), { href: path });
      document.body.append(link);
      link.click();
      link.remove();
    }, path);
  for (const seq of [200, 5]) {
    await follow(`/c/${id}/${seq}`);
    await expect(lena.message(`message ${seq - 2}`)).toBeInViewport();
  }
  await follow('/settings');
  await expect(lena.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await follow(`/c/${id}/1`);
  await expect(lena.message('the first of all')).toBeInViewport();
  await lena.isAt(`/c/${id}`);
});

test('a link tells strangers nothing, and one to no message shows the newest', async ({ myna }) => {
  const [lena, ada, eve] = await myna.people('Lena', 'Ada', 'Eve');
  const id = await direct(ada, lena);
  await say(ada, id, 'between us');
  await eve.goto(`/c/${id}/1`);
  await expect(eve.page.getByText('between us')).toHaveCount(0);
  await lena.goto(`/c/${id}/999`);
  await expect(lena.message('between us')).toBeInViewport();
});

test('a link that asks to sign in first leads on to its message', async ({ myna }) => {
  const ada = await myna.person('Ada');
  const lena = await myna.member('Lena');
  const id = await direct(ada, lena);
  await say(ada, id, 'one', 'two');
  const path = `/c/${id}/1`;
  const visitor = await myna.visitor('Lena');
  await visitor.page.goto(path);
  expect(new URL(visitor.page.url()).searchParams.get('to')).toBe(path);
});
