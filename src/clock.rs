//! The one place where the time is read.
//!
//! Everything else is given a [`Clock`], so that a test can say what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The clock of the machine.
    System {
        /// When the program began.
        started: Instant,
    },
    /// A clock that moves when it is told to.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::System { started: Instant::now() }
    }

    /// How long the program has been running, which never goes back when the clock of the machine is set.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        match self {
            Self::System { started } => started.elapsed(),
            Self::Manual(milliseconds) => {
                Duration::from_millis(u64::try_from(milliseconds.load(Ordering::SeqCst)).unwrap_or(0))
            }
        }
    }

    /// A clock that stands at `time` until [`advance_seconds`](Self::advance_seconds) moves it.
    #[must_use]
    pub fn manual(time: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(time.milliseconds())))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System { .. } => {
                #[expect(clippy::disallowed_methods, reason = "this is the clock")]
                let now = SystemTime::now();
                let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_milliseconds(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(milliseconds) => Timestamp::from_milliseconds(milliseconds.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on; the machine's clock moves by itself.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Self::Manual(milliseconds) = self {
            milliseconds.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }
}
