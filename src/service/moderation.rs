//! Deciding about comments.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{self, Case};
use super::reach::Reach;
use super::visibility::{self, Changed};
use super::{Error, Service};
use crate::domain::comment::Comment;
use crate::domain::decision::{Action, Effect, KEPT_DAYS, Reason};
use crate::domain::id::{CommentId, DecisionId, SiteId, ThreadId};
use crate::domain::log::{CommentChange, Entry, Event};
use crate::domain::note::Note;
use crate::domain::report::Outcome;
use crate::domain::staff::Actor;
use crate::domain::status::{Listing, Status};
use crate::domain::thread::PageFacts;
use crate::domain::time::{DAY_SECONDS, Timestamp};
use crate::store::queues::Changes;
use crate::store::selections::Filed;
use crate::store::{self, Connection};

/// A comment to be decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub id: CommentId,
    /// The version that was seen; `None` for whatever it is now.
    pub version: Option<u32>,
}

/// What is to become of some comments.
#[derive(Debug, Clone)]
pub struct Decide {
    /// What to do.
    pub action: Action,
    /// The comments, each once.
    pub targets: Vec<Target>,
    /// Why.
    pub reason: Option<Reason>,
    /// What is to be remembered about it.
    pub note: Option<Note>,
}

/// What came of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as was asked for, by this entry of the log if it wasn't before.
    Applied(Option<DecisionId>),
    /// It isn't the comment that was seen.
    Stale,
    /// The action doesn't lead from its status.
    NotPossible,
    /// Its text is gone.
    Erased,
}

/// What came of a comment, and what it is now.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What came of it.
    pub verdict: Verdict,
    /// The comment as it is now.
    pub case: Case,
}

/// Decides about comments, each by itself, all in one transaction. `None` stands for a comment that isn't there for `actor`.
///
/// # Errors
/// The store's trouble; then nothing was decided.
pub async fn decide(service: &Service, actor: Actor, decide: Decide) -> Result<Vec<Option<Decided>>, Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let deciding = Deciding {
            service: &service_in,
            actor: &actor,
            decide: &decide,
            verdicts: BTreeMap::new(),
            entries: Vec::new(),
            queues: Changes::default(),
        };
        deciding.run(connection)
    };
    let outcome = service.store.write(work).await;
    service.changed();
    outcome
}

struct Deciding<'a> {
    service: &'a Service,
    actor: &'a Actor,
    decide: &'a Decide,
    verdicts: BTreeMap<CommentId, Verdict>,
    entries: Vec<Entry>,
    queues: Changes,
}

/// The comments of a site that are to be decided about, and their threads.
#[derive(Default)]
struct Share {
    threads: BTreeSet<ThreadId>,
    comments: Vec<CommentId>,
}

/// The comments of a thread that get another status, and what they know of its page.
#[derive(Default)]
struct Batch {
    changed: Vec<Changed>,
    page: PageFacts,
}

/// What comes of a comment: nothing more to do, or another status.
enum Judged {
    Settled(Verdict),
    Becomes(Status),
}

impl Deciding<'_> {
    fn run(mut self, connection: &mut Connection) -> Result<Vec<Option<Decided>>, Error> {
        let reach = Reach::of(connection, self.actor)?;
        let ids: Vec<CommentId> = self.decide.targets.iter().map(|target| target.id).collect();
        let mut shares: BTreeMap<SiteId, Share> = BTreeMap::new();
        for filed in store::selections::list_by_id(connection, &reach.ids(), &ids)? {
            let share = shares.entry(filed.site_id).or_default();
            share.threads.insert(filed.comment.thread_id);
            share.comments.push(filed.comment.id);
        }
        for (site, share) in &shares {
            self.decide_share(connection, *site, share)?;
        }
        store::decisions::insert_all(connection, &self.entries)?;
        store::queues::update(connection, &self.queues)?;
        let cases = cases::find_all(connection, &reach, self.actor, &ids)?;
        let mut cases: BTreeMap<CommentId, Case> = cases.into_iter().map(|case| (case.comment.id, case)).collect();
        let mut decided = |id: &CommentId| Some(Decided { verdict: *self.verdicts.get(id)?, case: cases.remove(id)? });
        Ok(ids.iter().map(&mut decided).collect())
    }

    fn decide_share(&mut self, connection: &mut Connection, site: SiteId, share: &Share) -> Result<(), Error> {
        let now = self.service.clock.now();
        let threads: Vec<ThreadId> = share.threads.iter().copied().collect();
        store::threads::hold_all(connection, site, &threads)?;
        let (mut batches, mut settled) = (BTreeMap::<ThreadId, Batch>::new(), Vec::new());
        for Filed { comment, page, .. } in store::selections::hold(connection, site, &share.comments)? {
            if !share.threads.contains(&comment.thread_id) {
                return Err(Error::Conflict("a comment was moved to another thread".to_owned()));
            }
            let (id, judged) = (comment.id, self.judge(connection, site, &comment)?);
            let verdict = match judged {
                Judged::Settled(verdict) => verdict,
                Judged::Becomes(to) => {
                    let after = after(&comment, to, now);
                    let decision = self.note(site, &comment, &after, now);
                    if comment.report_count > 0 {
                        settled.push((id, decision));
                    }
                    visibility::note_queues(&mut self.queues, site, Some(&comment), &after);
                    let batch = batches.entry(comment.thread_id).or_default();
                    batch.page.url = batch.page.url.take().or(page.url);
                    batch.page.title = batch.page.title.take().or(page.title);
                    batch.changed.push(Changed { before: comment, after });
                    Verdict::Applied(Some(decision))
                }
            };
            self.verdicts.insert(id, verdict);
        }
        write(connection, site, &batches)?;
        let outcome = if self.decide.action.upholds_reports() { Outcome::Upheld } else { Outcome::Dismissed };
        Ok(store::reports::settle(connection, site, &settled, outcome)?)
    }

    fn judge(&self, connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<Judged, Error> {
        let target = self.decide.targets.iter().find(|target| target.id == comment.id);
        if let Some(seen) = target.and_then(|target| target.version).filter(|seen| *seen != comment.version) {
            let is_next = seen.checked_add(1) == Some(comment.version);
            let last = is_next.then(|| store::decisions::find_last(connection, site, comment.id)).transpose()?;
            let same = last.flatten().filter(|last| self.is_same(last, comment));
            let verdict = same.map_or(Verdict::Stale, |same| Verdict::Applied(Some(same.id)));
            return Ok(Judged::Settled(verdict));
        }
        Ok(match self.decide.action.on(comment) {
            Effect::Becomes(status) => Judged::Becomes(status),
            Effect::Stays => Judged::Settled(Verdict::Applied(None)),
            Effect::NotPossible => Judged::Settled(Verdict::NotPossible),
            Effect::Erased => Judged::Settled(Verdict::Erased),
        })
    }

    /// Whether an entry is this very decision, made before: its answer may have been lost.
    fn is_same(&self, entry: &Entry, comment: &Comment) -> bool {
        entry.event == Event::Decided(self.decide.action)
            && entry.staff.as_ref().is_some_and(|(staff, _)| *staff == self.actor.staff().id)
            && entry.change.is_some_and(|change| change.version == comment.version)
    }

    fn note(&mut self, site: SiteId, before: &Comment, after: &Comment, now: Timestamp) -> DecisionId {
        let event = Event::Decided(self.decide.action);
        let mut entry = entry(self.service, self.actor, site, event, (before, after), now);
        entry.reason = self.decide.reason;
        entry.note = self.decide.note.as_ref().map(|note| note.as_str().to_owned());
        let id = entry.id;
        self.entries.push(entry);
        id
    }
}

/// A comment as it is after a decision. What staff delete is kept for some time.
fn after(before: &Comment, to: Status, now: Timestamp) -> Comment {
    let erase_at = (to == Status::Deleted).then(|| now.plus_seconds(KEPT_DAYS * DAY_SECONDS));
    let version = before.version.saturating_add(1);
    Comment { version, report_count: 0, erase_at, ..visibility::with_status(before, to) }
}

/// Writes the comments of a site as they are after a decision, and counts them in their threads. All get the same status, so
/// few statements do.
fn write(connection: &mut Connection, site: SiteId, batches: &BTreeMap<ThreadId, Batch>) -> Result<(), Error> {
    let all = || batches.values().flat_map(|batch| &batch.changed).map(|changed| &changed.after);
    let Some(Comment { status, erase_at, .. }) = all().next() else {
        return Ok(());
    };
    for listing in [Listing::Hidden, Listing::Root, Listing::Reply] {
        let ids: Vec<CommentId> = all().filter(|after| after.listing == listing).map(|after| after.id).collect();
        if !ids.is_empty() {
            store::comments::update_decided(connection, site, &ids, *status, listing, *erase_at)?;
        }
    }
    for (thread, batch) in batches {
        visibility::count_changes(connection, site, *thread, &batch.changed, &batch.page)?;
    }
    Ok(())
}

/// A line of the log about a comment.
pub(super) fn entry(
    service: &Service,
    actor: &Actor,
    site: SiteId,
    event: Event,
    (before, after): (&Comment, &Comment),
    now: Timestamp,
) -> Entry {
    let staff = actor.staff();
    Entry {
        id: DecisionId::from_number(service.randomness.id_number(now)),
        site_id: Some(site),
        staff: Some((staff.id, staff.name.clone())),
        event,
        change: Some(CommentChange {
            comment_id: after.id,
            version: after.version,
            from: before.status,
            to: after.status,
        }),
        subject: None,
        reason: None,
        note: None,
        undoes_id: None,
        created_at: now,
    }
}
