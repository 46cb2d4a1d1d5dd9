//! The forms to sign in, up and out. They need no script: the answer is the chat, or the page again with a sentence.

use crate::state::AppState;
use crate::{pages, reply};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use myna_app::document::{Page, RefusedForm, destination};
use myna_protocol::Rejection;
use serde::Deserialize;

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// The page whose form is sent to this path.
pub(crate) fn page(path: &str) -> Option<Page> {
    match path {
        "/sign-in" => Some(Page::SignIn),
        "/sign-up" => Some(Page::SignUp),
        _ => None,
    }
}

pub(crate) async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    submit(state, Page::SignIn, request).await
}

pub(crate) async fn sign_up(State(state): State<AppState>, request: Request) -> Response {
    submit(state, Page::SignUp, request).await
}

/// Ends the session.
pub(crate) async fn sign_out(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match pages::context(&state, &parts).sign_out().await {
        Ok(()) => lead_to("/sign-in", state.cookie.forget()),
        Err(error) => {
            let refused = RefusedForm { name: String::new(), why: reply::refuse(&error).1 };
            again(&state, Page::SignIn, parts, refused).await
        }
    }
}

async fn submit(state: AppState, page: Page, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = Form::<Credentials>::from_request(Request::from_parts(parts.clone(), body), &state).await;
    let Ok(Form(Credentials { name, password })) = form else {
        let why = Rejection::Malformed;
        return again(&state, page, parts, RefusedForm { name: String::new(), why }).await;
    };
    let context = pages::context(&state, &parts);
    let signed_in = match page {
        Page::SignUp => context.sign_up(&name, &password).await,
        Page::SignIn | Page::Chat | Page::NotFound => context.sign_in(&name, &password).await,
    };
    match signed_in {
        Ok(signed_in) => lead_to(&destination(&parts.uri), context.keep(&signed_in)),
        Err(error) => again(&state, page, parts, RefusedForm { name, why: reply::refuse(&error).1 }).await,
    }
}

fn lead_to(path: &str, cookie: HeaderValue) -> Response {
    (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie)], [(LOCATION, path)]).into_response()
}

/// The page again, with what was wrong.
pub(crate) async fn again(state: &AppState, page: Page, parts: Parts, refused: RefusedForm) -> Response {
    let status = reply::status(refused.why);
    let mut response = pages::render(state, page, Some(refused), Request::from_parts(parts, Body::empty())).await;
    *response.status_mut() = status;
    response
}
