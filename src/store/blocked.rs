//! Requests that were refused because of the origin of their page: a row for each site, day and origin.

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Integer};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend, stored_count};
use super::error::Error;
use super::schema::blocked_origins;
use crate::domain::id::SiteId;
use crate::domain::stats::{Blocked, Day};

/// The origins of which requests to the site were refused on this day.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_origins(connection: &mut Connection, site: SiteId, day: Day) -> Result<Vec<String>, Error> {
    let query = || {
        blocked_origins::table
            .filter(blocked_origins::site_id.eq(site.number()))
            .filter(blocked_origins::day.eq(day.number()))
            .select(blocked_origins::origin)
    };
    Ok(each_backend!(connection, |conn| query().load(conn))?)
}

/// Adds to the number of an origin.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(
    connection: &mut Connection,
    site: SiteId,
    day: Day,
    origin: &str,
    blocked: Blocked,
) -> Result<(), Error> {
    let values = (
        blocked_origins::site_id.eq(site.number()),
        blocked_origins::day.eq(day.number()),
        blocked_origins::origin.eq(origin),
        blocked_origins::request_count.eq(stored_count(blocked.requests)),
        blocked_origins::last_at.eq(blocked.last_at.milliseconds()),
    );
    // Whoever floods the service doesn't make the number leave its range.
    let sum = || {
        sql::<Integer>(
            "CASE WHEN blocked_origins.request_count < 2147483647 - excluded.request_count \
             THEN blocked_origins.request_count + excluded.request_count ELSE 2147483647 END",
        )
    };
    let last = || {
        sql::<BigInt>(
            "CASE WHEN blocked_origins.last_at > excluded.last_at THEN blocked_origins.last_at ELSE excluded.last_at END",
        )
    };
    each_backend!(connection, |conn| diesel::insert_into(blocked_origins::table)
        .values(values)
        .on_conflict((blocked_origins::site_id, blocked_origins::day, blocked_origins::origin))
        .do_update()
        .set((blocked_origins::request_count.eq(sum()), blocked_origins::last_at.eq(last())))
        .execute(conn))?;
    Ok(())
}

/// Deletes what was refused by a site before this day.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_before(connection: &mut Connection, site: SiteId, day: Day) -> Result<(), Error> {
    let old = blocked_origins::table
        .filter(blocked_origins::site_id.eq(site.number()))
        .filter(blocked_origins::day.lt(day.number()));
    each_backend!(connection, |conn| diesel::delete(old).execute(conn))?;
    Ok(())
}
