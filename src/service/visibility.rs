//! What readers see: the one place where comments appear and disappear, and all counters with them.
//!
//! Each change holds its thread first, so that changes of one thread happen one after another.

use super::Error;
use crate::domain::comment::Comment;
use crate::domain::id::SiteId;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::Thread;
use crate::store::comments::Change;
use crate::store::{self, Connection};

/// Counts a published comment with those that it answers and stands below.
///
/// The thread must be held. A parent that is no longer published refuses the comment.
pub(super) fn count_published(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let Some(parent_id) = comment.parent_id else {
        return Ok(());
    };
    let below_root = i32::from(parent_id == comment.root_id);
    let change = Change { replies: 1, listed_replies: 1, descendants: below_root };
    let parent = store::comments::update_counters(connection, site, parent_id, change)?;
    if !parent.is_published() {
        return Err(Refusal::input("/parent_id", Rule::ParentNotFound).into());
    }
    if parent_id != comment.root_id {
        let change = Change { descendants: 1, ..Change::default() };
        store::comments::update_counters(connection, site, comment.root_id, change)?;
    }
    Ok(())
}

/// Takes a comment that was published, and has been written back with another status, out of all counters.
///
/// The thread must be held, and `comment` be as the store has it now, with its new status and listing.
pub(super) fn count_withdrawn(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<Thread, Error> {
    if let Some(parent_id) = comment.parent_id {
        let unlisted = i32::from(comment.listing == Listing::Hidden);
        let below_root = i32::from(parent_id == comment.root_id);
        let change = Change { replies: -1, listed_replies: -unlisted, descendants: -below_root };
        let parent = store::comments::update_counters(connection, site, parent_id, change)?;
        if parent_id != comment.root_id {
            let change = Change { descendants: -1, ..Change::default() };
            store::comments::update_counters(connection, site, comment.root_id, change)?;
        }
        hide_bare_tombstones(connection, site, parent)?;
    }
    Ok(store::threads::update_withdrawn(connection, site, comment.thread_id, comment.is_root())?)
}

/// Hides a tombstone that nothing listed stands below any more, and then the one that it answered, and so on up. Each
/// tombstone is hidden once in its life, so the walk costs no more than the deletions that came before it.
fn hide_bare_tombstones(connection: &mut Connection, site: SiteId, mut comment: Comment) -> Result<(), Error> {
    loop {
        let listing = Listing::of(comment.status, comment.is_root(), comment.listed_reply_count);
        if listing == comment.listing {
            return Ok(());
        }
        store::comments::update_listing(connection, site, comment.id, listing)?;
        let Some(parent_id) = comment.parent_id else {
            return Ok(());
        };
        let change = Change { listed_replies: -1, ..Change::default() };
        comment = store::comments::update_counters(connection, site, parent_id, change)?;
    }
}

/// Gives a comment another status, and the listing that goes with it.
pub(super) fn with_status(comment: &Comment, status: Status) -> Comment {
    let listing = Listing::of(status, comment.is_root(), comment.listed_reply_count);
    Comment { status, listing, ..comment.clone() }
}
