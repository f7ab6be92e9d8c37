//! Earlier texts of comments, which only staff see.

use super::id::{CommentId, RevisionId};
use super::site::named;
use super::time::Timestamp;

/// Why a text is an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionKind {
    /// Its writer changed it.
    Edited,
    /// A rule hid a part of it, so that readers were never shown this.
    Censored,
}

named!(RevisionKind { Edited = "edited", Censored = "censored" });

/// An earlier text of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// The comment.
    pub comment_id: CommentId,
    /// Why it is an earlier one.
    pub kind: RevisionKind,
    /// The text.
    pub body: String,
    /// When another one took its place.
    pub created_at: Timestamp,
}
