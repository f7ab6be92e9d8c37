//! Where a comment goes: its thread, the comment that it answers, and what it is there.

use super::{Error, Service};
use crate::domain::address::NetworkHash;
use crate::domain::author::Author;
use crate::domain::body::CommentBody;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::html::SafeHtml;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{Thread, ThreadKey};
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;
use crate::store::{self, Connection};

/// The thread of this key, made if nobody has written to it yet.
pub(super) fn find_thread(
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    key: &ThreadKey,
    now: Timestamp,
) -> Result<Thread, Error> {
    if let Some(thread) = store::threads::find(connection, site, key)? {
        return Ok(thread);
    }
    let id = ThreadId::from_number(service.randomness.id_number(now));
    store::threads::insert(connection, site, id, key, now)?;
    let thread = store::threads::find(connection, site, key)?;
    thread.ok_or_else(|| Error::Conflict("the thread was made by another at the same time".to_owned()))
}

/// The comment to be answered, which must be published in the thread.
pub(super) fn find_parent(
    connection: &mut Connection,
    site: SiteId,
    thread: &Thread,
    parent_id: Option<CommentId>,
) -> Result<Option<Comment>, Error> {
    let Some(parent_id) = parent_id else {
        return Ok(None);
    };
    let parent = store::comments::find(connection, site, parent_id)?;
    Ok(answerable(thread, Some(parent_id), parent)?)
}

/// The comment to be answered, as it was found, if it is published in the thread.
pub(super) fn answerable(
    thread: &Thread,
    wanted: Option<CommentId>,
    found: Option<Comment>,
) -> Result<Option<Comment>, Refusal> {
    if wanted.is_none() {
        return Ok(None);
    }
    let parent = found.filter(|parent| Some(parent.thread_id) == thread.id && parent.is_published());
    Ok(Some(parent.ok_or_else(|| Refusal::input("/parent_id", Rule::ParentNotFound))?))
}

/// Where a comment goes.
pub(super) struct Place {
    pub(super) thread_id: ThreadId,
    pub(super) parent: Option<Comment>,
}

/// What somebody wrote, and who it was.
pub(super) struct Written {
    pub(super) author: Author,
    pub(super) body: CommentBody,
    pub(super) html: SafeHtml,
    pub(super) network: Option<NetworkHash>,
    pub(super) holds: Vec<Hold>,
}

impl Place {
    /// A new comment in this place: it waits if there is a reason to, and is published otherwise.
    pub(super) fn comment(&self, service: &Service, written: Written, now: Timestamp) -> Comment {
        let Written { author, body, html, network, holds } = written;
        let status = if holds.is_empty() { Status::Published } else { Status::Pending };
        let parent = self.parent.as_ref();
        let floor = parent.map_or(0, |parent| parent.id.number());
        let id = CommentId::from_number(service.randomness.id_number_after(floor, now));
        Comment {
            id,
            thread_id: self.thread_id,
            parent_id: parent.map(|parent| parent.id),
            root_id: parent.map_or(id, |parent| parent.root_id),
            depth: parent.map_or(0, |parent| parent.depth.saturating_add(1)),
            author,
            body,
            html,
            status,
            listing: Listing::of(status, parent.is_none(), 0),
            created_at: now,
            edited_at: None,
            score: Score::default(),
            reply_count: 0,
            listed_reply_count: 0,
            descendant_count: 0,
            network,
            holds,
            report_count: 0,
            version: 1,
            erase_at: None,
        }
    }
}
