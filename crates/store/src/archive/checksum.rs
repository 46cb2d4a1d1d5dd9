//! SHA-256 over rows in one canonical form, the same for every driver.
//!
//! Each row is a letter and its fields in the order of its record: ids as their bytes, numbers as 8 bytes
//! (little-endian), texts as their length and their bytes, optional fields after a 0 or a 1.

use super::{Archive, SessionRecord, UserRecord, pages};
use futures_util::TryStreamExt;
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow};
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Kind, Message, Reaction, Timestamp};
use sha2::{Digest, Sha256};
use std::pin::pin;

pub(super) type Checksum = [u8; 32];

/// The checksum of all people, by id.
pub(super) async fn users(archive: &dyn Archive) -> Result<Checksum, StoreError> {
    let mut hash = Hash::default();
    let mut pages = pin!(pages::users(archive));
    while let Some(page) = pages.try_next().await? {
        page.iter().for_each(|user| hash.user(user));
    }
    Ok(hash.end())
}

/// The checksum of all personal rows, by user id and item. What they say is text in every driver: it counts as its JSON.
pub(super) async fn personal(archive: &dyn Archive) -> Result<Checksum, StoreError> {
    let mut hash = Hash::default();
    let mut pages = pin!(pages::personal(archive));
    while let Some(page) = pages.try_next().await? {
        page.iter().try_for_each(|row| hash.personal(row))?;
    }
    Ok(hash.end())
}

/// The checksum of all sessions that expire after `until`, by id.
pub(super) async fn sessions(archive: &dyn Archive, until: Timestamp) -> Result<Checksum, StoreError> {
    let mut hash = Hash::default();
    let mut pages = pin!(pages::sessions(archive, until));
    while let Some(page) = pages.try_next().await? {
        page.iter().for_each(|session| hash.session(session));
    }
    Ok(hash.end())
}

/// The checksum of a conversation: its own row, its members by user id, its messages by seq, its
/// reactions. `None` if its own row does
/// not exist. Calls `told` with the number of rows after each page.
pub(super) async fn conversation(
    archive: &dyn Archive,
    id: ConversationId,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Option<Checksum>, StoreError> {
    let Some(row) = archive.conversation(id).await? else { return Ok(None) };
    let mut hash = Hash::default();
    hash.conversation(&row);
    told(1);
    let mut members = pin!(pages::members(archive, id));
    while let Some(page) = members.try_next().await? {
        page.iter().for_each(|member| hash.member(member));
        told(page.len() as u64);
    }
    let mut messages = pin!(pages::messages(archive, id, 0));
    while let Some(page) = messages.try_next().await? {
        page.iter().try_for_each(|message| hash.message(message))?;
        told(page.len() as u64);
    }
    let mut reactions = pin!(pages::reactions(archive, id));
    while let Some(page) = reactions.try_next().await? {
        page.iter().for_each(|reaction| hash.reaction(reaction));
        told(page.len() as u64);
    }
    Ok(Some(hash.end()))
}

/// Of the server's own row and all due jobs, by id. A job's change is text in every driver: it counts as its JSON.
pub(super) async fn server(archive: &dyn Archive) -> Result<Checksum, StoreError> {
    let mut hash = Hash::default();
    hash.bytes(b"v").count(archive.server().await?.rev);
    let mut pages = pin!(pages::jobs(archive));
    while let Some(page) = pages.try_next().await? {
        page.iter().try_for_each(|job| hash.job(job))?;
    }
    Ok(hash.end())
}

#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn end(self) -> Checksum {
        self.0.finalize().into()
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    fn count(&mut self, count: u64) -> &mut Self {
        self.bytes(&count.to_le_bytes())
    }

    fn time(&mut self, time: myna_protocol::Timestamp) -> &mut Self {
        self.bytes(&time.millis().to_le_bytes())
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.count(text.len() as u64).bytes(text.as_bytes())
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) -> &mut Self {
        self.bytes(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
        self
    }

    fn user(&mut self, user: &UserRecord) {
        let UserRecord { id, name, password_hash, created_at, rev, person_rev } = user;
        self.bytes(b"u").bytes(id.as_bytes()).text(name).text(password_hash).time(*created_at);
        self.count(*rev).count(*person_rev);
    }

    fn session(&mut self, session: &SessionRecord) {
        let SessionRecord { id, token_hash, user, created_at, expires_at } = session;
        self.bytes(b"s").bytes(id.as_bytes()).bytes(token_hash).bytes(user.as_bytes());
        self.time(*created_at).time(*expires_at);
    }

    fn conversation(&mut self, row: &ConversationRow) {
        let ConversationRow { id, kind, name, pair, created_by, created_at, receipts, .. } = row;
        let ConversationRow { member_count, last_seq, active_at, rev, row_rev, .. } = row;
        let kind = match kind {
            Kind::Direct => b"d",
            Kind::Group => b"g",
            Kind::Channel => b"c",
        };
        self.bytes(b"c").bytes(id.as_bytes()).bytes(kind);
        self.maybe(name.as_deref(), |hash, name| {
            hash.text(name);
        });
        self.maybe(pair.as_ref(), |hash, [lower, higher]| {
            hash.bytes(lower.as_bytes()).bytes(higher.as_bytes());
        });
        self.bytes(created_by.as_bytes()).time(*created_at).bytes(&[u8::from(*receipts)]);
        self.count(u64::from(*member_count)).count(*last_seq).time(*active_at).count(*rev).count(*row_rev);
    }

    fn member(&mut self, member: &MemberRow) {
        let MemberRow { conversation, user, joined_rev, joined_seq, left_seq, read_seq, read_at, rev, user_rev } =
            member;
        self.bytes(b"m").bytes(conversation.as_bytes()).bytes(user.as_bytes()).count(*joined_rev).count(*joined_seq);
        self.maybe(*left_seq, |hash, seq| {
            hash.count(seq);
        });
        self.count(*read_seq).maybe(*read_at, |hash, time| {
            hash.time(time);
        });
        self.count(*rev).count(*user_rev);
    }

    fn message(&mut self, message: &Message) -> Result<(), StoreError> {
        let Message { conversation, seq, sender, client_id, text, sent_at, rev, extra } = message;
        self.bytes(b"t").bytes(conversation.as_bytes()).count(*seq).bytes(sender.as_bytes());
        self.bytes(client_id.as_bytes()).text(text).time(*sent_at).count(*rev);
        // Without it the sum of a store of an earlier version stays what it was.
        if let Some(extra) = extra {
            let extra = serde_json::to_string(extra).map_err(|error| StoreError::Backend(Box::new(error)))?;
            self.bytes(b"x").text(&extra);
        }
        Ok(())
    }

    fn reaction(&mut self, reaction: &Reaction) {
        let Reaction { conversation, seq, user, emoji, rev } = reaction;
        self.bytes(b"r").bytes(conversation.as_bytes()).count(*seq).bytes(user.as_bytes());
        self.maybe(emoji.as_deref(), |hash, emoji| {
            hash.text(emoji);
        });
        self.count(*rev);
    }

    fn personal(&mut self, row: &PersonalRow) -> Result<(), StoreError> {
        let PersonalRow { user, item, value, rev } = row;
        let value = value.as_ref().map(serde_json::to_string).transpose();
        self.bytes(b"p").bytes(user.as_bytes()).text(&item.to_string());
        self.maybe(value.map_err(|error| StoreError::Backend(Box::new(error)))?, |hash, value| {
            hash.text(&value);
        });
        self.count(*rev);
        Ok(())
    }

    fn job(&mut self, job: &JobRow) -> Result<(), StoreError> {
        let JobRow { id, due_at, change } = job;
        let change = serde_json::to_string(change).map_err(|error| StoreError::Backend(Box::new(error)))?;
        self.bytes(b"j").bytes(id).time(*due_at).text(&change);
        Ok(())
    }
}
