//! Moving the comments of a thread to another. Whatever refers to a thread moves along: comments and votes. Both threads
//! must be held.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::{comments, threads, votes};
use crate::domain::id::{SiteId, ThreadId};

/// How many comments a thread has, in whatever state; counting ends at `at_most`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_comments(connection: &mut Connection, site: SiteId, thread: ThreadId, at_most: u64) -> Result<u64, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .limit(i64::try_from(at_most).unwrap_or(i64::MAX))
            .select(comments::id)
    };
    let ids: Vec<i64> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
}

/// Gives the comments of a thread to another, and then the votes on them: who votes holds the comment, so that a vote is
/// there already, or will be given to the new thread.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_thread(connection: &mut Connection, site: SiteId, from: ThreadId, to: ThreadId) -> Result<(), Error> {
    let moved =
        comments::table.filter(comments::site_id.eq(site.number())).filter(comments::thread_id.eq(from.number()));
    each_backend!(connection, |conn| diesel::update(moved).set(comments::thread_id.eq(to.number())).execute(conn))?;
    let cast = votes::table.filter(votes::site_id.eq(site.number())).filter(votes::thread_id.eq(from.number()));
    each_backend!(connection, |conn| diesel::update(cast).set(votes::thread_id.eq(to.number())).execute(conn))?;
    Ok(())
}

/// Deletes a thread to which nothing refers any more.
///
/// # Errors
/// [`Error::Conflict`] when a comment was added to it meanwhile.
pub fn delete_thread(connection: &mut Connection, site: SiteId, id: ThreadId) -> Result<(), Error> {
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    Ok(())
}
