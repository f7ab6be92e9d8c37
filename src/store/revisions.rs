//! Earlier texts of comments.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::revisions;
use crate::domain::id::{CommentId, RevisionId, SiteId};
use crate::domain::revision::{Revision, RevisionKind};
use crate::domain::time::Timestamp;

/// The earlier texts of a comment, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_comment(connection: &mut Connection, site: SiteId, comment: CommentId) -> Result<Vec<Revision>, Error> {
    let query = || {
        revisions::table
            .filter(revisions::site_id.eq(site.number()))
            .filter(revisions::comment_id.eq(comment.number()))
            .order(revisions::id)
            .select((revisions::id, revisions::kind, revisions::body, revisions::created_at))
    };
    let rows: Vec<(i64, String, String, i64)> = each_backend!(connection, |conn| query().load(conn))?;
    let revision = |(id, kind, body, created_at): (i64, String, String, i64)| {
        Ok(Revision {
            id: RevisionId::from_number(id),
            comment_id: comment,
            kind: RevisionKind::from_name(&kind).ok_or_else(|| Error::corrupt("kind of revision"))?,
            body,
            created_at: Timestamp::from_milliseconds(created_at),
        })
    };
    rows.into_iter().map(revision).collect()
}

/// Removes the earlier texts of comments.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, site: SiteId, comments: &[CommentId]) -> Result<(), Error> {
    let ids: Vec<i64> = comments.iter().map(|id| id.number()).collect();
    let target =
        || revisions::table.filter(revisions::site_id.eq(site.number())).filter(revisions::comment_id.eq_any(&ids));
    each_backend!(connection, |conn| diesel::delete(target()).execute(conn))?;
    Ok(())
}
