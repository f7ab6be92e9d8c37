//! Regular expressions: each is run by itself.
//!
//! One automaton for all of them (`RegexSet`) would be faster on most texts and a thousand times slower on some.

use regex::Regex;

use super::words::is_in_script;
use super::{Findings, of_kinds};
use crate::domain::folding::{Folded, LookAlikes};
use crate::domain::rule::{Rule, RuleKind, compile};

/// How many matches of one expression are told apart; what follows the last of them counts as one more. Each match may
/// cost a look at the whole rest of the text.
const MAX_FINDS: usize = 1_000;

/// The regular expressions of a rule set, with the place of their rules.
pub(super) struct Expressions(Vec<(usize, Regex)>);

impl Expressions {
    pub(super) fn compile(rules: &[Rule]) -> Self {
        let regexes = of_kinds(rules, &[RuleKind::Regex]);
        Self(regexes.filter_map(|(rule, found)| Some((rule, compile(found.pattern.as_str()).ok()?))).collect())
    }

    /// Runs all on the text in the letters in which it was typed and, if there are look-alikes, as it is seen.
    pub(super) fn search(&self, text: &str, seen: &Folded, findings: &mut Findings<'_>) {
        if self.0.is_empty() {
            return;
        }
        let typed = Folded::as_typed(text);
        self.search_in(&typed, findings);
        if typed.as_str() != seen.as_str() {
            self.search_in(seen, findings);
        }
    }

    fn search_in(&self, folded: &Folded, findings: &mut Findings<'_>) {
        let text = folded.as_str();
        for (rule, regex) in &self.0 {
            let mut matches = regex.find_iter(text);
            let mut end = 0;
            for found in matches.by_ref().take(MAX_FINDS) {
                end = found.end();
                if is_in_script(folded, LookAlikes::None, &found.range()) {
                    findings.add(*rule, folded.original(&found.range()));
                }
            }
            if matches.next().is_some() {
                findings.add(*rule, folded.original(&(end..text.len())));
            }
        }
    }
}
