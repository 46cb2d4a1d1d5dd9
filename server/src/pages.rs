//! The pages, as Leptos makes them, and what they and the server functions find in their context.

use crate::auth::Signed;
use crate::client_address::ClientAddress;
use crate::headers::PageNonce;
use crate::reply;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use http::request::Parts;
use leptos::context::{provide_context, use_context};
use leptos::nonce::Nonce;
use leptos_axum::render_app_async_with_context;
use myna_app::document::{Page, RefusedForm, destination, document, with_destination};
use myna_app::request_context::{RequestContext, accent_for, theme_for, words_for, zone_for};

/// All addresses of the chat.
pub(crate) async fn chat(State(state): State<AppState>, request: Request) -> Response {
    if is_signed_in(&request) {
        return render(&state, Page::Chat, None, request).await;
    }
    lead_to(&with_destination("/sign-in", request.uri().path()))
}

pub(crate) async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    if is_signed_in(&request) {
        lead_to(&destination(request.uri()))
    } else {
        render(&state, Page::SignIn, None, request).await
    }
}

pub(crate) async fn sign_up(State(state): State<AppState>, request: Request) -> Response {
    if is_signed_in(&request) {
        lead_to(&destination(request.uri()))
    } else {
        render(&state, Page::SignUp, None, request).await
    }
}

fn is_signed_in(request: &Request) -> bool {
    request.extensions().get::<Signed>().is_some()
}

fn lead_to(path: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, path)]).into_response()
}

/// The whole page, once all that it shows is loaded.
pub(crate) async fn render(
    state: &AppState,
    page: Page,
    refused: Option<RefusedForm>,
    request: Request<Body>,
) -> Response {
    let options = state.leptos.clone();
    let context = {
        let state = state.clone();
        move || {
            give_context(&state);
            if let Some(refused) = &refused {
                provide_context(refused.clone());
            }
        }
    };
    render_app_async_with_context(context, move || document(options.clone(), page))(request).await
}

/// What a page or a server function finds in its context: the rules, who asks, and the page's nonce.
pub(crate) fn give_context(state: &AppState) {
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(PageNonce(nonce)) = parts.extensions.get::<PageNonce>() {
        provide_context(Nonce::from_value(nonce.as_str()));
    }
    provide_context(context(state, &parts));
}

/// Who asks, and for what.
pub(crate) fn context(state: &AppState, parts: &Parts) -> RequestContext {
    RequestContext {
        chat: state.chat.clone(),
        session: parts.extensions.get::<Signed>().map(|signed| signed.0.clone()),
        words: words_for(&parts.headers),
        theme: theme_for(&parts.headers),
        accent: accent_for(&parts.headers),
        zone: zone_for(&parts.headers),
        cookie: state.cookie,
        from: parts.extensions.get::<ClientAddress>().map(|address| address.0),
        refuse: reply::refuse,
    }
}
