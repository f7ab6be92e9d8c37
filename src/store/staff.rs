//! Staff, and the sites they are bound to.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::{staff, staff_sites};
use crate::domain::access::{Role, SiteScope};
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
    fn into_staff(self, connection: &mut Connection) -> Result<Staff, Error> {
        let id = StaffId::from_number(self.id);
        let sites = if self.is_bound { SiteScope::Only(list_sites(connection, id)?) } else { SiteScope::Everywhere };
        Ok(Staff {
            id,
            name: StaffName::from_stored(self.name),
            role: Role::from_name(&self.role).ok_or_else(|| Error::corrupt("role"))?,
            sites,
            is_disabled: self.is_disabled,
            has_password: self.password_hash.is_some(),
            has_totp: self.totp_secret.is_some(),
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

fn list_sites(connection: &mut Connection, id: StaffId) -> Result<Vec<SiteId>, Error> {
    let query = || {
        staff_sites::table
            .filter(staff_sites::staff_id.eq(id.number()))
            .order(staff_sites::site_id)
            .select(staff_sites::site_id)
    };
    let sites: Vec<i64> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(sites.into_iter().map(SiteId::from_number).collect())
}

/// The member of staff with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: StaffId) -> Result<Option<Staff>, Error> {
    let query = || staff::table.filter(staff::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(|row| row.into_staff(connection)).transpose()
}

/// Adds a member of staff, without password and second factor; whether their name was free.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, new: &Staff) -> Result<bool, Error> {
    let values = (
        staff::id.eq(new.id.number()),
        staff::name.eq(new.name.as_str()),
        staff::name_skeleton.eq(new.name.as_str().to_lowercase()),
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
    if let (1, SiteScope::Only(sites)) = (added, &new.sites) {
        for site in sites {
            let values = (staff_sites::staff_id.eq(new.id.number()), staff_sites::site_id.eq(site.number()));
            each_backend!(connection, |conn| diesel::insert_into(staff_sites::table).values(values).execute(conn))?;
        }
    }
    Ok(added == 1)
}
