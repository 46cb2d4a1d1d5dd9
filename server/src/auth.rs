//! Who asks: the session of a request's cookie.

use crate::reply::Refused;
use crate::state::AppState;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use myna_chat::store::Session;
use myna_protocol::Rejection;

/// The session that a request belongs to.
#[derive(Clone)]
pub(crate) struct Signed(pub(crate) Session);

/// The session of these headers; `None` when there is none, or when it has ended.
async fn session(state: &AppState, headers: &HeaderMap) -> Result<Option<Session>, Refused> {
    match state.cookie.token(headers) {
        Some(token) => Ok(state.chat.session(&token).await?),
        None => Ok(None),
    }
}

impl FromRequestParts<AppState> for Signed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let session = session(state, &parts.headers).await?;
        session.map(Self).ok_or(Refused(Rejection::Unauthenticated))
    }
}

impl OptionalFromRequestParts<AppState> for Signed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, Refused> {
        Ok(session(state, &parts.headers).await?.map(Self))
    }
}

/// Puts the session of the request, if there is one, where pages and server functions find it.
pub(crate) async fn remember(
    State(state): State<AppState>,
    signed: Option<Signed>,
    mut request: Request,
    next: Next,
) -> Response {
    let _ = state;
    if let Some(signed) = signed {
        request.extensions_mut().insert(signed);
    }
    next.run(request).await
}
