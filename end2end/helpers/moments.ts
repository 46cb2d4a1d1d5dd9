// A page at a moment of our choice, with messages of earlier days in it. The server stamps messages with its own clock,
// so what it tells is put back in time on its way into the page.
import type { Page } from '@playwright/test';

/** When each text was said, as milliseconds since 1970. */
export type Moments = Map<string, number>;

/** From here on it is `now` on this page, and each text was said at its moment. */
export async function setBack(page: Page, now: number, moments: Moments): Promise<void> {
  const told = (json: string) => JSON.stringify(putBack(JSON.parse(json), now, moments));
  await page.clock.setFixedTime(now);
  // The first page's data comes in the document. A document that a test answers itself could not open a socket.
  const given = JSON.stringify([...moments]);
  await page.addInitScript({ content: `(${hearFirstPage})((json) => JSON.stringify((${putBack})(JSON.parse(json), ${now}, new Map(${given}))));` });
  await page.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => socket.send(told(String(frame))));
  });
}

/** Passes what Leptos hands over to the page through `told`. */
function hearFirstPage(told: (json: string) => string): void {
  let resources: unknown;
  const set = (target: Record<PropertyKey, unknown>, key: PropertyKey, value: unknown): boolean => {
    target[key] = typeof value === 'string' ? told(value) : value;
    return true;
  };
  Object.defineProperty(window, '__RESOLVED_RESOURCES', {
    get: () => resources,
    set: (list: Record<PropertyKey, unknown>) => (resources = new Proxy(list, { set })),
  });
}

function putBack(value: unknown, now: number, moments: Moments): unknown {
  if (Array.isArray(value)) return value.map((item) => putBack(item, now, moments));
  if (typeof value !== 'object' || value === null) return value;
  const row: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) row[name] = putBack(item, now, moments);
  if (typeof row.text === 'string' && 'sent_at' in row) row.sent_at = moments.get(row.text) ?? now;
  if (typeof row.text === 'string' && 'send_at' in row) row.send_at = moments.get(row.text) ?? now;
  if (typeof row.read_at === 'number') row.read_at = now - 60_000;
  if ('server_time' in row) row.server_time = now;
  return row;
}
