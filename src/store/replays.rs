//! First answers, kept so that a request sent again gets the same one.

use diesel::sql_types::BigInt;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::replays;
use crate::domain::id::{CommentId, SiteId};
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
    /// The comment that was posted.
    pub comment_id: CommentId,
    /// The answer as it was sent, without the guest token; `None` once the comment is erased.
    pub answer: Option<String>,
}

type Row = (Vec<u8>, Vec<u8>, bool, bool, i64, String, i64);

/// The answer kept under this name, compared with the request at hand. One kept since before `expired` makes room.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(
    connection: &mut Connection,
    site: SiteId,
    id: &ReplayId,
    fingerprint: &Fingerprint,
    expired: Timestamp,
) -> Result<Option<Replay>, Error> {
    let query = || {
        replays::table
            .filter(replays::site_id.eq(site.number()))
            .filter(replays::id.eq(id.as_bytes().as_slice()))
            .select((
                replays::fingerprint,
                replays::salt,
                replays::accepted,
                replays::token_given,
                replays::comment_id,
                replays::answer,
                replays::created_at,
            ))
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    let Some((first_fingerprint, salt, accepted, token_given, comment_id, answer, created_at)) = row else {
        return Ok(None);
    };
    if created_at <= expired.milliseconds() {
        let target = replays::table.find((site.number(), id.as_bytes().as_slice()));
        each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
        return Ok(None);
    }
    let salt: [u8; 32] = salt.try_into().map_err(|_bytes| Error::corrupt("salt"))?;
    Ok(Some(Replay {
        same_request: first_fingerprint == fingerprint.as_bytes(),
        token_salt: token_given.then_some(salt),
        accepted,
        comment_id: CommentId::from_number(comment_id),
        answer: (!answer.is_empty()).then_some(answer),
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
        replays::comment_id.eq(first.comment_id.number()),
        replays::answer.eq(first.answer.as_deref().unwrap_or_default()),
        replays::created_at.eq(now.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(replays::table).values(values).execute(conn))?;
    Ok(())
}

/// Removes what the answers say that comments were posted with. The requests are still known.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_erased(connection: &mut Connection, comments: &[CommentId]) -> Result<(), Error> {
    let ids: Vec<i64> = comments.iter().map(|id| id.number()).collect();
    let target = || replays::table.filter(replays::comment_id.eq_any(&ids));
    each_backend!(connection, |conn| diesel::update(target()).set(replays::answer.eq("")).execute(conn))?;
    Ok(())
}

/// Deletes some of the answers kept since before `before`; whether there may be more.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(connection: &mut Connection, before: Timestamp) -> Result<bool, Error> {
    const DELETE: &str = "DELETE FROM replays WHERE (site_id, id) IN \
                          (SELECT site_id, id FROM replays WHERE created_at <= $1 ORDER BY created_at LIMIT $2)";
    let query = diesel::sql_query(DELETE).bind::<BigInt, _>(before.milliseconds()).bind::<BigInt, _>(SWEEP_ROWS);
    let deleted = each_backend!(connection, |conn| query.execute(conn))?;
    Ok(i64::try_from(deleted) == Ok(SWEEP_ROWS))
}
