//! Trying a rule on what was written already.
//!
//! Anybody who may read can do so, with a pattern of their own: one trial at a time, for a short time, and only as long as
//! somebody waits for the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::cases::{self, Case};
use super::reach::{self, Reach};
use super::rules::find_in;
use super::turns::{Turn, Turns, apart};
use super::{Error, Service};
use crate::clock::Clock;
use crate::domain::comment::Comment;
use crate::domain::id::{CommentId, RuleId};
use crate::domain::refusal::Refusal;
use crate::domain::rule::{Pattern, Rule, RuleAction, RuleKind};
use crate::domain::screening::RuleSet;
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::domain::text;
use crate::store::{self, Connection};

/// How many comments a rule is tried on.
pub const TESTED_COMMENTS: u32 = 1_000;
/// How many of those that match are shown.
pub const SHOWN_MATCHES: usize = 50;
/// How long comments are looked at.
const TIME: Duration = Duration::from_secs(2);
/// How long one waits while somebody else tries a rule.
const WAIT: Duration = Duration::from_secs(3);
/// How many comments are read at once while a rule is tried.
const BATCH: usize = 100;

/// The turns at trials: one at a time.
pub(super) fn turns() -> Turns {
    Turns::new("trying a rule", 1, WAIT)
}

/// What is to be tried.
#[derive(Debug, Clone)]
pub enum Trial {
    /// A pattern that may become a rule, as it came.
    Pattern(RuleKind, String),
    /// A rule that is there, switched on or not.
    Rule(RuleId),
}

/// Parts of a text, in code points.
pub type Ranges = Vec<(usize, usize)>;
/// A comment that matches, and where its text does: nowhere if only the name matches.
pub type MatchedCase = (Case, Ranges);

/// What a rule would have matched.
#[derive(Debug, Clone, Default)]
pub struct TrialResult {
    /// How many comments were looked at: the newest.
    pub tested: usize,
    /// Whether that is all there are, up to [`TESTED_COMMENTS`]; else the time was over.
    pub is_complete: bool,
    /// How many of them match.
    pub matched: usize,
    /// The newest of those.
    pub shown: Vec<MatchedCase>,
    /// Where the text matches that was sent along.
    pub text_ranges: Option<Ranges>,
}

/// What a trial goes by while it runs.
#[derive(Debug)]
struct Run {
    clock: Clock,
    ends: Duration,
    is_left: AtomicBool,
    _turn: Turn,
}

impl Run {
    fn begin(clock: Clock, turn: Turn) -> Self {
        let ends = clock.uptime().saturating_add(TIME);
        Self { clock, ends, is_left: AtomicBool::new(false), _turn: turn }
    }

    /// Whether there is time left, and somebody who waits.
    fn goes_on(&self) -> bool {
        !self.is_left.load(Ordering::Relaxed) && self.clock.uptime() < self.ends
    }
}

/// Whoever waits for a trial: when they leave, it ends.
struct Waiting(Arc<Run>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.is_left.store(true, Ordering::Relaxed);
    }
}

/// Tries a rule on the newest comments of a site that say anything, and on a text. Nothing is changed.
///
/// # Errors
/// A refusal: there is no such site or rule, or the pattern can't be used. [`Error::Busy`] if others try rules. Else the
/// store's trouble.
pub async fn test(
    service: &Service,
    actor: Actor,
    slug: Slug,
    trial: Trial,
    sample: Option<String>,
) -> Result<TrialResult, Error> {
    let (actor_in, trial_in) = (actor.clone(), trial.clone());
    let work = move |connection: &mut Connection| {
        let site = reach::find_site(connection, &actor_in, &slug)?;
        let rule = known_rule(connection, &actor_in, &site, &trial_in)?;
        Ok::<_, Error>((site, rule))
    };
    let (site, known) = service.store.read(work).await?;
    let turn = service.trials.take().await?;
    let run = Arc::new(Run::begin(service.clock.clone(), turn));
    let _waiting = Waiting(Arc::clone(&run));
    let prepared = in_turn(&run, move || prepare(known, trial, sample.as_deref())).await?;
    let (rules, text_ranges) = prepared?;
    let (result, shown) = search_newest(service, &site, &run, rules).await?;
    let shown = service.store.read(move |connection| open(connection, &actor, shown)).await?;
    Ok(TrialResult { shown, text_ranges, ..result })
}

/// Does a part of a trial, which has its turn until that is done, whether or not anybody waits.
async fn in_turn<T: Send + 'static>(run: &Arc<Run>, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let run = Arc::clone(run);
    let work = move || {
        let done = work();
        drop(run);
        done
    };
    apart(work).await
}

/// The rule that is to be tried on a site, if it is there already.
fn known_rule(connection: &mut Connection, actor: &Actor, site: &Site, trial: &Trial) -> Result<Option<Rule>, Error> {
    let Trial::Rule(id) = trial else { return Ok(None) };
    let found = Some(find_in(connection, actor, *id)?.record).filter(|found| found.site_id == site.id);
    Ok(Some(found.ok_or(Refusal::RuleNotFound)?.rule))
}

/// Makes the rule ready, and tries it on the text that was sent along.
fn prepare(known: Option<Rule>, trial: Trial, sample: Option<&str>) -> Result<(Arc<RuleSet>, Option<Ranges>), Refusal> {
    let (id, kind, pattern) = match (known, trial) {
        (Some(rule), _) => (rule.id, rule.kind, rule.pattern),
        // What the rule is called makes no difference.
        (None, Trial::Pattern(kind, text)) => {
            let pattern = Pattern::parse(kind, &text).map_err(|error| Refusal::input("/pattern", error.into()))?;
            (RuleId::from_number(1), kind, pattern)
        }
        (None, Trial::Rule(_)) => return Err(Refusal::RuleNotFound),
    };
    // Whatever is to be done: what is hidden is looked for everywhere.
    let rules = Arc::new(RuleSet::compile(vec![Rule { id, kind, pattern, action: RuleAction::Censor }]));
    let ranges = sample.map(|sample| places(&rules, &text::normalise(sample)).unwrap_or_default());
    Ok((rules, ranges))
}

/// The comments that match, each with where its text does.
type Matched = Vec<(CommentId, Ranges)>;

/// Tries the rule on the newest comments, while the trial goes on. Gives what was found without the cases to be shown, and
/// which those are.
async fn search_newest(
    service: &Service,
    site: &Site,
    run: &Arc<Run>,
    rules: Arc<RuleSet>,
) -> Result<(TrialResult, Matched), Error> {
    let site = site.id;
    let list = move |connection: &mut Connection| store::comments::list_newest_ids(connection, site, TESTED_COMMENTS);
    let ids = service.store.read(list).await?;
    let mut result = TrialResult { is_complete: true, ..TrialResult::default() };
    let mut shown = Matched::new();
    for chunk in ids.chunks(BATCH) {
        let (rules, chunk, run_in) = (Arc::clone(&rules), chunk.to_vec(), Arc::clone(run));
        let comments =
            service.store.read(move |connection| store::comments::list_by_id(connection, site, &chunk)).await?;
        let given = comments.len();
        let (tested, matched) = in_turn(run, move || search(&rules, &comments, &run_in)).await?;
        result.tested += tested;
        result.matched += matched.len();
        shown.extend(matched.into_iter().take(SHOWN_MATCHES.saturating_sub(shown.len())));
        if tested < given {
            result.is_complete = false;
            break;
        }
    }
    Ok((result, shown))
}

/// The cases of those comments.
fn open(connection: &mut Connection, actor: &Actor, shown: Matched) -> Result<Vec<MatchedCase>, Error> {
    let reach = Reach::of(connection, actor)?;
    let ids: Vec<CommentId> = shown.iter().map(|(id, _)| *id).collect();
    let mut cases = cases::find_all(connection, &reach, actor, &ids)?;
    let mut open = |(id, ranges): (CommentId, Ranges)| {
        let at = cases.iter().position(|case| case.comment.id == id)?;
        Some((cases.swap_remove(at), ranges))
    };
    Ok(shown.into_iter().filter_map(&mut open).collect())
}

/// Where a text matches, in code points; `None` if it doesn't.
fn places(rules: &RuleSet, text: &str) -> Option<Ranges> {
    let found = rules.screen(text).matches.pop()?;
    Some(text::code_points(text, &found.ranges))
}

/// How many of the comments were looked at while the trial went on, and those of them that match by text or name.
fn search(rules: &RuleSet, comments: &[Comment], run: &Run) -> (usize, Matched) {
    let mut matched = Vec::new();
    let tested = look_at(comments, run, |comment| match places(rules, comment.body.as_str()) {
        Some(ranges) => matched.push((comment.id, ranges)),
        None if places(rules, comment.author.name.as_str()).is_some() => matched.push((comment.id, Vec::new())),
        None => {}
    });
    (tested, matched)
}

/// Looks at one after another while the trial goes on, and says at how many.
fn look_at<T>(all: &[T], run: &Run, look: impl FnMut(&T)) -> usize {
    all.iter().take_while(|_| run.goes_on()).map(look).count()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;

    use super::*;
    use crate::domain::time::Timestamp;

    fn clock() -> Clock {
        Clock::manual(Timestamp::from_milliseconds(1_000))
    }

    #[tokio::test]
    async fn a_trial_ends_when_its_time_is_over() {
        let clock = clock();
        let run = Run::begin(clock.clone(), turns().take().await.unwrap());
        assert_eq!(look_at(&[0; 10], &run, |_| clock.advance_seconds(1)), 2);
        assert_eq!(look_at(&[0; 10], &run, |_| ()), 0);
    }

    #[tokio::test]
    async fn a_trial_ends_when_nobody_waits_for_it() {
        let run = Arc::new(Run::begin(clock(), turns().take().await.unwrap()));
        let mut waiting = Some(Waiting(Arc::clone(&run)));
        let leave_at_third = |number: &i32| drop(waiting.take_if(|_| *number == 3));
        assert_eq!(look_at(&[1, 2, 3, 4, 5], &run, leave_at_third), 3);
    }

    #[tokio::test]
    async fn one_trial_runs_at_a_time_until_its_work_is_done() {
        let turns = turns();
        let run = Arc::new(Run::begin(clock(), turns.take().await.unwrap()));
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, told) = mpsc::channel::<()>();
        let work = {
            let run = Arc::clone(&run);
            tokio::spawn(async move {
                let work = move || {
                    begun.send(()).unwrap();
                    told.recv().unwrap_err();
                };
                in_turn(&run, work).await
            })
        };
        begins.await.unwrap();
        // Whoever waited has left, the work goes on.
        work.abort();
        assert!(work.await.unwrap_err().is_cancelled());
        drop(run);
        assert!(turns.take().now_or_never().is_none());
        drop(go_on);
        assert!(turns.take().await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_too_long_for_a_turn_is_told_that_others_are_busy() {
        let turns = Turns::new("work", 1, Duration::ZERO);
        let _turn = turns.take().await.unwrap();
        assert!(matches!(turns.take().await, Err(Error::Busy(_))));
    }
}
