//! Seeing beforehand what a text will look like. Nothing is kept of it.

use std::sync::Arc;

use super::admission::Class;
use super::posting::DraftText;
use super::{Client, Error, Service, guests, screening};
use crate::domain::html::SafeHtml;
use crate::domain::refusal::Refusal;
use crate::domain::site::Site;
use crate::domain::thread::{Thread, ThreadKey};
use crate::store::{self, Connection};

/// A text as readers would see it, for those who may post it. It is held against all that a text is held against then: the
/// limits of the thread, or of the site where none is named, and the site's rules.
///
/// # Errors
/// A refusal: the text breaks a rule, the token isn't known, the client is banned, or guests aren't allowed. Else the store's
/// trouble.
pub async fn preview(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    thread: Option<ThreadKey>,
    text: DraftText,
) -> Result<SafeHtml, Error> {
    if !site.policy.guests {
        return Err(Refusal::GuestsNotAllowed.into());
    }
    let network = service.hash_network(client.network)?;
    let (id, now) = (site.id, service.clock.now());
    let work = move |connection: &mut Connection| {
        let author = guests::recognise_if_any(connection, id, &client)?;
        screening::refuse_banned(connection, id, author, network, now)?;
        Ok::<_, Error>(thread.map(|key| store::threads::find(connection, id, &key)).transpose()?.flatten())
    };
    let thread: Option<Thread> = {
        let _permit = service.admission.enter(Class::Read, id).await?;
        service.store.read(work).await?
    };
    let text = screening::read(service, &site, &text, None).await?;
    let policy = thread.map_or(site.policy, |thread| thread.policy(site.policy));
    text.check(policy.body_limits())?;
    Ok(text.html)
}
