//! The schema's versions: what each adds, applied in order. Two nodes may do so at once: every step is one that may be
//! repeated, and the number only rises.

use super::connect::MongoError;
use super::documents::{CONVERSATIONS, EPHEMERAL, MEMBERS, MESSAGES, META, NODES, SESSIONS, USERS};
use super::failure::{DUPLICATE_KEY, code, said};
use futures_util::future::try_join_all;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;

const SCHEMA: &str = "schema";
/// The schema that this version knows.
pub(super) const KNOWN: i64 = 1;
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
    let meta = database.collection::<Document>(META);
    let raise = meta.update_one(doc! { "_id": { "$eq": SCHEMA } }, doc! { "$max": { "number": KNOWN } });
    match raise.upsert(true).await {
        Err(error) if code(&error) != Some(DUPLICATE_KEY) => return Err(failed(KNOWN)(error)),
        _ => {}
    }
    if found < KNOWN {
        tracing::info!(schema = KNOWN, "the store's schema was brought up to date");
    }
    Ok(())
}

/// The number of the schema that the database has; 0 before it has any.
pub(super) async fn number(database: &Database) -> Result<i64, Error> {
    let found = database.collection::<Document>(META).find_one(doc! { "_id": { "$eq": SCHEMA } }).await?;
    Ok(found.and_then(|found| found.get_i64("number").ok()).unwrap_or(0))
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
                &["conversation_id", "user_id", "name", "came", "joined_seq", "read_seq", "rev", "user_rev"],
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
            ],
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
