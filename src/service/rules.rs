//! The rules of sites: adding, changing and trying them.

use std::sync::Arc;

use super::cases::{self, Case};
use super::reach::{self, Reach};
use super::screening::apart;
use super::{Error, Service, log};
use crate::domain::comment::Comment;
use crate::domain::id::{CommentId, RuleId};
use crate::domain::log::Event;
use crate::domain::note::Note;
use crate::domain::refusal::{InputError, Refusal, Rule as InputRule};
use crate::domain::rule::{MAX_REGEXES_PER_SITE, MAX_RULES_PER_SITE, Pattern, Rule, RuleAction, RuleKind};
use crate::domain::screening::RuleSet;
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::domain::text;
use crate::store::rules::RuleRecord;
use crate::store::{self, Connection};

/// The most patterns that one call adds.
pub const MAX_PATTERNS: usize = 500;
/// How many comments a rule is tried on.
pub const TESTED_COMMENTS: u32 = 1_000;
/// How many of those that match are shown.
pub const SHOWN_MATCHES: usize = 50;
/// How many comments are read at once while a rule is tried.
const BATCH: usize = 100;

/// Rules to be added: one for each pattern.
#[derive(Debug, Clone)]
pub struct NewRules {
    /// The site.
    pub site: Slug,
    /// How the patterns are to be read.
    pub kind: RuleKind,
    /// What becomes of a comment that one of them matches.
    pub action: RuleAction,
    /// The patterns, as they came.
    pub patterns: Vec<String>,
    /// Why they are there.
    pub note: Option<Note>,
}

/// A rule with the name of its site.
#[derive(Debug, Clone)]
pub struct SiteRule {
    /// The rule.
    pub record: RuleRecord,
    /// The name of its site.
    pub site: Slug,
}

/// What is to be changed about a rule; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct RuleChange {
    /// How the pattern is to be read.
    pub kind: Option<RuleKind>,
    /// The pattern, as it came.
    pub pattern: Option<String>,
    /// What becomes of a comment that it matches.
    pub action: Option<RuleAction>,
    /// Why it is there, or `Some(None)` for no reason.
    pub note: Option<Option<Note>>,
    /// Whether it is applied.
    pub is_enabled: Option<bool>,
}

/// A page of rules, newest first.
#[derive(Debug, Clone)]
pub struct RulePage {
    /// The rules.
    pub rules: Vec<SiteRule>,
    /// After which the next page goes on.
    pub next: Option<RuleId>,
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
    /// How many comments were looked at.
    pub tested: usize,
    /// How many of them match.
    pub matched: usize,
    /// The newest of those.
    pub shown: Vec<MatchedCase>,
    /// Where the text matches that was sent along.
    pub text_ranges: Option<Ranges>,
}

/// The rules of a site, or of all sites of the one who asks.
///
/// # Errors
/// [`Refusal::SiteNotFound`], [`Refusal::SiteRequired`], or the store's trouble.
pub async fn list(
    service: &Service,
    actor: Actor,
    site: Option<Slug>,
    before: Option<RuleId>,
    limit: u32,
) -> Result<RulePage, Error> {
    let work = move |connection: &mut Connection| {
        let sites = Reach::of(connection, &actor)?.narrowed(site.as_ref())?;
        let ids = sites.ids();
        let (page, has_more) = reach::cut(store::rules::list(connection, &ids, before, i64::from(limit) + 1)?, limit);
        let next = page.last().map(|record| record.rule.id).filter(|_| has_more);
        let named = page.into_iter().filter_map(|record| {
            let site = sites.find(record.site_id)?.slug.clone();
            Some(SiteRule { record, site })
        });
        Ok(RulePage { rules: named.collect(), next })
    };
    service.store.read(work).await
}

/// One rule.
///
/// # Errors
/// [`Refusal::RuleNotFound`], or the store's trouble.
pub async fn find(service: &Service, actor: Actor, id: RuleId) -> Result<SiteRule, Error> {
    service.store.read(move |connection| find_in(connection, &actor, id)).await
}

fn find_in(connection: &mut Connection, actor: &Actor, id: RuleId) -> Result<SiteRule, Error> {
    let record = store::rules::find(connection, id)?.filter(|record| actor.sites().includes(record.site_id));
    let record = record.ok_or(Refusal::RuleNotFound)?;
    let site = reach::name_site(connection, record.site_id)?;
    Ok(SiteRule { record, site })
}

/// Adds rules, all or none. They are applied from the next comment on.
///
/// # Errors
/// A refusal: there is no such site, it would have too many rules, or a pattern can't be used. Else the store's trouble.
pub async fn add(service: &Service, actor: Actor, new: NewRules) -> Result<Vec<SiteRule>, Error> {
    let (kind, texts) = (new.kind, new.patterns.clone());
    // To read many regular expressions takes a while.
    let patterns = apart(move || read_patterns(kind, &texts)).await??;
    let service_in = service.clone();
    let work = move |connection: &mut Connection| insert(connection, &service_in, &actor, &new, &patterns);
    let (rules, slug) = service.store.write(work).await?;
    service.forget_site(&slug);
    Ok(rules)
}

/// Every pattern, or everything that is wrong with one of them.
fn read_patterns(kind: RuleKind, texts: &[String]) -> Result<Vec<Pattern>, Refusal> {
    let mut patterns = Vec::with_capacity(texts.len());
    let mut errors = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let pointer = format!("/patterns/{at}");
        match Pattern::parse(kind, text) {
            _ if kind == RuleKind::Regex && at >= MAX_REGEXES_PER_SITE => {
                errors.push(InputError { pointer: pointer.into(), rule: too_many_regexes() });
                break;
            }
            Ok(pattern) => patterns.push(pattern),
            Err(error) => errors.push(InputError { pointer: pointer.into(), rule: error.into() }),
        }
    }
    if errors.is_empty() { Ok(patterns) } else { Err(Refusal::Input(errors)) }
}

fn too_many_regexes() -> InputRule {
    let advice = "make words or wildcards of some";
    InputRule::InvalidPattern(format!("a site can have {MAX_REGEXES_PER_SITE} regular expressions: {advice}"))
}

fn insert(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    new: &NewRules,
    patterns: &[Pattern],
) -> Result<(Vec<SiteRule>, Slug), Error> {
    let site = reach::find_site(connection, actor, &new.site)?;
    store::rules::update_version(connection, site.id)?;
    let (all, regexes) = store::rules::count(connection, site.id, RuleKind::Regex)?;
    if all + patterns.len() > MAX_RULES_PER_SITE {
        return Err(Refusal::TooManyRules { max: u64::try_from(MAX_RULES_PER_SITE).unwrap_or(u64::MAX) }.into());
    }
    if new.kind == RuleKind::Regex && regexes + patterns.len() > MAX_REGEXES_PER_SITE {
        let first = MAX_REGEXES_PER_SITE.saturating_sub(regexes);
        return Err(Refusal::input(format!("/patterns/{first}"), too_many_regexes()).into());
    }
    let now = service.clock.now();
    let mut rules = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        let id = RuleId::from_number(service.randomness.id_number(now));
        let rule = Rule { id, kind: new.kind, pattern: pattern.clone(), action: new.action };
        let record = RuleRecord { rule, site_id: site.id, note: new.note.clone(), is_enabled: true, created_at: now };
        store::rules::insert(connection, &record)?;
        rules.push(SiteRule { record, site: site.slug.clone() });
    }
    let subject = match rules.as_slice() {
        [one] => subject(&one.record.rule),
        many => format!("{} rules: {} {}", many.len(), new.action.name(), new.kind.name()),
    };
    log::note(connection, service, Some(site.id), actor.staff(), Event::RulesAdded, subject)?;
    Ok((rules, site.slug))
}

/// What the log calls a rule.
fn subject(rule: &Rule) -> String {
    format!("{} {} {}", rule.action.name(), rule.kind.name(), rule.pattern.as_str())
}

/// Changes a rule. The change is applied from the next comment on.
///
/// # Errors
/// [`Refusal::RuleNotFound`], the refusal of a pattern that can't be used, or the store's trouble.
pub async fn change(service: &Service, actor: Actor, id: RuleId, change: RuleChange) -> Result<SiteRule, Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let site = find_in(connection, &actor, id)?.record.site_id;
        store::rules::update_version(connection, site)?;
        let mut found = find_in(connection, &actor, id)?;
        apply(connection, &mut found.record, &change)?;
        store::rules::update(connection, &found.record)?;
        let mut subject = subject(&found.record.rule);
        subject.push_str(if found.record.is_enabled { "" } else { " (off)" });
        log::note(connection, &service_in, Some(site), actor.staff(), Event::RuleChanged, subject)?;
        Ok::<SiteRule, Error>(found)
    };
    let changed = service.store.write(work).await?;
    service.forget_site(&changed.site);
    Ok(changed)
}

fn apply(connection: &mut Connection, record: &mut RuleRecord, change: &RuleChange) -> Result<(), Error> {
    let rule = &mut record.rule;
    if change.kind.is_some() || change.pattern.is_some() {
        let kind = change.kind.unwrap_or(rule.kind);
        let text = change.pattern.as_deref().unwrap_or(rule.pattern.as_str());
        let pattern = Pattern::parse(kind, text).map_err(|error| Refusal::input("/pattern", error.into()))?;
        if kind == RuleKind::Regex && rule.kind != RuleKind::Regex {
            let (_, regexes) = store::rules::count(connection, record.site_id, RuleKind::Regex)?;
            if regexes >= MAX_REGEXES_PER_SITE {
                return Err(Refusal::input("/kind", too_many_regexes()).into());
            }
        }
        (rule.kind, rule.pattern) = (kind, pattern);
    }
    rule.action = change.action.unwrap_or(rule.action);
    record.note = change.note.clone().unwrap_or_else(|| record.note.take());
    record.is_enabled = change.is_enabled.unwrap_or(record.is_enabled);
    Ok(())
}

/// Removes a rule.
///
/// # Errors
/// [`Refusal::RuleNotFound`], or the store's trouble.
pub async fn remove(service: &Service, actor: Actor, id: RuleId) -> Result<(), Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let found = find_in(connection, &actor, id)?;
        store::rules::update_version(connection, found.record.site_id)?;
        if !store::rules::delete(connection, id)? {
            return Err(Refusal::RuleNotFound.into());
        }
        let (site, subject) = (Some(found.record.site_id), subject(&found.record.rule));
        log::note(connection, &service_in, site, actor.staff(), Event::RuleRemoved, subject)?;
        Ok::<Slug, Error>(found.site)
    };
    let slug = service.store.write(work).await?;
    service.forget_site(&slug);
    Ok(())
}

/// Tries a rule on the newest comments of a site that say anything, and on a text. Nothing is changed.
///
/// # Errors
/// A refusal: there is no such site or rule, or the pattern can't be used. Else the store's trouble.
pub async fn test(
    service: &Service,
    actor: Actor,
    slug: Slug,
    trial: Trial,
    sample: Option<String>,
) -> Result<TrialResult, Error> {
    let actor_in = actor.clone();
    let work = move |connection: &mut Connection| {
        let site = reach::find_site(connection, &actor_in, &slug)?;
        let rule = rule_of(connection, &actor_in, &site, &trial)?;
        let ids = store::comments::list_newest_ids(connection, site.id, TESTED_COMMENTS)?;
        Ok::<_, Error>((site.id, rule, ids))
    };
    let (site, rule, ids) = service.store.read(work).await?;
    let rules = Arc::new(RuleSet::compile(vec![rule]));
    let mut result = TrialResult::default();
    if let Some(sample) = sample {
        let rules = Arc::clone(&rules);
        result.text_ranges = Some(apart(move || places(&rules, &text::normalise(&sample))).await?.unwrap_or_default());
    }
    let mut shown: Vec<(CommentId, Ranges)> = Vec::new();
    for chunk in ids.chunks(BATCH) {
        let (rules, chunk) = (Arc::clone(&rules), chunk.to_vec());
        let comments =
            service.store.read(move |connection| store::comments::list_by_id(connection, site, &chunk)).await?;
        result.tested += comments.len();
        let matched = apart(move || search(&rules, &comments)).await?;
        result.matched += matched.len();
        shown.extend(matched.into_iter().take(SHOWN_MATCHES.saturating_sub(shown.len())));
    }
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?;
        let ids: Vec<CommentId> = shown.iter().map(|(id, _)| *id).collect();
        let mut cases = cases::find_all(connection, &reach, &actor, &ids)?;
        let mut open = |(id, ranges): (CommentId, Ranges)| {
            let at = cases.iter().position(|case| case.comment.id == id)?;
            Some((cases.swap_remove(at), ranges))
        };
        Ok::<_, Error>(shown.into_iter().filter_map(&mut open).collect())
    };
    result.shown = service.store.read(work).await?;
    Ok(result)
}

/// The rule that is to be tried on a site.
fn rule_of(connection: &mut Connection, actor: &Actor, site: &Site, trial: &Trial) -> Result<Rule, Error> {
    match trial {
        Trial::Pattern(kind, text) => {
            let pattern = Pattern::parse(*kind, text);
            let pattern = pattern.map_err(|error| Refusal::input("/pattern", error.into()))?;
            // What is to be done, and what the rule is called, makes no difference.
            Ok(Rule { id: RuleId::from_number(1), kind: *kind, pattern, action: RuleAction::Hold })
        }
        Trial::Rule(id) => {
            let found = Some(find_in(connection, actor, *id)?.record).filter(|found| found.site_id == site.id);
            Ok(found.ok_or(Refusal::RuleNotFound)?.rule)
        }
    }
}

/// Where a text matches, in code points; `None` if it doesn't.
fn places(rules: &RuleSet, text: &str) -> Option<Ranges> {
    let found = rules.screen(text).matches.pop()?;
    Some(text::code_points(text, &found.ranges))
}

/// Those comments that match by text or name, each with where its text does.
fn search(rules: &RuleSet, comments: &[Comment]) -> Vec<(CommentId, Ranges)> {
    let look = |comment: &Comment| match places(rules, comment.body.as_str()) {
        Some(ranges) => Some((comment.id, ranges)),
        None => places(rules, comment.author.name.as_str()).map(|_| (comment.id, Vec::new())),
    };
    comments.iter().filter_map(look).collect()
}
