//! Headers that every answer carries, and the nonce of each page.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use std::sync::LazyLock;

/// The value that lets a page's own scripts run: unguessable, and another one for each answer.
#[derive(Clone)]
pub(crate) struct PageNonce(pub(crate) String);

/// A fresh nonce into the request; the headers into the answer.
pub(crate) async fn secure(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = nonce();
    let policy = policy(&nonce, live_reload(&state));
    request.extensions_mut().insert(PageNonce(nonce));
    let is_file = is_public_file(request.uri().path());
    let mut response = next.run(request).await;
    let is_kept = is_file && response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if state.cookie.secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Pages hold what people wrote to each other: no cache keeps them.
    let cached = if is_kept { "public, max-age=86400" } else { "no-store" };
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(cached));
    response
}

/// Whether the path is one of the files in `public/`, such as the icon. No page has a full stop in its path.
fn is_public_file(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| matches!(folder, "" | "/fonts") && name.contains('.'))
}

fn nonce() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system always has random bytes once it has started");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The port where pages hear of a new build, while `cargo leptos watch` runs this server.
fn live_reload(state: &AppState) -> Option<u32> {
    static IS_WATCHED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("LEPTOS_WATCH").is_some());
    IS_WATCHED.then_some(state.leptos.reload_port)
}

fn policy(nonce: &str, live_reload: Option<u32>) -> HeaderValue {
    let reload = live_reload.map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self'{reload}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("the policy is plain ASCII")
}
