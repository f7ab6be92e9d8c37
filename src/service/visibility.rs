//! What readers see: the one place where comments appear and disappear, and all counters with them.
//!
//! Each change holds its thread first, so that changes of one thread happen one after another.

use super::Error;
use crate::domain::comment::Comment;
use crate::domain::id::SiteId;
use crate::domain::queue::Queue;
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

/// Brings all counters in line with a comment that has got another status: those of its thread, of the comments above it,
/// and of the queues.
///
/// The thread must be held. `before` and `after` are the comment as the store had it and has it now.
pub(super) fn count_change(
    connection: &mut Connection,
    site: SiteId,
    before: &Comment,
    after: &Comment,
) -> Result<Thread, Error> {
    let step = |was: bool, is: bool| i32::from(is) - i32::from(was);
    let published = step(before.is_published(), after.is_published());
    let listed = step(before.listing != Listing::Hidden, after.listing != Listing::Hidden);
    count_queues(connection, site, Some(before), after)?;
    if let Some(parent_id) = after.parent_id.filter(|_| published != 0 || listed != 0) {
        let below_root = if parent_id == after.root_id { published } else { 0 };
        let change = Change { replies: published, listed_replies: listed, descendants: below_root };
        let parent = store::comments::update_counters(connection, site, parent_id, change)?;
        if parent_id != after.root_id && published != 0 {
            let change = Change { descendants: published, ..Change::default() };
            store::comments::update_counters(connection, site, after.root_id, change)?;
        }
        settle_listing(connection, site, parent)?;
    }
    let (thread, is_root) = (after.thread_id, after.is_root());
    match published {
        1 => {
            let page = store::comments::find_page(connection, site, after.id)?;
            Ok(store::threads::update_published(connection, site, thread, is_root, after.created_at, &page)?)
        }
        -1 => Ok(store::threads::update_withdrawn(connection, site, thread, is_root)?),
        _ => {
            let thread = store::threads::find_by_id(connection, site, thread)?;
            thread.ok_or_else(|| Error::Broken("a comment without thread".to_owned()))
        }
    }
}

/// Brings the lengths of the queues in line with a comment that is new or has changed.
pub(super) fn count_queues(
    connection: &mut Connection,
    site: SiteId,
    before: Option<&Comment>,
    after: &Comment,
) -> Result<(), Error> {
    let reported = |comment: &Comment| (comment.report_count > 0).then_some(Queue::Reported);
    let pairs = [
        (before.and_then(|before| Queue::of(before.status)), Queue::of(after.status)),
        (before.and_then(reported), reported(after)),
    ];
    for (left, entered) in pairs.into_iter().filter(|(left, entered)| left != entered) {
        for (queue, change) in [(left, -1), (entered, 1)] {
            if let Some(queue) = queue {
                store::queues::update(connection, site, queue, after.id, change)?;
            }
        }
    }
    Ok(())
}

/// Shows or hides the tombstone of a comment, as the listed comments that answer it demand, and then that of the comment
/// which it answers itself, and so on up to the first whose listing stays.
fn settle_listing(connection: &mut Connection, site: SiteId, mut comment: Comment) -> Result<(), Error> {
    loop {
        let listing = Listing::of(comment.status, comment.is_root(), comment.listed_reply_count);
        if listing == comment.listing {
            return Ok(());
        }
        store::comments::update_listing(connection, site, comment.id, listing)?;
        let Some(parent_id) = comment.parent_id else {
            return Ok(());
        };
        let listed_replies = if listing == Listing::Hidden { -1 } else { 1 };
        let change = Change { listed_replies, ..Change::default() };
        comment = store::comments::update_counters(connection, site, parent_id, change)?;
    }
}

/// Gives a comment another status, and the listing that goes with it.
pub(super) fn with_status(comment: &Comment, status: Status) -> Comment {
    let listing = Listing::of(status, comment.is_root(), comment.listed_reply_count);
    Comment { status, listing, ..comment.clone() }
}
