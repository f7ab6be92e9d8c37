//! Sessions of staff: which there are, and ending them.

use super::staff::whose;
use super::{Error, Service};
use crate::domain::access::Permission;
use crate::domain::credential::SessionToken;
use crate::domain::id::{CommentId, SessionId, StaffId, TokenId};
use crate::domain::page::{Page, Position};
use crate::domain::refusal::Refusal;
use crate::domain::session::{self, Session};
use crate::domain::staff::{Actor, Staff};
use crate::store::{self, Connection};

/// Sessions of one member of staff.
#[derive(Debug)]
pub struct SessionPage {
    /// Whose they are.
    pub staff: Staff,
    /// The sessions, newest first.
    pub sessions: Page<Session>,
}

/// The sessions of a member of staff that haven't ended, newest first: one's own without `staff`.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::StaffNotFound`], or the store's trouble.
pub async fn list(
    service: &Service,
    actor: Actor,
    staff: Option<StaffId>,
    before: Option<SessionId>,
    limit: u32,
) -> Result<SessionPage, Error> {
    let (now, policy) = (service.clock.now(), service.sessions);
    let work = move |connection: &mut Connection| {
        let staff = whose(connection, &actor, staff)?;
        let since = (policy.oldest(now), policy.idle_since(now));
        let sessions = store::sessions::list_by_staff(connection, staff.id, since, before, limit.saturating_add(1))?;
        let position = |session: &Session| Position { rank: 0, id: CommentId::from_number(session.id.number()) };
        Ok::<_, Error>(SessionPage { staff, sessions: Page::of(sessions, limit, position) })
    };
    service.store.read(work).await
}

/// Ends a session of one's own, or with the permission to administer anybody's.
///
/// # Errors
/// [`Refusal::SessionNotFound`], or the store's trouble.
pub async fn end(service: &Service, actor: Actor, id: SessionId) -> Result<(), Error> {
    let (now, policy) = (service.clock.now(), service.sessions);
    let work = move |connection: &mut Connection| {
        let found = store::sessions::find(connection, id)?.filter(|session| !policy.is_over(session, now));
        let is_visible = |session: &Session| session.staff_id == actor.staff().id || actor.may(Permission::Administer);
        found.filter(is_visible).ok_or(Refusal::SessionNotFound)?;
        Ok::<_, Error>(store::sessions::delete(connection, id)?)
    };
    service.store.write(work).await
}

/// Begins a session, by this API token if it was one. Its secret is a new one each time, so that nobody knows it beforehand.
pub(super) fn begin(
    connection: &mut Connection,
    service: &Service,
    staff_id: StaffId,
    user_agent: &str,
    token_id: Option<TokenId>,
) -> Result<(SessionId, SessionToken), Error> {
    let now = service.clock.now();
    let id = SessionId::from_number(service.randomness.id_number(now));
    let user_agent = session::shortened(user_agent);
    let token = SessionToken::from_bytes(service.randomness.bytes());
    let session = Session { id, staff_id, user_agent, token_id, created_at: now, used_at: now };
    store::sessions::insert(connection, &session, &token.hash())?;
    Ok((id, token))
}
