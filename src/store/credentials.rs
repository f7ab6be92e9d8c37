//! By what staff sign in: hashes of passwords, second factors, and recovery codes.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::{Connection, each_backend};
use super::error::Error;
use super::schema::{recovery_codes, staff};
use crate::domain::id::StaffId;
use crate::domain::password::PasswordHash;
use crate::domain::totp::{RecoveryCode, TotpSecret};

/// By what a member of staff signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The hash of their password, if they have one.
    pub password: Option<PasswordHash>,
    /// Their second factor, if they have one.
    pub totp: Option<TotpSecret>,
    /// The second factor that they began to set up.
    pub totp_candidate: Option<TotpSecret>,
    /// The step of the code that was accepted last.
    pub totp_step: i64,
}

type Row = (Option<String>, Option<Vec<u8>>, Option<Vec<u8>>, i64);

fn secret(stored: Option<Vec<u8>>) -> Result<Option<TotpSecret>, Error> {
    let read = |bytes: Vec<u8>| bytes.try_into().map_err(|_other_length| Error::corrupt("second factor"));
    Ok(stored.map(read).transpose()?.map(TotpSecret::from_bytes))
}

/// By what this member of staff signs in.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: StaffId) -> Result<Option<Credentials>, Error> {
    let query = || {
        let columns = (staff::password_hash, staff::totp_secret, staff::totp_candidate, staff::totp_step);
        staff::table.filter(staff::id.eq(id.number())).select(columns)
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    let read = |(password, totp, candidate, totp_step): Row| {
        Ok(Credentials {
            password: password.map(PasswordHash::from_stored),
            totp: secret(totp)?,
            totp_candidate: secret(candidate)?,
            totp_step,
        })
    };
    row.map(read).transpose()
}

/// Replaces the hash of a password; `None` takes the password away.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_password(connection: &mut Connection, id: StaffId, hash: Option<&PasswordHash>) -> Result<(), Error> {
    let (target, hash) = (staff::table.find(id.number()), hash.map(PasswordHash::as_str));
    each_backend!(connection, |conn| diesel::update(target).set(staff::password_hash.eq(hash)).execute(conn))?;
    Ok(())
}

/// Keeps a second factor until it is confirmed, instead of an earlier one.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_totp_candidate(connection: &mut Connection, id: StaffId, secret: &TotpSecret) -> Result<(), Error> {
    let (target, secret) = (staff::table.find(id.number()), secret.as_bytes().as_slice());
    each_backend!(connection, |conn| diesel::update(target).set(staff::totp_candidate.eq(secret)).execute(conn))?;
    Ok(())
}

/// Replaces the second factor, of which the code of `step` was used; `None` takes it away.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_totp(
    connection: &mut Connection,
    id: StaffId,
    secret: Option<&TotpSecret>,
    step: i64,
) -> Result<(), Error> {
    let values = (
        staff::totp_secret.eq(secret.map(|secret| secret.as_bytes().as_slice())),
        staff::totp_candidate.eq(None::<&[u8]>),
        staff::totp_step.eq(step),
    );
    let target = staff::table.find(id.number());
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Notes that the code of a step was used; whether no code of it or of a later one was before.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_totp_step(connection: &mut Connection, id: StaffId, step: i64) -> Result<bool, Error> {
    let target = staff::table.filter(staff::id.eq(id.number())).filter(staff::totp_step.lt(step));
    let updated =
        each_backend!(connection, |conn| diesel::update(target).set(staff::totp_step.eq(step)).execute(conn))?;
    Ok(updated == 1)
}

/// Adds recovery codes.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert_recovery_codes(connection: &mut Connection, id: StaffId, codes: &[RecoveryCode]) -> Result<(), Error> {
    for code in codes {
        let hash = code.hash();
        let values = (recovery_codes::staff_id.eq(id.number()), recovery_codes::code_hash.eq(hash.as_slice()));
        each_backend!(connection, |conn| diesel::insert_into(recovery_codes::table).values(values).execute(conn))?;
    }
    Ok(())
}

/// Uses a recovery code up; whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_recovery_code(connection: &mut Connection, id: StaffId, code: &RecoveryCode) -> Result<bool, Error> {
    let hash = code.hash();
    let target = recovery_codes::table.find((id.number(), hash.as_slice()));
    Ok(each_backend!(connection, |conn| diesel::delete(target).execute(conn))? == 1)
}

/// Takes all recovery codes of a member of staff away.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_recovery_codes(connection: &mut Connection, id: StaffId) -> Result<(), Error> {
    let target = recovery_codes::table.filter(recovery_codes::staff_id.eq(id.number()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    Ok(())
}
