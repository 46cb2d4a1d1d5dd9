//! A MongoDB server for as long as it is held.

use crate::certificates::Certificates;
use crate::command::Run;
use crate::primary::{self, Primary};
use crate::process::Process;
use crate::program::Program;
use crate::uri::Uri;
use anyhow::{Context, bail};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::path::PathBuf;

/// Where ports are taken from: below those that systems give to outgoing connections, so that none of these has the port
/// when a killed server comes back, and no client that calls while it is away reaches itself.
const PORTS: Range<u16> = 20_000..30_000;

/// What kind of deployment a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Topology {
    /// A replica set of one member: transactions and change streams work.
    #[default]
    ReplicaSet,
    /// A server alone.
    Standalone,
}

/// Who may do everything on a server with authentication.
#[derive(Debug, Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// How to start a server. The default is a replica set without authentication and TLS, in a folder that goes with it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub topology: Topology,
    /// Nobody else may do anything.
    pub login: Option<Login>,
    /// Nothing goes without TLS. [`MongoServer::authority`] is what a client has to trust.
    pub tls: bool,
    /// A free one when `None`.
    pub port: Option<u16>,
    /// Where it keeps its data; a temporary one when `None`. A folder belongs to one port.
    pub folder: Option<PathBuf>,
}

/// A server on loopback; it ends when this is dropped, and in any case when this process does.
///
/// One that ran already ([`Program::Running`]) is left as it is, and refuses to be killed, stopped, restarted and paused.
#[derive(Debug)]
pub struct MongoServer {
    name: String,
    uri: Uri,
    /// Host and port.
    address: String,
    topology: Topology,
    /// `None` for one that ran already.
    process: Option<Process>,
}

impl MongoServer {
    /// Starts this server and waits until it takes writes. Of one that runs already it is only asked what it is; the
    /// options do not matter then.
    pub async fn start(program: &Program, options: &Options) -> anyhow::Result<Self> {
        if let Program::Running(uri) = program {
            return Self::running(program, uri).await;
        }
        let port = match options.port {
            Some(port) => port,
            None => free_port()?,
        };
        let folder = match &options.folder {
            Some(folder) => folder.clone(),
            // The watcher removes it, which it can do even when we are killed.
            None => tempfile::Builder::new().prefix("myna-mongo-").tempdir()?.keep(),
        };
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let certificates = if options.tls { Some(Certificates::make(&folder)?) } else { None };
        let replica_set = options.topology == Topology::ReplicaSet;
        let address = format!("127.0.0.1:{port}");
        let uri = |login: Option<&Login>, certificates: Option<&Certificates>| {
            let uri = Uri::new(login.map(|login| (login.user.as_str(), login.password.as_str())), &address);
            let uri = uri.with_auth_source();
            match certificates {
                Some(files) => uri.with("tls", "true").with("tlsCAFile", &files.authority.to_string_lossy()),
                None => uri,
            }
        };

        let topology = options.topology;
        let run = Run { program: program.clone(), topology, port, folder, auth: false, certificates };
        let mut process = Process::start(run, options.folder.is_none())?;
        let open = uri(None, process.run.certificates.as_ref());
        let mut primary = primary::await_ours(&mut process, &open.direct(&address), replica_set).await?;
        let mut uri = uri(options.login.as_ref(), process.run.certificates.as_ref());
        if let Some(login) = &options.login {
            // The first user is created while nobody is asked who they are.
            primary::create_user(&open.direct(&address), &login.user, &login.password).await?;
            process.stop().await?;
            process.run.auth = true;
            process.start_again()?;
            primary = primary::await_ours(&mut process, &uri.direct(&address), replica_set).await?;
        }
        uri = match primary.hello.get_str("setName") {
            Ok(set) => uri.with("replicaSet", set),
            Err(_) => uri.direct(&address),
        };
        Ok(Self { name: name(program, &primary), uri, address, topology, process: Some(process) })
    }

    async fn running(program: &Program, uri: &str) -> anyhow::Result<Self> {
        let uri = Uri::parse(uri).context("MYNA_TEST_MONGO_URI")?.with_auth_source();
        let primary = primary::ask(&uri).await?;
        let address = primary.hello.get_str("primary").map_or_else(|_| uri.host(), str::to_owned);
        let topology = if primary.is_replicated() { Topology::ReplicaSet } else { Topology::Standalone };
        Ok(Self { name: name(program, &primary), uri, address, topology, process: None })
    }

    /// What it is and of which version, and whether it is a stand-in: for every figure and verdict.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether transactions and change streams work: a sharded cluster counts as a replica set.
    pub fn topology(&self) -> Topology {
        self.topology
    }

    /// The connection string for this database.
    pub fn uri(&self, database: &str) -> String {
        self.uri.database(database)
    }

    /// Whether it is ours to kill, stop, restart and pause.
    pub fn is_ours(&self) -> bool {
        self.process.is_some()
    }

    /// With TLS: the PEM file of the authority that signed its certificate.
    pub fn authority(&self) -> Option<PathBuf> {
        let certificates = self.process.as_ref()?.run.certificates.as_ref()?;
        Some(certificates.authority.clone())
    }

    /// Ends it with kill -9. When this returns it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process_mut()?.kill()
    }

    /// Ends it with SIGTERM. When this returns it is gone.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.process_mut()?.stop().await
    }

    /// Starts it again on the same port and folder, having killed it if it still runs, and waits until it takes writes.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let direct = self.uri.direct(&self.address);
        let process = self.process_mut()?;
        let replica_set = process.run.topology == Topology::ReplicaSet;
        process.kill()?;
        process.start_again()?;
        primary::await_ours(process, &direct, replica_set).await?;
        Ok(())
    }

    /// SIGSTOP: its connections stay, and nothing answers.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.process()?.signal("STOP")
    }

    /// SIGCONT: goes on after a pause.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.process()?.signal("CONT")
    }

    /// Whether it ended by itself, and its last words if so.
    pub fn ended(&mut self) -> anyhow::Result<Option<String>> {
        let process = self.process_mut()?;
        Ok(process.ended()?.map(|status| format!("{status}\n{}", process.last_words())))
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn parts(&self) -> &Uri {
        &self.uri
    }

    fn process(&self) -> anyhow::Result<&Process> {
        self.process.as_ref().context("the server at MYNA_TEST_MONGO_URI is not ours")
    }

    fn process_mut(&mut self) -> anyhow::Result<&mut Process> {
        self.process.as_mut().context("the server at MYNA_TEST_MONGO_URI is not ours")
    }
}

fn name(program: &Program, primary: &Primary) -> String {
    let version = primary.build.get_str("version").unwrap_or("of an unknown version");
    let stand_in = primary.build.get_str("secantusVersion");
    match (program, stand_in) {
        (Program::Running(_), Ok(stand_in)) => {
            format!("SecantusDB {stand_in} (MYNA_TEST_MONGO_URI), a stand-in for MongoDB")
        }
        (Program::Running(_), Err(_)) => format!("mongod {version} (MYNA_TEST_MONGO_URI)"),
        (Program::Mongod(_), Err(_)) => format!("mongod {version}"),
        (program, Ok(stand_in)) => format!("{} {stand_in}, a stand-in for MongoDB", program.title()),
        (program, Err(_)) => format!("{}, a stand-in for MongoDB {version}", program.title()),
    }
}

/// A port on loopback on which nobody listens now.
fn free_port() -> anyhow::Result<u16> {
    let count = PORTS.end - PORTS.start;
    for _ in 0..100 {
        // Each state is seeded with the system's randomness.
        let offset = RandomState::new().hash_one(()) % u64::from(count);
        let port = PORTS.start + u16::try_from(offset)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port between {} and {} is free on 127.0.0.1", PORTS.start, PORTS.end)
}
