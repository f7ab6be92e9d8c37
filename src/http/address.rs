//! Where a request comes from: the peer, or what trusted proxies say about it.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};

use crate::config::Network;
use crate::domain::address::ClientNetwork;

/// The network of the client.
///
/// A proxy appends the address it was called from, so the right-most entry that isn't itself a trusted proxy is the client;
/// what stands left of it is the client's own word.
#[must_use]
pub fn client_network(request: &HttpRequest, trusted: &[Network]) -> Option<ClientNetwork> {
    let peer = request.peer_addr()?.ip().to_canonical();
    Some(ClientNetwork::of(client_address(peer, request.headers(), trusted)))
}

/// Whether the request came from a proxy whose word is taken.
#[must_use]
pub fn is_trusted_peer(request: &HttpRequest, trusted: &[Network]) -> bool {
    request.peer_addr().is_some_and(|peer| is_trusted(peer.ip().to_canonical(), trusted))
}

fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let x_forwarded_for = entries(headers, &HeaderName::from_static("x-forwarded-for"), bare_address);
    let forwarded = entries(headers, &FORWARDED, forwarded_for);
    let client = |entries: &[Option<IpAddr>]| right_most_untrusted(peer, entries, trusted);
    match (x_forwarded_for.is_empty(), forwarded.is_empty()) {
        (true, true) => peer,
        (false, true) => client(&x_forwarded_for),
        (true, false) => client(&forwarded),
        // A proxy writes one of them and may pass on the other as the client made it up: only what both say is believed.
        (false, false) => {
            let (one, other) = (client(&x_forwarded_for), client(&forwarded));
            if one == other { one } else { peer }
        }
    }
}

fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

fn right_most_untrusted(peer: IpAddr, entries: &[Option<IpAddr>], trusted: &[Network]) -> IpAddr {
    let mut nearest = peer;
    for entry in entries.iter().rev() {
        // A name, a pseudonym or nonsense: what is known ends here.
        let Some(address) = entry else {
            return nearest;
        };
        nearest = *address;
        if !is_trusted(nearest, trusted) {
            return nearest;
        }
    }
    nearest
}

fn entries(headers: &HeaderMap, name: &HeaderName, read: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).map(|value| value.to_str().unwrap_or("?"));
    lines.flat_map(|line| line.split(',')).map(|entry| read(entry.trim())).collect()
}

/// An address, perhaps with a port, and for IPv6 perhaps in brackets.
fn bare_address(entry: &str) -> Option<IpAddr> {
    let without_port = match entry.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if entry.matches(':').count() == 1 => entry.split_once(':')?.0,
        None => entry,
    };
    without_port.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The `for` parameter of a `Forwarded` element (RFC 7239).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let parameters = element.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let mut values = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("for")).map(|(_, value)| value);
    bare_address(values.next()?.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn network(text: &str) -> Network {
        Network::try_from(text.to_owned()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_about_whom_they_were_called_by() {
        let trusted = [network("10.0.0.0/8"), network("2001:db8::1")];
        let cases = [
            // peer, X-Forwarded-For, Forwarded, client
            ("192.0.2.1", "198.51.100.7", "", "192.0.2.1"),
            ("10.0.0.1", "", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.7", "", "198.51.100.7"),
            ("::ffff:10.0.0.1", "198.51.100.7", "", "198.51.100.7"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.7", "", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, 10.0.0.2", "", "198.51.100.7"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "", "10.0.0.3"),
            ("10.0.0.1", "198.51.100.7, garbage", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.7:4711", "", "198.51.100.7"),
            ("10.0.0.1", "[2001:db8:2::5]:4711", "", "2001:db8:2::5"),
            ("10.0.0.1", "2001:db8:2::5", "", "2001:db8:2::5"),
            ("10.0.0.1", "", "for=198.51.100.7;proto=https", "198.51.100.7"),
            ("10.0.0.1", "", "For=\"[2001:db8:2::5]:80\"", "2001:db8:2::5"),
            ("10.0.0.1", "", "for=1.2.3.4, for=unknown", "10.0.0.1"),
            ("10.0.0.1", "", "for=_hidden", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.7", "for=198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7", "for=1.2.3.4", "10.0.0.1"),
            ("2001:db8::1", "198.51.100.7", "", "198.51.100.7"),
        ];
        for (peer, x_forwarded_for, forwarded, client) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [("x-forwarded-for", x_forwarded_for), ("forwarded", forwarded)] {
                if !value.is_empty() {
                    headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
            }
            let found = client_address(address(peer).to_canonical(), &headers, &trusted);
            assert_eq!(found, address(client), "{peer} {x_forwarded_for} {forwarded}");
        }
    }
}
