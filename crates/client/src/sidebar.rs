//! The list of conversations as it is shown.

use crate::conversation::Held;
use crate::outbox::{Entry, Stage};
use crate::people::People;
use crate::title::Title;
use crate::transcript::{UnsentBy, unsent_by};
use myna_protocol::{Conversation, ConversationId, Kind, Message, Reaction, Timestamp, UserId};

/// Characters of a preview: more than a row can show.
const PREVIEW_CHARS: usize = 160;

/// One conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidebarRow {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: Title,
    /// What the avatar's colour is drawn from: the other's id in a direct conversation, else the conversation's.
    pub avatar: String,
    /// Who said the newest message, where that is another member of a group or channel. Empty while the name is not known.
    pub preview_sender: Option<String>,
    /// The newest message on one line; empty when there is none.
    pub preview: String,
    /// Whether the newest message was unsent: then it has no text.
    pub preview_unsent: Option<UnsentBy>,
    /// The newest reaction to the newest message: who reacts (`None` is the reader), and with what.
    pub preview_reaction: Option<(Option<String>, String)>,
    /// The draft on one line; `None` while the composer of the conversation is on screen.
    pub draft: Option<String>,
    /// When something was last said, or when it was made.
    pub at: Timestamp,
    pub unread: u64,
    /// Whether the other of a direct conversation is online.
    pub online: bool,
    /// Whether somebody else is typing.
    pub typing: bool,
    /// Whether a message of mine in it was not delivered.
    pub failed: bool,
}

/// The newest message as a row shows it.
pub(crate) struct Newest {
    pub(crate) sender: Option<String>,
    /// On one line.
    pub(crate) text: String,
    pub(crate) unsent: Option<UnsentBy>,
    pub(crate) reaction: Option<(Option<String>, String)>,
    pub(crate) at: Timestamp,
}

/// The newest message, or one of mine that is on its way.
pub(crate) fn newest(held: &Held, row: &Conversation, me: UserId, people: &People, unsent: Option<&Entry>) -> Newest {
    let newest = held.timeline.newest();
    let since = newest.map_or(row.created_at, |message| message.sent_at);
    let plain = |text: &str, at| Newest { sender: None, text: one_line(text), unsent: None, reaction: None, at };
    match (unsent.filter(|entry| is_news(entry, since)), newest) {
        (Some(entry), _) => plain(&entry.text, since.max(entry.at)),
        (None, Some(message)) => {
            let unsent = unsent_by(message, me, people);
            let reaction = reaction(held, message, me, people);
            let has_sender = row.kind != Kind::Direct && message.sender != me && unsent.is_none() && reaction.is_none();
            let sender = has_sender.then(|| people.name(message.sender).to_owned());
            Newest { sender, unsent, reaction, ..plain(&message.text, since) }
        }
        (None, None) => plain("", since),
    }
}

/// The newest reaction to this message, unless the message has changed since.
fn reaction(held: &Held, message: &Message, me: UserId, people: &People) -> Option<(Option<String>, String)> {
    let is_there = |row: &&Reaction| row.emoji.is_some() && row.rev > message.rev;
    let row = held.reactions.to(message.seq).iter().filter(is_there).max_by_key(|row| row.rev)?;
    Some(((row.user != me).then(|| people.name(row.user).to_owned()), row.emoji.clone()?))
}

/// When something was last said, one's own on their way included, or when the conversation was made.
pub(crate) fn active_at(held: &Held, row: &Conversation, unsent: Option<&Entry>) -> Timestamp {
    let since = held.timeline.newest().map_or(row.created_at, |message| message.sent_at);
    unsent.filter(|entry| is_news(entry, since)).map_or(since, |entry| since.max(entry.at))
}

/// What failed long ago is not news; what is on its way is, whatever this device's clock says.
fn is_news(entry: &Entry, since: Timestamp) -> bool {
    !matches!(entry.stage, Stage::Failed(_)) || entry.at >= since
}

/// A text on one line, not longer than a row can show.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(PREVIEW_CHARS));
        if line.chars().count() >= PREVIEW_CHARS {
            return line.chars().take(PREVIEW_CHARS).collect();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_and_not_endless() {
        assert_eq!(one_line(" a\n\nb\tc "), "a b c");
        assert_eq!(one_line(&"x".repeat(8_000)).len(), PREVIEW_CHARS);
        assert!(one_line(&"ab ".repeat(3_000)).chars().count() <= PREVIEW_CHARS);
    }
}
