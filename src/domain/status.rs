//! What state a comment is in, and whether lists show it.

/// The state of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for a moderator; readers don't see it.
    Pending,
    /// Readers see it.
    Published,
    /// Taken back by its writer; a tombstone where published comments answer it.
    Deleted,
}

impl Status {
    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Published => 1,
            Self::Deleted => 2,
        }
    }

    /// The status with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Pending),
            1 => Some(Self::Published),
            2 => Some(Self::Deleted),
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
