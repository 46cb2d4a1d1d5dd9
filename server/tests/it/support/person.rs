//! Somebody who uses the server, in one browser.

use super::{Answer, Place, Socket};
use myna_app::server_fns::FirstPage;
use myna_protocol::{ConversationId, Feed, Rev, UserId};
use std::collections::BTreeMap;

/// What everybody here uses.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody signed in: their cookie is all that their browser holds.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) id: UserId,
    pub(crate) cookie: String,
    pub(crate) place: Place,
}

impl Person {
    /// Whom this answer of the door has let in.
    pub(super) async fn entered(place: &Place, name: &str, answer: &Answer) -> Self {
        let cookie = answer.set_cookie().unwrap_or_else(|| panic!("{name} is let in: {answer:?}"));
        let cookie = cookie.split(';').next().expect("a cookie begins with its value").to_owned();
        let mut person = Self { name: name.to_owned(), id: UserId::from_bytes([0; 16]), cookie, place: place.clone() };
        person.id = person.first_page(None).await.user.id;
        person
    }

    /// The same browser, after the server came back somewhere else.
    pub(crate) fn at(&self, place: &Place) -> Self {
        Self { place: place.clone(), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.place.request_get(path).header("cookie", &self.cookie).header("accept", "text/html")).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.place.request_post(path).header("cookie", &self.cookie).form(fields)).await
    }

    pub(crate) async fn sign_out(&self) -> Answer {
        self.post("/api/sign_out", &[]).await
    }

    /// What the first page is made of.
    pub(crate) async fn first_page(&self, open: Option<ConversationId>) -> FirstPage {
        let open = open.map(|id| id.to_string());
        let fields: Vec<_> = open.iter().map(|id| ("open", id.as_str())).collect();
        let answer = self.post("/api/first_page", &fields).await;
        serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    /// Whether the server still takes the cookie.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.get("/").await.status == 200
    }

    /// A socket that has not said hello.
    pub(crate) async fn open(&self) -> Socket {
        Socket::open(self).await
    }

    /// A socket that knows everything, and has read what it was told so far.
    pub(crate) async fn socket(&self) -> Socket {
        let mut socket = self.open().await;
        socket.hello(BTreeMap::new()).await;
        socket.make_note().await;
        socket
    }

    /// A socket that resumes from these cursors, and what it was told.
    pub(crate) async fn resume(&self, cursors: BTreeMap<Feed, Rev>) -> (Socket, Vec<myna_protocol::Event>) {
        let mut socket = self.open().await;
        let told = socket.hello(cursors).await;
        (socket, told)
    }
}
