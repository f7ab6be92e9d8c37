//! The two doors of the store, and what stands behind them: a pool of readers, and one writer (SQLite) or a pool of
//! writers (PostgreSQL).
//!
//! Queries run on threads made for blocking, so that the callers stay free. What can't be begun in time is refused as busy.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use deadpool::managed::{Pool, QueueMode, Timeouts};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinError;

use super::connection::Connection;
use super::error::Error;
use super::migrations::{self, MigrationError};
use super::pool::{Database, Manager, Pooled};
use super::sqlite::{self, Job};
use crate::config::DatabaseSettings;

/// How long a use case waits for a connection, or for its turn to write.
const WAIT: Duration = Duration::from_secs(3);
/// How long a use case may take on PostgreSQL, whose own limits don't help when the line to it is dead.
const DEADLINE: Duration = Duration::from_secs(15);
/// How a transaction that writes begins on PostgreSQL. It says so, since a session may be set to read only.
const BEGIN_WRITE: &str = "BEGIN READ WRITE";
/// How often a use case is run when others get in its way.
const ATTEMPTS: u32 = 3;

/// An error of a use case: it can be made of a store error, and tells whether another attempt may help.
pub trait UseCaseError: From<Error> + Send + 'static {
    /// Whether somebody else got in the way, so that the use case should be run again.
    fn is_conflict(&self) -> bool;

    /// The same, where nobody knows whether what the use case wrote was kept: the database went away.
    #[must_use]
    fn in_doubt(self) -> Self;
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

/// The thread that writes to SQLite, and the queue before it.
struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The store. Clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
    pool: Pool<Manager>,
    writer: Option<Writer>,
    begin_read: &'static str,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A runtime can't wait for its threads where others run as futures.
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

pub(super) fn ended(error: &JoinError) -> Error {
    Error::Failed(format!("a database thread ended: {error}"))
}

fn database_runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("rejoinder-db")
        .enable_all()
        .build()
        .map_err(|error| Error::Failed(format!("no threads for the database: {error}")))
}

/// Runs `work` on a thread that the database runtime lends for blocking, and waits. Not to be called from async code.
fn block<T: Send + 'static>(handle: &Handle, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    handle.block_on(handle.spawn_blocking(work)).map_err(|error| ended(&error))
}

impl Store {
    /// Whether the address of the database can be used at all; nothing is asked of it.
    ///
    /// # Errors
    /// [`Error::Failed`] when it can't.
    pub fn check(settings: &DatabaseSettings) -> Result<(), Error> {
        Database::parse(settings).map(|_| ())
    }

    /// The file of a SQLite database; `None` for a server.
    #[must_use]
    pub fn file(settings: &DatabaseSettings) -> Option<PathBuf> {
        match Database::parse(settings) {
            Ok(Database::Sqlite { path, .. }) => Some(PathBuf::from(path)),
            _ => None,
        }
    }

    /// The most connections for readers, and where they share them for writers.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.pool.status().max_size
    }

    /// Whether all is written by one thread with a connection of its own.
    #[must_use]
    pub fn has_one_writer(&self) -> bool {
        self.0.writer.is_some()
    }

    /// Opens the database and brings its schema up to date. Blocks; not to be called from async code.
    ///
    /// # Errors
    /// [`MigrationError`] when the database can't be reached, can't be changed, or is of a later version.
    pub fn open(settings: &DatabaseSettings) -> Result<(Self, Vec<String>), MigrationError> {
        let runtime = database_runtime()?;
        let handle = runtime.handle().clone();
        let database = Database::parse(settings)?;
        let first = database.clone();
        let (connection, made) = block(&handle, move || {
            let mut connection = first.connect()?;
            let made = migrations::run(&mut connection)?;
            Ok::<_, MigrationError>((connection, made))
        })??;
        let (writer, begin_read) = match &database {
            Database::Sqlite { .. } => (Some(Writer::start(connection)?), "BEGIN"),
            Database::Postgres(_) => (None, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        };
        let timeouts = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
        let pool = Pool::builder(Manager { database, handle: handle.clone() })
            .max_size(settings.connections())
            // Those used last have what they need at hand, and the others need no memory.
            .queue_mode(QueueMode::Lifo)
            .timeouts(timeouts)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Failed(error.to_string()))?;
        let shared = Shared { handle, runtime: Mutex::new(Some(runtime)), pool, writer, begin_read };
        Ok((Self(Arc::new(shared)), made))
    }

    /// Runs `work` on a consistent view of the database.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Busy`] when no connection is free in time.
    pub async fn read<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: UseCaseError,
    {
        let run = |pooled: &mut Pooled, work: _| {
            let outcome = call_once(work, &mut pooled.connection);
            Ok(finish(pooled, outcome))
        };
        self.transact((begin_now, self.0.begin_read), work, run).await
    }

    /// Runs `work` in one transaction: it is kept when `work` returns `Ok`, and undone otherwise. Where others get in the
    /// way it is run again, so it must not do anything that outlives the transaction.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Busy`] when it can't be begun in time.
    pub async fn write<T, E>(&self, work: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: UseCaseError,
    {
        match &self.0.writer {
            Some(writer) => writer.write(work).await,
            None => self.write_pooled(work, begin_now).await,
        }
    }

    /// Like [`write`](Self::write), for a use case that is to be short: on PostgreSQL its transaction begins with its first
    /// statements, and [may end](super::Then::Commit) with its last.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Busy`] when it can't be begun in time.
    pub async fn write_in_batches<T, E>(
        &self,
        work: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: UseCaseError,
    {
        match &self.0.writer {
            Some(writer) => writer.write(work).await,
            None => self.write_pooled(work, begin_with_next).await,
        }
    }

    async fn write_pooled<T, E, W>(&self, work: W, begin: Begin) -> Result<T, E>
    where
        T: Send + 'static,
        E: UseCaseError,
        W: FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let run = move |pooled: &mut Pooled, mut work: W| {
            let mut attempt = 1;
            loop {
                let outcome = work(&mut pooled.connection);
                if pooled.connection.has_failed_to_begin() {
                    return match outcome {
                        Err(error) => Err((work, error)),
                        // It went by another way than was planned for it, and was not told of the failure.
                        Ok(_) => Ok(Err(Error::Busy("the transaction could not be begun".to_owned()).into())),
                    };
                }
                let outcome = finish(pooled, outcome);
                match outcome {
                    Err(error) if error.is_conflict() && attempt < ATTEMPTS && !pooled.in_doubt => {
                        pooled.in_doubt = true;
                        if let Err(error) = begin(&mut pooled.connection, BEGIN_WRITE) {
                            return Ok(Err(error.into()));
                        }
                    }
                    outcome => return Ok(outcome),
                }
                attempt += 1;
            }
        };
        self.transact((begin, BEGIN_WRITE), work, run).await
    }

    /// Begins a transaction and runs `work` in it, on one thread without a pause, so that no caller who goes away leaves it
    /// open. A dead connection is found by the BEGIN, before anything was asked of it: then all idle ones are thrown away,
    /// and a new one is made. `run` gives back the work of a transaction that could not be begun.
    async fn transact<W, T, E>(
        &self,
        (begin, how): (Begin, &'static str),
        mut work: W,
        run: impl Fn(&mut Pooled, W) -> Result<Result<T, E>, (W, E)> + Copy + Send + 'static,
    ) -> Result<T, E>
    where
        W: Send + 'static,
        T: Send + 'static,
        E: UseCaseError,
    {
        let mut attempt = 1;
        loop {
            let mut pooled = self.0.pool.get().await.map_err(|error| Error::Busy(error.to_string()))?;
            let task = self.0.handle.spawn_blocking(move || {
                pooled.in_doubt = true;
                match begin(&mut pooled.connection, how) {
                    Ok(()) => run(&mut pooled, work),
                    Err(error) => Err((work, error.into())),
                }
            });
            let ended_in_time = tokio::time::timeout(DEADLINE, task).await;
            let outcome =
                ended_in_time.map_err(|_elapsed| Error::InDoubt("the database does not answer".to_owned()))?;
            match outcome.map_err(|error| ended(&error))? {
                Ok(outcome) => return outcome,
                Err((_, error)) if attempt == ATTEMPTS => return Err(error),
                Err((unused, _)) => work = unused,
            }
            self.0.pool.retain(|_, _| false);
            attempt += 1;
        }
    }

    /// Lets what waits be written, and closes the database. Later calls are refused as busy.
    pub async fn close(&self) {
        if let Some(writer) = &self.0.writer {
            drop(writer.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
            let thread = writer.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(thread) = thread {
                let ended = self.0.handle.spawn_blocking(move || thread.join()).await;
                if !matches!(ended, Ok(Ok(()))) {
                    tracing::error!("the writing thread did not end as it should");
                }
            }
        }
        self.0.pool.close();
    }
}

/// How a transaction begins.
type Begin = fn(&mut Connection, &'static str) -> Result<(), Error>;

fn begin_now(connection: &mut Connection, begin: &'static str) -> Result<(), Error> {
    connection.begin(begin)
}

/// With the first statement, which is the one to fail if it can't.
#[expect(clippy::unnecessary_wraps, reason = "it is a `Begin`")]
fn begin_with_next(connection: &mut Connection, begin: &'static str) -> Result<(), Error> {
    connection.begin_with_next(begin);
    Ok(())
}

fn call_once<T, E>(work: impl FnOnce(&mut Connection) -> Result<T, E>, connection: &mut Connection) -> Result<T, E> {
    work(connection)
}

/// Ends the transaction as the outcome of the work asks for.
fn finish<T, E: UseCaseError>(pooled: &mut Pooled, outcome: Result<T, E>) -> Result<T, E> {
    let ended = pooled.connection.end(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" });
    pooled.in_doubt = ended.is_err();
    match (outcome, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(error)) => Err(E::from(error).in_doubt()),
        (Err(error), Err(_)) => Err(error.in_doubt()),
        (Err(error), Ok(())) => Err(error),
    }
}

impl Writer {
    fn start(connection: Connection) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::channel(sqlite::QUEUE_LENGTH);
        let thread = std::thread::Builder::new()
            .name("rejoinder-writer".to_owned())
            .spawn(move || sqlite::write_jobs(connection, receiver))
            .map_err(|error| Error::Failed(format!("no thread to write with: {error}")))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    async fn write<T, E>(&self, work: impl FnMut(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: UseCaseError,
    {
        let (answer, outcome) = oneshot::channel();
        let job = UseCase { work, outcome: None, answer, queued: Instant::now() };
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let busy = |reason: &str| Error::Busy(reason.to_owned());
        let queue = queue.ok_or_else(|| busy("the store is closed"))?;
        queue.try_send(Box::new(job)).map_err(|_full| busy("too many writes are waiting"))?;
        outcome.await.map_err(|_gone| Error::Failed("the writing thread is gone".to_owned()))?
    }
}

struct UseCase<W, T, E> {
    work: W,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    queued: Instant,
}

impl<W, T, E> Job for UseCase<W, T, E>
where
    W: FnMut(&mut Connection) -> Result<T, E> + Send,
    T: Send,
    E: UseCaseError,
{
    fn run(&mut self, connection: &mut Connection) -> bool {
        let outcome = (self.work)(connection);
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn may_run_again(&self) -> bool {
        matches!(&self.outcome, Some(Err(error)) if error.is_conflict())
    }

    fn is_stale(&self) -> bool {
        self.queued.elapsed() > WAIT || self.answer.is_closed()
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        let outcome = match (failure, self.outcome) {
            // What was refused stays refused, whatever became of the others.
            (_, Some(Err(error))) => Err(error),
            (Some(error), _) => Err(error.into()),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Error::Failed("a use case was not run".to_owned()).into()),
        };
        // Whoever asked may have gone.
        let _ = self.answer.send(outcome);
    }
}
