//! What has to work without a socket: signing up, in and out, and the first page. Thin: the request, one call into the rules,
//! the error mapped.

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

/// Makes an account and signs it in.
#[server(prefix = "/api", endpoint = "sign_up")]
pub async fn sign_up(name: String, password: String) -> Result<(), Problem> {
    let request = ssr::request()?;
    let signed_in = request.sign_up(&name, &password).await;
    ssr::keep(&request, signed_in)
}

/// Signs in.
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(name: String, password: String) -> Result<(), Problem> {
    let request = ssr::request()?;
    let signed_in = request.sign_in(&name, &password).await;
    ssr::keep(&request, signed_in)
}

/// Ends this session, here and on its sockets.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), Problem> {
    let request = ssr::request()?;
    request.sign_out().await.map_err(|error| ssr::refuse(&request, &error))?;
    ssr::set_cookie(request.cookie.forget());
    Ok(())
}

/// The first page, with a page of messages of the open conversation.
#[server(prefix = "/api", endpoint = "first_page")]
pub async fn load_first_page(open: Option<ConversationId>) -> Result<FirstPage, Problem> {
    let request = ssr::request()?;
    let Some(session) = request.session.clone() else {
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
    use http::header::SET_COOKIE;
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use myna_chat::{Error, SignedIn};

    pub(super) fn request() -> Result<RequestContext, Problem> {
        use_context().ok_or(Problem::Unreachable)
    }

    /// Keeps the new session in the browser.
    pub(super) fn keep(request: &RequestContext, signed_in: Result<SignedIn, Error>) -> Result<(), Problem> {
        let signed_in = signed_in.map_err(|error| refuse(request, &error))?;
        set_cookie(request.keep(&signed_in));
        Ok(())
    }

    pub(super) fn set_cookie(cookie: HeaderValue) {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    /// The refusal, with its HTTP status.
    pub(super) fn refuse(request: &RequestContext, error: &Error) -> Problem {
        let (status, rejection) = (request.refuse)(error);
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(status);
        }
        Problem::Refused(rejection)
    }
}
