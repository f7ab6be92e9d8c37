//! Taking a decision about a comment back.

use super::cases::{self, Case};
use super::decisions::{self, Decision};
use super::moderation::entry;
use super::reach::Reach;
use super::{Error, Service, visibility};
use crate::domain::access::Permission;
use crate::domain::comment::Comment;
use crate::domain::decision::KEPT_DAYS;
use crate::domain::id::{CommentId, DecisionId, SiteId};
use crate::domain::log::{CommentChange, Event};
use crate::domain::note::Note;
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::domain::status::Status;
use crate::domain::time::DAY_SECONDS;
use crate::store::{self, Connection};

/// What came of undoing a decision.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The comment as it is now.
    pub case: Case,
    /// The new entry of the log.
    pub decision: Decision,
}

/// Gives a comment the status back that it had before a decision, and opens the reports again that the decision settled.
///
/// # Errors
/// [`Refusal::DecisionNotFound`]; [`Refusal::NotUndoable`] for what isn't a decision about a comment, or an undoing itself;
/// [`Refusal::AlreadyUndone`]; [`Refusal::DecisionSuperseded`] when the comment has changed since then; or the store's
/// trouble.
pub async fn undo(service: &Service, actor: Actor, id: DecisionId, note: Option<Note>) -> Result<Undone, Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| run(connection, &service_in, &actor, id, note.as_ref());
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

fn run(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    id: DecisionId,
    note: Option<&Note>,
) -> Result<Undone, Error> {
    let reach = Reach::of(connection, actor)?;
    let found = store::decisions::find(connection, id)?.ok_or(Refusal::DecisionNotFound)?;
    let site = found.site_id.filter(|site| reach.find(*site).is_some());
    if site.is_none() && !actor.may(Permission::Administer) {
        return Err(Refusal::DecisionNotFound.into());
    }
    let (Some(site), Some(change), Event::Decided(_) | Event::Held) = (site, found.change, found.event) else {
        return Err(Refusal::NotUndoable.into());
    };
    let before = hold(connection, site, change.comment_id)?;
    if !store::decisions::list_undone(connection, &[id])?.is_empty() {
        return Err(Refusal::AlreadyUndone.into());
    }
    if before.version != change.version || before.is_erased() {
        return Err(Refusal::DecisionSuperseded.into());
    }
    let reopened = store::reports::reopen(connection, site, before.id, id)?;
    let after = before_decision(service, &before, change, reopened);
    store::comments::update_state(connection, site, &after)?;
    let mut undoing = entry(service, actor, site, Event::Undone, (&before, &after), service.clock.now());
    undoing.undoes_id = Some(id);
    undoing.note = note.map(|note| note.as_str().to_owned());
    store::decisions::insert(connection, &undoing)?;
    visibility::count_change(connection, site, &before, &after)?;
    let case = cases::find_all(connection, &reach, actor, &[before.id])?.into_iter().next();
    let decision = decisions::describe(connection, &reach, vec![undoing])?.into_iter().next();
    let undone = case.zip(decision).map(|(case, decision)| Undone { case, decision });
    undone.ok_or_else(|| Error::Broken("a comment that is gone".to_owned()))
}

/// Holds a comment and its thread, and returns the comment as it is now.
fn hold(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<Comment, Error> {
    let thread = store::comments::find(connection, site, id)?.map(|comment| comment.thread_id);
    let thread = thread.ok_or(Refusal::DecisionSuperseded)?;
    store::threads::hold(connection, site, thread)?;
    let comment = store::comments::hold(connection, site, id)?.ok_or(Refusal::DecisionSuperseded)?;
    if comment.thread_id == thread {
        Ok(comment)
    } else {
        Err(Error::Conflict("a comment was moved to another thread".to_owned()))
    }
}

/// The comment as it is when the decision is undone. One that is deleted again has all its time again.
fn before_decision(service: &Service, comment: &Comment, change: CommentChange, reopened: u32) -> Comment {
    let erase_at = service.clock.now().plus_seconds(KEPT_DAYS * DAY_SECONDS);
    Comment {
        version: comment.version.saturating_add(1),
        report_count: comment.report_count.saturating_add(reopened),
        erase_at: (change.from == Status::Deleted).then_some(erase_at),
        ..visibility::with_status(comment, change.from)
    }
}
