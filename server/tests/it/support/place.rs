//! Where a server is, and what it answers over HTTP.

use super::{PASSWORD, Person, soon};
use http::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use std::net::SocketAddr;

/// The address of a server, and of the pages that count as its own.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) origin: String,
    client: Client,
}

/// An answer over HTTP, read in full.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Place {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("the HTTP client can be built");
        Self { address, origin: format!("http://{address}"), client }
    }

    /// The same server, reached through pages of another origin.
    pub(crate) fn by_way_of(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request_get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    /// A POST as a page of the origin sends it.
    pub(crate) fn request_post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path)).header("origin", &self.origin)
    }

    /// A POST that does not say where it comes from.
    pub(crate) fn request_post_from_nowhere(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request_get(path)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.request_post(path).form(fields)).await
    }

    /// What the door answers to a name and a password, at `sign_up` or `sign_in`.
    pub(crate) async fn enter(&self, door: &str, name: &str, password: &str) -> Answer {
        self.post(&format!("/api/{door}"), &[("name", name), ("password", password)]).await
    }

    /// A new person, signed in.
    pub(crate) async fn sign_up(&self, name: &str) -> Person {
        let answer = self.enter("sign_up", name, PASSWORD).await;
        Person::entered(self, name, &answer).await
    }

    /// Somebody who is known already, in one more browser.
    pub(crate) async fn sign_in(&self, name: &str) -> Person {
        let answer = self.enter("sign_in", name, PASSWORD).await;
        Person::entered(self, name, &answer).await
    }
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let read = async {
            let response = request.send().await.expect("the server answers");
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Self { status, headers, body: response.text().await.expect("the answer can be read") }
        };
        soon("an answer", read).await
    }

    /// A header's value; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("the header is text"))
    }

    /// The cookie that this answer sets, flags and all.
    pub(crate) fn set_cookie(&self) -> Option<&str> {
        self.headers.get("set-cookie").map(|value| value.to_str().expect("the cookie is text"))
    }

    /// Asserts a refusal by its status and its code.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body.contains(&format!("\"{code}\""))), (status, true), "{code}: {self:?}");
        assert_eq!(self.set_cookie(), None, "a refusal signs nobody in");
    }
}
