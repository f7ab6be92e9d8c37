//! Quotas: what is counted, and where a client stands.

use sha2::{Digest, Sha256};

use super::folding::skeleton;
use super::id::StaffId;

/// What a client does, as far as quotas tell apart. Each action has a quota of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading.
    Read,
    /// Posting a comment.
    Post,
    /// Changing or deleting a comment.
    Edit,
    /// Voting.
    Vote,
    /// Becoming a new guest: limited apart from the write that needs it, so that votes can't be minted.
    Guest,
    /// Reporting a comment.
    Report,
    /// Seeing beforehand what a text will look like.
    Preview,
    /// What staff do, whatever it is.
    Staff,
    /// Trying to sign in.
    SignIn,
}

impl Action {
    /// Every action.
    pub const EACH: [Self; 9] = [
        Self::Read,
        Self::Post,
        Self::Edit,
        Self::Vote,
        Self::Guest,
        Self::Report,
        Self::Preview,
        Self::Staff,
        Self::SignIn,
    ];

    /// The name of its quota in settings and in the `RateLimit` headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Post => "post",
            Self::Edit => "edit",
            Self::Vote => "vote",
            Self::Guest => "guest",
            Self::Report => "report",
            Self::Preview => "preview",
            Self::Staff => "staff",
            Self::SignIn => "sign_in",
        }
    }
}

/// An account, as far as quotas tell them apart: a hash of what its name looks like, so that it takes as much memory for a
/// name that somebody made up as for any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountKey([u8; 16]);

impl AccountKey {
    /// The key of the account with this name, whether there is one or not.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self::hashed(skeleton(name).as_bytes())
    }

    /// The key of what somebody does who has signed in: nobody else can use it up.
    #[must_use]
    pub fn of_staff(id: StaffId) -> Self {
        Self::hashed(&id.number().to_be_bytes())
    }

    fn hashed(bytes: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        Self(hash.first_chunk().copied().unwrap_or_default())
    }
}

/// Where a client stands with one quota, after the request that asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which quota.
    pub action: Action,
    /// How many requests a full quota holds.
    pub requests: u32,
    /// In how many seconds an empty quota is full again.
    pub window_seconds: u32,
    /// How many requests are left now.
    pub remaining: u32,
    /// In how many seconds there will be one more, rounded up; 0 when the quota is full.
    pub reset_seconds: u32,
}
