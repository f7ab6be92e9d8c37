//! A connection to PostgreSQL, and how far the transaction on it is.
//!
//! Statements that don't wait for one another travel together: they are sent one behind the other, and their answers read
//! when all are on their way. The BEGIN of a transaction can go with its first statements, and the COMMIT with its last.

use std::future::Future;
use std::ops::{Deref, DerefMut};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel_async::async_connection_wrapper::BlockOn;
use diesel_async::methods::LoadQuery;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::connection::Cached;
use super::postgres::{PostgresConnection, StoreRuntime};

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// It begins with the next statement, like this.
    Due(&'static str),
    /// It was begun, or there is none.
    Open,
    /// It couldn't be begun, so nothing was asked of the database.
    Failed,
    /// Its end went with its last statements: it was kept, or undone because one of them failed.
    Ended,
}

/// Whether a transaction goes on after some statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// There is more to come.
    More,
    /// They are the last. On PostgreSQL their COMMIT goes with them; nothing may be asked any more.
    Commit,
}

/// A connection to PostgreSQL.
pub struct Session {
    connection: Box<PostgresConnection>,
    progress: Progress,
}

impl Session {
    pub(super) fn new(connection: PostgresConnection) -> Self {
        Self { connection: Box::new(connection), progress: Progress::Open }
    }

    /// Lets a transaction begin with the first statement.
    pub(super) fn begin_with_next(&mut self, begin: &'static str) {
        self.progress = Progress::Due(begin);
    }

    /// Whether the transaction couldn't be begun.
    pub(super) fn has_failed_to_begin(&self) -> bool {
        self.progress == Progress::Failed
    }

    /// The connection, for one statement; begins the transaction that is due.
    pub(super) fn begun(&mut self) -> QueryResult<&mut PostgresConnection> {
        if let Progress::Due(begin) = self.progress {
            self.progress = Progress::Failed;
            SimpleConnection::batch_execute(&mut *self.connection, begin)?;
            self.progress = Progress::Open;
        }
        match self.progress {
            Progress::Ended => Err(diesel::result::Error::NotInTransaction),
            _ => Ok(&mut self.connection),
        }
    }

    /// Ends the transaction, unless that was done with its last statements or it never began.
    pub(super) fn end(&mut self, end: &str) -> QueryResult<()> {
        match self.progress {
            Progress::Due(_) | Progress::Ended => Ok(()),
            Progress::Open | Progress::Failed => SimpleConnection::batch_execute(&mut *self.connection, end),
        }
    }

    /// What goes before and behind statements that travel together.
    pub(super) fn frame(&self, then: Then) -> QueryResult<Frame> {
        match self.progress {
            Progress::Due(begin) => Ok(Frame { begin: Some(begin), then }),
            Progress::Open => Ok(Frame { begin: None, then }),
            Progress::Failed | Progress::Ended => Err(diesel::result::Error::NotInTransaction),
        }
    }

    /// Notes what became of the frame of statements.
    pub(super) fn note(&mut self, frame: Frame, begun: &QueryResult<()>, ended: &QueryResult<()>) {
        self.progress = match (frame.then, begun, ended) {
            (_, Err(_), _) => Progress::Failed,
            (Then::Commit, Ok(()), Ok(())) => Progress::Ended,
            _ => Progress::Open,
        };
    }
}

/// The beginning and the end of a transaction, as far as they travel with other statements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    begin: Option<&'static str>,
    then: Then,
}

impl Frame {
    pub(super) async fn begin(self, mut connection: &AsyncPgConnection) -> QueryResult<()> {
        match self.begin {
            Some(begin) => connection.batch_execute(begin).await,
            None => Ok(()),
        }
    }

    /// Of a transaction in which a statement failed a COMMIT makes a ROLLBACK, so this may be sent before it is known what
    /// became of the others. It waits its turn with them while one has to be prepared, and so it is one that is prepared.
    pub(super) async fn end(self, mut connection: &AsyncPgConnection) -> QueryResult<()> {
        match self.then {
            Then::More => Ok(()),
            Then::Commit => Cached(diesel::sql_query("COMMIT")).execute(&mut connection).await.map(|_none| ()),
        }
    }
}

/// Asks one of several queries that travel together, if there is one.
pub(super) async fn ask<'c, 'q, Q, T>(query: Option<Q>, mut connection: &'c AsyncPgConnection) -> QueryResult<Vec<T>>
where
    Q: LoadQuery<'q, &'c AsyncPgConnection, T> + 'q,
    T: Send,
{
    match query {
        Some(query) => query.load(&mut connection).await,
        None => Ok(Vec::new()),
    }
}

/// Waits for what travels together. Only for threads that were lent for blocking.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    StoreRuntime::get_runtime().block_on(future)
}

impl Deref for Session {
    type Target = PostgresConnection;

    fn deref(&self) -> &PostgresConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PostgresConnection {
        &mut self.connection
    }
}
