//! Comments by who wrote them.

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Row, into_comments};
use crate::domain::address::NetworkHash;
use crate::domain::author::DisplayName;
use crate::domain::ban::{Ban, Banned};
use crate::domain::comment::Comment;
use crate::domain::id::{AuthorId, CommentId, SiteId, ThreadId, first_at};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::store::connection::{Connection, columns, each_backend, of_site};
use crate::store::error::Error;
use crate::store::schema::comments;

/// What a writer wrote in a thread that is published or waits, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_author(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    author: AuthorId,
    limit: u32,
) -> Result<Vec<Comment>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .filter(comments::status.eq_any([Status::Pending.number(), Status::Published.number()]))
            .order(comments::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    into_comments(rows)
}

/// The name under the newest comment of a writer that has one left.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_name(
    connection: &mut Connection,
    site: SiteId,
    author: AuthorId,
) -> Result<Option<DisplayName>, Error> {
    // By the writer, not by all that the site has.
    let of_site = of_site(connection);
    let query = || {
        comments::table
            .filter(sql::<Bool>(of_site).bind::<BigInt, _>(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::author_name.ne(""))
            .order(comments::id.desc())
            .select(comments::author_name)
    };
    let name: Option<String> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(name.map(DisplayName::from_stored))
}

/// The newest comments of somebody who is banned that are published or wait, and were posted at `since` or later.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_ids_of_banned(
    connection: &mut Connection,
    ban: &Ban,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<CommentId>, Error> {
    let standing = || {
        comments::table
            .filter(comments::id.ge(first_at(since)))
            .filter(comments::status.eq_any([Status::Pending.number(), Status::Published.number()]))
            .order(comments::id.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(comments::id)
    };
    let ids: Vec<i64> = match &ban.banned {
        Banned::Author(author, _) => {
            let of_site = of_site(connection);
            let of_site = || sql::<Bool>(of_site).bind::<BigInt, _>(ban.site_id.number());
            let query = || standing().filter(of_site()).filter(comments::author_id.eq(author.number()));
            each_backend!(connection, |conn| query().load(conn))?
        }
        Banned::Network(network) => {
            let of_network = || comments::network.eq(network.as_bytes().as_slice());
            let query = || standing().filter(comments::site_id.eq(ban.site_id.number())).filter(of_network());
            each_backend!(connection, |conn| query().load(conn))?
        }
    };
    Ok(ids.into_iter().map(CommentId::from_number).collect())
}

/// Whether a comment of this writer is published.
///
/// # Errors
/// [`Error`] of the database.
pub fn has_published(connection: &mut Connection, site: SiteId, author: AuthorId) -> Result<bool, Error> {
    // By the writer, not by all that the site has.
    let of_site = of_site(connection);
    let query = || {
        comments::table
            .filter(sql::<Bool>(of_site).bind::<BigInt, _>(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::status.eq(Status::Published.number()))
            .select(comments::id)
    };
    let found: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(found.is_some())
}

/// When a writer last wrote in a thread, whatever became of it.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_by_author(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    author: AuthorId,
) -> Result<Option<Timestamp>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .order(comments::id.desc())
            .select(comments::created_at)
    };
    let at: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(at.map(Timestamp::from_milliseconds))
}

/// When somebody in a network last wrote in a thread, if that was at `since` or later, whatever became of it.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_by_network(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    network: NetworkHash,
    since: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::network.eq(network.as_bytes().as_slice()))
            .filter(comments::id.ge(first_at(since)))
            .filter(comments::thread_id.eq(thread.number()))
            .order(comments::id.desc())
            .select(comments::created_at)
    };
    let at: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(at.map(Timestamp::from_milliseconds))
}
