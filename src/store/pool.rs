//! The pool of connections: which database there is, how it is connected to, and which connections are used again.

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use tokio::runtime::Handle;

use super::connection::Connection;
use super::door::ended;
use super::error::Error;
use super::postgres::Postgres;
use super::session::Session;
use super::sqlite::{self, Synchronous};
use crate::config::DatabaseSettings;

/// Which database, and how to connect to it.
#[derive(Clone)]
pub(super) enum Database {
    Sqlite { path: String, synchronous: Synchronous },
    Postgres(Box<Postgres>),
}

impl Database {
    pub(super) fn parse(settings: &DatabaseSettings) -> Result<Self, Error> {
        let url = settings.url();
        if let Some(address) = url.strip_prefix("sqlite://") {
            let (path, query) = address.split_once('?').unwrap_or((address, "synchronous=full"));
            let synchronous = Synchronous::parse(query)?;
            return Ok(Self::Sqlite { path: path.to_owned(), synchronous });
        }
        let postgres = Postgres::parse(url).map_err(|error| Error::Failed(error.to_string()))?;
        Ok(Self::Postgres(Box::new(postgres)))
    }

    pub(super) fn connect(&self) -> Result<Connection, Error> {
        match self {
            Self::Sqlite { path, synchronous } => sqlite::open(path, *synchronous),
            Self::Postgres(postgres) => Ok(Connection::Postgres(Session::new(postgres.connect()?))),
        }
    }

    /// SQLite has one writer, and it isn't in the pool.
    fn connect_to_pool(&self) -> Result<Connection, Error> {
        let mut connection = self.connect()?;
        if let Self::Sqlite { .. } = self {
            connection.execute(sqlite::SETTINGS_OF_READERS)?;
        }
        Ok(connection)
    }
}

/// A connection in the pool.
pub(super) struct Pooled {
    pub(super) connection: Connection,
    /// Whether a transaction may be open on it, or worse: from its beginning until it has ended as it should, so that what
    /// panics or breaks in between is never used again.
    pub(super) in_doubt: bool,
}

pub(super) struct Manager {
    pub(super) database: Database,
    pub(super) handle: Handle,
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = Error;

    async fn create(&self) -> Result<Pooled, Error> {
        let database = self.database.clone();
        let connection =
            self.handle.spawn_blocking(move || database.connect_to_pool()).await.map_err(|error| ended(&error))??;
        Ok(Pooled { connection, in_doubt: false })
    }

    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<Error> {
        if pooled.in_doubt { Err(RecycleError::message("in doubt")) } else { Ok(()) }
    }
}
