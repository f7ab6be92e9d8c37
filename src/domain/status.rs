//! What state a comment is in, and whether lists show it.

/// The state of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for a moderator; readers don't see it.
    Pending,
    /// Readers see it.
    Published,
    /// Taken back by its writer, or removed by staff; a tombstone where listed comments answer it.
    Deleted,
    /// Turned down by staff.
    Rejected,
    /// Turned down by staff as spam.
    Spam,
}

impl Status {
    /// Every status.
    pub const EACH: [Self; 5] = [Self::Pending, Self::Published, Self::Deleted, Self::Rejected, Self::Spam];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Deleted => "deleted",
            Self::Rejected => "rejected",
            Self::Spam => "spam",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|status| status.name() == name)
    }

    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Published => 1,
            Self::Deleted => 2,
            Self::Rejected => 3,
            Self::Spam => 4,
        }
    }

    /// The status with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Pending),
            1 => Some(Self::Published),
            2 => Some(Self::Deleted),
            3 => Some(Self::Rejected),
            4 => Some(Self::Spam),
            _ => None,
        }
    }
}

/// The list in which readers meet a comment. Kept in one column, so that one index serves each list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// In no list.
    Hidden,
    /// Among the roots of its thread.
    Root,
    /// Among the replies below its root.
    Reply,
}

impl Listing {
    /// Where a comment is listed: it is there when it is published, or as a tombstone while a listed comment answers it.
    #[must_use]
    pub const fn of(status: Status, is_root: bool, listed_reply_count: u32) -> Self {
        let shown = matches!(status, Status::Published) || listed_reply_count > 0;
        match (shown, is_root) {
            (false, _) => Self::Hidden,
            (true, true) => Self::Root,
            (true, false) => Self::Reply,
        }
    }

    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Hidden => 0,
            Self::Root => 1,
            Self::Reply => 2,
        }
    }

    /// The listing with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Hidden),
            1 => Some(Self::Root),
            2 => Some(Self::Reply),
            _ => None,
        }
    }
}
