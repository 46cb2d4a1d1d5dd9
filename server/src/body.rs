//! Bodies, read as a whole: that of a request before anything else is done, with so many bytes at most in so much time at
//! most, and that of a page before it is sent.

use crate::reply::Refused;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use myna_protocol::Rejection;
use percent_encoding::percent_decode;
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes in the body of a request: forms and server functions carry little.
const BODY_BYTES: usize = 64 * 1024;
/// Bytes of a page.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How long a body may take: for the longest that is 2 KiB a second.
const BODY_TIMEOUT: Duration = Duration::from_secs(25);

/// Reads the body. Refuses one that is too large (413), too slow (408) or broken (400).
pub(crate) async fn read(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    if body.size_hint().lower() > BODY_BYTES as u64 {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match timeout(BODY_TIMEOUT, to_bytes(body, BODY_BYTES)).await {
        // Whoever reads a form replaces what is no UTF-8, and two passwords become one.
        Ok(Ok(bytes)) if is_form(&parts.headers) && percent_decode(&bytes).decode_utf8().is_err() => {
            refusal(StatusCode::BAD_REQUEST)
        }
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if error.source().is_some_and(|source| source.is::<LengthLimitError>()) => {
            refusal(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Ok(Err(_)) => refusal(StatusCode::BAD_REQUEST),
        Err(_) => refusal(StatusCode::REQUEST_TIMEOUT),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// Renders the whole page before any of it is sent. What renders it takes many times its bytes, and a client that does not
/// read would keep all that alive.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    // The feeds in a page are bounded, so this limit is one for mistakes.
    match to_bytes(body, PAGE_BYTES).await {
        Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refusal(status: StatusCode) -> Response {
    (status, Refused(Rejection::Malformed)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use bytes::Bytes;
    use futures_util::stream::{self, Stream, StreamExt};
    use std::convert::Infallible;
    use tokio::time::{Instant, interval};
    use tower::ServiceExt;

    type Chunk = Result<Bytes, Infallible>;

    async fn answer(body: Body) -> (StatusCode, String) {
        let app = Router::new().route("/", post(|body: String| async move { body })).layer(from_fn(read));
        let request = Request::post("/").body(body).unwrap();
        let answer = app.oneshot(request).await.unwrap();
        let (status, body) = (answer.status(), to_bytes(answer.into_body(), usize::MAX).await.unwrap());
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// One byte each second.
    fn drops() -> impl Stream<Item = Chunk> + Send {
        stream::unfold(interval(Duration::from_secs(1)), |mut second| async {
            second.tick().await;
            Some((Ok(Bytes::from_static(b"x")), second))
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_in_time_is_handed_on() {
        assert_eq!(answer(Body::empty()).await, (StatusCode::OK, String::new()));
        assert_eq!(answer(Body::from_stream(drops().take(5))).await, (StatusCode::OK, "xxxxx".to_owned()));
        let long = "x".repeat(BODY_BYTES);
        assert_eq!(answer(Body::from(long.clone())).await, (StatusCode::OK, long));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_given_up_after_thirty_seconds() {
        let silent = Body::from_stream(stream::pending::<Chunk>());
        for body in [silent, Body::from_stream(drops())] {
            let start = Instant::now();
            assert_eq!(answer(body).await.0, StatusCode::REQUEST_TIMEOUT);
            assert_eq!(start.elapsed(), BODY_TIMEOUT);
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
        let chunks = stream::repeat_with(|| Chunk::Ok(Bytes::from_static(&[b'x'; 1_000])));
        for body in [Body::from("x".repeat(BODY_BYTES + 1)), Body::from_stream(chunks)] {
            assert_eq!(answer(body).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        }
    }
}
