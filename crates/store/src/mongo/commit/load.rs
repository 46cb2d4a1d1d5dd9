//! Reading what a batch of changes needs. What was read need not be of one moment: the writing is conditional on all of it.

use super::draft::{Draft, Person, Sent, Tracked, sent_key};
use crate::mongo::Mongo;
use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, Pair, USERS, conversation_id,
    count, user_id,
};
use crate::mongo::failure::Failure;
use crate::mongo::reading::Query;
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::store::Change;
use myna_protocol::{ConversationId, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// What the changes of a batch name.
#[derive(Default)]
struct Wanted {
    conversations: BTreeSet<ConversationId>,
    pairs: Vec<Pair>,
    channels: Vec<String>,
    members: BTreeMap<ConversationId, BTreeSet<UserId>>,
    people: BTreeSet<UserId>,
    sent: BTreeMap<(ConversationId, UserId), Vec<Uuid>>,
}

impl Wanted {
    fn by(batch: &[Change]) -> Self {
        let mut wanted = Self::default();
        for change in batch {
            match change {
                Change::Send { conversation, sender, client_id, .. } => {
                    wanted.member(*conversation, *sender);
                    wanted.sent.entry((*conversation, *sender)).or_default().push(client_id.uuid());
                }
                Change::Read { conversation, user, .. }
                | Change::Join { conversation, user, .. }
                | Change::Leave { conversation, user, .. } => {
                    wanted.member(*conversation, *user);
                    wanted.people.insert(*user);
                }
                Change::Direct { id, user, with, .. } => {
                    wanted.conversations.insert(*id);
                    wanted.pairs.push(Pair::of(*user, *with));
                    wanted.people.extend([*user, *with]);
                }
                Change::Group { id, creator, members, .. } => {
                    wanted.conversations.insert(*id);
                    wanted.people.insert(*creator);
                    wanted.people.extend(members);
                }
                Change::Channel { id, creator, name, .. } => {
                    wanted.conversations.insert(*id);
                    wanted.channels.push(name.key());
                    wanted.people.insert(*creator);
                }
            }
        }
        wanted
    }

    fn member(&mut self, conversation: ConversationId, user: UserId) {
        self.conversations.insert(conversation);
        self.members.entry(conversation).or_default().insert(user);
    }
}

fn uuids<'a, T: AsUuid + 'a>(ids: impl IntoIterator<Item = &'a T>) -> Vec<Uuid> {
    ids.into_iter().map(AsUuid::uuid).collect()
}

/// The messages of these senders with one of these client ids, in these conversations.
pub(in crate::mongo) fn sent_before<'a>(
    keys: impl IntoIterator<Item = (&'a (ConversationId, UserId), &'a Vec<Uuid>)>,
) -> Document {
    let each = keys.into_iter().map(|((conversation, sender), client_ids)| {
        doc! {
            "conversation_id": conversation.uuid(),
            "sender_id": sender.uuid(),
            "client_id": { "$in": client_ids.clone() },
        }
    });
    any(each.collect())
}

/// One of these filters.
fn any(mut filters: Vec<Document>) -> Document {
    if filters.len() == 1 {
        filters.swap_remove(0)
    } else {
        doc! { "$or": filters }
    }
}

async fn found<T: DeserializeOwned>(
    store: &Mongo,
    collection: &str,
    filter: Option<Document>,
) -> Result<Vec<T>, Failure> {
    let Some(filter) = filter else { return Ok(Vec::new()) };
    store.find(collection, Query::of(filter)).await
}

impl Draft {
    pub(super) async fn load(store: &Mongo, batch: &[Change]) -> Result<Self, Failure> {
        let wanted = Wanted::by(batch);
        let mut conversations = vec![doc! { "_id": { "$in": uuids(&wanted.conversations) } }];
        if !wanted.pairs.is_empty() {
            let pairs: Vec<Document> =
                wanted.pairs.iter().map(|pair| doc! { "low": pair.low, "high": pair.high }).collect();
            conversations.push(doc! { "pair": { "$in": pairs } });
        }
        if !wanted.channels.is_empty() {
            conversations.push(doc! { "name_key": { "$in": &wanted.channels } });
        }
        let members: Vec<Document> = wanted
            .members
            .iter()
            .map(|(id, people)| {
                doc! { "conversation_id": id.uuid(), "user_id": { "$in": uuids(people) } }
            })
            .collect();
        let members = (!members.is_empty()).then(|| any(members));
        let people = (!wanted.people.is_empty()).then(|| doc! { "_id": { "$in": uuids(&wanted.people) } });
        let sent = (!wanted.sent.is_empty()).then(|| sent_before(&wanted.sent));

        let (conversations, members, people, sent) = tokio::try_join!(
            found::<ConversationDoc>(store, CONVERSATIONS, Some(any(conversations))),
            found::<MemberDoc>(store, MEMBERS, members),
            found::<PersonDoc>(store, USERS, people),
            found::<MessageDoc>(store, MESSAGES, sent),
        )?;
        let mut draft = Self::default();
        for conversation in conversations {
            let conversation = conversation.checked()?;
            let id = conversation_id(conversation.id);
            draft.pairs.extend(conversation.pair.map(|pair| (pair, id)));
            draft.channels.extend(conversation.name_key.clone().map(|key| (key, id)));
            draft.conversations.insert(id, Tracked::read(conversation));
        }
        for member in members {
            let member = member.checked()?;
            let key = (conversation_id(member.conversation_id), user_id(member.user_id));
            draft.members.insert(key, Tracked::read(member));
        }
        for PersonDoc { id, name, rev } in people {
            count(rev)?;
            draft.people.insert(user_id(id), Tracked::read(Person { id, name, rev }));
        }
        draft.sent.extend(sent.into_iter().map(|message| {
            let key = sent_key(&message);
            (key, Sent { seq: message.seq, body: message.body })
        }));
        Ok(draft)
    }
}

#[derive(Deserialize)]
struct PersonDoc {
    #[serde(rename = "_id")]
    id: Uuid,
    name: String,
    rev: i64,
}
