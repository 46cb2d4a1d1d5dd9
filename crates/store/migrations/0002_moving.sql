-- Which store this is, and whether it is whole.

CREATE TABLE store (
    -- There is one row.
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id          BLOB NOT NULL CHECK (length(id) = 16),
    -- While a copy into this store is not finished: the id and the URL of the store it comes from.
    origin_id   BLOB CHECK (length(origin_id) = 16),
    origin_url  TEXT CHECK ((origin_url IS NULL) = (origin_id IS NULL))
) STRICT;

INSERT INTO store (one, id) VALUES (1, randomblob(16));
