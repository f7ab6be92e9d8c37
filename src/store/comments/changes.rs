//! Changing comments.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::Row;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::status::{Listing, Status};
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;
use crate::store::connection::{Cached, Connection, each_backend, of_site, stored_count};
use crate::store::error::Error;
use crate::store::schema::comments;
use crate::store::{replays, reports, revisions};

/// Writes a comment's status, listing, holds, reports, version and time of erasure as they are in `comment`.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_state(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let target =
        comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(comment.id.number()));
    let values = (
        comments::status.eq(comment.status.number()),
        comments::listing.eq(comment.listing.number()),
        comments::holds.eq(Hold::to_stored(&comment.holds)),
        comments::report_count.eq(stored_count(comment.report_count)),
        comments::version.eq(stored_count(comment.version)),
        comments::erase_at.eq(comment.erase_at.map(Timestamp::milliseconds)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Gives comments what a decision makes of them: a status, a listing, a time of erasure. Their version rises, and no report
/// of theirs is open any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_decided(
    connection: &mut Connection,
    site: SiteId,
    ids: &[CommentId],
    status: Status,
    listing: Listing,
    erase_at: Option<Timestamp>,
) -> Result<(), Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let of_site = sql::<Bool>(of_site(connection)).bind::<BigInt, _>(site.number());
    let target = comments::table.filter(of_site).filter(comments::id.eq_any(&ids));
    let values = (
        comments::status.eq(status.number()),
        comments::listing.eq(listing.number()),
        comments::report_count.eq(0),
        comments::version.eq(comments::version + 1),
        comments::erase_at.eq(erase_at.map(Timestamp::milliseconds)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// How the counters of a comment change when one that answers it, or stands below it, changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Added to the published direct replies.
    pub replies: i32,
    /// Added to the listed direct replies.
    pub listed_replies: i32,
    /// Added to the published comments below it.
    pub descendants: i32,
}

/// The change of the counters of a comment, which returns it.
macro_rules! counted {
    ($site:expr, $id:expr, $change:expr) => {
        $crate::store::connection::Cached(
            diesel::update(comments::table.filter(comments::site_id.eq($site)).filter(comments::id.eq($id)))
                .set((
                    comments::reply_count.eq(comments::reply_count + $change.replies),
                    comments::listed_reply_count.eq(comments::listed_reply_count + $change.listed_replies),
                    comments::descendant_count.eq(comments::descendant_count + $change.descendants),
                ))
                .returning($crate::store::connection::columns::<$crate::store::comments::Row>()),
        )
    };
}
pub(in crate::store) use counted;

/// Changes the counters of a comment, and returns it as it is now.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_counters(
    connection: &mut Connection,
    site: SiteId,
    id: CommentId,
    change: Change,
) -> Result<Comment, Error> {
    let (site, id) = (site.number(), id.number());
    let row: Row = each_backend!(connection, |conn| counted!(site, id, change).get_result(conn))?;
    row.into_comment()
}

/// Writes a comment's text, state, listing, holds, version and times as they are in `comment`. Its counters and score stay.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_text(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let target =
        comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(comment.id.number()));
    let values = (
        comments::body.eq(comment.body.as_str()),
        comments::body_html.eq(comment.html.as_str()),
        comments::status.eq(comment.status.number()),
        comments::listing.eq(comment.listing.number()),
        comments::edited_at.eq(comment.edited_at.map(Timestamp::milliseconds)),
        comments::holds.eq(Hold::to_stored(&comment.holds)),
        comments::version.eq(stored_count(comment.version)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// What a comment without text and name is. It is in no queue.
macro_rules! erased {
    () => {
        (
            comments::author_name.eq(""),
            comments::author_email.eq(None::<String>),
            comments::page_url.eq(None::<String>),
            comments::page_title.eq(None::<String>),
            comments::body.eq(""),
            comments::body_html.eq(""),
            comments::status.eq(Status::Deleted.number()),
            comments::network.eq(None::<Vec<u8>>),
            comments::holds.eq(None::<String>),
            comments::report_count.eq(0),
            comments::erase_at.eq(None::<i64>),
            comments::version.eq(comments::version + 1),
        )
    };
}

/// Removes what a deleted comment said, before and at last, and who said it; its place in the thread stays.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_erased(connection: &mut Connection, site: SiteId, id: CommentId, listing: Listing) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let values = (erased!(), comments::listing.eq(listing.number()));
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    erase_around(connection, site, &[id])
}

/// Removes what was kept of comments beside them: earlier texts, first answers, what readers reported of them.
fn erase_around(connection: &mut Connection, site: SiteId, ids: &[CommentId]) -> Result<(), Error> {
    revisions::delete(connection, site, ids)?;
    replays::update_erased(connection, ids)?;
    reports::update_erased(connection, site, ids)
}

/// Removes what comments said whose time has come, `limit` at most. They were deleted by staff before, so nobody else sees
/// a difference.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_expired(connection: &mut Connection, now: Timestamp, limit: u32) -> Result<(), Error> {
    let due = || comments::erase_at.le(now.milliseconds());
    let query = || {
        let keys = comments::table.filter(comments::erase_at.is_not_null()).filter(due()).order(comments::erase_at);
        keys.limit(i64::from(limit)).select((comments::site_id, comments::id))
    };
    let keys: Vec<(i64, i64)> = each_backend!(connection, |conn| query().load(conn))?;
    let mut by_site: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (site, id) in keys {
        by_site.entry(site).or_default().push(id);
    }
    for (site, ids) in by_site {
        // Somebody may have restored one of them meanwhile.
        let of_site = sql::<Bool>(of_site(connection)).bind::<BigInt, _>(site);
        let target = comments::table.filter(of_site).filter(comments::id.eq_any(ids)).filter(due());
        let query = || diesel::update(target).set(erased!()).returning(comments::id);
        let erased: Vec<i64> = each_backend!(connection, |conn| query().get_results(conn))?;
        let erased: Vec<CommentId> = erased.into_iter().map(CommentId::from_number).collect();
        erase_around(connection, SiteId::from_number(site), &erased)?;
    }
    Ok(())
}

/// Changes where a comment is listed.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_listing(connection: &mut Connection, site: SiteId, id: CommentId, listing: Listing) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    each_backend!(connection, |conn| diesel::update(target).set(comments::listing.eq(listing.number())).execute(conn))?;
    Ok(())
}

/// Changes the score of a comment, and its rank with it.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_score(connection: &mut Connection, site: SiteId, id: CommentId, score: Score) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let values = (
        comments::up_count.eq(stored_count(score.up)),
        comments::down_count.eq(stored_count(score.down)),
        comments::rank.eq(score.rank()),
    );
    let query = || Cached(diesel::update(target).set(values).returning(comments::id));
    let _changed: i64 = each_backend!(connection, |conn| query().get_result(conn))?;
    Ok(())
}
