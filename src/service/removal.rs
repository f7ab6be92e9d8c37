//! Turning down many comments at once, each by a decision of its own that can be undone.

use super::{Error, Service, visibility};
use crate::domain::comment::Comment;
use crate::domain::decision::Action;
use crate::domain::id::{CommentId, DecisionId, SiteId};
use crate::domain::log::{CommentChange, Entry, Event};
use crate::domain::report::Outcome;
use crate::domain::staff::Staff;
use crate::domain::status::Status;
use crate::store::{self, Connection};

/// How many comments are turned down in one transaction, so that others can write in between.
const AT_ONCE: usize = 100;

/// Rejects those of these comments that are published or wait; how many that were.
///
/// # Errors
/// The store's trouble; what was rejected before it stays so.
pub(super) async fn reject_all(
    service: &Service,
    site: SiteId,
    staff: &Staff,
    comments: &[CommentId],
    note: &str,
) -> Result<u32, Error> {
    let mut rejected = 0;
    for chunk in comments.chunks(AT_ONCE) {
        let (chunk, service_in) = (chunk.to_vec(), service.clone());
        let (staff, note) = (staff.clone(), note.to_owned());
        let work = move |connection: &mut Connection| {
            hold_threads(connection, site, &chunk)?;
            let mut count = 0;
            for id in &chunk {
                // Read one by one: the comment before may have answered this one, and changed its counters.
                let comment = store::comments::find(connection, site, *id)?;
                let standing = |comment: &Comment| matches!(comment.status, Status::Pending | Status::Published);
                if let Some(comment) = comment.filter(standing) {
                    reject(connection, &service_in, site, &staff, &comment, &note)?;
                    count += 1;
                }
            }
            Ok::<u32, Error>(count)
        };
        rejected += service.store.write(work).await?;
        service.changed();
    }
    Ok(rejected)
}

/// Holds the threads of these comments, always in the same order, so that nobody who does the same gets in the way.
fn hold_threads(connection: &mut Connection, site: SiteId, ids: &[CommentId]) -> Result<(), Error> {
    let mut threads = Vec::new();
    for id in ids {
        threads.extend(store::comments::find(connection, site, *id)?.map(|comment| comment.thread_id));
    }
    threads.sort_unstable();
    threads.dedup();
    for thread in threads {
        store::threads::hold(connection, site, thread)?;
    }
    Ok(())
}

fn reject(
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    staff: &Staff,
    comment: &Comment,
    note: &str,
) -> Result<(), Error> {
    let now = service.clock.now();
    let after = Comment {
        report_count: 0,
        version: comment.version.saturating_add(1),
        ..visibility::with_status(comment, Status::Rejected)
    };
    store::comments::update_state(connection, site, &after)?;
    visibility::count_change(connection, site, comment, &after)?;
    let id = DecisionId::from_number(service.randomness.id_number(now));
    if comment.report_count > 0 {
        store::reports::settle(connection, site, &[(comment.id, id)], Outcome::Upheld)?;
    }
    let entry = Entry {
        id,
        site_id: Some(site),
        staff: Some((staff.id, staff.name.clone())),
        event: Event::Decided(Action::Reject),
        change: Some(CommentChange {
            comment_id: comment.id,
            version: after.version,
            from: comment.status,
            to: after.status,
        }),
        subject: None,
        reason: None,
        note: Some(note.to_owned()),
        undoes_id: None,
        created_at: now,
    };
    Ok(store::decisions::insert(connection, &entry)?)
}
