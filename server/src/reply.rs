//! The one place where a refusal becomes an answer: an HTTP status with a JSON body, or a `rejected` frame.

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use myna_chat::Error;
use myna_protocol::{Event, Rejection, RequestId};
use serde::Serialize;

/// A refusal on its way out over HTTP.
pub(crate) struct Refused(pub(crate) Rejection);

#[derive(Serialize)]
struct Body {
    code: Rejection,
    text: String,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Body { code: self.0, text: self.0.to_string() };
        (status(self.0), Json(body)).into_response()
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(refuse(&error).1)
    }
}

/// The status and the refusal that a server function answers with.
pub(crate) fn refuse(error: &Error) -> (StatusCode, Rejection) {
    log(error);
    let rejection = error.rejection();
    (status(rejection), rejection)
}

/// Gives a server function that could not be called, because its arguments could not be read, the status of the caller's
/// mistake. One that was called has set its own (`refuse`).
pub(crate) async fn check_arguments(mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        // Whoever accepts HTML would be led back to whatever page they name as the one before. These are for programs.
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR && response.headers().contains_key(SERVER_FN_ERROR_HEADER)
    {
        *response.status_mut() = status(Rejection::Malformed);
    }
    response
}

/// The frame that refuses a command.
pub(crate) fn rejected(request: Option<RequestId>, error: &Error) -> Event {
    log(error);
    let code = error.rejection();
    Event::Rejected { request, code, text: code.to_string() }
}

/// The frame that refuses what is no command; `why` says what is wrong with it.
pub(crate) fn malformed(request: Option<RequestId>, why: &str) -> Event {
    Event::Rejected { request, code: Rejection::Malformed, text: format!("{}: {why}", Rejection::Malformed) }
}

/// What fails on our side is logged here, once; the caller is told no details.
fn log(error: &Error) {
    match error {
        Error::Rejected(_) | Error::Stopping => {}
        Error::Store(error) => tracing::error!(%error, "the store failed"),
    }
}

/// The status that goes with a refusal.
pub(crate) fn status(rejection: Rejection) -> StatusCode {
    match rejection {
        Rejection::Unauthenticated | Rejection::BadCredentials => StatusCode::UNAUTHORIZED,
        Rejection::ForeignOrigin | Rejection::NotAllowed => StatusCode::FORBIDDEN,
        Rejection::MessageUnsent => StatusCode::GONE,
        Rejection::NotFound => StatusCode::NOT_FOUND,
        Rejection::NameTaken
        | Rejection::ClientIdReused
        | Rejection::IdTaken
        | Rejection::DirectStays
        | Rejection::EditTooLate
        | Rejection::EditTooOften
        | Rejection::MessageForwarded
        | Rejection::TooManyReactions
        | Rejection::TooManyScheduled
        | Rejection::UnsendTooLate => StatusCode::CONFLICT,
        Rejection::NameInvalid
        | Rejection::PasswordTooShort
        | Rejection::PasswordTooLong
        | Rejection::TextEmpty
        | Rejection::TextTooLong
        | Rejection::TextInvalid
        | Rejection::EmojiInvalid
        | Rejection::TimePast
        | Rejection::TimeTooFar
        | Rejection::TooManyMembers
        | Rejection::TooFewMembers => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::Malformed | Rejection::OutOfOrder => StatusCode::BAD_REQUEST,
        Rejection::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Rejection::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Rejection::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
