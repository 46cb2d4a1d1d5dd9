//! People.

use super::Mongo;
use super::documents::{AsUuid, USERS, UserDoc, UserRowDoc, date, uuids};
use super::failure::Failure;
use super::feeds::person_fields;
use super::reading::{Query, by_id};
use crate::words::{after, tails};
use mongodb::bson::{Document, doc};
use myna_chat::store::{Account, NewUser};
use myna_protocol::{Person, UserId};

/// The people found by the beginning of one of the words of their names.
pub(super) fn by_word(prefix: &str) -> Document {
    if prefix.is_empty() {
        doc! {}
    } else {
        doc! { "words": { "$elemMatch": { "$gte": prefix, "$lt": after(prefix) } } }
    }
}

impl Mongo {
    /// Repeated after an unknown outcome it finds its own document there, and has succeeded.
    pub(super) async fn insert_user(&self, new: &NewUser) -> Result<(), Failure> {
        // The journal would write a rename to the same name again and again, if this came between its check and its write.
        let _turn = match &self.journal {
            Some(journal) => Some(journal.turn(self).await?),
            None => None,
        };
        let key = new.name.key();
        let user = UserDoc {
            id: new.id.uuid(),
            name: new.name.as_str().to_owned(),
            words: tails(&key).map(str::to_owned).collect(),
            name_key: key,
            password_hash: new.password_hash.clone(),
            created_at: date(new.created_at),
            rev: 0,
            person_rev: 0,
        };
        match self.insert(USERS, &user).await {
            Ok(()) => Ok(()),
            Err(Failure::DuplicateKey) => match self.find_one::<UserDoc>(USERS, by_id(user.id)).await? {
                Some(there) if there.password_hash == user.password_hash => Ok(()),
                _ => Err(Failure::DuplicateKey),
            },
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn find_account(&self, key: &str) -> Result<Option<Account>, Failure> {
        let found = self.find_one::<UserDoc>(USERS, Query::of(doc! { "name_key": { "$eq": key } })).await?;
        Ok(found.map(|user| Account { password_hash: user.password_hash.clone(), user: user.row() }))
    }

    pub(super) async fn update_password_hash(&self, id: UserId, password_hash: &str) -> Result<(), Failure> {
        let update = doc! { "$set": { "password_hash": password_hash } };
        self.collection(USERS).update_one(doc! { "_id": { "$eq": id.uuid() } }, update).await?;
        Ok(())
    }

    pub(super) async fn find_people(&self, ids: &[UserId]) -> Result<Vec<Person>, Failure> {
        self.people(Query::of(doc! { "_id": { "$in": uuids(ids) } })).await
    }

    pub(super) async fn find_users_by_word(&self, prefix: &str, limit: u32) -> Result<Vec<Person>, Failure> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.people(Query::of(by_word(prefix)).sorted(doc! { "name_key": 1 }).limited(limit.into())).await
    }

    async fn people(&self, query: Query) -> Result<Vec<Person>, Failure> {
        let found: Vec<UserRowDoc> = self.find(USERS, query.only(person_fields())).await?;
        found.into_iter().map(UserRowDoc::person).collect()
    }
}
