//! Holds texts against the rules of a site: which match and where, what is to be hidden, and how many links there are.
//!
//! Must not know what becomes of the comment, nor where rules are kept.

mod expressions;
mod wildcard;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use unicode_segmentation::UnicodeSegmentation;

use self::expressions::Expressions;
use self::words::Words;
use super::folding::Folded;
use super::id::RuleId;
use super::rule::{Rule, RuleAction, RuleKind};

/// The most rules that one screening lists.
pub const MAX_MATCHES: usize = 20;
/// The most places that are listed for one rule.
pub const MAX_RANGES: usize = 20;

/// What stands in the place of a hidden character.
const MASK: &str = "•";

/// The rules of a site, made ready to be searched for all at once.
///
/// To make one takes up to a second for many regular expressions, to share one costs nothing.
pub struct RuleSet {
    rules: Vec<Rule>,
    words: Words,
    expressions: Expressions,
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleSet").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// A rule that a text matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The rule.
    pub rule_id: RuleId,
    /// What is to be done: what the rule wants, or to hold the comment if the search for it was too costly to be ended.
    pub action: RuleAction,
    /// Its pattern.
    pub pattern: String,
    /// Where in the text it was found, in bytes: apart from one another, ascending, at most [`MAX_RANGES`]. Of a regular
    /// expression that hides nothing this is one place.
    pub ranges: Vec<Range<usize>>,
}

/// What the rules say about a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screening {
    /// The rules that match, in the order of the rules: at most [`MAX_MATCHES`].
    pub matches: Vec<Match>,
    /// How many rules match, whether listed or not.
    pub rule_count: usize,
    /// The strictest action of all rules that match.
    pub action: Option<RuleAction>,
    /// Every place that a rule wants censored, in bytes: apart from one another and ascending. For [`censor`].
    pub censored: Vec<Range<usize>>,
}

impl RuleSet {
    /// Makes rules ready. One whose pattern can't be compiled never matches; [`Pattern::parse`] lets none through.
    ///
    /// [`Pattern::parse`]: super::rule::Pattern::parse
    #[must_use]
    pub fn compile(rules: Vec<Rule>) -> Self {
        let words = Words::compile(&rules);
        let expressions = Expressions::compile(&rules);
        Self { rules, words, expressions }
    }

    /// Holds a text against the rules, in time linear in the length of the text.
    #[must_use]
    pub fn screen(&self, text: &str) -> Screening {
        if self.rules.is_empty() {
            return Screening::default();
        }
        let folded = Folded::of(text);
        let mut findings = Findings { rules: &self.rules, ..Findings::default() };
        self.words.search(&folded, &mut findings);
        self.expressions.search(text, &folded, &mut findings);
        findings.screening()
    }
}

/// What was found so far, by the place of the rule in the list of rules.
#[derive(Default)]
struct Findings<'r> {
    rules: &'r [Rule],
    found: BTreeMap<usize, Vec<Range<usize>>>,
    /// Those whose search wasn't ended.
    given_up: BTreeSet<usize>,
    censored: Vec<Range<usize>>,
}

impl Findings<'_> {
    fn add(&mut self, rule: usize, range: Range<usize>) {
        let Some(action) = self.rules.get(rule).map(|rule| rule.action) else { return };
        let ranges = self.found.entry(rule).or_default();
        if ranges.len() < MAX_RANGES {
            ranges.push(range.clone());
        }
        // Rules that say the same find the same one after another.
        if action == RuleAction::Censor && self.censored.last() != Some(&range) {
            self.censored.push(range);
        }
    }

    /// Makes the comment wait for a rule whose search found these places before it was given up.
    fn give_up(&mut self, rule: usize, places: Vec<Range<usize>>) {
        self.given_up.insert(rule);
        let ranges = self.found.entry(rule).or_default();
        ranges.extend(places.into_iter().take(MAX_RANGES.saturating_sub(ranges.len())));
    }

    fn action(&self, rule: usize) -> Option<RuleAction> {
        let action = self.rules.get(rule)?.action;
        Some(if self.given_up.contains(&rule) { RuleAction::Hold } else { action })
    }

    fn screening(self) -> Screening {
        let action = self.found.keys().filter_map(|rule| self.action(*rule)).max();
        let rule_count = self.found.len();
        let listed = self.found.iter().take(MAX_MATCHES).filter_map(|(at, ranges)| {
            let (rule, action) = (self.rules.get(*at)?, self.action(*at)?);
            let pattern = rule.pattern.as_str().to_owned();
            Some(Match { rule_id: rule.id, action, pattern, ranges: merged(ranges.clone()) })
        });
        let matches = listed.collect();
        Screening { matches, rule_count, action, censored: merged(self.censored) }
    }
}

/// Ranges in ascending order, those that overlap made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// A text with a bullet, which means nothing in Markdown, for each character (grapheme cluster) of these ranges, which
/// ascend; white space stays.
///
/// The result has as many characters as the text, or fewer where a mark stood alone behind a hidden character and now
/// joins a bullet.
#[must_use]
pub fn censor(text: &str, ranges: &[Range<usize>]) -> String {
    let mut censored = String::with_capacity(text.len());
    let mut ranges = ranges.iter().peekable();
    for (at, character) in text.grapheme_indices(true) {
        while ranges.next_if(|range| range.end <= at).is_some() {}
        let is_hidden = ranges.peek().is_some_and(|range| range.start < at + character.len());
        let is_space = character.chars().all(char::is_whitespace);
        censored.push_str(if is_hidden && !is_space { MASK } else { character });
    }
    censored
}

/// How many web addresses a text has: those with a scheme, and those that begin with `www.`. E-mail addresses are none.
#[must_use]
pub fn links(text: &str) -> usize {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    finder.links(text).filter(|link| link.as_str().contains("://") || begins_with_www(link.as_str())).count()
}

fn begins_with_www(address: &str) -> bool {
    address.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

/// The rules of some kind, with their place in the list.
fn of_kinds<'r>(rules: &'r [Rule], kinds: &[RuleKind]) -> impl Iterator<Item = (usize, &'r Rule)> {
    rules.iter().enumerate().filter(move |(_, rule)| kinds.contains(&rule.kind))
}

#[cfg(test)]
mod tests;
