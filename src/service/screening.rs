//! Holding what guests write against bans, the names of staff, the rules of the site, and what else makes a comment wait.
//!
//! What takes long, reading and rendering a text and searching it for rules, is done before the transaction. Must not know
//! what becomes of a comment that is held.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::error::body_refused;
use super::posting::DraftText;
use super::turns::{Turns, apart};
use super::{Error, Service};
use crate::domain::address::NetworkHash;
use crate::domain::author::DisplayName;
use crate::domain::ban;
use crate::domain::body::{BodyError, BodyLimits, CommentBody};
use crate::domain::folding::skeletons_of_alikes;
use crate::domain::hold::Hold;
use crate::domain::html::{SafeHtml, Shown, TextFormat, TooNested};
use crate::domain::id::{AuthorId, CommentId, RevisionId, SiteId};
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::revision::{Revision, RevisionKind};
use crate::domain::rule::{RuleAction, RuleKind};
use crate::domain::screening::{Match, RuleSet, Screening, censor, links};
use crate::domain::site::{LARGEST_MAX_CHARACTERS, Moderation, Policy, Site};
use crate::domain::thread::{PageFacts, Thread};
use crate::domain::time::Timestamp;
use crate::store::{self, Connection};

/// How long a rule set is kept that nobody needs.
const KEPT_IDLE: Duration = Duration::from_mins(10);
/// The most rules in all sets that are kept, where a regular expression counts as [`WEIGHT_OF_REGEX`].
const MOST_RULES_KEPT: u64 = 50_000;
/// What a regular expression weighs: some 100 KB of tables, where a word has a few hundred bytes.
const WEIGHT_OF_REGEX: u32 = 50;
/// How long a writer waits while others make rule sets, or have their texts screened.
const PATIENCE: Duration = Duration::from_secs(3);

/// The rules of sites that were written to lately, ready to be searched for. What was made of the rules of one version is
/// never used for another.
#[derive(Debug, Clone)]
pub(super) struct RuleSets {
    made: Cache<(SiteId, i64), (Arc<RuleSet>, u32)>,
    /// To make one takes up to a second: this is done one after another.
    turns: Turns,
}

impl Default for RuleSets {
    fn default() -> Self {
        let made = Cache::builder()
            .max_capacity(MOST_RULES_KEPT)
            .weigher(|_, (_, weight): &(Arc<RuleSet>, u32)| *weight)
            .time_to_idle(KEPT_IDLE)
            .build();
        Self { made, turns: Turns::new("making rules ready", 1, PATIENCE) }
    }
}

/// The rules of a site; `None` for one that never had any.
async fn rule_set(service: &Service, site: &Site) -> Result<Option<Arc<RuleSet>>, Error> {
    if site.rules_version == 0 {
        return Ok(None);
    }
    let (sets, key) = (&service.rule_sets, (site.id, site.rules_version));
    let known = || sets.made.get(&key).map(|(set, _)| set);
    if let Some(set) = known() {
        return Ok(Some(set));
    }
    let _turn = sets.turns.take().await?;
    if let Some(set) = known() {
        return Ok(Some(set));
    }
    let id = site.id;
    // The site may be known here from before its rules were changed.
    let work = move |connection: &mut Connection| {
        let version = store::sites::list_by_id(connection, &[id])?.pop().map(|site| site.rules_version);
        Ok::<_, Error>((version.ok_or(Refusal::SiteNotFound)?, store::rules::list_enabled(connection, id)?))
    };
    let (version, mut rules) = service.store.read(work).await?;
    // A screening lists the first that match: the strictest ones must be among them.
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.action));
    let weights = rules.iter().map(|rule| if rule.kind == RuleKind::Regex { WEIGHT_OF_REGEX } else { 1 });
    let weight = weights.sum::<u32>().saturating_add(1);
    let set = Arc::new(apart(move || RuleSet::compile(rules)).await?);
    sets.made.insert((id, version), (Arc::clone(&set), weight));
    Ok(Some(set))
}

/// The turns at screening: a text that is slow to search never keeps more than its core from readers, nor others from
/// their turn for long.
pub(super) fn turns() -> Turns {
    Turns::each_core("screening", PATIENCE)
}

/// A text that was read, screened and rendered, as far as that doesn't depend on who wrote it where.
pub(super) struct Screened {
    /// The text as readers may see it.
    pub(super) body: CommentBody,
    /// The same as HTML.
    pub(super) html: SafeHtml,
    /// The name of its writer as readers may see it, if it was screened too.
    pub(super) name: Option<DisplayName>,
    /// The skeletons of the names for which it passes.
    pub(super) alikes: Vec<String>,
    /// The text as it was typed, if a rule hides a part of it.
    pub(super) original: Option<CommentBody>,
    /// The member that a rule refuses.
    refused: Option<&'static str>,
    /// Why it must wait, whoever wrote it.
    holds: Vec<Hold>,
}

/// Normalises, checks, screens and renders a text, and screens the name that goes with it: this costs more than all the
/// rest, and so is not done while others wait to write.
pub(super) async fn read(
    service: &Service,
    site: &Site,
    text: &DraftText,
    name: Option<&DisplayName>,
) -> Result<Screened, Error> {
    let (body, name) = (read_body(text, site.policy)?, name.cloned());
    let (format, max_links) = (site.policy.text_format, site.max_links);
    let screened = match rule_set(service, site).await? {
        Some(rules) => {
            let turn = service.screenings.take().await?;
            let work = move || {
                let screened = screen(Some(&rules), body, name, format, max_links);
                drop(turn);
                screened
            };
            apart(work).await?
        }
        None => screen(None, body, name, format, max_links),
    };
    screened.map_err(body_refused)
}

/// What a guest says about a page, without a title that any rule matches: who writes first gives it, and it is shown far
/// from the comment.
pub(super) async fn read_page(service: &Service, site: &Site, page: PageFacts) -> Result<PageFacts, Error> {
    let (Some(title), Some(rules)) = (page.title.clone(), rule_set(service, site).await?) else {
        return Ok(page);
    };
    let screening = apart(move || rules.screen(title.as_str())).await?;
    Ok(PageFacts { title: page.title.filter(|_| screening.rule_count == 0), ..page })
}

/// Normalises, checks and renders a text of somebody whom no rule is for.
pub(super) fn read_unscreened(text: &DraftText, policy: Policy) -> Result<(CommentBody, SafeHtml), Error> {
    let body = read_body(text, policy)?;
    let html = SafeHtml::render(&body, policy.text_format).map_err(body_refused)?;
    Ok((body, html))
}

fn read_body(text: &DraftText, policy: Policy) -> Result<CommentBody, Error> {
    let widest = BodyLimits { min_characters: 1, max_characters: LARGEST_MAX_CHARACTERS };
    let own = |error: BodyError| body_refused(error.under(policy.body_limits()));
    CommentBody::parse(&text.0, widest).map_err(own)
}

/// Searches a text for rules as it was typed and as readers get to see it: markup can hide a word from either. What is to
/// be hidden is hidden in the text as it was typed. Where readers would see it all the same, the text must wait.
fn screen(
    rules: Option<&RuleSet>,
    body: CommentBody,
    name: Option<DisplayName>,
    format: TextFormat,
    max_links: Option<u32>,
) -> Result<Screened, TooNested> {
    let find = |text: &str| rules.map(|rules| rules.screen(text)).unwrap_or_default();
    let find_shown = |shown: &Shown, typed: &CommentBody| {
        if shown.is_as_typed(typed.as_str()) { Screening::default() } else { find(&shown.text) }
    };
    let of_name = name.as_ref().map(|name| find(name.as_str())).unwrap_or_default();
    let alikes = name.as_ref().map(|name| skeletons_of_alikes(name.as_str())).unwrap_or_default();
    let name = name.map(|name| match of_name.censored.as_slice() {
        [] => name,
        censored => DisplayName::from_stored(censor(name.as_str(), censored)),
    });
    let mut html = SafeHtml::render(&body, format)?;
    let shown = html.shown();
    let has_many_links = max_links.is_some_and(|max| has_more_links(&body, &shown, max));
    let (of_body, mut of_shown) = (find(body.as_str()), vec![find_shown(&shown, &body)]);
    let (mut body, mut original) = (body, None);
    if !of_body.censored.is_empty() {
        let masked = CommentBody::from_stored(censor(body.as_str(), &of_body.censored));
        html = SafeHtml::render(&masked, format)?;
        of_shown.push(find_shown(&html.shown(), &masked));
        original = Some(mem::replace(&mut body, masked));
    }
    let is_refused = |screening: &Screening| screening.action == Some(RuleAction::Reject);
    let is_body_refused = is_refused(&of_body) || of_shown.iter().any(is_refused);
    let refused = if is_body_refused { Some("/body") } else { is_refused(&of_name).then_some("/author/name") };
    let still_shown = of_shown.last().into_iter().flat_map(|screening| with_action(screening, RuleAction::Censor));
    let held = [&of_body, &of_name].into_iter().chain(&of_shown);
    let held = held.flat_map(|screening| with_action(screening, RuleAction::Hold));
    let mut holds = holds_of(held.chain(still_shown));
    holds.extend(has_many_links.then_some(Hold::Links));
    Ok(Screened { body, html, name, alikes, original, refused, holds })
}

/// Whether a text has more links than `max`, as it was typed or as readers get to see it, whichever has more.
fn has_more_links(typed: &CommentBody, shown: &Shown, max: u32) -> bool {
    links(typed.as_str()).max(shown.links) > usize::try_from(max).unwrap_or(usize::MAX)
}

fn holds_of<'a>(matches: impl Iterator<Item = &'a Match>) -> Vec<Hold> {
    let mut holds = Vec::new();
    for found in matches {
        let hold = Hold::Rule { id: found.rule_id, pattern: found.pattern.clone() };
        if !holds.contains(&hold) {
            holds.push(hold);
        }
    }
    holds
}

fn with_action(screening: &Screening, action: RuleAction) -> impl Iterator<Item = &Match> {
    screening.matches.iter().filter(move |found| found.action == action)
}

impl Screened {
    /// Holds the text as it was typed against the limits of its thread, and says so if a rule of the site refuses it.
    pub(super) fn check(&self, limits: BodyLimits) -> Result<(), Error> {
        self.original.as_ref().unwrap_or(&self.body).check(limits).map_err(body_refused)?;
        match self.refused {
            Some(pointer) => Err(Refusal::input(pointer, Rule::TextNotAllowed).into()),
            None => Ok(()),
        }
    }

    /// Everything for which a comment with this text must wait for a moderator. `is_first` says that no comment of its
    /// writer is published, where that is a reason.
    pub(super) fn holds(&self, site: &Site, thread: &Thread, is_first: bool) -> Vec<Hold> {
        let mut holds = self.holds.clone();
        if is_first {
            holds.push(Hold::FirstComment);
        }
        match thread.moderation {
            Some(Moderation::Pre) => holds.push(Hold::Thread),
            None if site.policy.moderation == Moderation::Pre => holds.push(Hold::Site),
            Some(Moderation::Post) | None => {}
        }
        holds
    }

    /// Keeps the text as it was typed, for staff, if readers are not to see all of it.
    pub(super) fn keep_original(
        &self,
        connection: &mut Connection,
        service: &Service,
        site: SiteId,
        comment: CommentId,
    ) -> Result<(), Error> {
        match self.original_revision(service, comment) {
            Some(original) => Ok(store::revisions::insert(connection, site, &original)?),
            None => Ok(()),
        }
    }

    /// The text as it was typed, as it is kept for staff if readers are not to see all of it.
    pub(super) fn original_revision(&self, service: &Service, comment: CommentId) -> Option<Revision> {
        self.original.as_ref().map(|original| revision(service, comment, RevisionKind::Censored, original))
    }
}

/// Keeps an earlier text of a comment.
pub(super) fn keep(
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    comment: CommentId,
    kind: RevisionKind,
    body: &CommentBody,
) -> Result<(), Error> {
    Ok(store::revisions::insert(connection, site, &revision(service, comment, kind, body))?)
}

fn revision(service: &Service, comment: CommentId, kind: RevisionKind, body: &CommentBody) -> Revision {
    let now = service.clock.now();
    let id = RevisionId::from_number(service.randomness.id_number(now));
    Revision { id, comment_id: comment, kind, body: body.as_str().to_owned(), created_at: now }
}

/// Refuses a writer who is banned, or whose network is.
pub(super) fn refuse_banned(
    connection: &mut Connection,
    site: SiteId,
    author: Option<AuthorId>,
    network: NetworkHash,
    now: Timestamp,
) -> Result<(), Error> {
    let ends = store::bans::list_ends(connection, site, author, network, now)?;
    Ok(refuse_while_banned(&ends, now)?)
}

/// Refuses a writer for whom bans hold that end then.
pub(super) fn refuse_while_banned(ends: &[Option<Timestamp>], now: Timestamp) -> Result<(), Refusal> {
    if ends.is_empty() {
        return Ok(());
    }
    Err(Refusal::Banned { retry_after_seconds: ban::seconds_left(ends, now) })
}

/// Refuses who writes again too soon in a thread in slow mode: a writer, from wherever they write, and their network,
/// since anybody can have many tokens.
///
/// The thread must be held, so that nobody gains by writing twice at the same time.
pub(super) fn refuse_haste(
    connection: &mut Connection,
    thread: &Thread,
    author: Option<AuthorId>,
    network: NetworkHash,
    now: Timestamp,
) -> Result<(), Error> {
    let (Some(seconds), Some(id)) = (thread.slow_mode_seconds, thread.id) else {
        return Ok(());
    };
    let since = now.minus_seconds(i64::from(seconds));
    let by_author = author
        .map(|author| store::comments::find_last_by_author(connection, thread.site_id, id, author))
        .transpose()?;
    let by_network = store::comments::find_last_by_network(connection, thread.site_id, id, network, since)?;
    let last = by_author.flatten().max(by_network);
    let Some(last) = last.filter(|last| *last > since) else {
        return Ok(());
    };
    let left = last.milliseconds().saturating_sub(since.milliseconds());
    let left = u64::try_from(left).unwrap_or_default().div_ceil(1_000);
    let retry_after_seconds = u32::try_from(left).unwrap_or(seconds).min(seconds);
    Err(Refusal::SlowMode { retry_after_seconds }.into())
}
