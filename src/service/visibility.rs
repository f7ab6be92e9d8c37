//! What readers see: the one place where comments appear and disappear, and all counters with them.
//!
//! Each change holds its thread first, so that changes of one thread happen one after another.

use std::collections::BTreeMap;

use super::Error;
use crate::domain::comment::Comment;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::queue::Queue;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{PageFacts, Thread};
use crate::store::comments::Change;
use crate::store::queues::Changes;
use crate::store::threads::ThreadChange;
use crate::store::{self, Connection};

/// Counts a published comment with those that it answers and stands below.
///
/// The thread must be held. A parent that is no longer published refuses the comment.
pub(super) fn count_published(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let [parent, root] = changes_above(comment);
    if let Some((id, change)) = parent {
        let parent = store::comments::update_counters(connection, site, id, change)?;
        if !parent.is_published() {
            return Err(Refusal::input("/parent_id", Rule::ParentNotFound).into());
        }
    }
    if let Some((id, change)) = root {
        store::comments::update_counters(connection, site, id, change)?;
    }
    Ok(())
}

/// What a comment that is new and published changes about the one that it answers, and about the root above that.
pub(super) fn changes_above(comment: &Comment) -> [Option<(CommentId, Change)>; 2] {
    let parent = comment.parent_id.map(|id| {
        let below_root = i32::from(id == comment.root_id);
        (id, Change { replies: 1, listed_replies: 1, descendants: below_root })
    });
    let root = comment.parent_id.filter(|id| *id != comment.root_id);
    [parent, root.map(|_below| (comment.root_id, Change { descendants: 1, ..Change::default() }))]
}

/// A comment as the store had it before, and as the store has it now.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) before: Comment,
    pub(super) after: Comment,
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
    let thread = after.thread_id;
    let is_being_published = !before.is_published() && after.is_published();
    let page = is_being_published.then(|| store::comments::find_page(connection, site, after.id)).transpose()?;
    let changed = Changed { before: before.clone(), after: after.clone() };
    let counted = count_changes(connection, site, thread, &[changed], &page.unwrap_or_default())?;
    count_queues(connection, site, Some(before), after)?;
    let found = || store::threads::find_by_id(connection, site, thread);
    let thread = counted.map_or_else(found, |thread| Ok(Some(thread)))?;
    thread.ok_or_else(|| Error::Broken("a comment without thread".to_owned()))
}

/// Brings the counters of a thread, and of the comments in it, in line with those that have got another status or listing.
/// Returns the thread if its own counters changed. The queues are left to the caller.
///
/// The thread must be held. `page` is what is known of it from comments that are published now.
pub(super) fn count_changes(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    changed: &[Changed],
    page: &PageFacts,
) -> Result<Option<Thread>, Error> {
    let step = |was: bool, is: bool| i32::from(is) - i32::from(was);
    let mut above: BTreeMap<CommentId, Change> = BTreeMap::new();
    let (mut own, mut withdrawn, mut newest) = (ThreadChange::default(), false, None);
    for Changed { before, after } in changed {
        let published = step(before.is_published(), after.is_published());
        let listed = step(before.listing != Listing::Hidden, after.listing != Listing::Hidden);
        if let Some(parent_id) = after.parent_id.filter(|_| published != 0 || listed != 0) {
            let parent = above.entry(parent_id).or_default();
            parent.replies += published;
            parent.listed_replies += listed;
            above.entry(after.root_id).or_default().descendants += published;
        }
        own.comments += published;
        own.roots += if after.is_root() { published } else { 0 };
        withdrawn |= published < 0;
        if published > 0 {
            newest = newest.max(Some(after.created_at));
        }
    }
    count_above(connection, site, above)?;
    match newest {
        _ if withdrawn => Ok(Some(store::threads::update_withdrawn(connection, site, thread, own)?)),
        Some(newest) => Ok(Some(store::threads::update_published(connection, site, thread, own, newest, page)?)),
        None => Ok(None),
    }
}

/// Changes the counters of comments. Their tombstones appear or disappear, as the listed comments that answer them demand,
/// and with them perhaps those of the comments which they answer themselves, and so on up to the root.
fn count_above(
    connection: &mut Connection,
    site: SiteId,
    mut changes: BTreeMap<CommentId, Change>,
) -> Result<(), Error> {
    // A comment has a smaller id than those that answer it, so going backwards its change is complete when its turn comes.
    while let Some((id, change)) = changes.pop_last() {
        let comment = store::comments::update_counters(connection, site, id, change)?;
        let listing = Listing::of(comment.status, comment.is_root(), comment.listed_reply_count);
        if listing == comment.listing {
            continue;
        }
        store::comments::update_listing(connection, site, id, listing)?;
        if let Some(parent_id) = comment.parent_id {
            changes.entry(parent_id).or_default().listed_replies += if listing == Listing::Hidden { -1 } else { 1 };
        }
    }
    Ok(())
}

/// Brings the lengths of the queues in line with a comment that is new or has changed.
pub(super) fn count_queues(
    connection: &mut Connection,
    site: SiteId,
    before: Option<&Comment>,
    after: &Comment,
) -> Result<(), Error> {
    let mut changes = Changes::default();
    note_queues(&mut changes, site, before, after);
    Ok(store::queues::update(connection, &changes)?)
}

/// Notes how the lengths of the queues change with a comment that is new or has changed.
pub(super) fn note_queues(changes: &mut Changes, site: SiteId, before: Option<&Comment>, after: &Comment) {
    let reported = |comment: &Comment| (comment.report_count > 0).then_some(Queue::Reported);
    let pairs = [
        (before.and_then(|before| Queue::of(before.status)), Queue::of(after.status)),
        (before.and_then(reported), reported(after)),
    ];
    for (left, entered) in pairs.into_iter().filter(|(left, entered)| left != entered) {
        for (queue, change) in [(left, -1), (entered, 1)] {
            if let Some(queue) = queue {
                changes.add(site, queue, after.id, change);
            }
        }
    }
}

/// Gives a comment another status, and the listing that goes with it.
pub(super) fn with_status(comment: &Comment, status: Status) -> Comment {
    let listing = Listing::of(status, comment.is_root(), comment.listed_reply_count);
    Comment { status, listing, ..comment.clone() }
}
