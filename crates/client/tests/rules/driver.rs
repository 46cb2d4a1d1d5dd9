//! A world of one model server and a few clients, whose frames are delivered, lost, repeated and mixed up at will.

use crate::model::{START, Server, Told, client_id, user};
use myna_client::{Action, Answer, Client, Line, Status, Title, Unsent};
use myna_protocol::{ClientId, Command, ConversationId, Event, RequestId, Seq, Text, Timestamp, User, UserId};
use std::collections::{BTreeMap, VecDeque};

/// One client with its socket and what it keeps.
pub(crate) struct Peer {
    pub(crate) client: Client,
    /// Whether there is a socket.
    pub(crate) connected: bool,
    /// Frames on their way to the client, in groups that stay together.
    pub(crate) inbox: VecDeque<Vec<Event>>,
    /// Frames on their way to the server.
    pub(crate) said: VecDeque<Command>,
    pub(crate) wake: Option<Timestamp>,
    /// What survives a reload, in the order of writing.
    pub(crate) kept: Vec<Unsent>,
    /// The edits that are written down, by message.
    pub(crate) edits: BTreeMap<(ConversationId, Seq), String>,
    pub(crate) answers: BTreeMap<RequestId, Answer>,
    pub(crate) signed_out: bool,
}

impl Peer {
    fn new(me: &User) -> Self {
        Self {
            client: Client::new(u64::from(me.id.as_bytes()[0])),
            connected: false,
            inbox: VecDeque::new(),
            said: VecDeque::new(),
            wake: None,
            kept: Vec::new(),
            edits: BTreeMap::new(),
            answers: BTreeMap::new(),
            signed_out: false,
        }
    }

    /// Does what the client asks for; a socket that is asked for opens in `World::settle` or `World::open`.
    pub(crate) fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Connect => assert!(!self.connected, "one socket at a time"),
                Action::Close(_) => self.cut(),
                Action::Send(command) => {
                    assert!(self.connected, "said {command:?} without a socket");
                    self.said.push_back(command);
                }
                Action::WakeAt(at) => self.wake = Some(at),
                Action::Keep(unsent) => match self.kept.iter_mut().find(|kept| kept.client_id == unsent.client_id) {
                    Some(kept) => *kept = unsent,
                    None => self.kept.push(unsent),
                },
                Action::Forget(client_id) => self.kept.retain(|kept| kept.client_id != client_id),
                Action::KeepDraft(..) | Action::KeepReply(..) => {}
                Action::KeepEdit(id, seq, text) => match text {
                    Some(text) => drop(self.edits.insert((id, seq), text)),
                    None => drop(self.edits.remove(&(id, seq))),
                },
                Action::Answered(id, answer) => assert!(self.answers.insert(id, answer).is_none(), "answered twice"),
                Action::SignedOut => self.signed_out = true,
            }
        }
    }

    /// The socket is gone, with everything on its way.
    pub(crate) fn cut(&mut self) {
        self.connected = false;
        self.inbox.clear();
        self.said.clear();
    }
}

/// The server and its clients.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) peers: BTreeMap<UserId, Peer>,
    texts: u64,
}

impl World {
    pub(crate) fn now(&self) -> Timestamp {
        self.server.at()
    }

    pub(crate) fn pass(&mut self, millis: i64) {
        self.server.now += millis;
    }

    pub(crate) fn peer(&mut self, n: u8) -> &mut Peer {
        self.peers.get_mut(&user(n).id).expect("the test has added this person")
    }

    /// Adds a client that begins with a rendered page.
    pub(crate) fn add(&mut self, n: u8) {
        let me = user(n);
        let mut peer = Peer::new(&me);
        let id = me.id;
        let (feeds, next) = self.server.page(id);
        peer.client.start(self.server.user(id), feeds, next);
        self.peers.insert(id, peer);
    }

    /// Does something to a client, at this moment.
    pub(crate) fn with<T>(&mut self, n: u8, act: impl FnOnce(&mut Client, Timestamp) -> (T, Vec<Action>)) -> T {
        let now = self.now();
        let peer = self.peer(n);
        let (value, actions) = act(&mut peer.client, now);
        peer.perform(actions);
        value
    }

    pub(crate) fn act(&mut self, n: u8, act: impl FnOnce(&mut Client, Timestamp) -> Vec<Action>) {
        self.with(n, |client, now| ((), act(client, now)));
    }

    /// Writes a message with a text and a client id that were never used before.
    pub(crate) fn write(&mut self, n: u8, id: ConversationId) -> (ClientId, String) {
        self.texts += 1;
        let (client_id, text) = (client_id(self.texts), format!("text {}", self.texts));
        let parsed = Text::parse(&text).expect("it is a plain text");
        self.act(n, |client, now| client.send(id, client_id, parsed, now));
        (client_id, text)
    }

    /// Opens the socket that a client waits for, if it does.
    pub(crate) fn open(&mut self, n: u8) {
        if self.peer(n).client.status() == Status::Connecting {
            self.peer(n).connected = true;
            self.act(n, Client::opened);
        }
    }

    pub(crate) fn cut(&mut self, n: u8) {
        if std::mem::take(&mut self.peer(n).connected) {
            self.peer(n).cut();
            self.act(n, |client, now| client.closed(None, now));
        }
    }

    /// A page is loaded again: only what was kept survives.
    pub(crate) fn reload(&mut self, n: u8) {
        let kept = std::mem::take(&mut self.peer(n).kept);
        self.add(n);
        self.peer(n).kept = kept.clone();
        self.act(n, |client, now| client.restore(kept, now));
        self.act(n, Client::connect);
    }

    /// Puts what was told into the inboxes of whom it was told.
    pub(crate) fn tell(&mut self, told: Vec<Told>) {
        for (people, rows) in told {
            for user in people {
                if let Some(peer) = self.peers.get_mut(&user).filter(|peer| peer.connected) {
                    peer.inbox.push_back(vec![Event::Rows(rows.clone())]);
                }
            }
        }
    }

    /// The server hears the oldest frame of a client.
    pub(crate) fn hear(&mut self, n: u8) -> bool {
        let Some(command) = self.peer(n).said.pop_front() else { return false };
        let (answer, told) = self.server.answer(&user(n), command);
        self.tell(told);
        self.peer(n).inbox.extend(answer);
        true
    }

    /// The server is too busy for the oldest frame of a client.
    pub(crate) fn refuse(&mut self, n: u8) {
        let request = self.peer(n).said.front().and_then(Command::request);
        if let Some(request) = request {
            self.peer(n).said.pop_front();
            let busy = crate::model::rejected(request, myna_protocol::Rejection::Unavailable);
            self.peer(n).inbox.push_back(vec![busy]);
        }
    }

    /// A client hears one of the groups on their way to it.
    pub(crate) fn deliver(&mut self, n: u8, place: usize) -> bool {
        let Some(events) = self.peer(n).inbox.remove(place) else { return false };
        for event in events {
            self.act(n, |client, now| client.event(event, now));
        }
        true
    }

    /// Lets everything happen that is on its way, in order, and wakes who asked for it, until nothing is left to do.
    pub(crate) fn settle(&mut self) {
        let people: Vec<u8> = self.peers.keys().map(|id| id.as_bytes()[0]).collect();
        let mut idle: usize = 0;
        for _ in 0..20_000 {
            let mut busy = false;
            for n in &people {
                self.open(*n);
                // That a healthy connection is asked whether it is there never ends.
                busy |= self.peer(*n).said.iter().any(|said| !matches!(said, Command::Ping {}));
                while self.hear(*n) {}
                busy |= self.peer(*n).inbox.iter().any(|group| !matches!(group.as_slice(), [Event::Pong { .. }]));
                while self.deliver(*n, 0) {}
            }
            idle = if busy { 0 } else { idle + 1 };
            let all_live = self.peers.values().all(|peer| peer.client.status() == Status::Live);
            if idle > 3 * people.len() + 6 && all_live {
                return;
            }
            if !busy {
                self.wake(&people);
            }
        }
        panic!("it never settles");
    }

    /// Passes the time until the next wake-up that is not the ping of a healthy connection.
    fn wake(&mut self, people: &[u8]) {
        let next = self.peers.values().filter_map(|peer| peer.wake).min();
        if let Some(next) = next.filter(|next| next.since(self.now()) < 31_000) {
            self.server.now = self.server.now.max(next.since(START));
        }
        for n in people {
            if self.peer(*n).wake.is_some_and(|wake| wake <= self.now()) {
                self.peer(*n).wake = None;
                self.act(*n, Client::tick);
            }
            let status = self.peer(*n).client.status();
            if status == Status::Idle {
                self.act(*n, Client::connect);
            }
        }
    }

    /// Loads the whole list of a client, and all history and all members of every conversation in it.
    pub(crate) fn load_all(&mut self, n: u8) {
        while self.peer(n).client.has_more_list() {
            self.act(n, Client::more_list);
            self.settle();
        }
        self.load_members(n);
        for _ in 0..1_000 {
            let rows = self.peer(n).client.sidebar();
            let more: Vec<_> = rows.iter().map(|row| row.id).filter(|id| self.has_older(n, *id)).collect();
            if more.is_empty() {
                return;
            }
            for id in more {
                self.act(n, |client, now| client.older(id, now));
            }
            self.settle();
        }
        panic!("history never ends");
    }

    fn load_members(&mut self, n: u8) {
        let mut rows: Vec<_> = self.peer(n).client.sidebar().into_iter().map(|row| row.id).collect();
        for _ in 0..1_000 {
            for id in &rows {
                self.act(n, |client, now| client.more_members(*id, now));
            }
            rows.retain(|id| self.peer(n).client.conversation(*id).is_some_and(|view| view.loading_people));
            self.settle();
            if rows.is_empty() {
                return;
            }
        }
        panic!("members never end");
    }

    fn has_older(&mut self, n: u8, id: ConversationId) -> bool {
        self.peer(n).client.conversation(id).is_some_and(|view| view.has_older)
    }

    /// Everything that a client shows.
    pub(crate) fn shows(&mut self, n: u8) -> String {
        let client = &mut self.peer(n).client;
        client.take_changes();
        assert_eq!(client.list(0..usize::MAX), client.sidebar(), "the list is kept in order");
        let mut all = format!("{:?}\n", client.me());
        for row in client.sidebar() {
            all += &format!("{row:#?}\n{:#?}\n{:#?}\n", client.conversation(row.id), client.transcript(row.id));
        }
        all
    }
}

/// The title of a conversation with this name, or with this person.
pub(crate) fn named(name: &str) -> Title {
    Title::Name(name.to_owned())
}

/// The title of a group without a name, by all its other members.
pub(crate) fn members(names: &[&str]) -> Title {
    Title::Members { names: names.iter().map(|&name| name.to_owned()).collect(), others: 0 }
}

/// The texts of a transcript.
pub(crate) fn texts(lines: &[Line]) -> Vec<String> {
    let bubbles = lines.iter().filter_map(|line| match line {
        Line::Bubble(bubble) => Some(bubble.text.clone()),
        Line::Separator { .. } | Line::Unread | Line::Notice(_) => None,
    });
    bubbles.collect()
}
