//! A MongoDB server that ends when its handle is dropped.

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

/// The ports to choose from. They are below the range for outgoing connections. So no outgoing connection holds the
/// port when a killed server restarts, and no client connects to itself while the server is away.
const PORTS: Range<u16> = 20_000..30_000;

/// What kind of deployment a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Topology {
    /// A replica set of one member: transactions and change streams work.
    #[default]
    ReplicaSet,
    /// A standalone server.
    Standalone,
}

/// A user with every right on a server with authentication.
#[derive(Debug, Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// How to start a server. The default is a replica set without authentication and TLS, in a folder that is deleted with
/// it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub topology: Topology,
    /// With a login, the server demands authentication.
    pub login: Option<Login>,
    /// Whether the server demands TLS. A client must trust [`MongoServer::authority`].
    pub tls: bool,
    /// `None` chooses a free port.
    pub port: Option<u16>,
    /// The folder for the data; `None` creates a temporary one. A folder belongs to one port.
    pub folder: Option<PathBuf>,
}

/// A server on loopback. It ends when this is dropped, and in any case when this process ends.
///
/// A server that was already running ([`Program::Running`]) keeps running. It cannot be killed, stopped, restarted or
/// paused.
#[derive(Debug)]
pub struct MongoServer {
    name: String,
    uri: Uri,
    /// Host and port.
    address: String,
    topology: Topology,
    /// `None` for a server that was already running.
    process: Option<Process>,
}

impl MongoServer {
    /// Starts this server and waits until it accepts writes. A server that is already running is only asked for its
    /// version and topology; the options do not matter then.
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
            // The watcher deletes it, even if we are killed.
            None => tempfile::Builder::new().prefix("myna-mongo-").tempdir()?.keep(),
        };
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
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
            // Create the first user before the server demands authentication.
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

    /// Its program and version, and whether it is a stand-in. Every figure and verdict names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether transactions and change streams work. A sharded cluster counts as a replica set.
    pub fn topology(&self) -> Topology {
        self.topology
    }

    /// The connection string for this database.
    pub fn uri(&self, database: &str) -> String {
        self.uri.database(database)
    }

    /// Whether we started it, and so may kill, stop, restart and pause it.
    pub fn is_ours(&self) -> bool {
        self.process.is_some()
    }

    /// With TLS, the PEM file of the authority that signed its certificate.
    pub fn authority(&self) -> Option<PathBuf> {
        let certificates = self.process.as_ref()?.run.certificates.as_ref()?;
        Some(certificates.authority.clone())
    }

    /// Ends it with SIGKILL and waits until it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process_mut()?.kill()
    }

    /// Ends it with SIGTERM and waits until it is gone.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.process_mut()?.stop().await
    }

    /// Starts it again with the same port and folder, and waits until it accepts writes. Kills it first if it still
    /// runs.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let direct = self.uri.direct(&self.address);
        let process = self.process_mut()?;
        let replica_set = process.run.topology == Topology::ReplicaSet;
        process.kill()?;
        process.start_again()?;
        primary::await_ours(process, &direct, replica_set).await?;
        Ok(())
    }

    /// Sends SIGSTOP: its connections stay open, and nothing answers.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.process()?.signal("STOP")
    }

    /// Sends SIGCONT: the server continues after a pause.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.process()?.signal("CONT")
    }

    /// If it ended by itself: its exit status and the last lines of its log.
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

/// A loopback port on which no process listens now.
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
