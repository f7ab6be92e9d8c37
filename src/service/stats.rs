//! What happened on a site, day by day.

use std::sync::Arc;

use super::changes::Subject;
use super::remembering::Remembered;
use super::{Error, Service, sites};
use crate::domain::id::SiteId;
use crate::domain::site::Site;
use crate::domain::staff::Actor;
use crate::domain::stats::{Day, Period, Stats};
use crate::store::{self, Connection};

/// The most origins whose pages were refused that are listed.
const MAX_ORIGINS: u32 = 100;

/// The statistics made lately, by site, period and last day.
pub(super) type StatsCache = Remembered<(SiteId, Period, Day), Stats>;

/// The statistics of a site, with the site. Making them reads what happened in the whole period, so they are used again for
/// up to five seconds.
///
/// # Errors
/// [`Refusal::SiteNotFound`](crate::domain::refusal::Refusal::SiteNotFound), or the store's trouble.
pub async fn read(
    service: &Service,
    actor: &Actor,
    slug: &str,
    period: Period,
) -> Result<(Arc<Site>, Arc<Stats>), Error> {
    let site = sites::find_for(service, actor, slug).await?;
    let today = Day::of(service.clock.now());
    let key = (site.id, period, today);
    if let Some(stats) = service.stats.find(&key, &service.changes) {
        return Ok((site, stats));
    }
    let _turn = service.stats.turn().await?;
    if let Some(stats) = service.stats.find(&key, &service.changes) {
        return Ok((site, stats));
    }
    let (made_at, sources) = (service.changes.now(), service.changes.sources([Subject::Site(site.id)]));
    let (id, first) = (site.id, today.minus(period.days() - 1));
    let work = move |connection: &mut Connection| {
        let days = store::stats::count_by_day(connection, id, first, today)?;
        let blocked_origins = store::stats::list_blocked(connection, id, first, MAX_ORIGINS)?;
        Ok::<_, Error>(Stats { days, blocked_origins })
    };
    let stats = service.store.read(work).await?;
    Ok((site, service.stats.insert(key, made_at, sources, stats)))
}
