// The socket's own language (docs/protocol.md), spoken from inside a person's page: for what the page itself would take
// too long to do.
import { randomBytes } from 'node:crypto';
import type { Person } from './people';

type Command = { type: string } & Record<string, unknown>;
type Answer = { type: string; text?: string } & Record<string, unknown>;

/** Says these commands at once and returns their answers in the same order. A refusal is an error. */
export async function tell(person: Person, commands: Command[]): Promise<Answer[]> {
  const numbered = commands.map((command, at) => ({ ...command, request: at + 1 }));
  const answers = await person.page.evaluate(
    (commands) =>
      new Promise<Answer[]>((done, failed) => {
        const answers = new Map<number, Answer>();
        const socket = new WebSocket(`ws://${location.host}/ws`, 'myna.v1');
        const say = (command: object) => socket.send(JSON.stringify(command));
        socket.onopen = () => say({ type: 'hello', cursors: {} });
        socket.onclose = (event) => failed(new Error(`the socket was closed: ${event.code} ${event.reason}`));
        socket.onmessage = (event) => {
          const heard = JSON.parse(String(event.data));
          if (heard.type === 'caught_up' && heard.request === null) commands.forEach(say);
          if (!['ack', 'found', 'rejected'].includes(heard.type)) return;
          answers.set(heard.request, heard);
          if (answers.size < commands.length) return;
          socket.onclose = null;
          socket.close();
          done(commands.map((command) => answers.get(command.request)!));
        };
      }),
    numbered,
  );
  const refused = answers.find((answer) => answer.type === 'rejected');
  if (refused) throw new Error(`refused: ${refused.text}`);
  return answers;
}

/** A UUIDv7, as clients make them. */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The id of the person with this name, as another one finds it. */
export async function idOf(person: Person, name: string): Promise<string> {
  const [found] = await tell(person, [{ type: 'search', text: name }]);
  const people = found!.people as { id: string; name: string }[];
  const one = people.find((other) => other.name === name);
  if (!one) throw new Error(`nobody is called ${name}`);
  return one.id;
}

/** The conversation of two people: its id. */
export async function direct(one: Person, other: Person): Promise<string> {
  const [done] = await tell(one, [{ type: 'direct', user: await idOf(one, other.name) }]);
  return done!.conversation as string;
}

/** A group of these people, made by the first: its id. */
export async function group(name: string, maker: Person, ...others: Person[]): Promise<string> {
  const users: string[] = [];
  for (const other of others) users.push(await idOf(maker, other.name));
  const conversation = newId();
  await tell(maker, [{ type: 'group', conversation, name, users }]);
  return conversation;
}

/** A public channel with these people in it, made by the first: its id. */
export async function channel(name: string, maker: Person, ...others: Person[]): Promise<string> {
  const conversation = newId();
  await tell(maker, [{ type: 'channel', conversation, name }]);
  for (const other of others) await tell(other, [{ type: 'join', conversation }]);
  return conversation;
}

/** Says these texts in a conversation, in order. */
export async function say(person: Person, conversation: string, ...texts: string[]): Promise<void> {
  await tell(
    person,
    texts.map((text) => ({ type: 'send', conversation, client_id: newId(), text })),
  );
}

/** Replies with these texts to the `seq`th message of a conversation, in order. */
export async function reply(person: Person, conversation: string, seq: number, ...texts: string[]): Promise<void> {
  await tell(
    person,
    texts.map((text) => ({ type: 'send', conversation, client_id: newId(), text, reply_to: seq })),
  );
}

/** Has read a conversation up to its `seq`th message. */
export async function read(person: Person, conversation: string, seq: number): Promise<void> {
  await tell(person, [{ type: 'read', conversation, seq }]);
}
