//! People who write.

use super::credential::token;
use super::id::AuthorId;
use super::text;

/// The longest name, in characters (extended grapheme clusters).
pub const MAX_NAME_CHARACTERS: u32 = 64;
/// The largest name, in bytes.
const MAX_NAME_BYTES: usize = 512;
/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3).
pub const MAX_EMAIL_BYTES: usize = 254;

/// The name under a comment: one line of 1 to 64 characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing in it can be seen.
    #[error("the name is blank")]
    Blank,
    /// Too many characters, or too many bytes in few characters.
    #[error("the name is too long: {actual} characters, at most {max}")]
    TooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too many combining marks on one character.
    #[error("more than {max} combining marks on one character")]
    TooManyCombiningMarks {
        /// The most marks.
        max: u64,
    },
}

impl DisplayName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`NameError`] for a name that is blank, too long or piled up with combining marks.
    pub fn parse(input: &str) -> Result<Self, NameError> {
        read_name(input).map(Self)
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

/// The clean line that a name is kept as, whoever bears it.
pub(super) fn read_name(input: &str) -> Result<String, NameError> {
    let name = text::normalise_line(input);
    if text::is_blank(&name) {
        return Err(NameError::Blank);
    }
    let actual = u64::try_from(text::characters(&name)).unwrap_or(u64::MAX);
    let max = u64::from(MAX_NAME_CHARACTERS);
    if actual > max {
        return Err(NameError::TooLong { max, actual });
    }
    if text::most_combining_marks(&name) > super::body::MAX_COMBINING_MARKS {
        let max = u64::try_from(super::body::MAX_COMBINING_MARKS).unwrap_or(u64::MAX);
        return Err(NameError::TooManyCombiningMarks { max });
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(NameError::TooLong { max, actual });
    }
    Ok(name)
}

/// An e-mail address that a writer left. It is never part of a public answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address whose form was checked where it came in; `None` if it is longer than any can be or holds
    /// characters that could break a mail header.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        let usable = input.len() <= MAX_EMAIL_BYTES
            && input.contains('@')
            && !input.chars().any(|c| c.is_whitespace() || c.is_control() || text::is_forbidden(c));
        usable.then(|| Self(input.to_owned()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// What kind of person wrote a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorKind {
    /// Somebody without an account, told apart by a token.
    Guest,
    /// Somebody who works for the site.
    Staff,
}

impl AuthorKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Staff => "staff",
        }
    }

    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Guest => 0,
            Self::Staff => 1,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Guest),
            1 => Some(Self::Staff),
            _ => None,
        }
    }
}

token!(
    /// The secret by which a guest is told apart: 32 random bytes, on the wire as `rjg_` and 43 characters of base64url.
    ///
    /// The store keeps its hash only.
    GuestToken, "rjg_", GuestTokenHash
);

/// The hash by which a guest is found: SHA-256 of the token. The token is random, so it needs no salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GuestTokenHash([u8; 32]);

impl From<[u8; 32]> for GuestTokenHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl GuestTokenHash {
    /// The bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The writer of a comment, as readers see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who it is.
    pub id: AuthorId,
    /// The name they gave.
    pub name: DisplayName,
    /// What kind of person they are.
    pub kind: AuthorKind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_clean_line() {
        let family = "👩‍👩‍👧‍👦";
        let longest = "x".repeat(64);
        let cases = [
            ("dave", "dave"),
            ("  billy \n bob ", "billy bob"),
            ("a\u{202e}b\0", "ab"),
            (family, family),
            (longest.as_str(), longest.as_str()),
        ];
        for (input, name) in cases {
            assert_eq!(DisplayName::parse(input), Ok(DisplayName(name.to_owned())));
        }
        assert_eq!(DisplayName::parse(" \u{200b}\u{3164}"), Err(NameError::Blank));
        assert_eq!(DisplayName::parse(&"x".repeat(65)), Err(NameError::TooLong { max: 64, actual: 65 }));
        let piled_up = format!("a{}", "\u{316}".repeat(11));
        assert_eq!(DisplayName::parse(&piled_up), Err(NameError::TooManyCombiningMarks { max: 10 }));
    }
}
