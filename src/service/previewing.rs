//! Seeing beforehand what a text will look like. Nothing is kept of it.

use std::sync::Arc;

use super::admission::Class;
use super::posting::DraftText;
use super::{Error, Service, screening};
use crate::domain::html::SafeHtml;
use crate::domain::site::Site;
use crate::domain::thread::{Thread, ThreadKey};
use crate::store::{self, Connection};

/// A text as readers would see it, held against all that a text is held against when it is posted: the limits of the
/// thread, or of the site where none is named, and the site's rules.
///
/// # Errors
/// A refusal: the text breaks a rule. Else the store's trouble.
pub async fn preview(
    service: &Service,
    site: Arc<Site>,
    thread: Option<ThreadKey>,
    text: DraftText,
) -> Result<SafeHtml, Error> {
    let text = screening::read(service, &site, &text, None).await?;
    let policy = match thread {
        None => site.policy,
        Some(key) => {
            let id = site.id;
            let _permit = service.admission.enter(Class::Read, id).await?;
            let work = move |connection: &mut Connection| Ok::<_, Error>(store::threads::find(connection, id, &key)?);
            let thread: Option<Thread> = service.store.read(work).await?;
            thread.map_or(site.policy, |thread| thread.policy(site.policy))
        }
    };
    text.check(policy.body_limits())?;
    Ok(text.html)
}
