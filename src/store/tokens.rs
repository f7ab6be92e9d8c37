//! API tokens of staff.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::api_tokens;
use crate::domain::access::Scopes;
use crate::domain::credential::TokenName;
use crate::domain::id::{SiteId, StaffId, TokenId};
use crate::domain::time::Timestamp;

/// An API token as it is kept: everything but the token.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub staff_id: StaffId,
    /// What its owner calls it.
    pub name: TokenName,
    /// What it is for.
    pub scopes: Scopes,
    /// The one site that it is for; `None` for all of its owner's.
    pub site_id: Option<SiteId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: i64,
    staff_id: i64,
    name: String,
    scopes: String,
    site_id: Option<i64>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl Row {
    fn into_record(self) -> Result<TokenRecord, Error> {
        let scopes = Scopes::parse(self.scopes.split(' ')).map_err(|_unknown| Error::corrupt("scopes"))?;
        Ok(TokenRecord {
            id: TokenId::from_number(self.id),
            staff_id: StaffId::from_number(self.staff_id),
            name: TokenName::from_stored(self.name),
            scopes,
            site_id: self.site_id.map(SiteId::from_number),
            created_at: Timestamp::from_milliseconds(self.created_at),
            expires_at: Timestamp::from_milliseconds(self.expires_at),
            used_at: self.used_at.map(Timestamp::from_milliseconds),
        })
    }
}

/// The token with this hash.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_hash(connection: &mut Connection, hash: &[u8; 32]) -> Result<Option<TokenRecord>, Error> {
    let query = || api_tokens::table.filter(api_tokens::token_hash.eq(hash.as_slice())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_record).transpose()
}

/// The token with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: TokenId) -> Result<Option<TokenRecord>, Error> {
    let query = || api_tokens::table.filter(api_tokens::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_record).transpose()
}

/// Tokens of a member of staff, also those that have ended, newest first: up to `limit` of those that were made before
/// `before`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_staff(
    connection: &mut Connection,
    staff: StaffId,
    before: Option<TokenId>,
    limit: u32,
) -> Result<Vec<TokenRecord>, Error> {
    let before = before.map_or(i64::MAX, TokenId::number);
    let query = || {
        api_tokens::table
            .filter(api_tokens::staff_id.eq(staff.number()))
            .filter(api_tokens::id.lt(before))
            .order(api_tokens::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_record).collect()
}

/// How many tokens of a member of staff haven't ended.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_by_staff(connection: &mut Connection, staff: StaffId, now: Timestamp) -> Result<u64, Error> {
    let query = || {
        api_tokens::table
            .filter(api_tokens::staff_id.eq(staff.number()))
            .filter(api_tokens::expires_at.gt(now.milliseconds()))
            .count()
    };
    let count: i64 = each_backend!(connection, |conn| query().get_result(conn))?;
    u64::try_from(count).map_err(|_negative| Error::corrupt("api_tokens"))
}

/// Adds a token.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, token: &TokenRecord, hash: &[u8; 32]) -> Result<(), Error> {
    let scopes = token.scopes.names().collect::<Vec<_>>().join(" ");
    let values = (
        api_tokens::id.eq(token.id.number()),
        api_tokens::staff_id.eq(token.staff_id.number()),
        api_tokens::name.eq(token.name.as_str()),
        api_tokens::token_hash.eq(hash.as_slice()),
        api_tokens::scopes.eq(scopes),
        api_tokens::site_id.eq(token.site_id.map(SiteId::number)),
        api_tokens::created_at.eq(token.created_at.milliseconds()),
        api_tokens::expires_at.eq(token.expires_at.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(api_tokens::table).values(&values).execute(conn))?;
    Ok(())
}

/// Gives a token another name; whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_name(connection: &mut Connection, id: TokenId, name: &TokenName) -> Result<bool, Error> {
    let (target, name) = (api_tokens::table.find(id.number()), api_tokens::name.eq(name.as_str()));
    Ok(each_backend!(connection, |conn| diesel::update(target).set(name).execute(conn))? == 1)
}

/// Notes that a token is used.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_used_at(connection: &mut Connection, id: TokenId, now: Timestamp) -> Result<(), Error> {
    let (target, used_at) = (api_tokens::table.find(id.number()), api_tokens::used_at.eq(now.milliseconds()));
    each_backend!(connection, |conn| diesel::update(target).set(used_at).execute(conn))?;
    Ok(())
}

/// Withdraws a token; whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, id: TokenId) -> Result<bool, Error> {
    let id = id.number();
    Ok(each_backend!(connection, |conn| diesel::delete(api_tokens::table.find(id)).execute(conn))? == 1)
}
