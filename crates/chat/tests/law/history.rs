//! What everybody has said and what they were promised, and whether the store agrees.

use myna_chat::store::Store;
use myna_protocol::{ClientId, Command, ConversationId, Event, Message, Row, Seq, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are read at a time.
const ROWS: u32 = 100;

/// Something that somebody said.
struct Said {
    client_id: ClientId,
    who: usize,
    conversation: ConversationId,
    promised: Option<Seq>,
    /// The server would not have it.
    refused: bool,
    /// The server could not take it once: what was said after it may have overtaken it.
    overtaken: bool,
}

/// A message that a person scheduled.
struct Scheduled {
    client_id: ClientId,
    who: usize,
    user: UserId,
    conversation: ConversationId,
    /// The server has it.
    acked: bool,
    /// The server would not have it.
    refused: bool,
    asked_to_delete: bool,
    deleted: bool,
}

/// All messages that people have sent in a plan, with the answers to them, and what the clients show.
#[derive(Default)]
pub(crate) struct History {
    said: Vec<Said>,
    scheduled: Vec<Scheduled>,
    /// The edits that were acknowledged.
    edited: Vec<(ConversationId, Seq, String)>,
    /// The messages whose unsending was acknowledged.
    unsent: Vec<(ConversationId, Seq)>,
    shown: Vec<(usize, ConversationId, usize)>,
}

impl History {
    pub(crate) fn say(&mut self, client_id: ClientId, who: usize, conversation: ConversationId) {
        let (promised, refused, overtaken) = Default::default();
        self.said.push(Said { client_id, who, conversation, promised, refused, overtaken });
    }

    pub(crate) fn schedule(&mut self, client_id: ClientId, who: usize, user: UserId, conversation: ConversationId) {
        let (acked, refused, asked_to_delete, deleted) = Default::default();
        self.scheduled.push(Scheduled { client_id, who, user, conversation, acked, refused, asked_to_delete, deleted });
    }

    pub(crate) fn asked_to_delete(&mut self, client_id: ClientId) {
        let scheduled = self.scheduled.iter_mut().filter(|scheduled| scheduled.client_id == client_id);
        scheduled.for_each(|scheduled| scheduled.asked_to_delete = true);
    }

    /// An answer to a command about a scheduled message has arrived.
    fn answered_scheduled(&mut self, command: &Command, event: &Event) {
        let (Command::Schedule { client_id, .. } | Command::DeleteScheduled { client_id, .. }) = command else {
            return;
        };
        let scheduled = self.scheduled.iter_mut().find(|scheduled| scheduled.client_id == *client_id).unwrap();
        match (command, event) {
            (Command::Schedule { .. }, Event::Ack { .. }) => scheduled.acked = true,
            // Where the server could not tell, it is one or the other.
            (Command::Schedule { .. }, Event::Rejected { code, .. }) => scheduled.refused = !code.is_temporary(),
            (_, Event::Ack { .. }) => scheduled.deleted = true,
            _ => {}
        }
    }

    /// Each is sent once, unless it was deleted, or could not be sent: then it is kept.
    async fn check_scheduled(&self, store: &dyn Store, stored: &BTreeMap<ConversationId, Vec<Message>>) {
        for scheduled in &self.scheduled {
            let Scheduled { client_id, who, user, conversation, .. } = scheduled;
            let sent = stored[conversation].iter().filter(|message| message.client_id == *client_id).count();
            let rows = store.load_user(*user).await.unwrap().rows;
            let mine = rows.iter().filter_map(|row| if let Row::Scheduled(row) = row { Some(row) } else { None });
            let kept = mine.filter(|row| row.client_id == *client_id).collect::<Vec<_>>();
            let has_failed =
                kept.iter().all(|row| row.message.as_ref().is_some_and(|message| message.failed.is_some()));
            assert!(has_failed, "{client_id} of {who} still waits: {kept:?}");
            let count = sent + kept.len();
            match scheduled {
                Scheduled { deleted: true, .. } | Scheduled { refused: true, .. } => {
                    assert_eq!(count, 0, "{client_id} of {who} was deleted, or refused");
                }
                Scheduled { acked: true, asked_to_delete: false, .. } => {
                    assert_eq!(count, 1, "{client_id} of {who} is sent once, or kept");
                }
                _ => assert!(count <= 1, "{client_id} of {who} is there {count} times"),
            }
        }
    }

    /// An answer has arrived.
    pub(crate) fn answered(&mut self, command: &Command, event: &Event) {
        self.answered_scheduled(command, event);
        let is_done = matches!(event, Event::Ack { .. });
        let client_id = match command {
            Command::Send { client_id, .. } | Command::Forward { client_id, .. } => client_id,
            Command::Edit { conversation, seq, text, .. } if is_done => {
                return self.edited.push((*conversation, *seq, text.clone()));
            }
            Command::Unsend { conversation, seq, .. } if is_done => return self.unsent.push((*conversation, *seq)),
            _ => return,
        };
        let said = self.said.iter_mut().find(|said| said.client_id == *client_id).unwrap();
        match event {
            Event::Ack { seq: Some(seq), .. } => {
                assert!(said.promised.is_none_or(|before| before == *seq), "{client_id} has two places");
                said.promised = Some(*seq);
            }
            Event::Rejected { code, .. } if code.is_temporary() => said.overtaken = true,
            Event::Rejected { .. } => said.refused = true,
            other => panic!("{other:?} is no answer to a message"),
        }
    }

    /// Somebody who is in a conversation sees so many messages in it.
    pub(crate) fn shown(&mut self, who: usize, conversation: ConversationId, messages: usize) {
        self.shown.push((who, conversation, messages));
    }

    /// Everything is there once, where it was promised, in the order in which each has said it, and nothing else is.
    pub(crate) async fn check(&self, store: &dyn Store) {
        let scheduled = self.scheduled.iter().map(|scheduled| scheduled.conversation);
        let conversations: BTreeSet<_> = self.said.iter().map(|said| said.conversation).chain(scheduled).collect();
        let mut stored = BTreeMap::new();
        for conversation in conversations {
            let messages = all(store, conversation).await;
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            assert_eq!(seqs, (1..=messages.len() as u64).collect::<Vec<_>>(), "the places in {conversation}");
            stored.insert(conversation, messages);
        }
        for said in &self.said {
            let id = said.client_id;
            let copies = stored[&said.conversation].iter().filter(|message| message.client_id == id);
            let places: Vec<Seq> = copies.map(|message| message.seq).collect();
            match said.promised {
                Some(seq) => assert_eq!(places, [seq], "the places of {id}, which was promised one"),
                None if said.refused => assert_eq!(places, [0; 0], "the places of {id}, which was refused"),
                // Its row was the answer.
                None => assert_eq!(places.len(), 1, "the places of {id}, which was not refused"),
            }
        }
        for message in stored.values().flatten() {
            let is_said = self.said.iter().any(|said| said.client_id == message.client_id);
            let is_scheduled = || self.scheduled.iter().any(|scheduled| scheduled.client_id == message.client_id);
            assert!(is_said || is_scheduled(), "nobody has said {message:?}");
        }
        let at = |conversation: &ConversationId, seq: Seq| &stored[conversation][seq as usize - 1];
        for (conversation, seq, text) in &self.edited {
            let message = at(conversation, *seq);
            let is_there = message.text == *text || message.earlier().iter().any(|earlier| earlier.text == *text);
            assert!(is_there || message.unsent().is_some(), "the edit to {text:?} is not in {message:?}");
        }
        for (conversation, seq) in &self.unsent {
            let message = at(conversation, *seq);
            assert!(message.unsent().is_some() && message.text.is_empty(), "it was unsent: {message:?}");
        }
        for message in stored.values().flatten().filter(|message| message.unsent().is_some()) {
            assert!(message.text.is_empty() && message.earlier().is_empty(), "words are left in {message:?}");
        }
        for (who, conversation, messages) in &self.shown {
            let there = stored.get(conversation).map_or(0, Vec::len);
            assert_eq!(*messages, there, "what {who} sees of {conversation}");
        }
        self.check_scheduled(store, &stored).await;
        self.check_order();
    }

    /// What one device says in one conversation keeps its order.
    fn check_order(&self) {
        let mut last = BTreeMap::new();
        for said in self.said.iter().filter(|said| !said.overtaken) {
            let Some(seq) = said.promised else { continue };
            if let Some(before) = last.insert((said.who, said.conversation), seq) {
                assert!(before < seq, "{} came before what was said before it", said.client_id);
            }
        }
    }
}

async fn all(store: &dyn Store, conversation: ConversationId) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    loop {
        let before = messages.first().map_or(Seq::MAX, |message| message.seq);
        let rows = store.messages_before(conversation, before, ROWS).await.unwrap();
        let page: Vec<Message> = rows
            .into_iter()
            .filter_map(|row| match row {
                Row::Message(message) => Some(message),
                _ => None,
            })
            .collect();
        if page.is_empty() {
            return messages;
        }
        messages.splice(0..0, page);
    }
}
