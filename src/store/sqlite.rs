//! SQLite: how it is opened, which version is safe, and the one thread that writes.
//!
//! Writers queue before one thread, which takes all that wait into one transaction, a savepoint each, and answers them
//! when it is on the disk: one sync for many commits. A job that fails is undone alone.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection as _, RunQueryDsl};
use tokio::sync::mpsc;

use super::connection::Connection;
use super::error::Error;

/// How many writes can wait. One more is refused as busy.
pub(super) const QUEUE_LENGTH: usize = 1_024;
/// How often a job is run when something got in its way.
const ATTEMPTS: u32 = 3;
/// How many writes share one commit.
const BATCH_LENGTH: usize = 256;

/// How long a connection waits for another process's lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(2_500);
/// How often one looks for a lock that SQLite itself doesn't wait for.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// What every connection is set to.
const SETTINGS: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = FAST;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
    PRAGMA mmap_size = 268435456;
    PRAGMA journal_size_limit = 67108864;
";

/// What connections that only read are set to as well: most of what they read is mapped, and needs no copy.
pub(super) const SETTINGS_OF_READERS: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -2000";

/// When the log is synced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synchronous {
    /// At each commit, so that what was acknowledged survives a loss of power.
    Full,
    /// Before it is folded into the database: the last commits can be lost with the power, and nothing else.
    Normal,
}

impl Synchronous {
    /// Reads what stands behind the path in the address of a database.
    pub(super) fn parse(query: &str) -> Result<Self, Error> {
        match query {
            "synchronous=full" => Ok(Self::Full),
            "synchronous=normal" => Ok(Self::Normal),
            other => Err(Error::Failed(format!(
                "`?{other}` in the address of the database is not known; it takes ?synchronous=full or ?synchronous=normal"
            ))),
        }
    }

    const fn setting(self) -> &'static str {
        match self {
            Self::Full => "PRAGMA synchronous = FULL",
            Self::Normal => "PRAGMA synchronous = NORMAL",
        }
    }
}

/// A version of SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqliteVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

/// A SQLite that can lose or corrupt committed data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this program was built with SQLite {found}, in which a reset of the write-ahead log can corrupt the database \
     (fixed in 3.51.3, 3.50.7 and 3.44.6); build it with a later one"
)]
pub struct VersionError {
    found: String,
}

impl SqliteVersion {
    /// Checks that this version has the fix for the corruption at a reset of the write-ahead log
    /// (<https://sqlite.org/wal.html#walresetbug>).
    ///
    /// # Errors
    /// [`VersionError`] for a version without the fix, or one that can't be read.
    pub fn check(version: &str) -> Result<(), VersionError> {
        let refused = || VersionError { found: version.to_owned() };
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        let mut next = || parts.next().flatten();
        let (Some(major), Some(minor), Some(patch)) = (next(), next(), next()) else {
            return Err(refused());
        };
        let safe = Self { major, minor, patch } >= Self { major: 3, minor: 51, patch: 3 }
            || (major == 3 && minor == 50 && patch >= 7)
            || (major == 3 && minor == 44 && patch >= 6);
        if safe { Ok(()) } else { Err(refused()) }
    }
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Opens the database at `path`, making it and its folder if need be.
pub(super) fn open(path: &str, synchronous: Synchronous) -> Result<Connection, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Failed(format!("can't open the database {path}: {error}"));
    if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| failed(&error))?;
    }
    create(path).map_err(|error| failed(&error))?;
    let mut connection = SqliteConnection::establish(path).map_err(|error| failed(&error))?;
    // First of all: whatever else is done may meet another process's lock.
    let timeout = format!("PRAGMA busy_timeout = {}", LOCK_TIMEOUT.as_millis());
    connection.batch_execute(&timeout).map_err(|error| failed(&error))?;
    let found: Version = diesel::sql_query("SELECT sqlite_version() AS version").get_result(&mut connection)?;
    SqliteVersion::check(&found.version).map_err(|error| Error::Failed(error.to_string()))?;
    log_ahead(&mut connection).map_err(|error| failed(&error))?;
    connection.batch_execute(SETTINGS).map_err(|error| failed(&error))?;
    connection.batch_execute(synchronous.setting()).map_err(|error| failed(&error))?;
    Ok(Connection::Sqlite(Box::new(connection)))
}

/// Has the database write ahead. A new one is read first and then wanted as a whole, and when several processes start at
/// the same moment, all of them read: then SQLite says at once that it is locked, whatever its timeout
/// (<https://sqlite.org/c3ref/busy_handler.html>), and the wait is ours.
fn log_ahead(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    let begun = Instant::now();
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if begun.elapsed() < LOCK_TIMEOUT && error.to_string().contains("database is locked") => {
                std::thread::sleep(LOCK_INTERVAL);
            }
            outcome => return outcome,
        }
    }
}

/// Makes the file of a new database. What is in it, e-mail addresses among it, is nobody else's on this machine; the log
/// beside it goes by its rights.
///
/// One that is there already isn't touched: to close a file drops every lock that this process has on it (POSIX,
/// `fcntl`), those of SQLite's own connections among them, and another program would take the log away from under them.
fn create(path: &str) -> std::io::Result<()> {
    match OpenOptions::new().create_new(true).write(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A use case that waits to be written.
pub(super) trait Job: Send {
    /// Runs the use case; whether what it wrote is to be kept.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Whether it failed because somebody else got in the way.
    fn may_run_again(&self) -> bool;
    /// Whether it waited longer than anybody still listens.
    fn is_stale(&self) -> bool;
    /// Hands the outcome to whoever waits for it. `failure` says that nothing was written.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

/// The thread that writes, until the queue is closed; then it folds the log into the database and ends.
pub(super) fn write_jobs(mut connection: Connection, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(BATCH_LENGTH);
    while queue.blocking_recv_many(&mut batch, BATCH_LENGTH) > 0 {
        write_batch(&mut connection, &mut batch);
    }
    if let Err(error) = connection.execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "the write-ahead log was not folded into the database");
    }
}

fn write_batch(connection: &mut Connection, batch: &mut Vec<Box<dyn Job>>) {
    if let Err(error) = connection.execute("BEGIN IMMEDIATE") {
        answer_all(batch.drain(..), &error);
        return;
    }
    let mut written = Vec::with_capacity(batch.len());
    let mut waiting = batch.drain(..);
    while let Some(mut job) = waiting.next() {
        if job.is_stale() {
            job.answer(Some(Error::Busy("waited too long in the queue of writes".to_owned())));
            continue;
        }
        match write_one(connection, &mut *job) {
            Ok(None) => written.push(job),
            Ok(Some(panicked)) => job.answer(Some(panicked)),
            // SQLite may have undone the whole transaction by itself, and then a savepoint would begin and end one of its
            // own: nothing of this batch is written.
            Err(error) => {
                let _ = connection.execute("ROLLBACK");
                answer_all(written.into_iter().chain([job]).chain(waiting), &error);
                return;
            }
        }
    }
    drop(waiting);
    if let Err(error) = connection.execute("COMMIT") {
        let _ = connection.execute("ROLLBACK");
        answer_all(written.into_iter(), &error);
        return;
    }
    for job in written {
        job.answer(None);
    }
}

/// Runs one job within its own savepoint. One that is undone by its own will is answered like one that is kept: by itself.
/// `Some` is the panic of a job that was undone; an error is one of the transaction itself.
fn write_one(connection: &mut Connection, job: &mut dyn Job) -> Result<Option<Error>, Error> {
    for attempt in 1..=ATTEMPTS {
        connection.execute("SAVEPOINT job")?;
        let Ok(kept) = catch_unwind(AssertUnwindSafe(|| job.run(connection))) else {
            connection.execute("ROLLBACK TO job; RELEASE job")?;
            return Ok(Some(Error::Failed("a use case panicked".to_owned())));
        };
        connection.execute(if kept { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
        if kept || !job.may_run_again() || attempt == ATTEMPTS {
            break;
        }
    }
    Ok(None)
}

fn answer_all(jobs: impl Iterator<Item = Box<dyn Job>>, error: &Error) {
    let message = error.to_string();
    tracing::warn!(error = message, "a batch of writes failed");
    for job in jobs {
        job.answer(Some(Error::Busy(message.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(diesel::QueryableByName)]
    struct CompileOption {
        #[diesel(sql_type = diesel::sql_types::Text)]
        compile_options: String,
    }

    #[test]
    fn it_is_built_as_the_settings_of_cargo_say() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        let options = diesel::sql_query("PRAGMA compile_options").load::<CompileOption>(&mut connection).unwrap();
        let has = |name: &str| options.iter().any(|option| option.compile_options == name);
        assert!(has("THREADSAFE=2") && has("DEFAULT_MEMSTATUS=0"));
        assert!(!has("ENABLE_MEMORY_MANAGEMENT") && !has("ENABLE_STAT4"));
    }

    #[test]
    fn versions_with_the_wal_reset_fix_are_taken_and_others_refused() {
        for good in ["3.51.3", "3.53.2", "3.54.0", "4.0.0", "3.50.7", "3.44.6"] {
            assert_eq!(SqliteVersion::check(good), Ok(()), "{good}");
        }
        for bad in ["3.51.2", "3.50.6", "3.50.2", "3.44.5", "3.40.1", "3.7.0", "", "3", "three"] {
            assert!(SqliteVersion::check(bad).is_err(), "{bad}");
        }
    }
}
