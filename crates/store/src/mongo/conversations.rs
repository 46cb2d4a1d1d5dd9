//! Finding conversations, and what somebody is in one.

use super::Mongo;
use super::documents::{AsUuid, CONVERSATIONS, ConversationDoc, MEMBERS};
use super::failure::Failure;
use super::reading::Query;
use super::users::by_word;
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::store::Access;
use myna_protocol::{Conversation, ConversationId, UserId};
use serde::Deserialize;

/// A member who has not left, and what their conversation is.
pub(super) fn access(user: Uuid, conversation: Uuid) -> Vec<Document> {
    vec![
        doc! { "$match": { "conversation_id": conversation, "user_id": user, "left_seq": null } },
        doc! { "$lookup": { "from": CONVERSATIONS, "localField": "conversation_id", "foreignField": "_id", "as": "in" } },
        doc! { "$project": { "_id": 0, "in.receipts": 1 } },
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
    pub(super) async fn find_access(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<Option<Access>, Failure> {
        #[derive(Deserialize)]
        struct What {
            receipts: bool,
        }
        #[derive(Deserialize)]
        struct Found {
            r#in: Vec<What>,
        }
        let found = self.aggregate::<Found>(MEMBERS, access(user.uuid(), conversation.uuid())).await?;
        let what = found.into_iter().flat_map(|found| found.r#in).next();
        Ok(what.map(|what| Access { receipts: what.receipts }))
    }

    pub(super) async fn find_channels_by_word(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, Failure> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = self.find::<ConversationDoc>(CONVERSATIONS, channels_by_word(prefix, limit)).await?;
        found.iter().map(ConversationDoc::row).collect()
    }
}
