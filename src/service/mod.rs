//! Use cases: one public function for each thing that a person can do, one transaction each.
//!
//! A use case is given values that hold their invariants, and answers with values or a refusal. It knows neither HTTP nor
//! SQL.

pub mod admission;
pub mod audits;
pub mod authors;
pub mod bans;
pub mod cases;
pub mod changes;
pub mod comments;
pub mod conversations;
pub mod credentials;
pub mod decisions;
pub mod demo;
pub mod editing;
mod error;
mod guests;
pub mod hashing;
mod log;
pub mod merging;
pub mod moderation;
mod networks;
pub mod origins;
pub mod passwords;
mod placing;
pub mod posting;
pub mod previewing;
pub mod rankings;
mod reach;
mod remembering;
pub mod reports;
pub mod rules;
mod screening;
pub mod second_factors;
pub mod sessions;
pub mod signing_in;
pub mod sites;
pub mod staff;
pub mod staff_comments;
pub mod stats;
pub mod sweeping;
pub mod threads;
pub mod tokens;
pub mod trials;
mod turns;
pub mod undoing;
pub mod viewers;
mod visibility;
pub mod votes;
mod walking;

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

pub use error::Error;

use crate::clock::Clock;
use crate::domain::address::{ClientNetwork, NetworkHash, NetworkKey};
use crate::domain::author::GuestToken;
use crate::domain::idempotency::ReplayId;
use crate::domain::session::SessionPolicy;
use crate::domain::stats::BlockedTally;
use crate::limits::Quotas;
use crate::randomness::Randomness;
use crate::store::Store;

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
    /// How long sessions of staff last.
    pub sessions: SessionPolicy,
    /// Where passwords are hashed.
    pub hashing: hashing::Hashing,
    sites: sites::SiteCache,
    running: Arc<Mutex<HashSet<ReplayId>>>,
    rankings: rankings::RankingCache,
    stats: stats::StatsCache,
    /// Requests of pages of other origins that are to be written down.
    blocked: Arc<Mutex<BlockedTally>>,
    /// What was changed when.
    pub changes: changes::Changes,
    /// Who may go to the store now.
    pub admission: admission::Admission,
    /// The key of the hashes of networks, once it was read.
    network_key: Arc<OnceLock<NetworkKey>>,
    rule_sets: screening::RuleSets,
    /// Who screens a text now.
    screenings: turns::Turns,
    /// Who tries a rule now.
    trials: turns::Turns,
    /// Whether the site that shows the service in use was seen.
    has_demo: Arc<AtomicBool>,
}

impl Service {
    /// The hash under which a network is kept.
    fn hash_network(&self, network: ClientNetwork) -> Result<NetworkHash, Error> {
        let key = self.network_key.get().ok_or_else(|| Error::Broken("the key of networks wasn't read".to_owned()))?;
        Ok(key.hash(network))
    }
}

impl Service {
    /// The use cases over these parts.
    #[must_use]
    pub fn new(store: Store, quotas: Quotas, clock: Clock, randomness: Randomness, sessions: SessionPolicy) -> Self {
        let limits = admission::Limits::of_store(store.connections(), store.has_one_writer());
        Self {
            store,
            admission: admission::Admission::new(limits),
            quotas,
            clock,
            randomness,
            sessions,
            hashing: hashing::Hashing::new(),
            sites: sites::SiteCache::default(),
            running: Arc::default(),
            rankings: rankings::RankingCache::default(),
            stats: stats::StatsCache::default(),
            blocked: Arc::default(),
            changes: changes::Changes::default(),
            network_key: Arc::default(),
            rule_sets: screening::RuleSets::default(),
            screenings: screening::turns(),
            trials: trials::turns(),
            has_demo: Arc::default(),
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
