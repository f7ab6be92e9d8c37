//! What is said in the log of requests that the service had no room for: at most one line a second, since lines cost what
//! answers need most just then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long nothing more is said after a line.
const PAUSE: Duration = Duration::from_secs(1);

/// When the last line was written, and what was not said since.
#[derive(Debug, Default)]
pub struct BusyLog {
    /// In milliseconds since the program began.
    quiet_until: AtomicU64,
    unsaid: AtomicU64,
}

impl BusyLog {
    /// Notes a refusal at `now` since the program began.
    pub(super) fn note(&self, now: Duration, request_id: &str, reason: &str) {
        if let Some(unsaid) = self.turn(now) {
            tracing::warn!(request_id, reason, unsaid, "busy");
        } else {
            tracing::debug!(request_id, reason, "busy");
        }
    }

    /// How many went unsaid since the last line, if it is time for another.
    fn turn(&self, now: Duration) -> Option<u64> {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let until = self.quiet_until.load(Ordering::Relaxed);
        let next = milliseconds(now + PAUSE);
        let is_mine = milliseconds(now) >= until
            && self.quiet_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_mine {
            return Some(self.unsaid.swap(0, Ordering::Relaxed));
        }
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_second_says_how_many_there_were_since_the_last() {
        let log = BusyLog::default();
        let at = |milliseconds| log.turn(Duration::from_millis(milliseconds));
        let said = [5, 6, 900, 1_004, 1_005, 1_006, 9_000, 10_000].map(at);
        assert_eq!(said, [Some(0), None, None, None, Some(3), None, Some(1), Some(0)]);
    }
}
