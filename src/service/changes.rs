//! When threads and sites were changed last, as far as this process changed them: what was made of them before is out of
//! date since.
//!
//! The numbers lie in a table of fixed size. Two subjects that share a place in it cost each other some work, no more.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Error, Service};
use crate::domain::id::{SiteId, ThreadId};
use crate::domain::site::Slug;
use crate::domain::thread::{Thread, ThreadKey};

/// How many places the table has: half a megabyte.
const PLACES: usize = 65_536;

/// A point in the order of all changes that this process made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// What can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject<'a> {
    /// A thread and what is in it.
    Thread(ThreadId),
    /// The thread that a key leads to.
    Key(SiteId, &'a ThreadKey),
    /// What is said on a site.
    Site(SiteId),
    /// The votes on a site.
    Votes(SiteId),
    /// The site of this name, and its settings.
    Settings(&'a Slug),
}

/// What an answer was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(Box<[usize]>);

#[derive(Debug)]
struct Table {
    hasher: RandomState,
    sequence: AtomicU64,
    /// The last change of everything at once.
    everything: AtomicU64,
    places: Box<[AtomicU64]>,
}

/// The changes of this process. Clones share them.
#[derive(Debug, Clone)]
pub struct Changes(Arc<Table>);

impl Default for Changes {
    fn default() -> Self {
        let places = std::iter::repeat_with(AtomicU64::default).take(PLACES).collect();
        let (sequence, everything) = (AtomicU64::default(), AtomicU64::default());
        Self(Arc::new(Table { hasher: RandomState::new(), sequence, everything, places }))
    }
}

impl Changes {
    /// Now: what is read from the store after this has every change that was noted before.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment(self.0.sequence.load(Ordering::SeqCst))
    }

    /// Notes that these were changed, after the change was written and before anybody is told of it.
    pub(super) fn note(&self, subjects: &[Subject<'_>]) {
        if subjects.is_empty() {
            return;
        }
        let at = self.next();
        for subject in subjects {
            if let Some(place) = self.0.places.get(self.place(*subject)) {
                place.fetch_max(at, Ordering::SeqCst);
            }
        }
    }

    /// Notes that anything may have been changed.
    pub(super) fn note_everything(&self) {
        let at = self.next();
        self.0.everything.fetch_max(at, Ordering::SeqCst);
    }

    fn next(&self) -> u64 {
        self.0.sequence.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn place(&self, subject: Subject<'_>) -> usize {
        let hash = self.0.hasher.hash_one(subject);
        usize::try_from(hash).unwrap_or(0) % PLACES
    }

    /// What was made of these.
    #[must_use]
    pub fn sources<'a>(&self, subjects: impl IntoIterator<Item = Subject<'a>>) -> Sources {
        let mut places: Vec<usize> = subjects.into_iter().map(|subject| self.place(subject)).collect();
        places.sort_unstable();
        places.dedup();
        Sources(places.into())
    }

    /// What was made of this thread, which may have been absent.
    #[must_use]
    pub fn sources_of_thread(&self, thread: &Thread) -> Sources {
        self.sources_of_threads(std::slice::from_ref(thread))
    }

    /// What was made of these threads.
    #[must_use]
    pub fn sources_of_threads(&self, threads: &[Thread]) -> Sources {
        let subjects = threads.iter().flat_map(|thread| {
            let key = Subject::Key(thread.site_id, &thread.key);
            std::iter::once(key).chain(thread.id.map(Subject::Thread))
        });
        self.sources(subjects)
    }

    /// Whether none of what something was made of was changed since.
    #[must_use]
    pub fn are_unchanged(&self, sources: &Sources, since: Moment) -> bool {
        let is_old = |last: &AtomicU64| last.load(Ordering::SeqCst) <= since.0;
        let mut places = sources.0.iter().filter_map(|place| self.0.places.get(*place));
        is_old(&self.0.everything) && places.all(is_old)
    }
}

impl Service {
    /// Notes what came of a change: what is otherwise now, by what the use case answers, or anything where nobody knows
    /// whether it was written.
    pub(super) fn note<'a, T>(&self, outcome: &'a Result<T, Error>, subjects: impl FnOnce(&'a T) -> Vec<Subject<'a>>) {
        match outcome {
            Ok(answer) => self.changes.note(&subjects(answer)),
            Err(Error::Refused(_) | Error::Busy(_) | Error::Conflict(_)) => {}
            Err(Error::InDoubt(_) | Error::Broken(_)) => self.changes.note_everything(),
        }
    }

    /// Notes that readers or staff may see anything otherwise from now on.
    pub(super) fn changed(&self) {
        self.changes.note_everything();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_before_a_change_is_out_of_date_and_what_was_made_after_it_is_not() {
        let changes = Changes::default();
        let (site, other) = (SiteId::from_number(1), SiteId::from_number(2));
        let key = ThreadKey::parse("/a").unwrap();
        let of_thread = changes.sources([Subject::Key(site, &key), Subject::Thread(ThreadId::from_number(1))]);
        let of_site = changes.sources([Subject::Site(other)]);
        let before = changes.now();
        assert!(changes.are_unchanged(&of_thread, before) && changes.are_unchanged(&of_site, before));
        changes.note(&[Subject::Key(site, &key)]);
        assert!(!changes.are_unchanged(&of_thread, before) && changes.are_unchanged(&of_thread, changes.now()));
        assert!(changes.are_unchanged(&of_site, before), "nothing on that site was changed");
        changes.note_everything();
        assert!(!changes.are_unchanged(&of_site, before) && changes.are_unchanged(&of_site, changes.now()));
    }
}
