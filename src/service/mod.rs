//! Use cases: one public function for each thing that a person can do, one transaction each.
//!
//! A use case is given values that hold their invariants, and answers with values or a refusal. It knows neither HTTP nor
//! SQL.

pub mod audits;
pub mod comments;
pub mod editing;
mod error;
mod guests;
pub mod posting;
pub mod sites;
pub mod sweeping;
pub mod threads;
pub mod viewers;
mod visibility;
pub mod votes;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

pub use error::Error;

use crate::clock::Clock;
use crate::domain::address::ClientNetwork;
use crate::domain::author::GuestToken;
use crate::domain::idempotency::ReplayId;
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
    sites: sites::SiteCache,
    running: Arc<Mutex<HashSet<ReplayId>>>,
}

impl Service {
    /// The use cases over these parts.
    #[must_use]
    pub fn new(store: Store, quotas: Quotas, clock: Clock, randomness: Randomness) -> Self {
        let sites = sites::SiteCache::default();
        Self { store, quotas, clock, randomness, sites, running: Arc::default() }
    }
}

/// Who sends a request, as far as the service knows.
#[derive(Debug, Clone)]
pub struct Client {
    /// The network it comes from.
    pub network: ClientNetwork,
    /// The guest token it carries.
    pub token: Option<GuestToken>,
}
