//! Posting as staff.

use super::cases::{self, Case};
use super::error::body_refused;
use super::placing::{self, Place, Written};
use super::posting::DraftText;
use super::reach::Reach;
use super::{Error, Service, screening, visibility};
use crate::domain::author::{Author, AuthorKind, DisplayName, GuestTokenHash};
use crate::domain::body::CommentBody;
use crate::domain::html::SafeHtml;
use crate::domain::id::{AuthorId, CommentId, SiteId};
use crate::domain::site::Slug;
use crate::domain::staff::Actor;
use crate::domain::thread::{PageFacts, ThreadKey};
use crate::domain::time::Timestamp;
use crate::store::threads::ThreadChange;
use crate::store::{self, Connection};

/// A comment of a member of staff as it was sent.
#[derive(Debug, Clone)]
pub struct StaffDraft {
    /// The site.
    pub site: Slug,
    /// The thread it is for.
    pub key: ThreadKey,
    /// What is said of the page.
    pub page: PageFacts,
    /// The comment that it answers.
    pub parent_id: Option<CommentId>,
    /// The text, as it came.
    pub text: DraftText,
}

/// Posts a comment under the name of `actor`, with the mark of staff. It is published at once, also in a closed thread.
///
/// # Errors
/// [`Refusal::SiteNotFound`](crate::domain::refusal::Refusal::SiteNotFound); a refusal of the text or the parent; else the
/// store's trouble.
pub async fn post(service: &Service, actor: Actor, draft: StaffDraft) -> Result<Case, Error> {
    let (actor_in, slug) = (actor.clone(), draft.site.clone());
    let find = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor_in)?.named(Some(&slug))?;
        Ok::<_, Error>(reach.sites().first().map(|site| site.policy))
    };
    let policy = service.store.read(find).await?;
    let policy = policy.ok_or_else(|| Error::Broken("a site that is gone".to_owned()))?;
    let text = screening::read_unscreened(&draft.text, policy)?;
    let service_in = service.clone();
    let work = move |connection: &mut Connection| run(connection, &service_in, &actor, &draft, &text);
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

fn run(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    draft: &StaffDraft,
    (body, html): &(CommentBody, SafeHtml),
) -> Result<Case, Error> {
    let now = service.clock.now();
    let reach = Reach::of(connection, actor)?.named(Some(&draft.site))?;
    let site = reach.sites().first().ok_or_else(|| Error::Broken("a site that is gone".to_owned()))?;
    let thread = placing::find_thread(connection, service, site.id, &draft.key, now)?;
    body.check(thread.policy(site.policy).body_limits()).map_err(body_refused)?;
    let parent = placing::find_parent(connection, site.id, &thread, draft.parent_id)?;
    let thread_id = thread.id.ok_or_else(|| Error::Broken("a thread without id".to_owned()))?;
    let author = author(connection, service, actor, site.id, now)?;
    let change = ThreadChange { comments: 1, roots: i32::from(parent.is_none()) };
    // This holds the thread: from here on nobody else posts to it, and ids follow one another.
    let thread = store::threads::update_published(connection, site.id, thread_id, change, now, &draft.page)?;
    let written = Written { author, body: body.clone(), html: html.clone(), network: None, holds: Vec::new() };
    let place = Place { thread_id, parent };
    let comment = place.comment(service, written, thread.last_comment_at.unwrap_or(now));
    store::comments::insert(connection, site.id, &comment, None, None)?;
    visibility::count_published(connection, site.id, &comment)?;
    let case = cases::find_all(connection, &reach, actor, &[comment.id])?.into_iter().next();
    case.ok_or_else(|| Error::Broken("a comment that is gone".to_owned()))
}

/// The writer that a member of staff is on a site, made when they first write there.
fn author(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    site: SiteId,
    now: Timestamp,
) -> Result<Author, Error> {
    let staff = actor.staff();
    let known = store::authors::find_by_staff(connection, site, staff.id)?;
    let id = known.unwrap_or_else(|| AuthorId::from_number(service.randomness.id_number(now)));
    if known.is_none() {
        let token = GuestTokenHash::from(service.randomness.bytes());
        store::authors::insert_staff(connection, site, id, staff.id, token, now)?;
    }
    let name = DisplayName::from_stored(staff.name.as_str().to_owned());
    Ok(Author { id, name, kind: AuthorKind::Staff })
}
