-- What most messages do not have, as JSON (MessageExtra of the protocol): earlier texts, and that a message was unsent.
ALTER TABLE messages ADD COLUMN extra TEXT;
