//! Pages that were refused because their origin isn't one of the site's: counted in memory, and written down every few
//! seconds, so that a flood of them costs no write each.

use std::sync::PoisonError;

use super::changes::Subject;
use super::{Error, Service};
use crate::domain::id::SiteId;
use crate::domain::site::Site;
use crate::domain::stats::{BlockedTally, Day, MAX_ORIGINS_OF_DAY, OTHER_ORIGINS, Period};
use crate::store::{self, Connection};

/// Notes that a request of a page of this origin was refused.
pub fn note(service: &Service, site: &Site, origin: &str) {
    let now = service.clock.now();
    service.blocked.lock().unwrap_or_else(PoisonError::into_inner).add(site.id, origin, now);
}

/// Writes down what was noted since the last time. What can't be written waits for the next time.
///
/// # Errors
/// The store's trouble.
pub async fn write_down(service: &Service) -> Result<(), Error> {
    let tally = std::mem::take(&mut *service.blocked.lock().unwrap_or_else(PoisonError::into_inner));
    if tally.is_empty() {
        return Ok(());
    }
    let tally = std::sync::Arc::new(tally);
    let noted = std::sync::Arc::clone(&tally);
    let oldest = Day::of(service.clock.now()).minus(Period::Quarter.days());
    let work = move |connection: &mut Connection| write(connection, &noted, oldest);
    let outcome = service.store.write(work).await;
    if outcome.is_err() {
        let mut waiting = service.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        for (site, day, origins) in tally.iter() {
            for (origin, blocked) in origins {
                waiting.add_many(site, day, origin, *blocked);
            }
        }
    }
    service.note(&outcome, |()| tally.iter().map(|(site, ..)| Subject::Site(site)).collect());
    outcome
}

fn write(connection: &mut Connection, tally: &BlockedTally, oldest: Day) -> Result<(), Error> {
    let mut sites: Vec<SiteId> = tally.iter().map(|(site, ..)| site).collect();
    sites.dedup();
    // A site may be gone by now.
    let sites: Vec<SiteId> = store::sites::list_by_id(connection, &sites)?.into_iter().map(|site| site.id).collect();
    for (site, day, origins) in tally.iter().filter(|(site, ..)| sites.contains(site)) {
        let mut known = store::blocked::list_origins(connection, site, day)?;
        for (origin, blocked) in origins {
            let is_known = known.contains(origin);
            if !is_known && known.len() >= MAX_ORIGINS_OF_DAY {
                store::blocked::update(connection, site, day, OTHER_ORIGINS, *blocked)?;
                continue;
            }
            store::blocked::update(connection, site, day, origin, *blocked)?;
            if !is_known {
                known.push(origin.clone());
            }
        }
        store::blocked::delete_before(connection, site, oldest)?;
    }
    Ok(())
}
