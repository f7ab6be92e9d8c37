//! How many comments each queue of a site has: kept counts, changed in the transactions that change what they count.
//!
//! A count is the sum of sixteen rows, told apart by the id of the comment, so that those who post to one site at the same
//! time don't all wait for one row.

use std::collections::HashMap;
use std::hash::BuildHasher;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Integer, SmallInt};
use diesel::{ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::queue_counts;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::queue::Queue;

const SHARDS: i64 = 16;

fn shard(comment: CommentId) -> i16 {
    i16::try_from(comment.number().rem_euclid(SHARDS)).unwrap_or_default()
}

/// Adds a comment to a queue (`1`), or takes it out (`-1`).
///
/// # Errors
/// [`Error`] of the database.
pub fn update(
    connection: &mut Connection,
    site: SiteId,
    queue: Queue,
    comment: CommentId,
    change: i32,
) -> Result<(), Error> {
    let values = (
        queue_counts::site_id.eq(site.number()),
        queue_counts::queue.eq(queue.number()),
        queue_counts::shard.eq(shard(comment)),
        queue_counts::comment_count.eq(change),
    );
    let sum = || sql::<Integer>("queue_counts.comment_count + excluded.comment_count");
    each_backend!(connection, |conn| diesel::insert_into(queue_counts::table)
        .values(values)
        .on_conflict((queue_counts::site_id, queue_counts::queue, queue_counts::shard))
        .do_update()
        .set(queue_counts::comment_count.eq(sum()))
        .execute(conn))?;
    Ok(())
}

/// How many comments each queue of these sites has; a queue without any may be missing.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(connection: &mut Connection, sites: &[SiteId]) -> Result<HashMap<(SiteId, Queue), u32>, Error> {
    let sites: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let query = || {
        queue_counts::table.filter(queue_counts::site_id.eq_any(&sites)).select((
            queue_counts::site_id,
            queue_counts::queue,
            queue_counts::comment_count,
        ))
    };
    let rows: Vec<(i64, i16, i32)> = each_backend!(connection, |conn| query().load(conn))?;
    let mut counts: HashMap<(SiteId, Queue), i64> = HashMap::new();
    for (site, queue, count) in rows {
        let queue = Queue::from_number(queue).ok_or_else(|| Error::corrupt("queue"))?;
        *counts.entry((SiteId::from_number(site), queue)).or_default() += i64::from(count);
    }
    let number = |count: i64| u32::try_from(count).map_err(|_negative| Error::corrupt("count of a queue"));
    counts.into_iter().map(|(key, count)| Ok((key, number(count)?))).collect()
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    site_id: i64,
    #[diesel(sql_type = SmallInt)]
    queue: i16,
    #[diesel(sql_type = BigInt)]
    comments: i64,
}

/// What counting all comments anew gives: each queue of each site that has comments in it. Reads everything.
///
/// # Errors
/// [`Error`] of the database.
pub fn recount(connection: &mut Connection) -> Result<HashMap<(SiteId, Queue), u32>, Error> {
    let query = || {
        diesel::sql_query(
            "SELECT site_id, status AS queue, count(*) AS comments FROM comments WHERE status IN (0, 3, 4) \
             GROUP BY site_id, status UNION ALL SELECT site_id, CAST(5 AS smallint) AS queue, count(*) AS comments \
             FROM comments WHERE report_count > 0 GROUP BY site_id",
        )
    };
    let rows: Vec<Counted> = each_backend!(connection, |conn| query().load(conn))?;
    let entry = |row: Counted| {
        let queue = Queue::from_number(row.queue).ok_or_else(|| Error::corrupt("queue"))?;
        let count = u32::try_from(row.comments).map_err(|_too_many| Error::corrupt("count of a queue"))?;
        Ok(((SiteId::from_number(row.site_id), queue), count))
    };
    rows.into_iter().map(entry).collect()
}

/// Replaces every count by counted ones.
///
/// # Errors
/// [`Error`] of the database.
pub fn replace<S: BuildHasher>(
    connection: &mut Connection,
    counts: &HashMap<(SiteId, Queue), u32, S>,
) -> Result<(), Error> {
    each_backend!(connection, |conn| diesel::delete(queue_counts::table).execute(conn))?;
    for ((site, queue), count) in counts {
        let values = (
            queue_counts::site_id.eq(site.number()),
            queue_counts::queue.eq(queue.number()),
            queue_counts::shard.eq(0_i16),
            queue_counts::comment_count.eq(super::connection::stored_count(*count)),
        );
        each_backend!(connection, |conn| diesel::insert_into(queue_counts::table).values(values).execute(conn))?;
    }
    Ok(())
}
