//! Regular expressions: each is run by itself.
//!
//! One automaton for all of them (`RegexSet`) would be faster on most texts and a thousand times slower on some.

use std::ops::Range;

use super::words::is_in_script;
use super::{Findings, of_kinds};
use crate::domain::folding::{Folded, LookAlikes};
use crate::domain::rule::{Expression, Rule, RuleAction, RuleKind, compile};

/// How many matches of one expression are hidden in a text.
const MAX_FINDS: usize = 1_000;
/// The most work for one expression and each byte of a text. A unit is a byte looked at, for each part of the expression
/// that it can be (its width); in the worst case it takes some 10 ns, in nearly all others a hundredth of that.
///
/// All are looked at once for 100 parts; but a match can cost a look at the whole rest of the text, to see whether a
/// better one begins at the same place.
const MAX_WORK_FOR_BYTE: u64 = 200;
/// The work that one expression may always do, so that many matches in a short text are found.
const MIN_WORK: u64 = 1_000_000;
/// The most work for one text.
const MAX_WORK: u64 = 200_000_000;

/// The regular expressions of a rule set.
pub(super) struct Expressions(Vec<Searched>);

struct Searched {
    /// The place of the rule.
    rule: usize,
    expression: Expression,
    /// Whether all matches are to be hidden; else one will do.
    hides: bool,
}

/// How much may still be done for a text.
struct Meter(u64);

impl Meter {
    const fn full() -> Self {
        Self(MAX_WORK)
    }
}

impl Expressions {
    pub(super) fn compile(rules: &[Rule]) -> Self {
        let regexes = of_kinds(rules, &[RuleKind::Regex]).filter_map(|(rule, found)| {
            let expression = compile(found.pattern.as_str()).ok()?;
            Some(Searched { rule, expression, hides: found.action == RuleAction::Censor })
        });
        Self(regexes.collect())
    }

    /// Runs all on the text in the letters in which it was typed and, if there are look-alikes, as it is seen.
    pub(super) fn search(&self, text: &str, seen: &Folded, findings: &mut Findings<'_>) {
        self.search_by(&mut Meter::full(), text, seen, findings);
    }

    fn search_by(&self, meter: &mut Meter, text: &str, seen: &Folded, findings: &mut Findings<'_>) {
        if self.0.is_empty() {
            return;
        }
        let typed = Folded::as_typed(text);
        let is_seen_so = typed.as_str() == seen.as_str();
        for searched in &self.0 {
            let is_found = searched.search(meter, &typed, findings);
            if !is_seen_so && (searched.hides || !is_found) {
                searched.search(meter, seen, findings);
            }
        }
    }
}

impl Searched {
    /// Looks for all matches, if they are to be hidden, or for one, and says whether there is any. A search that isn't
    /// brought to its end for what it costs makes the comment wait, and hides nothing: no text is published half hidden.
    ///
    /// One that found nothing but words of another script isn't missed: each of them may be in a text.
    fn search(&self, meter: &mut Meter, folded: &Folded, findings: &mut Findings<'_>) -> bool {
        let text = folded.as_str();
        let mut left = length(0..text.len()).saturating_mul(MAX_WORK_FOR_BYTE).max(MIN_WORK);
        let (mut places, mut at) = (Vec::new(), 0);
        while left > 0 && meter.0 > 0 && places.len() < MAX_FINDS {
            let found = self.expression.regex.find_at(text, at);
            let work = self.work(text, at, found.map(|found| found.end()));
            (left, meter.0) = (left.saturating_sub(work), meter.0.saturating_sub(work));
            if let Some(found) = found {
                at = found.end();
                if is_in_script(folded, LookAlikes::None, &found.range()) {
                    places.push(folded.original(&found.range()));
                }
            }
            if found.is_none() || (!self.hides && !places.is_empty()) {
                let is_found = !places.is_empty();
                for place in places {
                    findings.add(self.rule, place);
                }
                return is_found;
            }
        }
        if !places.is_empty() || meter.0 == 0 {
            findings.give_up(self.rule, places);
        }
        false
    }

    /// What it cost at most to find from here on something that ends there, or nothing.
    fn work(&self, text: &str, start: usize, end: Option<usize>) -> u64 {
        let end = end.zip(self.expression.longest).map(|(end, longest)| end.saturating_add(longest));
        let looked_at = length(start..end.unwrap_or(usize::MAX).min(text.len()));
        looked_at.saturating_mul(1 + u64::from(self.expression.width))
    }
}

fn length(part: Range<usize>) -> u64 {
    u64::try_from(part.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
