//! Earlier texts of comments.

use diesel::{ExpressionMethods, Insertable, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::revisions;
use crate::domain::id::{CommentId, RevisionId, SiteId};
use crate::domain::revision::{Revision, RevisionKind};
use crate::domain::time::Timestamp;

/// The earlier texts of a comment, oldest first: up to `limit` of the newest.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_comment(
    connection: &mut Connection,
    site: SiteId,
    comment: CommentId,
    limit: usize,
) -> Result<Vec<Revision>, Error> {
    let query = || {
        revisions::table
            .filter(revisions::site_id.eq(site.number()))
            .filter(revisions::comment_id.eq(comment.number()))
            .order(revisions::id.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
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
    rows.into_iter().rev().map(revision).collect()
}

/// An earlier text of a comment.
#[derive(Insertable)]
#[diesel(table_name = revisions, treat_none_as_default_value = false)]
pub(super) struct NewRow<'a> {
    id: i64,
    site_id: i64,
    comment_id: i64,
    kind: &'static str,
    body: &'a str,
    created_at: i64,
}

impl<'a> NewRow<'a> {
    pub(super) fn of(site: SiteId, revision: &'a Revision) -> Self {
        Self {
            id: revision.id.number(),
            site_id: site.number(),
            comment_id: revision.comment_id.number(),
            kind: revision.kind.name(),
            body: &revision.body,
            created_at: revision.created_at.milliseconds(),
        }
    }
}

/// Adds an earlier text of a comment.
///
/// # Errors
/// [`Error::Conflict`] when its id is taken.
pub fn insert(connection: &mut Connection, site: SiteId, revision: &Revision) -> Result<(), Error> {
    let values = NewRow::of(site, revision);
    each_backend!(connection, |conn| diesel::insert_into(revisions::table).values(values).execute(conn))?;
    Ok(())
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
