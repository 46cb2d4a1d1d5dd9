//! A whole client, as a browser's tab holds it, with a real socket and the machine's clock.

use super::{Person, Place, Socket, soon};
use myna_chat::{Clock, SystemClock};
use myna_client::{Action, Answer, Bubble, Client, Line, Unsent};
use myna_protocol::{Command, ConversationId, RequestId, Text, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// A person's tab.
pub(crate) struct Tab {
    pub(crate) client: Client,
    person: Person,
    /// Where the server is; it may come back elsewhere.
    places: watch::Receiver<Place>,
    /// Whether it has come back elsewhere since the socket was opened.
    moved: bool,
    socket: Option<Socket>,
    wake: Option<Timestamp>,
    /// What would survive a reload.
    pub(crate) kept: Vec<Unsent>,
    answers: BTreeMap<RequestId, Answer>,
    pub(crate) signed_out: bool,
    /// The codes with which its sockets were closed.
    pub(crate) ends: Vec<Option<u16>>,
}

fn now() -> Timestamp {
    SystemClock.now()
}

impl Tab {
    /// A tab with the page that the server renders, connected.
    pub(crate) async fn open(person: &Person, places: watch::Receiver<Place>) -> Self {
        let mut tab = Self {
            client: Client::new(7),
            person: person.clone(),
            places,
            moved: false,
            socket: None,
            wake: None,
            kept: Vec::new(),
            answers: BTreeMap::new(),
            signed_out: false,
            ends: Vec::new(),
        };
        let first = person.at(&tab.places.borrow_and_update().clone()).first_page(None).await;
        tab.client.start(first.user, first.feeds, first.next);
        tab.act(|client| client.connect(now())).await;
        tab
    }

    /// Looks at a conversation, as a page that shows it.
    pub(crate) async fn look(&mut self, conversation: ConversationId) {
        self.act(|client| client.open(conversation, now())).await;
    }

    /// Does something to the client, and what it asks for.
    pub(crate) async fn act(&mut self, act: impl FnOnce(&mut Client) -> Vec<Action>) {
        let mut actions = VecDeque::from(act(&mut self.client));
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Connect => actions.extend(self.connect().await),
                Action::Close(_) => self.socket = None,
                Action::Send(command) => {
                    if let Some(socket) = &mut self.socket {
                        // If it did not go out, the socket's end is heard next.
                        socket.try_say(&command).await;
                    }
                }
                Action::WakeAt(at) => self.wake = Some(at),
                Action::Keep(unsent) => match self.kept.iter_mut().find(|kept| kept.client_id == unsent.client_id) {
                    Some(kept) => *kept = unsent,
                    None => self.kept.push(unsent),
                },
                Action::Forget(client_id) => self.kept.retain(|kept| kept.client_id != client_id),
                Action::KeepDraft(..) | Action::KeepEdit(..) | Action::KeepReply(..) => {}
                Action::Answered(request, answer) => {
                    self.answers.insert(request, answer);
                }
                Action::SignedOut => self.signed_out = true,
            }
        }
    }

    async fn connect(&mut self) -> Vec<Action> {
        let place = self.places.borrow_and_update().clone();
        self.moved = false;
        self.socket = Socket::try_open(&self.person.at(&place)).await;
        match &self.socket {
            Some(_) => self.client.opened(now()),
            None => self.client.closed(None, now()),
        }
    }

    /// Waits for the next thing that happens to the client: a frame, an end, a wake-up, or a server elsewhere.
    pub(crate) async fn turn(&mut self) {
        let until = self.wake.map(|at| u64::try_from(at.since(now())).unwrap_or(0));
        let frame = async {
            match &mut self.socket {
                Some(socket) => socket.hear().await,
                None => pending().await,
            }
        };
        let happened = async {
            tokio::select! {
                heard = frame => Some(heard),
                changed = self.places.changed() => {
                    changed.expect("the server's place is known");
                    None
                }
            }
        };
        let happened = match until {
            Some(millis) => timeout(Duration::from_millis(millis), happened).await.ok(),
            None => Some(happened.await),
        };
        match happened {
            Some(Some(Ok(event))) => self.act(|client| client.event(event, now())).await,
            Some(Some(Err(code))) => {
                self.socket = None;
                self.ends.push(code);
                self.act(|client| client.closed(code, now())).await;
                if self.moved {
                    self.act(|client| client.online(now())).await;
                }
            }
            Some(None) => {
                self.moved = true;
                self.act(|client| client.online(now())).await;
            }
            None => {
                self.wake = None;
                self.act(|client| client.tick(now())).await;
            }
        }
    }

    /// Lets things happen until the client is in this state.
    pub(crate) async fn until(&mut self, what: &str, mut is_so: impl FnMut(&Client) -> bool) {
        let waiting = async {
            while !is_so(&self.client) {
                self.turn().await;
            }
        };
        soon(what, waiting).await;
    }

    /// Asks for something and waits for the answer.
    pub(crate) async fn ask(&mut self, command: impl FnOnce(RequestId) -> Command) -> Answer {
        let (request, actions) = self.client.ask(command, now());
        self.act(|_| actions).await;
        let waiting = async {
            loop {
                if let Some(answer) = self.answers.remove(&request) {
                    return answer;
                }
                self.turn().await;
            }
        };
        soon("an answer", waiting).await
    }

    /// Writes a message, as the composer does.
    pub(crate) async fn send(&mut self, conversation: ConversationId, text: &str) {
        let text = Text::parse(text).expect("this is a message");
        self.act(|client| client.send(conversation, super::new_message(), text, now())).await;
    }

    pub(crate) fn bubbles(&self, conversation: ConversationId) -> Vec<Bubble> {
        let lines = self.client.transcript(conversation).into_iter();
        lines
            .filter_map(|line| match line {
                Line::Bubble(bubble) => Some(bubble),
                Line::Separator { .. } | Line::Unread | Line::Notice(_) => None,
            })
            .collect()
    }
}
