//! People.

use super::Mongo;
use super::documents::{AsUuid, USERS, UserDoc, date, user_id, uuids};
use super::failure::Failure;
use crate::words::{after, tails};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use myna_chat::store::{Account, NewUser};
use myna_protocol::{User, UserId};

/// The people found by the beginning of one of the words of their names.
pub(super) fn by_word(prefix: &str) -> Document {
    if prefix.is_empty() {
        doc! {}
    } else {
        doc! { "words": { "$elemMatch": { "$gte": prefix, "$lt": after(prefix) } } }
    }
}

/// What makes up a `User`, without the rest.
fn names() -> Document {
    doc! { "name": 1 }
}

#[derive(serde::Deserialize)]
struct Named {
    #[serde(rename = "_id")]
    id: mongodb::bson::Uuid,
    name: String,
}

impl Named {
    fn row(self) -> User {
        User { id: user_id(self.id), name: self.name }
    }
}

impl Mongo {
    /// Repeated after an unknown outcome it finds its own document there, and has succeeded.
    pub(super) async fn insert_user(&self, new: &NewUser) -> Result<(), Failure> {
        let key = new.name.key();
        let user = UserDoc {
            id: new.id.uuid(),
            name: new.name.as_str().to_owned(),
            words: tails(&key).map(str::to_owned).collect(),
            name_key: key,
            password_hash: new.password_hash.clone(),
            created_at: date(new.created_at),
            rev: 0,
        };
        let users = self.collection::<UserDoc>(USERS);
        match users.insert_one(&user).await.map_err(Failure::from) {
            Ok(_) => Ok(()),
            Err(Failure::Taken) => match users.find_one(doc! { "_id": { "$eq": user.id } }).await? {
                Some(there) if there.password_hash == user.password_hash => Ok(()),
                _ => Err(Failure::Taken),
            },
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn find_account(&self, key: &str) -> Result<Option<Account>, Failure> {
        let found = self.collection::<UserDoc>(USERS).find_one(doc! { "name_key": { "$eq": key } }).await?;
        Ok(found.map(|user| Account { password_hash: user.password_hash.clone(), user: user.row() }))
    }

    pub(super) async fn update_password_hash(&self, id: UserId, password_hash: &str) -> Result<(), Failure> {
        let update = doc! { "$set": { "password_hash": password_hash } };
        self.collection::<UserDoc>(USERS).update_one(doc! { "_id": { "$eq": id.uuid() } }, update).await?;
        Ok(())
    }

    pub(super) async fn find_users(&self, ids: &[UserId]) -> Result<Vec<User>, Failure> {
        let filter = doc! { "_id": { "$in": uuids(ids) } };
        let found = self.collection::<Named>(USERS).find(filter).projection(names()).await?;
        Ok(found.map_ok(Named::row).try_collect().await?)
    }

    pub(super) async fn find_users_by_word(&self, prefix: &str, limit: u32) -> Result<Vec<User>, Failure> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let users = self.collection::<Named>(USERS);
        let found =
            users.find(by_word(prefix)).projection(names()).sort(doc! { "name_key": 1 }).limit(limit.into()).await?;
        Ok(found.map_ok(Named::row).try_collect().await?)
    }
}
