//! Which names this server answers to.
//!
//! A page of another site can have its own name lead to this machine (DNS rebinding): to the browser we are that site
//! then, and its page reads our answers. Such a request carries the other site's name in `Host`. It never carries an
//! address, since a page that came from an address came from us.

use crate::config::{Config, address_of, host_of};

/// The hosts that a request may be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Other machines reach us, by names that we do not know.
    Any,
    /// Addresses, `localhost`, and this name.
    Known(Option<String>),
}

impl Hosts {
    pub(crate) fn of(config: &Config) -> Self {
        match &config.public_url {
            Some(url) => Self::Known(Some(url.host().to_owned())),
            None if config.listen.ip().is_loopback() => Self::Known(None),
            None => Self::Any,
        }
    }

    /// Whether a request with this `Host` is for us.
    pub(crate) fn include(&self, authority: &str) -> bool {
        let Self::Known(name) = self else { return true };
        let host = host_of(authority);
        let is = |name: &str| host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case(name);
        address_of(host).is_some() || is("localhost") || name.as_deref().is_some_and(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(args: &[&str]) -> Hosts {
        let args = std::iter::once("myna").chain(args.iter().copied()).map(Into::into).collect();
        Hosts::of(&Config::read(args).unwrap())
    }

    #[test]
    fn without_a_public_address_a_loopback_server_answers_to_this_machine_alone() {
        let hosts = hosts(&[]);
        for host in ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "127.9.9.9", "[::1]:3000", "[::1]"] {
            assert!(hosts.include(host), "{host}");
        }
        for host in
            ["evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "1", "::1", ""]
        {
            assert!(!hosts.include(host), "{host}");
        }
    }

    #[test]
    fn with_a_public_address_its_name_is_known_whatever_the_port() {
        for listen in ["127.0.0.1:3000", "0.0.0.0:3000"] {
            let hosts = hosts(&["--public-url", "https://chat.example:8443", "--listen", listen]);
            for host in ["chat.example:8443", "Chat.Example", "chat.example.", "127.0.0.1:3000", "192.168.1.5:3000"] {
                assert!(hosts.include(host), "{host}");
            }
            for host in ["evil.example", "chat.example.evil.example", "xchat.example", "chat.example:80:80"] {
                assert!(!hosts.include(host), "{host}");
            }
        }
    }

    #[test]
    fn a_server_for_other_machines_whose_name_nobody_told_answers_to_any() {
        assert_eq!(hosts(&["--listen", "0.0.0.0:3000"]), Hosts::Any);
        assert!(Hosts::Any.include("whatever.example"));
    }
}
