//! First answers, kept so that a request sent again gets the same one.

use diesel::dsl::auto_type;
use diesel::sql_types::BigInt;
use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{ColumnsOf, Connection, columns, each_backend};
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

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = replays, treat_none_as_default_value = false)]
pub(super) struct Row {
    site_id: i64,
    id: Vec<u8>,
    fingerprint: Vec<u8>,
    salt: Vec<u8>,
    accepted: bool,
    token_given: bool,
    comment_id: i64,
    answer: String,
    created_at: i64,
}

/// A first answer, what it is kept under, and what other requests are compared by.
#[derive(Debug, Clone)]
pub struct NewReplay {
    /// Its name.
    pub id: ReplayId,
    /// What tells the request from another under the same key.
    pub fingerprint: Fingerprint,
    /// The salt of a guest token, whether there was one or not.
    pub salt: [u8; 32],
    /// Whether the answer had a guest token.
    pub is_token_given: bool,
    /// Whether the comment waits for a moderator.
    pub accepted: bool,
    /// The comment that was posted.
    pub comment_id: CommentId,
    /// The answer, without the guest token.
    pub answer: String,
}

impl Row {
    pub(super) fn of(site: SiteId, new: &NewReplay, now: Timestamp) -> Self {
        Self {
            site_id: site.number(),
            id: new.id.as_bytes().to_vec(),
            fingerprint: new.fingerprint.as_bytes().to_vec(),
            salt: new.salt.to_vec(),
            accepted: new.accepted,
            token_given: new.is_token_given,
            comment_id: new.comment_id.number(),
            answer: new.answer.clone(),
            created_at: now.milliseconds(),
        }
    }

    /// Whether it makes room.
    pub(super) fn is_expired(&self, expired: Timestamp) -> bool {
        self.created_at <= expired.milliseconds()
    }

    /// The answer, compared with the request at hand.
    pub(super) fn into_replay(self, fingerprint: &Fingerprint) -> Result<Replay, Error> {
        let salt: [u8; 32] = self.salt.try_into().map_err(|_bytes| Error::corrupt("salt"))?;
        Ok(Replay {
            same_request: self.fingerprint == fingerprint.as_bytes(),
            token_salt: self.token_given.then_some(salt),
            accepted: self.accepted,
            comment_id: CommentId::from_number(self.comment_id),
            answer: (!self.answer.is_empty()).then_some(self.answer),
        })
    }
}

#[auto_type]
pub(super) fn by_id<'a>(site: SiteId, id: &'a ReplayId) -> _ {
    let (site, id): (i64, &'a [u8]) = (site.number(), id.as_bytes());
    let columns: ColumnsOf<Row> = columns::<Row>();
    replays::table.filter(replays::site_id.eq(site)).filter(replays::id.eq(id)).select(columns)
}

/// Removes an answer, so that there is room for another under its name.
pub(super) fn delete(connection: &mut Connection, site: SiteId, id: &ReplayId) -> Result<(), Error> {
    let target = replays::table.find((site.number(), id.as_bytes().as_slice()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
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
