//! A MongoDB address that has been checked.

use super::address::{Address, check_database, check_hosts};
use super::harmony;
use super::invalid::{InvalidMongoUrl, UrlPart};
use mongodb::error::ErrorKind;
use mongodb::options::ConnectionString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The database if an address names none.
const DATABASE: &str = "myna";
/// The database that knows the users, unless the address names another.
const AUTH_SOURCE: &str = "admin";
/// Defaults for options that an address leaves out. The driver's own allow few parallel operations and long waits.
const MAX_POOL_SIZE: &str = "100";
const TIMEOUT_MILLIS: &str = "5000";

/// A MongoDB connection string, checked and complete: with a database, the size of the pool, and timeouts. It may
/// contain a password, so printing it shows only a safe form.
#[derive(Clone, PartialEq, Eq)]
pub struct MongoUrl {
    text: String,
    database: String,
}

/// A MongoDB address in parts, none of them encoded. It may contain a password, so it cannot be printed.
#[derive(Clone, Default)]
pub struct MongoParts {
    /// One or several, separated by commas, each with or without a port.
    pub hosts: String,
    /// The port of the hosts that name none.
    pub port: Option<u16>,
    pub database: Option<String>,
    pub username: Option<String>,
    pub password: Option<String>,
    /// The database that knows the user; `admin` if `None`.
    pub auth_source: Option<String>,
    pub replica_set: Option<String>,
}

impl MongoUrl {
    /// The connection string itself, for the driver.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The name of the database that holds the store.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Builds an address from its parts. The error names the part that is wrong.
    pub fn from_parts(parts: &MongoParts) -> Result<Self, InvalidMongoUrl> {
        if parts.hosts.contains(['/', '@', '?']) {
            return Err(UrlPart::Host(1).refused("is more than a name: write only host names and their ports"));
        }
        let port = |host: &str| {
            let has_port = host.ends_with(".sock") || host.rsplit(']').next().is_some_and(|end| end.contains(':'));
            parts.port.filter(|_| !has_port).map_or(String::new(), |port| format!(":{port}"))
        };
        let hosts: Vec<String> =
            parts.hosts.split(',').map(str::trim).map(|host| format!("{host}{}", port(host))).collect();
        check_hosts(false, &hosts)?;
        if let Some(database) = &parts.database {
            check_database(database)?;
        }
        let mut address = Address {
            srv: false,
            user: parts.username.clone(),
            password: parts.password.clone(),
            hosts,
            database: parts.database.clone(),
            options: Default::default(),
        };
        if address.user.is_some() {
            address.options.set("authSource", parts.auth_source.as_deref().unwrap_or(AUTH_SOURCE))?;
        }
        if let Some(replica_set) = &parts.replica_set {
            address.options.set("replicaSet", replica_set)?;
        }
        Self::complete(address)
    }

    /// The same address with these options, which override its own.
    pub fn with_options(&self, options: &[(&str, String)]) -> Result<Self, InvalidMongoUrl> {
        let mut address = Address::parse(&self.text)?;
        for (name, value) in options {
            address.options.set(name, value)?;
        }
        Self::complete(address)
    }

    /// The value of one of its options, by the name that MongoDB uses.
    pub fn option(&self, name: &str) -> Option<String> {
        Address::parse(&self.text).ok()?.options.get(name).map(str::to_owned)
    }

    /// The files that it names, each with its option. They may not exist.
    pub fn files(&self) -> Vec<(&'static str, PathBuf)> {
        let names = ["tlsCAFile", "tlsCertificateKeyFile"];
        names.into_iter().filter_map(|name| Some((name, self.option(name)?.into()))).collect()
    }

    /// Fills in the defaults, and checks that all parts fit together, by our rules and by the driver's.
    fn complete(mut address: Address) -> Result<Self, InvalidMongoUrl> {
        let options = &mut address.options;
        // Without authSource, MongoDB looks for the user in the database of the address, or in its own if there is
        // none. We are about to add a database, so set authSource first.
        if address.database.is_none() && address.user.is_some() {
            let external = matches!(options.get("authMechanism"), Some("MONGODB-X509" | "PLAIN"));
            options.complete("authSource", if external { "$external" } else { AUTH_SOURCE });
        }
        options.complete("maxPoolSize", MAX_POOL_SIZE);
        options.complete("connectTimeoutMS", TIMEOUT_MILLIS);
        options.complete("serverSelectionTimeoutMS", TIMEOUT_MILLIS);
        let database = address.database.get_or_insert_with(|| DATABASE.to_owned()).clone();
        harmony::check(&address)?;
        let text = address.to_text();
        // If the driver still refuses it, it reads an option differently from us.
        ConnectionString::parse(&text).map_err(|error| refused_by_driver(&error, &address))?;
        Ok(Self { text, database })
    }
}

/// The driver's error, unless it repeats a secret.
fn refused_by_driver(error: &mongodb::error::Error, address: &Address) -> InvalidMongoUrl {
    let said = match error.kind.as_ref() {
        ErrorKind::InvalidArgument { message, .. } => message.as_str(),
        _ => "",
    };
    let secrets = [&address.user, &address.password];
    if said.is_empty() || secrets.into_iter().flatten().any(|secret| said.contains(secret.as_str())) {
        return UrlPart::Options.refused("are refused by MongoDB's driver");
    }
    UrlPart::Options.refused(format!("are refused by MongoDB's driver: {said}"))
}

impl FromStr for MongoUrl {
    type Err = InvalidMongoUrl;

    fn from_str(text: &str) -> Result<Self, InvalidMongoUrl> {
        Self::complete(Address::parse(text.trim())?)
    }
}

impl fmt::Display for MongoUrl {
    /// The hosts and the database, without the credentials and the options, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.text.split_once("://").unwrap_or(("mongodb", ""));
        let place = rest.split_once('?').map_or(rest, |(place, _)| place);
        let (who, place) = place.rsplit_once('@').map_or(("", place), |(_, place)| ("***@", place));
        write!(f, "{scheme}://{who}{place}")
    }
}

impl fmt::Debug for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
