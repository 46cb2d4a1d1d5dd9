//! What has to work without a socket: the forms to sign in and up, and the first page. Thin: the request, one call into the
//! rules, the error mapped.

use crate::problem::Problem;
use leptos::server;
use myna_protocol::{ConversationId, FeedRows, ListPosition, Timestamp, User};
use serde::{Deserialize, Serialize};

/// Everything that the first page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstPage {
    pub user: User,
    /// Fresh loads, as a socket would bring them: the server's feed, one's own, and the newest conversations.
    pub feeds: Vec<FeedRows>,
    /// Where the list of conversations goes on; `None` when it is complete.
    pub next: Option<ListPosition>,
    pub server_time: Timestamp,
}

/// Makes an account, signs it in, and goes to the chat.
#[server(prefix = "/api", endpoint = "sign_up")]
pub async fn sign_up(name: String, password: String) -> Result<(), Problem> {
    use myna_protocol::{Name, Password};
    let request = ssr::request()?;
    let parsed = Name::parse(&name).and_then(|name| Ok((name, Password::parse(&password)?)));
    let signed_in = match parsed {
        Ok((name, password)) => request.chat.sign_up(name, password, request.from).await,
        Err(rejection) => Err(rejection.into()),
    };
    ssr::enter(&request, signed_in)
}

/// Signs in and goes to the chat.
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(name: String, password: String) -> Result<(), Problem> {
    let request = ssr::request()?;
    let signed_in = request.chat.sign_in(&name, &password, request.from).await;
    ssr::enter(&request, signed_in)
}

/// Ends this session, here and on its sockets, and goes to the page to sign in.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), Problem> {
    let request = ssr::request()?;
    if let Some(session) = &request.session {
        request.chat.sign_out(session.user.id, session.id).await.map_err(|error| ssr::refuse(&request, &error))?;
    }
    ssr::set_cookie(request.cookie.forget());
    // A page that runs goes there by itself, and leaves nothing of itself behind in the browser's history.
    if ssr::is_form() {
        leptos_axum::redirect("/sign-in");
    }
    Ok(())
}

/// The first page, with a page of messages of the open conversation. Goes to the page to sign in when nobody is signed in.
#[server(prefix = "/api", endpoint = "first_page")]
pub async fn load_first_page(open: Option<ConversationId>) -> Result<FirstPage, Problem> {
    let request = ssr::request()?;
    let Some(session) = request.session.clone() else {
        leptos_axum::redirect("/sign-in");
        return Err(ssr::refuse(&request, &myna_protocol::Rejection::Unauthenticated.into()));
    };
    match request.chat.snapshot(session.user.id, open).await {
        Ok(snapshot) => Ok(FirstPage {
            user: session.user,
            feeds: snapshot.feeds,
            next: snapshot.next,
            server_time: request.chat.clock().now(),
        }),
        Err(error) => Err(ssr::refuse(&request, &error)),
    }
}

#[cfg(feature = "ssr")]
mod ssr {
    use crate::problem::Problem;
    use crate::request_context::RequestContext;
    use http::HeaderValue;
    use http::header::{ACCEPT, SET_COOKIE};
    use http::request::Parts;
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use myna_chat::{Error, SignedIn};

    pub(super) fn request() -> Result<RequestContext, Problem> {
        use_context().ok_or(Problem::Unreachable)
    }

    /// Keeps the new session in the browser and goes to the chat.
    pub(super) fn enter(request: &RequestContext, signed_in: Result<SignedIn, Error>) -> Result<(), Problem> {
        let signed_in = signed_in.map_err(|error| refuse(request, &error))?;
        let seconds = signed_in.expires_at.since(request.chat.clock().now()) / 1_000;
        set_cookie(request.cookie.keep(&signed_in, seconds));
        leptos_axum::redirect("/");
        Ok(())
    }

    pub(super) fn set_cookie(cookie: HeaderValue) {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    /// Whether a form asks, without WASM: its answer is a page.
    pub(super) fn is_form() -> bool {
        let accept = use_context::<Parts>().and_then(|parts| parts.headers.get(ACCEPT).cloned());
        accept.is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")))
    }

    /// The refusal, with its HTTP status; but a form sent without WASM is led back to its page, which shows the sentence.
    pub(super) fn refuse(request: &RequestContext, error: &Error) -> Problem {
        let (status, rejection) = (request.refuse)(error);
        if let Some(response) = use_context::<ResponseOptions>().filter(|_| !is_form()) {
            response.set_status(status);
        }
        Problem::Refused(rejection)
    }
}
