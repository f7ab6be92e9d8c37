//! Secrets that the service hands out and knows again: of guests, of programs, of browsers that signed in.
//!
//! They are random, so their SHA-256 needs no salt, and the store keeps nothing else. Must not know who holds one.

use super::author::{self, NameError};

/// A secret of 32 random bytes with a prefix of its own, and the type of the hash by which it is found.
macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $hash:ty) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name([u8; 32]);

        impl $name {
            /// What every token begins with, so that secret scanners can find one that leaked.
            pub const PREFIX: &'static str = $prefix;

            /// The token made of these random bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Reads the wire form; `None` if this service never wrote it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let encoded = text.strip_prefix(Self::PREFIX)?;
                let bytes = data_encoding::BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?;
                Some(Self(bytes.try_into().ok()?))
            }

            /// The wire form. A method of this name, not `Display`, so that no token is logged by accident.
            #[must_use]
            pub fn reveal(&self) -> String {
                format!("{}{}", Self::PREFIX, data_encoding::BASE64URL_NOPAD.encode(&self.0))
            }

            /// The hash that the store keeps.
            #[must_use]
            pub fn hash(&self) -> $hash {
                let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(self.0).into();
                hash.into()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}
pub(super) use token;

token!(
    /// The secret by which a program acts for a member of staff: 32 random bytes, on the wire as `rjs_` and 43
    /// characters of base64url.
    ApiToken, "rjs_", [u8; 32]
);

token!(
    /// The secret in the cookie of a browser in which a member of staff signed in: 32 random bytes, on the wire as
    /// `rjx_` and 43 characters of base64url.
    SessionToken, "rjx_", [u8; 32]
);

/// What the owner of an API token calls it: one line of 1 to 64 characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    /// Reads a name, by the rules of a [`DisplayName`](author::DisplayName).
    ///
    /// # Errors
    /// [`NameError`] for a name that is blank, too long or piled up with combining marks.
    pub fn parse(input: &str) -> Result<Self, NameError> {
        author::read_name(input).map(Self)
    }

    /// A name read back from the store.
    #[must_use]
    pub const fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::super::author::GuestToken;
    use super::*;

    /// SHA-256 of 32 times 7.
    const HASH_OF_SEVENS: &str = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0";

    #[test]
    fn a_token_reads_back_and_shows_itself_only_when_asked() {
        let (guest, api, session) =
            (GuestToken::from_bytes([7; 32]), ApiToken::from_bytes([7; 32]), SessionToken::from_bytes([7; 32]));
        let encoded = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        assert_eq!(guest.reveal(), format!("rjg_{encoded}"));
        assert_eq!(api.reveal(), format!("rjs_{encoded}"));
        assert_eq!(session.reveal(), format!("rjx_{encoded}"));
        assert_eq!(format!("{guest:?} {api:?} {session:?}"), "GuestToken(…) ApiToken(…) SessionToken(…)");
        assert_eq!(GuestToken::parse(&guest.reveal()), Some(guest.clone()));
        assert_eq!(ApiToken::parse(&api.reveal()), Some(api.clone()));
        assert_eq!(SessionToken::parse(&session.reveal()), Some(session.clone()));
        for hash in [guest.hash().as_bytes(), &api.hash(), &session.hash()] {
            assert_eq!(HEXLOWER.encode(hash), HASH_OF_SEVENS);
        }
    }

    #[test]
    fn a_token_of_one_kind_is_none_of_another() {
        let (api, session) = (ApiToken::from_bytes([7; 32]).reveal(), SessionToken::from_bytes([7; 32]).reveal());
        assert_eq!(ApiToken::parse(&session), None);
        assert_eq!(SessionToken::parse(&api), None);
        assert_eq!(GuestToken::parse(&api), None);
    }

    #[test]
    fn a_text_that_no_token_has_is_not_read() {
        let token = ApiToken::from_bytes([7; 32]).reveal();
        // The last character holds two bits that belong to no byte: one token has one spelling.
        let other_spelling = format!("{}d", &token[..46]);
        let cases = [
            String::new(),
            "rjs_".to_owned(),
            "rjs_AAAA".to_owned(),
            token.replace("rjs_", ""),
            token.replace("rjs_", "RJS_"),
            format!("{token}="),
            format!("{token}A"),
            format!(" {token}"),
            other_spelling,
        ];
        for text in cases {
            assert_eq!(ApiToken::parse(&text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(text in "(rjs_)?\\PC{0,50}|rjs_[A-Za-z0-9_-]{43}", bytes in any::<[u8; 32]>()) {
            if let Some(token) = ApiToken::parse(&text) {
                prop_assert_eq!(token.reveal(), text);
            }
            let token = ApiToken::from_bytes(bytes);
            prop_assert_eq!(ApiToken::parse(&token.reveal()), Some(token));
        }
    }
}
