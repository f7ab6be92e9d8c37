//! The schema: brought up to date at start, and refused when it is newer than this program.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::Connection;
use super::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// The key of the lock that one starting instance holds while it changes the schema of a PostgreSQL database.
const LOCK: &str = "7264158230451927";

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
    let locked = matches!(connection, Connection::Postgres(_));
    if locked {
        connection.execute("SET statement_timeout = 0; SET lock_timeout = 0;")?;
        connection.execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    }
    let outcome = run_pending(connection);
    if locked {
        connection.execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    }
    outcome
}

fn run_pending(connection: &mut Connection) -> Result<Vec<String>, MigrationError> {
    match connection {
        // Others that start at the same moment wait for the end of this transaction.
        Connection::Sqlite(conn) => conn.immediate_transaction(|conn| make_known(conn, &SQLITE)),
        Connection::Postgres(conn) => make_known(&mut **conn, &POSTGRES),
    }
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
