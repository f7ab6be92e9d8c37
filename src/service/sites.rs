//! Sites: finding, adding and changing them.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::{Error, Service};
use crate::domain::id::SiteId;
use crate::domain::origin::OriginPattern;
use crate::domain::refusal::Refusal;
use crate::domain::site::{DEFAULT_ORIGINS, DEFAULT_SITE, Policy, PolicyError, Site, SiteChange, Slug};
use crate::store;

/// How long the settings of a site are used before they are read again.
const FRESH: Duration = Duration::from_secs(2);
/// The most sites that are remembered.
const REMEMBERED: u64 = 10_000;

/// The settings of sites that were asked for lately.
#[derive(Debug, Clone)]
pub(super) struct SiteCache(Cache<Slug, Arc<Site>>);

impl Default for SiteCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build())
    }
}

/// The site of this name, if it was asked for in the last two seconds.
#[must_use]
pub fn remembered(service: &Service, slug: &str) -> Option<Arc<Site>> {
    service.sites.0.get(&Slug::parse(slug)?)
}

/// The site of this name, as it was at most two seconds ago.
///
/// # Errors
/// [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn find(service: &Service, slug: &str) -> Result<Arc<Site>, Error> {
    let slug = Slug::parse(slug).ok_or(Refusal::SiteNotFound)?;
    if let Some(site) = service.sites.0.get(&slug) {
        return Ok(site);
    }
    let wanted = slug.clone();
    let found = service.store.read(move |connection| store::sites::find(connection, &wanted)).await?;
    let site = Arc::new(found.ok_or(Refusal::SiteNotFound)?);
    service.sites.0.insert(slug, Arc::clone(&site));
    Ok(site)
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

/// What came of adding or changing a site.
#[derive(Debug, Clone)]
pub enum Changed {
    /// The site as it is now.
    To(Site),
    /// A setting would be out of range.
    Invalid(PolicyError),
    /// The name of a new site is taken.
    Taken,
}

/// Adds a site: the default settings, changed as `change` says.
///
/// # Errors
/// The store's trouble.
pub async fn add(service: &Service, slug: Slug, change: SiteChange) -> Result<Changed, Error> {
    let (clock, randomness) = (service.clock.clone(), service.randomness.clone());
    let work = move |connection: &mut store::Connection| {
        let now = clock.now();
        let id = SiteId::from_number(randomness.id_number(now));
        let mut site = Site { id, slug: slug.clone(), origins: Vec::new(), policy: Policy::default() };
        if let Err(error) = change.apply(&mut site) {
            return Ok(Changed::Invalid(error));
        }
        let added = store::sites::insert(connection, &site, now)?;
        Ok::<_, Error>(if added { Changed::To(site) } else { Changed::Taken })
    };
    service.store.write(work).await
}

/// Changes the settings of a site.
///
/// # Errors
/// [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn set(service: &Service, slug: Slug, change: SiteChange) -> Result<Changed, Error> {
    let changed = slug.clone();
    let work = move |connection: &mut store::Connection| {
        let mut site = store::sites::hold(connection, &slug)?.ok_or(Refusal::SiteNotFound)?;
        if let Err(error) = change.apply(&mut site) {
            return Ok(Changed::Invalid(error));
        }
        store::sites::update(connection, &site)?;
        Ok::<_, Error>(Changed::To(site))
    };
    let outcome = service.store.write(work).await?;
    service.sites.0.invalidate(&changed);
    Ok(outcome)
}

/// Makes sure that the site `default` exists.
///
/// # Errors
/// The store's trouble.
pub(super) async fn ensure_default(service: &Service) -> Result<(), Error> {
    let origins = DEFAULT_ORIGINS.iter().filter_map(|origin| OriginPattern::parse(origin)).collect();
    let change = SiteChange { origins: Some(origins), ..SiteChange::default() };
    let slug = Slug::parse(DEFAULT_SITE).ok_or(Refusal::SiteNotFound)?;
    let wanted = slug.clone();
    let found = service.store.read(move |connection| store::sites::find(connection, &wanted)).await?;
    if found.is_none() {
        add(service, slug, change).await?;
    }
    Ok(())
}
