//! The counters of a thread, counted anew from its comments: what the kept counters must equal.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::id::CommentId;
use super::status::{Listing, Status};
use super::time::Timestamp;
use super::vote::Score;

/// What counting needs to know of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its id, larger than its parent's.
    pub id: CommentId,
    /// The comment it answers.
    pub parent_id: Option<CommentId>,
    /// The root it stands below; itself for a root.
    pub root_id: CommentId,
    /// Its state.
    pub status: Status,
    /// When it was posted.
    pub created_at: Timestamp,
    /// The counters kept with it.
    pub counters: Counters,
}

/// The counters kept with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// The list in which readers meet it.
    pub listing: Listing,
    /// Published direct replies.
    pub reply_count: u32,
    /// Listed direct replies.
    pub listed_reply_count: u32,
    /// Published comments below it, if it is a root; else 0.
    pub descendant_count: u32,
    /// Its votes.
    pub score: Score,
}

/// The counters kept with a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThreadCounters {
    /// Published comments.
    pub comment_count: u32,
    /// Published roots.
    pub root_count: u32,
    /// When the newest published comment was posted.
    pub last_comment_at: Option<Timestamp>,
}

/// Counts a thread: its own counters, and those of each comment that differ from the ones kept with it.
///
/// `nodes` are all comments of the thread in ascending order of id; `scores` the votes on those that have any.
#[must_use]
pub fn recount<S: BuildHasher>(
    nodes: &[Node],
    scores: &HashMap<CommentId, Score, S>,
) -> (ThreadCounters, Vec<(CommentId, Counters)>) {
    #[derive(Default)]
    struct Below {
        published_replies: u32,
        listed_replies: u32,
        published_descendants: u32,
    }
    let mut thread = ThreadCounters::default();
    let mut below: HashMap<CommentId, Below> = HashMap::new();
    let mut wrong = Vec::new();
    // Children have larger ids than their parents, so going backwards a comment's replies have been seen before it.
    for node in nodes.iter().rev() {
        let own = below.remove(&node.id).unwrap_or_default();
        let is_root = node.parent_id.is_none();
        let counters = Counters {
            listing: Listing::of(node.status, is_root, own.listed_replies),
            reply_count: own.published_replies,
            listed_reply_count: own.listed_replies,
            descendant_count: own.published_descendants,
            score: scores.get(&node.id).copied().unwrap_or_default(),
        };
        if counters != node.counters {
            wrong.push((node.id, counters));
        }
        let published = u32::from(node.status == Status::Published);
        thread.comment_count += published;
        thread.root_count += if is_root { published } else { 0 };
        if published == 1 {
            thread.last_comment_at = thread.last_comment_at.max(Some(node.created_at));
        }
        if let Some(parent_id) = node.parent_id {
            let parent = below.entry(parent_id).or_default();
            parent.published_replies += published;
            parent.listed_replies += u32::from(counters.listing != Listing::Hidden);
            below.entry(node.root_id).or_default().published_descendants += published;
        }
    }
    wrong.reverse();
    (thread, wrong)
}
