//! Counting what happened on a site, day by day. A count reads its part of one index, and no rows beside it.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::connection::{Cached, Connection, each_backend};
use super::error::Error;
use crate::domain::id::{SiteId, first_at};
use crate::domain::stats::{Activity, BlockedOrigin, DAY_MILLISECONDS, Day, OTHER_ORIGINS};
use crate::domain::time::Timestamp;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    comments: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    approved: i64,
    #[diesel(sql_type = BigInt)]
    rejected: i64,
    #[diesel(sql_type = BigInt)]
    spam: i64,
    #[diesel(sql_type = BigInt)]
    deleted: i64,
    #[diesel(sql_type = BigInt)]
    reports: i64,
    #[diesel(sql_type = BigInt)]
    blocked_requests: i64,
}

/// A day is a range of ids, and each is as wide as the one before it. SQLite numbers the values by where they first stand.
macro_rules! count_sql {
    ($of_any_status:literal) => {
        concat!(
            "WITH RECURSIVE days (day, first_id, began_at) AS ( \
             SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint) \
             UNION ALL SELECT day + 1, first_id + $4, began_at + $5 FROM days WHERE day < CAST($6 AS bigint)) \
             SELECT day, \
             (SELECT count(*) FROM comments WHERE site_id = $7",
            $of_any_status,
            " \
              AND id >= first_id AND id < first_id + $4) AS comments, \
             (SELECT count(*) FROM comments WHERE site_id = $7 AND holds IS NOT NULL \
              AND id >= first_id AND id < first_id + $4) AS held, \
             (SELECT count(*) FROM decisions WHERE site_id = $7 AND action IN ('approve', 'restore') \
              AND id >= first_id AND id < first_id + $4) AS approved, \
             (SELECT count(*) FROM decisions WHERE site_id = $7 AND action = 'reject' \
              AND id >= first_id AND id < first_id + $4) AS rejected, \
             (SELECT count(*) FROM decisions WHERE site_id = $7 AND action = 'spam' \
              AND id >= first_id AND id < first_id + $4) AS spam, \
             (SELECT count(*) FROM decisions WHERE site_id = $7 AND action = 'delete' \
              AND id >= first_id AND id < first_id + $4) AS deleted, \
             (SELECT count(*) FROM reports WHERE site_id = $7 \
              AND created_at >= began_at AND created_at < began_at + $5) AS reports, \
             (SELECT coalesce(sum(request_count), 0) FROM blocked_origins WHERE site_id = $7 \
              AND blocked_origins.day = days.day) AS blocked_requests \
             FROM days"
        )
    };
}

/// What there is in an index that holds all that is needed differs: in SQLite's, the status stands before the id.
const fn count_sql(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => count_sql!(" AND status IN (0, 1, 2, 3, 4)"),
        Connection::Postgres(_) => count_sql!(""),
    }
}

/// What happened on each day from `first` to `last`, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_by_day(
    connection: &mut Connection,
    site: SiteId,
    first: Day,
    last: Day,
) -> Result<Vec<(Day, Activity)>, Error> {
    let began_at = first.begins_at();
    let next = Timestamp::from_milliseconds(began_at.milliseconds().saturating_add(DAY_MILLISECONDS));
    let query = diesel::sql_query(count_sql(connection))
        .bind::<BigInt, _>(i64::from(first.number()))
        .bind::<BigInt, _>(first_at(began_at))
        .bind::<BigInt, _>(began_at.milliseconds())
        .bind::<BigInt, _>(first_at(next).saturating_sub(first_at(began_at)))
        .bind::<BigInt, _>(DAY_MILLISECONDS)
        .bind::<BigInt, _>(i64::from(last.number()))
        .bind::<BigInt, _>(site.number());
    let mut rows: Vec<Counted> = each_backend!(connection, |conn| Cached(query).load(conn))?;
    rows.sort_unstable_by_key(|row| row.day);
    let number = |count: i64| u64::try_from(count).map_err(|_negative| Error::corrupt("count"));
    let day = |row: Counted| {
        let day = i32::try_from(row.day).map_err(|_too_late| Error::corrupt("day"))?;
        let activity = Activity {
            comments: number(row.comments)?,
            held: number(row.held)?,
            approved: number(row.approved)?,
            rejected: number(row.rejected)?,
            spam: number(row.spam)?,
            deleted: number(row.deleted)?,
            reports: number(row.reports)?,
            blocked_requests: number(row.blocked_requests)?,
        };
        Ok((Day::from_number(day), activity))
    };
    rows.into_iter().map(day).collect()
}

#[derive(QueryableByName)]
struct Refused {
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = BigInt)]
    last_at: i64,
}

/// The origins of which requests were refused since the day `first`, the most requests first. They are sorted, but there
/// are never more than about a hundred for each day.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_blocked(
    connection: &mut Connection,
    site: SiteId,
    first: Day,
    limit: u32,
) -> Result<Vec<BlockedOrigin>, Error> {
    const LIST: &str = "SELECT origin, sum(request_count) AS requests, max(last_at) AS last_at FROM blocked_origins \
                        WHERE site_id = $1 AND day >= $2 AND origin <> $3 \
                        GROUP BY origin ORDER BY requests DESC, origin LIMIT $4";
    let query = diesel::sql_query(LIST)
        .bind::<BigInt, _>(site.number())
        .bind::<BigInt, _>(i64::from(first.number()))
        .bind::<Text, _>(OTHER_ORIGINS)
        .bind::<BigInt, _>(i64::from(limit));
    let rows: Vec<Refused> = each_backend!(connection, |conn| Cached(query).load(conn))?;
    let origin = |row: Refused| {
        let requests = u64::try_from(row.requests).map_err(|_negative| Error::corrupt("count"))?;
        Ok(BlockedOrigin { origin: row.origin, requests, last_at: Timestamp::from_milliseconds(row.last_at) })
    };
    rows.into_iter().map(origin).collect()
}
