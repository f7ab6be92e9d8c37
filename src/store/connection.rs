//! A connection to either database, and how a query is written once for both.

use diesel::connection::SimpleConnection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::SqliteConnection;
use diesel::{QueryResult, RunQueryDsl, Selectable};

use super::error::Error;
use super::postgres::PostgresConnection;

/// A connection with a transaction open on it.
#[expect(missing_debug_implementations, reason = "the connections of the query builder have none")]
pub enum Connection {
    /// To SQLite.
    Sqlite(Box<SqliteConnection>),
    /// To PostgreSQL.
    Postgres(Box<PostgresConnection>),
}

impl Connection {
    /// Runs statements that return nothing.
    pub(super) fn execute(&mut self, sql: &str) -> Result<(), Error> {
        each_backend!(self, |conn| conn.batch_execute(sql)).map_err(Error::from)
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
            $crate::store::connection::Connection::Postgres($conn) => {
                let $conn = &mut **$conn;
                $body
            }
        }
    };
}
pub(super) use each_backend;

/// The columns of a row, in a form that isn't bound to one of the databases.
pub(super) fn columns<R: Selectable<diesel::sqlite::Sqlite>>() -> R::SelectExpression {
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
