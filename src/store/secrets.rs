//! Secrets that all instances share, made once for each installation.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::secrets;

/// The secret of this name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let query = || secrets::table.filter(secrets::name.eq(name)).select(secrets::value);
    Ok(each_backend!(connection, |conn| query().first(conn).optional())?)
}

/// Adds a secret; leaves one that is there as it is.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, name: &str, value: &[u8]) -> Result<(), Error> {
    let values = (secrets::name.eq(name), secrets::value.eq(value));
    each_backend!(connection, |conn| diesel::insert_into(secrets::table)
        .values(values)
        .on_conflict(secrets::name)
        .do_nothing()
        .execute(conn))?;
    Ok(())
}
