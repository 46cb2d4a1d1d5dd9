//! The client in a page: `myna-client` with signals around it. What it asks for is done by `browser`; on the server
//! nothing is, and the same code draws the page from the first rows.

mod rows;
mod search;

pub(crate) use rows::{RowSignal, Rows};
pub(crate) use search::Found;

use crate::server_fns::FirstPage;
use leptos::prelude::*;
use myna_client::{Action, Answer, Client, Line, SidebarRow, Status, View};
use myna_protocol::{Command, ConversationId, RequestId, Timestamp, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who else is typing in a conversation, by name.
pub(crate) type Typing = Vec<(UserId, String)>;

/// What is drawn of one conversation.
#[derive(Clone)]
pub(crate) struct Room {
    pub(crate) view: ArcRwSignal<Option<View>>,
    pub(crate) lines: Rows<Line>,
    pub(crate) typing: ArcRwSignal<Typing>,
}

/// The client and what is drawn of it. A handle: clones are the same.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    inner: StoredValue<Inner>,
    #[cfg(feature = "hydrate")]
    browser: StoredValue<crate::browser::Browser, LocalStorage>,
}

struct Inner {
    client: Arc<Mutex<Client>>,
    me: (UserId, String),
    status: ArcRwSignal<Status>,
    sidebar: Rows<SidebarRow>,
    rooms: Arc<Mutex<HashMap<ConversationId, Room>>>,
    asked: Arc<Mutex<HashMap<RequestId, OnAnswer>>>,
}

type OnAnswer = Box<dyn FnOnce(Answer) + Send>;

impl Live {
    /// A client that holds the first page.
    pub(crate) fn new(first: FirstPage) -> Self {
        let me = (first.me.id, first.me.name.clone());
        let mut client = Client::new(first.server_time.millis().unsigned_abs());
        client.start(first.me, first.feeds);
        client.take_changes();
        let sidebar = Rows::new(client.sidebar());
        let status = ArcRwSignal::new(client.status());
        Self {
            inner: StoredValue::new(Inner {
                client: Arc::new(Mutex::new(client)),
                me,
                status,
                sidebar,
                rooms: Arc::default(),
                asked: Arc::default(),
            }),
            #[cfg(feature = "hydrate")]
            browser: StoredValue::new_local(crate::browser::Browser::default()),
        }
    }

    /// Who is signed in: their id and name.
    pub(crate) fn me(self) -> (UserId, String) {
        self.inner.with_value(|inner| inner.me.clone())
    }

    pub(crate) fn status(self) -> ArcRwSignal<Status> {
        self.inner.with_value(|inner| inner.status.clone())
    }

    pub(crate) fn sidebar(self) -> Rows<SidebarRow> {
        self.inner.with_value(|inner| inner.sidebar.clone())
    }

    /// What is drawn of a conversation, from now on kept up to date.
    pub(crate) fn room(self, id: ConversationId) -> Room {
        let (client, rooms) = self.inner.with_value(|inner| (inner.client.clone(), inner.rooms.clone()));
        let client = lock(&client);
        lock(&rooms)
            .entry(id)
            .or_insert_with(|| Room {
                view: ArcRwSignal::new(client.conversation(id)),
                lines: Rows::new(client.transcript(id)),
                typing: ArcRwSignal::new(client.typing(id)),
            })
            .clone()
    }

    /// Lets the client do something, does what it asks for, and draws what changed.
    pub(crate) fn act(self, verb: impl FnOnce(&mut Client, Timestamp) -> Vec<Action>) {
        let Some(client) = self.inner.try_with_value(|inner| inner.client.clone()) else { return };
        let actions = verb(&mut lock(&client), now());
        self.perform(actions);
        self.draw();
    }

    /// Asks for something; `then` is called with the answer, perhaps after reconnecting.
    pub(crate) fn ask(self, command: impl FnOnce(RequestId) -> Command, then: impl FnOnce(Answer) + Send + 'static) {
        let Some((client, asked)) = self.inner.try_with_value(|inner| (inner.client.clone(), inner.asked.clone()))
        else {
            return;
        };
        let (request, actions) = lock(&client).ask(command, now());
        lock(&asked).insert(request, Box::new(then));
        self.perform(actions);
        self.draw();
    }

    /// Asks for a conversation; `then` is called with its id once one is in it.
    pub(crate) fn ask_conversation(
        self,
        command: impl FnOnce(RequestId) -> Command,
        then: impl FnOnce(ConversationId) + Send + 'static,
    ) {
        self.ask(command, move |answer| {
            if let Answer::Done { conversation: Some(id) } = answer {
                then(id);
            }
        });
    }

    fn answered(self, request: RequestId, answer: Answer) {
        let asked = self.inner.try_with_value(|inner| inner.asked.clone());
        let then = asked.and_then(|asked| lock(&asked).remove(&request));
        if let Some(then) = then {
            then(answer);
        }
    }

    fn draw(self) {
        let Some((client, rooms, status, sidebar)) = self.inner.try_with_value(|inner| {
            (inner.client.clone(), inner.rooms.clone(), inner.status.clone(), inner.sidebar.clone())
        }) else {
            return;
        };
        let mut client = lock(&client);
        let changes = client.take_changes();
        let rows = changes.list.then(|| client.sidebar());
        let state = client.status();
        let mut drawn = Vec::new();
        for id in changes.conversations {
            if let Some(room) = lock(&rooms).get(&id).cloned() {
                drawn.push((room, client.conversation(id), client.transcript(id), client.typing(id)));
            }
        }
        // Signals run effects, and those may call the client again: it must be free by then.
        drop(client);
        if let Some(rows) = rows {
            sidebar.set(rows);
        }
        set_if_changed(&status, state);
        for (room, view, lines, typing) in drawn {
            set_if_changed(&room.view, view);
            room.lines.set(lines);
            set_if_changed(&room.typing, typing);
        }
    }

    fn perform(self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Answered(request, answer) => self.answered(request, answer),
                #[cfg(feature = "hydrate")]
                action => self.browse(action),
                #[cfg(not(feature = "hydrate"))]
                _ => {}
            }
        }
    }

    #[cfg(feature = "hydrate")]
    fn browse(self, action: Action) {
        self.browser.try_update_value(|browser| browser.perform(action, self));
    }

    /// Looks at the browser's side; `None` once the page is gone.
    #[cfg(feature = "hydrate")]
    pub(crate) fn browser<T>(self, look: impl FnOnce(&crate::browser::Browser) -> T) -> Option<T> {
        self.browser.try_with_value(look)
    }
}

/// The client of the page around.
pub(crate) fn use_live() -> Live {
    use_context().expect("the chat gives the client to all its components")
}

fn now() -> Timestamp {
    #[cfg(feature = "hydrate")]
    return crate::browser::now();
    // Nothing is done on the server that could ask for the time.
    #[cfg(not(feature = "hydrate"))]
    Timestamp(0)
}

fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
