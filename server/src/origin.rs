//! Requests have to be for us; those that change something, and sockets, are taken from our own pages only.

use crate::config::PublicUrl;
use crate::http::sign_in;
use crate::log_throttle::LogThrottle;
use crate::reply::Refused;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, HOST, ORIGIN, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use myna_app::document::RefusedForm;
use myna_app::request_context::words_for;
use myna_protocol::Rejection;

/// Refuses what is no request for a page or a file of ours (400), what is for another host (421), and what comes from a
/// foreign page (403). A browser always names the origin of a POST and of a socket; other clients
/// may leave it out of a POST, since they carry nobody's cookies unasked.
pub(crate) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    // CONNECT, and a target without a path, are for proxies.
    if *request.method() == Method::CONNECT || request.uri().path().is_empty() {
        return Refused(Rejection::Malformed).into_response();
    }
    // A browser always names the host.
    let is_ours = |host: &HeaderValue| host.to_str().is_ok_and(|host| state.hosts.include(host));
    if !headers.get(HOST).is_none_or(is_ours) {
        static LOG: LogThrottle = LogThrottle::new();
        if LOG.allow() {
            tracing::info!(host = ?headers.get(HOST), "a request for another host was refused: is --public-url right?");
        }
        let why = Rejection::ForeignOrigin;
        // A person sees the answer to an address that they have typed.
        let answer = if request.method() == Method::GET && wants_page(headers) {
            words_for(headers).refusal(why).into_response()
        } else {
            Refused(why).into_response()
        };
        return (StatusCode::MISDIRECTED_REQUEST, answer).into_response();
    }
    let is_socket = headers.contains_key(UPGRADE);
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let refused = match headers.get(ORIGIN) {
        Some(_) if is_socket || changes => !is_own(headers, state.public_url.as_ref()),
        Some(_) => false,
        None => is_socket || (changes && is_cross_site(headers)),
    };
    if refused {
        static LOG: LogThrottle = LogThrottle::new();
        if LOG.allow() {
            let (origin, host) = (headers.get(ORIGIN), headers.get(HOST));
            tracing::info!(?origin, ?host, "a request of a page of another origin was refused: is --public-url right?");
        }
        let why = Rejection::ForeignOrigin;
        return match sign_in::page(request.uri().path()) {
            // A person sees the answer to a form.
            Some(page) => {
                let (parts, _) = request.into_parts();
                sign_in::again(&state, page, parts, RefusedForm { name: String::new(), why }).await
            }
            None => Refused(why).into_response(),
        };
    }
    next.run(request).await
}

/// Whether the request asks for a page, as a browser does for a typed address.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether `Origin` is the address people type, or the very host this request was sent to.
fn is_own(headers: &HeaderMap, public_url: Option<&PublicUrl>) -> bool {
    let Some(origin) = headers.get(ORIGIN).and_then(|value| value.to_str().ok()) else { return false };
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    if !matches!(scheme, "http" | "https") {
        return false;
    }
    if let Some(url) = public_url {
        if authority == url.authority && (scheme == "https") == url.https {
            return true;
        }
        // Where people come by https, a page that came by anything else is not ours.
        if url.https {
            return false;
        }
    }
    headers.get(HOST).and_then(|value| value.to_str().ok()).is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(origin: &str, host: &str, url: Option<&PublicUrl>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        is_own(&headers, url)
    }

    #[test]
    fn the_same_host_is_ours_and_whatever_looks_like_it_is_not() {
        assert!(own("http://127.0.0.1:3000", "127.0.0.1:3000", None));
        for origin in [
            "http://127.0.0.1:3001",
            "http://127.0.0.1",
            "http://127.0.0.1:3000.evil.example",
            "http://evil.example",
            "ftp://127.0.0.1:3000",
            "null",
            "",
        ] {
            assert!(!own(origin, "127.0.0.1:3000", None), "{origin}");
        }
    }

    #[test]
    fn behind_https_only_the_public_address_is_ours() {
        let url = PublicUrl { https: true, authority: "chat.example".to_owned() };
        assert!(own("https://chat.example", "127.0.0.1:3000", Some(&url)));
        assert!(!own("http://chat.example", "chat.example", Some(&url)));
        assert!(!own("http://127.0.0.1:3000", "127.0.0.1:3000", Some(&url)));
    }
}
