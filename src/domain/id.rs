//! Identifiers: 64-bit, time-ordered, opaque on the wire.
//!
//! An id holds 41 bits of milliseconds since 2024-01-01 and 22 bits that differ within a millisecond, so that a table
//! keyed by id is a table in the order of time, and the text form sorts like the number. JavaScript can't hold 64-bit
//! integers, so the wire form is text: 13 characters of base32hex in lower case (RFC 4648, section 7, no padding).

use data_encoding::BASE32_DNSSEC;
use std::fmt;

use super::time::Timestamp;

/// 2024-01-01T00:00:00Z, where the time part of an id begins.
const EPOCH_MILLISECONDS: i64 = 1_704_067_200_000;
/// Bits below the time part.
const SEQUENCE_BITS: u32 = 22;

/// The first id that can be made at `time`; also a bound for "since then" in queries by id.
#[must_use]
pub const fn first_at(time: Timestamp) -> i64 {
    let since_epoch = time.milliseconds().saturating_sub(EPOCH_MILLISECONDS);
    if since_epoch < 0 { 0 } else { since_epoch << SEQUENCE_BITS }
}

/// The largest value of the part below the time.
pub const MAX_SEQUENCE: i64 = (1 << SEQUENCE_BITS) - 1;

fn encode(value: i64) -> String {
    BASE32_DNSSEC.encode(&value.to_be_bytes())
}

fn decode(text: &str) -> Option<i64> {
    let bytes: [u8; 8] = BASE32_DNSSEC.decode(text.as_bytes()).ok()?.try_into().ok()?;
    let value = i64::from_be_bytes(bytes);
    // One id has one spelling: upper case and negative numbers are not ours.
    (value > 0 && encode(value) == text).then_some(value)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number, as the application made it or the store kept it.
            #[must_use]
            pub const fn from_number(number: i64) -> Self {
                Self(number)
            }

            /// The number that the store keeps.
            #[must_use]
            pub const fn number(self) -> i64 {
                self.0
            }

            /// Reads the wire form; `None` for anything that this service never wrote.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                decode(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(self.0))
            }
        }
    };
}

id!(
    /// A comment.
    CommentId
);
id!(
    /// A thread of comments.
    ThreadId
);
id!(
    /// A site.
    SiteId
);
id!(
    /// A person who writes: today a guest, known by a token.
    AuthorId
);
id!(
    /// A person who looks after sites.
    StaffId
);
id!(
    /// A session of a member of staff in a browser.
    SessionId
);
id!(
    /// An API token.
    TokenId
);
id!(
    /// What a moderator decided about a comment.
    DecisionId
);
id!(
    /// A ban of a writer or of a network.
    BanId
);
id!(
    /// A rule about what texts may say.
    RuleId
);
id!(
    /// An earlier text of a comment.
    RevisionId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_reads_back_and_sorts_like_the_number() {
        let numbers = [1, 31, 32, 1 << 40, i64::MAX - 1, i64::MAX];
        let texts: Vec<String> = numbers.iter().map(|number| CommentId(*number).to_string()).collect();
        assert!(texts.is_sorted());
        for (number, text) in numbers.iter().zip(&texts) {
            assert_eq!(text.len(), 13);
            assert_eq!(CommentId::parse(text), Some(CommentId(*number)));
        }
    }

    #[test]
    fn a_text_that_no_id_has_is_not_read() {
        let upper_case = CommentId(i64::MAX).to_string().to_uppercase();
        for text in ["", "1", "0000000000000", "zzzzzzzzzzzzz", "00000000000000000", "é", upper_case.as_str()] {
            assert_eq!(CommentId::parse(text), None, "{text}");
        }
    }
}
