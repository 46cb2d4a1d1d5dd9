-- What belongs to one person alone: rows of their own feed that nobody else sees, such as messages to be sent later.

CREATE TABLE personal (
    user_id BLOB NOT NULL REFERENCES users (id),
    -- What the row is about, such as 'scheduled/<client id>'.
    item    TEXT NOT NULL,
    -- JSON. None once the message was sent or deleted: the row stays, so that this is sent as well.
    value   TEXT,
    rev     INTEGER NOT NULL,
    PRIMARY KEY (user_id, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX personal_there ON personal (user_id) WHERE value IS NOT NULL;
CREATE INDEX personal_by_rev ON personal (user_id, rev);
