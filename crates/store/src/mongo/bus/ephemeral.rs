//! Ephemeral updates between nodes: documents that the database deletes after a minute.

use super::Node;
use crate::mongo::documents::{AsUuid, EPHEMERAL, conversation_id, user_id};
use crate::mongo::failure::Failure;
use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, Uuid, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use myna_chat::bus::{ChangeNotice, EphemeralUpdate, NodeId};
use myna_protocol::ConversationId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct TypingDoc {
    conversation_id: Uuid,
    user_id: Uuid,
    typing: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EphemeralDoc {
    pub(super) node: Uuid,
    at: DateTime,
    typing: Vec<TypingDoc>,
    #[serde(rename = "came")]
    connected: Vec<Uuid>,
    #[serde(rename = "went")]
    disconnected: Vec<Uuid>,
    online: Option<Vec<Uuid>>,
    /// Conversations in which the node asks to go first (see `turns`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) turns: Vec<Uuid>,
}

fn uuids<T: AsUuid>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(AsUuid::uuid).collect()
}

impl EphemeralDoc {
    fn of(node: NodeId, update: &EphemeralUpdate) -> Self {
        let typing = update.typing.iter().map(|(conversation, user, typing)| TypingDoc {
            conversation_id: conversation.uuid(),
            user_id: user.uuid(),
            typing: *typing,
        });
        Self {
            node: Uuid::from_bytes(node),
            at: DateTime::now(),
            typing: typing.collect(),
            connected: uuids(&update.connected),
            disconnected: uuids(&update.disconnected),
            online: update.online.as_deref().map(uuids),
            turns: Vec::new(),
        }
    }

    pub(super) fn notice(self) -> ChangeNotice {
        let people = |ids: Vec<Uuid>| ids.into_iter().map(user_id).collect();
        let typing = self.typing.into_iter();
        let update = EphemeralUpdate {
            typing: typing.map(|it| (conversation_id(it.conversation_id), user_id(it.user_id), it.typing)).collect(),
            connected: people(self.connected),
            disconnected: people(self.disconnected),
            online: self.online.map(people),
        };
        ChangeNotice::EphemeralUpdate(self.node.bytes(), update)
    }
}

/// Publishes an update.
pub(super) async fn insert(node: &Node, update: &EphemeralUpdate) -> Result<(), Failure> {
    publish(node, EphemeralDoc::of(node.id, update)).await
}

/// Asks the other nodes to go first in these conversations.
pub(in crate::mongo) async fn ask_for_turn(node: &Node, ids: &[ConversationId]) -> Result<(), Failure> {
    publish(node, EphemeralDoc { turns: uuids(ids), ..EphemeralDoc::of(node.id, &EphemeralUpdate::default()) }).await
}

/// A lost document does no harm: it need not be on disk.
async fn publish(node: &Node, document: EphemeralDoc) -> Result<(), Failure> {
    let concern = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
    node.database.collection::<EphemeralDoc>(EPHEMERAL).insert_one(&document).write_concern(concern).await?;
    Ok(())
}

/// What the others have published of their people in the last minute, oldest first: for a node that has just started.
pub(super) async fn recent(node: &Node) -> Result<Vec<ChangeNotice>, Failure> {
    let filter: Document = doc! { "node": { "$ne": Uuid::from_bytes(node.id) } };
    let found = node.database.collection::<EphemeralDoc>(EPHEMERAL).find(filter).sort(doc! { "at": 1 }).await?;
    let mut found: Vec<EphemeralDoc> = found.try_collect().await?;
    for update in &mut found {
        // Who typed then has long stopped.
        update.typing.clear();
    }
    Ok(found.into_iter().map(EphemeralDoc::notice).collect())
}
