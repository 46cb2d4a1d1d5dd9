//! The table of contents: every path this server answers.

use crate::auth::{self, Signed};
use crate::client_address::ClientAddress;
use crate::headers::{self, PageNonce};
use crate::http::{health, session};
use crate::state::AppState;
use crate::{body, client_address, files, origin, reply, socket};
use ::http::request::Parts;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use leptos::context::{provide_context, use_context};
use leptos::nonce::Nonce;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use myna_app::request_context::{RequestContext, theme_for, words_for, zone_for};
use myna_app::{App, shell};
use std::sync::LazyLock;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// The paths of the pages: the same for every server of a process, and made once, because while Leptos makes them no page
/// in the process can load anything.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

pub(crate) fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || give_context(&state)
    };
    let page = {
        let options = state.leptos.clone();
        move || shell(options.clone())
    };
    let not_found = leptos_axum::file_and_error_handler_with_context::<AppState, _>(context.clone(), {
        let page = page.clone();
        move |_| page()
    });
    // Pages and server functions know who asks.
    let app = Router::new()
        .leptos_routes_with_context(&state, PAGES.clone(), context, page)
        .fallback(not_found)
        .layer(from_fn(body::render))
        .layer(from_fn(reply::check_arguments))
        .layer(from_fn_with_state(state.clone(), auth::remember));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/session", get(session::session))
        .route("/ws", get(socket::upgrade))
        .merge(app)
        .merge(files::serve(&state.leptos))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .layer(from_fn(body::read))
        .layer(from_fn_with_state(state.clone(), client_address::find))
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .with_state(state)
}

/// What a page or a server function finds in its context: the rules, who asks, and the page's nonce.
fn give_context(state: &AppState) {
    let parts = use_context::<Parts>();
    let extensions = parts.as_ref().map(|parts| &parts.extensions);
    if let Some(PageNonce(nonce)) = extensions.and_then(|extensions| extensions.get::<PageNonce>()) {
        provide_context(Nonce::from_value(nonce.as_str()));
    }
    let address = extensions.and_then(|extensions| extensions.get::<ClientAddress>());
    provide_context(RequestContext {
        chat: state.chat.clone(),
        session: extensions.and_then(|extensions| extensions.get::<Signed>()).map(|signed| signed.0.clone()),
        words: parts.as_ref().map(|parts| words_for(&parts.headers)).unwrap_or_default(),
        theme: parts.as_ref().map(|parts| theme_for(&parts.headers)).unwrap_or_default(),
        zone: parts.as_ref().map(|parts| zone_for(&parts.headers)).unwrap_or_default(),
        cookie: state.cookie,
        from: address.map(|address| address.0),
        refuse: reply::refuse,
    });
}
