//! What a recount of a thread needs, and the repair of what it finds.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Connection, count, each_backend, stored_count};
use super::error::Error;
use super::schema::comments;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::status::{Listing, Status};
use crate::domain::tally::{Counters, Node};
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;

type Row = (i64, Option<i64>, i64, i16, i64, i16, i32, i32, i32, i32, i32);

/// All comments of a thread, in ascending order of id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_nodes(connection: &mut Connection, site: SiteId, thread: ThreadId) -> Result<Vec<Node>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .order(comments::id)
            .select((
                comments::id,
                comments::parent_id,
                comments::root_id,
                comments::status,
                comments::created_at,
                comments::listing,
                comments::reply_count,
                comments::listed_reply_count,
                comments::descendant_count,
                comments::up_count,
                comments::down_count,
            ))
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(node).collect()
}

fn node(row: Row) -> Result<Node, Error> {
    let (id, parent, root, status, created_at, listing, replies, listed_replies, descendants, up, down) = row;
    Ok(Node {
        id: CommentId::from_number(id),
        parent_id: parent.map(CommentId::from_number),
        root_id: CommentId::from_number(root),
        status: Status::from_number(status).ok_or_else(|| Error::corrupt("status"))?,
        created_at: Timestamp::from_milliseconds(created_at),
        counters: Counters {
            listing: Listing::from_number(listing).ok_or_else(|| Error::corrupt("listing"))?,
            reply_count: count(replies)?,
            listed_reply_count: count(listed_replies)?,
            descendant_count: count(descendants)?,
            score: Score { up: count(up)?, down: count(down)? },
        },
    })
}

/// Replaces the counters of a comment by counted ones.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(connection: &mut Connection, site: SiteId, id: CommentId, counters: Counters) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let values = (
        comments::listing.eq(counters.listing.number()),
        comments::reply_count.eq(stored_count(counters.reply_count)),
        comments::listed_reply_count.eq(stored_count(counters.listed_reply_count)),
        comments::descendant_count.eq(stored_count(counters.descendant_count)),
        comments::up_count.eq(stored_count(counters.score.up)),
        comments::down_count.eq(stored_count(counters.score.down)),
        comments::rank.eq(counters.score.rank()),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}
