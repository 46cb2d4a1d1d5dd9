//! What is written and not sent: one text for each conversation, and one for each of its threads.

use myna_protocol::{ConversationId, Seq};

/// Where a draft is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftPlace {
    pub conversation: ConversationId,
    /// The message that begins the thread; `None` outside threads.
    pub thread: Option<Seq>,
}

impl From<ConversationId> for DraftPlace {
    fn from(conversation: ConversationId) -> Self {
        Self { conversation, thread: None }
    }
}

/// The drafts, none of them empty.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    texts: Vec<(DraftPlace, String)>,
    /// The messages that they answer.
    replies: Vec<(DraftPlace, Seq)>,
    /// The conversation whose composer is on screen.
    writing: Option<ConversationId>,
}

impl Drafts {
    pub(crate) fn text(&self, place: DraftPlace) -> &str {
        self.texts.iter().find(|(of, _)| *of == place).map_or("", |(_, text)| text)
    }

    /// Replaces a draft; an empty one is none. Answers whether that changes anything.
    pub(crate) fn set(&mut self, place: DraftPlace, text: String) -> bool {
        if self.text(place) == text {
            return false;
        }
        self.texts.retain(|(of, _)| *of != place);
        if !text.is_empty() {
            self.texts.push((place, text));
        }
        true
    }

    /// The message that what is written answers.
    pub(crate) fn reply_to(&self, place: DraftPlace) -> Option<Seq> {
        self.replies.iter().find(|(of, _)| *of == place).map(|(_, seq)| *seq)
    }

    /// Replaces the message that what is written answers. Answers whether that changes anything.
    pub(crate) fn set_reply(&mut self, place: DraftPlace, seq: Option<Seq>) -> bool {
        if self.reply_to(place) == seq {
            return false;
        }
        self.replies.retain(|(of, _)| *of != place);
        self.replies.extend(seq.map(|seq| (place, seq)));
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

    /// The draft that the list shows, unless the composer of the conversation is on screen: its own, else one of a thread.
    pub(crate) fn shown(&self, id: ConversationId) -> Option<&str> {
        let of_threads = self.texts.iter().filter(|(place, _)| place.conversation == id).map(|(_, text)| text.as_str());
        let mut all = std::iter::once(self.text(id.into())).chain(of_threads);
        all.find(|text| self.writing != Some(id) && !text.trim().is_empty())
    }
}
