//! Changing and deleting one's own comment.

use std::sync::Arc;

use super::admission::Class;
use super::changes::Subject;
use super::posting::DraftText;
use super::screening::{self, Screened};
use super::{Client, Error, Service, guests, visibility};
use crate::domain::comment::Comment;
use crate::domain::id::CommentId;
use crate::domain::refusal::Refusal;
use crate::domain::revision::RevisionKind;
use crate::domain::site::{Policy, Site};
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

/// Changes the text of a comment. What was true of the first text is asked of the new one too: it may be refused, or wait
/// for a moderator. The old one is kept for staff.
///
/// # Errors
/// A refusal: there is no such comment, somebody else wrote it, the time for changes is over, the thread is closed, the
/// writer is banned, the condition isn't met, or the text breaks a rule. Else the store's trouble.
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
    let text = screening::read(service, &site, &text, None).await?;
    let _permit = service.admission.enter(Class::Write, site.id).await?;
    let network = service.hash_network(client.network)?;
    let (service_in, site_id) = (service.clone(), site.id);
    let work = move |connection: &mut Connection| {
        let now = service_in.clock.now();
        let current = hold_own(connection, &site, &client, id, precondition.as_ref(), now)?;
        screening::refuse_banned(connection, site.id, Some(current.comment.author.id), network, now)?;
        if current.thread.state_at(&site, now) == ThreadState::Closed {
            return Err(Refusal::ThreadClosed.into());
        }
        text.check(current.policy.body_limits())?;
        let comment = with_text(connection, &site, &current, &text, now)?;
        store::comments::update_text(connection, site.id, &comment)?;
        if comment.body != current.comment.body {
            let (kind, old) = (RevisionKind::Edited, &current.comment.body);
            screening::keep(connection, &service_in, site.id, id, kind, old)?;
        }
        text.keep_original(connection, &service_in, site.id, id)?;
        let thread = visibility::count_change(connection, site.id, &current.comment, &comment)?;
        Ok(Current { comment, thread, policy: current.policy })
    };
    let outcome = service.store.write(work).await;
    service.note(&outcome, |now| vec![Subject::Thread(now.comment.thread_id), Subject::Site(site_id)]);
    outcome
}

/// The comment with another text. One that must wait because of it joins those that do, and none stops waiting by it.
fn with_text(
    connection: &mut Connection,
    site: &Site,
    current: &Current,
    text: &Screened,
    now: Timestamp,
) -> Result<Comment, Error> {
    let before = &current.comment;
    let is_first = site.hold_first_comment && !store::comments::has_published(connection, site.id, before.author.id)?;
    let mut holds = text.holds(site, &current.thread, is_first);
    let status = if holds.is_empty() { before.status } else { Status::Pending };
    if !before.is_published() || holds.is_empty() {
        let new = holds.into_iter().filter(|hold| !before.holds.contains(hold));
        holds = before.holds.iter().cloned().chain(new).collect();
    }
    Ok(Comment {
        body: text.body.clone(),
        html: text.html.clone(),
        edited_at: Some(now),
        holds,
        version: before.version.saturating_add(1),
        ..visibility::with_status(before, status)
    })
}

/// Deletes a comment: what it said, now or before, is erased, and what readers reported of it; where published comments
/// answer it, its place stays.
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
    let _permit = service.admission.enter(Class::Write, site.id).await?;
    let (clock, site_id) = (service.clock.clone(), site.id);
    let work = move |connection: &mut Connection| {
        let current = hold_own(connection, &site, &client, id, precondition.as_ref(), clock.now())?;
        let deleted = Comment { report_count: 0, ..visibility::with_status(&current.comment, Status::Deleted) };
        store::comments::update_erased(connection, site.id, id, deleted.listing)?;
        visibility::count_change(connection, site.id, &current.comment, &deleted)?;
        Ok(deleted.thread_id)
    };
    let outcome = service.store.write(work).await;
    service.note(&outcome, |thread| vec![Subject::Thread(*thread), Subject::Site(site_id)]);
    outcome.map(drop)
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
