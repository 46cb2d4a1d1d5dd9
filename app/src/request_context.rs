//! What a server function knows of the request it serves; given by the server as Leptos context.

use crate::i18n::Words;
use crate::preferences::{
    ACCENT_COOKIE, Accent, CLOCK_COOKIE, Clock, LANGUAGE_COOKIE, THEME_COOKIE, Theme, ZONE_COOKIE,
};
use crate::time::server::ReaderZone;
use http::header::{ACCEPT_LANGUAGE, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use myna_chat::store::Session;
use myna_chat::{Chat, Error, SignedIn, Token};
use myna_protocol::{Name, Password, Rejection};
use std::net::IpAddr;

/// The rules, and who asks.
#[derive(Clone)]
pub struct RequestContext {
    pub chat: Chat,
    pub session: Option<Session>,
    /// The sentences in the reader's language.
    pub words: Words,
    /// The theme that was chosen in the settings.
    pub theme: Theme,
    /// The accent that was chosen there.
    pub accent: Accent,
    pub zone: ReaderZone,
    pub cookie: SessionCookie,
    /// The address the request came from.
    pub from: Option<IpAddr>,
    /// The server's one way to turn an error into an answer; it logs what is ours.
    pub refuse: fn(&Error) -> (StatusCode, Rejection),
}

impl RequestContext {
    /// Makes an account and signs it in.
    pub async fn sign_up(&self, name: &str, password: &str) -> Result<SignedIn, Error> {
        let (name, password) = (Name::parse(name)?, Password::parse(password)?);
        self.chat.sign_up(name, password, self.from).await
    }

    /// Signs in by a name and a password.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<SignedIn, Error> {
        self.chat.sign_in(name, password, self.from).await
    }

    /// Ends this session, here and on its sockets.
    pub async fn sign_out(&self) -> Result<(), Error> {
        match &self.session {
            Some(session) => self.chat.sign_out(session.user.id, session.id).await,
            None => Ok(()),
        }
    }

    /// The `Set-Cookie` value that keeps this session in the browser.
    pub fn keep(&self, signed_in: &SignedIn) -> HeaderValue {
        let seconds = signed_in.expires_at.since(self.chat.clock().now()) / 1_000;
        self.cookie.keep(signed_in, seconds)
    }
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
        cookie(headers, self.name()).and_then(Token::from_text)
    }
}

/// The reader's language: the one chosen in the settings, else the first of the browser's that has a catalogue.
pub fn words_for(headers: &HeaderMap) -> Words {
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(Words::in_language);
    chosen.or_else(|| accepted(headers)).unwrap_or_default()
}

/// The theme that was chosen in the settings.
pub fn theme_for(headers: &HeaderMap) -> Theme {
    Theme::named(cookie(headers, THEME_COOKIE))
}

/// The accent that was chosen in the settings.
pub fn accent_for(headers: &HeaderMap) -> Accent {
    Accent::named(cookie(headers, ACCENT_COOKIE))
}

/// The zone and the clock of the reader's device.
pub fn zone_for(headers: &HeaderMap) -> ReaderZone {
    ReaderZone::new(cookie(headers, ZONE_COOKIE), cookie(headers, CLOCK_COOKIE).and_then(Clock::named))
}

/// Browsers list their languages by preference.
fn accepted(headers: &HeaderMap) -> Option<Words> {
    let accepted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted.split(',').find_map(|range| {
        let primary = range.trim().split(['-', ';']).next()?;
        Words::in_language(&primary.to_ascii_lowercase())
    })
}

fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_language_comes_before_the_browsers() {
        for (cookie, accepted, language) in [
            ("", "", "en"),
            ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
            ("", "fr-FR,fr;q=0.9,ES;q=0.5", "es"),
            ("", "fr,*", "en"),
            ("a=b; language=de", "es", "de"),
            ("language=fr", "es", "es"),
            ("language=", ";;,-", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            assert_eq!(words_for(&headers).language(), language, "{cookie} {accepted}");
        }
    }
}
