//! What can go wrong in the store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the store didn't do what it was asked. Not finding something is no error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else took a unique value, removed what is referred to, or got in the way of the transaction: run the use
    /// case again.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The database is away, out of room or overloaded, and nothing was written: try again later.
    #[error("busy: {0}")]
    Busy(String),
    /// The database went away or was too slow when all was said: nobody knows whether it was written.
    #[error("in doubt: {0}")]
    InDoubt(String),
    /// A defect: the query, the schema or a stored value is not what it should be.
    #[error("failed: {0}")]
    Failed(String),
}

/// What PostgreSQL and SQLite say when the trouble is passing.
const PASSING: [&str; 10] = [
    "No space left on device",
    "canceling statement due to",
    "terminating connection",
    "the database system is",
    "too many clients",
    "remaining connection slots",
    "connection closed",
    "database is locked",
    "disk is full",
    "disk I/O error",
];

impl Error {
    /// A stored value that no version of this program can have written.
    pub(crate) fn corrupt(what: &str) -> Self {
        Self::Failed(format!("stored value out of range: {what}"))
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return Self::Failed(error.to_string());
        };
        let message = information.message().to_owned();
        match kind {
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::SerializationFailure => Self::Conflict(message),
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::ReadOnlyTransaction => Self::Busy(message),
            _ if message.contains("deadlock detected") => Self::Conflict(message),
            _ if PASSING.iter().any(|passing| message.contains(passing)) => Self::Busy(message),
            _ => Self::Failed(message),
        }
    }
}
