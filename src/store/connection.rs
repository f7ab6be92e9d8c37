//! A connection to either database, and how a query is written once for both.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, RunQueryDsl, Selectable};

use super::error::Error;
use super::session::Session;

/// A connection with a transaction open on it.
#[expect(missing_debug_implementations, reason = "the connections of the query builder have none")]
pub enum Connection {
    /// To SQLite.
    Sqlite(Box<SqliteConnection>),
    /// To PostgreSQL.
    Postgres(Session),
}

impl Connection {
    /// Runs statements that return nothing.
    pub(super) fn execute(&mut self, sql: &str) -> Result<(), Error> {
        each_backend!(self, |conn| conn.batch_execute(sql)).map_err(Error::from)
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self, begin: &'static str) -> Result<(), Error> {
        // It isn't the first on this connection.
        self.begin_with_next(begin);
        match self {
            Self::Sqlite(connection) => connection.batch_execute(begin)?,
            Self::Postgres(session) => session.begun().map(|_begun| ())?,
        }
        Ok(())
    }

    /// Lets a transaction begin with the first statement that is asked.
    pub(super) fn begin_with_next(&mut self, begin: &'static str) {
        if let Self::Postgres(session) = self {
            session.begin_with_next(begin);
        }
    }

    /// Ends a transaction that was begun here, unless that was done already.
    pub(super) fn end(&mut self, end: &str) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(end)?,
            Self::Postgres(session) => session.end(end)?,
        }
        Ok(())
    }

    /// Whether the transaction couldn't be begun, so that nothing was asked of the database.
    pub(super) fn has_failed_to_begin(&self) -> bool {
        matches!(self, Self::Postgres(session) if session.has_failed_to_begin())
    }
}

/// Runs one typed query body on whichever database the connection leads to.
macro_rules! each_backend {
    ($connection:expr, |$conn:ident| $body:expr) => {
        match $connection {
            $crate::store::connection::Connection::Sqlite($conn) => {
                let $conn = &mut **$conn;
                $body
            }
            $crate::store::connection::Connection::Postgres(session) => match session.begun() {
                Ok($conn) => $body,
                Err(error) => Err(error),
            },
        }
    };
}
pub(super) use each_backend;

/// Runs several typed queries that don't need one another's answers: one after another on SQLite, in one round trip on
/// PostgreSQL. Each is an `Option`; one that isn't there finds nothing. Gives the rows of each, in the order given.
///
/// On PostgreSQL they are run in this order too, and when one fails those behind it fail with it. What is to be held must
/// stand first. With [`Then::Commit`](super::session::Then) they are the last of their transaction.
macro_rules! together {
    ($connection:expr, $then:expr, $($name:ident: $query:expr),+ $(,)?) => {
        match $connection {
            $crate::store::connection::Connection::Sqlite(conn) => {
                $(let $name = $crate::store::connection::ask($query, &mut **conn)?;)+
                ($($name,)+)
            }
            $crate::store::connection::Connection::Postgres(session) => {
                let frame = session.frame($then)?;
                let conn: &diesel_async::AsyncPgConnection = session;
                let (begun, $($name,)+ ended) = $crate::store::session::wait(async {
                    tokio::join!(
                        biased;
                        frame.begin(conn),
                        $($crate::store::session::ask($query, conn),)+
                        frame.end(conn),
                    )
                });
                session.note(frame, &begun, &ended);
                begun?;
                let rows = ($($name?,)+);
                ended?;
                rows
            }
        }
    };
}
pub(super) use together;

/// Asks one of several queries, if there is one.
pub(super) fn ask<'q, Q, T>(query: Option<Q>, connection: &mut SqliteConnection) -> QueryResult<Vec<T>>
where
    Q: LoadQuery<'q, SqliteConnection, T>,
{
    match query {
        Some(query) => query.internal_load(connection)?.collect(),
        None => Ok(Vec::new()),
    }
}

/// The columns of a row.
pub(super) type ColumnsOf<R> = <R as Selectable<Sqlite>>::SelectExpression;

/// The columns of a row, in a form that isn't bound to one of the databases.
pub(super) fn columns<R: Selectable<Sqlite>>() -> ColumnsOf<R> {
    R::construct_selection()
}

/// A query whose prepared statement is kept, though the query builder can't tell that its text never changes: updates,
/// and queries with raw parts. Only for texts out of a closed set, and only where rows come back: a statement that is run for
/// its effect alone reaches SQLite by a way on which this is forgotten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cached<Q>(pub(super) Q);

impl<Q> QueryId for Cached<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Cached<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, DB> QueryFragment<DB> for Cached<Q>
where
    DB: diesel::backend::Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())
    }

    // Undocumented in the query builder, and stable since its version 1; a test counts prepared statements.
    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, Conn> RunQueryDsl<Conn> for Cached<Q> {}

/// A query that holds the rows which it finds against other writers until the transaction ends. SQLite has one writer,
/// which holds everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<Q>(pub(super) Q);

impl<Q: QueryId> QueryId for Held<Q> {
    type QueryId = Held<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Held<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Held<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Held<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(" FOR NO KEY UPDATE");
        Ok(())
    }
}

impl<Q, Conn> RunQueryDsl<Conn> for Held<Q> {}

/// The condition that a row is of the site that is bound next, for a query that names rows by many ids.
///
/// Without statistics SQLite believes that a site has ten rows, and would read all of them by an index of sites rather than
/// look up some dozens of ids; the plus keeps it from that. On PostgreSQL the site is the first column of the key.
pub(super) const fn of_site(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "+site_id = ",
        Connection::Postgres(_) => "site_id = ",
    }
}

/// A count as the store keeps it, as the domain knows it.
pub(super) fn count(stored: i32) -> Result<u32, Error> {
    u32::try_from(stored).map_err(|_negative| Error::corrupt("count"))
}

/// A count or limit as the store keeps it.
pub(super) fn stored_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
