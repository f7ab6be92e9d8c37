//! Which threads are the most discussed.

use std::sync::Arc;

use super::changes::Subject;
use super::remembering::Remembered;
use super::{Error, Service};
use crate::domain::id::{SiteId, first_at};
use crate::domain::ranking::{RankedThread, Window};
use crate::domain::site::Site;
use crate::store::{self, Connection};

/// The rankings made lately.
pub(super) type RankingCache = Remembered<(SiteId, Window, u32), Vec<RankedThread>>;

/// The most discussed threads of a window: most distinct writers first, then most comments. Making a ranking reads the whole
/// window, so one is used again for up to five seconds, until this process changes a comment of the site.
///
/// # Errors
/// The store's trouble.
pub async fn most_commented(
    service: &Service,
    site: Arc<Site>,
    window: Window,
    limit: u32,
) -> Result<Arc<Vec<RankedThread>>, Error> {
    let key = (site.id, window, limit);
    if let Some(ranked) = service.rankings.find(&key, &service.changes) {
        return Ok(ranked);
    }
    let _turn = service.rankings.turn().await?;
    if let Some(ranked) = service.rankings.find(&key, &service.changes) {
        return Ok(ranked);
    }
    let (made_at, sources) = (service.changes.now(), service.changes.sources([Subject::Site(site.id)]));
    let now = service.clock.now();
    let first_comment_id = window.seconds().map_or(0, |seconds| first_at(now.minus_seconds(seconds)));
    let work = move |connection: &mut Connection| {
        let ranked = store::rankings::list_most_commented(connection, site.id, first_comment_id, limit)?;
        let at = |ranked: RankedThread| RankedThread { thread: ranked.thread.at(&site, now), ..ranked };
        Ok::<_, Error>(ranked.into_iter().map(at).collect())
    };
    let ranked = service.store.read(work).await?;
    Ok(service.rankings.insert(key, made_at, sources, ranked))
}
