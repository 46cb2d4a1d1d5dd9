//! What is written and not sent: one text a conversation.

use myna_protocol::ConversationId;

/// The drafts, none of them empty.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    texts: Vec<(ConversationId, String)>,
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
