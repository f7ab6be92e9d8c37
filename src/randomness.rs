//! The one place where randomness comes from, and the ids that are made of it and the time.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::domain::id::{self, MAX_SEQUENCE};
use crate::domain::time::Timestamp;

/// A source of random bytes and fresh ids, shared by all that need one.
#[derive(Debug, Clone)]
pub struct Randomness(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    generator: StdRng,
    last_id: i64,
}

impl Randomness {
    /// Randomness from the operating system.
    #[must_use]
    pub fn from_system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
        let mut system = rand::rng();
        Self::with(StdRng::from_rng(&mut system))
    }

    /// The same sequence for the same seed, for tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::with(StdRng::seed_from_u64(seed))
    }

    fn with(generator: StdRng) -> Self {
        Self(Arc::new(Mutex::new(State { generator, last_id: 0 })))
    }

    /// 32 random bytes, fit for a secret.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.array()
    }

    /// As many random bytes as are asked for, fit for a secret.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).generator.fill_bytes(&mut bytes);
        bytes
    }

    /// A number for a new id: larger than every other from this source, also when the clock goes back. Instances that share
    /// a database differ by 22 random bits in each millisecond; a use case that meets a taken id is run again.
    #[must_use]
    pub fn id_number(&self, now: Timestamp) -> i64 {
        self.id_number_after(0, now)
    }

    /// The same, and larger than `floor` too, which another instance with another clock may have made.
    #[must_use]
    pub fn id_number_after(&self, floor: i64, now: Timestamp) -> i64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = i64::from(state.generator.next_u32()) & MAX_SEQUENCE;
        let fresh = id::first_at(now) | sequence;
        state.last_id = fresh.max(state.last_id.saturating_add(1));
        if state.last_id > floor {
            return state.last_id;
        }
        // Not kept, or one comment from an instance that is ahead of its time would take all ids here along.
        floor.saturating_add(1).saturating_add(sequence & 0xfff)
    }

    /// A random text of 16 hexadecimal digits, to tell requests apart in logs.
    #[must_use]
    pub fn request_id(&self) -> String {
        let number = self.0.lock().unwrap_or_else(PoisonError::into_inner).generator.next_u64();
        format!("{number:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_also_when_the_clock_goes_back() {
        let randomness = Randomness::seeded(1);
        let times = [1_800_000_000_000, 1_800_000_000_000, 1_799_999_000_000, 1_800_000_000_001];
        let ids = times.map(|time| randomness.id_number(Timestamp::from_milliseconds(time)));
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        let others = ids[3] + 1_000_000_000;
        let after = randomness.id_number_after(others, Timestamp::from_milliseconds(times[0]));
        assert!((others + 1..=others + 4_096).contains(&after));
        assert!(randomness.id_number(Timestamp::from_milliseconds(times[0])) < others);
    }
}
