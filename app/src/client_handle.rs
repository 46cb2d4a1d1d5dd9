//! The client in a page: `myna-client` with signals around it. What it asks for is done by `browser`; on the server
//! nothing is, and the same code draws the page from the first rows.

mod rows;
mod search;

pub(crate) use rows::{RowSignal, Rows};
pub(crate) use search::Found;

use crate::server_fns::FirstPage;
use leptos::prelude::*;
use myna_client::{Action, Answer, Client, Line, SidebarRow, Status, View};
use myna_protocol::{Command, ConversationId, RequestId, Timestamp, User, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who else is typing in a conversation, by name.
pub(crate) type Typing = Vec<(UserId, String)>;

/// What is drawn of one conversation.
#[derive(Clone)]
pub(crate) struct ConversationSignals {
    pub(crate) view: ArcRwSignal<Option<View>>,
    pub(crate) lines: Rows<Line>,
    pub(crate) typing: ArcRwSignal<Typing>,
    /// Whether one is in it and it is on its way.
    pub(crate) loading: ArcRwSignal<bool>,
}

/// What follows the last row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListEnd {
    /// Whether there are more conversations than the list shows.
    pub(crate) has_more: bool,
    /// Whether the next of them have been asked for.
    pub(crate) loading: bool,
}

impl ListEnd {
    fn of(client: &Client) -> Self {
        Self { has_more: client.has_more_list(), loading: client.is_list_loading() }
    }
}

/// The client and what is drawn of it. A handle: clones are the same.
#[derive(Clone, Copy)]
pub(crate) struct ClientHandle {
    inner: StoredValue<Inner>,
    #[cfg(feature = "hydrate")]
    browser: StoredValue<crate::browser::Browser, LocalStorage>,
}

struct Inner {
    client: Arc<Mutex<Client>>,
    my_id: UserId,
    me: ArcRwSignal<User>,
    status: ArcRwSignal<Status>,
    sidebar: Rows<SidebarRow>,
    list_end: ArcRwSignal<ListEnd>,
    conversations: Arc<Mutex<HashMap<ConversationId, ConversationSignals>>>,
    asked: Arc<Mutex<HashMap<RequestId, OnAnswer>>>,
}

type OnAnswer = Box<dyn FnOnce(Answer) + Send>;

impl ClientHandle {
    /// A client that holds the first page.
    pub(crate) fn new(first: FirstPage) -> Self {
        let me = first.user.clone();
        let mut client = Client::new(first.server_time.millis().unsigned_abs());
        client.start(first.user, first.feeds, first.next);
        client.take_changes();
        let sidebar = Rows::new(client.sidebar());
        let status = ArcRwSignal::new(client.status());
        let list_end = ArcRwSignal::new(ListEnd::of(&client));
        let (my_id, me) = (me.id, ArcRwSignal::new(me));
        Self {
            inner: StoredValue::new(Inner {
                client: Arc::new(Mutex::new(client)),
                my_id,
                me,
                status,
                sidebar,
                list_end,
                conversations: Arc::default(),
                asked: Arc::default(),
            }),
            #[cfg(feature = "hydrate")]
            browser: StoredValue::new_local(crate::browser::Browser::default()),
        }
    }

    /// Who is signed in.
    pub(crate) fn my_id(self) -> UserId {
        self.inner.with_value(|inner| inner.my_id)
    }

    /// Who is signed in, with the name they have now.
    pub(crate) fn me(self) -> ArcRwSignal<User> {
        self.inner.with_value(|inner| inner.me.clone())
    }

    pub(crate) fn status(self) -> ArcRwSignal<Status> {
        self.inner.with_value(|inner| inner.status.clone())
    }

    pub(crate) fn sidebar(self) -> Rows<SidebarRow> {
        self.inner.with_value(|inner| inner.sidebar.clone())
    }

    /// Whether the list goes on after its last row.
    pub(crate) fn list_end(self) -> ArcRwSignal<ListEnd> {
        self.inner.with_value(|inner| inner.list_end.clone())
    }

    /// What is drawn of a conversation, from now on kept up to date.
    pub(crate) fn signals(self, id: ConversationId) -> ConversationSignals {
        let (client, conversations) =
            self.inner.with_value(|inner| (inner.client.clone(), inner.conversations.clone()));
        let client = lock(&client);
        lock(&conversations)
            .entry(id)
            .or_insert_with(|| ConversationSignals {
                view: ArcRwSignal::new(client.conversation(id)),
                lines: Rows::new(client.transcript(id)),
                typing: ArcRwSignal::new(client.typing(id)),
                loading: ArcRwSignal::new(client.is_loading(id)),
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
        self.request(|client, now| client.ask(command, now), then);
    }

    /// Asks for something by a verb of the client; `then` is called with the answer, perhaps after reconnecting.
    pub(crate) fn request(
        self,
        verb: impl FnOnce(&mut Client, Timestamp) -> (RequestId, Vec<Action>),
        then: impl FnOnce(Answer) + Send + 'static,
    ) {
        let Some((client, asked)) = self.inner.try_with_value(|inner| (inner.client.clone(), inner.asked.clone()))
        else {
            return;
        };
        let (request, actions) = verb(&mut lock(&client), now());
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
        let Some((client, conversations)) =
            self.inner.try_with_value(|inner| (inner.client.clone(), inner.conversations.clone()))
        else {
            return;
        };
        let (status, me) = (self.status(), self.me());
        let (sidebar, list_end) = (self.sidebar(), self.list_end());
        let mut client = lock(&client);
        let changes = client.take_changes();
        let rows = changes.list.then(|| client.sidebar());
        let (state, user, end) = (client.status(), client.me().cloned(), ListEnd::of(&client));
        let mut drawn = Vec::new();
        for id in changes.conversations {
            if let Some(signals) = lock(&conversations).get(&id).cloned() {
                let (view, lines, typing) = (client.conversation(id), client.transcript(id), client.typing(id));
                drawn.push((signals, view, lines, typing, client.is_loading(id)));
            }
        }
        // Signals run effects, and those may call the client again: it must be free by then.
        drop(client);
        if let Some(rows) = rows {
            sidebar.set(rows);
        }
        set_if_changed(&list_end, end);
        set_if_changed(&status, state);
        if let Some(user) = user {
            set_if_changed(&me, user);
        }
        for (signals, view, lines, typing, loading) in drawn {
            set_if_changed(&signals.loading, loading);
            set_if_changed(&signals.view, view);
            signals.lines.set(lines);
            set_if_changed(&signals.typing, typing);
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
pub(crate) fn use_client() -> ClientHandle {
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
