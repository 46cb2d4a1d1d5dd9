//! The address that a request comes from: the connection's, or the one that a trusted proxy names.

use crate::config::TrustedProxies;
use crate::log_throttle::LogThrottle;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::FORWARDED;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Where a request comes from, for limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Puts the client's address into the request.
pub(crate) async fn find(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let address = client_address(peer.ip(), request.headers(), &state.trusted_proxies);
        static LOG: LogThrottle = LogThrottle::new();
        if is_ignored(peer.ip(), request.headers(), &state.trusted_proxies) && LOG.allow() {
            tracing::warn!(
                peer = %peer.ip().to_canonical(),
                "a request names its client's address in X-Forwarded-For or Forwarded, but its peer is not in \
                 --trusted-proxies. If the peer is your proxy, add it: all people behind it count as one address, and one who \
                 guesses passwords can lock the others out. If it is not, there is nothing to do"
            );
        }
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// Whether the request names its client's address, and that does not count.
fn is_ignored(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> bool {
    (headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED))
        && !trusted.contains(&peer.to_canonical())
}

/// Anybody can send these headers, so only a trusted peer's count. A proxy writes one of them and may pass on the other as
/// the client wrote it: where the two name different addresses, neither counts.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.contains(&peer) {
        return peer;
    }
    let from_list = last_untrusted(hops(headers, X_FORWARDED_FOR, address), peer, trusted);
    let from_standard = last_untrusted(hops(headers, FORWARDED.as_str(), forwarded_for), peer, trusted);
    match (from_list, from_standard) {
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) | (None, None) => peer,
    }
}

/// The addresses of a header's list, in their order; `None` stands for what is no address.
fn hops(headers: &HeaderMap, name: &str, read: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).iter();
    lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(|item| read(item.trim())).collect()
}

/// The address nearest to us that is no proxy of ours: what stands before it is the client's own word. `None` when the
/// list is empty.
fn last_untrusted(hops: Vec<Option<IpAddr>>, peer: IpAddr, trusted: &TrustedProxies) -> Option<IpAddr> {
    if hops.is_empty() {
        return None;
    }
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Some(hop) = hop else { break };
        nearest = hop;
        if !trusted.contains(&hop) {
            break;
        }
    }
    Some(nearest)
}

/// An address, perhaps with brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

/// The address in an element of `Forwarded` (RFC 7239), as in `for="[2001:db8::1]:4711";proto=https`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn found(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted = "10.0.0.0/8, 192.0.2.1, fd00::/8".parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        client_address(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        for headers in [&[("x-forwarded-for", "203.0.113.7")][..], &[("forwarded", "for=203.0.113.7")], &[]] {
            assert_eq!(found("198.51.100.9", headers), "198.51.100.9", "{headers:?}");
        }
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        for (headers, expected) in [
            (&[("x-forwarded-for", "203.0.113.7")][..], "203.0.113.7"),
            (&[("x-forwarded-for", "1.2.3.4, 203.0.113.7")], "203.0.113.7"),
            (&[("x-forwarded-for", "1.2.3.4, 203.0.113.7, 10.9.9.9,192.0.2.1")], "203.0.113.7"),
            (&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "203.0.113.7, 10.1.1.1")], "203.0.113.7"),
            (&[("x-forwarded-for", "203.0.113.7:4711")], "203.0.113.7"),
            (&[("x-forwarded-for", "2001:db8::1")], "2001:db8::1"),
            (&[("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
            (&[("x-forwarded-for", "::ffff:203.0.113.7")], "203.0.113.7"),
            (&[("forwarded", "for=1.2.3.4, For=\"[2001:db8::1]:4711\";proto=https")], "2001:db8::1"),
            (&[("forwarded", "proto=https;for=203.0.113.7;by=10.0.0.1")], "203.0.113.7"),
            (&[("forwarded", "for=203.0.113.7"), ("x-forwarded-for", "203.0.113.7")], "203.0.113.7"),
        ] {
            assert_eq!(found("10.0.0.1", headers), expected, "{headers:?}");
            assert_eq!(found("::ffff:10.0.0.1", headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_in_dispute_leaves_the_nearest_address() {
        for (headers, expected) in [
            (&[][..], "10.0.0.1"),
            (&[("x-forwarded-for", "unknown")], "10.0.0.1"),
            (&[("x-forwarded-for", "203.0.113.7, what, 10.2.2.2")], "10.2.2.2"),
            (&[("x-forwarded-for", "10.3.3.3, 10.2.2.2")], "10.3.3.3"),
            (&[("forwarded", "for=_hidden")], "10.0.0.1"),
            (&[("forwarded", "proto=https")], "10.0.0.1"),
            (&[("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "203.0.113.7")], "10.0.0.1"),
        ] {
            assert_eq!(found("10.0.0.1", headers), expected, "{headers:?}");
        }
    }
}
