//! A server's life: it opens the store, listens, and stops without losing anything.

use crate::client_stream::ClientStream;
use crate::config::Config;
use crate::router::router;
use crate::state::AppState;
use anyhow::Context;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use leptos::config::LeptosOptions;
use myna_chat::store::Store;
use myna_chat::{Chat, MessagePolicy, Parts, Passwords, RandomIds, SystemClock};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that may wait to be taken; the system may allow fewer. One more waits for a second, or three, or seven.
const BACKLOG: u32 = 4_096;
/// How long stopping may take: sockets say goodbye, requests under way are answered.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a database that cannot be reached is waited for: it may be starting too.
const STORE_PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How often sessions that have expired are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// A running server.
pub struct Server {
    address: SocketAddr,
    state: AppState,
    stopping: CancellationToken,
    connections: TaskTracker,
    accepting: JoinHandle<()>,
    working: JoinHandle<()>,
    sweeping: JoinHandle<()>,
}

impl Server {
    /// Opens the store and listens. The error is one sentence to print.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        Self::start_with(config, |store| store).await
    }

    /// The same over what `wrap` makes of the store: one that fails on purpose, or one whose change log is consumed.
    pub async fn start_with(
        config: &Config,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> anyhow::Result<Self> {
        let files = raise_file_limit();
        // The address first: where that is taken, nothing is made.
        let listener =
            listen(config.listen).with_context(|| format!("cannot listen on {} (--listen)", config.listen))?;
        let address = listener.local_addr()?;
        let store = wrap(myna_store::open(&config.store, STORE_PATIENCE).await?);
        let passwords = if config.weak_passwords { Passwords::weak() } else { Passwords::new() };
        let policy = MessagePolicy {
            edit: Duration::from_secs(config.edit_seconds.into()),
            unsend: Duration::from_secs(config.unsend_seconds.into()),
            reactions: config.reactions,
            replies: config.replies,
            forwards: config.forwards,
            scheduled: config.scheduled,
        };
        let parts = Parts { store, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds), passwords, policy };
        let (chat, tasks) = Chat::new(parts);
        let working = tokio::spawn(tasks.run());
        let supervisor = chat.supervisor().clone();
        let sweeping = {
            let (supervisor, chat) = (supervisor.clone(), chat.clone());
            tokio::spawn(supervisor.restart_on_panic("session sweep", move || sweep_sessions(chat.clone())))
        };
        let state = AppState::new(config, chat, leptos_options(config, address), files);
        let stopping = CancellationToken::new();
        let connections = TaskTracker::new();
        let accepting = accept(listener, router(state.clone()), connections.clone(), stopping.clone());
        let accepting = tokio::spawn(supervisor.fail_on_panic("accept loop", accepting));
        tracing::info!(%address, store = %config.store, "listening");
        Ok(Self { address, state, stopping, connections, accepting, working, sweeping })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to type on this machine.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until a task has failed without which the server cannot work; its name. Cancel safe.
    pub async fn failed(&self) -> &'static str {
        self.state.chat.supervisor().failed().await
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.state.chat.hub().connections()
    }

    /// Stops within 5 seconds: takes nothing new, tells every socket, answers what is under way.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.stopping.cancel();
        self.state.chat.hub().stop();
        let finished = async {
            // Nothing is taken any more once this task has ended; a panic in it would have the same effect.
            let _ = self.accepting.await;
            for tasks in [&self.connections, &self.state.sockets] {
                tasks.close();
                tasks.wait().await;
            }
        };
        if tokio::time::timeout(STOP_TIMEOUT, finished).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        // Nobody waits for a change any more. What these still hold of the store has to go before it is closed.
        for task in [self.working, self.sweeping] {
            task.abort();
            let _ = task.await;
        }
        self.state.chat.close().await;
    }
}

/// Serves until the process is told to stop, and prints where.
///
/// # Errors
/// When the server does not start, or a task has failed without which it cannot work. Whoever watches over the process starts
/// it again then.
pub async fn serve(starting: impl Future<Output = anyhow::Result<Server>>) -> anyhow::Result<()> {
    let mut told_to_stop = pin!(told_to_stop());
    let server = tokio::select! {
        started = starting => started?,
        () = told_to_stop.as_mut() => return Ok(()),
    };
    println!("Myna is at {}", server.url());
    let failed = tokio::select! {
        () = told_to_stop => None,
        task = server.failed() => Some(task),
    };
    server.stop().await;
    failed.map_or(Ok(()), |task| Err(anyhow::anyhow!("the {task} failed, and the server cannot work without it")))
}

/// Waits for SIGINT or SIGTERM, which end the process by themselves no more from this call on.
fn told_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let told = {
        use tokio::signal::unix::{SignalKind, signal};
        // One that cannot be listened for ends the process by itself.
        let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
        async move {
            let [interrupt, terminate] = signals.map(async |signal| match signal {
                Some(mut signal) => signal.recv().await,
                None => std::future::pending().await,
            });
            tokio::select! {
                _ = interrupt => {}
                _ = terminate => {}
            }
        }
    };
    #[cfg(not(unix))]
    let told = async {
        // Without a handler the signal ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    told
}

/// Takes the address, with room for those who come at once when everybody comes back.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, app: axum::Router, connections: TaskTracker, stopping: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, app.clone(), stopping.clone()));
            }
            Err(error) => {
                // Out of file handles, or a connection that ended before it was taken: others may still come.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Serves one connection. When the server stops, the request under way is answered, and it is the last.
async fn connection(stream: TcpStream, peer: SocketAddr, app: axum::Router, stopping: CancellationToken) {
    // Messages are small and wait for nothing.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(ClientStream::new(stream)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection ended badly");
    }
}

async fn sweep_sessions(chat: Chat) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        match chat.forget_expired_sessions().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "expired sessions removed"),
            Err(error) => tracing::error!(%error, "expired sessions could not be removed"),
        }
    }
}

/// Each socket is an open file, and the usual limit is low. Returns the limit, where it is known.
fn raise_file_limit() -> Option<u64> {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => {
            tracing::debug!(limit, "open files");
            Some(limit)
        }
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            None
        }
    }
}

fn leptos_options(config: &Config, address: SocketAddr) -> LeptosOptions {
    let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_path_buf)).unwrap_or_default();
    let site = match &config.site {
        Some(site) => site.clone(),
        None => built_site(&beside),
    };
    let hash_file = "hash.txt";
    // A release build leaves the names of the hashed files beside the program; `make dev` has none, for names that stay.
    let is_hashed = std::env::var("LEPTOS_HASH_FILES").map_or(true, |hashed| hashed != "false");
    let hash_files = is_hashed && beside.join(hash_file).is_file();
    if !site.join("pkg").is_dir() {
        tracing::warn!(site = %site.display(), "there are no page files here: build them with `make build`, or set --site");
    }
    // Where pages hear of a new build, as `cargo leptos watch` says it.
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3001);
    LeptosOptions::builder()
        .output_name("myna")
        .site_root(site.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(address)
        .reload_port(reload_port)
        .hash_file(hash_file.into())
        .hash_files(hash_files)
        .build()
}

/// `site` beside the program (an installed Myna), or where the build leaves it.
fn built_site(beside: &Path) -> PathBuf {
    [beside.join("site"), beside.join("../site"), PathBuf::from("target/site")]
        .into_iter()
        .find(|site| site.join("pkg").is_dir())
        .unwrap_or_else(|| PathBuf::from("target/site"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_long_lived_task_of_a_server_is_supervised() {
        let server = Server::start(&Config::for_tests()).await.unwrap();
        let supervisor = server.state.chat.supervisor();
        let tasks = async {
            while supervisor.tasks().len() < 8 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), tasks).await.unwrap();
        let tasks: Vec<_> = supervisor.tasks().into_keys().collect();
        let expected = [
            "SQLite writer",
            "accept loop",
            "committer",
            "due jobs",
            "presence notifier",
            "presence publisher",
            "relay",
            "session sweep",
        ];
        assert_eq!(tasks, expected);
        server.stop().await;
    }

    #[tokio::test]
    async fn a_server_learns_which_task_it_cannot_work_without_has_failed() {
        let server = Server::start(&Config::for_tests()).await.unwrap();
        let supervisor = server.state.chat.supervisor().clone();
        supervisor.fail_on_panic("a task of this test", async { panic!("a test") }).await;
        assert_eq!(server.failed().await, "a task of this test");
        server.stop().await;
    }
}
