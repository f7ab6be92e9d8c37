//! Who may go to the store now: so many at once for each class of work, the others in a short queue in which each site has
//! its turn. Who can't be served in time is told so at once.
//!
//! Staff and health checks don't queue here: a few connections are left to them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Error;
use crate::domain::id::SiteId;

/// How long one waits for a turn.
const PATIENCE: Duration = Duration::from_millis(800);
/// How many can wait for a turn at the work of one class.
const WAITING: usize = 512;
/// How many of them can be of one site.
const WAITING_OF_SITE: usize = WAITING / 2;
/// How many writes go to a store that has one writer: twice as many as share one commit, so that the next are ready when one
/// is done.
const WRITES_TO_ONE_WRITER: usize = 512;

/// A class of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An answer is read for everybody, or for one reader.
    Read,
    /// Somebody writes.
    Write,
}

impl Class {
    const EACH: [Self; 2] = [Self::Read, Self::Write];

    const fn index(self) -> usize {
        match self {
            Self::Read => 0,
            Self::Write => 1,
        }
    }
}

/// How many are let in at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    reads: usize,
    writes: usize,
    /// Reads and writes together.
    all: usize,
}

impl Limits {
    /// The limits for a store with so many connections, which reads and writes share unless there is one writer beside them.
    #[must_use]
    pub fn of_store(connections: usize, has_one_writer: bool) -> Self {
        let most = |left: usize| connections.saturating_sub(left).max(1);
        if has_one_writer {
            let (reads, writes) = (most(1), WRITES_TO_ONE_WRITER);
            return Self { reads, writes, all: reads + writes };
        }
        Self { reads: most(2), writes: most(2), all: most(1) }
    }

    const fn of(self, class: Class) -> usize {
        match class {
            Class::Read => self.reads,
            Class::Write => self.writes,
        }
    }
}

/// Those who wait, site by site.
#[derive(Debug, Default)]
struct Queue {
    /// The sites of which somebody waits, in the order of their turns.
    sites: VecDeque<SiteId>,
    waiting: HashMap<SiteId, VecDeque<oneshot::Sender<Permit>>>,
    length: usize,
}

impl Queue {
    fn of_site(&self, site: SiteId) -> usize {
        self.waiting.get(&site).map_or(0, VecDeque::len)
    }

    /// The site of which most wait, if it is more than one.
    fn longest(&mut self) -> Option<&mut VecDeque<oneshot::Sender<Permit>>> {
        self.waiting.values_mut().filter(|of_site| of_site.len() > 1).max_by_key(|of_site| of_site.len())
    }

    /// Whether one more of a site can wait. Of a site of which nobody waits yet one always can, as long as of another more
    /// than one do.
    fn has_place(&mut self, site: SiteId) -> bool {
        if self.length >= WAITING || self.of_site(site) >= WAITING_OF_SITE {
            // Those who went away, or lost their patience, take nobody's place.
            self.waiting.values_mut().for_each(|of_site| of_site.retain(|waiter| !waiter.is_closed()));
            self.length = self.waiting.values().map(VecDeque::len).sum();
        }
        let of_site = self.of_site(site);
        let is_any_free = self.length < WAITING || (of_site == 0 && self.longest().is_some());
        is_any_free && of_site < WAITING_OF_SITE
    }

    fn push(&mut self, site: SiteId, waiter: oneshot::Sender<Permit>) -> Result<(), Error> {
        if !self.has_place(site) {
            return Err(too_many());
        }
        if self.length >= WAITING && self.longest().and_then(VecDeque::pop_back).is_some() {
            self.length -= 1;
        }
        self.waiting.entry(site).or_default().push_back(waiter);
        self.length += 1;
        if !self.sites.contains(&site) {
            self.sites.push_back(site);
        }
        Ok(())
    }

    /// The next in turn: the one who has waited longest of the site that was served longest ago.
    fn pop(&mut self) -> Option<oneshot::Sender<Permit>> {
        loop {
            let site = self.sites.pop_front()?;
            let Some(of_site) = self.waiting.get_mut(&site) else {
                continue;
            };
            let next = of_site.pop_front();
            self.length -= usize::from(next.is_some());
            if of_site.is_empty() {
                self.waiting.remove(&site);
            } else {
                self.sites.push_back(site);
            }
            if let Some(next) = next.filter(|next| !next.is_closed()) {
                return Some(next);
            }
        }
    }
}

#[derive(Debug, Default)]
struct State {
    running: [usize; 2],
    queues: [Queue; 2],
    /// The class whose turn is next where both wait.
    next: usize,
}

/// The door before the store. Clones share it.
#[derive(Debug, Clone)]
pub struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    patience: Duration,
    state: Mutex<State>,
}

/// One who was let in, until this is dropped.
#[derive(Debug)]
pub struct Permit {
    admission: Admission,
    class: Class,
}

impl Admission {
    /// A door for a store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::with_patience(limits, PATIENCE)
    }

    fn with_patience(limits: Limits, patience: Duration) -> Self {
        Self(Arc::new(Shared { limits, patience, state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits to be let in.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait, or it takes too long.
    pub async fn enter(&self, class: Class, site: SiteId) -> Result<Permit, Error> {
        let (waiter, turn) = oneshot::channel();
        let granted = {
            let mut state = self.state();
            state.queue(class).push(site, waiter)?;
            self.grant(&mut state)
        };
        // Outside of the lock: what nobody takes comes back here.
        hand_over(granted);
        let turn = tokio::time::timeout(self.0.patience, turn).await;
        let turn = turn.map_err(|_elapsed| Error::Busy("waited too long for a turn at the store".to_owned()))?;
        turn.map_err(|_gone| too_many())
    }

    /// Refuses who would be refused by [`enter`](Self::enter) at once, before any work is done for them.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub fn check(&self, class: Class, site: SiteId) -> Result<(), Error> {
        if self.state().queue(class).has_place(site) { Ok(()) } else { Err(too_many()) }
    }

    fn has_room(&self, state: &State, class: Class) -> bool {
        let running = |class: Class| state.running.get(class.index()).copied().unwrap_or(0);
        let all: usize = Class::EACH.into_iter().map(running).sum();
        running(class) < self.0.limits.of(class) && all < self.0.limits.all
    }

    /// Gives turns to those who wait, as far as there is room.
    fn grant(&self, state: &mut State) -> Vec<(oneshot::Sender<Permit>, Permit)> {
        let mut granted = Vec::new();
        let mut idle = 0;
        while idle < Class::EACH.len() {
            let class = if state.next == 0 { Class::Read } else { Class::Write };
            state.next = 1 - state.next;
            let waiter = if self.has_room(state, class) { state.queue(class).pop() } else { None };
            let Some(waiter) = waiter else {
                idle += 1;
                continue;
            };
            idle = 0;
            if let Some(running) = state.running.get_mut(class.index()) {
                *running += 1;
            }
            granted.push((waiter, Permit { admission: self.clone(), class }));
        }
        granted
    }
}

impl State {
    fn queue(&mut self, class: Class) -> &mut Queue {
        let [reads, writes] = &mut self.queues;
        match class {
            Class::Read => reads,
            Class::Write => writes,
        }
    }
}

fn too_many() -> Error {
    Error::Busy("too many are waiting".to_owned())
}

/// Gives permits to those who waited for them. One that nobody takes any more is dropped, and goes to the next.
fn hand_over(granted: Vec<(oneshot::Sender<Permit>, Permit)>) {
    for (waiter, permit) in granted {
        drop(waiter.send(permit));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let granted = {
            let mut state = self.admission.state();
            if let Some(running) = state.running.get_mut(self.class.index()) {
                *running -= 1;
            }
            self.admission.grant(&mut state)
        };
        hand_over(granted);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn site(number: i64) -> SiteId {
        SiteId::from_number(number)
    }

    fn admission(reads: usize, writes: usize, all: usize) -> Admission {
        Admission::new(Limits { reads, writes, all })
    }

    #[tokio::test]
    async fn so_many_of_a_class_are_let_in_and_so_many_together() {
        let door = admission(2, 2, 3);
        let first = door.enter(Class::Read, site(1)).await.unwrap();
        let second = door.enter(Class::Read, site(1)).await.unwrap();
        let mut third = Box::pin(door.enter(Class::Read, site(1)));
        assert!(third.as_mut().now_or_never().is_none(), "two reads");
        let write = door.enter(Class::Write, site(1)).await.unwrap();
        let mut other = Box::pin(door.enter(Class::Write, site(1)));
        assert!(other.as_mut().now_or_never().is_none(), "three together");
        drop(first);
        let granted = [third.as_mut().now_or_never(), other.as_mut().now_or_never()];
        assert_eq!(granted.iter().flatten().count(), 1);
        drop((second, write, granted));
    }

    #[tokio::test]
    async fn each_site_has_its_turn() {
        let door = admission(1, 1, 2);
        let running = door.enter(Class::Read, site(1)).await.unwrap();
        let mut noisy: Vec<_> = (0..10).map(|_| Box::pin(door.enter(Class::Read, site(1)))).collect();
        assert!(noisy.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
        let mut quiet = Box::pin(door.enter(Class::Read, site(2)));
        assert!(quiet.as_mut().now_or_never().is_none());
        drop(running);
        let first = noisy.first_mut().unwrap().as_mut().now_or_never().unwrap().unwrap();
        drop(first);
        assert!(quiet.as_mut().now_or_never().unwrap().is_ok(), "the second turn is the other site's");
    }

    #[tokio::test]
    async fn who_went_away_takes_nobodys_turn() {
        let door = admission(1, 1, 2);
        let running = door.enter(Class::Read, site(1)).await.unwrap();
        let mut gone = Box::pin(door.enter(Class::Read, site(1)));
        let mut stays = Box::pin(door.enter(Class::Read, site(1)));
        assert!(gone.as_mut().now_or_never().is_none() && stays.as_mut().now_or_never().is_none());
        drop(gone);
        drop(running);
        let permit = stays.as_mut().now_or_never().unwrap().unwrap();
        drop(permit);
        assert_eq!(door.state().running, [0, 0]);
    }

    #[tokio::test]
    async fn who_has_waited_too_long_is_refused_and_takes_nobodys_place() {
        let door = Admission::with_patience(Limits { reads: 1, writes: 1, all: 2 }, Duration::ZERO);
        let running = door.enter(Class::Read, site(1)).await.unwrap();
        for _ in 0..=WAITING_OF_SITE {
            let refused = door.enter(Class::Read, site(1)).await.unwrap_err();
            assert!(matches!(refused, Error::Busy(reason) if reason.contains("too long")));
        }
        drop(running);
        assert!(door.enter(Class::Read, site(1)).await.is_ok());
    }

    #[tokio::test]
    async fn one_more_than_can_wait_is_refused_at_once() {
        let door = admission(1, 1, 2);
        let _running = door.enter(Class::Read, site(1)).await.unwrap();
        let mut waiting: Vec<_> = (0..WAITING_OF_SITE).map(|_| Box::pin(door.enter(Class::Read, site(1)))).collect();
        assert!(waiting.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
        assert!(matches!(door.enter(Class::Read, site(1)).now_or_never(), Some(Err(Error::Busy(_)))));
        assert!(matches!(door.check(Class::Read, site(1)), Err(Error::Busy(_))));
        assert!(door.check(Class::Read, site(2)).is_ok() && door.check(Class::Write, site(1)).is_ok());
        let mut quiet = Box::pin(door.enter(Class::Read, site(2)));
        assert!(quiet.as_mut().now_or_never().is_none(), "another site's can wait still");
    }

    #[tokio::test]
    async fn sites_that_fill_the_queue_make_room_for_one_of_which_nobody_waits() {
        let door = admission(1, 1, 2);
        let running = door.enter(Class::Read, site(1)).await.unwrap();
        let mut noisy: Vec<_> = (0..WAITING)
            .map(|number| {
                Box::pin(tokio::task::unconstrained(door.enter(Class::Read, site(1 + i64::from(number % 2 == 0)))))
            })
            .collect();
        assert!(noisy.iter_mut().all(|one| one.as_mut().now_or_never().is_none()), "the queue is full");
        assert!(door.check(Class::Read, site(3)).is_ok());
        let mut quiet = Box::pin(door.enter(Class::Read, site(3)));
        assert!(quiet.as_mut().now_or_never().is_none(), "it waits");
        assert_eq!(door.state().queues[0].length, WAITING);
        let refused = noisy.iter_mut().filter_map(|one| one.as_mut().now_or_never()).collect::<Vec<_>>();
        assert!(matches!(refused.as_slice(), [Err(Error::Busy(_))]), "the last of a site of which most wait");
        drop(running);
        let mut turns = noisy.iter_mut().filter_map(|one| one.as_mut().now_or_never().and_then(Result::ok));
        drop(turns.next());
    }

    #[test]
    fn a_connection_is_left_to_staff_and_health() {
        let cases = [
            (8, false, Limits { reads: 6, writes: 6, all: 7 }),
            (8, true, Limits { reads: 7, writes: 512, all: 519 }),
            (1, false, Limits { reads: 1, writes: 1, all: 1 }),
            (2, false, Limits { reads: 1, writes: 1, all: 1 }),
        ];
        for (connections, has_one_writer, limits) in cases {
            assert_eq!(Limits::of_store(connections, has_one_writer), limits);
        }
    }
}
