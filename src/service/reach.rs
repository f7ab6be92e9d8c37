//! Which sites are there for a member of staff.

use super::Error;
use crate::domain::access::SiteScope;
use crate::domain::id::SiteId;
use crate::domain::refusal::Refusal;
use crate::domain::selection::MAX_SITES;
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::store::{self, Connection};

/// The sites of an actor, by name.
pub(super) struct Reach(Vec<Site>);

impl Reach {
    pub(super) fn of(connection: &mut Connection, actor: &Actor) -> Result<Self, Error> {
        let sites = match actor.sites() {
            SiteScope::Everywhere => store::sites::list(connection)?,
            SiteScope::Only(ids) => store::sites::list_by_id(connection, ids)?,
        };
        Ok(Self(sites))
    }

    /// The one site that was named, or all if none was; of more than 50 one must be named.
    pub(super) fn narrowed(self, slug: Option<&Slug>) -> Result<Self, Refusal> {
        let reach = self.named(slug)?;
        let max = u64::try_from(MAX_SITES).unwrap_or(u64::MAX);
        if reach.0.len() > MAX_SITES { Err(Refusal::SiteRequired { max }) } else { Ok(reach) }
    }

    /// The one site that was named, or all if none was.
    pub(super) fn named(mut self, slug: Option<&Slug>) -> Result<Self, Refusal> {
        if let Some(slug) = slug {
            self.0.retain(|site| site.slug == *slug);
            if self.0.is_empty() {
                return Err(Refusal::SiteNotFound);
            }
        }
        Ok(self)
    }

    pub(super) fn sites(&self) -> &[Site] {
        &self.0
    }

    pub(super) fn ids(&self) -> Vec<SiteId> {
        self.0.iter().map(|site| site.id).collect()
    }

    pub(super) fn find(&self, id: SiteId) -> Option<&Site> {
        self.0.iter().find(|site| site.id == id)
    }
}

/// The site of this name, if it is there for an actor.
pub(super) fn find_site(connection: &mut Connection, actor: &Actor, slug: &Slug) -> Result<Site, Error> {
    let site = store::sites::find(connection, slug)?.filter(|site| actor.sites().includes(site.id));
    Ok(site.ok_or(Refusal::SiteNotFound)?)
}

/// The name of a site by its id.
pub(super) fn name_site(connection: &mut Connection, id: SiteId) -> Result<Slug, Error> {
    let site = store::sites::list_by_id(connection, &[id])?.pop();
    Ok(site.ok_or_else(|| Error::Conflict("the site was removed at the same time".to_owned()))?.slug)
}

/// The items of a page out of one more than fit on it, and whether there are more.
pub(super) fn cut<T>(mut items: Vec<T>, limit: u32) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    (items, has_more)
}
