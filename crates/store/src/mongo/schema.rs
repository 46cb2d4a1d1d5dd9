//! The schema's versions. At each start the newest validators and indexes are made sure of; then each step that the database
//! has not taken runs in order. Two nodes may do so at once, and nodes of the release before go on meanwhile: every step may
//! be repeated and only adds, and new fields are optional. A step that nodes of the release before could not live with would raise
//! the schema's number too: with it they refuse to start.

use super::connect::MongoError;
use super::documents::{
    CONSUMERS, CONVERSATIONS, EPHEMERAL, JOBS, LOG, MEMBERS, MESSAGES, META, NODES, PERSONAL, REACTIONS, SERVER,
    SERVER_ID, SESSIONS, USERS,
};
use super::failure::{DUPLICATE_KEY, code, said};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;

const SCHEMA: &str = "schema";
/// The schema that this version knows.
pub(super) const KNOWN: i64 = 1;
/// The steps that this version takes. A node that does not know the newest of them may still run: they only add.
const STEPS: i64 = 1;
/// For so long after its last heartbeat a node is kept on the list, and update is kept for those who come.
const MOMENT_SECONDS: i32 = 60;
const INDEX_OPTIONS_CONFLICT: i32 = 85;
const INDEX_KEY_SPECS_CONFLICT: i32 = 86;

/// A collection: what its documents have to be, and its indexes.
struct Collection {
    name: &'static str,
    schema: Document,
    indexes: Vec<Document>,
}

/// Whether the database holds a store of ours.
pub(super) async fn is_there(database: &Database, place: &str) -> Result<bool, MongoError> {
    let found = database.collection::<Document>(META).find_one(doc! { "_id": { "$eq": SCHEMA } }).await;
    let failed = |error: Error| MongoError::Unreachable { place: place.to_owned(), reason: said(&error) };
    Ok(found.map_err(failed)?.is_some())
}

/// Brings the database to the schema of this version.
pub(super) async fn bring_up_to_date(database: &Database, place: &str) -> Result<(), MongoError> {
    let failed =
        |number: i64| move |error: Error| MongoError::Schema { place: place.to_owned(), number, reason: said(&error) };
    let found = number(database).await.map_err(failed(KNOWN))?;
    // The newest schema is made sure of at each start: an index that somebody has dropped comes back.
    let collections = collections();
    try_join_all(collections.iter().map(|collection| collection.make(database)))
        .await
        .map_err(|failed| MongoError::Schema { place: place.to_owned(), number: 1, reason: failed })?;
    raise(database, "number", KNOWN).await.map_err(failed(KNOWN))?;
    let taken = value(database, "steps").await.map_err(failed(KNOWN))?;
    for step in taken + 1..=STEPS {
        take(database, step).await.map_err(failed(KNOWN))?;
        raise(database, "steps", step).await.map_err(failed(KNOWN))?;
        tracing::info!(step, "the store's documents were brought up to date");
    }
    if found < KNOWN {
        tracing::info!(schema = KNOWN, "the store's schema was brought up to date");
    }
    Ok(())
}

/// Takes a step: data that the new schema needs and the old one has not. It may be cut off anywhere, and repeated.
async fn take(database: &Database, step: i64) -> Result<(), Error> {
    match step {
        // The server's feed, and the order of people's lists.
        1 => {
            let server = database.collection::<Document>(SERVER);
            let new = doc! { "$setOnInsert": { "rev": 0_i64 } };
            match server.update_one(doc! { "_id": { "$eq": SERVER_ID } }, new).upsert(true).await {
                // Another node was quicker.
                Err(error) if code(&error) == Some(DUPLICATE_KEY) => {}
                made => {
                    made?;
                }
            }
            fill_active_at(database).await
        }
        _ => Ok(()),
    }
}

/// Gives each conversation the time of its last message. One that a message reaches meanwhile keeps the newer time.
async fn fill_active_at(database: &Database) -> Result<(), Error> {
    let conversations = database.collection::<Document>(CONVERSATIONS);
    let messages = database.collection::<Document>(MESSAGES);
    let missing = doc! { "active_at": { "$exists": false } };
    let mut found = conversations.find(missing).projection(doc! { "created_at": 1, "last_seq": 1 }).await?;
    while let Some(conversation) = found.try_next().await? {
        let (Some(id), Ok(seq)) = (conversation.get("_id").cloned(), conversation.get_i64("last_seq")) else {
            continue;
        };
        let last = messages.find_one(doc! { "conversation_id": id.clone(), "seq": { "$eq": seq } }).await?;
        let last = last.as_ref().and_then(|message| message.get("created_at"));
        let Some(active_at) = last.or(conversation.get("created_at")).cloned() else { continue };
        let still = doc! { "_id": { "$eq": id }, "active_at": { "$exists": false } };
        conversations.update_one(still, doc! { "$set": { "active_at": active_at } }).await?;
    }
    Ok(())
}

async fn raise(database: &Database, field: &str, number: i64) -> Result<(), Error> {
    let meta = database.collection::<Document>(META);
    let raise = meta.update_one(doc! { "_id": { "$eq": SCHEMA } }, doc! { "$max": { field: number } });
    match raise.upsert(true).await {
        Err(error) if code(&error) != Some(DUPLICATE_KEY) => Err(error),
        _ => Ok(()),
    }
}

/// The number of the schema that the database has; 0 before it has any.
pub(super) async fn number(database: &Database) -> Result<i64, Error> {
    value(database, "number").await
}

async fn value(database: &Database, field: &str) -> Result<i64, Error> {
    let found = database.collection::<Document>(META).find_one(doc! { "_id": { "$eq": SCHEMA } }).await?;
    Ok(found.and_then(|found| found.get_i64(field).ok()).unwrap_or(0))
}

impl Collection {
    /// Makes it, or makes it what it has to be. The error says what to do.
    async fn make(&self, database: &Database) -> Result<(), String> {
        self.make_itself(database).await.map_err(|error| said(&error))?;
        self.make_indexes(database).await.map_err(|error| {
            let (name, said) = (self.name, said(&error));
            match code(&error) {
                Some(DUPLICATE_KEY) => format!(
                    "{name} has several documents with one key, and may only have one ({said}): remove the others, or restore the database from a backup"
                ),
                Some(INDEX_OPTIONS_CONFLICT | INDEX_KEY_SPECS_CONFLICT) => {
                    format!("{name} has another index of that name ({said}): drop it, and it is made anew")
                }
                _ => format!("the indexes of {name} cannot be made: {said}"),
            }
        })
    }

    async fn make_itself(&self, database: &Database) -> Result<(), Error> {
        const NAMESPACE_EXISTS: i32 = 48;
        let validator = doc! { "$jsonSchema": self.schema.clone() };
        let create = doc! { "create": self.name, "validator": validator.clone() };
        match database.run_command(create).await {
            Err(error) if code(&error) == Some(NAMESPACE_EXISTS) => {
                database.run_command(doc! { "collMod": self.name, "validator": validator }).await?;
            }
            created => {
                created?;
            }
        }
        Ok(())
    }

    async fn make_indexes(&self, database: &Database) -> Result<(), Error> {
        if !self.indexes.is_empty() {
            database.run_command(doc! { "createIndexes": self.name, "indexes": self.indexes.clone() }).await?;
        }
        Ok(())
    }
}

fn object(required: &[&str], properties: Document) -> Document {
    doc! { "bsonType": "object", "required": required.to_vec(), "properties": properties }
}

fn index(name: &str, key: Document) -> Document {
    doc! { "name": name, "key": key }
}

fn unique(name: &str, key: Document) -> Document {
    doc! { "name": name, "key": key, "unique": true }
}

/// Unique among the documents that have the field.
fn unique_where_there(name: &str, field: &str) -> Document {
    doc! { "name": name, "key": { field: 1 }, "unique": true, "partialFilterExpression": { field: { "$exists": true } } }
}

/// The collections of the newest schema. `docs/scaling.md` says which question uses which index.
fn collections() -> Vec<Collection> {
    let uuid = || doc! { "bsonType": "binData" };
    let text = || doc! { "bsonType": "string" };
    let date = || doc! { "bsonType": "date" };
    let counter = || doc! { "bsonType": "long", "minimum": 0_i64 };
    let maybe = |kind: &str| doc! { "bsonType": [kind, "null"] };
    vec![
        Collection {
            name: USERS,
            schema: object(
                &["_id", "name", "name_key", "words", "password_hash", "created_at", "rev"],
                doc! {
                    "_id": uuid(), "name": text(), "name_key": text(), "words": { "bsonType": "array" },
                    "password_hash": text(), "created_at": date(), "rev": counter(),
                },
            ),
            indexes: vec![
                unique("name_key", doc! { "name_key": 1 }),
                index("words", doc! { "words": 1, "name_key": 1 }),
                // Of the few who have changed.
                doc! {
                    "name": "person_rev", "key": { "person_rev": 1 },
                    "partialFilterExpression": { "person_rev": { "$exists": true } },
                },
            ],
        },
        Collection {
            name: SESSIONS,
            schema: object(
                &["_id", "token_hash", "user_id", "created_at", "expires_at"],
                doc! {
                    "_id": uuid(), "token_hash": { "bsonType": "binData" }, "user_id": uuid(), "created_at": date(),
                    "expires_at": date(),
                },
            ),
            indexes: vec![
                unique("token_hash", doc! { "token_hash": 1 }),
                doc! { "name": "expires_at", "key": { "expires_at": 1 }, "expireAfterSeconds": 0 },
            ],
        },
        Collection {
            name: CONVERSATIONS,
            schema: object(
                &["_id", "kind", "created_by", "created_at", "receipts", "member_count", "last_seq", "rev", "row_rev"],
                doc! {
                    "_id": uuid(), "kind": { "enum": ["direct", "group", "channel"] }, "name": maybe("string"),
                    "created_by": uuid(), "created_at": date(), "receipts": { "bsonType": "bool" },
                    "member_count": counter(), "last_seq": counter(), "rev": counter(), "row_rev": counter(),
                },
            ),
            indexes: vec![
                unique_where_there("pair", "pair"),
                unique_where_there("name_key", "name_key"),
                index("words", doc! { "words": 1, "name_key": 1 }),
            ],
        },
        Collection {
            name: MEMBERS,
            schema: object(
                &["conversation_id", "user_id", "came", "joined_seq", "read_seq", "rev", "user_rev"],
                doc! {
                    "conversation_id": uuid(), "user_id": uuid(), "name": text(), "came": counter(),
                    "joined_seq": counter(), "left_seq": maybe("long"), "read_seq": counter(), "read_at": maybe("date"),
                    "rev": counter(), "user_rev": counter(),
                },
            ),
            indexes: vec![
                unique("conversation_user", doc! { "conversation_id": 1, "user_id": 1 }),
                index("conversation_rev", doc! { "conversation_id": 1, "rev": 1 }),
                index("conversation_came", doc! { "conversation_id": 1, "came": 1, "user_id": 1 }),
                index("user_rev", doc! { "user_id": 1, "user_rev": 1 }),
            ],
        },
        Collection {
            name: MESSAGES,
            schema: object(
                &["conversation_id", "seq", "sender_id", "client_id", "body", "created_at", "rev"],
                doc! {
                    "conversation_id": uuid(), "seq": { "bsonType": "long", "minimum": 1_i64 }, "sender_id": uuid(),
                    "client_id": uuid(), "body": text(), "created_at": date(), "rev": counter(),
                },
            ),
            indexes: vec![
                unique("conversation_seq", doc! { "conversation_id": 1, "seq": 1 }),
                // For ever: what makes a retry harmless, on every node.
                unique("conversation_sender_client", doc! { "conversation_id": 1, "sender_id": 1, "client_id": 1 }),
                index("conversation_rev", doc! { "conversation_id": 1, "rev": 1 }),
                // Only replies have the field, so ordinary messages are not in this index.
                doc! {
                    "name": "conversation_thread_seq", "key": { "conversation_id": 1, "thread": 1, "seq": 1 },
                    "partialFilterExpression": { "thread": { "$exists": true } },
                },
            ],
        },
        Collection {
            name: REACTIONS,
            schema: object(
                &["conversation_id", "seq", "user_id", "rev"],
                doc! {
                    "conversation_id": uuid(), "seq": { "bsonType": "long", "minimum": 1_i64 }, "user_id": uuid(),
                    "emoji": maybe("string"), "rev": counter(),
                },
            ),
            indexes: vec![
                index("conversation_seq_emoji", doc! { "conversation_id": 1, "seq": 1, "emoji": 1 }),
                unique("conversation_seq_user", doc! { "conversation_id": 1, "seq": 1, "user_id": 1 }),
                index("conversation_rev", doc! { "conversation_id": 1, "rev": 1 }),
            ],
        },
        Collection { name: SERVER, schema: object(&["_id", "rev"], doc! { "rev": counter() }), indexes: Vec::new() },
        Collection {
            name: JOBS,
            schema: object(&["_id", "due_at", "change"], doc! { "_id": uuid(), "due_at": date(), "change": text() }),
            indexes: vec![index("due_at", doc! { "due_at": 1, "_id": 1 })],
        },
        Collection {
            name: PERSONAL,
            schema: object(
                &["user_id", "item", "live", "rev"],
                doc! {
                    "user_id": uuid(), "item": text(), "live": { "bsonType": "bool" }, "value": maybe("string"),
                    "rev": counter(),
                },
            ),
            indexes: vec![
                unique("user_item", doc! { "user_id": 1, "item": 1 }),
                index("user_live", doc! { "user_id": 1, "live": 1 }),
                index("user_rev", doc! { "user_id": 1, "rev": 1 }),
            ],
        },
        Collection {
            name: CONSUMERS,
            schema: object(&["_id", "position", "lease_until"], doc! { "_id": text(), "lease_until": date() }),
            indexes: Vec::new(),
        },
        Collection {
            name: LOG,
            schema: object(&["_id", "feed", "rev"], doc! { "_id": counter(), "rev": counter() }),
            indexes: Vec::new(),
        },
        Collection {
            name: NODES,
            schema: object(&["_id", "beat", "at"], doc! { "_id": uuid(), "at": date() }),
            indexes: vec![doc! { "name": "at", "key": { "at": 1 }, "expireAfterSeconds": MOMENT_SECONDS }],
        },
        Collection {
            name: EPHEMERAL,
            schema: object(&["node", "at"], doc! { "node": uuid(), "at": date() }),
            indexes: vec![doc! { "name": "at", "key": { "at": 1 }, "expireAfterSeconds": MOMENT_SECONDS }],
        },
    ]
}
