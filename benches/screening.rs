//! What it costs to hold a comment of 2,000 characters against 2,000 rules, beside looking for each word by itself.
//!
//! Prints the median of many runs in microseconds, and how many times faster that is than the plain search in the same
//! run. Then what the slowest regular expression that is accepted costs in the longest comment there can be: looked for
//! once, hidden wherever it is, and all that a site can have of them. Ends with an error if words in a Latin text take a millisecond, or longer than the plain search.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Write as _, stdout};
use std::time::{Duration, Instant};

use rejoinder::domain::id::RuleId;
use rejoinder::domain::rule::{MAX_REGEXES_PER_SITE, MAX_RULES_PER_SITE, Pattern, Rule, RuleAction, RuleKind};
use rejoinder::domain::screening::RuleSet;

const CHARACTERS: usize = 2_000;
const RUNS: usize = 500;
const GOAL: Duration = Duration::from_millis(1);
/// Which of the last parts matches can't be known before the text ends, nor can all that is possible be kept.
const SLOWEST: &str = ".*a[ab]{97}c|[ab]";
const LONGEST_CHARACTERS: usize = 20_000;
const SLOW_RUNS: usize = 5;

/// Made-up words, the same in each run.
struct Words {
    state: u64,
    letters: &'static [char],
}

impl Words {
    const fn new(letters: &'static [char]) -> Self {
        Self { state: 20_240_101, letters }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or_default() % bound
    }

    fn word(&mut self) -> String {
        let length = 3 + self.below(8);
        (0..length)
            .filter_map(|_| {
                let at = self.below(self.letters.len());
                self.letters.get(at)
            })
            .collect()
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        while text.chars().count() < CHARACTERS {
            text.push_str(&self.word());
            text.push_str([" ", " ", " ", ", ", ".\n"].get(self.below(5)).unwrap_or(&" "));
        }
        text.chars().take(CHARACTERS).collect()
    }
}

fn rules(patterns: &[(RuleKind, String)], action: RuleAction) -> Result<RuleSet, Box<dyn Error>> {
    let mut rules = Vec::with_capacity(patterns.len());
    for (number, (kind, pattern)) in (1..).zip(patterns) {
        let pattern = Pattern::parse(*kind, pattern)?;
        rules.push(Rule { id: RuleId::from_number(number), kind: *kind, pattern, action });
    }
    Ok(RuleSet::compile(rules))
}

fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(runs / 2).copied().unwrap_or_default()
}

/// What the slowest regular expression costs in a text of which each letter may be its next.
fn slowest() -> Result<String, Box<dyn Error>> {
    let mut letters = Words::new(&['a', 'b']);
    let mut text = String::new();
    while text.len() < LONGEST_CHARACTERS {
        text.push_str(&letters.word());
    }
    let pattern = |number: usize| (RuleKind::Regex, format!("{SLOWEST}|x{number}"));
    let all: Vec<_> = (0..MAX_REGEXES_PER_SITE).map(pattern).collect();
    let mut table = format!("\n{:<40} {:>12}\n", "the slowest regex", "median µs");
    let sets = [
        ("held", rules(&[pattern(0)], RuleAction::Hold)?),
        ("hidden", rules(&[pattern(0)], RuleAction::Censor)?),
        ("all of a site", rules(&all, RuleAction::Censor)?),
    ];
    for (name, set) in sets {
        let screened = median(SLOW_RUNS, || drop(black_box(set.screen(black_box(&text)))));
        writeln!(table, "{name:<40} {:>12.1}", screened.as_secs_f64() * 1e6)?;
    }
    Ok(table)
}

fn main() -> Result<(), Box<dyn Error>> {
    let latin: &[char] =
        &['e', 't', 'a', 'o', 'i', 'n', 's', 'h', 'r', 'd', 'l', 'u', 'c', 'm', 'w', 'f', 'g', 'y', 'p', 'b'];
    let cyrillic: &[char] =
        &['о', 'е', 'а', 'и', 'н', 'т', 'с', 'р', 'в', 'л', 'к', 'м', 'д', 'п', 'у', 'я', 'ы', 'ь', 'г', 'з'];
    let words: Vec<String> = {
        let mut words = Words::new(latin);
        (0..MAX_RULES_PER_SITE).map(|_| words.word()).collect()
    };
    let of = |kind: RuleKind, shape: fn(&str) -> String, count: usize| -> Vec<(RuleKind, String)> {
        words.iter().take(count).map(|word| (kind, shape(word))).collect()
    };
    let sets = [
        ("2,000 words", of(RuleKind::Word, str::to_owned, MAX_RULES_PER_SITE)),
        ("2,000 wildcards", of(RuleKind::Wildcard, |word| format!("*{word}*"), MAX_RULES_PER_SITE)),
        ("200 regexes", of(RuleKind::Regex, |word| format!(r"\b{word}\d+\b"), MAX_REGEXES_PER_SITE)),
    ];
    let texts = [("Latin", Words::new(latin).text()), ("Cyrillic", Words::new(cyrillic).text())];

    let mut table = format!(
        "{:<16} {:<9} {:>12} {:>10} {:>12} {:>8}\n",
        "rules", "text", "compile ms", "median µs", "contains µs", "ratio"
    );
    let mut reached = true;
    for (rule_name, patterns) in &sets {
        let begun = Instant::now();
        let set = rules(patterns, RuleAction::Hold)?;
        let compiled = begun.elapsed();
        for (text_name, text) in &texts {
            let screened = median(RUNS, || drop(black_box(set.screen(black_box(text)))));
            let plain = median(RUNS, || {
                let lower = black_box(text).to_lowercase();
                black_box(words.iter().take(patterns.len()).filter(|word| lower.contains(word.as_str())).count());
            });
            let ratio = plain.as_secs_f64() / screened.as_secs_f64();
            writeln!(
                table,
                "{rule_name:<16} {text_name:<9} {:>12} {:>10.1} {:>12.1} {ratio:>8.2}",
                compiled.as_millis(),
                screened.as_secs_f64() * 1e6,
                plain.as_secs_f64() * 1e6,
            )?;
            let is_goal = (*rule_name, *text_name) == ("2,000 words", "Latin");
            reached &= !is_goal || (screened < GOAL && ratio > 1.0);
        }
    }
    table.push_str(&slowest()?);
    stdout().write_all(table.as_bytes())?;
    if reached { Ok(()) } else { Err("2,000 words in a Latin text missed the goal".into()) }
}
