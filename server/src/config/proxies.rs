//! The proxies in front of Myna whose word about a client's address counts.

use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses and networks, as a list with commas. An empty list trusts nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn contains(&self, address: &IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(item: &str) -> Result<IpNet, String> {
    let address = || item.parse::<IpAddr>().ok().map(IpNet::from);
    item.parse().ok().or_else(address).ok_or_else(|| {
        format!("'{item}' is neither an address nor a network; expected a list such as 192.0.2.1,10.0.0.0/8,fd00::/8")
    })
}
