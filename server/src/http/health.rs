//! `/health`: the process runs. `/ready`: whether it can also serve, because its store answers and all its tasks run.

mod store_check;

use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use myna_chat::bus::BusState;
use myna_chat::health::Circuit;
use serde::Serialize;
pub(crate) use store_check::StoreCheck;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
}

pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Anybody may read it: it holds states, and nothing that was counted or said.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ready {
    status: &'static str,
    store: &'static str,
    /// Whether the store is asked at all.
    circuit: &'static str,
    /// Whether the other nodes are heard.
    bus: &'static str,
    /// The long-lived tasks of the process that do not run now.
    down: Vec<&'static str>,
}

/// 503 while the store does not answer, or while one of the process's tasks is down.
pub(crate) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Ready>) {
    let store_answers = state.store_check.ask(|| async { state.chat.ping().await.is_ok() }).await;
    let (status, ready) = verdict(store_answers, state.chat.health());
    (status, Json(ready))
}

fn verdict(store_answers: bool, health: myna_chat::Health) -> (StatusCode, Ready) {
    let word = |ok| if ok { "ok" } else { "unavailable" };
    let ok = store_answers && health.down.is_empty();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let (circuit, bus) = (circuit(health.circuit), bus(health.bus));
    (status, Ready { status: word(ok), store: word(store_answers), circuit, bus, down: health.down })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(store_answers: bool, down: Vec<&'static str>) -> (u16, &'static str, &'static str, Vec<&'static str>) {
        let health = myna_chat::Health { circuit: Circuit::Closed, bus: BusState::Alone, down };
        let (status, ready) = verdict(store_answers, health);
        (status.as_u16(), ready.status, ready.store, ready.down)
    }

    #[test]
    fn a_server_is_ready_while_its_store_answers_and_all_its_tasks_run() {
        assert_eq!(asked(true, vec![]), (200, "ok", "ok", vec![]));
        assert_eq!(asked(false, vec![]), (503, "unavailable", "unavailable", vec![]));
        assert_eq!(asked(true, vec!["relay"]), (503, "unavailable", "ok", vec!["relay"]));
    }
}
