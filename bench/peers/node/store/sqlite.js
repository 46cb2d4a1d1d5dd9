// Messages in SQLite, in the server's own process: the shape that Myna has.
import { join } from "node:path";
import Database from "better-sqlite3";

export async function openStore() {
  const database = new Database(join(process.env.FOLDER, "chat.db"));
  // As better-sqlite3's documentation recommends for speed, and FULL so that a commit is on disk before it is acknowledged.
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(`
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY,
      room TEXT NOT NULL,
      sender TEXT NOT NULL,
      client_offset TEXT NOT NULL UNIQUE,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_room ON messages (room, id);
  `);
  const insert = database.prepare(
    "INSERT INTO messages (room, sender, client_offset, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );

  return {
    /** The message's id, or null where it was there already. */
    insert(room, sender, clientOffset, text) {
      const { changes, lastInsertRowid } = insert.run(room, sender, clientOffset, text);
      return changes === 1 ? lastInsertRowid : null;
    },
  };
}
