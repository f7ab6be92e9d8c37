//! One comment in its conversation: what it answers, and what answers it.

use std::collections::HashSet;
use std::sync::Arc;

use super::comments::{find_in, position};
use super::{Error, Service};
use crate::domain::comment::Comment;
use crate::domain::id::CommentId;
use crate::domain::page::{List, MAX_LIMIT, Page, Position};
use crate::domain::refusal::Refusal;
use crate::domain::site::{Policy, Site};
use crate::domain::thread::{Thread, ThreadKey};
use crate::store::{self, Connection};

/// The most comments between a comment and its root that are shown with it.
const MAX_ANCESTORS: usize = 20;

/// A comment in its conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The thread.
    pub thread: Thread,
    /// What applies in it.
    pub policy: Policy,
    /// The root, then what stands between it and the comment, then the comment if it isn't the root itself.
    pub line: Vec<Comment>,
    /// Comments below the last of the line, oldest first; of a reply, those among the next hundred of its root.
    pub replies: Page<Comment>,
}

/// A comment of a thread in its conversation. A cursor goes on with the replies of a root.
///
/// # Errors
/// [`Refusal::CommentNotFound`] for one that readers can't see, or of another thread; [`Refusal::InvalidCursor`], also for
/// any cursor with a comment that isn't a root; or the store's trouble.
pub async fn find(
    service: &Service,
    site: Arc<Site>,
    key: ThreadKey,
    id: CommentId,
    cursor: Option<String>,
    limit: u32,
) -> Result<Conversation, Error> {
    let after = position(&site, List::Replies(id), cursor.as_deref())?;
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let current = find_in(connection, &site, id, now)?;
        if current.thread.key != key {
            return Err(Refusal::CommentNotFound.into());
        }
        let (thread, policy, comment) = (current.thread, current.policy, current.comment);
        if comment.is_root() {
            let replies = store::comments::list_replies(connection, site.id, id, after, limit)?;
            return Ok(Conversation { thread, policy, line: vec![comment], replies });
        }
        if after.is_some() {
            return Err(Refusal::InvalidCursor.into());
        }
        let replies = replies_of(connection, &site, &comment)?;
        let line = line_to(connection, &site, comment)?;
        Ok::<_, Error>(Conversation { thread, policy, line, replies })
    };
    service.store.read(work).await
}

/// The root, the nearest comments that lead to this one, and this one.
fn line_to(connection: &mut Connection, site: &Site, comment: Comment) -> Result<Vec<Comment>, Error> {
    let root_id = comment.root_id;
    let (mut line, mut next) = (Vec::new(), comment.parent_id);
    line.push(comment);
    while let Some(id) = next.filter(|id| *id != root_id && line.len() <= MAX_ANCESTORS) {
        let found = store::comments::find(connection, site.id, id)?.ok_or(Refusal::CommentNotFound)?;
        next = found.parent_id;
        line.push(found);
    }
    line.push(store::comments::find(connection, site.id, root_id)?.ok_or(Refusal::CommentNotFound)?);
    line.reverse();
    Ok(line)
}

/// What answers a reply, and what answers that. An answer is always younger than what it answers.
fn replies_of(connection: &mut Connection, site: &Site, comment: &Comment) -> Result<Page<Comment>, Error> {
    let after = Some(Position { rank: 0, id: comment.id });
    let younger = store::comments::list_replies(connection, site.id, comment.root_id, after, MAX_LIMIT)?;
    let mut known: HashSet<CommentId> = HashSet::from([comment.id]);
    let mut items = Vec::new();
    for reply in younger.items {
        if reply.parent_id.is_some_and(|parent| known.contains(&parent)) {
            known.insert(reply.id);
            items.push(reply);
        }
    }
    Ok(Page { items, next: None })
}
