//! The schema: brought up to date at start, and refused when it is newer than this program.

use diesel::Connection as _;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::Connection;
use super::error::Error;
use super::postgres::PostgresConnection;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// The key of the lock that one starting instance holds while it changes the schema of a PostgreSQL database.
const LOCK: &str = "7264158230451927";

/// What holds for the transaction that changes the schema: it may wait and work for long, and sees what others did meanwhile.
const SET_FOR_CHANGES: &str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; \
                               SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0";

/// Why the schema could not be brought to what this program needs.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A later version of the program has been here.
    #[error(
        "the database has the schema change {version}, which this version of Rejoinder doesn't know: it was made by a \
         later version; run that one, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The first change that isn't known.
        version: String,
    },
    /// A change failed; it was undone.
    #[error("the schema could not be changed: {0}")]
    Failed(String),
    /// The database can't be reached or used.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<diesel::result::Error> for MigrationError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl MigrationError {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Brings the schema up to date; returns the versions of the changes made.
pub(super) fn run(connection: &mut Connection) -> Result<Vec<String>, MigrationError> {
    match connection {
        // Others that start at the same moment wait for the end of this transaction.
        Connection::Sqlite(conn) => conn.immediate_transaction(|conn| make_known(conn, &SQLITE)),
        // Also what the session is set to holds for the transaction only, since a pooler may lend the session to others.
        Connection::Postgres(session) => in_transaction(session.begun()?, |conn| {
            conn.batch_execute(SET_FOR_CHANGES)?;
            conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
            make_known(conn, &POSTGRES)
        }),
    }
}

#[expect(clippy::disallowed_methods, reason = "changes of the schema don't go through the doors")]
fn in_transaction<T>(
    conn: &mut PostgresConnection,
    work: impl FnOnce(&mut PostgresConnection) -> Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    conn.transaction(work)
}

/// Makes the changes that have not been made, unless there are some that this program doesn't know.
fn make_known<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: &EmbeddedMigrations,
) -> Result<Vec<String>, MigrationError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(MigrationError::failed)?;
    let known: Vec<String> = migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(MigrationError::failed)?;
    if let Some(version) = applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        return Err(MigrationError::Newer { version });
    }
    let mut made = Vec::new();
    for migration in migrations {
        if !applied.contains(&migration.name().version()) {
            conn.run_migration(&*migration).map_err(MigrationError::failed)?;
            made.push(migration.name().version().to_string());
        }
    }
    Ok(made)
}
