//! Comments as staff see them: the queues, any other selection, and one with all that is known of it.

use std::collections::{BTreeMap, BTreeSet};

use super::authors::{self, AuthorRecord};
use super::decisions::{self, Decision};
use super::reach::Reach;
use super::walking::{Walk, read_cursor, to_cursor};
use super::{Error, Service};
use crate::domain::access::Permission;
use crate::domain::comment::Comment;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::queue::Queue;
use crate::domain::refusal::Refusal;
use crate::domain::report::Report;
use crate::domain::revision::Revision;
use crate::domain::selection::{Order, Selection};
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::store::selections::Filed;
use crate::store::{self, Connection};

/// The most comments above one that are shown with it.
pub const MAX_PARENTS: usize = 10;
/// The most earlier texts, the most reports and the most decisions that are shown with a comment.
pub const MAX_RECORDS: usize = 100;

/// A comment as staff see it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The site.
    pub site: Slug,
    /// The thread.
    pub thread: Thread,
    /// The comment.
    pub comment: Comment,
    /// The e-mail address that its writer left; `None` also for those who may not see it.
    pub email: Option<String>,
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub struct CaseQuery {
    /// The site; `None` for all sites of the one who asks.
    pub site: Option<Slug>,
    /// Which comments.
    pub selection: Selection,
    /// Their order.
    pub order: Order,
    /// The most comments.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// A page of a selection.
#[derive(Debug, Clone)]
pub struct CasePage {
    /// The comments.
    pub cases: Vec<Case>,
    /// Where it goes on.
    pub next_cursor: Option<String>,
}

/// A page of comments of the sites of `actor`.
///
/// # Errors
/// [`Refusal::InvalidCursor`], [`Refusal::SiteNotFound`], [`Refusal::SiteRequired`], or the store's trouble.
pub async fn list(service: &Service, actor: Actor, query: CaseQuery) -> Result<CasePage, Error> {
    let site = query.site.as_ref().map_or("*", Slug::as_str);
    let list = format!("comments\n{site}\n{}\n{}", query.order.name(), query.selection.to_text());
    let after = read_cursor(query.cursor.as_deref(), &list)?;
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?.narrowed(query.site.as_ref())?;
        let sites = reach.ids();
        let walk = Walk { order: query.order, after, limit: query.limit };
        let lead = query.selection.lead();
        let found = walk.collect(
            sites.len(),
            |filed: &Filed| filed.comment.id.number(),
            |filed| query.selection.admits(&filed.comment),
            |place, after, batch| {
                let Some(site) = sites.get(place) else {
                    return Ok(Vec::new());
                };
                let after = after.map(CommentId::from_number);
                Ok(store::selections::list(connection, *site, lead, query.order, after, batch)?)
            },
        )?;
        let cases = open(connection, &reach, &actor, found.items)?;
        Ok(CasePage { cases, next_cursor: found.next.map(|number| to_cursor(number, &list)) })
    };
    service.store.read(work).await
}

/// Those of these comments that are on the sites of `actor`, in no order.
pub(super) fn find_all(
    connection: &mut Connection,
    reach: &Reach,
    actor: &Actor,
    ids: &[CommentId],
) -> Result<Vec<Case>, Error> {
    let filed = store::selections::list_by_id(connection, &reach.ids(), ids)?;
    open(connection, reach, actor, filed)
}

/// Puts comments together with their threads, which are read with one query for each site.
fn open(connection: &mut Connection, reach: &Reach, actor: &Actor, filed: Vec<Filed>) -> Result<Vec<Case>, Error> {
    let mut wanted: BTreeMap<SiteId, BTreeSet<ThreadId>> = BTreeMap::new();
    for one in &filed {
        wanted.entry(one.site_id).or_default().insert(one.comment.thread_id);
    }
    let mut threads = Vec::new();
    for (site, ids) in wanted {
        let ids: Vec<ThreadId> = ids.into_iter().collect();
        threads.extend(store::threads::list_by_id(connection, site, &ids)?);
    }
    let sees_email = actor.may(Permission::Moderate);
    let case = |filed: Filed| {
        let site = reach.find(filed.site_id);
        let site = site.ok_or_else(|| Error::Broken("a comment of another site".to_owned()))?;
        let of_comment = |thread: &&Thread| thread.site_id == site.id && thread.id == Some(filed.comment.thread_id);
        let thread = threads.iter().find(of_comment).cloned();
        let thread = thread.ok_or_else(|| Error::Broken("a comment without thread".to_owned()))?;
        let email = filed.email.filter(|_| sees_email);
        Ok(Case { site: site.slug.clone(), thread, comment: filed.comment, email })
    };
    filed.into_iter().map(case).collect()
}

/// A comment with all that is known of it.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// The comment.
    pub case: Case,
    /// What it answers, the root first.
    pub parents: Vec<Case>,
    /// Its earlier texts, oldest first.
    pub revisions: Vec<Revision>,
    /// Its newest reports.
    pub reports: Vec<Report>,
    /// The newest entries of the log about it.
    pub decisions: Vec<Decision>,
    /// Its writer.
    pub author: AuthorRecord,
}

/// A comment on one of the sites of `actor`, with all that is known of it.
///
/// # Errors
/// [`Refusal::CommentNotFound`], or the store's trouble.
pub async fn find(service: &Service, actor: Actor, id: CommentId) -> Result<CaseFile, Error> {
    let now = service.clock.now();
    service.store.read(move |connection| find_in(connection, &actor, id, now)).await
}

fn find_in(connection: &mut Connection, actor: &Actor, id: CommentId, now: Timestamp) -> Result<CaseFile, Error> {
    let reach = Reach::of(connection, actor)?;
    let found = store::selections::list_by_id(connection, &reach.ids(), &[id])?;
    let filed = found.into_iter().next().ok_or(Refusal::CommentNotFound)?;
    let (site, author) = (filed.site_id, filed.comment.author.id);
    let mut above = Vec::new();
    let mut parent = filed.comment.parent_id;
    while let Some(id) = parent.filter(|_| above.len() < MAX_PARENTS) {
        let found = store::selections::list_by_id(connection, &[site], &[id])?;
        parent = found.first().and_then(|filed| filed.comment.parent_id);
        above.extend(found);
    }
    above.reverse();
    let case = open(connection, &reach, actor, vec![filed])?.into_iter().next().ok_or(Refusal::CommentNotFound)?;
    let settings = reach.find(site).ok_or(Refusal::CommentNotFound)?;
    let case = Case { thread: case.thread.at(settings, now), ..case };
    let entries = store::decisions::list(connection, store::decisions::Lines::OfComment(id), None, MAX_RECORDS)?;
    let entries = entries.into_iter().filter(|entry| entry.site_id == Some(site)).collect();
    Ok(CaseFile {
        parents: open(connection, &reach, actor, above)?,
        revisions: store::revisions::list_by_comment(connection, site, id, MAX_RECORDS)?,
        reports: store::reports::list_by_comment(connection, site, id, MAX_RECORDS)?,
        decisions: decisions::describe(connection, &reach, entries)?,
        author: authors::find_in(connection, &reach, author, now)?.ok_or(Refusal::AuthorNotFound)?,
        case,
    })
}

/// How many comments of a site wait for somebody.
#[derive(Debug, Clone)]
pub struct QueueLengths {
    /// The site.
    pub site: Slug,
    /// How many comments each queue has.
    pub lengths: BTreeMap<Queue, u64>,
}

/// The lengths of the queues of the sites of `actor`, or of one of them.
///
/// # Errors
/// [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn count(service: &Service, actor: Actor, site: Option<Slug>) -> Result<Vec<QueueLengths>, Error> {
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?.named(site.as_ref())?;
        let counts = store::queues::count(connection, &reach.ids())?;
        let length = |site: &Site, queue| {
            let count = counts.get(&(site.id, queue)).copied().unwrap_or_default();
            // Below zero it is wrong, which an audit will find.
            (queue, u64::try_from(count).unwrap_or_default())
        };
        let lengths = |site: &Site| QueueLengths {
            site: site.slug.clone(),
            lengths: Queue::EACH.into_iter().map(|queue| length(site, queue)).collect(),
        };
        Ok(reach.sites().iter().map(lengths).collect())
    };
    service.store.read(work).await
}
