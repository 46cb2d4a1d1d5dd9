//! Somebody who says many messages quickly, and says again whatever was not answered.

use super::{Person, Place, Socket, new_message};
use myna_protocol::{ClientId, Command, ConversationId, Event, Rejection, Seq};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

/// Sends that a client has unanswered at a time: the server's limit for it.
pub(crate) const UNANSWERED: usize = 32;
/// How long a client waits before it asks a server again that could not help it, unless it comes back elsewhere.
const PAUSE: Duration = Duration::from_millis(50);

/// One message of a burst, and its place once it is acknowledged.
pub(crate) struct Sent {
    pub(crate) client_id: ClientId,
    pub(crate) text: String,
    pub(crate) seq: Option<Seq>,
    /// How often it was said.
    pub(crate) said: usize,
    /// How often the server could not take it.
    pub(crate) refused: usize,
}

impl Sent {
    pub(crate) fn new(text: String) -> Self {
        Self { client_id: new_message(), text, seq: None, said: 0, refused: 0 }
    }
}

/// A message was acknowledged, on a connection that was opened then.
pub(crate) struct Acknowledged {
    pub(crate) connected: Instant,
}

/// One client's part of a burst: says its messages in order, many at a time, and comes back after each lost connection to
/// say again what was not answered.
pub(crate) struct Speaker {
    pub(crate) person: Person,
    pub(crate) conversation: ConversationId,
    pub(crate) messages: Vec<Sent>,
    pub(crate) places: watch::Receiver<Place>,
    /// Told of each acknowledgement.
    pub(crate) acknowledged: mpsc::UnboundedSender<Acknowledged>,
}

impl Speaker {
    pub(crate) async fn speak(mut self) -> Vec<Sent> {
        while self.messages.iter().any(|message| message.seq.is_none()) {
            let place = self.places.borrow_and_update().clone();
            if let Some(mut socket) = Socket::try_open(&self.person.at(&place)).await {
                // However it ends: what is unanswered is said again.
                let _ = self.converse(&mut socket).await;
            }
            if self.messages.iter().any(|message| message.seq.is_none()) {
                self.pause().await;
            }
        }
        self.messages
    }

    async fn pause(&mut self) {
        // It may come back where it was.
        if let Ok(changed) = timeout(PAUSE, self.places.changed()).await {
            changed.expect("the server's place is known");
        }
    }

    /// Ends when all is acknowledged, or with `None` when the connection is lost.
    async fn converse(&mut self, socket: &mut Socket) -> Option<()> {
        let connected = Instant::now();
        socket.queue(&Command::Hello { cursors: BTreeMap::new() }).await?;
        socket.flush().await?;
        while !socket.next_text().await?.starts_with(r#"{"type":"caught_up""#) {}
        loop {
            let unanswered = self.messages.iter().enumerate().filter(|(_, message)| message.seq.is_none());
            let due: VecDeque<usize> = unanswered.map(|(place, _)| place).collect();
            if due.is_empty() {
                return Some(());
            }
            if !self.say(socket, due, connected).await? {
                self.pause().await;
            }
        }
    }

    /// Says these; false when some were refused for now, after which nothing more is said. `None` when the connection is
    /// lost.
    async fn say(&mut self, socket: &mut Socket, mut due: VecDeque<usize>, connected: Instant) -> Option<bool> {
        let (mut waiting, mut refused) = (0, false);
        loop {
            while waiting < UNANSWERED
                && !refused
                && let Some(place) = due.pop_front()
            {
                let message = &mut self.messages[place];
                message.said += 1;
                let (client_id, text) = (message.client_id, message.text.clone());
                let conversation = self.conversation;
                socket
                    .queue(&Command::Send { request: place as u64, conversation, client_id, text, reply_to: None })
                    .await?;
                waiting += 1;
            }
            if waiting == 0 {
                return Some(!refused);
            }
            socket.flush().await?;
            let text = socket.next_text().await?;
            if !text.starts_with(r#"{"type":"ack""#) && !text.starts_with(r#"{"type":"rejected""#) {
                continue;
            }
            waiting -= 1;
            match serde_json::from_str(&text) {
                Ok(Event::Ack { request, seq: Some(seq), .. }) => {
                    self.messages[request as usize].seq = Some(seq);
                    // Nobody counts any more after the trouble.
                    let _ = self.acknowledged.send(Acknowledged { connected });
                }
                Ok(Event::Rejected { request: Some(request), code: Rejection::Unavailable, .. }) => {
                    self.messages[request as usize].refused += 1;
                    refused = true;
                }
                _ => panic!("{text}"),
            }
        }
    }
}
