//! Votes.

use std::collections::HashMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::votes;
use crate::domain::comment::Comment;
use crate::domain::id::{AuthorId, CommentId, SiteId, ThreadId};
use crate::domain::time::Timestamp;
use crate::domain::vote::{Score, Vote};

/// The most votes of one writer in one thread that are listed.
const MAX_LISTED: i64 = 1_000;

fn vote(value: i16) -> Result<Vote, Error> {
    Vote::from_value(i64::from(value)).ok_or_else(|| Error::corrupt("vote"))
}

/// The vote of a writer on a comment.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, comment: &Comment, author: AuthorId) -> Result<Vote, Error> {
    let query = || {
        votes::table
            .filter(votes::site_id.eq(site.number()))
            .filter(votes::thread_id.eq(comment.thread_id.number()))
            .filter(votes::author_id.eq(author.number()))
            .filter(votes::comment_id.eq(comment.id.number()))
            .select(votes::value)
    };
    let value: Option<i16> = each_backend!(connection, |conn| query().first(conn).optional())?;
    value.map_or(Ok(Vote::None), vote)
}

/// The votes of a writer in a thread, newest comments first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_author(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    author: AuthorId,
) -> Result<Vec<(CommentId, Vote)>, Error> {
    let query = || {
        votes::table
            .filter(votes::site_id.eq(site.number()))
            .filter(votes::thread_id.eq(thread.number()))
            .filter(votes::author_id.eq(author.number()))
            .order(votes::comment_id.desc())
            .limit(MAX_LISTED)
            .select((votes::comment_id, votes::value))
    };
    let rows: Vec<(i64, i16)> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(|(id, value)| Ok((CommentId::from_number(id), vote(value)?))).collect()
}

/// The votes on each comment of a thread that has any.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_by_comment(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
) -> Result<HashMap<CommentId, Score>, Error> {
    let query = || {
        votes::table
            .filter(votes::site_id.eq(site.number()))
            .filter(votes::thread_id.eq(thread.number()))
            .group_by((votes::comment_id, votes::value))
            .select((votes::comment_id, votes::value, diesel::dsl::count_star()))
    };
    let rows: Vec<(i64, i16, i64)> = each_backend!(connection, |conn| query().load(conn))?;
    let mut scores: HashMap<CommentId, Score> = HashMap::new();
    for (id, value, votes) in rows {
        let score = scores.entry(CommentId::from_number(id)).or_default();
        let votes = u32::try_from(votes).map_err(|_too_many| Error::corrupt("votes"))?;
        if value > 0 { score.up = votes } else { score.down = votes }
    }
    Ok(scores)
}

/// Sets the vote of a writer on a comment.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(
    connection: &mut Connection,
    site: SiteId,
    comment: &Comment,
    author: AuthorId,
    vote: Vote,
    now: Timestamp,
) -> Result<(), Error> {
    let target = votes::table
        .filter(votes::site_id.eq(site.number()))
        .filter(votes::thread_id.eq(comment.thread_id.number()))
        .filter(votes::author_id.eq(author.number()))
        .filter(votes::comment_id.eq(comment.id.number()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    if vote == Vote::None {
        return Ok(());
    }
    let values = (
        votes::site_id.eq(site.number()),
        votes::thread_id.eq(comment.thread_id.number()),
        votes::author_id.eq(author.number()),
        votes::comment_id.eq(comment.id.number()),
        votes::value.eq(vote.value()),
        votes::created_at.eq(now.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(votes::table).values(values).execute(conn))?;
    Ok(())
}
