//! Writers.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::authors;
use crate::domain::author::{AuthorKind, GuestTokenHash};
use crate::domain::id::{AuthorId, SiteId};
use crate::domain::time::Timestamp;

/// The guest whose token has this hash.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, token: GuestTokenHash) -> Result<Option<AuthorId>, Error> {
    let query = || {
        authors::table
            .filter(authors::site_id.eq(site.number()))
            .filter(authors::token_hash.eq(token.as_bytes().as_slice()))
            .select(authors::id)
    };
    let id: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(id.map(AuthorId::from_number))
}

/// What kind of person a writer of a site is.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_kind(connection: &mut Connection, site: SiteId, id: AuthorId) -> Result<Option<AuthorKind>, Error> {
    let query = || {
        authors::table
            .filter(authors::site_id.eq(site.number()))
            .filter(authors::id.eq(id.number()))
            .select(authors::staff_id)
    };
    let staff: Option<Option<i64>> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(staff.map(|staff| if staff.is_some() { AuthorKind::Staff } else { AuthorKind::Guest }))
}

/// Adds a guest.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(
    connection: &mut Connection,
    site: SiteId,
    id: AuthorId,
    token: GuestTokenHash,
    now: Timestamp,
) -> Result<(), Error> {
    let values = (
        authors::id.eq(id.number()),
        authors::site_id.eq(site.number()),
        authors::token_hash.eq(token.as_bytes().as_slice()),
        authors::created_at.eq(now.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(authors::table).values(values).execute(conn))?;
    Ok(())
}
