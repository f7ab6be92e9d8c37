//! Rankings of threads over a window of time.

use super::thread::Thread;

/// The window that a ranking looks back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// The last hour.
    Hour,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// All time.
    All,
}

impl Window {
    /// Every window, shortest first.
    pub const EACH: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::All];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::All => "all",
        }
    }

    /// The window with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|window| window.name() == name)
    }

    /// Its length in seconds; `None` for all time.
    #[must_use]
    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::Hour => Some(3_600),
            Self::Day => Some(86_400),
            Self::Week => Some(604_800),
            Self::Month => Some(2_592_000),
            Self::All => None,
        }
    }
}

/// A thread with its place in a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedThread {
    /// The thread.
    pub thread: Thread,
    /// Published comments within the window.
    pub comments: u32,
    /// Distinct writers of those comments.
    pub authors: u32,
}
