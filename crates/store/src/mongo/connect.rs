//! Reaching a MongoDB: the driver's options, waiting for a server that is still starting, and refusing one that would not
//! keep what Myna promises.

use super::documents::META;
use super::failure::{code, said};
use super::schema;
use crate::MongoUrl;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{
    Acknowledgment, ClientOptions, DatabaseOptions, ReadConcern, ReadPreference, SelectionCriteria, ServerAddress,
    WriteConcern,
};
use mongodb::{Client, Database};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The database where the connection string names none.
const DATABASE: &str = "myna";
const SELECTION_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL: u32 = 100;
/// How long the first write may wait for a majority.
const MAJORITY_TIMEOUT: Duration = Duration::from_secs(10);
/// MongoDB 8.0, as servers number what they speak: the first that takes writes to several collections in one command.
const LEAST_WIRE_VERSION: i32 = 25;
const LEAST_VERSION: &str = "8.0";
/// The waits between two tries to reach it.
const WAIT_FIRST: Duration = Duration::from_millis(250);
const WAIT_MOST: Duration = Duration::from_secs(5);

/// Why a MongoDB cannot be used: one sentence for whoever starts the server. It holds no password.
#[derive(Debug, thiserror::Error)]
pub enum MongoError {
    /// The connection string cannot be used.
    #[error("the connection string of {place} cannot be used: {reason}")]
    Url { place: String, reason: String },
    /// No answer for as long as was to be waited.
    #[error(
        "MongoDB at {place} cannot be reached: {reason} (is it running, and are host, port and TLS settings right?)"
    )]
    Unreachable { place: String, reason: String },
    /// It wants somebody else.
    #[error(
        "MongoDB at {place} refuses the user name or password: check MONGO_USERNAME, MONGO_PASSWORD and MONGO_AUTH_SOURCE"
    )]
    Credentials { place: String },
    /// The user may not do what Myna needs.
    #[error("MongoDB at {place} does not let this user read and write the database: grant it the role readWrite")]
    Forbidden { place: String },
    /// It belongs to another replica set.
    #[error(
        "MongoDB at {place} belongs to the replica set {found}, not {wanted}: correct replicaSet (MONGO_REPLICA_SET)"
    )]
    ReplicaSet { place: String, found: String, wanted: String },
    #[error("MongoDB at {place} speaks wire version {found}, older than MongoDB {LEAST_VERSION}: use a newer server")]
    TooOld { place: String, found: i32 },
    /// What is acknowledged would not be safe.
    #[error("MongoDB at {place} would not keep what it acknowledges: {reason}")]
    NotDurable { place: String, reason: String },
    #[error(
        "the database at {place} was written by a newer Myna (schema {found}, this one knows {known}): run that version"
    )]
    Newer { place: String, found: i64, known: i64 },
    /// Something of the schema cannot be made.
    #[error("the database at {place} cannot be brought to schema {number}: {reason}")]
    Schema { place: String, number: i64, reason: String },
    /// What is copied must not change meanwhile.
    #[error("a Myna runs on the database at {place}: stop every node of it first")]
    InUse { place: String },
    /// Without a replica set nodes cannot hear each other.
    #[error(
        "another Myna runs on the standalone MongoDB at {place}: stop it, or make the server a replica set (mongod --replSet, then rs.initiate()) to run several"
    )]
    SecondNode { place: String },
}

/// A database that answers.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) database: Database,
    /// The same database for change streams, through a client that does not retry reads. The driver resumes a broken stream by
    /// itself. If it has to retry the resumption, it has lost the resume token (`ChangeStreamAggregate::build` takes it): the
    /// stream would start at the present and skip changes. With this client the driver tries once; the reader of the stream then
    /// resumes it from its own token.
    pub(super) streams: Database,
    /// Whether it has transactions and change streams: a replica set or a sharded cluster.
    pub(super) replicated: bool,
}

/// Acknowledged is durable: on disk, on a majority.
pub(super) fn durable() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build()
}

/// Connects, and tries again for as long as `patience` lasts when the server does not answer.
pub(super) async fn connect(url: &MongoUrl, patience: Duration) -> Result<Connected, MongoError> {
    let place = url.to_string();
    let give_up = Instant::now() + patience;
    let mut wait = WAIT_FIRST;
    loop {
        let reason = match try_to_connect(url, &place).await {
            Ok(connected) => return Ok(connected),
            Err(Refusal::Final(error)) => return Err(error),
            Err(Refusal::Passing(reason)) => reason,
        };
        if Instant::now() + wait >= give_up {
            return Err(MongoError::Unreachable { place, reason });
        }
        tracing::warn!(%place, reason, again_in_ms = wait.as_millis(), "MongoDB cannot be reached yet: it is tried again");
        sleep(wait).await;
        wait = (wait * 2).min(WAIT_MOST);
    }
}

enum Refusal {
    /// Trying again would not help.
    Final(MongoError),
    Passing(String),
}

impl From<MongoError> for Refusal {
    fn from(error: MongoError) -> Self {
        Self::Final(error)
    }
}

async fn try_to_connect(url: &MongoUrl, place: &str) -> Result<Connected, Refusal> {
    let options = match ClientOptions::parse(url.expose()).await {
        Ok(options) => with_ours(options, place)?,
        Err(error) if matches!(error.kind.as_ref(), ErrorKind::DnsResolve { .. }) => {
            return Err(Refusal::Passing(said(&error)));
        }
        Err(error) => return Err(MongoError::Url { place: place.to_owned(), reason: said(&error) }.into()),
    };
    let (hosts, wanted, ours) = (options.hosts.clone(), options.repl_set_name.clone(), options.clone());
    let name = options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
    let unusable = |error| MongoError::Url { place: place.to_owned(), reason: said(&error) };
    let client = Client::with_options(options).map_err(unusable)?;
    let options = DatabaseOptions::builder().read_concern(ReadConcern::majority()).build();
    let database = client.database_with_options(&name, options.clone());
    let hello = match database.run_command(doc! { "hello": 1 }).await {
        Ok(hello) => hello,
        Err(error) => {
            if let (Some(wanted), Some(host)) = (wanted, hosts.first())
                && let Some(found) = replica_set_of(&ours, host).await.filter(|found| *found != wanted)
            {
                return Err(MongoError::ReplicaSet { place: place.to_owned(), found, wanted }.into());
            }
            return Err(refusal(&error, place));
        }
    };
    let replicated = is_replicated(&hello, place)?;
    if !hello.get_bool("isWritablePrimary").unwrap_or(true) && !is_router(&hello) {
        return Err(Refusal::Passing("it is no primary".to_owned()));
    }
    // Before anything is written: what a newer version keeps there is left alone.
    let number = schema::number(&database).await.map_err(|error| refusal(&error, place))?;
    if number > schema::KNOWN {
        return Err(MongoError::Newer { place: place.to_owned(), found: number, known: schema::KNOWN }.into());
    }
    prove_durable(&database, place).await?;
    let streams = if replicated {
        let mut ours = ours;
        ours.retry_reads = Some(false);
        Client::with_options(ours).map_err(unusable)?.database_with_options(&name, options)
    } else {
        database.clone()
    };
    Ok(Connected { client, database, streams, replicated })
}

/// The options of the connection string, with what Myna needs.
fn with_ours(mut options: ClientOptions, place: &str) -> Result<ClientOptions, MongoError> {
    let weak = |reason: String| MongoError::NotDurable { place: place.to_owned(), reason };
    if let Some(concern) = &options.write_concern {
        if !matches!(concern.w, None | Some(Acknowledgment::Majority)) {
            return Err(weak("the connection string sets w: leave it out, or set w=majority".to_owned()));
        }
        if concern.journal == Some(false) {
            return Err(weak("the connection string sets journal=false: leave it out".to_owned()));
        }
    }
    options.app_name.get_or_insert_with(|| "myna".to_owned());
    options.write_concern = Some(durable());
    // Reads say theirs by the database they go through: a transaction of writes alone would carry it where it has no place.
    options.read_concern = None;
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.retry_writes = Some(true);
    options.retry_reads = Some(true);
    options.connect_timeout.get_or_insert(CONNECT_TIMEOUT);
    options.server_selection_timeout.get_or_insert(SELECTION_TIMEOUT);
    options.max_pool_size.get_or_insert(POOL);
    Ok(options)
}

/// What went wrong while connecting, by whether it may pass.
fn refusal(error: &Error, place: &str) -> Refusal {
    const AUTHENTICATION_FAILED: i32 = 18;
    const UNAUTHORIZED: i32 = 13;
    let place = place.to_owned();
    match (error.kind.as_ref(), code(error)) {
        (ErrorKind::Authentication { .. }, _) | (_, Some(AUTHENTICATION_FAILED)) => {
            MongoError::Credentials { place }.into()
        }
        (_, Some(UNAUTHORIZED)) => MongoError::Forbidden { place }.into(),
        (ErrorKind::InvalidArgument { .. } | ErrorKind::InvalidTlsConfig { .. }, _) => {
            MongoError::Url { place, reason: said(error) }.into()
        }
        (ErrorKind::ServerSelection { message, .. }, _) => Refusal::Passing(cause(message)),
        _ => Refusal::Passing(said(error)),
    }
}

/// Of all that the driver knows of all servers, what went wrong with the first one.
fn cause(message: &str) -> String {
    let cause = message.split_once("Error: ").map(|(_, rest)| rest);
    let cause = cause.map(|rest| rest.split_once(", labels").map_or(rest, |(cause, _)| cause));
    let cause = cause.map(|cause| cause.strip_prefix("Kind: ").unwrap_or(cause));
    cause.unwrap_or("no server answers").trim_end_matches([' ', '}', ']']).to_owned()
}

/// The replica set that this host belongs to, if it answers.
async fn replica_set_of(options: &ClientOptions, host: &ServerAddress) -> Option<String> {
    let mut options = options.clone();
    (options.hosts, options.repl_set_name, options.direct_connection) = (vec![host.clone()], None, Some(true));
    options.server_selection_timeout = Some(Duration::from_secs(1));
    let client = Client::with_options(options).ok()?;
    let hello = client.database("admin").run_command(doc! { "hello": 1 }).await.ok()?;
    Some(hello.get_str("setName").unwrap_or("none").to_owned())
}

/// Whether a sharded cluster is behind it.
fn is_router(hello: &Document) -> bool {
    hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid")
}

fn is_replicated(hello: &Document, place: &str) -> Result<bool, MongoError> {
    let wire_version = hello.get_i32("maxWireVersion").unwrap_or_default();
    if wire_version < LEAST_WIRE_VERSION {
        return Err(MongoError::TooOld { place: place.to_owned(), found: wire_version });
    }
    Ok(hello.contains_key("setName") || is_router(hello))
}

/// One write as all of ours are: a server that cannot acknowledge it so must not be given anything.
async fn prove_durable(database: &Database, place: &str) -> Result<(), Refusal> {
    let concern = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(MAJORITY_TIMEOUT).build();
    let meta = database.collection::<Document>(META);
    let proved = doc! { "$set": { "proved_at": DateTime::now() } };
    let proof = meta.update_one(doc! { "_id": { "$eq": "durable" } }, proved);
    let Err(error) = proof.upsert(true).write_concern(concern).await else { return Ok(()) };
    let weak = |reason: String| MongoError::NotDurable { place: place.to_owned(), reason };
    match error.kind.as_ref() {
        // Two nodes that start at once may both try to make it.
        _ if code(&error) == Some(super::failure::DUPLICATE_KEY) => Ok(()),
        ErrorKind::Write(mongodb::error::WriteFailure::WriteConcernError(concern)) => Err(weak(format!(
            "a write for a majority and the journal is answered with '{}': see that most members of the replica set run, with their journal",
            concern.message
        ))
        .into()),
        ErrorKind::Command(command) if command.code == 2 && command.message.contains('j') => Err(weak(format!(
            "it has no journal ({}): start it with one",
            command.message
        ))
        .into()),
        _ => Err(refusal(&error, place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_can_do_is_read_from_its_hello() {
        let old = is_replicated(&doc! { "maxWireVersion": 21, "setName": "rs" }, "there").unwrap_err();
        assert_eq!(
            old.to_string(),
            "MongoDB at there speaks wire version 21, older than MongoDB 8.0: use a newer server"
        );
        assert!(!is_replicated(&doc! { "maxWireVersion": 25 }, "there").unwrap());
        assert!(is_replicated(&doc! { "maxWireVersion": 25, "setName": "rs" }, "there").unwrap());
        assert!(is_replicated(&doc! { "maxWireVersion": 25, "msg": "isdbgrid" }, "there").unwrap());
    }

    #[test]
    fn of_a_failed_search_the_first_cause_is_told() {
        let message = "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [ { Address: \
            127.0.0.1:1, Type: Unknown, Error: Kind: I/O error: Connection refused (os error 111), labels: {} } ] }";
        assert_eq!(cause(message), "I/O error: Connection refused (os error 111)");
        assert_eq!(cause("nothing"), "no server answers");
    }

    #[tokio::test]
    async fn a_weaker_write_concern_is_refused_with_what_to_do() {
        for (option, hint) in [("w=1", "w=majority"), ("w=0", "w=majority"), ("journal=false", "leave it out")] {
            let options = ClientOptions::parse(format!("mongodb://127.0.0.1/?{option}")).await.unwrap();
            let error = with_ours(options, "there").unwrap_err().to_string();
            assert!(error.contains(hint), "{error}");
        }
        let options = ClientOptions::parse("mongodb://127.0.0.1/?w=majority&journal=true").await.unwrap();
        assert_eq!(with_ours(options, "there").unwrap().write_concern, Some(durable()));
    }
}
