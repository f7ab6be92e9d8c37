//! The rules of sites: adding and changing them.

use super::reach::{self, Reach};
use super::turns::apart;
use super::{Error, Service, log};
use crate::domain::id::RuleId;
use crate::domain::log::Event;
use crate::domain::note::Note;
use crate::domain::refusal::{InputError, Refusal, Rule as InputRule};
use crate::domain::rule::{MAX_REGEXES_PER_SITE, MAX_RULES_PER_SITE, Pattern, Rule, RuleAction, RuleKind};
use crate::domain::site::Slug;
use crate::domain::staff::Actor;
use crate::store::rules::RuleRecord;
use crate::store::{self, Connection};

/// The most patterns that one call adds.
pub const MAX_PATTERNS: usize = 500;

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

pub(super) fn find_in(connection: &mut Connection, actor: &Actor, id: RuleId) -> Result<SiteRule, Error> {
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
    let pattern = read_pattern(service, actor.clone(), id, &change).await?;
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let site = find_in(connection, &actor, id)?.record.site_id;
        store::rules::update_version(connection, site)?;
        let mut found = find_in(connection, &actor, id)?;
        apply(connection, &mut found.record, &change, pattern.as_ref())?;
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

/// A pattern that was read, with what it was read from.
struct ReadPattern {
    kind: RuleKind,
    text: String,
    pattern: Pattern,
}

/// Reads the pattern that a rule is to have, before others wait for the change; `None` if it stays what it is.
async fn read_pattern(
    service: &Service,
    actor: Actor,
    id: RuleId,
    change: &RuleChange,
) -> Result<Option<ReadPattern>, Error> {
    if change.kind.is_none() && change.pattern.is_none() {
        return Ok(None);
    }
    let (kind, text) = change.wished(&find(service, actor, id).await?.record.rule);
    let read = move || Pattern::parse(kind, &text).map(|pattern| ReadPattern { kind, text, pattern });
    let read = apart(read).await?.map_err(|error| Refusal::input("/pattern", error.into()))?;
    Ok(Some(read))
}

impl RuleChange {
    /// How the pattern of a rule is to be read then, and what it says.
    fn wished(&self, rule: &Rule) -> (RuleKind, String) {
        let text = self.pattern.as_deref().unwrap_or(rule.pattern.as_str());
        (self.kind.unwrap_or(rule.kind), text.to_owned())
    }
}

fn apply(
    connection: &mut Connection,
    record: &mut RuleRecord,
    change: &RuleChange,
    read: Option<&ReadPattern>,
) -> Result<(), Error> {
    let rule = &mut record.rule;
    if let Some(ReadPattern { kind, text, pattern }) = read {
        if change.wished(rule) != (*kind, text.clone()) {
            return Err(Error::Busy("somebody else changed the rule at the same time".to_owned()));
        }
        if *kind == RuleKind::Regex && rule.kind != RuleKind::Regex {
            let (_, regexes) = store::rules::count(connection, record.site_id, RuleKind::Regex)?;
            if regexes >= MAX_REGEXES_PER_SITE {
                return Err(Refusal::input("/kind", too_many_regexes()).into());
            }
        }
        (rule.kind, rule.pattern) = (*kind, pattern.clone());
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
