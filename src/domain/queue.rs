//! The queues in which staff meet comments that need a decision, or got one.

use super::status::Status;

/// A queue whose length is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Comments that wait.
    Pending,
    /// Comments that were turned down.
    Rejected,
    /// Comments that were turned down as spam.
    Spam,
    /// Comments with reports that no decision has settled, in whatever state.
    Reported,
}

impl Queue {
    /// Every queue.
    pub const EACH: [Self; 4] = [Self::Pending, Self::Rejected, Self::Spam, Self::Reported];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Spam => "spam",
            Self::Reported => "reported",
        }
    }

    /// The queue of the comments of a status; published and deleted ones are in none.
    #[must_use]
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Pending => Some(Self::Pending),
            Status::Rejected => Some(Self::Rejected),
            Status::Spam => Some(Self::Spam),
            Status::Published | Status::Deleted => None,
        }
    }

    /// The number that the store keeps: that of the status, or 5.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Pending => Status::Pending.number(),
            Self::Rejected => Status::Rejected.number(),
            Self::Spam => Status::Spam.number(),
            Self::Reported => 5,
        }
    }

    /// The queue with this number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::EACH.into_iter().find(|queue| queue.number() == number)
    }
}
