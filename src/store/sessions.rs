//! Sessions of staff. Of the token in a browser's cookie only the hash is kept.

use diesel::sql_types::BigInt;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::sessions;
use crate::domain::id::{SessionId, StaffId, TokenId};
use crate::domain::session::Session;
use crate::domain::time::Timestamp;

/// How many sessions are cleared away in one go.
const SWEEP_ROWS: i64 = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: i64,
    staff_id: i64,
    user_agent: String,
    token_id: Option<i64>,
    created_at: i64,
    used_at: i64,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId::from_number(row.id),
            staff_id: StaffId::from_number(row.staff_id),
            user_agent: row.user_agent,
            token_id: row.token_id.map(TokenId::from_number),
            created_at: Timestamp::from_milliseconds(row.created_at),
            used_at: Timestamp::from_milliseconds(row.used_at),
        }
    }
}

/// The session whose token has this hash, be it over or not.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_hash(connection: &mut Connection, hash: &[u8; 32]) -> Result<Option<Session>, Error> {
    let query = || sessions::table.filter(sessions::token_hash.eq(hash.as_slice())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(row.map(Session::from))
}

/// The session with this id, be it over or not.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: SessionId) -> Result<Option<Session>, Error> {
    let query = || sessions::table.filter(sessions::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(row.map(Session::from))
}

/// Sessions of a member of staff that began after `oldest` and were used after `idle_since`, newest first: up to `limit`
/// of those that began before `before`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_staff(
    connection: &mut Connection,
    staff: StaffId,
    (oldest, idle_since): (Timestamp, Timestamp),
    before: Option<SessionId>,
    limit: u32,
) -> Result<Vec<Session>, Error> {
    let before = before.map_or(i64::MAX, SessionId::number);
    let query = || {
        sessions::table
            .filter(sessions::staff_id.eq(staff.number()))
            .filter(sessions::id.lt(before))
            .filter(sessions::created_at.gt(oldest.milliseconds()))
            .filter(sessions::used_at.gt(idle_since.milliseconds()))
            .order(sessions::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Adds a session.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, session: &Session, hash: &[u8; 32]) -> Result<(), Error> {
    let values = (
        sessions::id.eq(session.id.number()),
        sessions::staff_id.eq(session.staff_id.number()),
        sessions::token_hash.eq(hash.as_slice()),
        sessions::user_agent.eq(&session.user_agent),
        sessions::token_id.eq(session.token_id.map(TokenId::number)),
        sessions::created_at.eq(session.created_at.milliseconds()),
        sessions::used_at.eq(session.used_at.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(sessions::table).values(&values).execute(conn))?;
    Ok(())
}

/// Notes that a session is used.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_used_at(connection: &mut Connection, id: SessionId, now: Timestamp) -> Result<(), Error> {
    let target = sessions::table.filter(sessions::id.eq(id.number())).filter(sessions::used_at.lt(now.milliseconds()));
    let used_at = sessions::used_at.eq(now.milliseconds());
    each_backend!(connection, |conn| diesel::update(target).set(used_at).execute(conn))?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, id: SessionId) -> Result<(), Error> {
    let id = id.number();
    each_backend!(connection, |conn| diesel::delete(sessions::table.find(id)).execute(conn))?;
    Ok(())
}

/// Ends every session of a member of staff but one.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_by_staff(connection: &mut Connection, staff: StaffId, kept: Option<SessionId>) -> Result<(), Error> {
    let kept = kept.map_or(0, SessionId::number);
    let target = sessions::table.filter(sessions::staff_id.eq(staff.number())).filter(sessions::id.ne(kept));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    Ok(())
}

/// Deletes some of the sessions that weren't used since `idle_since`; whether there may be more.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_idle(connection: &mut Connection, idle_since: Timestamp) -> Result<bool, Error> {
    const DELETE: &str = "DELETE FROM sessions WHERE id IN \
                          (SELECT id FROM sessions WHERE used_at <= $1 ORDER BY used_at LIMIT $2)";
    let query = diesel::sql_query(DELETE).bind::<BigInt, _>(idle_since.milliseconds()).bind::<BigInt, _>(SWEEP_ROWS);
    let deleted = each_backend!(connection, |conn| query.execute(conn))?;
    Ok(i64::try_from(deleted) == Ok(SWEEP_ROWS))
}
