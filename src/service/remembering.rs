//! Results that cost much: made by a few at a time, and used again while they are fresh.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Error;
use super::changes::{Changes, Moment, Sources};

/// How long a result is used, if this process changes nothing of what it was made of: others may.
const FRESH: Duration = Duration::from_secs(5);
/// The most results of a kind that are remembered.
const REMEMBERED: u64 = 1_000;
/// How many are made at the same time, so that they leave the store to others.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_millis(800);

/// The results of one kind, each with when and of what it was made. Clones share everything.
#[derive(Debug, Clone)]
pub(super) struct Remembered<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static> {
    results: Cache<K, (Moment, Sources, Arc<V>)>,
    turns: Arc<Semaphore>,
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static> Default for Remembered<K, V> {
    fn default() -> Self {
        Self {
            results: Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static> Remembered<K, V> {
    /// The result for this key, if nothing of what it was made of was changed since.
    pub(super) fn find(&self, key: &K, changes: &Changes) -> Option<Arc<V>> {
        let found = self.results.get(key).filter(|(made_at, sources, _)| changes.are_unchanged(sources, *made_at));
        found.map(|(_, _, result)| result)
    }

    /// A turn to make one. Who got it looks again, since others may have made it meanwhile.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many are being made.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        let busy = || Error::Busy("too many are counting at the same time".to_owned());
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        turn.map_err(|_elapsed| busy())?.map_err(|_closed| busy())
    }

    /// Remembers a result that was made of these, which were read at that moment or later.
    pub(super) fn insert(&self, key: K, made_at: Moment, sources: Sources, result: V) -> Arc<V> {
        let result = Arc::new(result);
        self.results.insert(key, (made_at, sources, Arc::clone(&result)));
        result
    }
}
