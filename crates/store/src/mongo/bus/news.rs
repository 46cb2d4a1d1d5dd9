//! What nodes tell each other for a moment: documents that the database removes after a minute.

use super::Node;
use crate::mongo::documents::{AsUuid, NEWS, conversation_id, user_id};
use crate::mongo::failure::Failure;
use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, Uuid, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use myna_chat::store::{News, NodeId, Ring};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct TypingDoc {
    conversation_id: Uuid,
    user_id: Uuid,
    typing: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NewsDoc {
    node: Uuid,
    at: DateTime,
    typing: Vec<TypingDoc>,
    came: Vec<Uuid>,
    went: Vec<Uuid>,
    online: Option<Vec<Uuid>>,
}

fn uuids<T: AsUuid>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(AsUuid::uuid).collect()
}

impl NewsDoc {
    fn of(node: NodeId, news: &News) -> Self {
        let typing = news.typing.iter().map(|(conversation, user, typing)| TypingDoc {
            conversation_id: conversation.uuid(),
            user_id: user.uuid(),
            typing: *typing,
        });
        Self {
            node: Uuid::from_bytes(node),
            at: DateTime::now(),
            typing: typing.collect(),
            came: uuids(&news.came),
            went: uuids(&news.went),
            online: news.online.as_deref().map(uuids),
        }
    }

    pub(super) fn ring(self) -> Ring {
        let people = |ids: Vec<Uuid>| ids.into_iter().map(user_id).collect();
        let typing = self.typing.into_iter();
        let news = News {
            typing: typing.map(|it| (conversation_id(it.conversation_id), user_id(it.user_id), it.typing)).collect(),
            came: people(self.came),
            went: people(self.went),
            online: self.online.map(people),
        };
        Ring::News(self.node.bytes(), news)
    }
}

/// Nobody waits for it and nobody misses it: it need not be on disk.
pub(super) async fn insert(node: &Node, news: &News) -> Result<(), Failure> {
    let concern = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
    let document = NewsDoc::of(node.id, news);
    node.database.collection::<NewsDoc>(NEWS).insert_one(&document).write_concern(concern).await?;
    Ok(())
}

/// What the others have told in the last minute of who is there, oldest first: for who has just come.
pub(super) async fn recent(node: &Node) -> Result<Vec<Ring>, Failure> {
    let filter: Document = doc! { "node": { "$ne": Uuid::from_bytes(node.id) } };
    let found = node.database.collection::<NewsDoc>(NEWS).find(filter).sort(doc! { "at": 1 }).await?;
    let mut found: Vec<NewsDoc> = found.try_collect().await?;
    for news in &mut found {
        // Who typed then has long stopped.
        news.typing.clear();
    }
    Ok(found.into_iter().map(NewsDoc::ring).collect())
}
