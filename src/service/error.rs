//! What a use case answers when it can't do what was asked.

use crate::domain::refusal::{InputError, Refusal, Rule};
use crate::store::{self, UseCaseError};

/// Why a use case was not carried out. Nothing was changed then, unless that is in doubt or the service has a defect.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the product forbids it.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The store is away or overloaded; later it may work.
    #[error("busy: {0}")]
    Busy(String),
    /// The store went away or was too slow when all was said: it may have been carried out.
    #[error("in doubt: {0}")]
    InDoubt(String),
    /// Others got in the way time and again; later it may work.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A defect of the service.
    #[error("broken: {0}")]
    Broken(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(reason) => Self::Conflict(reason),
            store::Error::Busy(reason) => Self::Busy(reason),
            store::Error::InDoubt(reason) => Self::InDoubt(reason),
            store::Error::Failed(reason) => Self::Broken(reason),
        }
    }
}

impl UseCaseError for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    fn in_doubt(self) -> Self {
        match self {
            Self::Busy(reason) => Self::InDoubt(reason),
            other => other,
        }
    }
}

/// The refusal of the text of a comment.
pub(super) fn body_refused(rule: impl Into<Rule>) -> Error {
    Error::Refused(Refusal::Input(vec![InputError { pointer: "/body".into(), rule: rule.into() }]))
}
