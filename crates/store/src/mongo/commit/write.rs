//! Writing what came of a batch, all of it or nothing, on a replica set.

use super::puts::{PutKind, Puts};
use crate::mongo::Mongo;
use crate::mongo::connect::durable;
use crate::mongo::failure::Failure;
use mongodb::ClientSession;
use mongodb::bson::doc;
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::options::{DeleteOneModel, InsertOneModel, UpdateOneModel, WriteModel};

/// How often the end of a transaction is asked for once more when its outcome is unknown.
const COMMITS: usize = 3;

/// The models of a transaction, and how many documents they have to find as they were read.
struct Transaction {
    models: Vec<WriteModel>,
    changed: i64,
    deleted: i64,
}

impl Mongo {
    /// `WriteConflict` when what was read is not there any more as it was; nothing was written then.
    pub(super) async fn write_in_transaction(&self, puts: Puts) -> Result<(), Failure> {
        let transaction = self.transaction(puts);
        let mut session = self.session().await?;
        let written = self.write_all(transaction, &mut session).await;
        match written {
            Ok(()) => self.sessions.keep(session),
            Err(Failure::WriteConflict | Failure::DuplicateKey) if session.abort_transaction().await.is_ok() => {
                self.sessions.keep(session);
            }
            // Whether its transaction has ended is not known.
            Err(_) => {}
        }
        written
    }

    fn transaction(&self, puts: Puts) -> Transaction {
        let mut transaction = Transaction { models: Vec::with_capacity(puts.0.len()), changed: 0, deleted: 0 };
        for put in puts.0 {
            let namespace = self.collection(put.collection).namespace();
            transaction.models.push(match put.kind {
                PutKind::Add(document) => {
                    InsertOneModel::builder().namespace(namespace).document(document).build().into()
                }
                PutKind::Set { unchanged, fields } => {
                    transaction.changed += 1;
                    let mut filter = put.key;
                    filter.extend(unchanged);
                    let model = UpdateOneModel::builder().namespace(namespace).filter(filter);
                    model.update(doc! { "$set": fields }).build().into()
                }
                PutKind::Delete { unchanged } => {
                    transaction.deleted += 1;
                    let mut filter = put.key;
                    filter.extend(unchanged);
                    DeleteOneModel::builder().namespace(namespace).filter(filter).build().into()
                }
            });
        }
        transaction
    }

    async fn write_all(&self, transaction: Transaction, session: &mut ClientSession) -> Result<(), Failure> {
        session.start_transaction().write_concern(durable()).await?;
        let done = self.client.bulk_write(transaction.models).session(&mut *session).await?;
        if (done.matched_count, done.deleted_count) != (transaction.changed, transaction.deleted) {
            return Err(Failure::WriteConflict);
        }
        let mut tries = 1;
        loop {
            match session.commit_transaction().await {
                Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && tries < COMMITS => tries += 1,
                outcome => return Ok(outcome?),
            }
        }
    }
}
