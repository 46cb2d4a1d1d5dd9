-- The first schema: people, their sessions, conversations, members, messages.
--
-- Ids are the 16 bytes of a UUID. Moments are milliseconds since 1970. `rev` columns are stamps of a feed's counter: a
-- conversation's counter is conversations.rev, a person's own is users.rev.

-- "Myna": says whose file this is.
PRAGMA application_id = 1299803745;

CREATE TABLE users (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    rev           INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A row for each word of a name: the name's key from that word on, so that what somebody types is a prefix of one of them.
CREATE TABLE user_words (
    word     TEXT NOT NULL,
    name_key TEXT NOT NULL REFERENCES users (name_key) ON DELETE CASCADE ON UPDATE CASCADE,
    PRIMARY KEY (word, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE conversations (
    id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind         TEXT NOT NULL CHECK (kind IN ('direct', 'group', 'channel')),
    name         TEXT,
    -- Of channels only: what makes their names unique.
    name_key     TEXT UNIQUE CHECK ((name_key IS NOT NULL) = (kind = 'channel')),
    -- Of direct conversations only: the lower id of the pair, then the higher one.
    direct_key   BLOB UNIQUE CHECK ((direct_key IS NOT NULL) = (kind = 'direct')),
    created_by   BLOB NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    -- Whether members are told how far the others have read.
    receipts     INTEGER NOT NULL CHECK (receipts IN (0, 1)),
    member_count INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL DEFAULT 0,
    -- The feed's counter, and the stamp of this row itself.
    rev          INTEGER NOT NULL,
    row_rev      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- As user_words, of channels.
CREATE TABLE channel_words (
    word     TEXT NOT NULL,
    name_key TEXT NOT NULL REFERENCES conversations (name_key) ON DELETE CASCADE ON UPDATE CASCADE,
    PRIMARY KEY (word, name_key)
) STRICT, WITHOUT ROWID;

-- Everybody who is, or was, in a conversation.
CREATE TABLE members (
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id         BLOB NOT NULL REFERENCES users (id),
    -- The conversation's rev at which they first came: the order of members.
    came            INTEGER NOT NULL,
    joined_seq      INTEGER NOT NULL,
    left_seq        INTEGER,
    read_seq        INTEGER NOT NULL,
    read_at         INTEGER,
    -- The stamp in the conversation's feed, and the one in the person's own.
    rev             INTEGER NOT NULL,
    user_rev        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_rev ON members (conversation_id, rev);
CREATE INDEX members_by_coming ON members (conversation_id, came, user_id);
CREATE INDEX members_by_user ON members (user_id, user_rev);

-- Without rowid: the messages of a conversation lie side by side, as pages of history read them.
CREATE TABLE messages (
    conversation_id BLOB NOT NULL,
    seq             INTEGER NOT NULL CHECK (seq > 0),
    sender_id       BLOB NOT NULL,
    client_id       BLOB NOT NULL CHECK (length(client_id) = 16),
    text            TEXT NOT NULL,
    sent_at         INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    -- For ever: what makes a retry harmless.
    UNIQUE (conversation_id, sender_id, client_id),
    FOREIGN KEY (conversation_id, sender_id) REFERENCES members (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_by_rev ON messages (conversation_id, rev);
