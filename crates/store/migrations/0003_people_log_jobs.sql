-- People as rows of the server's feed, the order of people's lists, the change log, due jobs.

-- The server's own row: the counter of its feed.
CREATE TABLE server (
    -- There is one row.
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    rev INTEGER NOT NULL
) STRICT;

INSERT INTO server (one, rev) VALUES (1, 0);

-- The stamp of a person's row in the server's feed; 0 until the person first changes.
ALTER TABLE users ADD COLUMN person_rev INTEGER NOT NULL DEFAULT 0;

-- What a rename deletes.
CREATE INDEX user_words_by_name ON user_words (name_key);
CREATE INDEX channel_words_by_name ON channel_words (name_key);

CREATE INDEX users_by_person_rev ON users (person_rev) WHERE person_rev > 0;

-- When the last message was sent, or else when the conversation was created.
ALTER TABLE conversations ADD COLUMN active_at INTEGER NOT NULL DEFAULT 0;

UPDATE conversations SET active_at = coalesce(
    (SELECT sent_at FROM messages WHERE conversation_id = conversations.id AND seq = conversations.last_seq), created_at);

ALTER TABLE members RENAME COLUMN came TO joined_rev;

-- That a feed has come to a rev, in one commit. It is written while there are consumers.
CREATE TABLE log (
    position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- A tag (0 the server, 1 a person, 2 a conversation), then the id.
    feed     BLOB NOT NULL,
    rev      INTEGER NOT NULL
) STRICT;

-- Who reads the log, how far each has come, and which process runs it until when.
CREATE TABLE consumers (
    name        TEXT NOT NULL PRIMARY KEY,
    position    INTEGER NOT NULL,
    holder      BLOB CHECK (length(holder) = 16),
    lease_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Changes that are due later, as JSON.
CREATE TABLE jobs (
    id     BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    due_at INTEGER NOT NULL,
    change TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_due ON jobs (due_at, id);
