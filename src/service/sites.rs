//! Sites: finding, adding and changing them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use super::changes::Subject;
use super::walking::{read_cursor, to_cursor};
use super::{Error, Service, log};
use crate::domain::id::{CommentId, SiteId};
use crate::domain::log::Event;
use crate::domain::origin::OriginPattern;
use crate::domain::page::{Page, Position};
use crate::domain::refusal::Refusal;
use crate::domain::site::{DEFAULT_ORIGINS, DEFAULT_SITE, SettingError, Site, SiteChange, Slug};
use crate::domain::staff::Actor;
use crate::store::{self, Connection};

/// How long the settings of a site are used before they are read again.
const FRESH: Duration = Duration::from_secs(2);
/// The most sites that are remembered.
const REMEMBERED: u64 = 10_000;

/// The list of all sites, as cursors are bound to it.
const LIST: &str = "sites";

/// The settings of a site, and how long the program had been running when they were asked for last.
#[derive(Debug, Clone)]
struct Known {
    site: Arc<Site>,
    asked_at: Duration,
}

/// The settings of sites that were asked for lately.
#[derive(Debug, Clone)]
pub(super) struct SiteCache {
    known: Cache<Slug, Known>,
    /// Those that are being read anew.
    asked: Arc<Mutex<HashSet<Slug>>>,
}

impl Default for SiteCache {
    fn default() -> Self {
        Self { known: Cache::builder().max_capacity(REMEMBERED).build(), asked: Arc::default() }
    }
}

/// The one who reads the settings of a site anew, until this is dropped.
struct Asker<'a> {
    cache: &'a SiteCache,
    slug: &'a Slug,
}

impl SiteCache {
    fn asked(&self) -> MutexGuard<'_, HashSet<Slug>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if another is at it.
    fn ask<'a>(&'a self, slug: &'a Slug) -> Option<Asker<'a>> {
        let is_first = self.asked().insert(slug.clone());
        is_first.then(|| Asker { cache: self, slug })
    }
}

impl Drop for Asker<'_> {
    fn drop(&mut self) {
        self.cache.asked().remove(self.slug);
    }
}

/// The site of this name, if it was asked for in the last two seconds.
#[must_use]
pub fn remembered(service: &Service, slug: &str) -> Option<Arc<Site>> {
    let known = service.sites.known.get(slug)?;
    let age = service.clock.uptime().saturating_sub(known.asked_at);
    (age < FRESH).then_some(known.site)
}

/// The site of this name, as it was two seconds ago or since then; while it is read anew, or the store is away, as it was when
/// it was asked for last.
///
/// # Errors
/// [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn find(service: &Service, slug: &str) -> Result<Arc<Site>, Error> {
    if let Some(site) = remembered(service, slug) {
        return Ok(site);
    }
    let slug = Slug::parse(slug).ok_or(Refusal::SiteNotFound)?;
    let known = service.sites.known.get(&slug).map(|known| known.site);
    let asker = service.sites.ask(&slug);
    if let (None, Some(known)) = (&asker, &known) {
        return Ok(Arc::clone(known));
    }
    let (since, sources) = (service.changes.now(), service.changes.sources([Subject::Settings(&slug)]));
    let wanted = slug.clone();
    let site = match service.store.read(move |connection| store::sites::find(connection, &wanted)).await {
        Ok(None) => {
            service.sites.known.invalidate(&slug);
            return Err(Refusal::SiteNotFound.into());
        }
        Ok(Some(site)) => {
            // The same value stays the same, so that answers made for it do.
            known.filter(|known| **known == site).unwrap_or_else(|| Arc::new(site))
        }
        Err(error @ (store::Error::Busy(_) | store::Error::InDoubt(_))) => known.ok_or(error)?,
        Err(error) => return Err(error.into()),
    };
    let asked_at = service.clock.uptime();
    let is_true = || service.changes.are_unchanged(&sources, since);
    if is_true() {
        service.sites.known.insert(slug.clone(), Known { site: Arc::clone(&site), asked_at });
    }
    // It may have been changed since it was put there.
    if !is_true() {
        service.sites.known.invalidate(&slug);
    }
    Ok(site)
}

impl Service {
    /// Reads the settings of a site anew when they are needed next.
    pub(super) fn forget_site(&self, slug: &Slug) {
        self.changes.note(&[Subject::Settings(slug)]);
        self.sites.known.invalidate(slug);
    }
}

/// The site of this name, for a member of staff who may know of it.
///
/// # Errors
/// [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn find_for(service: &Service, actor: &Actor, slug: &str) -> Result<Arc<Site>, Error> {
    let site = find(service, slug).await?;
    if actor.sites().includes(site.id) { Ok(site) } else { Err(Refusal::SiteNotFound.into()) }
}

/// Whether the store answers.
///
/// # Errors
/// The store's trouble.
pub async fn check(service: &Service) -> Result<(), Error> {
    let slug = Slug::parse(DEFAULT_SITE).ok_or(Refusal::SiteNotFound)?;
    service.store.read(move |connection| store::sites::find(connection, &slug)).await?;
    Ok(())
}

/// All sites, by name.
///
/// # Errors
/// The store's trouble.
pub async fn list(service: &Service) -> Result<Vec<Site>, Error> {
    Ok(service.store.read(store::sites::list).await?)
}

/// A page of sites.
#[derive(Debug, Clone)]
pub struct SiteList {
    /// The sites, oldest first.
    pub sites: Vec<Site>,
    /// Where it goes on.
    pub next_cursor: Option<String>,
}

/// A page of the sites that a member of staff may know of, oldest first.
///
/// # Errors
/// [`Refusal::InvalidCursor`], or the store's trouble.
pub async fn list_for(service: &Service, actor: &Actor, cursor: Option<String>, limit: u32) -> Result<SiteList, Error> {
    let after = read_cursor(cursor.as_deref(), LIST)?.unwrap_or(0);
    let scope = actor.sites().clone();
    let one_more = limit.saturating_add(1);
    let work = move |connection: &mut Connection| store::sites::list_in_scope(connection, &scope, after, one_more);
    let sites = service.store.read(work).await?;
    let page = Page::of(sites, limit, |site| Position { rank: 0, id: CommentId::from_number(site.id.number()) });
    let next_cursor = page.next.map(|position| to_cursor(position.id.number(), LIST));
    Ok(SiteList { sites: page.items, next_cursor })
}

/// What came of adding or changing a site.
#[derive(Debug, Clone)]
pub enum Changed {
    /// The site as it is now.
    To(Site),
    /// Settings would be out of range.
    Invalid(Vec<SettingError>),
    /// The name of a new site is taken.
    Taken,
}

/// Adds a site: the default settings, changed as `change` says. By a member of staff, or by a command.
///
/// # Errors
/// The store's trouble.
pub async fn add(service: &Service, by: Option<&Actor>, slug: Slug, change: SiteChange) -> Result<Changed, Error> {
    let (own, by) = (service.clone(), by.cloned());
    let work = move |connection: &mut Connection| {
        let now = own.clock.now();
        let id = SiteId::from_number(own.randomness.id_number(now));
        let mut site = Site::new(id, slug.clone(), now);
        let new = site.clone();
        if let Err(errors) = change.apply(&mut site) {
            return Ok(Changed::Invalid(errors));
        }
        if !store::sites::insert(connection, &site)? {
            return Ok(Changed::Taken);
        }
        let subject = log::subject(slug.as_str(), &site.describe_changes(&new));
        log::note(connection, &own, Some(id), by.as_ref().map(Actor::staff), Event::SiteAdded, subject)?;
        Ok::<_, Error>(Changed::To(site))
    };
    service.store.write(work).await
}

/// Changes the settings of a site. By a member of staff, or by a command.
///
/// # Errors
/// [`Refusal::SiteNotFound`], also for a site that the member of staff may not know of; or the store's trouble.
pub async fn set(service: &Service, by: Option<&Actor>, slug: Slug, change: SiteChange) -> Result<Changed, Error> {
    let changed = slug.clone();
    let (own, by) = (service.clone(), by.cloned());
    let work = move |connection: &mut Connection| {
        let mut site = hold_for(connection, by.as_ref(), &slug)?;
        let before = site.clone();
        if let Err(errors) = change.apply(&mut site) {
            return Ok(Changed::Invalid(errors));
        }
        if site == before {
            return Ok(Changed::To(site));
        }
        store::sites::update(connection, &site)?;
        let subject = log::subject(slug.as_str(), &site.describe_changes(&before));
        log::note(connection, &own, Some(site.id), by.as_ref().map(Actor::staff), Event::SiteChanged, subject)?;
        Ok::<_, Error>(Changed::To(site))
    };
    let outcome = service.store.write(work).await?;
    service.forget_site(&changed);
    Ok(outcome)
}

/// Removes a site that nobody has written to, with its threads, rules, bans and statistics.
///
/// # Errors
/// [`Refusal::SiteNotFound`]; [`Refusal::SiteNotEmpty`] when it has comments, or is `default`; or the store's trouble.
pub async fn remove(service: &Service, actor: &Actor, slug: Slug) -> Result<(), Error> {
    let removed = slug.clone();
    let (own, actor) = (service.clone(), actor.clone());
    let work = move |connection: &mut Connection| {
        let site = hold_for(connection, Some(&actor), &slug)?;
        let has_comments = store::comments::has_any(connection, site.id)?;
        if has_comments || slug.as_str() == DEFAULT_SITE {
            return Err(Refusal::SiteNotEmpty.into());
        }
        store::threads::delete_all(connection, site.id)?;
        store::sites::delete(connection, site.id)?;
        log::note(connection, &own, None, actor.staff(), Event::SiteRemoved, slug.as_str())
    };
    service.store.write(work).await?;
    service.forget_site(&removed);
    Ok(())
}

fn hold_for(connection: &mut Connection, by: Option<&Actor>, slug: &Slug) -> Result<Site, Error> {
    let site = store::sites::hold(connection, slug)?;
    let known = site.filter(|site| by.is_none_or(|actor| actor.sites().includes(site.id)));
    Ok(known.ok_or(Refusal::SiteNotFound)?)
}

/// Makes sure that the site `default` exists.
///
/// # Errors
/// The store's trouble.
pub(super) async fn ensure_default(service: &Service) -> Result<(), Error> {
    let slug = Slug::parse(DEFAULT_SITE).ok_or(Refusal::SiteNotFound)?;
    let wanted = slug.clone();
    let found = service.store.read(move |connection| store::sites::find(connection, &wanted)).await?;
    if found.is_none() {
        let now = service.clock.now();
        let mut site = Site::new(SiteId::from_number(service.randomness.id_number(now)), slug, now);
        site.origins = DEFAULT_ORIGINS.iter().filter_map(|origin| OriginPattern::parse(origin)).collect();
        service.store.write(move |connection| store::sites::insert(connection, &site)).await?;
    }
    Ok(())
}
