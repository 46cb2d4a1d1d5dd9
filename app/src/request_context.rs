//! What a server function knows of the request it serves; given by the server as Leptos context.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use myna_chat::store::Session;
use myna_chat::{Chat, Error, SignedIn, Token};
use myna_protocol::Rejection;
use std::net::IpAddr;

/// The rules, and who asks.
#[derive(Clone)]
pub struct RequestContext {
    pub chat: Chat,
    pub session: Option<Session>,
    pub cookie: SessionCookie,
    /// The address the request came from.
    pub from: Option<IpAddr>,
    /// The server's one way to turn an error into an answer; it logs what is ours.
    pub refuse: fn(&Error) -> (StatusCode, Rejection),
}

/// How the session's token travels: the one place that knows the cookie's name and flags.
#[derive(Debug, Clone, Copy)]
pub struct SessionCookie {
    /// Whether people reach the server by https. Then the cookie goes by nothing else.
    pub secure: bool,
}

impl SessionCookie {
    fn name(self) -> &'static str {
        if self.secure { "__Host-myna" } else { "myna" }
    }

    fn flags(self) -> &'static str {
        if self.secure { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
    }

    /// The `Set-Cookie` value that keeps this session in the browser.
    pub fn keep(self, signed_in: &SignedIn, seconds: i64) -> HeaderValue {
        let value = format!("{}={}; Max-Age={seconds}; {}", self.name(), signed_in.token.to_text(), self.flags());
        HeaderValue::from_str(&value).expect("hexadecimal digits and flags are valid in a header")
    }

    /// The `Set-Cookie` value that forgets the session.
    pub fn forget(self) -> HeaderValue {
        let value = format!("{}=; Max-Age=0; {}", self.name(), self.flags());
        HeaderValue::from_str(&value).expect("flags are valid in a header")
    }

    /// The token that the request carries.
    pub fn token(self, headers: &HeaderMap) -> Option<Token> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .and_then(|(_, value)| Token::from_text(value))
    }
}
