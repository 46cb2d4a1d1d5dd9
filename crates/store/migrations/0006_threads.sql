-- The replies of a thread, in their order: what a message answers is in its `extra`.
CREATE INDEX messages_by_thread ON messages (conversation_id, extra ->> '$.reply.thread', seq) WHERE extra IS NOT NULL;
