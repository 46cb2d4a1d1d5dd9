//! What a batch of changes works on: the documents it needs, as they were read and as they are to be.

use super::write::Writes;
use crate::mongo::documents::{ConversationDoc, MemberDoc, MessageDoc, Pair, conversation_id, count, user_id};
use crate::mongo::failure::Failure;
use mongodb::bson::Uuid;
use myna_protocol::{ClientId, ConversationId, Feed, FeedRows, Rev, Row, UserId};
use std::collections::{BTreeMap, HashMap};

/// A document as it was read, if it was there, and as it is to be.
#[derive(Debug, Clone)]
pub(in crate::mongo) struct Tracked<T> {
    pub(in crate::mongo) before: Option<T>,
    pub(in crate::mongo) now: T,
}

impl<T: Clone + PartialEq> Tracked<T> {
    pub(super) fn read(document: T) -> Self {
        Self { before: Some(document.clone()), now: document }
    }

    pub(super) fn new(document: T) -> Self {
        Self { before: None, now: document }
    }

    fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.now)
    }
}

/// What of a person a commit reads and changes.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mongo) struct Person {
    pub(in crate::mongo) id: Uuid,
    pub(in crate::mongo) name: String,
    pub(in crate::mongo) rev: i64,
}

/// A message that was sent before: its place and what it said.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) seq: i64,
    pub(super) body: String,
}

/// What makes a message the same one.
pub(super) type SentKey = (ConversationId, UserId, ClientId);

/// Maps in the order of their keys, so that two nodes which write the same documents do so in the same order.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) conversations: BTreeMap<ConversationId, Tracked<ConversationDoc>>,
    pub(super) pairs: HashMap<Pair, ConversationId>,
    pub(super) channels: HashMap<String, ConversationId>,
    pub(super) members: BTreeMap<(ConversationId, UserId), Tracked<MemberDoc>>,
    pub(super) people: BTreeMap<UserId, Tracked<Person>>,
    pub(super) sent: HashMap<SentKey, Sent>,
    pub(super) messages: Vec<MessageDoc>,
}

impl Draft {
    pub(super) fn conversation(&self, id: ConversationId) -> Option<&ConversationDoc> {
        self.conversations.get(&id).map(|tracked| &tracked.now)
    }

    /// Somebody who is in the conversation now, and the conversation.
    pub(super) fn place(&mut self, id: ConversationId, user: UserId) -> Option<(&mut ConversationDoc, &mut MemberDoc)> {
        let member = self.members.get_mut(&(id, user)).map(|tracked| &mut tracked.now)?;
        let conversation = self.conversations.get_mut(&id).map(|tracked| &mut tracked.now)?;
        member.is_in().then_some((conversation, member))
    }

    pub(super) fn person(&self, user: UserId) -> Option<&Person> {
        self.people.get(&user).map(|tracked| &tracked.now)
    }

    /// Takes the conversation's next rev, and tells the rows that `touched` stamps with it.
    pub(super) fn stamp(
        &mut self,
        id: ConversationId,
        touched: impl FnOnce(&mut Self, i64) -> Result<Vec<Row>, Failure>,
    ) -> Result<FeedRows, Failure> {
        let conversation = self.conversations.get_mut(&id).map(|tracked| &mut tracked.now);
        let conversation = conversation.ok_or_else(|| missing("a conversation"))?;
        conversation.rev += 1;
        let next = conversation.rev;
        let rows = touched(self, next)?;
        let rev: Rev = count(next)?;
        Ok(FeedRows { feed: Feed::Conversation(id), from: rev - 1, rev, rows })
    }

    /// Stamps the conversation's own row.
    pub(super) fn stamp_row(&mut self, id: ConversationId, rev: i64) -> Result<Row, Failure> {
        let tracked = self.conversations.get_mut(&id).ok_or_else(|| missing("a conversation"))?;
        tracked.now.row_rev = rev;
        Ok(Row::Conversation(tracked.now.row()?))
    }

    /// Stamps a member's row.
    pub(super) fn stamp_member(&mut self, id: ConversationId, user: UserId, rev: i64) -> Result<Row, Failure> {
        let receipts = self.conversation(id).ok_or_else(|| missing("a conversation"))?.receipts;
        let tracked = self.members.get_mut(&(id, user)).ok_or_else(|| missing("a member"))?;
        tracked.now.rev = rev;
        Ok(Row::Member(tracked.now.row(receipts)?))
    }

    /// Takes the next rev of a person's own feed, and tells their membership of the conversation stamped with it.
    pub(super) fn stamp_membership(&mut self, id: ConversationId, user: UserId) -> Result<FeedRows, Failure> {
        let person = self.people.get_mut(&user).map(|tracked| &mut tracked.now).ok_or_else(|| missing("a person"))?;
        person.rev += 1;
        let tracked = self.members.get_mut(&(id, user)).ok_or_else(|| missing("a member"))?;
        tracked.now.user_rev = person.rev;
        let (rev, membership) = (count(person.rev)?, tracked.now.membership()?);
        Ok(FeedRows { feed: Feed::User(user), from: rev - 1, rev, rows: vec![Row::Membership(membership)] })
    }

    pub(super) fn add_conversation(&mut self, document: ConversationDoc) {
        let id = conversation_id(document.id);
        self.pairs.extend(document.pair.map(|pair| (pair, id)));
        self.channels.extend(document.name_key.clone().map(|key| (key, id)));
        self.conversations.insert(id, Tracked::new(document));
    }

    pub(super) fn add_member(&mut self, document: MemberDoc) {
        let key = (conversation_id(document.conversation_id), user_id(document.user_id));
        self.members.insert(key, Tracked::new(document));
    }

    /// What has to be written so that the store is as the draft.
    pub(super) fn into_writes(self) -> Writes {
        Writes {
            conversations: self.conversations.into_values().filter(Tracked::is_changed).collect(),
            members: self.members.into_values().filter(Tracked::is_changed).collect(),
            people: self.people.into_values().filter(Tracked::is_changed).collect(),
            messages: self.messages,
        }
    }
}

fn missing(what: &str) -> Failure {
    Failure::Corrupt(format!("{what} that has to be there is missing"))
}

/// What makes this message the same one, if it was sent before.
pub(super) fn sent_key(message: &MessageDoc) -> SentKey {
    let client_id = ClientId::from_bytes(message.client_id.bytes());
    (conversation_id(message.conversation_id), user_id(message.sender_id), client_id)
}
