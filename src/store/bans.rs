//! Bans of writers and networks.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable,
};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::bans;
use crate::domain::address::NetworkHash;
use crate::domain::author::DisplayName;
use crate::domain::ban::{Ban, Banned};
use crate::domain::id::{AuthorId, BanId, SiteId, StaffId};
use crate::domain::note::Note;
use crate::domain::staff::StaffName;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = bans)]
struct Row {
    id: i64,
    site_id: i64,
    author_id: Option<i64>,
    network: Option<Vec<u8>>,
    author_name: Option<String>,
    reason: Option<String>,
    staff_id: Option<i64>,
    staff_name: Option<String>,
    created_at: i64,
    ends_at: Option<i64>,
}

impl Row {
    fn of(ban: &Ban) -> Self {
        let (author_id, author_name, network) = match &ban.banned {
            Banned::Author(id, name) => (Some(id.number()), name.as_ref().map(|name| name.as_str().to_owned()), None),
            Banned::Network(network) => (None, None, Some(network.as_bytes().to_vec())),
        };
        Self {
            id: ban.id.number(),
            site_id: ban.site_id.number(),
            author_id,
            network,
            author_name,
            reason: ban.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            staff_id: ban.staff.as_ref().map(|(id, _)| id.number()),
            staff_name: ban.staff.as_ref().map(|(_, name)| name.as_str().to_owned()),
            created_at: ban.created_at.milliseconds(),
            ends_at: ban.ends_at.map(Timestamp::milliseconds),
        }
    }

    fn into_ban(self) -> Result<Ban, Error> {
        let banned = match (self.author_id, self.network) {
            (Some(id), _) => Banned::Author(AuthorId::from_number(id), self.author_name.map(DisplayName::from_stored)),
            (None, Some(network)) => {
                Banned::Network(NetworkHash::from_stored(&network).ok_or_else(|| Error::corrupt("network"))?)
            }
            (None, None) => return Err(Error::corrupt("ban")),
        };
        let staff = self.staff_id.zip(self.staff_name);
        Ok(Ban {
            id: BanId::from_number(self.id),
            site_id: SiteId::from_number(self.site_id),
            banned,
            reason: self.reason.map(Note::from_stored),
            staff: staff.map(|(id, name)| (StaffId::from_number(id), StaffName::from_stored(name))),
            created_at: Timestamp::from_milliseconds(self.created_at),
            ends_at: self.ends_at.map(Timestamp::from_milliseconds),
        })
    }
}

/// When each ban ends that holds at `now` for a writer, if it is known who writes, or for their network: at most two.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_ends(
    connection: &mut Connection,
    site: SiteId,
    author: Option<AuthorId>,
    network: NetworkHash,
    now: Timestamp,
) -> Result<Vec<Option<Timestamp>>, Error> {
    // No writer has the id 0.
    let author = author.map_or(0, AuthorId::number);
    let query = || {
        bans::table
            .filter(bans::site_id.eq(site.number()))
            .filter(bans::author_id.eq(author).or(bans::network.eq(network.as_bytes().as_slice())))
            .filter(bans::ends_at.is_null().or(bans::ends_at.gt(now.milliseconds())))
            .select(bans::ends_at)
    };
    let ends: Vec<Option<i64>> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(ends.into_iter().map(|end| end.map(Timestamp::from_milliseconds)).collect())
}

/// The ban with this id, on whatever site.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: BanId) -> Result<Option<Ban>, Error> {
    let query = || bans::table.filter(bans::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_ban).transpose()
}

/// Holds a ban against other writers until the transaction ends, and returns it as it is now.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, id: BanId) -> Result<Option<Ban>, Error> {
    let target = bans::table.filter(bans::id.eq(id.number()));
    let query = || diesel::update(target).set(bans::ends_at.eq(bans::ends_at)).returning(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    row.map(Row::into_ban).transpose()
}

/// The ban of a writer, ended or not.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_author(connection: &mut Connection, site: SiteId, author: AuthorId) -> Result<Option<Ban>, Error> {
    let query = || {
        bans::table
            .filter(bans::site_id.eq(site.number()))
            .filter(bans::author_id.eq(author.number()))
            .select(columns::<Row>())
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_ban).transpose()
}

/// The bans of these sites that come before `before`, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    connection: &mut Connection,
    sites: &[SiteId],
    before: Option<BanId>,
    limit: i64,
) -> Result<Vec<Ban>, Error> {
    let sites: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let query = || {
        bans::table
            .filter(bans::site_id.eq_any(&sites))
            .filter(bans::id.lt(before.map_or(i64::MAX, BanId::number)))
            .order(bans::id.desc())
            .limit(limit)
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_ban).collect()
}

/// Adds a ban in the place of one of the same writer or network; whether there was one.
///
/// # Errors
/// [`Error::Conflict`] when others ban the same at the same time.
pub fn replace(connection: &mut Connection, ban: &Ban) -> Result<bool, Error> {
    let here = bans::table.filter(bans::site_id.eq(ban.site_id.number()));
    let replaced = match &ban.banned {
        Banned::Author(id, _) => {
            let target = here.filter(bans::author_id.eq(id.number()));
            each_backend!(connection, |conn| diesel::delete(target).execute(conn))?
        }
        Banned::Network(network) => {
            let target = here.filter(bans::network.eq(network.as_bytes().as_slice()));
            each_backend!(connection, |conn| diesel::delete(target).execute(conn))?
        }
    };
    let row = Row::of(ban);
    each_backend!(connection, |conn| diesel::insert_into(bans::table).values(&row).execute(conn))?;
    Ok(replaced > 0)
}

/// Writes the reason and the end of a ban as they are in `ban`.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(connection: &mut Connection, ban: &Ban) -> Result<(), Error> {
    let values = (
        bans::reason.eq(ban.reason.as_ref().map(Note::as_str)),
        bans::ends_at.eq(ban.ends_at.map(Timestamp::milliseconds)),
    );
    let target = bans::table.filter(bans::id.eq(ban.id.number()));
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Lifts a ban; whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, id: BanId) -> Result<bool, Error> {
    let target = bans::table.filter(bans::id.eq(id.number()));
    Ok(each_backend!(connection, |conn| diesel::delete(target).execute(conn))? == 1)
}

/// Deletes the bans that ended before `before`.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_ended(connection: &mut Connection, before: Timestamp) -> Result<(), Error> {
    let target = bans::table.filter(bans::ends_at.lt(before.milliseconds()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    Ok(())
}
