//! Where comments are kept: one store, in SQLite or in PostgreSQL.
//!
//! Two doors lead in: [`Store::read`] for a consistent view, [`Store::write`] for a use case that happens wholly or not at
//! all. Behind them each noun has a file with its queries, written once for both databases. Nothing here knows a rule of
//! the product, and nothing outside names the query builder.

pub mod authors;
pub mod bans;
pub mod blocked;
pub mod comments;
pub mod connection;
pub mod counts;
pub mod credentials;
pub mod decisions;
mod door;
mod error;
pub mod merging;
mod migrations;
mod pool;
mod postgres;
pub mod posts;
pub mod queues;
pub mod rankings;
pub mod replays;
pub mod reports;
pub mod revisions;
pub mod rules;
mod schema;
pub mod secrets;
pub mod selections;
mod session;
pub mod sessions;
pub mod sites;
mod sqlite;
pub mod staff;
pub mod stats;
pub mod threads;
pub mod tokens;
pub mod votes;

pub use connection::Connection;
pub use door::{Store, UseCaseError};
pub use error::Error;
pub use migrations::MigrationError;
pub use postgres::TlsError;
pub use session::{Session, Then};
pub use sqlite::{SqliteVersion, VersionError};
