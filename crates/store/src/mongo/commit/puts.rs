//! The documents that a batch adds, changes and deletes.

use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, JOBS, JobDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, PERSONAL,
    PersonalDoc, REACTIONS, ReactionDoc, SERVER, SERVER_ID, USERS, date, int,
};
use crate::mongo::failure::Failure;
use crate::words::tails;
use mongodb::bson::{Bson, Document, Uuid, doc, serialize_to_document};
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, ServerRow, UserRow, Writes, Written};
use myna_protocol::{Kind, Message, Name, Reaction};
use std::collections::HashMap;

/// One document.
#[derive(Debug)]
pub(in crate::mongo) struct Put {
    pub(in crate::mongo) collection: &'static str,
    pub(in crate::mongo) key: Document,
    pub(in crate::mongo) kind: PutKind,
}

/// What becomes of it.
#[derive(Debug)]
pub(in crate::mongo) enum PutKind {
    /// It is new, with these fields.
    Add(Document),
    /// If it still is as it was read, it gets these fields.
    Set { unchanged: Document, fields: Document },
    /// If it still is as it was read, it goes.
    Delete { unchanged: Document },
}

/// All of a batch.
#[derive(Debug, Default)]
pub(in crate::mongo) struct Puts(pub(in crate::mongo) Vec<Put>);

impl Puts {
    /// Changed documents come first: a conflict is then noticed before most of the work.
    pub(in crate::mongo) fn of(writes: &Writes) -> Result<Self, Failure> {
        let mut puts = Self::default();
        writes.server.iter().for_each(|row| puts.server(row));
        writes.conversations.iter().try_for_each(|row| puts.conversation(row))?;
        writes.users.iter().for_each(|row| puts.user(row));
        let names: HashMap<Uuid, &str> = writes
            .users
            .iter()
            .filter_map(|row| row.now.as_ref())
            .map(|user| (user.id.uuid(), user.name.as_str()))
            .collect();
        writes.members.iter().try_for_each(|row| puts.member(row, &names))?;
        writes.jobs.iter().try_for_each(|row| puts.job(row))?;
        writes.personal.iter().try_for_each(|row| puts.personal(row))?;
        writes.messages.iter().try_for_each(|row| puts.message(row))?;
        writes.reactions.iter().try_for_each(|row| puts.reaction(row))?;
        puts.0.sort_by_key(|put| matches!(put.kind, PutKind::Add(_)));
        Ok(puts)
    }

    fn add(&mut self, collection: &'static str, key: Document, fields: Document) {
        self.0.push(Put { collection, key, kind: PutKind::Add(fields) });
    }

    fn set(&mut self, collection: &'static str, key: Document, unchanged: Document, fields: Document) {
        self.0.push(Put { collection, key, kind: PutKind::Set { unchanged, fields } });
    }

    fn server(&mut self, row: &Written<ServerRow>) {
        if let (Some(before), Some(now)) = (&row.before, &row.now) {
            let unchanged = doc! { "rev": { "$eq": int(before.rev) } };
            self.set(SERVER, doc! { "_id": { "$eq": SERVER_ID } }, unchanged, doc! { "rev": int(now.rev) });
        }
    }

    fn user(&mut self, row: &Written<UserRow>) {
        let (Some(before), Some(now)) = (&row.before, &row.now) else { return };
        // A rename moves no rev of the person's own feed.
        let unchanged = doc! { "rev": { "$eq": int(before.rev) }, "name": { "$eq": &before.name } };
        let mut fields = doc! { "rev": int(now.rev) };
        if (&before.name, before.person_rev) != (&now.name, now.person_rev) {
            let key = Name::search_key(&now.name);
            fields.extend(doc! {
                "name": &now.name,
                "words": tails(&key).collect::<Vec<_>>(),
                "name_key": &key,
                "person_rev": int(now.person_rev),
            });
        }
        self.set(USERS, by_id(now.id.uuid()), unchanged, fields);
    }

    fn conversation(&mut self, row: &Written<ConversationRow>) -> Result<(), Failure> {
        let Some(now) = &row.now else { return Ok(()) };
        let key = by_id(now.id.uuid());
        let document = ConversationDoc::of(now);
        let Some(before) = &row.before else {
            self.add(CONVERSATIONS, key, serialize_to_document(&document)?);
            return Ok(());
        };
        let mut fields = doc! {
            "member_count": document.member_count, "last_seq": document.last_seq, "active_at": date(now.active_at),
            "rev": document.rev, "row_rev": document.row_rev,
        };
        if before.name != now.name {
            fields.insert("name", document.name.map_or(Bson::Null, Bson::from));
            if now.kind == Kind::Channel {
                fields.insert("words", document.words);
                fields.extend(document.name_key.map(|key| ("name_key".to_owned(), Bson::from(key))));
            }
        }
        self.set(CONVERSATIONS, key, doc! { "rev": { "$eq": int(before.rev) } }, fields);
        Ok(())
    }

    /// Nodes of the release before read a member's name from their document, so a new one gets it.
    fn member(&mut self, row: &Written<MemberRow>, names: &HashMap<Uuid, &str>) -> Result<(), Failure> {
        let Some(now) = &row.now else { return Ok(()) };
        let mut document = MemberDoc::of(now);
        let key = doc! { "conversation_id": document.conversation_id, "user_id": document.user_id };
        let Some(before) = &row.before else {
            document.name = names.get(&document.user_id).copied().map(str::to_owned);
            self.add(MEMBERS, key, serialize_to_document(&document)?);
            return Ok(());
        };
        let unchanged = doc! {
            "rev": { "$eq": int(before.rev) }, "user_rev": { "$eq": int(before.user_rev) },
            "read_seq": { "$eq": int(before.read_seq) },
        };
        self.set(MEMBERS, key, unchanged, serialize_to_document(&document)?);
        Ok(())
    }

    fn message(&mut self, row: &Written<Message>) -> Result<(), Failure> {
        let Some(now) = &row.now else { return Ok(()) };
        let document = MessageDoc::of(now)?;
        let key = doc! { "conversation_id": document.conversation_id, "seq": { "$eq": document.seq } };
        let Some(before) = &row.before else {
            self.add(MESSAGES, key, serialize_to_document(&document)?);
            return Ok(());
        };
        let extra = document.extra.map_or(Bson::Null, Bson::from);
        let fields = doc! { "body": document.body, "rev": document.rev, "extra": extra };
        self.set(MESSAGES, key, doc! { "rev": { "$eq": int(before.rev) } }, fields);
        Ok(())
    }

    fn reaction(&mut self, row: &Written<Reaction>) -> Result<(), Failure> {
        let Some(now) = &row.now else { return Ok(()) };
        let document = ReactionDoc::of(now);
        let key = doc! {
            "conversation_id": document.conversation_id, "seq": { "$eq": document.seq }, "user_id": document.user_id,
        };
        let fields = serialize_to_document(&document)?;
        match &row.before {
            None => self.add(REACTIONS, key, fields),
            Some(before) => self.set(REACTIONS, key, doc! { "rev": { "$eq": int(before.rev) } }, fields),
        }
        Ok(())
    }

    fn personal(&mut self, row: &Written<PersonalRow>) -> Result<(), Failure> {
        let Some(now) = &row.now else { return Ok(()) };
        let document = PersonalDoc::of(now)?;
        let key = doc! { "user_id": document.user_id, "item": { "$eq": &document.item } };
        let fields = serialize_to_document(&document)?;
        match &row.before {
            None => self.add(PERSONAL, key, fields),
            Some(before) => self.set(PERSONAL, key, doc! { "rev": { "$eq": int(before.rev) } }, fields),
        }
        Ok(())
    }

    fn job(&mut self, row: &Written<JobRow>) -> Result<(), Failure> {
        match (&row.before, &row.now) {
            (None, Some(now)) => {
                let document = JobDoc::of(now)?;
                self.add(JOBS, by_id(document.id), serialize_to_document(&document)?);
            }
            (Some(before), None) => {
                // Another node may have given it another time since it was read.
                let kind = PutKind::Delete { unchanged: doc! { "due_at": { "$eq": date(before.due_at) } } };
                self.0.push(Put { collection: JOBS, key: by_id(Uuid::from_bytes(before.id)), kind });
            }
            (Some(before), Some(now)) => {
                let document = JobDoc::of(now)?;
                let unchanged = doc! { "due_at": { "$eq": date(before.due_at) } };
                self.set(JOBS, by_id(document.id), unchanged, serialize_to_document(&document)?);
            }
            (None, None) => {}
        }
        Ok(())
    }
}

fn by_id(id: Uuid) -> Document {
    doc! { "_id": { "$eq": id } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_chat::rules::Verb;
    use myna_protocol::{ClientId, Timestamp, UserId};

    #[test]
    fn a_job_that_has_another_time_by_now_is_not_deleted() {
        let change = Verb::DeleteScheduled { client_id: ClientId::from_bytes([2; 16]) };
        let change = change.by(UserId::from_bytes([1; 16]), Timestamp(5));
        let job = JobRow { id: [3; 16], due_at: Timestamp(9), change };
        let writes = Writes { jobs: vec![Written { before: Some(job), now: None }], ..Writes::default() };
        let puts = Puts::of(&writes).expect("it can be written");
        let [Put { kind: PutKind::Delete { unchanged }, .. }] = &puts.0[..] else { panic!("{puts:?}") };
        assert_eq!(*unchanged, doc! { "due_at": { "$eq": date(Timestamp(9)) } });
    }
}
