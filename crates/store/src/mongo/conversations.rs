//! Finding conversations, and what somebody is in one.

use super::Mongo;
use super::documents::{AsUuid, CONVERSATIONS, ConversationDoc, KindDoc, MEMBERS};
use super::failure::Failure;
use super::reading::Query;
use super::users::by_word;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::store::Standing;
use myna_protocol::{Conversation, ConversationId, UserId};
use serde::Deserialize;

/// A member who has not left, and what their conversation is.
pub(super) fn standing(user: Uuid, conversation: Uuid) -> Vec<Document> {
    vec![
        doc! { "$match": { "conversation_id": { "$eq": conversation }, "user_id": { "$eq": user }, "left_seq": null } },
        doc! { "$lookup": { "from": CONVERSATIONS, "localField": "conversation_id", "foreignField": "_id", "as": "in" } },
        doc! { "$project": { "_id": 0, "in.kind": 1, "in.receipts": 1 } },
    ]
}

pub(super) fn channels_by_word(prefix: &str, limit: u32) -> Query {
    let mut filter = by_word(prefix);
    if prefix.is_empty() {
        // Only channels have one.
        filter.insert("name_key", doc! { "$exists": true });
    }
    Query::of(filter).sorted(doc! { "name_key": 1 }).limited(limit.into())
}

impl Mongo {
    pub(super) async fn find_standing(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<Option<Standing>, Failure> {
        #[derive(Deserialize)]
        struct What {
            kind: KindDoc,
            receipts: bool,
        }
        #[derive(Deserialize)]
        struct Found {
            r#in: Vec<What>,
        }
        let members = self.collection::<Document>(MEMBERS);
        let found = members.aggregate(standing(user.uuid(), conversation.uuid())).with_type::<Found>().await?;
        let found: Vec<Found> = found.try_collect().await?;
        let what = found.into_iter().flat_map(|found| found.r#in).next();
        Ok(what.map(|what| Standing { kind: what.kind.into(), receipts: what.receipts }))
    }

    pub(super) async fn find_channels_by_word(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, Failure> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let Query { filter, sort, limit, .. } = channels_by_word(prefix, limit);
        let conversations = self.collection::<ConversationDoc>(CONVERSATIONS);
        let found = conversations.find(filter).sort(sort.unwrap_or_default()).limit(limit.unwrap_or_default()).await?;
        let found: Vec<ConversationDoc> = found.try_collect().await?;
        found.iter().map(ConversationDoc::row).collect()
    }
}
