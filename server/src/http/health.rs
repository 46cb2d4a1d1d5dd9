//! `/health`: the process runs. `/ready`: it can also serve, because its store answers.

use crate::reply::Refused;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use myna_chat::Error;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
}

pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

#[derive(Serialize)]
pub(crate) struct Ready {
    status: &'static str,
    store: &'static str,
    sockets: usize,
}

/// 503 while the store does not answer.
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Json<Ready>, Refused> {
    state.chat.ping().await.map_err(Error::Store)?;
    Ok(Json(Ready { status: "ok", store: "ok", sockets: state.chat.hub().connections() }))
}
