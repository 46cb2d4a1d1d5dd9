//! A person's socket, from the client's end.

use super::{Person, messages, new_conversation, new_message, rows, soon};
use futures_util::{SinkExt, StreamExt};
use myna_protocol::{ClientId, Command, ConversationId, Event, Feed, Rejection, RequestId, Rev, Seq, Signal, UserId};
use std::collections::{BTreeMap, VecDeque};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

/// An open socket. Everything it waits for has a deadline.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    me: UserId,
    requests: RequestId,
    /// What came while something else was waited for, in its order.
    heard: VecDeque<Event>,
    /// Where it says things to itself, to know that all before them has come.
    note: Option<ConversationId>,
}

/// The handshake of a person's own page.
fn request(person: &Person) -> Request<()> {
    let mut request = format!("ws://{}/ws", person.place.address).into_client_request().expect("this is an address");
    for (name, value) in
        [("origin", person.place.origin.as_str()), ("cookie", &person.cookie), ("sec-websocket-protocol", "myna.v1")]
    {
        request.headers_mut().insert(name, value.parse().expect("this is a header"));
    }
    request
}

impl Socket {
    pub(super) async fn open(person: &Person) -> Self {
        let opened = async {
            let stream = TcpStream::connect(person.place.address).await.expect("the server listens");
            Self::over(stream, person).await
        };
        soon("a socket opens", opened).await
    }

    /// A socket, if the server is there for long enough.
    pub(crate) async fn try_open(person: &Person) -> Option<Self> {
        let opened = async { Self::try_over(TcpStream::connect(person.place.address).await.ok()?, person).await };
        soon("a socket opens, or does not", opened).await
    }

    /// A socket over this connection.
    pub(crate) async fn over(stream: TcpStream, person: &Person) -> Self {
        Self::try_over(stream, person).await.expect("the server takes the socket")
    }

    /// A socket over this connection, if the server is there for long enough.
    async fn try_over(stream: TcpStream, person: &Person) -> Option<Self> {
        stream.set_nodelay(true).ok()?;
        let (stream, _) = client_async(request(person), stream).await.ok()?;
        Some(Self { stream, me: person.id, requests: 0, heard: VecDeque::new(), note: None })
    }

    /// Says hello, and answers everything up to being caught up.
    pub(crate) async fn hello(&mut self, cursors: BTreeMap<Feed, Rev>) -> Vec<Event> {
        self.say(&Command::Hello { cursors }).await;
        let mut told = Vec::new();
        loop {
            let event = self.next().await;
            let done = matches!(event, Event::CaughtUp { request: None, .. });
            told.push(event);
            if done {
                return told;
            }
        }
    }

    pub(crate) async fn say(&mut self, command: &Command) {
        self.say_text(&serde_json::to_string(command).expect("commands can be written")).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.say_frame(Message::text(text)).await;
    }

    pub(crate) async fn say_frame(&mut self, frame: Message) {
        let said = soon("a frame is taken", self.stream.send(frame)).await;
        said.expect("the socket is open");
    }

    /// Puts a command where `flush` takes it from; `None` when the socket is gone.
    pub(crate) async fn queue(&mut self, command: &Command) -> Option<()> {
        let text = serde_json::to_string(command).expect("commands can be written");
        soon("a frame is taken or refused", self.stream.feed(Message::text(text))).await.ok()
    }

    /// Sends what was put there; `None` when the socket is gone.
    pub(crate) async fn flush(&mut self) -> Option<()> {
        soon("frames go out or are refused", self.stream.flush()).await.ok()
    }

    /// The next text as it came; `None` when the socket is gone.
    pub(crate) async fn next_text(&mut self) -> Option<Utf8Bytes> {
        loop {
            match soon("a frame comes", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => return Some(text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Says something to a server that may be going.
    pub(crate) async fn try_say(&mut self, command: &Command) -> bool {
        self.try_say_frame(Message::text(serde_json::to_string(command).expect("commands can be written"))).await
    }

    /// Says something that the server may refuse to read to its end.
    pub(crate) async fn try_say_frame(&mut self, frame: Message) -> bool {
        soon("a frame is taken or refused", self.stream.send(frame)).await.is_ok()
    }

    /// The next event, or the code with which the server closed the socket; `None` when it did not say one.
    pub(crate) async fn hear(&mut self) -> Result<Event, Option<u16>> {
        loop {
            match soon("a frame comes", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")));
                }
                Some(Ok(Message::Close(close))) => return Err(close.map(|close| close.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Event {
        if let Some(event) = self.heard.pop_front() {
            return event;
        }
        self.hear().await.unwrap_or_else(|code| panic!("the socket was closed with {code:?}"))
    }

    /// Waits for an event; what comes before it is passed over.
    pub(crate) async fn expect<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(picked) = pick(&self.next().await) {
                    return picked;
                }
            }
        };
        soon(what, waiting).await
    }

    /// Waits until the server closes the socket: its code, and what was told before.
    pub(crate) async fn closed(&mut self) -> (Option<u16>, Vec<Event>) {
        let mut told: Vec<Event> = self.heard.drain(..).collect();
        let waiting = async {
            loop {
                match self.hear().await {
                    Ok(event) => told.push(event),
                    Err(code) => return code,
                }
            }
        };
        let code = soon("the server closes the socket", waiting).await;
        (code, told)
    }

    /// The client goes, as a closed tab does.
    pub(crate) async fn leave_page(mut self) {
        // The server may have been quicker.
        let _ = soon("the socket closes", self.stream.close(None)).await;
    }

    /// Asks for something and answers what it is answered with; what else comes meanwhile is kept for later.
    pub(crate) async fn ask(&mut self, command: impl FnOnce(RequestId) -> Command) -> Event {
        self.requests += 1;
        let id = self.requests;
        self.say(&command(id)).await;
        let mut before = std::mem::take(&mut self.heard);
        let answer = async {
            loop {
                let event =
                    self.hear().await.unwrap_or_else(|code| panic!("closed with {code:?} instead of an answer"));
                if answers(&event) == Some(id) {
                    return event;
                }
                before.push_back(event);
            }
        };
        let answer = soon("an answer", answer).await;
        self.heard = before;
        answer
    }

    /// Asks for something that has to be done: the conversation it is about, and the place of what was sent.
    async fn done(&mut self, command: impl FnOnce(RequestId) -> Command) -> (ConversationId, Option<Seq>) {
        match self.ask(command).await {
            Event::Ack { conversation: Some(conversation), seq, .. } => (conversation, seq),
            other => panic!("not done: {other:?}"),
        }
    }

    /// Asks for something that has to be refused.
    pub(crate) async fn refused(&mut self, command: impl FnOnce(RequestId) -> Command) -> Rejection {
        match self.ask(command).await {
            Event::Rejected { code, .. } => code,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(crate) async fn direct(&mut self, user: UserId) -> ConversationId {
        self.done(|request| Command::Direct { request, user }).await.0
    }

    pub(crate) async fn group(&mut self, people: &[&Person]) -> ConversationId {
        let users = people.iter().map(|person| person.id).collect();
        let conversation = new_conversation();
        self.done(|request| Command::Group { request, conversation, name: None, users }).await.0
    }

    pub(crate) async fn channel(&mut self, name: &str) -> ConversationId {
        let conversation = new_conversation();
        self.done(|request| Command::Channel { request, conversation, name: name.to_owned() }).await.0
    }

    pub(crate) async fn join(&mut self, conversation: ConversationId) {
        self.done(|request| Command::Join { request, conversation }).await;
    }

    pub(crate) async fn leave(&mut self, conversation: ConversationId) {
        self.done(|request| Command::Leave { request, conversation }).await;
    }

    pub(crate) async fn read(&mut self, conversation: ConversationId, seq: Seq) {
        self.done(|request| Command::Read { request, conversation, seq }).await;
    }

    pub(crate) async fn send(&mut self, conversation: ConversationId, text: &str) -> Seq {
        self.send_as(conversation, new_message(), text).await
    }

    pub(crate) async fn send_as(&mut self, conversation: ConversationId, client_id: ClientId, text: &str) -> Seq {
        let text = text.to_owned();
        let (_, seq) =
            self.done(|request| Command::Send { request, conversation, client_id, text, reply_to: None }).await;
        seq.expect("a sent message has a place")
    }

    /// Sends many messages without waiting for the answer to each.
    pub(crate) async fn send_many(&mut self, conversation: ConversationId, texts: impl IntoIterator<Item = String>) {
        let first = self.requests + 1;
        for text in texts {
            self.requests += 1;
            let (request, client_id) = (self.requests, new_message());
            let command = Command::Send { request, conversation, client_id, text, reply_to: None };
            let frame = serde_json::to_string(&command).expect("commands can be written");
            soon("a frame is taken", self.stream.feed(Message::text(frame))).await.expect("the socket is open");
            // So many may be unanswered; reading keeps both sides from waiting for each other.
            if self.requests - first >= 32 {
                self.answered(self.requests - 32).await;
            }
        }
        for request in (self.requests + 1).saturating_sub(32).max(first)..=self.requests {
            self.answered(request).await;
        }
    }

    /// Waits for the answer to this send.
    async fn answered(&mut self, request: RequestId) {
        soon("frames go out", self.stream.flush()).await.expect("the socket is open");
        let is_answer = |event: &Event| answers(event) == Some(request);
        if let Some(place) = self.heard.iter().position(is_answer) {
            self.heard.remove(place);
            return;
        }
        loop {
            let event = self.hear().await.unwrap_or_else(|code| panic!("closed with {code:?} instead of an answer"));
            if is_answer(&event) {
                assert!(matches!(event, Event::Ack { .. }), "not sent: {event:?}");
                return;
            }
            self.heard.push_back(event);
        }
    }

    pub(crate) async fn type_in(&mut self, conversation: ConversationId, typing: bool) {
        self.requests += 1;
        self.say(&Command::Typing { request: self.requests, conversation, typing }).await;
        self.ping().await;
    }

    /// Waits until the server has taken all that was said so far.
    pub(crate) async fn ping(&mut self) {
        self.say(&Command::Ping {}).await;
        let mut before = std::mem::take(&mut self.heard);
        loop {
            match self.next().await {
                Event::Pong { .. } => break,
                event => before.push_back(event),
            }
        }
        self.heard = before;
    }

    /// Waits for a message with this text: its place.
    pub(crate) async fn hears(&mut self, text: &str) -> Seq {
        let find =
            |event: &Event| messages(event).iter().find(|message| message.text == text).map(|message| message.seq);
        self.expect(&format!("the message {text:?}"), find).await
    }

    /// Waits for word of somebody typing.
    pub(crate) async fn sees_typing(&mut self, who: UserId) -> (ConversationId, bool) {
        self.expect("typing is seen", |event| match event {
            Event::Signal(Signal::Typing { conversation, user, typing, .. }) if *user == who => {
                Some((*conversation, *typing))
            }
            _ => None,
        })
        .await
    }

    /// Waits for word that somebody came or went.
    pub(crate) async fn sees_presence(&mut self, who: UserId, there: bool) {
        self.expect("presence is seen", |event| match event {
            Event::Signal(Signal::Presence { users, online }) if users.contains(&who) && *online == there => Some(()),
            _ => None,
        })
        .await;
    }

    /// Makes the place for notes to oneself, and passes over what came so far.
    pub(super) async fn make_note(&mut self) {
        self.note = Some(self.direct(self.me).await);
        self.everything().await;
    }

    /// Everything that was on its way to this socket when this was called: a note to oneself goes through the same queue,
    /// so that what was on its way comes before it.
    pub(crate) async fn everything(&mut self) -> Vec<Event> {
        let note = self.note.expect("this socket can write notes");
        let client_id = new_message();
        self.send_as(note, client_id, "note").await;
        let mut told = Vec::new();
        loop {
            let event = self.next().await;
            let is_end = messages(&event).iter().any(|message| message.client_id == client_id);
            if rows(&event).is_none_or(|rows| rows.feed != Feed::Conversation(note)) {
                told.push(event);
            }
            if is_end {
                return told;
            }
        }
    }
}

/// The request that an event answers.
fn answers(event: &Event) -> Option<RequestId> {
    match event {
        Event::Ack { request, .. } | Event::Page { request, .. } | Event::Found { request, .. } => Some(*request),
        Event::CaughtUp { request, .. } | Event::Rejected { request, .. } => *request,
        _ => None,
    }
}
