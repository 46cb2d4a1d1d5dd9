//! Reading what a batch of changes needs. It need not be of one time: the writing is conditional on all of it.

use crate::mongo::Mongo;
use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, JOBS, JobDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, PERSONAL, Pair,
    PersonalDoc, REACTIONS, ReactionDoc, SERVER, SERVER_ID, USERS, UserRowDoc, conversation_id, count, int,
};
use crate::mongo::failure::Failure;
use crate::mongo::reading::Query;
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::rules::{Facts, Needs, PersonalKey, PersonalRow, ReactionKey, ServerRow};
use myna_protocol::{ClientId, ConversationId, Kind, Name, Seq, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

fn uuids<'a, T: AsUuid + 'a>(ids: impl IntoIterator<Item = &'a T>) -> Vec<Uuid> {
    ids.into_iter().map(AsUuid::uuid).collect()
}

/// The messages with these keys: in these conversations, of these senders, with one of these client ids.
pub(in crate::mongo) fn sent_before<'a>(
    keys: impl IntoIterator<Item = &'a (ConversationId, UserId, ClientId)>,
) -> Option<Document> {
    let mut ids: BTreeMap<(ConversationId, UserId), Vec<Uuid>> = BTreeMap::new();
    for (conversation, sender, client_id) in keys {
        ids.entry((*conversation, *sender)).or_default().push(client_id.uuid());
    }
    let each = ids.into_iter().map(|((conversation, sender), client_ids)| {
        doc! { "conversation_id": conversation.uuid(), "sender_id": sender.uuid(), "client_id": { "$in": client_ids } }
    });
    any(each.collect())
}

/// The messages at these places.
fn messages_at<'a>(keys: impl IntoIterator<Item = &'a (ConversationId, Seq)>) -> Option<Document> {
    let mut seqs: BTreeMap<ConversationId, Vec<i64>> = BTreeMap::new();
    for (conversation, seq) in keys {
        seqs.entry(*conversation).or_default().push(int(*seq));
    }
    let each = seqs.into_iter().map(|(conversation, seqs)| {
        doc! { "conversation_id": conversation.uuid(), "seq": { "$in": seqs } }
    });
    any(each.collect())
}

/// These people's reactions to these messages.
pub(in crate::mongo) fn reactions_of<'a>(keys: impl IntoIterator<Item = &'a ReactionKey>) -> Option<Document> {
    let each = keys.into_iter().map(|(conversation, seq, user)| {
        doc! { "conversation_id": conversation.uuid(), "seq": { "$eq": int(*seq) }, "user_id": user.uuid() }
    });
    any(each.collect())
}

/// The reactions to these messages that were not taken back, to be counted.
pub(in crate::mongo) fn reactions_to<'a>(keys: impl IntoIterator<Item = &'a (ConversationId, Seq)>) -> Option<Query> {
    let seqs = messages_at(keys)?;
    let filter = doc! { "$and": [seqs, { "emoji": { "$ne": null } }] };
    Some(Query::of(filter).only(doc! { "_id": 0, "conversation_id": 1, "seq": 1 }))
}

/// These personal rows.
pub(in crate::mongo) fn personal<'a>(keys: impl IntoIterator<Item = &'a PersonalKey>) -> Option<Document> {
    let each =
        keys.into_iter().map(|(user, item)| doc! { "user_id": user.uuid(), "item": { "$eq": item.to_string() } });
    any(each.collect())
}

/// All personal rows of these people that have a value.
pub(in crate::mongo) fn personal_of<'a>(people: impl IntoIterator<Item = &'a UserId>) -> Option<Document> {
    any(people.into_iter().map(|user| doc! { "user_id": user.uuid(), "live": { "$eq": true } }).collect())
}

/// A message that has a reaction.
#[derive(Deserialize)]
struct ReactedTo {
    conversation_id: Uuid,
    seq: i64,
}

/// One of these filters; `None` when there are none.
fn any(mut filters: Vec<Document>) -> Option<Document> {
    match filters.len() {
        0 => None,
        1 => filters.pop(),
        _ => Some(doc! { "$or": filters }),
    }
}

fn members_of<'a>(keys: impl IntoIterator<Item = &'a (ConversationId, UserId)>) -> Option<Document> {
    let mut people: BTreeMap<ConversationId, Vec<Uuid>> = BTreeMap::new();
    for (conversation, user) in keys {
        people.entry(*conversation).or_default().push(user.uuid());
    }
    let each = people.into_iter().map(|(conversation, users)| {
        doc! { "conversation_id": conversation.uuid(), "user_id": { "$in": users } }
    });
    any(each.collect())
}

fn people(needs: &Needs) -> Option<Document> {
    let mut filters = Vec::new();
    if !needs.users.is_empty() {
        filters.push(doc! { "_id": { "$in": uuids(&needs.users) } });
    }
    if !needs.user_names.is_empty() {
        filters.push(doc! { "name_key": { "$in": needs.user_names.iter().collect::<Vec<_>>() } });
    }
    any(filters)
}

fn conversations(needs: &Needs) -> Option<Document> {
    let mut filters = Vec::new();
    if !needs.conversations.is_empty() {
        filters.push(doc! { "_id": { "$in": uuids(&needs.conversations) } });
    }
    if !needs.pairs.is_empty() {
        let pair = |[low, high]: &[UserId; 2]| {
            let pair = Pair::of(*low, *high);
            doc! { "low": pair.low, "high": pair.high }
        };
        filters.push(doc! { "pair": { "$in": needs.pairs.iter().map(pair).collect::<Vec<_>>() } });
    }
    if !needs.channel_names.is_empty() {
        filters.push(doc! { "name_key": { "$in": needs.channel_names.iter().collect::<Vec<_>>() } });
    }
    any(filters)
}

impl Mongo {
    async fn found<T: DeserializeOwned>(&self, collection: &str, filter: Option<Document>) -> Result<Vec<T>, Failure> {
        let Some(filter) = filter else { return Ok(Vec::new()) };
        self.find(collection, Query::of(filter)).await
    }

    /// Each message once for each reaction to it.
    async fn reacted_to(&self, query: Option<Query>) -> Result<Vec<ReactedTo>, Failure> {
        let Some(query) = query else { return Ok(Vec::new()) };
        self.find(REACTIONS, query).await
    }

    pub(super) async fn load(&self, needs: Needs, facts: &mut Facts) -> Result<(), Failure> {
        let jobs: Vec<Uuid> = needs.jobs.iter().map(|id| Uuid::from_bytes(*id)).collect();
        let jobs = (!jobs.is_empty()).then(|| doc! { "_id": { "$in": jobs } });
        let server = needs.server.then(|| doc! { "_id": { "$eq": SERVER_ID } });
        // Before its members: who leaves in between moves the conversation's rev, so that what was decided is not written.
        let conversations = self.found::<ConversationDoc>(CONVERSATIONS, conversations(&needs)).await?;
        let (members, users, sent, messages, reactions, reacted_to, jobs, personal, server) = tokio::try_join!(
            self.found::<MemberDoc>(MEMBERS, members_of(&needs.members)),
            self.found::<UserRowDoc>(USERS, people(&needs)),
            self.found::<MessageDoc>(MESSAGES, sent_before(&needs.sent)),
            self.found::<MessageDoc>(MESSAGES, messages_at(&needs.messages)),
            self.found::<ReactionDoc>(REACTIONS, reactions_of(&needs.reactions)),
            self.reacted_to(reactions_to(&needs.reaction_counts)),
            self.found::<JobDoc>(JOBS, jobs),
            self.found::<PersonalDoc>(PERSONAL, personal(&needs.personal)),
            self.found::<super::super::documents::ServerDoc>(SERVER, server),
        )?;
        // After its person: another node that adds one in between moves the rev of their feed.
        let personal_of = self.found::<PersonalDoc>(PERSONAL, personal_of(&needs.personal_of)).await?;
        for document in conversations {
            let row = document.stored()?;
            row.pair.into_iter().for_each(|pair| facts.load_pair(pair, Some(row.id)));
            if let Some(name) = row.name.as_deref().filter(|_| row.kind == Kind::Channel) {
                facts.load_channel_name(Name::search_key(name), Some(row.id));
            }
            facts.load_conversation(row.id, Some(row));
        }
        for document in members {
            let row = document.stored()?;
            facts.load_member((row.conversation, row.user), Some(row));
        }
        for document in users {
            let row = document.stored()?;
            facts.load_user_name(Name::search_key(&row.name), Some(row.id));
            facts.load_user(row.id, Some(row));
        }
        for document in sent {
            let message = document.row()?;
            facts.load_sent((message.conversation, message.sender, message.client_id), Some(message));
        }
        for document in messages {
            let message = document.row()?;
            facts.load_message((message.conversation, message.seq), Some(message));
        }
        for document in reactions {
            let reaction = document.row()?;
            facts.load_reaction((reaction.conversation, reaction.seq, reaction.user), Some(reaction));
        }
        let mut counts: BTreeMap<(ConversationId, Seq), u64> = BTreeMap::new();
        for message in reacted_to {
            *counts.entry((conversation_id(message.conversation_id), count(message.seq)?)).or_default() += 1;
        }
        counts.into_iter().for_each(|(key, count)| facts.load_reaction_count(key, count));
        for document in jobs {
            let row = document.stored()?;
            facts.load_job(row.id, Some(row));
        }
        for document in personal {
            let row = document.stored()?;
            facts.load_personal(row.key(), Some(row));
        }
        let mut rows: BTreeMap<UserId, Vec<PersonalRow>> = BTreeMap::new();
        for document in personal_of {
            let row = document.stored()?;
            rows.entry(row.user).or_default().push(row);
        }
        rows.into_iter().for_each(|(user, rows)| facts.load_personal_of(user, rows));
        if needs.server {
            let rev = server.first().map(|document| crate::mongo::documents::count(document.rev)).transpose()?;
            let missing = || Failure::Corrupt("the server's own document is missing".to_owned());
            facts.load_server(ServerRow { rev: rev.ok_or_else(missing)? });
        }
        absent(needs, facts);
        Ok(())
    }
}

/// What was not found is not there. What was found stays.
fn absent(needs: Needs, facts: &mut Facts) {
    needs.users.into_iter().for_each(|id| facts.load_user(id, None));
    needs.user_names.into_iter().for_each(|key| facts.load_user_name(key, None));
    needs.conversations.into_iter().for_each(|id| facts.load_conversation(id, None));
    needs.pairs.into_iter().for_each(|pair| facts.load_pair(pair, None));
    needs.channel_names.into_iter().for_each(|key| facts.load_channel_name(key, None));
    needs.members.into_iter().for_each(|key| facts.load_member(key, None));
    needs.sent.into_iter().for_each(|key| facts.load_sent(key, None));
    needs.messages.into_iter().for_each(|key| facts.load_message(key, None));
    needs.reactions.into_iter().for_each(|key| facts.load_reaction(key, None));
    needs.reaction_counts.into_iter().for_each(|key| facts.load_reaction_count(key, 0));
    needs.jobs.into_iter().for_each(|id| facts.load_job(id, None));
    needs.personal.into_iter().for_each(|key| facts.load_personal(key, None));
    needs.personal_of.into_iter().for_each(|user| facts.load_personal_of(user, []));
}
