//! Sessions. The database removes those that have expired by itself (a TTL index), within a minute or so.

use super::Mongo;
use super::documents::{AsUuid, SESSIONS, SessionDoc, USERS, UserDoc, date, session_id, timestamp, token_hash, uuids};
use super::failure::Failure;
use super::reading::{Query, by_id};
use mongodb::bson::{Uuid, doc};
use myna_chat::store::{NewSession, Session};
use myna_protocol::{SessionId, Timestamp};
use std::collections::HashSet;

#[derive(serde::Deserialize)]
struct Id {
    #[serde(rename = "_id")]
    id: Uuid,
}

impl Mongo {
    pub(super) async fn insert_session(&self, new: &NewSession) -> Result<(), Failure> {
        let session = SessionDoc {
            id: new.id.uuid(),
            token_hash: token_hash(&new.token_hash),
            user_id: new.user.uuid(),
            created_at: date(new.created_at),
            expires_at: date(new.expires_at),
        };
        match self.insert(SESSIONS, &session).await {
            Ok(()) => Ok(()),
            Err(Failure::DuplicateKey) => match self.find_one::<SessionDoc>(SESSIONS, by_id(session.id)).await? {
                Some(there) if there == session => Ok(()),
                _ => Err(Failure::DuplicateKey),
            },
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn find_session(&self, hash: &[u8; 32]) -> Result<Option<Session>, Failure> {
        let filter = doc! { "token_hash": { "$eq": token_hash(hash) } };
        let Some(session) = self.find_one::<SessionDoc>(SESSIONS, Query::of(filter)).await? else { return Ok(None) };
        let user = self.find_one::<UserDoc>(USERS, by_id(session.user_id)).await?;
        let user = user.ok_or_else(|| Failure::Corrupt("a session has no user".to_owned()))?;
        Ok(Some(Session { id: session_id(session.id), user: user.row(), expires_at: timestamp(session.expires_at) }))
    }

    pub(super) async fn find_session_expiry(&self, id: SessionId) -> Result<Option<Timestamp>, Failure> {
        let found = self.find_one::<SessionDoc>(SESSIONS, by_id(id.uuid())).await?;
        Ok(found.map(|session| timestamp(session.expires_at)))
    }

    pub(super) async fn remove_session(&self, id: SessionId) -> Result<(), Failure> {
        self.collection(SESSIONS).delete_one(doc! { "_id": { "$eq": id.uuid() } }).await?;
        Ok(())
    }

    pub(super) async fn find_ended_sessions(&self, ids: &[SessionId]) -> Result<Vec<SessionId>, Failure> {
        let query = Query::of(doc! { "_id": { "$in": uuids(ids) } }).only(doc! { "_id": 1 });
        let there = self.find::<Id>(SESSIONS, query).await?;
        let there: HashSet<Uuid> = there.into_iter().map(|session| session.id).collect();
        Ok(ids.iter().copied().filter(|id| !there.contains(&id.uuid())).collect())
    }

    pub(super) async fn remove_expired_sessions(&self, now: Timestamp) -> Result<u64, Failure> {
        let filter = doc! { "expires_at": { "$lt": date(now) } };
        Ok(self.collection(SESSIONS).delete_many(filter).await?.deleted_count)
    }
}
