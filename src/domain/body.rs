//! The text of a comment as its writer typed it, and the only way to make one: [`CommentBody::parse`].
//!
//! Must not know how it is shown (`html`), nor where the limits come from.

use thiserror::Error;

use super::text;

/// The most bytes that any body may have, whatever its limit in characters.
pub const MAX_BODY_BYTES: usize = 65_536;

/// How many bytes of UTF-8 a body may have for each character that it is allowed.
///
/// An emoji family has 25; without this cap one "character" could be as long as a book.
pub const MAX_BYTES_PER_CHARACTER: usize = 32;

/// The most combining marks on one character; more of them only paint over the neighbours' lines.
pub const MAX_COMBINING_MARKS: usize = 10;

/// How long a body may be, in characters: extended grapheme clusters, after normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// The fewest characters; 0 counts as 1, since a comment always says something.
    pub min_characters: u32,
    /// The most characters.
    pub max_characters: u32,
}

impl BodyError {
    /// The same error with the numbers of other limits: for a text that was held against the widest limits of all before
    /// its own were known.
    #[must_use]
    pub fn under(self, limits: BodyLimits) -> Self {
        match self {
            Self::TooLong { actual, .. } => Self::TooLong { max: u64::from(limits.max_characters), actual },
            Self::TooShort { actual, .. } => Self::TooShort { min: u64::from(limits.min_characters.max(1)), actual },
            Self::TooManyBytes { actual, .. } => Self::TooManyBytes { max: number(limits.max_bytes()), actual },
            Self::TooManyCombiningMarks { .. } => self,
        }
    }
}

impl BodyLimits {
    fn max_bytes(self) -> usize {
        usize::try_from(self.max_characters)
            .map_or(MAX_BODY_BYTES, |characters| characters.saturating_mul(MAX_BYTES_PER_CHARACTER).min(MAX_BODY_BYTES))
    }
}

/// Why a text can't be the body of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// More characters than allowed.
    #[error("the text has {actual} characters, and may have {max}")]
    TooLong {
        /// The most characters allowed.
        max: u64,
        /// The characters that there are.
        actual: u64,
    },
    /// Fewer characters than required; a blank text has none.
    #[error("the text has {actual} characters, and must have {min}")]
    TooShort {
        /// The fewest characters allowed.
        min: u64,
        /// The characters that there are.
        actual: u64,
    },
    /// More bytes of UTF-8 than allowed.
    #[error("the text has {actual} bytes, and may have {max}")]
    TooManyBytes {
        /// The most bytes allowed.
        max: u64,
        /// The bytes that there are.
        actual: u64,
    },
    /// A character with more combining marks than allowed.
    #[error("a character of the text has more than {max} combining marks")]
    TooManyCombiningMarks {
        /// The most combining marks allowed on one character.
        max: u64,
    },
}

/// The text of a comment: normalised, not blank, within its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentBody(String);

impl CommentBody {
    /// Normalises a text and holds it against the limits.
    ///
    /// # Errors
    ///
    /// The first of the [`BodyError`]s that applies. Input over [`MAX_BODY_BYTES`] is refused before anything looks at it,
    /// so that hostile input costs little; up to there, combining marks speak first and the limit in bytes last.
    pub fn parse(input: &str, limits: BodyLimits) -> Result<Self, BodyError> {
        if input.len() > MAX_BODY_BYTES {
            return Err(BodyError::TooManyBytes { max: number(limits.max_bytes()), actual: number(input.len()) });
        }
        let body = Self(text::normalise(input));
        if text::most_combining_marks(&body.0) > MAX_COMBINING_MARKS {
            return Err(BodyError::TooManyCombiningMarks { max: number(MAX_COMBINING_MARKS) });
        }
        body.check(limits)?;
        Ok(body)
    }

    /// Holds the text against limits, which may be narrower than those it was parsed with.
    ///
    /// # Errors
    ///
    /// [`BodyError::TooLong`], [`BodyError::TooShort`] or [`BodyError::TooManyBytes`].
    pub fn check(&self, limits: BodyLimits) -> Result<(), BodyError> {
        let actual = if text::is_blank(&self.0) { 0 } else { number(text::characters(&self.0)) };
        let min = u64::from(limits.min_characters.max(1));
        let max = u64::from(limits.max_characters);
        if actual < min {
            return Err(BodyError::TooShort { min, actual });
        }
        if actual > max {
            return Err(BodyError::TooLong { max, actual });
        }
        if self.0.len() > limits.max_bytes() {
            return Err(BodyError::TooManyBytes { max: number(limits.max_bytes()), actual: number(self.0.len()) });
        }
        Ok(())
    }

    /// A body read back from the store, which holds none that wasn't parsed; limits may have changed since.
    #[must_use]
    pub const fn from_stored(body: String) -> Self {
        Self(body)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: BodyLimits = BodyLimits { min_characters: 2, max_characters: 5 };

    #[test]
    fn a_body_within_its_limits_is_kept_normalised() {
        let cases = [
            ("hello", "hello"),
            ("  hi\r\n", "hi"),
            ("h\u{0}i\u{202e}", "hi"),
            ("e\u{301}e\u{301}", "\u{e9}\u{e9}"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"),
        ];
        for (input, expected) in cases {
            assert_eq!(CommentBody::parse(input, LIMITS), Ok(CommentBody(expected.to_owned())), "{input:?}");
        }
    }

    #[test]
    fn a_body_outside_its_limits_is_refused() {
        let marks = |count: usize| format!("ab{}", "\u{301}".repeat(count));
        let cases = [
            ("", BodyError::TooShort { min: 2, actual: 0 }),
            (" \r\n\t ", BodyError::TooShort { min: 2, actual: 0 }),
            ("\u{200b}\u{2800}\u{3164}", BodyError::TooShort { min: 2, actual: 0 }),
            ("a", BodyError::TooShort { min: 2, actual: 1 }),
            ("abcdef", BodyError::TooLong { max: 5, actual: 6 }),
            (&"a".repeat(MAX_BODY_BYTES), BodyError::TooLong { max: 5, actual: 65_536 }),
            (&"a".repeat(MAX_BODY_BYTES + 1), BodyError::TooManyBytes { max: 160, actual: 65_537 }),
            (&format!("a{}", "👩\u{200d}".repeat(30)), BodyError::TooManyBytes { max: 160, actual: 211 }),
            (&marks(100), BodyError::TooManyCombiningMarks { max: 10 }),
            (&marks(11), BodyError::TooManyCombiningMarks { max: 10 }),
        ];
        for (input, expected) in cases {
            assert_eq!(CommentBody::parse(input, LIMITS), Err(expected), "{input:.20}");
        }
        assert!(CommentBody::parse(&marks(10), LIMITS).is_ok());
    }

    #[test]
    fn a_minimum_of_zero_still_asks_for_one_character() {
        let limits = BodyLimits { min_characters: 0, max_characters: u32::MAX };
        assert_eq!(CommentBody::parse(" ", limits), Err(BodyError::TooShort { min: 1, actual: 0 }));
        assert!(CommentBody::parse(&"a".repeat(MAX_BODY_BYTES), limits).is_ok());
    }

    #[test]
    fn an_error_can_speak_of_narrower_limits() {
        let wide = BodyLimits { min_characters: 1, max_characters: 100 };
        let body = CommentBody::parse("abcdef", wide);
        assert_eq!(body.map(|body| body.check(LIMITS)), Ok(Err(BodyError::TooLong { max: 5, actual: 6 })));
        let cases = [
            ("", BodyError::TooShort { min: 2, actual: 0 }),
            (&"a".repeat(101), BodyError::TooLong { max: 5, actual: 101 }),
            (&"a".repeat(MAX_BODY_BYTES + 1), BodyError::TooManyBytes { max: 160, actual: 65_537 }),
        ];
        for (input, expected) in cases {
            assert_eq!(
                CommentBody::parse(input, wide).map_err(|error| error.under(LIMITS)),
                Err(expected),
                "{input:.20}"
            );
        }
    }

    #[test]
    fn what_was_stored_comes_back_as_it_was() {
        assert_eq!(
            CommentBody::from_stored("longer than today's limit".to_owned()).as_str(),
            "longer than today's limit"
        );
    }

    proptest! {
        #[test]
        fn a_body_parsed_again_is_the_same(input in any::<String>()) {
            let limits = BodyLimits { min_characters: 1, max_characters: 1_000 };
            if let Ok(body) = CommentBody::parse(&input, limits) {
                prop_assert!(!body.as_str().chars().any(text::is_forbidden));
                prop_assert_eq!(CommentBody::parse(body.as_str(), limits), Ok(body));
            }
        }
    }
}
