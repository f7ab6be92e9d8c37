//! What can be wrong with a member of an input.

use std::borrow::Cow;

use super::Number;
use crate::domain::author::{MAX_NAME_CHARACTERS, NameError};
use crate::domain::body::BodyError;
use crate::domain::html::TooNested;
use crate::domain::note::NoteTooLong;
use crate::domain::password::PasswordError;
use crate::domain::rule::PatternError;
use crate::domain::site::GuidelinesTooLong;
use crate::domain::thread::{MAX_KEY_CHARACTERS, MAX_URL_BYTES, TitleTooLong};

/// A member of the request body and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where it is: a JSON pointer (RFC 6901).
    pub pointer: Cow<'static, str>,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A rule of the product that a schema can't say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Too many characters.
    #[error("The text has {actual} characters; at most {max} are allowed.")]
    BodyTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too few characters.
    #[error("The text has {actual} characters that can be seen; at least {min} are needed.")]
    BodyTooShort {
        /// The fewest characters.
        min: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too many bytes in few characters.
    #[error("The text has {actual} bytes; at most {max} are allowed.")]
    BodyTooManyBytes {
        /// The most bytes.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Quotes or lists within one another beyond the cap.
    #[error("Quotes and lists can stand within one another {max} deep.")]
    BodyTooNested {
        /// The cap.
        max: u64,
    },
    /// Marks piled up on one character.
    #[error("One character can carry {max} combining marks.")]
    TooManyCombiningMarks {
        /// The cap.
        max: u64,
    },
    /// A name in which nothing can be seen.
    #[error("The name is blank.")]
    NameBlank,
    /// A name that is too long.
    #[error("The name has {actual} characters; at most {max} are allowed.")]
    NameTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// No e-mail address.
    #[error("This is not an e-mail address.")]
    InvalidEmail,
    /// No thread key.
    #[error("A thread key has 1 to {MAX_KEY_CHARACTERS} characters, is not blank, and holds no control characters.")]
    InvalidThreadKey,
    /// No page address.
    #[error("The address of a page is an absolute http or https URL of at most {MAX_URL_BYTES} bytes.")]
    InvalidUrl,
    /// A title that is too long.
    #[error("The title has {actual} characters; at most {max} are allowed.")]
    TitleTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// The comment to be answered isn't there.
    #[error("The comment to be answered is not in this thread, or not published.")]
    ParentNotFound,
    /// A password that can't be taken.
    #[error("{0}")]
    InvalidPassword(PasswordError),
    /// The comment to be pinned isn't there.
    #[error("The comment is not in this thread, or not published.")]
    CommentNotPinnable,
    /// A guest's name that passes for one of the staff's.
    #[error("This name looks like that of somebody who works here. Use another one.")]
    NameReserved,
    /// A rule of the site refuses the text.
    #[error("This site doesn't allow the text.")]
    TextNotAllowed,
    /// A text for colleagues, or a pattern, that is too long.
    #[error("The text has {actual} characters; at most {max} are allowed.")]
    TextTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// A pattern that can't be used.
    #[error("{0}")]
    InvalidPattern(String),
    /// A ban that would be over already.
    #[error("A ban ends in the time to come, or never.")]
    BanEnded,
    /// A ban of somebody on the staff.
    #[error("This was written by staff, who can't be banned.")]
    StaffNotBannable,
    /// A ban of the network of a comment of which none is known.
    #[error("The network that this comment came from is not known.")]
    NetworkUnknown,
}

impl Rule {
    /// Every rule, with plain values where one holds any.
    #[must_use]
    pub fn each() -> Vec<Self> {
        vec![
            Self::BodyTooLong { max: 0, actual: 0 },
            Self::BodyTooShort { min: 0, actual: 0 },
            Self::BodyTooManyBytes { max: 0, actual: 0 },
            Self::BodyTooNested { max: 0 },
            Self::TooManyCombiningMarks { max: 0 },
            Self::NameBlank,
            Self::NameTooLong { max: 0, actual: 0 },
            Self::InvalidEmail,
            Self::InvalidThreadKey,
            Self::InvalidUrl,
            Self::TitleTooLong { max: 0, actual: 0 },
            Self::ParentNotFound,
            Self::InvalidPassword(PasswordError::Common),
            Self::CommentNotPinnable,
            Self::NameReserved,
            Self::TextNotAllowed,
            Self::TextTooLong { max: 0, actual: 0 },
            Self::InvalidPattern(String::new()),
            Self::BanEnded,
            Self::StaffNotBannable,
            Self::NetworkUnknown,
        ]
    }

    /// The stable code, in `snake_case`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLong { .. } => "body_too_long",
            Self::BodyTooShort { .. } => "body_too_short",
            Self::BodyTooManyBytes { .. } => "body_too_many_bytes",
            Self::BodyTooNested { .. } => "body_too_nested",
            Self::TooManyCombiningMarks { .. } => "too_many_combining_marks",
            Self::NameBlank => "name_blank",
            Self::NameTooLong { .. } => "name_too_long",
            Self::InvalidEmail => "invalid_email",
            Self::InvalidThreadKey => "invalid_thread_key",
            Self::InvalidUrl => "invalid_url",
            Self::TitleTooLong { .. } => "title_too_long",
            Self::ParentNotFound => "parent_not_found",
            Self::InvalidPassword(_) => "invalid_password",
            Self::CommentNotPinnable => "comment_not_pinnable",
            Self::NameReserved => "name_reserved",
            Self::TextNotAllowed => "text_not_allowed",
            Self::TextTooLong { .. } => "text_too_long",
            Self::InvalidPattern(_) => "invalid_pattern",
            Self::BanEnded | Self::StaffNotBannable | Self::NetworkUnknown => "invalid_value",
        }
    }

    /// The numbers that a client needs.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        match *self {
            Self::BodyTooLong { max, actual }
            | Self::BodyTooManyBytes { max, actual }
            | Self::NameTooLong { max, actual }
            | Self::TitleTooLong { max, actual }
            | Self::TextTooLong { max, actual } => vec![("max", max), ("actual", actual)],
            Self::BodyTooShort { min, actual } => vec![("min", min), ("actual", actual)],
            Self::BodyTooNested { max } | Self::TooManyCombiningMarks { max } => vec![("max", max)],
            Self::NameBlank => vec![("max", u64::from(MAX_NAME_CHARACTERS))],
            Self::InvalidPassword(error) => error.numbers(),
            Self::InvalidEmail
            | Self::InvalidThreadKey
            | Self::InvalidUrl
            | Self::ParentNotFound
            | Self::CommentNotPinnable
            | Self::NameReserved
            | Self::TextNotAllowed
            | Self::InvalidPattern(_)
            | Self::BanEnded
            | Self::StaffNotBannable
            | Self::NetworkUnknown => Vec::new(),
        }
    }
}

impl From<PasswordError> for Rule {
    fn from(error: PasswordError) -> Self {
        Self::InvalidPassword(error)
    }
}

impl From<BodyError> for Rule {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLong { max, actual } => Self::BodyTooLong { max, actual },
            BodyError::TooShort { min, actual } => Self::BodyTooShort { min, actual },
            BodyError::TooManyBytes { max, actual } => Self::BodyTooManyBytes { max, actual },
            BodyError::TooManyCombiningMarks { max } => Self::TooManyCombiningMarks { max },
        }
    }
}

impl From<TooNested> for Rule {
    fn from(error: TooNested) -> Self {
        Self::BodyTooNested { max: error.max }
    }
}

impl From<NameError> for Rule {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Blank => Self::NameBlank,
            NameError::TooLong { max, actual } => Self::NameTooLong { max, actual },
            NameError::TooManyCombiningMarks { max } => Self::TooManyCombiningMarks { max },
        }
    }
}

impl From<NoteTooLong> for Rule {
    fn from(error: NoteTooLong) -> Self {
        Self::TextTooLong { max: error.max, actual: error.actual }
    }
}

impl From<PatternError> for Rule {
    fn from(error: PatternError) -> Self {
        match error {
            PatternError::TooLong { max, actual } => Self::TextTooLong { max, actual },
            other => Self::InvalidPattern(other.to_string()),
        }
    }
}

impl From<GuidelinesTooLong> for Rule {
    fn from(error: GuidelinesTooLong) -> Self {
        Self::TextTooLong { max: error.max, actual: error.actual }
    }
}

impl From<TitleTooLong> for Rule {
    fn from(error: TitleTooLong) -> Self {
        Self::TitleTooLong { max: error.max, actual: error.actual }
    }
}
