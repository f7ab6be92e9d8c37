//! Reading comments.

use std::sync::Arc;

use super::editing::Current;
use super::{Error, Service};
use crate::domain::comment::Comment;
use crate::domain::id::CommentId;
use crate::domain::page::{List, Page, Position, Sort};
use crate::domain::refusal::Refusal;
use crate::domain::site::{Policy, Site};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{Thread, ThreadKey};
use crate::domain::time::Timestamp;
use crate::store::{self, Connection};

/// What a reader asks of a thread.
#[derive(Debug, Clone)]
pub struct ThreadQuery {
    /// The thread.
    pub key: ThreadKey,
    /// The order of its roots.
    pub sort: Sort,
    /// The most roots.
    pub limit: u32,
    /// Where to go on.
    pub cursor: Option<String>,
    /// The most replies with each root.
    pub replies: u32,
}

/// A root with the first comments below it.
#[derive(Debug, Clone)]
pub struct RootWithReplies {
    /// The root.
    pub root: Comment,
    /// The first comments below it.
    pub replies: Page<Comment>,
}

/// A page of a thread.
#[derive(Debug, Clone)]
pub struct ThreadPage {
    /// The thread.
    pub thread: Thread,
    /// What applies in it.
    pub policy: Policy,
    /// The comment that stands above the others.
    pub pinned: Option<Comment>,
    /// The roots, each with its first replies.
    pub roots: Page<RootWithReplies>,
}

/// A page of the comments below a root.
#[derive(Debug, Clone)]
pub struct ReplyPage {
    /// The thread.
    pub thread: Thread,
    /// What applies in the thread.
    pub policy: Policy,
    /// The root.
    pub root: CommentId,
    /// The comments, oldest first.
    pub replies: Page<Comment>,
}

/// The most bytes of text and HTML that the replies on a page of roots have together. A page as readers write them is far
/// below it; one made of the longest texts that can be sent is not.
const MAX_REPLY_BYTES: usize = 1_048_576;

pub(super) fn position(site: &Site, list: List<'_>, cursor: Option<&str>) -> Result<Option<Position>, Refusal> {
    let read = |cursor| Position::from_cursor(cursor, site.id, list).ok_or(Refusal::InvalidCursor);
    cursor.map(read).transpose()
}

/// A page of the roots of a thread with their first replies. A thread that nobody has written to is empty, not absent.
///
/// # Errors
/// [`Refusal::InvalidCursor`], or the store's trouble.
pub async fn list(service: &Service, site: Arc<Site>, query: ThreadQuery) -> Result<ThreadPage, Error> {
    let list = List::Roots(&query.key, query.sort);
    let after = position(&site, list, query.cursor.as_deref())?;
    let now = service.clock.now();
    service.store.read(move |connection| list_in(connection, &site, &query, after, now)).await
}

fn list_in(
    connection: &mut Connection,
    site: &Site,
    query: &ThreadQuery,
    after: Option<Position>,
    now: Timestamp,
) -> Result<ThreadPage, Error> {
    let thread = store::threads::find(connection, site.id, &query.key)?;
    let thread = thread.unwrap_or_else(|| Thread::empty(site.id, query.key.clone())).at(site, now);
    let policy = thread.policy(site.policy);
    let Some(id) = thread.id else {
        return Ok(ThreadPage { thread, policy, pinned: None, roots: Page { items: Vec::new(), next: None } });
    };
    let pinned = find_pinned(connection, &thread)?;
    let roots = store::comments::list_roots(connection, site.id, id, query.sort, after, query.limit)?;
    let ids: Vec<CommentId> = roots.items.iter().map(|root| root.id).collect();
    let replies = store::comments::list_first_replies(connection, site.id, &ids, query.replies)?;
    let items = roots.items.into_iter().zip(replies).map(|(root, replies)| RootWithReplies { root, replies });
    let mut roots = Page { items: items.collect(), next: roots.next };
    cut_replies(&mut roots.items);
    Ok(ThreadPage { thread, policy, pinned, roots })
}

/// The pinned comment, while it is still published there.
fn find_pinned(connection: &mut Connection, thread: &Thread) -> Result<Option<Comment>, Error> {
    let Some(id) = thread.pinned_comment_id else {
        return Ok(None);
    };
    let comment = store::comments::find(connection, thread.site_id, id)?;
    Ok(comment.filter(|comment| comment.is_published() && Some(comment.thread_id) == thread.id))
}

/// Leaves out replies beyond what one answer may hold; their cursors lead to the rest.
fn cut_replies(roots: &mut [RootWithReplies]) {
    let mut room = MAX_REPLY_BYTES;
    for RootWithReplies { root, replies } in roots {
        let mut last = root.id;
        for at in 0..replies.items.len() {
            let Some(reply) = replies.items.get(at) else {
                break;
            };
            let size = reply.body.as_str().len() + reply.html.as_str().len();
            if size > room {
                replies.items.truncate(at);
                replies.next = Some(Position { rank: 0, id: last });
                break;
            }
            room -= size;
            last = reply.id;
        }
    }
}

/// What changes with every comment that is sent to a thread and isn't shown, since it waits or was taken for spam.
///
/// # Errors
/// The store's trouble.
pub async fn newest_hidden(service: &Service, thread: &Thread) -> Result<Option<CommentId>, Error> {
    let (site, Some(id)) = (thread.site_id, thread.id) else {
        return Ok(None);
    };
    service.store.read(move |connection| Ok(store::comments::find_newest_hidden(connection, site, id)?)).await
}

/// One comment that readers can see, or its tombstone.
///
/// # Errors
/// [`Refusal::CommentNotFound`], or the store's trouble.
pub async fn find(service: &Service, site: Arc<Site>, id: CommentId) -> Result<Current, Error> {
    let now = service.clock.now();
    service.store.read(move |connection| find_in(connection, &site, id, now)).await
}

pub(super) fn find_in(
    connection: &mut Connection,
    site: &Site,
    id: CommentId,
    now: Timestamp,
) -> Result<Current, Error> {
    let comment = store::comments::find(connection, site.id, id)?;
    let comment = comment.filter(|comment| comment.listing != Listing::Hidden).ok_or(Refusal::CommentNotFound)?;
    let thread = store::threads::find_by_id(connection, site.id, comment.thread_id)?;
    let thread = thread.ok_or_else(|| Error::Broken("a comment without thread".to_owned()))?.at(site, now);
    let policy = thread.policy(site.policy);
    Ok(Current { comment, thread, policy })
}

/// A page of the comments below a root, oldest first.
///
/// # Errors
/// [`Refusal::InvalidCursor`], [`Refusal::CommentNotFound`] for anything but a root that readers can see, or the store's
/// trouble.
pub async fn replies(
    service: &Service,
    site: Arc<Site>,
    root: CommentId,
    cursor: Option<String>,
    limit: u32,
) -> Result<ReplyPage, Error> {
    let after = position(&site, List::Replies(root), cursor.as_deref())?;
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let current = find_in(connection, &site, root, now)?;
        if !current.comment.is_root() {
            return Err(Refusal::CommentNotFound.into());
        }
        let replies = store::comments::list_replies(connection, site.id, root, after, limit)?;
        Ok(ReplyPage { thread: current.thread, policy: current.policy, root, replies })
    };
    service.store.read(work).await
}

/// The newest published comments of a site, each with its thread.
///
/// # Errors
/// The store's trouble.
pub async fn recent(service: &Service, site: Arc<Site>, limit: u32) -> Result<Vec<Current>, Error> {
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let comments = store::comments::list_recent(connection, site.id, limit)?;
        let ids: Vec<_> = comments.iter().map(|comment| comment.thread_id).collect();
        let threads = store::threads::list_by_id(connection, site.id, &ids)?;
        let current = |comment: Comment| {
            let thread = threads.iter().find(|thread| thread.id == Some(comment.thread_id)).cloned()?.at(&site, now);
            debug_assert_eq!(comment.status, Status::Published);
            let policy = thread.policy(site.policy);
            Some(Current { comment, thread, policy })
        };
        Ok(comments.into_iter().filter_map(current).collect())
    };
    service.store.read(work).await
}
