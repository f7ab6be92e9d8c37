//! Words and wildcards: one automaton finds the literal part of all of them in one pass, then each place is looked at.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::wildcard::{Wildcard, is_word, run_after, run_before};
use super::{Findings, of_kinds};
use crate::domain::folding::{Folded, LookAlikes};
use crate::domain::rule::{Rule, RuleKind};

/// The fewest letters of a word that is also found when it is spelled out (`s p a m`). Shorter ones are too often found
/// in lists of single letters.
const MIN_SPELLED_LETTERS: usize = 4;

/// The words and wildcards of a rule set.
pub(super) struct Words {
    automaton: Option<AhoCorasick>,
    /// One for each pattern of the automaton.
    entries: Vec<Entry>,
}

struct Entry {
    rule: usize,
    look_alikes: LookAlikes,
    shape: Shape,
}

enum Shape {
    /// Found as it stands.
    Word {
        can_be_spelled: bool,
    },
    Wildcard(Wildcard),
}

impl Words {
    pub(super) fn compile(rules: &[Rule]) -> Self {
        let mut literals = Vec::new();
        let mut entries = Vec::new();
        for (rule, Rule { kind, pattern, .. }) in of_kinds(rules, &[RuleKind::Word, RuleKind::Wildcard]) {
            let folded = Folded::of(pattern.as_str());
            let look_alikes = folded.look_alikes(&(0..folded.as_str().len()));
            let text = folded.as_str().trim();
            let parsed = match kind {
                RuleKind::Wildcard => Wildcard::parse(text).map(|(wildcard, piece)| (Shape::Wildcard(wildcard), piece)),
                _ => Some((Shape::Word { can_be_spelled: can_be_spelled(text) }, text.to_owned())),
            };
            if let Some((shape, literal)) = parsed.filter(|(_, literal)| !literal.is_empty()) {
                literals.push(literal);
                entries.push(Entry { rule, look_alikes, shape });
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&literals)
            .ok()
            .filter(|_| !entries.is_empty());
        Self { automaton, entries }
    }

    pub(super) fn search(&self, folded: &Folded, findings: &mut Findings<'_>) {
        let Some(automaton) = &self.automaton else { return };
        let mut search = Search { folded, findings, seen: vec![0; self.entries.len()], run: 0..0 };
        for hit in automaton.find_overlapping_iter(folded.as_str()) {
            let pattern = hit.pattern().as_usize();
            if let Some(entry) = self.entries.get(pattern) {
                search.look_at(pattern, entry, hit.range());
            }
        }
        let spelled = Spelled::of(folded.as_str());
        for hit in automaton.find_overlapping_iter(&spelled.letters) {
            if let Some(entry @ Entry { shape: Shape::Word { can_be_spelled: true }, .. }) =
                self.entries.get(hit.pattern().as_usize())
            {
                search.add(entry, spelled.place(&hit.range()));
            }
        }
    }
}

fn can_be_spelled(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() && is_word(c)) && word.chars().count() >= MIN_SPELLED_LETTERS
}

/// One pass over a text.
struct Search<'s, 'r> {
    folded: &'s Folded,
    findings: &'s mut Findings<'r>,
    /// For each entry, up to where the runs of word characters have been compared with its wildcard. So that each run is
    /// compared once, however often the piece stands in it.
    seen: Vec<usize>,
    /// The run that was looked up last.
    run: Range<usize>,
}

impl Search<'_, '_> {
    fn look_at(&mut self, pattern: usize, entry: &Entry, hit: Range<usize>) {
        let text = self.folded.as_str();
        match &entry.shape {
            Shape::Word { .. } if stands_alone(text, &hit) => self.add(entry, hit),
            Shape::Word { .. } => {}
            Shape::Wildcard(wildcard) if wildcard.is_anchored_in_run() => {
                if self.seen.get(pattern).is_some_and(|seen| hit.start < *seen) {
                    return;
                }
                if hit.start < self.run.start || hit.end > self.run.end {
                    self.run = run_before(text, hit.start).start..run_after(text, hit.end).end;
                }
                if let Some(seen) = self.seen.get_mut(pattern) {
                    *seen = self.run.end;
                }
                if let Some(found) = wildcard.matches_at(text, &self.run) {
                    self.add(entry, found);
                }
            }
            Shape::Wildcard(wildcard) => {
                if let Some(found) = wildcard.matches_at(text, &hit) {
                    self.add(entry, found);
                }
            }
        }
    }

    fn add(&mut self, entry: &Entry, found: Range<usize>) {
        if is_in_script(self.folded, entry.look_alikes, &found) {
            self.findings.add(entry.rule, self.folded.original(&found));
        }
    }
}

/// Whether something that was found may be what the rule means. A word that is wholly made of look-alikes of one script is
/// a word of its own in a text that has other letters of that script, and a disguise in every other text: `рот` is Russian
/// for mouth, `pot` isn't.
pub(super) fn is_in_script(folded: &Folded, of_rule: LookAlikes, found: &Range<usize>) -> bool {
    match (of_rule, folded.look_alikes(found)) {
        (LookAlikes::None, LookAlikes::All(script)) => !folded.has_letters_of(script),
        (LookAlikes::All(script), LookAlikes::None) => folded.has_letters_of(script),
        _ => true,
    }
}

/// Whether a part of a text that begins or ends with a word character begins or ends a word there.
fn stands_alone(text: &str, part: &Range<usize>) -> bool {
    let (before, rest) = text.split_at_checked(part.start).unwrap_or_default();
    let (found, after) = rest.split_at_checked(part.end - part.start).unwrap_or_default();
    let begins_inside = before.ends_with(is_word) && found.starts_with(is_word);
    let ends_inside = after.starts_with(is_word) && found.ends_with(is_word);
    !begins_inside && !ends_inside
}

/// The letters of a text that stand alone with one character between them, as in `s p a m`; each sequence of them in a
/// line of its own.
struct Spelled {
    letters: String,
    /// For each byte of `letters`, where it stands in the text.
    places: Vec<usize>,
}

impl Spelled {
    fn of(text: &str) -> Self {
        let mut spelled = Self { letters: String::new(), places: Vec::new() };
        let mut last_end = None;
        let mut chars = text.char_indices().peekable();
        let mut is_inside = false;
        while let Some((at, c)) = chars.next() {
            let is_next_word = chars.peek().is_some_and(|(_, next)| is_word(*next));
            if !is_inside && is_word(c) && !is_next_word && c.is_alphabetic() {
                spelled.push(at, c, last_end.is_some_and(|end| text.get(end..at).is_some_and(is_one)));
                last_end = Some(at + c.len_utf8());
            }
            is_inside = is_word(c);
        }
        spelled
    }

    fn push(&mut self, at: usize, letter: char, continues: bool) {
        if !continues {
            self.letters.push('\n');
            self.places.push(at);
        }
        self.letters.push(letter);
        self.places.extend(at..at + letter.len_utf8());
    }

    /// Where letters that follow one another stand in the text.
    fn place(&self, letters: &Range<usize>) -> Range<usize> {
        let place = |at: usize| self.places.get(at).copied().unwrap_or_default();
        place(letters.start)..place(letters.end.saturating_sub(1)) + 1
    }
}

fn is_one(between: &str) -> bool {
    let mut chars = between.chars();
    chars.next().is_some() && chars.next().is_none()
}
