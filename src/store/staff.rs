//! Staff, and the sites they are bound to.

use std::collections::HashMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::{staff, staff_sites};
use crate::domain::access::{Role, SiteScope};
use crate::domain::folding::skeleton;
use crate::domain::id::{SiteId, StaffId};
use crate::domain::staff::{Staff, StaffName};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff)]
struct Row {
    id: i64,
    name: String,
    role: String,
    is_bound: bool,
    is_disabled: bool,
    password_hash: Option<String>,
    totp_secret: Option<Vec<u8>>,
    created_at: i64,
}

impl Row {
    fn into_staff(self, sites: &mut SitesOf) -> Result<Staff, Error> {
        let own = sites.0.remove(&self.id).unwrap_or_default();
        Ok(Staff {
            id: StaffId::from_number(self.id),
            sites: if self.is_bound { SiteScope::Only(own) } else { SiteScope::Everywhere },
            name: StaffName::from_stored(self.name),
            role: Role::from_name(&self.role).ok_or_else(|| Error::corrupt("role"))?,
            is_disabled: self.is_disabled,
            has_password: self.password_hash.is_some(),
            has_totp: self.totp_secret.is_some(),
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

/// The sites of several members of staff who are bound to some.
struct SitesOf(HashMap<i64, Vec<SiteId>>);

fn list_sites(connection: &mut Connection, rows: &[Row]) -> Result<SitesOf, Error> {
    let bound: Vec<i64> = rows.iter().filter(|row| row.is_bound).map(|row| row.id).collect();
    let mut sites: HashMap<i64, Vec<SiteId>> = HashMap::new();
    if !bound.is_empty() {
        let query = || {
            staff_sites::table
                .filter(staff_sites::staff_id.eq_any(&bound))
                .order((staff_sites::staff_id, staff_sites::site_id))
                .select((staff_sites::staff_id, staff_sites::site_id))
        };
        let pairs: Vec<(i64, i64)> = each_backend!(connection, |conn| query().load(conn))?;
        for (staff, site) in pairs {
            sites.entry(staff).or_default().push(SiteId::from_number(site));
        }
    }
    Ok(SitesOf(sites))
}

fn into_staff(connection: &mut Connection, rows: Vec<Row>) -> Result<Vec<Staff>, Error> {
    let mut sites = list_sites(connection, &rows)?;
    rows.into_iter().map(|row| row.into_staff(&mut sites)).collect()
}

fn into_one(connection: &mut Connection, row: Option<Row>) -> Result<Option<Staff>, Error> {
    Ok(into_staff(connection, row.into_iter().collect())?.pop())
}

/// The member of staff with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: StaffId) -> Result<Option<Staff>, Error> {
    let query = || staff::table.filter(staff::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    into_one(connection, row)
}

/// The member of staff whose name has this skeleton.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_skeleton(connection: &mut Connection, skeleton: &str) -> Result<Option<Staff>, Error> {
    let query = || staff::table.filter(staff::name_skeleton.eq(skeleton)).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    into_one(connection, row)
}

/// Whether a member of staff has a name with this skeleton.
///
/// # Errors
/// [`Error`] of the database.
pub fn has_name(connection: &mut Connection, skeleton: &str) -> Result<bool, Error> {
    let query = || staff::table.filter(staff::name_skeleton.eq(skeleton)).select(staff::id);
    let found: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(found.is_some())
}

/// Staff, newest first: up to `limit` of those who came before `before`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(connection: &mut Connection, before: Option<StaffId>, limit: u32) -> Result<Vec<Staff>, Error> {
    let before = before.map_or(i64::MAX, StaffId::number);
    let query = || {
        staff::table
            .filter(staff::id.lt(before))
            .order(staff::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    into_staff(connection, rows)
}

/// Holds a member of staff against other writers until the transaction ends, and returns them as they are now.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, id: StaffId) -> Result<Option<Staff>, Error> {
    let target = staff::table.filter(staff::id.eq(id.number()));
    let query = || diesel::update(target).set(staff::role.eq(staff::role)).returning(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    into_one(connection, row)
}

/// Those with this role who are bound to no site and not disabled, by id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_unbound(connection: &mut Connection, role: Role) -> Result<Vec<StaffId>, Error> {
    let query = || {
        staff::table
            .filter(staff::role.eq(role.name()))
            .filter(staff::is_bound.eq(false))
            .filter(staff::is_disabled.eq(false))
            .order(staff::id)
            .select(staff::id)
    };
    let ids: Vec<i64> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(ids.into_iter().map(StaffId::from_number).collect())
}

/// Adds a member of staff, without password and second factor; whether their name was free.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, new: &Staff) -> Result<bool, Error> {
    let values = (
        staff::id.eq(new.id.number()),
        staff::name.eq(new.name.as_str()),
        staff::name_skeleton.eq(skeleton(new.name.as_str())),
        staff::role.eq(new.role.name()),
        staff::is_bound.eq(new.sites != SiteScope::Everywhere),
        staff::is_disabled.eq(new.is_disabled),
        staff::totp_step.eq(0_i64),
        staff::created_at.eq(new.created_at.milliseconds()),
    );
    let added = each_backend!(connection, |conn| diesel::insert_into(staff::table)
        .values(values)
        .on_conflict(staff::name_skeleton)
        .do_nothing()
        .execute(conn))?;
    if added == 1 {
        insert_sites(connection, new)?;
    }
    Ok(added == 1)
}

fn insert_sites(connection: &mut Connection, member: &Staff) -> Result<(), Error> {
    let SiteScope::Only(sites) = &member.sites else {
        return Ok(());
    };
    for site in sites {
        let values = (staff_sites::staff_id.eq(member.id.number()), staff_sites::site_id.eq(site.number()));
        each_backend!(connection, |conn| diesel::insert_into(staff_sites::table).values(values).execute(conn))?;
    }
    Ok(())
}

/// Replaces the name of a member of staff, what they may do, where, and whether they are disabled.
///
/// # Errors
/// [`Error::Conflict`] when somebody took the name at the same time.
pub fn update(connection: &mut Connection, member: &Staff) -> Result<(), Error> {
    let id = member.id.number();
    let values = (
        staff::name.eq(member.name.as_str()),
        staff::name_skeleton.eq(skeleton(member.name.as_str())),
        staff::role.eq(member.role.name()),
        staff::is_bound.eq(member.sites != SiteScope::Everywhere),
        staff::is_disabled.eq(member.is_disabled),
    );
    each_backend!(connection, |conn| diesel::update(staff::table.find(id)).set(values).execute(conn))?;
    let old = staff_sites::table.filter(staff_sites::staff_id.eq(id));
    each_backend!(connection, |conn| diesel::delete(old).execute(conn))?;
    insert_sites(connection, member)
}

/// Removes a member of staff, with their sessions, tokens and recovery codes.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, id: StaffId) -> Result<(), Error> {
    let id = id.number();
    each_backend!(connection, |conn| diesel::delete(staff::table.find(id)).execute(conn))?;
    Ok(())
}
