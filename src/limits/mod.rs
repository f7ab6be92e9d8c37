//! Quotas: how much a client may do, counted by the generic cell rate algorithm.
//!
//! One quota for each action, client network and site, or for each action and account. Memory is bounded: beyond the number of clients to be remembered,
//! those not seen for longest are forgotten. Time comes from [`Clock`], so that tests can move it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::clock::Clock;
use crate::config::LimitSettings;
use crate::domain::address::ClientNetwork;
use crate::domain::id::SiteId;
use crate::domain::quota::{AccountKey, Action, Standing};

impl GovernorClock for Clock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.uptime())
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Clock, StateInformationMiddleware>;

/// Who is counted for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    action: Action,
    counted: Counted,
}

/// What the requests have in common that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    /// They come from one network, for one site.
    Network(SiteId, ClientNetwork),
    /// They are about one account, wherever they come from.
    Account(AccountKey),
}

/// All quotas of this process.
#[derive(Debug, Clone)]
pub struct Quotas {
    settings: LimitSettings,
    clock: Clock,
    networks: Cache<Key, Arc<Limiter>>,
    /// Apart from those of networks, of which somebody may have so many that no account would be remembered among them.
    accounts: Cache<Key, Arc<Limiter>>,
}

impl Quotas {
    /// Full quotas for everybody.
    #[must_use]
    pub fn new(settings: LimitSettings, clock: Clock) -> Self {
        let longest_window = Action::EACH.map(|action| settings.quota(action).window_seconds).into_iter().max();
        let limiters = || {
            Cache::builder()
                .max_capacity(settings.remembered_clients)
                // Not moka's own policy, which would rather forget a newcomer than somebody who was often here.
                .eviction_policy(EvictionPolicy::lru())
                // After its window a quota is full again, as if it had never been asked.
                .time_to_idle(Duration::from_secs(u64::from(longest_window.unwrap_or(60))))
                .build()
        };
        let (networks, accounts) = (limiters(), limiters());
        Self { settings, clock, networks, accounts }
    }

    /// Takes one request from a quota. `None` when quotas are lifted.
    ///
    /// # Errors
    /// Where the client stands when the quota is used up; nothing is taken then.
    pub fn admit(&self, action: Action, site: SiteId, network: ClientNetwork) -> Result<Option<Standing>, Standing> {
        self.take(action, Counted::Network(site, network))
    }

    /// Takes one request from the quota of an account, whoever asks.
    ///
    /// # Errors
    /// Where the account stands when the quota is used up; nothing is taken then.
    pub fn admit_account(&self, action: Action, account: AccountKey) -> Result<Option<Standing>, Standing> {
        self.take(action, Counted::Account(account))
    }

    fn take(&self, action: Action, counted: Counted) -> Result<Option<Standing>, Standing> {
        if !self.settings.enabled {
            return Ok(None);
        }
        let quota = self.settings.quota(action);
        let standing = |remaining, reset_seconds| Standing {
            action,
            requests: quota.requests,
            window_seconds: quota.window_seconds,
            remaining,
            reset_seconds,
        };
        let limiters = if matches!(counted, Counted::Account(_)) { &self.accounts } else { &self.networks };
        let limiter = limiters.get_with(Key { action, counted }, || Arc::new(self.limiter(action)));
        match limiter.check() {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let next_one = quota.window_seconds.div_ceil(quota.requests);
                Ok(Some(standing(remaining, if remaining < quota.requests { next_one } else { 0 })))
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(GovernorClock::now(&self.clock));
                let seconds = wait.as_millis().div_ceil(1000).max(1);
                Err(standing(0, u32::try_from(seconds).unwrap_or(u32::MAX)))
            }
        }
    }

    /// How many clients are remembered, for the test that memory is bounded.
    #[must_use]
    pub fn remembered_clients(&self) -> u64 {
        self.networks.run_pending_tasks();
        self.accounts.run_pending_tasks();
        self.networks.entry_count() + self.accounts.entry_count()
    }

    fn limiter(&self, action: Action) -> Limiter {
        let quota = self.settings.quota(action);
        let requests = NonZeroU32::new(quota.requests).unwrap_or(NonZeroU32::MIN);
        let each = Duration::from_secs(u64::from(quota.window_seconds)) / requests.get();
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_second(requests)).allow_burst(requests);
        RateLimiter::direct_with_clock(quota, self.clock.clone()).with_middleware()
    }
}
