//! Waits until a server accepts writes, and initiates its replica set if it should be one.

use crate::command::REPLICA_SET;
use crate::process::Process;
use crate::uri::Uri;
use anyhow::{Context, bail};
use bson::{Document, doc};
use mongodb::Client;
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How long a server may take to start. A replica set of mongod holds an election first.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
/// The error code for a replica set that was initiated before.
const ALREADY_INITIALIZED: i32 = 23;

/// The answers of a server that accepts writes.
#[derive(Debug)]
pub(crate) struct Primary {
    pub(crate) hello: Document,
    pub(crate) build: Document,
}

impl Primary {
    /// Whether it is a member of a replica set, or the router of a sharded cluster.
    pub(crate) fn is_replicated(&self) -> bool {
        self.hello.contains_key("setName") || self.hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid")
    }
}

/// Waits until our server accepts writes. Initiates the replica set if that has not been done.
pub(crate) async fn await_ours(process: &mut Process, uri: &Uri, replica_set: bool) -> anyhow::Result<Primary> {
    let host = uri.host();
    let deadline = Instant::now() + START_TIMEOUT;
    // The driver would ask only every half second; this notices an open port sooner.
    while TcpStream::connect(&host).await.is_err() {
        pause(process, deadline, "it does not listen").await?;
    }
    let client = client(uri).await?;
    let mut asked = false;
    loop {
        let why = match hello(&client).await {
            Ok(hello) if takes_writes(&hello) => {
                let build = client.database("admin").run_command(doc! { "buildInfo": 1 }).await?;
                client.shutdown().await;
                return Ok(Primary { hello, build });
            }
            // A mongod with --replSet answers this before its set is initiated.
            Ok(hello) if replica_set && !asked && hello.get_bool("isreplicaset").unwrap_or(false) => {
                initiate(&client, &host).await?;
                asked = true;
                continue;
            }
            Ok(_) => "it accepts no writes".to_owned(),
            Err(error) => error.to_string(),
        };
        pause(process, deadline, &why).await?;
    }
}

/// The answers of a server that was already running.
pub(crate) async fn ask(uri: &Uri) -> anyhow::Result<Primary> {
    let client = client(uri).await?;
    let hello = hello(&client).await.context("the server at MYNA_TEST_MONGO_URI does not answer")?;
    let build = client.database("admin").run_command(doc! { "buildInfo": 1 }).await?;
    client.shutdown().await;
    Ok(Primary { hello, build })
}

/// Creates a user with every right.
pub(crate) async fn create_user(uri: &Uri, user: &str, password: &str) -> anyhow::Result<()> {
    let client = client(uri).await?;
    let command = doc! { "createUser": user, "pwd": password, "roles": ["root"] };
    client.database("admin").run_command(command).await.context("cannot create the user")?;
    client.shutdown().await;
    Ok(())
}

async fn client(uri: &Uri) -> anyhow::Result<Client> {
    let mut options = ClientOptions::parse(uri.database("admin")).await?;
    options.server_selection_timeout = Some(Duration::from_secs(5));
    Ok(Client::with_options(options)?)
}

async fn hello(client: &Client) -> mongodb::error::Result<Document> {
    client.database("admin").run_command(doc! { "hello": 1 }).await
}

fn takes_writes(hello: &Document) -> bool {
    hello.get_bool("isWritablePrimary").unwrap_or(false)
}

async fn initiate(client: &Client, host: &str) -> anyhow::Result<()> {
    let config = doc! { "_id": REPLICA_SET, "members": [{ "_id": 0, "host": host }] };
    match client.database("admin").run_command(doc! { "replSetInitiate": config }).await {
        Ok(_) => Ok(()),
        Err(error) => match error.kind.as_ref() {
            ErrorKind::Command(refused) if refused.code == ALREADY_INITIALIZED => Ok(()),
            _ => Err(error).context("cannot initiate the replica set"),
        },
    }
}

/// Waits briefly. Fails if the server has ended or the deadline has passed.
async fn pause(process: &mut Process, deadline: Instant, why: &str) -> anyhow::Result<()> {
    let title = process.run.program.title();
    if let Some(status) = process.ended()? {
        bail!("{title} ended while it started ({status}):\n{}", process.last_words());
    }
    if Instant::now() > deadline {
        bail!("{title} is not ready after {START_TIMEOUT:?}, {why}:\n{}", process.last_words());
    }
    tokio::time::sleep(POLL).await;
    Ok(())
}
