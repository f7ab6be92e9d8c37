//! Signing in and out.
//!
//! Whoever doesn't get in isn't told why, and a name that nobody has costs as much work as any other.

use super::sessions::begin;
use super::{Error, Service, credentials, log, second_factors};
use crate::domain::access::Scopes;
use crate::domain::credential::{ApiToken, SessionToken};
use crate::domain::folding::skeleton;
use crate::domain::id::{SessionId, StaffId, TokenId};
use crate::domain::log::Event;
use crate::domain::password::{Password, PasswordHash, TypedPassword};
use crate::domain::quota::{AccountKey, Action};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Staff, StaffName};
use crate::service::credentials::Me;
use crate::store::{self, Connection};

/// What somebody typed to sign in.
#[derive(Debug)]
pub struct Typed {
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: TypedPassword,
    /// A code of the second factor, or a recovery code.
    pub code: Option<String>,
}

/// A session that has begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret for the browser's cookie.
    pub token: SessionToken,
    /// Who signed in.
    pub me: Me,
}

/// Signs in by name and password, and a code where there is a second factor.
///
/// # Errors
/// [`Refusal::SignInFailed`], [`Refusal::CodeRequired`], [`Refusal::RateLimited`], or trouble.
pub async fn by_password(service: &Service, typed: Typed, user_agent: String) -> Result<SignedIn, Error> {
    let name = StaffName::parse(&typed.name).ok();
    let account = AccountKey::of(name.as_ref().map_or("", StaffName::as_str));
    service.quotas.admit_account(Action::SignIn, account).map_err(Refusal::RateLimited)?;
    let known = match name {
        Some(name) => find(service, &name).await?,
        None => None,
    };
    let hash = known.as_ref().map_or_else(PasswordHash::dummy, |(_, hash)| hash.clone());
    let is_right = service.hashing.verify(hash.clone(), typed.password.clone()).await?;
    let known = known.filter(|(staff, _)| is_right && !staff.is_disabled);
    let (staff, _) = known.ok_or(Refusal::SignInFailed)?;
    let renewed = renew(service, &staff, &hash, &typed.password).await?;
    let (service, id, code) = (service.clone(), staff.id, typed.code);
    let store = service.store.clone();
    let work = move |connection: &mut Connection| {
        let staff = hold_enabled(connection, id)?;
        let kept = store::credentials::find(connection, id)?.filter(|kept| kept.password.as_ref() == Some(&hash));
        let kept = kept.ok_or(Refusal::SignInFailed)?;
        let by = match (&kept.totp, &code) {
            (None, _) => "by password",
            (Some(_), None) => return Err(Refusal::CodeRequired.into()),
            (Some(_), Some(code)) => {
                second_factors::use_up(connection, &service, id, &kept, code)?.ok_or(Refusal::SignInFailed)?.sign_in()
            }
        };
        if renewed.is_some() {
            store::credentials::update_password(connection, id, renewed.as_ref())?;
        }
        enter(connection, &service, staff, &user_agent, None, by)
    };
    store.write(work).await
}

/// Signs in by an API token that has all scopes, everywhere.
///
/// # Errors
/// [`Refusal::SignInFailed`], [`Refusal::TokenTooNarrow`], or the store's trouble.
pub async fn by_token(service: &Service, token: ApiToken, user_agent: String) -> Result<SignedIn, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let found = store::tokens::find_by_hash(connection, &token.hash())?;
        let found = found.filter(|token| token.expires_at > service.clock.now()).ok_or(Refusal::SignInFailed)?;
        let staff = hold_enabled(connection, found.staff_id)?;
        if found.scopes != Scopes::all() || found.site_id.is_some() {
            return Err(Refusal::TokenTooNarrow.into());
        }
        store::tokens::update_used_at(connection, found.id, service.clock.now())?;
        let by = format!("by API token {}", found.name.as_str());
        enter(connection, &service, staff, &user_agent, Some(found.id), &by)
    };
    store.write(work).await
}

/// Ends the session of the request.
///
/// # Errors
/// The store's trouble.
pub async fn sign_out(service: &Service, session: SessionId) -> Result<(), Error> {
    Ok(service.store.write(move |connection| store::sessions::delete(connection, session)).await?)
}

/// Who has this name and a password, and the hash of it.
async fn find(service: &Service, name: &StaffName) -> Result<Option<(Staff, PasswordHash)>, Error> {
    let skeleton = skeleton(name.as_str());
    let work = move |connection: &mut Connection| {
        let Some(staff) = store::staff::find_by_skeleton(connection, &skeleton)? else {
            return Ok(None);
        };
        let hash = store::credentials::find(connection, staff.id)?.and_then(|kept| kept.password);
        Ok::<_, Error>(hash.map(|hash| (staff, hash)))
    };
    service.store.read(work).await
}

/// The password hashed by today's parameters, if the kept hash was made by others. One that wouldn't be taken today stays
/// as it is until it is changed.
async fn renew(
    service: &Service,
    staff: &Staff,
    hash: &PasswordHash,
    typed: &TypedPassword,
) -> Result<Option<PasswordHash>, Error> {
    match Password::parse(typed.reveal(), &staff.name) {
        Ok(password) if hash.needs_rehash() => {
            Ok(Some(service.hashing.hash(password, service.randomness.array()).await?))
        }
        _ => Ok(None),
    }
}

fn hold_enabled(connection: &mut Connection, id: StaffId) -> Result<Staff, Error> {
    let staff = store::staff::hold(connection, id)?.filter(|staff| !staff.is_disabled);
    Ok(staff.ok_or(Refusal::SignInFailed)?)
}

fn enter(
    connection: &mut Connection,
    service: &Service,
    staff: Staff,
    user_agent: &str,
    token: Option<TokenId>,
    by: &str,
) -> Result<SignedIn, Error> {
    let (session, token) = begin(connection, service, staff.id, user_agent, token)?;
    log::note(connection, service, None, &staff, Event::SignedIn, format!("{}: {by}", staff.name.as_str()))?;
    let sites = credentials::site_names(connection, &staff.sites)?;
    Ok(SignedIn { token, me: Me { actor: Actor::with_session(staff, session), sites } })
}
