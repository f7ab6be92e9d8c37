//! Requests that may be sent twice: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::address::ClientNetwork;
use super::author::{GuestToken, GuestTokenHash};
use super::id::SiteId;

/// How long a first answer is kept, in seconds.
pub const KEPT_SECONDS: i64 = 86_400;
/// The longest key, in characters.
pub const MAX_KEY_CHARACTERS: usize = 255;

/// The key that a client gave a request: 1 to 255 visible ASCII characters, with or without quotes around them.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header's value: a structured-field string (RFC 9651) or a bare token; `None` if it is neither.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        let well_formed = (1..=MAX_KEY_CHARACTERS).contains(&bare.len())
            && bare.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
            && bare.trim() == bare;
        well_formed.then(|| Self(bare.to_owned()))
    }

    /// The guest token that the first request with this key was given.
    ///
    /// It is derived from the key and a random salt, so that a retry can be given it again though the store keeps
    /// neither the token nor the key.
    #[must_use]
    pub fn guest_token(&self, salt: &[u8; 32]) -> GuestToken {
        // A MAC takes a key of any length.
        match Hmac::<Sha256>::new_from_slice(salt) {
            Ok(mac) => GuestToken::from_bytes(mac.chain_update(self.0.as_bytes()).finalize().into_bytes().into()),
            Err(_) => GuestToken::from_bytes(*salt),
        }
    }
}

impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}

/// Who sent a request: the holder of a token, else the network it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The holder of this token.
    Guest(GuestTokenHash),
    /// Somebody in this network.
    Network(ClientNetwork),
}

/// The name under which a first answer is kept: a hash of site, writer and key. Without the key, which is the client's
/// secret, neither the writer nor the address can be found from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplayId([u8; 32]);

impl ReplayId {
    /// The name for this key of this writer on this site.
    #[must_use]
    pub fn of(site: SiteId, writer: &Writer, key: &IdempotencyKey) -> Self {
        let mut hash = Sha256::new();
        hash.update(site.number().to_be_bytes());
        match writer {
            Writer::Guest(token) => {
                hash.update([1]);
                hash.update(token.as_bytes());
            }
            Writer::Network(network) => {
                let network = network.to_string();
                hash.update([2, u8::try_from(network.len()).unwrap_or(u8::MAX)]);
                hash.update(network.as_bytes());
            }
        }
        hash.update(key.0.as_bytes());
        Self(hash.finalize().into())
    }

    /// The bytes of the name.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What tells one request from another under the same key: SHA-256 of its body as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a request body.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The bytes of the fingerprint.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_or_without_quotes() {
        let longest = "k".repeat(255);
        for (value, key) in [("abc", "abc"), ("\"abc\"", "abc"), ("a b", "a b"), (longest.as_str(), longest.as_str())] {
            assert_eq!(IdempotencyKey::parse(value), Some(IdempotencyKey(key.to_owned())));
        }
        for value in ["", "\"\"", "\"", "a\"b", " a", "é", "a\tb", &"k".repeat(256)] {
            assert_eq!(IdempotencyKey::parse(value), None, "{value}");
        }
    }
}
