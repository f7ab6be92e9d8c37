//! First answers, kept so that a request sent again gets the same one.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::replays;
use crate::domain::id::SiteId;
use crate::domain::idempotency::{Fingerprint, ReplayId};
use crate::domain::time::Timestamp;

/// The most rows that one sweep deletes, so that no transaction is long.
const SWEEP_ROWS: i64 = 1_000;

/// A first answer.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Whether the request is the same as the first.
    pub same_request: bool,
    /// The salt from which the guest token of the answer is made anew, if it had one.
    pub token_salt: Option<[u8; 32]>,
    /// Whether the comment waited for a moderator.
    pub accepted: bool,
    /// The answer as it was sent, without the guest token.
    pub answer: String,
}

type Row = (Vec<u8>, Vec<u8>, bool, bool, String);

/// The answer kept under this name, compared with the request at hand.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(
    connection: &mut Connection,
    site: SiteId,
    id: &ReplayId,
    fingerprint: &Fingerprint,
) -> Result<Option<Replay>, Error> {
    let query = || {
        replays::table
            .filter(replays::site_id.eq(site.number()))
            .filter(replays::id.eq(id.as_bytes().as_slice()))
            .select((replays::fingerprint, replays::salt, replays::accepted, replays::token_given, replays::answer))
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    let Some((first_fingerprint, salt, accepted, token_given, answer)) = row else {
        return Ok(None);
    };
    let salt: [u8; 32] = salt.try_into().map_err(|_bytes| Error::corrupt("salt"))?;
    Ok(Some(Replay {
        same_request: first_fingerprint == fingerprint.as_bytes(),
        token_salt: token_given.then_some(salt),
        accepted,
        answer,
    }))
}

/// Keeps an answer until it is swept.
///
/// # Errors
/// [`Error::Conflict`] when a request with the same key was answered at the same time.
pub fn insert(
    connection: &mut Connection,
    site: SiteId,
    id: &ReplayId,
    fingerprint: &Fingerprint,
    salt: &[u8; 32],
    first: &Replay,
    now: Timestamp,
) -> Result<(), Error> {
    let values = (
        replays::site_id.eq(site.number()),
        replays::id.eq(id.as_bytes().as_slice()),
        replays::fingerprint.eq(fingerprint.as_bytes().as_slice()),
        replays::salt.eq(salt.as_slice()),
        replays::accepted.eq(first.accepted),
        replays::token_given.eq(first.token_salt.is_some()),
        replays::answer.eq(&first.answer),
        replays::created_at.eq(now.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(replays::table).values(values).execute(conn))?;
    Ok(())
}

/// Deletes some of the answers kept since before `before`; whether there may be more.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(connection: &mut Connection, before: Timestamp) -> Result<bool, Error> {
    let expired = || {
        replays::table
            .filter(replays::created_at.le(before.milliseconds()))
            .order(replays::created_at)
            .limit(SWEEP_ROWS)
            .select((replays::site_id, replays::id))
    };
    let rows: Vec<(i64, Vec<u8>)> = each_backend!(connection, |conn| expired().load(conn))?;
    for (site_id, id) in &rows {
        each_backend!(connection, |conn| diesel::delete(replays::table.find((site_id, id))).execute(conn))?;
    }
    Ok(i64::try_from(rows.len()) == Ok(SWEEP_ROWS))
}
