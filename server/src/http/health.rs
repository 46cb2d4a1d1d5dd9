//! `/health`: the process runs. `/ready`: whether it can also serve, because its store answers, and how that store is.

use crate::reply::refuse;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use myna_chat::Error;
use myna_chat::store::{BusState, Circuit};
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
    /// Whether the store is asked at all.
    circuit: &'static str,
    /// Whether the other nodes are heard.
    bus: &'static str,
    sockets: usize,
}

/// 503 while the store does not answer.
pub(crate) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Ready>) {
    let (status, word) = match state.chat.ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => (refuse(&Error::Store(error)).0, "unavailable"),
    };
    let health = state.chat.health();
    let (circuit, bus) = (circuit(health.circuit), bus(health.bus));
    (status, Json(Ready { status: word, store: word, circuit, bus, sockets: state.chat.hub().connections() }))
}

fn circuit(circuit: Circuit) -> &'static str {
    match circuit {
        Circuit::Closed => "closed",
        Circuit::Open => "open",
        Circuit::HalfOpen => "half_open",
    }
}

fn bus(bus: BusState) -> &'static str {
    match bus {
        BusState::Alone => "alone",
        BusState::Live => "live",
        BusState::Polling => "polling",
    }
}
