//! Threads: their counts, and what staff see and set of them.

use std::sync::Arc;

use super::reach::Reach;
use super::walking::{Walk, read_cursor, to_cursor};
use super::{Error, Service, log, merging};
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::log::Event;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::selection::Order;
use crate::domain::site::{Moderation, Site, Slug};
use crate::domain::staff::Actor;
use crate::domain::thread::{PageTitle, PageUrl, Thread, ThreadKey, ThreadState};
use crate::domain::time::Timestamp;
use crate::store::{self, Connection};

/// The threads of these keys, in the order asked; one that nobody has written to is empty.
///
/// # Errors
/// The store's trouble.
pub async fn count(service: &Service, site: Arc<Site>, keys: Vec<ThreadKey>) -> Result<Vec<Thread>, Error> {
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let found = store::threads::list_by_key(connection, site.id, &keys)?;
        let thread = |key: &ThreadKey| {
            let thread = found.iter().find(|thread| thread.key == *key).cloned();
            thread.unwrap_or_else(|| Thread::empty(site.id, key.clone())).at(&site, now)
        };
        Ok(keys.iter().map(thread).collect())
    };
    service.store.read(work).await
}

/// A thread as readers meet it, and the name of its site.
#[derive(Debug, Clone)]
pub struct SiteThread {
    /// The name of its site.
    pub site: Slug,
    /// The thread.
    pub thread: Thread,
}

/// Which threads staff want to see.
#[derive(Debug, Clone, Default)]
pub struct WantedThreads {
    /// Those of this site.
    pub site: Option<String>,
    /// Those of this state.
    pub state: Option<ThreadState>,
    /// Those in whose key or title this stands.
    pub text: Option<String>,
}

impl WantedThreads {
    fn name(&self) -> String {
        format!("threads {:?} {:?} {:?}", self.site, self.state, self.text)
    }

    fn includes(&self, thread: &Thread) -> bool {
        let has_state = self.state.is_none_or(|state| state == thread.state);
        has_state && self.text.as_ref().is_none_or(|text| stands_in(&text.to_lowercase(), thread))
    }
}

fn stands_in(text: &str, thread: &Thread) -> bool {
    let texts = [Some(thread.key.as_str()), thread.title.as_deref()];
    texts.into_iter().flatten().any(|found| found.to_lowercase().contains(text))
}

/// A page of threads.
#[derive(Debug, Clone)]
pub struct ThreadList {
    /// The threads, newest first.
    pub threads: Vec<SiteThread>,
    /// Where it goes on.
    pub next_cursor: Option<String>,
}

/// A page of the threads that a member of staff may know of. What is wanted is looked for among 2,000 threads, so a page may
/// be short, or empty, and go on.
///
/// # Errors
/// [`Refusal::SiteNotFound`], [`Refusal::SiteRequired`], [`Refusal::InvalidCursor`], or the store's trouble.
pub async fn list_for(
    service: &Service,
    actor: &Actor,
    wanted: WantedThreads,
    cursor: Option<String>,
    limit: usize,
) -> Result<ThreadList, Error> {
    let list = wanted.name();
    let after = read_cursor(cursor.as_deref(), &list)?;
    let slug = wanted.site.as_deref().map(|slug| Slug::parse(slug).ok_or(Refusal::SiteNotFound)).transpose()?;
    let (actor, now) = (actor.clone(), service.clock.now());
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?.narrowed(slug.as_ref())?;
        let sites = reach.sites();
        let walk = Walk { order: Order::Newest, after, limit };
        let found = walk.collect(
            sites.len(),
            |found: &SiteThread| found.thread.id.map_or(0, ThreadId::number),
            |found| wanted.includes(&found.thread),
            |place, after, batch| {
                let Some(site) = sites.get(place) else {
                    return Ok(Vec::new());
                };
                let read = store::threads::list_newest(connection, site.id, after.unwrap_or(i64::MAX), batch)?;
                let of_site = |thread: Thread| SiteThread { site: site.slug.clone(), thread: thread.at(site, now) };
                Ok(read.into_iter().map(of_site).collect())
            },
        )?;
        Ok(ThreadList { threads: found.items, next_cursor: found.next.map(|number| to_cursor(number, &list)) })
    };
    service.store.read(work).await
}

/// A thread that a member of staff may know of.
///
/// # Errors
/// [`Refusal::ThreadNotFound`], or the store's trouble.
pub async fn find_for(service: &Service, actor: &Actor, id: ThreadId) -> Result<SiteThread, Error> {
    let (actor, now) = (actor.clone(), service.clock.now());
    let work = move |connection: &mut Connection| {
        let (site, thread) = find_with_site(connection, &actor, id)?;
        Ok(SiteThread { thread: thread.at(&site, now), site: site.slug })
    };
    service.store.read(work).await
}

fn find_with_site(connection: &mut Connection, actor: &Actor, id: ThreadId) -> Result<(Site, Thread), Error> {
    let thread = store::threads::find_anywhere(connection, id)?;
    let thread = thread.filter(|thread| actor.sites().includes(thread.site_id)).ok_or(Refusal::ThreadNotFound)?;
    let site = store::sites::list_by_id(connection, &[thread.site_id])?.into_iter().next();
    Ok((site.ok_or_else(|| Error::Broken("a thread without site".to_owned()))?, thread))
}

/// What becomes of a thread whose new key another one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfTaken {
    /// It stays as it is.
    #[default]
    Refuse,
    /// Its comments move to the other one.
    Merge,
}

/// What is to be changed about a thread; `None` leaves a setting as it is, `Some(None)` takes it away.
#[derive(Debug, Clone, Default)]
pub struct ThreadChange {
    /// Open or closed. Who opens one that its age has closed makes it stay open.
    pub state: Option<ThreadState>,
    /// Its own limit of characters, in place of the site's.
    pub max_characters: Option<Option<u32>>,
    /// Its own moderation, in place of the site's.
    pub moderation: Option<Option<Moderation>>,
    /// How long a writer waits between two comments, in seconds.
    pub slow_mode_seconds: Option<Option<u32>>,
    /// Whether it stays open when it is old.
    pub stays_open: Option<bool>,
    /// The comment that stands above the others.
    pub pinned_comment_id: Option<Option<CommentId>>,
    /// The address of its page.
    pub url: Option<Option<PageUrl>>,
    /// The title of its page.
    pub title: Option<Option<PageTitle>>,
    /// Another key.
    pub key: Option<ThreadKey>,
    /// What is to be done when another thread has the key.
    pub if_taken: IfTaken,
}

impl ThreadChange {
    /// The thread with these changes.
    fn apply(
        &self,
        connection: &mut Connection,
        site: &Site,
        thread: &Thread,
        now: Timestamp,
    ) -> Result<Thread, Error> {
        if let Some(Some(id)) = self.pinned_comment_id {
            let comment = store::comments::find(connection, site.id, id)?;
            let is_there = |comment: &crate::domain::comment::Comment| {
                comment.is_published() && Some(comment.thread_id) == thread.id
            };
            if !comment.is_some_and(|comment| is_there(&comment)) {
                return Err(Refusal::input("/pinned_comment_id", Rule::CommentNotPinnable).into());
            }
        }
        let is_reopened = self.state == Some(ThreadState::Open) && thread.is_closed_by_age(site, now);
        let url = self.url.as_ref().map(|url| url.as_ref().map(|url| url.as_url().to_string()));
        let title = self.title.as_ref().map(|title| title.as_ref().map(|title| title.as_str().to_owned()));
        Ok(Thread {
            key: self.key.clone().unwrap_or_else(|| thread.key.clone()),
            url: url.unwrap_or_else(|| thread.url.clone()),
            title: title.unwrap_or_else(|| thread.title.clone()),
            state: self.state.unwrap_or(thread.state),
            max_characters: self.max_characters.unwrap_or(thread.max_characters),
            moderation: self.moderation.unwrap_or(thread.moderation),
            slow_mode_seconds: self.slow_mode_seconds.unwrap_or(thread.slow_mode_seconds),
            pinned_comment_id: self.pinned_comment_id.unwrap_or(thread.pinned_comment_id),
            stays_open: self.stays_open.unwrap_or(thread.stays_open || is_reopened),
            ..thread.clone()
        })
    }
}

/// What is different about a thread, in words.
fn describe_changes(before: &Thread, after: &Thread) -> Vec<String> {
    let of_site = |value: Option<String>| value.unwrap_or_else(|| "of the site".to_owned());
    let none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    let told = |thread: &Thread| {
        [
            format!("key {}", thread.key.as_str()),
            format!("state {}", thread.state.name()),
            format!("moderation {}", of_site(thread.moderation.map(|moderation| moderation.name().to_owned()))),
            format!("max_characters {}", of_site(thread.max_characters.map(|max| max.to_string()))),
            format!(
                "slow mode {}",
                thread.slow_mode_seconds.map_or_else(|| "off".to_owned(), |slow| format!("{slow} s"))
            ),
            format!("pinned comment {}", none(thread.pinned_comment_id.map(|id| id.to_string()))),
            if thread.stays_open { "stays open".to_owned() } else { "closes with age".to_owned() },
            format!("url {}", none(thread.url.clone())),
            format!("title {}", none(thread.title.as_ref().map(|title| format!("{title:?}")))),
        ]
    };
    told(before).into_iter().zip(told(after)).filter(|(old, new)| old != new).map(|(_, new)| new).collect()
}

/// Changes a thread for a member of staff. Where another thread has the new key, the comments move to that one if they
/// say so, and the rest of the change is made there.
///
/// # Errors
/// [`Refusal::ThreadNotFound`], [`Refusal::ThreadKeyTaken`], [`Refusal::ThreadTooLarge`]; a comment that can't be pinned;
/// or the store's trouble.
pub async fn change(service: &Service, actor: &Actor, id: ThreadId, change: ThreadChange) -> Result<SiteThread, Error> {
    let (own, actor) = (service.clone(), actor.clone());
    let work = move |connection: &mut Connection| {
        let (site, found) = find_with_site(connection, &actor, id)?;
        let held = match taken_by(connection, &found, &change)? {
            None => hold(connection, site.id, id)?,
            Some(_) if change.if_taken == IfTaken::Refuse => return Err(Refusal::ThreadKeyTaken.into()),
            Some(other) => {
                let merged = merging::merge(connection, site.id, id, other)?;
                if Some(&merged.key) != change.key.as_ref() {
                    return Err(Error::Conflict("the other thread was given another key".to_owned()));
                }
                let told = format!("merged into {}", merged.key.as_str());
                let subject = log::subject(found.key.as_str(), &[told]);
                log::note(connection, &own, Some(site.id), actor.staff(), Event::ThreadMerged, subject)?;
                merged
            }
        };
        let now = own.clock.now();
        let changed = change.apply(connection, &site, &held, now)?;
        if let (Some(id), true) = (held.id, changed != held) {
            store::threads::update_settings(connection, site.id, id, &changed)?;
            let subject = log::subject(held.key.as_str(), &describe_changes(&held, &changed));
            log::note(connection, &own, Some(site.id), actor.staff(), Event::ThreadChanged, subject)?;
        }
        Ok(SiteThread { thread: changed.at(&site, now), site: site.slug })
    };
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

/// The other thread that has the new key.
fn taken_by(connection: &mut Connection, thread: &Thread, change: &ThreadChange) -> Result<Option<ThreadId>, Error> {
    let Some(key) = change.key.as_ref().filter(|key| **key != thread.key) else {
        return Ok(None);
    };
    Ok(store::threads::find(connection, thread.site_id, key)?.and_then(|other| other.id))
}

fn hold(connection: &mut Connection, site: SiteId, id: ThreadId) -> Result<Thread, Error> {
    let thread = store::threads::hold(connection, site, id)?;
    thread.ok_or_else(|| Error::Conflict("the thread was merged into another".to_owned()))
}

/// Changes the settings of a thread for a command; it is made if nobody has written to it yet.
///
/// # Errors
/// The store's trouble.
pub async fn set(service: &Service, site: Arc<Site>, key: ThreadKey, change: ThreadChange) -> Result<Thread, Error> {
    let own = service.clone();
    let work = move |connection: &mut Connection| {
        let now = own.clock.now();
        let fresh = ThreadId::from_number(own.randomness.id_number(now));
        store::threads::insert(connection, site.id, fresh, &key, now)?;
        let found = store::threads::find(connection, site.id, &key)?.and_then(|thread| thread.id);
        let id = found.ok_or_else(|| Error::Conflict("the thread was made by another at the same time".to_owned()))?;
        let held = hold(connection, site.id, id)?;
        let changed = change.apply(connection, &site, &held, now)?;
        if changed != held {
            store::threads::update_settings(connection, site.id, id, &changed)?;
            let subject = log::subject(key.as_str(), &describe_changes(&held, &changed));
            log::note(connection, &own, Some(site.id), None, Event::ThreadChanged, subject)?;
        }
        Ok::<_, Error>(changed.at(&site, now))
    };
    service.store.write(work).await
}
