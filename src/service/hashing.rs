//! Turns at the slow work of passwords: as many at once as there are cores, so that signing in leaves the machine to
//! readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::Error;
use super::turns::{Turns, apart};
use crate::domain::password::{Password, PasswordHash, TypedPassword};

/// How long somebody waits for their turn.
const WAIT: Duration = Duration::from_secs(3);

/// Where passwords are hashed and verified. Clones share the turns.
#[derive(Debug, Clone)]
pub struct Hashing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    turns: Turns,
    running: AtomicUsize,
    most_at_once: AtomicUsize,
    done: AtomicU64,
}

impl Hashing {
    /// As many turns as there are cores.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            turns: Turns::each_core("hashing", WAIT),
            running: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            done: AtomicU64::new(0),
        }))
    }

    /// Whether this is the hash of what was typed.
    pub(super) async fn verify(&self, hash: PasswordHash, typed: TypedPassword) -> Result<bool, Error> {
        self.run(move || hash.verify(typed.reveal())).await
    }

    /// The hash of a password.
    pub(super) async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PasswordHash, Error> {
        let hashed = self.run(move || PasswordHash::of(&password, salt)).await?;
        hashed.map_err(|error| Error::Busy(error.to_string()))
    }

    /// Waits for a turn, which ends with the work and not with the patience of whoever waits for it.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let turn = self.0.turns.take().await?;
        let shared = Arc::clone(&self.0);
        let work = move || {
            let running = shared.running.fetch_add(1, Ordering::SeqCst) + 1;
            shared.most_at_once.fetch_max(running, Ordering::SeqCst);
            let outcome = work();
            shared.running.fetch_sub(1, Ordering::SeqCst);
            shared.done.fetch_add(1, Ordering::SeqCst);
            drop(turn);
            outcome
        };
        apart(work).await
    }

    /// How many passwords were hashed or verified so far, for the test that this is done for names that nobody has, too.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::SeqCst)
    }

    /// How many were hashed or verified at the same time at most, for the test that there is a bound.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.0.most_at_once.load(Ordering::SeqCst)
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self::new()
    }
}
