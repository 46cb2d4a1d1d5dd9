//! Connection strings for the same server with another database or through another address.

use anyhow::Context;

/// The parts of a connection string.
#[derive(Debug, Clone)]
pub(crate) struct Uri {
    /// Everything before the hosts: `mongodb://` or `mongodb://user:password@`.
    front: String,
    hosts: String,
    /// `name=value`.
    options: Vec<String>,
}

impl Uri {
    pub(crate) fn new(credentials: Option<(&str, &str)>, host: &str) -> Self {
        let front = match credentials {
            Some((user, password)) => format!("mongodb://{}:{}@", encoded(user), encoded(password)),
            None => "mongodb://".to_owned(),
        };
        Self { front, hosts: host.to_owned(), options: Vec::new() }
    }

    /// Parses a connection string. The error does not repeat it, because it may contain a password.
    pub(crate) fn parse(uri: &str) -> anyhow::Result<Self> {
        let (scheme, rest) = uri.split_once("://").context("a connection string begins with mongodb://")?;
        let (before, options) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = before.split_once('/').map_or(before, |(authority, _)| authority);
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (format!("{credentials}@"), hosts),
            None => (String::new(), authority),
        };
        Ok(Self {
            front: format!("{scheme}://{credentials}"),
            hosts: hosts.to_owned(),
            options: options.split('&').filter(|option| !option.is_empty()).map(str::to_owned).collect(),
        })
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.options.push(format!("{name}={}", encoded(value)));
        self
    }

    /// Names `admin` as the database that knows the user. Otherwise it would be the database in the path.
    pub(crate) fn with_auth_source(self) -> Self {
        let said = self.options.iter().any(|option| option.to_ascii_lowercase().starts_with("authsource="));
        if said || !self.front.ends_with('@') { self } else { self.with("authSource", "admin") }
    }

    /// The same server at one address. The driver stays on it, whatever other members the server reports.
    pub(crate) fn direct(&self, host: &str) -> Self {
        let discovery = ["replicaset=", "directconnection=", "srvservicename=", "srvmaxhosts="];
        let stays = |option: &String| {
            let option = option.to_ascii_lowercase();
            !discovery.iter().any(|name| option.starts_with(name))
        };
        let options = self.options.iter().filter(|option| stays(option)).cloned().collect();
        let front = self.front.replacen("mongodb+srv://", "mongodb://", 1);
        Self { front, hosts: host.to_owned(), options }.with("directConnection", "true")
    }

    /// The first host, with its port.
    pub(crate) fn host(&self) -> String {
        let first = self.hosts.split(',').next().unwrap_or_default();
        if first.contains(':') { first.to_owned() } else { format!("{first}:27017") }
    }

    pub(crate) fn has_tls(&self) -> bool {
        self.options.iter().any(|option| matches!(option.as_str(), "tls=true" | "ssl=true"))
            || (self.front.starts_with("mongodb+srv://") && !self.options.iter().any(|option| option == "tls=false"))
    }

    pub(crate) fn database(&self, name: &str) -> String {
        let options = self.options.join("&");
        let question = if options.is_empty() { "" } else { "?" };
        format!("{}{}/{name}{question}{options}", self.front, self.hosts)
    }
}

/// Percent-encodes every byte that could have a meaning in a connection string.
fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_keeps_its_parts_under_another_database() {
        let uri = Uri::parse("mongodb://ann:p%40ss@a:1,b:2/old?replicaSet=rs0&w=1").unwrap();
        assert_eq!(uri.database("new"), "mongodb://ann:p%40ss@a:1,b:2/new?replicaSet=rs0&w=1");
        assert_eq!(Uri::parse("mongodb://a").unwrap().database("new"), "mongodb://a/new");
        assert_eq!(Uri::parse("mongodb://a?w=1").unwrap().database("new"), "mongodb://a/new?w=1");
    }

    #[test]
    fn a_direct_one_names_one_host_and_no_replica_set() {
        let uri = Uri::parse("mongodb+srv://ann:secret@cluster.example/?replicaSet=rs0&appName=x").unwrap();
        assert_eq!(
            uri.direct("127.0.0.1:5").database("new"),
            "mongodb://ann:secret@127.0.0.1:5/new?appName=x&directConnection=true"
        );
    }

    #[test]
    fn what_a_connection_string_gives_meaning_to_is_encoded() {
        let uri = Uri::new(Some(("ann", "a/b@c?")), "127.0.0.1:5").with("tlsCAFile", "/tmp/a b.pem");
        assert_eq!(uri.database("new"), "mongodb://ann:a%2Fb%40c%3F@127.0.0.1:5/new?tlsCAFile=%2Ftmp%2Fa%20b.pem");
    }

    #[test]
    fn who_signs_in_does_so_at_admin_unless_it_is_said_otherwise() {
        let uri = |uri: &str| Uri::parse(uri).unwrap().with_auth_source().database("new");
        assert_eq!(uri("mongodb://ann:secret@a"), "mongodb://ann:secret@a/new?authSource=admin");
        assert_eq!(uri("mongodb://ann:secret@a/?authSource=people"), "mongodb://ann:secret@a/new?authSource=people");
        assert_eq!(uri("mongodb://a"), "mongodb://a/new");
    }
}
