//! Threads: their counts, their ranking, their settings.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::remembering::Remembered;
use super::{Error, Service};
use crate::domain::id::{SiteId, ThreadId, first_at};
use crate::domain::ranking::{RankedThread, Window};
use crate::domain::site::{Moderation, Site};
use crate::domain::thread::{Thread, ThreadKey, ThreadState};
use crate::store::{self, Connection};

/// The rankings made lately.
pub(super) type RankingCache = Remembered<(SiteId, Window, u32), Vec<RankedThread>>;

/// The threads of these keys, in the order asked; one that nobody has written to is empty.
///
/// # Errors
/// The store's trouble.
pub async fn count(service: &Service, site: Arc<Site>, keys: Vec<ThreadKey>) -> Result<Vec<Thread>, Error> {
    let work = move |connection: &mut Connection| {
        let found = store::threads::list_by_key(connection, site.id, &keys)?;
        let thread = |key: &ThreadKey| {
            let thread = found.iter().find(|thread| thread.key == *key).cloned();
            thread.unwrap_or_else(|| Thread::empty(site.id, key.clone()))
        };
        Ok(keys.iter().map(thread).collect())
    };
    service.store.read(work).await
}

/// The most discussed threads of a window: most distinct writers first, then most comments. Making a ranking reads the whole
/// window, so one is used again for up to five seconds, until this process changes a comment.
///
/// # Errors
/// The store's trouble.
pub async fn most_commented(
    service: &Service,
    site: Arc<Site>,
    window: Window,
    limit: u32,
) -> Result<Arc<Vec<RankedThread>>, Error> {
    let changes = service.changes.load(Ordering::SeqCst);
    let key = (site.id, window, limit);
    if let Some(ranked) = service.rankings.find(&key, changes) {
        return Ok(ranked);
    }
    let _turn = service.rankings.turn().await?;
    if let Some(ranked) = service.rankings.find(&key, changes) {
        return Ok(ranked);
    }
    let now = service.clock.now();
    let first_comment_id = window.seconds().map_or(0, |seconds| first_at(now.minus_seconds(seconds)));
    let work = move |connection: &mut Connection| {
        store::threads::list_most_commented(connection, site.id, first_comment_id, limit)
    };
    let ranked = service.store.read(work).await?;
    Ok(service.rankings.insert(key, changes, ranked))
}

/// What is to be changed about a thread; `None` leaves a setting as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadChange {
    /// Open or closed.
    pub state: Option<ThreadState>,
    /// Its own limit of characters, or `Some(None)` for the site's.
    pub max_characters: Option<Option<u32>>,
    /// Its own moderation, or `Some(None)` for the site's.
    pub moderation: Option<Option<Moderation>>,
    /// How long a writer waits between two comments, in seconds, or `Some(None)` for not at all.
    pub slow_mode_seconds: Option<Option<u32>>,
    /// Whether it stays open when it is old.
    pub stays_open: Option<bool>,
}

/// Changes the settings of a thread, which is made if nobody has written to it yet.
///
/// # Errors
/// The store's trouble.
pub async fn set(service: &Service, site: Arc<Site>, key: ThreadKey, change: ThreadChange) -> Result<Thread, Error> {
    let (clock, randomness) = (service.clock.clone(), service.randomness.clone());
    let work = move |connection: &mut Connection| {
        let now = clock.now();
        let fresh = ThreadId::from_number(randomness.id_number(now));
        store::threads::insert(connection, site.id, fresh, &key, now)?;
        let found = store::threads::find(connection, site.id, &key)?;
        let id = found.and_then(|thread| thread.id);
        let held = id.map(|id| store::threads::hold(connection, site.id, id)).transpose()?.flatten();
        let (Some(id), Some(mut thread)) = (id, held) else {
            return Err(Error::Conflict("the thread was made by another at the same time".to_owned()));
        };
        thread.state = change.state.unwrap_or(thread.state);
        thread.max_characters = change.max_characters.unwrap_or(thread.max_characters);
        thread.moderation = change.moderation.unwrap_or(thread.moderation);
        thread.slow_mode_seconds = change.slow_mode_seconds.unwrap_or(thread.slow_mode_seconds);
        thread.stays_open = change.stays_open.unwrap_or(thread.stays_open);
        store::threads::update_settings(connection, site.id, id, &thread)?;
        Ok(thread)
    };
    service.store.write(work).await
}
