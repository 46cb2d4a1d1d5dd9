//! Scheduled messages, and what becomes of them.

use super::{Server, Told};
use myna_protocol::{
    ClientId, ConversationId, Feed, FeedRows, Rejection, Row, Scheduled, ScheduledMessage, Seq, Timestamp, UserId,
};

impl Server {
    pub(crate) fn schedule(
        &mut self,
        user: UserId,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
        reply_to: Option<Seq>,
        send_at: Timestamp,
    ) -> Result<Vec<Told>, Rejection> {
        if !self.rooms.get(&conversation).is_some_and(|room| room.has(user)) {
            return Err(Rejection::NotFound);
        }
        if self.own[&user].scheduled.contains_key(&client_id) {
            return Ok(Vec::new());
        }
        let message = ScheduledMessage { conversation, text: text.to_owned(), reply_to, send_at, failed: None };
        Ok(vec![self.put_scheduled(user, client_id, Some(message))])
    }

    /// It is sent, or deleted.
    pub(crate) fn end_scheduled(
        &mut self,
        user: UserId,
        client_id: ClientId,
        is_sent: bool,
    ) -> Result<(Option<Seq>, Vec<Told>), Rejection> {
        let row = self.own.get(&user).and_then(|own| own.scheduled.get(&client_id)).ok_or(Rejection::NotFound)?;
        let message = row.message.clone().ok_or(Rejection::NotFound)?;
        let (mut seq, mut told) = (None, Vec::new());
        if is_sent {
            let id = message.conversation;
            let before = self.rooms[&id].reads.get(&user).copied().unwrap_or_default();
            let (sent, mut rows) = self.reply(user, id, client_id, &message.text, message.reply_to)?;
            if before.0 + 1 < sent {
                // The sender was away: they have read no more by it.
                let room = self.rooms.get_mut(&id).expect("it has the message");
                room.reads.insert(user, before);
                room.messages[sent as usize - 1].extra.get_or_insert_default().sender_away = true;
                let message = room.messages[sent as usize - 1].clone();
                rows.iter_mut().for_each(|(_, told)| told.rows = vec![Row::Message(message.clone())]);
            }
            (seq, told) = (Some(sent), rows);
        }
        told.push(self.put_scheduled(user, client_id, None));
        Ok((seq, told))
    }

    /// Those that wait, the next to be sent first.
    pub(crate) fn scheduled(&self, user: UserId) -> Vec<(ClientId, ScheduledMessage)> {
        let rows = self.own.get(&user).into_iter().flat_map(|own| own.scheduled.values());
        let mut all: Vec<_> = rows.filter_map(|row| Some((row.client_id, row.message.clone()?))).collect();
        all.sort_by_key(|(id, message)| (message.send_at, *id));
        all
    }

    fn put_scheduled(&mut self, user: UserId, client_id: ClientId, message: Option<ScheduledMessage>) -> Told {
        let own = self.own.entry(user).or_default();
        own.rev += 1;
        let row = Scheduled { client_id, message, rev: own.rev };
        own.scheduled.insert(client_id, row.clone());
        let rows = vec![Row::Scheduled(row)];
        (vec![user], FeedRows { feed: Feed::User(user), from: own.rev - 1, rev: own.rev, rows })
    }
}
