-- How people react to messages, one row for each person and message.

CREATE TABLE reactions (
    conversation_id BLOB NOT NULL,
    seq             INTEGER NOT NULL,
    user_id         BLOB NOT NULL,
    -- None once it was taken back: the row stays, so that this is sent as well.
    emoji           TEXT,
    rev             INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq, user_id),
    FOREIGN KEY (conversation_id, seq) REFERENCES messages (conversation_id, seq),
    FOREIGN KEY (conversation_id, user_id) REFERENCES members (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

-- Those that were not taken back: what a message has now.
CREATE INDEX reactions_there ON reactions (conversation_id, seq) WHERE emoji IS NOT NULL;
CREATE INDEX reactions_by_rev ON reactions (conversation_id, rev);
