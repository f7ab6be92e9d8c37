//! Use cases: one public function for each thing that a person can do, one transaction each.
//!
//! A use case is given values that hold their invariants, and answers with values or a refusal. It knows neither HTTP nor
//! SQL.

pub mod audits;
pub mod comments;
pub mod credentials;
pub mod editing;
mod error;
mod guests;
mod log;
mod networks;
pub mod posting;
pub mod sites;
pub mod staff;
pub mod sweeping;
pub mod threads;
pub mod viewers;
mod visibility;
pub mod votes;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use moka::sync::Cache;

use tokio::sync::Semaphore;

pub use error::Error;

use crate::clock::Clock;
use crate::domain::address::{ClientNetwork, NetworkHash, NetworkKey};
use crate::domain::author::GuestToken;
use crate::domain::idempotency::ReplayId;
use crate::limits::Quotas;
use crate::randomness::Randomness;
use crate::store::Store;

/// How many rankings are made at the same time.
const RANKINGS_AT_ONCE: usize = 2;

/// What use cases work with. Clones share everything.
#[derive(Debug, Clone)]
pub struct Service {
    /// Where comments are kept.
    pub store: Store,
    /// How much a client may do.
    pub quotas: Quotas,
    /// What time it is.
    pub clock: Clock,
    /// Where tokens and ids come from.
    pub randomness: Randomness,
    sites: sites::SiteCache,
    running: Arc<Mutex<HashSet<ReplayId>>>,
    /// Rankings read a whole window; this many may do so at once, so that they leave the store to others.
    ranking: Arc<Semaphore>,
    rankings: threads::RankingCache,
    /// How many changes this process has made: what was ranked before the last one is ranked anew.
    changes: Arc<AtomicU64>,
    /// The key of the hashes of networks, once it was read.
    network_key: Arc<OnceLock<NetworkKey>>,
}

impl Service {
    /// The hash under which a network is kept.
    fn hash_network(&self, network: ClientNetwork) -> Result<NetworkHash, Error> {
        let key = self.network_key.get().ok_or_else(|| Error::Broken("the key of networks wasn't read".to_owned()))?;
        Ok(key.hash(network))
    }

    /// Notes that readers may see something else from now on.
    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }
}

impl Service {
    /// The use cases over these parts.
    #[must_use]
    pub fn new(store: Store, quotas: Quotas, clock: Clock, randomness: Randomness) -> Self {
        let sites = sites::SiteCache::default();
        let ranking = Arc::new(Semaphore::new(RANKINGS_AT_ONCE));
        Self {
            store,
            quotas,
            clock,
            randomness,
            sites,
            running: Arc::default(),
            ranking,
            rankings: Cache::builder().max_capacity(threads::REMEMBERED).time_to_live(threads::FRESH).build(),
            changes: Arc::default(),
            network_key: Arc::default(),
        }
    }
}

/// Makes what every installation has: the key of the hashes of networks, and the site `default`. To be called before
/// anything else is asked of a service.
///
/// # Errors
/// The store's trouble.
pub async fn prepare(service: &Service) -> Result<(), Error> {
    networks::ensure_key(service).await?;
    sites::ensure_default(service).await
}

/// Who sends a request, as far as the service knows.
#[derive(Debug, Clone)]
pub struct Client {
    /// The network it comes from.
    pub network: ClientNetwork,
    /// The guest token it carries.
    pub token: Option<GuestToken>,
}
