//! Texts for colleagues: why something was done, what is to be remembered about a rule, what a reader says of a comment.

use super::text;

/// The longest note, in characters (extended grapheme clusters).
pub const MAX_NOTE_CHARACTERS: u32 = 1_000;
/// The largest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 8_000;

/// A normalised text of 1 to 1,000 characters in which something can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(String);

/// Why a note was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long: {actual} characters, at most {max}")]
pub struct NoteTooLong {
    /// The most characters.
    pub max: u64,
    /// How many there are.
    pub actual: u64,
}

impl Note {
    /// Reads a note; a blank one is none.
    ///
    /// # Errors
    /// [`NoteTooLong`] over 1,000 characters or 8,000 bytes.
    pub fn parse(input: &str) -> Result<Option<Self>, NoteTooLong> {
        let note = text::normalise(input);
        let actual = u64::try_from(text::characters(&note)).unwrap_or(u64::MAX);
        let max = u64::from(MAX_NOTE_CHARACTERS);
        if actual > max || note.len() > MAX_NOTE_BYTES {
            return Err(NoteTooLong { max, actual });
        }
        Ok((!text::is_blank(&note)).then_some(Self(note)))
    }

    /// A note read back from the store.
    #[must_use]
    pub const fn from_stored(note: String) -> Self {
        Self(note)
    }

    /// The note as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_short_and_says_something() {
        assert_eq!(Note::parse(" two\r\nlines "), Ok(Some(Note("two\nlines".to_owned()))));
        for blank in ["", " \n", "\u{200b}"] {
            assert_eq!(Note::parse(blank), Ok(None), "{blank:?}");
        }
        assert!(Note::parse(&"x".repeat(1_000)).is_ok());
        assert_eq!(Note::parse(&"x".repeat(1_001)), Err(NoteTooLong { max: 1_000, actual: 1_001 }));
        let family = "👩‍👩‍👧‍👦".repeat(400);
        assert_eq!(Note::parse(&family), Err(NoteTooLong { max: 1_000, actual: 400 }));
    }
}
