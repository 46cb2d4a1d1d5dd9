//! A client as a whole: what it is told, what it says, what it shows.

use crate::{Action, Changes, Line, SidebarRow, Status, Unsent, View};
use myna_protocol::limits::Limits;
use myna_protocol::{ClientId, Command, ConversationId, Event, FeedRows, RequestId, Text, Timestamp, User, UserId};

/// Everything that a client knows, and the rules by which it learns and says more.
///
/// Every method that may have something done returns it as actions; moments are those of the device's clock.
#[derive(Debug)]
pub struct Client {
    limits: Limits,
}

#[expect(unused_variables, clippy::needless_pass_by_value, reason = "being written")]
impl Client {
    /// A client that knows nothing yet. The seed only spreads its attempts to reconnect.
    pub fn new(seed: u64) -> Self {
        Self { limits: Limits::default() }
    }

    /// Takes what the server has rendered into the page: who is signed in, and feeds from 0, like any rows.
    pub fn start(&mut self, me: User, feeds: Vec<FeedRows>) {}

    /// Takes back what was kept on an earlier visit, in the order in which it was written. What waited for more than an
    /// hour is not sent before it is retried.
    pub fn restore(&mut self, unsent: Vec<Unsent>, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// Begins to connect, unless it is connected or connecting.
    pub fn connect(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The socket asked for is open.
    pub fn opened(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// A frame came.
    pub fn event(&mut self, event: Event, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The socket is closed, or could not be opened.
    pub fn closed(&mut self, code: Option<u16>, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The moment of the last `WakeAt` has come. Calling it at other times is harmless.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The device has a network again.
    pub fn online(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The device has lost its network.
    pub fn offline(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The page is seen again.
    pub fn visible(&mut self, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// Sends a message: it is in the transcript at once, and is said as soon as that can be. A client id that was used
    /// before changes nothing.
    pub fn send(
        &mut self,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        now: Timestamp,
    ) -> Vec<Action> {
        Vec::new()
    }

    /// Tries a failed message again, as the newest.
    pub fn retry(&mut self, client_id: ClientId, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// Gives a message up. One that has been said may have been sent all the same: then it comes back as a row.
    pub fn discard(&mut self, client_id: ClientId) -> Vec<Action> {
        Vec::new()
    }

    /// Everything loaded of the conversation has been seen. It is told once for each new last message.
    pub fn read(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The text in the composer changed: call it at every keystroke; what is said is throttled.
    pub fn type_in(&mut self, conversation: ConversationId, text_is_empty: bool, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// The conversation is shown: makes sure that a first page of it is or will be loaded.
    pub fn open(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// Loads the next older page, unless one is under way or there is none.
    pub fn older(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        Vec::new()
    }

    /// Asks for something that is answered by `Answered`: direct, group, channel, join, leave, search. It waits for the
    /// connection and is repeated after a lost one until it is answered.
    pub fn ask(&mut self, command: impl FnOnce(RequestId) -> Command, now: Timestamp) -> (RequestId, Vec<Action>) {
        (0, Vec::new())
    }

    /// Who is signed in, once that is known.
    pub fn me(&self) -> Option<&User> {
        None
    }

    /// How the connection stands.
    pub fn status(&self) -> Status {
        Status::Idle
    }

    /// The limits the server told, or the usual ones before that.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The conversations that one is in, the newest activity first.
    pub fn sidebar(&self) -> Vec<SidebarRow> {
        Vec::new()
    }

    /// A conversation that one is in, without its messages.
    pub fn conversation(&self, id: ConversationId) -> Option<View> {
        None
    }

    /// What is loaded of a conversation, oldest first, and what is on its way; empty when one is not in it.
    pub fn transcript(&self, id: ConversationId) -> Vec<Line> {
        Vec::new()
    }

    /// Who else is typing there, by name.
    pub fn typing(&self, id: ConversationId) -> Vec<(UserId, String)> {
        Vec::new()
    }

    /// What has changed since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        Changes::default()
    }
}
