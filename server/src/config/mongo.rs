//! The settings of MongoDB: its address in one piece or in parts, and what is put on top of either.

use clap::{Args, ValueEnum};
use myna_store::{InvalidMongoUrl, MongoParts, MongoUrl, UrlPart};
use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;

/// Where MongoDB is, where `--store` does not say it, and how it is reached in any case. The names of the variables are
/// those that other programs use too; an empty one counts as none.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "MongoDB")]
pub(super) struct MongoSettings {
    /// Keep everything in this MongoDB, if --store says nothing: mongodb://… or mongodb+srv://…
    #[arg(long, env = "MONGO_URI", value_name = "URL", hide_env_values = true)]
    mongo_uri: Option<Secret>,

    /// Keep everything in MongoDB on this machine (or these: a,b,c), if neither --store nor --mongo-uri says anything
    #[arg(long, env = "MONGO_HOST", value_name = "HOST")]
    mongo_host: Option<String>,

    /// The port on --mongo-host [default: 27017]
    #[arg(long, env = "MONGO_PORT", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    mongo_port: Option<u16>,

    /// The name of the database on --mongo-host [default: myna]
    #[arg(long, env = "MONGO_DB", value_name = "NAME")]
    mongo_db: Option<String>,

    /// Who signs in on --mongo-host
    #[arg(long, env = "MONGO_USERNAME", value_name = "NAME", hide_env_values = true)]
    mongo_username: Option<Secret>,

    /// The password of --mongo-username; a variable or the file is seen by fewer than a flag
    #[arg(long, env = "MONGO_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    mongo_password: Option<Secret>,

    /// The database where --mongo-username is known [default: admin]
    #[arg(long, env = "MONGO_AUTH_SOURCE", value_name = "NAME")]
    mongo_auth_source: Option<String>,

    /// The replica set that MongoDB has to be
    #[arg(long, env = "MONGO_REPLICA_SET", value_name = "NAME")]
    mongo_replica_set: Option<String>,

    /// Whether to speak TLS with MongoDB
    #[arg(long, env = "MONGO_USE_SSL", value_name = "true|false", value_parser = clap::builder::BoolishValueParser::new())]
    mongo_use_ssl: Option<bool>,

    /// Whether MongoDB's certificate is checked
    #[arg(long, env = "MONGO_SSL_CERT_REQS", value_name = "HOW", ignore_case = true)]
    mongo_ssl_cert_reqs: Option<CertificateCheck>,

    /// A PEM file with the authorities that may vouch for MongoDB's certificate [default: the well-known ones]
    #[arg(long, env = "MONGO_SSL_CA_CERTS", value_name = "FILE")]
    mongo_ssl_ca_certs: Option<PathBuf>,

    /// Connections to each machine of MongoDB at most [default: 100]
    #[arg(long, env = "MONGO_MAX_POOL_SIZE", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    mongo_max_pool_size: Option<u32>,

    /// Connections to each machine of MongoDB that are kept open [default: 0]
    #[arg(long, env = "MONGO_MIN_POOL_SIZE", value_name = "N")]
    mongo_min_pool_size: Option<u32>,

    /// Milliseconds after which an idle connection is closed [default: never]
    #[arg(long, env = "MONGO_MAX_IDLE_TIME_MS", value_name = "MS")]
    mongo_max_idle_time_ms: Option<u64>,

    /// Milliseconds that opening a connection may take [default: 5000]
    #[arg(long, env = "MONGO_CONNECT_TIMEOUT_MS", value_name = "MS")]
    mongo_connect_timeout_ms: Option<u64>,

    /// Milliseconds that finding a machine to ask may take [default: 5000]
    #[arg(long, env = "MONGO_SERVER_SELECTION_TIMEOUT_MS", value_name = "MS")]
    mongo_server_selection_timeout_ms: Option<u64>,
}

/// A text that is never printed.
#[derive(Clone)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// What is asked of MongoDB's certificate, in the words of PyMongo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CertificateCheck {
    /// It has to be there and right
    #[value(alias = "CERT_REQUIRED")]
    Required,
    /// The same: a server always shows one
    #[value(alias = "CERT_OPTIONAL")]
    Optional,
    /// Anybody's will do: for tests only
    #[value(alias = "CERT_NONE")]
    None,
}

impl MongoSettings {
    /// The MongoDB that these settings name by themselves; `None` when they name none.
    pub(super) fn named(&self) -> Result<Option<MongoUrl>, String> {
        if let Some(Secret(uri)) = filled_secret(&self.mongo_uri) {
            let url = uri
                .parse()
                .map_err(|error: InvalidMongoUrl| format!("invalid value '…' for '--mongo-uri <URL>': {error}"))?;
            return Ok(Some(url));
        }
        let Some(hosts) = filled(&self.mongo_host) else {
            return match self.part_without_host() {
                Some(flag) => Err(format!(
                    "{flag} is set, but neither --store, --mongo-uri nor --mongo-host says where MongoDB is"
                )),
                None => Ok(None),
            };
        };
        let parts = MongoParts {
            hosts,
            port: self.mongo_port,
            database: filled(&self.mongo_db),
            username: filled_secret(&self.mongo_username).map(|secret| secret.0),
            password: filled_secret(&self.mongo_password).map(|secret| secret.0),
            auth_source: filled(&self.mongo_auth_source),
            replica_set: filled(&self.mongo_replica_set),
        };
        MongoUrl::from_parts(&parts).map(Some).map_err(|error| refusal(&error))
    }

    /// This MongoDB as it is to be reached: the settings of TLS, pool and timeouts win over what its address says.
    pub(super) fn on_top_of(&self, url: &MongoUrl) -> Result<MongoUrl, String> {
        let replica_set = filled(&self.mongo_replica_set);
        // A name of a replica set is no preference: where there are two, one of them is a mistake.
        if let (Some(wanted), Some(said)) = (&replica_set, url.option("replicaSet"))
            && *wanted != said
        {
            return Err(
                "invalid value for '--mongo-replica-set': the address of MongoDB names another replica set".to_owned()
            );
        }
        let certificate = self.mongo_ssl_cert_reqs.map(|check| (check == CertificateCheck::None).to_string());
        let file = filled(&self.mongo_ssl_ca_certs.as_ref().map(|path| path.to_string_lossy().into_owned()));
        let options: Vec<(&str, String)> = [
            ("replicaSet", replica_set),
            ("tls", self.mongo_use_ssl.map(|tls| tls.to_string())),
            ("tlsAllowInvalidCertificates", certificate),
            ("tlsCAFile", file),
            ("maxPoolSize", self.mongo_max_pool_size.map(|count| count.to_string())),
            ("minPoolSize", self.mongo_min_pool_size.map(|count| count.to_string())),
            ("maxIdleTimeMS", self.mongo_max_idle_time_ms.map(|millis| millis.to_string())),
            ("connectTimeoutMS", self.mongo_connect_timeout_ms.map(|millis| millis.to_string())),
            ("serverSelectionTimeoutMS", self.mongo_server_selection_timeout_ms.map(|millis| millis.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let url = url.with_options(&options).map_err(|error| refusal(&error))?;
        for (name, path) in url.files() {
            // Said now rather than after waiting for a server that can never be reached.
            let unreadable = |error| format!("the file {} of MongoDB's {name} cannot be read: {error}", path.display());
            File::open(&path).map_err(unreadable)?;
        }
        Ok(url)
    }

    /// A setting that says something about an address that there is not.
    fn part_without_host(&self) -> Option<&'static str> {
        let parts = [
            ("--mongo-port", self.mongo_port.is_some()),
            ("--mongo-db", filled(&self.mongo_db).is_some()),
            ("--mongo-username", filled_secret(&self.mongo_username).is_some()),
            ("--mongo-password", filled_secret(&self.mongo_password).is_some()),
            ("--mongo-auth-source", filled(&self.mongo_auth_source).is_some()),
            ("--mongo-replica-set", filled(&self.mongo_replica_set).is_some()),
        ];
        parts.into_iter().find_map(|(flag, is_set)| is_set.then_some(flag))
    }
}

fn filled(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn filled_secret(secret: &Option<Secret>) -> Option<Secret> {
    secret.clone().filter(|secret| !secret.0.is_empty())
}

/// What to say of settings that make no good address: the flag to mend where one flag says it all.
fn refusal(error: &InvalidMongoUrl) -> String {
    match flag_of(&error.part) {
        Some(flag) => format!("invalid value for '{flag}': {error}"),
        None => format!("the settings of MongoDB do not fit its address: {error}"),
    }
}

/// The flag that sets this part of an address.
fn flag_of(part: &UrlPart) -> Option<&'static str> {
    Some(match part {
        UrlPart::Scheme | UrlPart::Options => return None,
        UrlPart::User => "--mongo-username",
        UrlPart::Password => "--mongo-password",
        UrlPart::Host(_) => "--mongo-host",
        UrlPart::Port(_) => "--mongo-port",
        UrlPart::Database => "--mongo-db",
        UrlPart::Option(name) => match name.as_str() {
            "authSource" => "--mongo-auth-source",
            "replicaSet" => "--mongo-replica-set",
            "tls" => "--mongo-use-ssl",
            "tlsAllowInvalidCertificates" => "--mongo-ssl-cert-reqs",
            "tlsCAFile" => "--mongo-ssl-ca-certs",
            "maxPoolSize" => "--mongo-max-pool-size",
            "minPoolSize" => "--mongo-min-pool-size",
            "maxIdleTimeMS" => "--mongo-max-idle-time-ms",
            "connectTimeoutMS" => "--mongo-connect-timeout-ms",
            "serverSelectionTimeoutMS" => "--mongo-server-selection-timeout-ms",
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests;
