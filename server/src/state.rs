//! What every handler shares.

use crate::config::{Config, PublicUrl, TrustedProxies};
use crate::host::Hosts;
use crate::http::health::StoreCheck;
use crate::socket::OpenSockets;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use myna_app::request_context::SessionCookie;
use myna_chat::Chat;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) chat: Chat,
    pub(crate) leptos: LeptosOptions,
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) hosts: Hosts,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) cookie: SessionCookie,
    pub(crate) pace: Pace,
    /// Shared by all who ask whether the server is ready.
    pub(crate) store_check: Arc<StoreCheck>,
    pub(crate) open_sockets: OpenSockets,
    /// The task of each open socket, so that stopping can wait for them.
    pub(crate) sockets: TaskTracker,
}

/// How fast one socket may speak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) frames_per_second: u32,
    pub(crate) burst: u32,
    pub(crate) patience: Duration,
}

impl AppState {
    /// `files`: how many files the process may open; `None` where there is no limit.
    pub(crate) fn new(config: &Config, chat: Chat, leptos: LeptosOptions, files: Option<u64>) -> Self {
        let state = Self {
            chat,
            leptos,
            public_url: config.public_url.clone(),
            hosts: Hosts::of(config),
            trusted_proxies: config.trusted_proxies.clone(),
            cookie: SessionCookie { secure: config.public_url.as_ref().is_some_and(|url| url.https) },
            pace: Pace {
                frames_per_second: config.frames_per_second,
                burst: config.frames_burst,
                patience: Duration::from_secs(config.frames_patience.into()),
            },
            store_check: Arc::default(),
            open_sockets: OpenSockets::new(files),
            sockets: TaskTracker::new(),
        };
        state.warn(config);
        state
    }
}

impl AppState {
    /// Says what the settings leave open.
    fn warn(&self, config: &Config) {
        if !self.cookie.secure && !config.listen.ip().is_loopback() {
            tracing::warn!(
                "other machines reach this server, and the session cookie goes without `Secure`: anybody on the way can \
                 read it; put a proxy with TLS in front, and set --public-url https://…"
            );
        }
        if self.hosts == Hosts::Any {
            tracing::warn!(
                "requests are taken under any name in `Host`, so that pages of other sites can reach this server by DNS \
                 rebinding; set --public-url"
            );
        }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
