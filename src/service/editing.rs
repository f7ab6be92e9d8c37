//! Changing and deleting one's own comment.

use std::sync::Arc;

use super::error::body_refused;
use super::posting::{DraftText, read_text};
use super::{Client, Error, Service, guests, visibility};
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::id::CommentId;
use crate::domain::refusal::Refusal;
use crate::domain::site::{Moderation, Policy, Site};
use crate::domain::status::Status;
use crate::domain::thread::{Thread, ThreadState};
use crate::domain::time::Timestamp;
use crate::store::{self, Connection};

/// A comment as it is, its thread, and what applies to it.
#[derive(Debug, Clone)]
pub struct Current {
    /// The comment.
    pub comment: Comment,
    /// The thread.
    pub thread: Thread,
    /// What applies.
    pub policy: Policy,
}

/// A condition that the client set on the state of the comment (`If-Match`).
pub type Precondition = Box<dyn Fn(&Current) -> bool + Send>;

/// Changes the text of a comment. Where moderators look first, it waits for them again.
///
/// # Errors
/// A refusal: there is no such comment, somebody else wrote it, the time for changes is over, the thread is closed, the
/// condition isn't met, or the text breaks a rule. Else the store's trouble.
pub async fn edit(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    id: CommentId,
    text: DraftText,
    precondition: Option<Precondition>,
) -> Result<Current, Error> {
    if client.token.is_none() {
        return Err(Refusal::TokenRequired.into());
    }
    let (body, html) = read_text(&text, site.policy)?;
    let clock = service.clock.clone();
    let work = move |connection: &mut Connection| {
        let now = clock.now();
        let current = hold_own(connection, &site, &client, id, precondition.as_ref(), now)?;
        if current.thread.state == ThreadState::Closed {
            return Err(Refusal::ThreadClosed.into());
        }
        body.check(current.policy.body_limits()).map_err(body_refused)?;
        let status = match current.policy.moderation {
            Moderation::Pre => Status::Pending,
            Moderation::Post => current.comment.status,
        };
        let mut comment = visibility::with_status(&current.comment, status);
        comment.body = body.clone();
        comment.html = html.clone();
        comment.edited_at = Some(now);
        if status == Status::Pending && current.comment.is_published() {
            comment.holds = vec![Hold::Site];
        }
        comment.version = comment.version.saturating_add(1);
        store::comments::update_text(connection, site.id, &comment)?;
        let thread = visibility::count_change(connection, site.id, &current.comment, &comment)?;
        Ok(Current { comment, thread, policy: current.policy })
    };
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

/// Deletes a comment: what it said is erased; where published comments answer it, its place stays.
///
/// # Errors
/// A refusal: there is no such comment, somebody else wrote it, the time for changes is over, or the condition isn't met.
/// Else the store's trouble.
pub async fn delete(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    id: CommentId,
    precondition: Option<Precondition>,
) -> Result<(), Error> {
    let clock = service.clock.clone();
    let work = move |connection: &mut Connection| {
        let current = hold_own(connection, &site, &client, id, precondition.as_ref(), clock.now())?;
        let mut deleted = visibility::with_status(&current.comment, Status::Deleted);
        deleted.report_count = 0;
        store::comments::update_erased(connection, site.id, id, deleted.listing)?;
        visibility::count_change(connection, site.id, &current.comment, &deleted)?;
        Ok(())
    };
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

/// Holds the thread of the client's own comment, and returns both as they are now.
fn hold_own(
    connection: &mut Connection,
    site: &Site,
    client: &Client,
    id: CommentId,
    precondition: Option<&Precondition>,
    now: Timestamp,
) -> Result<Current, Error> {
    let author = guests::recognise(connection, site.id, client.token.as_ref())?;
    let find = |connection: &mut Connection| {
        let comment = store::comments::find(connection, site.id, id)?;
        let comment = comment.filter(|comment| match comment.status {
            Status::Published => true,
            Status::Pending => comment.author.id == author,
            Status::Deleted | Status::Rejected | Status::Spam => false,
        });
        Ok::<_, Error>(comment.ok_or(Refusal::CommentNotFound)?)
    };
    let thread_id = find(connection)?.thread_id;
    let thread = store::threads::hold(connection, site.id, thread_id)?;
    let moved = || Error::Conflict("the thread was merged into another".to_owned());
    let thread = thread.ok_or_else(moved)?.at(site, now);
    let comment = find(connection)?;
    let policy = thread.policy(site.policy);
    if comment.author.id != author {
        return Err(Refusal::NotYourComment.into());
    }
    if !comment.is_editable(policy, now) {
        return Err(Refusal::EditWindowClosed { edit_window_seconds: policy.edit_window_seconds }.into());
    }
    let current = Current { comment, thread, policy };
    if precondition.is_some_and(|is_met| !is_met(&current)) {
        return Err(Refusal::PreconditionFailed.into());
    }
    Ok(current)
}
