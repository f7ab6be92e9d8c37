//! Telling staff apart by what a request carries: an API token, or the cookie of a session.

use super::{Error, Service};
use crate::domain::access::SiteScope;
use crate::domain::credential::{ApiToken, SessionToken};
use crate::domain::refusal::Refusal;
use crate::domain::session::is_worth_noting;
use crate::domain::staff::{Actor, Staff};
use crate::store::{self, Connection};

/// Somebody on the staff with the names of the sites they are bound to; `None` for one who isn't.
#[derive(Debug, Clone)]
pub struct Me {
    /// Who it is, and what they may do.
    pub actor: Actor,
    /// The names of their sites.
    pub sites: Option<Vec<String>>,
}

/// Who has this API token.
///
/// # Errors
/// [`Refusal::InvalidStaffToken`] when nobody has it, it has expired, or they are shut out; else the store's trouble.
pub async fn find_by_token(service: &Service, token: ApiToken) -> Result<Actor, Error> {
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let found = store::tokens::find_by_hash(connection, &token.hash())?;
        let token = found.filter(|token| token.expires_at > now).ok_or(Refusal::InvalidStaffToken)?;
        let staff = store::staff::find(connection, token.staff_id)?;
        let staff = staff.filter(|staff| !staff.is_disabled).ok_or(Refusal::InvalidStaffToken)?;
        let sites = token.site_id.map_or(SiteScope::Everywhere, |site| SiteScope::Only(vec![site]));
        Ok::<_, Error>((token.id, token.used_at, Actor::with_token(staff, token.id, token.scopes, &sites)))
    };
    let (id, used_at, actor) = service.store.read(work).await?;
    if is_worth_noting(used_at, now) {
        note_use(service, move |connection| store::tokens::update_used_at(connection, id, now)).await;
    }
    Ok(actor)
}

/// Whose session has this token.
///
/// # Errors
/// [`Refusal::SessionEnded`], or the store's trouble.
pub async fn find_by_session(service: &Service, token: SessionToken) -> Result<Actor, Error> {
    let (now, policy) = (service.clock.now(), service.sessions);
    let work = move |connection: &mut Connection| {
        let found = store::sessions::find_by_hash(connection, &token.hash())?;
        let session = found.filter(|session| !policy.is_over(session, now)).ok_or(Refusal::SessionEnded)?;
        if let Some(token) = session.token_id {
            let token = store::tokens::find(connection, token)?;
            token.filter(|token| token.expires_at > now).ok_or(Refusal::SessionEnded)?;
        }
        let staff = store::staff::find(connection, session.staff_id)?;
        let staff = staff.filter(|staff| !staff.is_disabled).ok_or(Refusal::SessionEnded)?;
        Ok::<_, Error>((session, staff))
    };
    let (session, staff) = service.store.read(work).await?;
    let id = session.id;
    if is_worth_noting(Some(session.used_at), now) {
        note_use(service, move |connection| store::sessions::update_used_at(connection, id, now)).await;
    }
    Ok(Actor::with_session(staff, id))
}

/// Writes down that something is used. If that can't be done, the next request does it: this one goes on.
async fn note_use(service: &Service, work: impl FnMut(&mut Connection) -> Result<(), store::Error> + Send + 'static) {
    drop(service.store.write(work).await);
}

/// What there is to say about who asks.
///
/// # Errors
/// The store's trouble.
pub async fn describe(service: &Service, actor: Actor) -> Result<Me, Error> {
    let staff: Staff = actor.staff().clone();
    let work = move |connection: &mut Connection| site_names(connection, &staff.sites);
    let sites = service.store.read(work).await?;
    Ok(Me { actor, sites })
}

/// The names of the sites of a scope; `None` for all.
pub(super) fn site_names(connection: &mut Connection, scope: &SiteScope) -> Result<Option<Vec<String>>, Error> {
    let SiteScope::Only(ids) = scope else {
        return Ok(None);
    };
    let sites = store::sites::list_by_id(connection, ids)?;
    Ok(Some(sites.into_iter().map(|site| site.slug.as_str().to_owned()).collect()))
}
