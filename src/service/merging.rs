//! Merging a thread into another, when a page moved to where comments are already.

use super::Error;
use crate::domain::id::{SiteId, ThreadId};
use crate::domain::refusal::Refusal;
use crate::domain::tally::ThreadCounters;
use crate::domain::thread::Thread;
use crate::store::{self, Connection};

/// The most comments that are moved at once.
pub const MAX_COMMENTS: u64 = 10_000;

/// Moves the comments of one thread to another with the votes on them, and the pin where the other has none; the emptied
/// thread is no more. Replies stay where they are below their roots.
///
/// # Errors
/// [`Refusal::ThreadTooLarge`]; [`Error::Conflict`] when one of the threads was moved itself meanwhile; or the store's
/// trouble.
pub(super) fn merge(
    connection: &mut Connection,
    site: SiteId,
    from: ThreadId,
    into: ThreadId,
) -> Result<Thread, Error> {
    let (source, target) = hold_both(connection, site, from, into)?;
    let comments = store::merging::count_comments(connection, site, from, MAX_COMMENTS + 1)?;
    if comments > MAX_COMMENTS {
        return Err(Refusal::ThreadTooLarge { max: MAX_COMMENTS }.into());
    }
    store::merging::update_thread(connection, site, from, into)?;
    store::merging::delete_thread(connection, site, from)?;
    let merged = Thread {
        url: target.url.or(source.url),
        title: target.title.or(source.title),
        pinned_comment_id: target.pinned_comment_id.or(source.pinned_comment_id),
        comment_count: target.comment_count.saturating_add(source.comment_count),
        root_count: target.root_count.saturating_add(source.root_count),
        last_comment_at: target.last_comment_at.max(source.last_comment_at),
        ..target
    };
    let counters = ThreadCounters {
        comment_count: merged.comment_count,
        root_count: merged.root_count,
        last_comment_at: merged.last_comment_at,
    };
    store::threads::update_counters(connection, site, into, counters)?;
    store::threads::update_settings(connection, site, into, &merged)?;
    Ok(merged)
}

/// Holds two threads, always in the order of their ids, so that who merges them the other way round doesn't stand in the
/// way.
fn hold_both(
    connection: &mut Connection,
    site: SiteId,
    from: ThreadId,
    into: ThreadId,
) -> Result<(Thread, Thread), Error> {
    let mut hold = |id| {
        let thread = store::threads::hold(connection, site, id)?;
        thread.ok_or_else(|| Error::Conflict("the thread was merged into another".to_owned()))
    };
    if from < into {
        let source = hold(from)?;
        Ok((source, hold(into)?))
    } else {
        let target = hold(into)?;
        Ok((hold(from)?, target))
    }
}
