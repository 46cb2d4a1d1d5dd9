//! HTTP requests as a browser sends them, from a source address of the attacker's choice.

use anyhow::Context;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How long a request may take before it counts as refused.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// A password that every server takes.
pub(super) const PASSWORD: &str = "kestrel under the old bridge";

/// A browser at one source address.
#[derive(Debug, Clone)]
pub(super) struct HttpClient {
    client: Client,
    server: SocketAddr,
}

/// What the server answered to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The answer carries a new session's cookie.
    SignedIn,
    Refused(StatusCode),
    /// No answer within [`TIMEOUT`], or the connection broke.
    Unanswered,
}

/// The loopback address of the n-th source: servers limit by address, and people have one each.
pub(super) fn source(n: usize) -> Ipv4Addr {
    let [high, low] = ((n % 60_000) as u16).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low.max(1))
}

impl HttpClient {
    /// A browser at this source address, for the server at the other one.
    pub(super) fn new(source: Ipv4Addr, server: SocketAddr) -> anyhow::Result<Self> {
        let client = Client::builder()
            .local_address(Some(source.into()))
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build()
            .context("there is no HTTP client")?;
        Ok(Self { client, server })
    }

    pub(super) async fn sign_up(&self, name: &str, password: &str) -> Answer {
        self.form("/api/sign_up", name, password).await
    }

    pub(super) async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.form("/api/sign_in", name, password).await
    }

    async fn form(&self, path: &str, name: &str, password: &str) -> Answer {
        let request = self.client.post(format!("http://{}{path}", self.server));
        match request.form(&[("name", name), ("password", password)]).send().await {
            Ok(answer) if answer.headers().contains_key(SET_COOKIE) => Answer::SignedIn,
            Ok(answer) => Answer::Refused(answer.status()),
            Err(_) => Answer::Unanswered,
        }
    }

    /// The whole page at this path, with the cookie of this session token or without one: its status and its bytes.
    pub(super) async fn page(&self, path: &str, token: Option<&str>) -> anyhow::Result<(StatusCode, usize)> {
        let mut request = self.client.get(format!("http://{}{path}", self.server));
        if let Some(token) = token {
            request = request.header(COOKIE, format!("myna={token}"));
        }
        let answer = request.send().await.context("the page does not come")?;
        Ok((answer.status(), answer.bytes().await.context("the page breaks off")?.len()))
    }
}
