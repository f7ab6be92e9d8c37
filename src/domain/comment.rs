//! Comments.

use super::address::NetworkHash;
use super::author::Author;
use super::body::CommentBody;
use super::hold::Hold;
use super::html::SafeHtml;
use super::id::{CommentId, ThreadId};
use super::site::Policy;
use super::status::{Listing, Status};
use super::time::Timestamp;
use super::vote::Score;

/// A comment with its counters, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id; a later comment has a larger one.
    pub id: CommentId,
    /// The thread it belongs to.
    pub thread_id: ThreadId,
    /// The comment it answers; `None` for a root.
    pub parent_id: Option<CommentId>,
    /// The root it stands below; itself for a root.
    pub root_id: CommentId,
    /// How many comments there are between it and its thread, without a cap: 0 for a root.
    pub depth: u32,
    /// Who wrote it.
    pub author: Author,
    /// The text as written; empty once deleted.
    pub body: CommentBody,
    /// The text as it is shown; empty once deleted.
    pub html: SafeHtml,
    /// What state it is in.
    pub status: Status,
    /// The list in which readers meet it.
    pub listing: Listing,
    /// When it was posted.
    pub created_at: Timestamp,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// Its votes.
    pub score: Score,
    /// Published comments that answer it.
    pub reply_count: u32,
    /// Comments that answer it and are listed: the published ones, and tombstones that have listed replies themselves.
    pub listed_reply_count: u32,
    /// For a root, all published comments below it.
    pub descendant_count: u32,
    /// The network it was written from; unknown for old ones.
    pub network: Option<NetworkHash>,
    /// Why it waits for a moderator, or once did.
    pub holds: Vec<Hold>,
    /// Reports of readers that no decision has settled yet.
    pub report_count: u32,
    /// How often its text or state has changed, counted from 1: a moderator decides about the version they saw.
    pub version: u32,
    /// When its text is to be erased: some time after staff deleted it.
    pub erase_at: Option<Timestamp>,
}

impl Comment {
    /// Whether it answers no other comment.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.parent_id.is_none()
    }

    /// Whether readers may see its text.
    #[must_use]
    pub const fn is_published(&self) -> bool {
        matches!(self.status, Status::Published)
    }

    /// Whether nothing is left of what it said, so that no decision can bring it back: its writer deleted it, or staff did
    /// so long ago.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        matches!(self.status, Status::Deleted) && self.erase_at.is_none()
    }

    /// The depth at which it is shown: deeper replies stand at the cap.
    #[must_use]
    pub fn display_depth(&self, policy: Policy) -> u32 {
        self.depth.min(policy.max_depth)
    }

    /// Whether its writer can still change it at `now`.
    #[must_use]
    pub fn is_editable(&self, policy: Policy, now: Timestamp) -> bool {
        now <= self.created_at.plus_seconds(i64::from(policy.edit_window_seconds))
    }
}
