//! The client in a page: `myna-client` with signals around it. What it asks for is done by `browser`; on the server
//! nothing is, and the same code draws the page from the first rows.

mod list;
mod rows;
mod search;

pub(crate) use list::ListSignals;
pub(crate) use rows::{RowSignal, Rows};
pub(crate) use search::Found;

use crate::problem::Problem;
use crate::server_fns::FirstPage;
use leptos::prelude::*;
use myna_client::{Action, Answer, Client, Line, Quote, Status, View};
use myna_protocol::{Command, ConversationId, RequestId, Seq, Timestamp, User, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who else is typing in a conversation, by name.
pub(crate) type Typing = Vec<(UserId, String)>;

/// What is drawn of one conversation.
#[derive(Clone)]
pub(crate) struct ConversationSignals {
    pub(crate) view: ArcRwSignal<Option<View>>,
    pub(crate) lines: Rows<Line>,
    /// Of the thread that is open in its place.
    pub(crate) thread: Rows<Line>,
    /// The message that the draft answers.
    pub(crate) replying: ArcRwSignal<Option<Quote>>,
    pub(crate) typing: ArcRwSignal<Typing>,
    /// What is in the composer, as it is kept: a draft, or another text for a sent message.
    pub(crate) written: ArcRwSignal<String>,
    /// The place of the message that it is for; 0 when it is a draft.
    pub(crate) edited: ArcRwSignal<Seq>,
    /// Whether one is in it and it is on its way.
    pub(crate) loading: ArcRwSignal<bool>,
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
    /// How many sockets in a row a server that answers has not opened.
    refused_sockets: ArcRwSignal<u64>,
    /// Why the last thing that was asked for was not done.
    problem: ArcRwSignal<Option<Problem>>,
    list: ListSignals,
    /// Changes whenever a scheduled message does.
    schedule: ArcRwSignal<u64>,
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
        let list = ListSignals::new(&client);
        let status = ArcRwSignal::new(client.status());
        let (my_id, me) = (me.id, ArcRwSignal::new(me));
        Self {
            inner: StoredValue::new(Inner {
                client: Arc::new(Mutex::new(client)),
                my_id,
                me,
                status,
                refused_sockets: ArcRwSignal::new(0),
                problem: ArcRwSignal::new(None),
                list,
                schedule: ArcRwSignal::new(0),
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

    /// How many sockets in a row a server that answers has not opened.
    pub(crate) fn refused_sockets(self) -> ArcRwSignal<u64> {
        self.inner.with_value(|inner| inner.refused_sockets.clone())
    }

    /// A socket was, or was not, refused by a server that answers.
    #[cfg(feature = "hydrate")]
    pub(crate) fn socket_refused(self, is_refused: bool) {
        if let Some(count) = self.inner.try_with_value(|inner| inner.refused_sockets.clone()) {
            set_if_changed(&count, if is_refused { count.get_untracked().saturating_add(1) } else { 0 });
        }
    }

    /// Why the last thing that was asked for was not done, until that is dismissed.
    pub(crate) fn problem(self) -> ArcRwSignal<Option<Problem>> {
        self.inner.with_value(|inner| inner.problem.clone())
    }

    /// Says on screen why something was not done.
    pub(crate) fn tell(self, problem: Problem) {
        if let Some(signal) = self.inner.try_with_value(|inner| inner.problem.clone()) {
            signal.set(Some(problem));
        }
    }

    /// Changes whenever a scheduled message does.
    pub(crate) fn schedule(self) -> ArcRwSignal<u64> {
        self.inner.with_value(|inner| inner.schedule.clone())
    }

    pub(crate) fn list(self) -> ListSignals {
        self.inner.with_value(|inner| inner.list.clone())
    }

    /// Draws these rows of the list from now on.
    #[cfg(feature = "hydrate")]
    pub(crate) fn show_in_list(self, range: std::ops::Range<usize>) {
        let Some((client, list)) = self.inner.try_with_value(|inner| (inner.client.clone(), inner.list.clone())) else {
            return;
        };
        if list.range.with_untracked(|shown| *shown == range) {
            return;
        }
        let rows = lock(&client).list(range.clone());
        list.range.set(range);
        list.rows.set(rows);
    }

    /// Looks at what the client knows; not tracked.
    pub(crate) fn look<T>(self, look: impl FnOnce(&Client) -> T) -> T {
        let client = self.inner.with_value(|inner| inner.client.clone());
        let client = lock(&client);
        look(&client)
    }

    /// Looks at the client, at this time.
    pub(crate) fn look_now<T>(self, look: impl FnOnce(&Client, Timestamp) -> T) -> T {
        self.look(|client| look(client, now()))
    }

    /// Asks for something by a verb of the client. A refusal is said on screen.
    pub(crate) fn change(self, verb: impl FnOnce(&mut Client, Timestamp) -> (RequestId, Vec<Action>)) {
        self.request(verb, move |answer| {
            if let Answer::Rejected(code, _) = answer {
                self.tell(Problem::Refused(code));
            }
        });
    }

    /// What is drawn of a conversation, kept up to date until another one is drawn.
    pub(crate) fn signals(self, id: ConversationId) -> ConversationSignals {
        let (client, conversations) =
            self.inner.with_value(|inner| (inner.client.clone(), inner.conversations.clone()));
        let client = lock(&client);
        let mut conversations = lock(&conversations);
        conversations.retain(|drawn, _| *drawn == id);
        conversations
            .entry(id)
            .or_insert_with(|| ConversationSignals {
                view: ArcRwSignal::new(client.conversation(id)),
                lines: Rows::new(client.lines(id)),
                thread: Rows::new(client.thread_lines(id)),
                replying: ArcRwSignal::new(client.replying(id)),
                typing: ArcRwSignal::new(client.typing(id)),
                written: ArcRwSignal::new(client.written(id).0.to_owned()),
                edited: ArcRwSignal::new(client.written(id).1),
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

    /// Asks for something by a verb of the client; `then` is called with the answer, perhaps after reconnecting. `None` when
    /// the page is gone.
    pub(crate) fn request(
        self,
        verb: impl FnOnce(&mut Client, Timestamp) -> (RequestId, Vec<Action>),
        then: impl FnOnce(Answer) + Send + 'static,
    ) -> Option<RequestId> {
        let (client, asked) = self.inner.try_with_value(|inner| (inner.client.clone(), inner.asked.clone()))?;
        let (request, actions) = verb(&mut lock(&client), now());
        lock(&asked).insert(request, Box::new(then));
        self.perform(actions);
        self.draw();
        Some(request)
    }

    /// Gives up what was asked for; false if the server has been asked already.
    pub(crate) fn cancel(self, request: RequestId) -> bool {
        let Some((client, asked)) = self.inner.try_with_value(|inner| (inner.client.clone(), inner.asked.clone()))
        else {
            return false;
        };
        let is_given_up = lock(&client).cancel(request);
        if is_given_up {
            lock(&asked).remove(&request);
        }
        is_given_up
    }

    /// Asks for a conversation; `then` is called with its id once one is in it. A refusal is said on screen.
    pub(crate) fn ask_conversation(
        self,
        command: impl FnOnce(RequestId) -> Command,
        then: impl FnOnce(ConversationId) + Send + 'static,
    ) {
        self.ask(command, move |answer| {
            if let Some(id) = self.conversation_of(&answer) {
                then(id);
            }
        });
    }

    /// The conversation that was asked for; says so if it was refused.
    pub(crate) fn conversation_of(self, answer: &Answer) -> Option<ConversationId> {
        match answer {
            Answer::Done { conversation } => *conversation,
            Answer::Rejected(code, _) => {
                self.tell(Problem::Refused(*code));
                None
            }
            Answer::Found { .. } => None,
        }
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
        let list = self.list();
        let mut client = lock(&client);
        let changes = client.take_changes();
        let drawn_list = changes.list.then(|| list.read(&client, &changes.conversations));
        let (state, user) = (client.status(), client.me().cloned());
        let mut drawn = Vec::new();
        for id in changes.conversations {
            if let Some(signals) = lock(&conversations).get(&id).cloned() {
                let lines = changes.transcripts.contains(&id).then(|| (client.lines(id), client.thread_lines(id)));
                let replying = client.replying(id);
                let (view, typing) = (client.conversation(id), client.typing(id));
                let (written, loading) = (client.written(id), client.is_loading(id));
                let written = (written.0.to_owned(), written.1);
                drawn.push((signals, view, lines, typing, written, replying, loading));
            }
        }
        #[cfg(feature = "hydrate")]
        if changes.news {
            crate::browser::new_message();
        }
        // Signals run effects, and those may call the client again: it must be free by then.
        drop(client);
        if changes.schedule {
            self.schedule().update(|changes| *changes += 1);
        }
        if let Some(drawn) = drawn_list {
            list.draw(drawn);
        }
        set_if_changed(&status, state);
        if let Some(user) = user {
            set_if_changed(&me, user);
        }
        for (signals, view, lines, typing, (written, edited), replying, loading) in drawn {
            set_if_changed(&signals.loading, loading);
            set_if_changed(&signals.view, view);
            if let Some((lines, thread)) = lines {
                #[cfg(feature = "hydrate")]
                crate::browser::page::keep_focus();
                signals.lines.set(lines);
                signals.thread.set(thread);
            }
            set_if_changed(&signals.replying, replying);
            set_if_changed(&signals.typing, typing);
            set_if_changed(&signals.edited, edited);
            set_if_changed(&signals.written, written);
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

    /// The session is being ended from this page: when it has ended, nothing of it stays on the device.
    #[cfg(feature = "hydrate")]
    pub(crate) fn signs_out(self, signs_out: bool) {
        self.browser.try_update_value(|browser| browser.signs_out = signs_out);
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
