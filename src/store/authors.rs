//! Writers.

use diesel::dsl::auto_type;
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::authors;
use crate::domain::author::GuestTokenHash;
use crate::domain::id::{AuthorId, SiteId, StaffId};
use crate::domain::time::Timestamp;

#[auto_type]
pub(super) fn by_token<'a>(site: SiteId, token: &'a [u8]) -> _ {
    let (site, token): (i64, &'a [u8]) = (site.number(), token);
    authors::table.filter(authors::site_id.eq(site)).filter(authors::token_hash.eq(token)).select(authors::id)
}

/// The guest whose token has this hash.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, token: GuestTokenHash) -> Result<Option<AuthorId>, Error> {
    let id: Option<i64> = each_backend!(connection, |conn| by_token(site, token.as_bytes()).first(conn).optional())?;
    Ok(id.map(AuthorId::from_number))
}

/// When one of the writers of a site was first seen, and the member of staff that they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthorRow {
    /// The site.
    pub site_id: SiteId,
    /// When they first wrote or voted.
    pub created_at: Timestamp,
    /// Who on the staff they are; `None` for a guest.
    pub staff_id: Option<StaffId>,
}

/// The writer with this id, on one of these sites.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_id(connection: &mut Connection, sites: &[SiteId], id: AuthorId) -> Result<Option<AuthorRow>, Error> {
    let sites: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let query = || {
        authors::table.filter(authors::site_id.eq_any(&sites)).filter(authors::id.eq(id.number())).select((
            authors::site_id,
            authors::created_at,
            authors::staff_id,
        ))
    };
    let row: Option<(i64, i64, Option<i64>)> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(row.map(|(site, created_at, staff)| AuthorRow {
        site_id: SiteId::from_number(site),
        created_at: Timestamp::from_milliseconds(created_at),
        staff_id: staff.map(StaffId::from_number),
    }))
}

/// The writer that a member of staff is on a site.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_staff(connection: &mut Connection, site: SiteId, staff: StaffId) -> Result<Option<AuthorId>, Error> {
    let query = || {
        authors::table
            .filter(authors::site_id.eq(site.number()))
            .filter(authors::staff_id.eq(staff.number()))
            .select(authors::id)
    };
    let id: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(id.map(AuthorId::from_number))
}

/// Adds the writer that a member of staff is on a site. Nobody has the token of this hash, which is only there to differ
/// from all others.
///
/// # Errors
/// [`Error::Conflict`] when they are there already.
pub fn insert_staff(
    connection: &mut Connection,
    site: SiteId,
    id: AuthorId,
    staff: StaffId,
    token: GuestTokenHash,
    now: Timestamp,
) -> Result<(), Error> {
    let values = (
        authors::id.eq(id.number()),
        authors::site_id.eq(site.number()),
        authors::token_hash.eq(token.as_bytes().as_slice()),
        authors::created_at.eq(now.milliseconds()),
        authors::staff_id.eq(staff.number()),
    );
    each_backend!(connection, |conn| diesel::insert_into(authors::table).values(values).execute(conn))?;
    Ok(())
}

/// A guest.
#[derive(Insertable)]
#[diesel(table_name = authors, treat_none_as_default_value = false)]
pub(super) struct NewRow<'a> {
    id: i64,
    site_id: i64,
    token_hash: &'a [u8],
    created_at: i64,
}

impl<'a> NewRow<'a> {
    pub(super) const fn of(site: SiteId, id: AuthorId, token: &'a GuestTokenHash, now: Timestamp) -> Self {
        Self { id: id.number(), site_id: site.number(), token_hash: token.as_bytes(), created_at: now.milliseconds() }
    }
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
    let values = NewRow::of(site, id, &token, now);
    each_backend!(connection, |conn| diesel::insert_into(authors::table).values(values).execute(conn))?;
    Ok(())
}
