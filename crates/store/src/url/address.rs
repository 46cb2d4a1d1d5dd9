//! Parses a MongoDB address, checks each part, and formats it again.

use super::invalid::{InvalidMongoUrl, UrlPart};
use super::options::Options;
use super::percent;
use std::net::Ipv6Addr;

/// Characters with a meaning in an address. A name or a password cannot contain them unencoded.
const RESERVED: [char; 7] = [':', '/', '?', '#', '[', ']', '@'];
const NOT_ENCODED: &str = "is not percent-encoded: write % : / ? # [ ] @ in it as %25 %3A %2F %3F %23 %5B %5D %40";
/// The most bytes that MongoDB accepts in the name of a database.
const DATABASE_BYTES: usize = 63;

/// An address. All parts are decoded, except the hosts.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Whether DNS lists the hosts.
    pub(super) srv: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) hosts: Vec<String>,
    pub(super) database: Option<String>,
    pub(super) options: Options,
}

impl Address {
    /// Parses a text and checks each part by itself.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidMongoUrl> {
        let (srv, rest) = match text.split_once("://") {
            Some(("mongodb", rest)) => (false, rest),
            Some(("mongodb+srv", rest)) => (true, rest),
            _ => return Err(UrlPart::Scheme.refused("must be mongodb:// or mongodb+srv://")),
        };
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        // The password contains a question mark, so what looks like options may be the rest of the password.
        if options.contains('@') {
            return Err(UrlPart::Password.refused(format!("{NOT_ENCODED} (and an @ in an option as %40)")));
        }
        let (who, place) = place.rsplit_once('@').map_or((None, place), |(who, place)| (Some(who), place));
        let (user, password) = match who.map(|who| who.split_once(':').map_or((who, None), |(a, b)| (a, Some(b)))) {
            Some((user, password)) => {
                let password = password.map(|password| credential(password, UrlPart::Password)).transpose()?;
                (Some(credential(user, UrlPart::User)?), password)
            }
            None => (None, None),
        };
        let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
        let hosts: Vec<String> = hosts.split(',').map(str::to_owned).collect();
        check_hosts(srv, &hosts)?;
        let database = percent::decode(database).ok_or_else(|| UrlPart::Database.refused(NOT_ENCODED))?;
        let database = Some(database).filter(|database| !database.is_empty());
        if let Some(database) = &database {
            check_database(database)?;
        }
        Ok(Self { srv, user, password, hosts, database, options: Options::parse(options)? })
    }

    /// The address as a text.
    pub(super) fn to_text(&self) -> String {
        let scheme = if self.srv { "mongodb+srv" } else { "mongodb" };
        let password =
            self.password.as_ref().map_or(String::new(), |password| format!(":{}", percent::encode(password)));
        let who = self.user.as_ref().map_or(String::new(), |user| format!("{}{password}@", percent::encode(user)));
        let hosts = self.hosts.join(",");
        let database = percent::encode(self.database.as_deref().unwrap_or_default());
        format!("{scheme}://{who}{hosts}/{database}?{}", self.options.to_text())
    }
}

/// Decodes the user or the password of an address.
fn credential(text: &str, part: UrlPart) -> Result<String, InvalidMongoUrl> {
    if text.is_empty() {
        return Err(part.refused("is empty"));
    }
    match percent::decode(text) {
        Some(decoded) if !text.contains(RESERVED) => Ok(decoded),
        _ => Err(part.refused(NOT_ENCODED)),
    }
}

/// Checks hosts as an address writes them.
pub(super) fn check_hosts(srv: bool, hosts: &[String]) -> Result<(), InvalidMongoUrl> {
    for (place, host) in hosts.iter().enumerate() {
        check_host(srv, host, place + 1)?;
    }
    if srv && hosts.len() > 1 {
        return Err(
            UrlPart::Host(2).refused("is one too many: mongodb+srv:// takes one name and finds the hosts by DNS")
        );
    }
    Ok(())
}

fn check_host(srv: bool, text: &str, nth: usize) -> Result<(), InvalidMongoUrl> {
    let refused = |why: &'static str| Err(UrlPart::Host(nth).refused(why));
    if text.ends_with(".sock") {
        return match percent::decode(text) {
            _ if srv => refused("is a socket, which mongodb+srv:// cannot reach"),
            Some(path) if path.starts_with('/') && !text.contains('/') => Ok(()),
            _ => refused("is a socket whose path is not percent-encoded: write / in it as %2F"),
        };
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        match rest.split_once(']') {
            Some((host, port)) if host.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || port.starts_with(':')) => {
                (host, port.strip_prefix(':'))
            }
            _ => return refused("is not an IPv6 address in [ ]"),
        }
    } else {
        let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
        if port.is_some_and(|port| port.contains(':')) {
            return refused("has more than one colon: write an IPv6 address in [ ]");
        }
        if host.is_empty() {
            return refused("is missing");
        }
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
            return refused("is not a host name: use only letters, digits, - . _");
        }
        (host, port)
    };
    match port {
        Some(_) if srv => Err(UrlPart::Port(nth).refused("must be left out: with mongodb+srv:// DNS supplies it")),
        Some(port) if !port.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(port.parse::<u16>(), Ok(1..)) => {
            Err(UrlPart::Port(nth).refused("must be a number from 1 to 65535"))
        }
        _ if srv && host.parse::<std::net::IpAddr>().is_ok() => refused("is not a name for which DNS can list hosts"),
        _ => Ok(()),
    }
}

/// Checks the name of a database.
pub(super) fn check_database(name: &str) -> Result<(), InvalidMongoUrl> {
    let refused = |why: String| Err(UrlPart::Database.refused(why));
    if name.len() > DATABASE_BYTES {
        return refused(format!("must be at most {DATABASE_BYTES} bytes long"));
    }
    if name.contains(|c: char| "/\\. \"$*<>:|?".contains(c) || c.is_control()) {
        return refused("must contain neither spaces nor any of / \\ . \" $ * < > : | ?".to_owned());
    }
    // Transactions cannot write there. Most people who write `/admin` mean the database that knows the user.
    if ["admin", "config", "local"].contains(&name) {
        return refused(
            "belongs to MongoDB: choose another, and use authSource to name the database that knows the user"
                .to_owned(),
        );
    }
    Ok(())
}
