//! How many comments each queue of a site has: kept counts, changed in the transactions that change what they count.
//!
//! A count is the sum of sixteen rows, told apart by the id of the comment, so that those who post to one site at the same
//! time don't all wait for one row.

use std::collections::{BTreeMap, HashMap};

use diesel::sql_types::{BigInt, SmallInt};
use diesel::{ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::queue_counts;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::queue::Queue;

const SHARDS: i64 = 16;

pub(super) fn shard(comment: CommentId) -> i16 {
    i16::try_from(comment.number().rem_euclid(SHARDS)).unwrap_or_default()
}

/// How the lengths of queues change.
#[derive(Debug, Default)]
pub struct Changes(BTreeMap<(SiteId, Queue, i16), i32>);

impl Changes {
    /// Adds a comment to a queue (`1`), or takes it out (`-1`).
    pub fn add(&mut self, site: SiteId, queue: Queue, comment: CommentId, change: i32) {
        *self.0.entry((site, queue, shard(comment))).or_default() += change;
    }
}

/// The change of one counter of a queue, which returns it.
macro_rules! counted {
    ($site:expr, $queue:expr, $shard:expr, $change:expr) => {
        $crate::store::connection::Cached(
            diesel::insert_into(queue_counts::table)
                .values((
                    queue_counts::site_id.eq($site),
                    queue_counts::queue.eq($queue),
                    queue_counts::shard.eq($shard),
                    queue_counts::comment_count.eq($change),
                ))
                .on_conflict((queue_counts::site_id, queue_counts::queue, queue_counts::shard))
                .do_update()
                .set(queue_counts::comment_count.eq(diesel::dsl::sql::<diesel::sql_types::Integer>(
                    "queue_counts.comment_count + excluded.comment_count",
                )))
                .returning(queue_counts::comment_count),
        )
    };
}
pub(super) use counted;

/// Changes the lengths of queues: the last thing that a transaction does, always in the same order, so that nobody waits long
/// for a row or for one another.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(connection: &mut Connection, changes: &Changes) -> Result<(), Error> {
    for ((site, queue, shard), change) in changes.0.iter().filter(|(_, change)| **change != 0) {
        let (site, queue) = (site.number(), queue.number());
        let _count: i32 = each_backend!(connection, |conn| counted!(site, queue, *shard, *change).get_result(conn))?;
    }
    Ok(())
}

type Row = (i64, i16, i32);

fn sums(rows: Vec<Row>) -> Result<HashMap<(SiteId, Queue), i64>, Error> {
    let mut counts: HashMap<(SiteId, Queue), i64> = HashMap::new();
    for (site, queue, count) in rows {
        let queue = Queue::from_number(queue).ok_or_else(|| Error::corrupt("queue"))?;
        *counts.entry((SiteId::from_number(site), queue)).or_default() += i64::from(count);
    }
    Ok(counts)
}

/// How many comments each queue of these sites has; a queue without any may be missing.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(connection: &mut Connection, sites: &[SiteId]) -> Result<HashMap<(SiteId, Queue), i64>, Error> {
    let sites: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let columns = (queue_counts::site_id, queue_counts::queue, queue_counts::comment_count);
    let query = || queue_counts::table.filter(queue_counts::site_id.eq_any(&sites)).select(columns);
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    sums(rows)
}

/// The same for every site.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_all(connection: &mut Connection) -> Result<HashMap<(SiteId, Queue), i64>, Error> {
    let columns = (queue_counts::site_id, queue_counts::queue, queue_counts::comment_count);
    let rows: Vec<Row> = each_backend!(connection, |conn| queue_counts::table.select(columns).load(conn))?;
    sums(rows)
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
pub fn recount(connection: &mut Connection) -> Result<HashMap<(SiteId, Queue), i64>, Error> {
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
        Ok(((SiteId::from_number(row.site_id), queue), row.comments))
    };
    rows.into_iter().map(entry).collect()
}

/// Replaces every count by a counted one. Who changes a count meanwhile waits, or is counted.
///
/// # Errors
/// [`Error`] of the database.
pub fn replace(connection: &mut Connection) -> Result<(), Error> {
    if let Connection::Postgres(_) = connection {
        // Also who counts up what has no row yet.
        connection.execute("LOCK TABLE queue_counts IN SHARE ROW EXCLUSIVE MODE")?;
    }
    each_backend!(connection, |conn| diesel::delete(queue_counts::table).execute(conn))?;
    for ((site, queue), count) in recount(connection)? {
        let values = (
            queue_counts::site_id.eq(site.number()),
            queue_counts::queue.eq(queue.number()),
            queue_counts::shard.eq(0_i16),
            queue_counts::comment_count.eq(i32::try_from(count).unwrap_or(i32::MAX)),
        );
        each_backend!(connection, |conn| diesel::insert_into(queue_counts::table).values(values).execute(conn))?;
    }
    Ok(())
}
