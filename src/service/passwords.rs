//! Setting and changing one's own password.

use super::{Error, Service, log};
use crate::domain::id::SessionId;
use crate::domain::log::Event;
use crate::domain::password::{Password, TypedPassword};
use crate::domain::quota::{AccountKey, Action};
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::store::{self, Connection};

/// Sets the password of whoever asks by the session `own`, and ends all their other sessions. The one so far is needed, if
/// there is one.
///
/// # Errors
/// A refusal of the new password at `/new_password`, [`Refusal::WrongPassword`], [`Refusal::RateLimited`], or trouble.
pub async fn change(
    service: &Service,
    actor: &Actor,
    own: SessionId,
    current: Option<TypedPassword>,
    new: &TypedPassword,
) -> Result<(), Error> {
    let (id, name) = (actor.staff().id, &actor.staff().name);
    let account = AccountKey::of_staff(id);
    service.quotas.admit_account(Action::SignIn, account).map_err(Refusal::RateLimited)?;
    let new = Password::parse(new.reveal(), name).map_err(|error| Refusal::input("/new_password", error.into()))?;
    let kept = service.store.read(move |connection| store::credentials::find(connection, id)).await?;
    let so_far = kept.ok_or(Refusal::SessionEnded)?.password;
    if let Some(hash) = &so_far {
        let typed = current.ok_or(Refusal::WrongPassword)?;
        if !service.hashing.verify(hash.clone(), typed).await? {
            return Err(Refusal::WrongPassword.into());
        }
    }
    let hash = service.hashing.hash(new, service.randomness.array()).await?;
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let staff = store::staff::hold(connection, id)?.filter(|staff| !staff.is_disabled);
        let staff = staff.ok_or(Refusal::SessionEnded)?;
        store::sessions::find(connection, own)?.ok_or(Refusal::SessionEnded)?;
        let kept = store::credentials::find(connection, id)?.ok_or(Refusal::SessionEnded)?;
        if kept.password != so_far {
            return Err(Refusal::WrongPassword.into());
        }
        store::credentials::update_password(connection, id, Some(&hash))?;
        store::sessions::delete_by_staff(connection, id, Some(own))?;
        log::note(connection, &service, None, &staff, Event::PasswordChanged, staff.name.as_str())
    };
    store.write(work).await
}
