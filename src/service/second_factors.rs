//! The second factor of a member of staff: setting it up, using its codes, giving it up.

use super::{Error, Service, log};
use crate::domain::id::StaffId;
use crate::domain::log::Event;
use crate::domain::quota::{AccountKey, Action};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Staff, Via};
use crate::domain::totp::{RecoveryCode, TotpSecret};
use crate::store::credentials::Credentials;
use crate::store::{self, Connection};

/// Makes a secret, which becomes the second factor when a code of it is shown.
///
/// # Errors
/// [`Refusal::TotpInPlace`], or the store's trouble.
pub async fn begin(service: &Service, actor: &Actor) -> Result<TotpSecret, Error> {
    let (id, secret) = (actor.staff().id, TotpSecret::from_bytes(service.randomness.array()));
    let (candidate, actor) = (secret.clone(), actor.clone());
    let work = move |connection: &mut Connection| {
        refuse_another(&hold(connection, &actor)?.1)?;
        Ok::<_, Error>(store::credentials::update_totp_candidate(connection, id, &candidate)?)
    };
    service.store.write(work).await?;
    Ok(secret)
}

/// Makes the secret the second factor, and gives recovery codes.
///
/// # Errors
/// [`Refusal::WrongCode`], [`Refusal::TotpInPlace`], [`Refusal::RateLimited`], or the store's trouble.
pub async fn confirm(
    service: &Service,
    actor: &Actor,
    code: String,
) -> Result<[RecoveryCode; RecoveryCode::COUNT], Error> {
    take_from_quota(service, actor.staff())?;
    let (service, store, actor) = (service.clone(), service.store.clone(), actor.clone());
    let id = actor.staff().id;
    let work = move |connection: &mut Connection| {
        let (staff, kept) = hold(connection, &actor)?;
        refuse_another(&kept)?;
        let secret = kept.totp_candidate.ok_or(Refusal::WrongCode)?;
        let step = secret.accept(&code, service.clock.now(), 0).ok_or(Refusal::WrongCode)?;
        store::credentials::update_totp(connection, id, Some(&secret), step)?;
        let codes = RecoveryCode::set(std::array::from_fn(|_index| service.randomness.array()));
        store::credentials::delete_recovery_codes(connection, id)?;
        store::credentials::insert_recovery_codes(connection, id, &codes)?;
        log::note(connection, &service, None, &staff, Event::TotpAdded, staff.name.as_str())?;
        Ok::<_, Error>(codes)
    };
    store.write(work).await
}

/// Whoever has a session only, be it a stolen one, can't put a factor of their own in the place of one that is there.
fn refuse_another(kept: &Credentials) -> Result<(), Refusal> {
    if kept.totp.is_some() { Err(Refusal::TotpInPlace) } else { Ok(()) }
}

/// Gives the second factor up, with its recovery codes.
///
/// # Errors
/// [`Refusal::WrongCode`], [`Refusal::RateLimited`], or the store's trouble.
pub async fn remove(service: &Service, actor: &Actor, code: String) -> Result<(), Error> {
    take_from_quota(service, actor.staff())?;
    let (service, store, actor) = (service.clone(), service.store.clone(), actor.clone());
    let id = actor.staff().id;
    let work = move |connection: &mut Connection| {
        let (staff, kept) = hold(connection, &actor)?;
        use_up(connection, &service, id, &kept, &code)?.ok_or(Refusal::WrongCode)?;
        take_away(connection, id, &kept)?;
        log::note(connection, &service, None, &staff, Event::TotpRemoved, staff.name.as_str())
    };
    store.write(work).await
}

fn take_from_quota(service: &Service, staff: &Staff) -> Result<(), Refusal> {
    let account = AccountKey::of_staff(staff.id);
    service.quotas.admit_account(Action::SignIn, account).map_err(Refusal::RateLimited)?;
    Ok(())
}

/// Holds who asks, if they are still in.
fn hold(connection: &mut Connection, actor: &Actor) -> Result<(Staff, Credentials), Error> {
    let id = actor.staff().id;
    let staff = store::staff::hold(connection, id)?.filter(|staff| !staff.is_disabled).ok_or(Refusal::SessionEnded)?;
    if let Via::Session(session) = actor.via() {
        store::sessions::find(connection, session)?.ok_or(Refusal::SessionEnded)?;
    }
    let kept = store::credentials::find(connection, id)?.ok_or(Refusal::SessionEnded)?;
    Ok((staff, kept))
}

/// What kind of code was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    Totp,
    Recovery,
}

impl Used {
    /// How somebody signed in with it, for the log.
    pub(super) const fn sign_in(self) -> &'static str {
        match self {
            Self::Totp => "by password and code",
            Self::Recovery => "by password and recovery code",
        }
    }
}

/// Uses a code of the second factor up, or a recovery code; `None` if it is neither, or was used before. Of two who use the
/// same code at the same time, one gets `None`.
pub(super) fn use_up(
    connection: &mut Connection,
    service: &Service,
    id: StaffId,
    kept: &Credentials,
    code: &str,
) -> Result<Option<Used>, Error> {
    let Some(secret) = &kept.totp else {
        return Ok(None);
    };
    if let Some(step) = secret.accept(code, service.clock.now(), kept.totp_step) {
        let is_first = store::credentials::update_totp_step(connection, id, step)?;
        return Ok(is_first.then_some(Used::Totp));
    }
    let Some(code) = RecoveryCode::parse(code) else {
        return Ok(None);
    };
    let was_there = store::credentials::delete_recovery_code(connection, id, &code)?;
    Ok(was_there.then_some(Used::Recovery))
}

/// Takes the second factor of somebody away, with its recovery codes and one that isn't confirmed.
pub(super) fn take_away(connection: &mut Connection, id: StaffId, kept: &Credentials) -> Result<(), Error> {
    store::credentials::update_totp(connection, id, None, kept.totp_step)?;
    Ok(store::credentials::delete_recovery_codes(connection, id)?)
}
