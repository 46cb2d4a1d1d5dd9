//! What is written and not sent: one text a conversation.

use myna_protocol::{ConversationId, Seq};

/// The drafts, none of them empty.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    texts: Vec<(ConversationId, String)>,
    /// The messages that they answer.
    replies: Vec<(ConversationId, Seq)>,
    /// The conversation whose composer is on screen.
    writing: Option<ConversationId>,
}

impl Drafts {
    pub(crate) fn text(&self, id: ConversationId) -> &str {
        self.texts.iter().find(|(of, _)| *of == id).map_or("", |(_, text)| text)
    }

    /// Replaces a draft; an empty one is none. Answers whether that changes anything.
    pub(crate) fn set(&mut self, id: ConversationId, text: String) -> bool {
        if self.text(id) == text {
            return false;
        }
        self.texts.retain(|(of, _)| *of != id);
        if !text.is_empty() {
            self.texts.push((id, text));
        }
        true
    }

    /// The message that what is written answers.
    pub(crate) fn reply_to(&self, id: ConversationId) -> Option<Seq> {
        self.replies.iter().find(|(of, _)| *of == id).map(|(_, seq)| *seq)
    }

    /// Replaces the message that what is written answers. Answers whether that changes anything.
    pub(crate) fn set_reply(&mut self, id: ConversationId, seq: Option<Seq>) -> bool {
        if self.reply_to(id) == seq {
            return false;
        }
        self.replies.retain(|(of, _)| *of != id);
        self.replies.extend(seq.map(|seq| (id, seq)));
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// One writes there from now on.
    pub(crate) fn enter(&mut self, id: ConversationId) {
        self.writing = Some(id);
    }

    /// One does not write there any more.
    pub(crate) fn leave(&mut self, id: ConversationId) {
        if self.writing == Some(id) {
            self.writing = None;
        }
    }

    /// The draft that the list shows, unless the composer of the conversation is on screen.
    pub(crate) fn shown(&self, id: ConversationId) -> Option<&str> {
        Some(self.text(id)).filter(|text| self.writing != Some(id) && !text.trim().is_empty())
    }
}
