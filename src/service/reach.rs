//! Which sites somebody on the staff may know of.

use super::Error;
use crate::domain::access::SiteScope;
use crate::domain::id::SiteId;
use crate::domain::refusal::Refusal;
use crate::domain::selection::MAX_SITES;
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::store::{self, Connection};

/// The site of this name, if the one who asks may know of it.
pub(super) fn find_site(connection: &mut Connection, actor: &Actor, slug: &Slug) -> Result<Site, Error> {
    let site = store::sites::find(connection, slug)?.filter(|site| actor.sites().includes(site.id));
    Ok(site.ok_or(Refusal::SiteNotFound)?)
}

/// The site of this name, or all sites of the one who asks, if they are few enough for one list.
pub(super) fn list_sites(connection: &mut Connection, actor: &Actor, slug: Option<&Slug>) -> Result<Vec<Site>, Error> {
    if let Some(slug) = slug {
        return Ok(vec![find_site(connection, actor, slug)?]);
    }
    let sites = match actor.sites() {
        SiteScope::Everywhere => store::sites::list(connection)?,
        SiteScope::Only(ids) => store::sites::list_by_id(connection, ids)?,
    };
    if sites.len() > MAX_SITES {
        return Err(Refusal::SiteRequired { max: u64::try_from(MAX_SITES).unwrap_or(u64::MAX) }.into());
    }
    Ok(sites)
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
