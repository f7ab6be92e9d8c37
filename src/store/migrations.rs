//! The schema: brought up to date at start, and refused when it is newer than this program.

use diesel::migration::{Migration, MigrationSource};
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Connection, each_backend};
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
    refuse_newer(connection)?;
    let made = match connection {
        Connection::Sqlite(conn) => conn.run_pending_migrations(SQLITE),
        Connection::Postgres(conn) => conn.run_pending_migrations(POSTGRES),
    };
    Ok(made.map_err(MigrationError::failed)?.iter().map(ToString::to_string).collect())
}

/// Undoes every change, newest first. For the test that each change can be undone; it destroys all data.
pub(super) fn revert_all(connection: &mut Connection) -> Result<(), MigrationError> {
    match connection {
        Connection::Sqlite(conn) => conn.revert_all_migrations(SQLITE),
        Connection::Postgres(conn) => conn.revert_all_migrations(POSTGRES),
    }
    .map(|_| ())
    .map_err(MigrationError::failed)
}

fn refuse_newer(connection: &mut Connection) -> Result<(), MigrationError> {
    let known = known_versions(connection)?;
    let applied = each_backend!(connection, |conn| conn.applied_migrations()).map_err(MigrationError::failed)?;
    match applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        Some(version) => Err(MigrationError::Newer { version }),
        None => Ok(()),
    }
}

fn known_versions(connection: &Connection) -> Result<Vec<String>, MigrationError> {
    fn versions<DB: diesel::backend::Backend>(
        source: &impl MigrationSource<DB>,
    ) -> Result<Vec<String>, MigrationError> {
        let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(MigrationError::failed)?;
        Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
    }
    match connection {
        Connection::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE),
        Connection::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES),
    }
}

#[derive(QueryableByName)]
struct SchemaLine {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// The schema as text, a line for each table, column and index: for comparing two databases of one kind.
pub(super) fn describe(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let sql = match connection {
        Connection::Sqlite(_) => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema \
             WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        }
        Connection::Postgres(_) => {
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%' \
             UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%' ORDER BY 1"
        }
    };
    let lines: Vec<SchemaLine> = each_backend!(connection, |conn| diesel::sql_query(sql).load(conn))?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
