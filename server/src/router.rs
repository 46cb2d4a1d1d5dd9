//! The table of contents: every path this server answers.

use crate::http::{emoji, health, session, sign_in};
use crate::state::AppState;
use crate::{auth, body, client_address, files, headers, origin, pages, reply, socket};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context};
use myna_app::document::{Page, document};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

pub(crate) fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || pages::give_context(&state)
    };
    let not_found = {
        let options = state.leptos.clone();
        file_and_error_handler_with_context::<AppState, _>(context.clone(), move |_| {
            document(options.clone(), Page::NotFound)
        })
    };
    // Pages and server functions know who asks.
    let app = Router::new()
        .route("/", get(pages::chat))
        .route("/c/{conversation}", get(pages::chat))
        .route("/c/{conversation}/{message}", get(pages::chat))
        .route("/new", get(pages::chat))
        .route("/channels", get(pages::chat))
        .route("/settings", get(pages::chat))
        .route("/sign-in", get(pages::sign_in).post(sign_in::sign_in))
        .route("/sign-up", get(pages::sign_up).post(sign_in::sign_up))
        .route("/sign-out", post(sign_in::sign_out))
        // The server functions: Leptos knows them all. Its list of pages is empty.
        .leptos_routes_with_context(&state, Vec::new(), context, || ())
        .fallback(not_found)
        .layer(from_fn(body::render))
        .layer(from_fn(reply::check_arguments))
        .layer(from_fn_with_state(state.clone(), auth::remember));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/session", get(session::session))
        .route(myna_app::emoji::PATH, get(emoji::emoji))
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
