//! Networks of clients, as quotas know them, and as they are kept with what was written from there: hashed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The network of a client, as quotas know it: one IPv4 address, or the /64 of an IPv6 address, since a single host often
/// has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientNetwork(IpAddr);

impl ClientNetwork {
    /// The network that `address` belongs to. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`, or `64:ff9b::192.0.2.1`,
    /// as translators do) is the IPv4 address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(IpAddr::V4(v4)),
            IpAddr::V6(v6) => match v6.segments() {
                [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                    Self(IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))))
                }
                [a, b, c, d, ..] => Self(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))),
            },
        }
    }

    /// The network as it is hashed: one IPv4 address, or the /56 of an IPv6 address, since a household often
    /// has all of it.
    fn of_household(self) -> String {
        match self.0 {
            IpAddr::V4(v4) => format!("{v4}/32"),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{}/56", Ipv6Addr::new(a, b, c, d & 0xff00, 0, 0, 0, 0))
            }
        }
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}/32"),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// The secret under which networks are hashed: who has the hashes without it can't try out addresses.
#[derive(Clone)]
pub struct NetworkKey([u8; 32]);

/// A network as it is kept and shown to staff: the first 16 bytes of HMAC-SHA-256 of its text under the key of the
/// installation. The same network has the same hash on every site. A network of IPv6 is a /56 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkHash([u8; 16]);

impl NetworkKey {
    /// The key made of these random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash of a network: one for all of a /56 of IPv6.
    #[must_use]
    pub fn hash(&self, network: ClientNetwork) -> NetworkHash {
        // A key of any length will do, so this can't fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return NetworkHash([0; 16]);
        };
        mac.update(network.of_household().as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        NetworkHash(digest.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Debug for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NetworkKey(…)")
    }
}

impl NetworkHash {
    /// A hash read back from the store; `None` if it has another length.
    #[must_use]
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads the wire form, `n` and 26 characters of base32hex; `None` for anything that this service never wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = Self::from_stored(&BASE32_DNSSEC.decode(text.strip_prefix('n')?.as_bytes()).ok()?)?;
        (hash.to_string() == text).then_some(hash)
    }
}

impl fmt::Display for NetworkHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", BASE32_DNSSEC.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_slash_64() {
        let cases = [
            ("192.0.2.7", "192.0.2.7/32"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
            ("64:ff9b::404:404", "4.4.4.4/32"),
            ("64:ff9b::192.0.2.7", "192.0.2.7/32"),
            ("64:ff9b:1::404:404", "64:ff9b:1::/64"),
            ("64:ff9b::1:404:404", "64:ff9b::/64"),
        ];
        for (address, network) in cases {
            assert_eq!(address.parse().map(|ip| ClientNetwork::of(ip).to_string()), Ok(network.to_owned()));
        }
    }

    #[test]
    fn a_network_is_hashed_by_ipv4_address_or_ipv6_slash_56() {
        let hash = |address: &str| NetworkKey::from_bytes([1; 32]).hash(ClientNetwork::of(address.parse().unwrap()));
        let cases = [
            ("2001:db8:1:200::1", "2001:db8:1:2ff:ffff::1", true),
            ("2001:db8:1:200::1", "2001:db8:1:300::1", false),
            ("2001:db8:1:200::1", "2001:db8:1:1ff::1", false),
            ("64:ff9b::404:404", "4.4.4.4", true),
            ("64:ff9b::404:404", "64:ff9b::404:405", false),
            ("192.0.2.7", "192.0.2.8", false),
        ];
        for (one, other, is_same) in cases {
            assert_eq!(hash(one) == hash(other), is_same, "{one} {other}");
        }
    }

    #[test]
    fn a_hashed_network_reads_back_and_depends_on_the_key() {
        let network = ClientNetwork::of(IpAddr::from([192, 0, 2, 7]));
        let hash = NetworkKey::from_bytes([1; 32]).hash(network);
        assert_eq!(hash, NetworkKey::from_bytes([1; 32]).hash(network));
        assert_ne!(hash, NetworkKey::from_bytes([2; 32]).hash(network));
        assert_ne!(hash, NetworkKey::from_bytes([1; 32]).hash(ClientNetwork::of(IpAddr::from([192, 0, 2, 8]))));
        assert_eq!(NetworkHash::parse(&hash.to_string()), Some(hash));
        for text in ["", "0", "192.0.2.7", &hash.to_string().to_uppercase()] {
            assert_eq!(NetworkHash::parse(text), None, "{text}");
        }
    }
}
