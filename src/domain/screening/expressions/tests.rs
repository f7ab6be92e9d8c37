//! That no regular expression costs more than the length of a text, and what becomes of those that would.

use proptest::prelude::*;

use super::*;
use crate::domain::id::RuleId;
use crate::domain::rule::{MAX_REGEX_WIDTH, MAX_REGEXES_PER_SITE, Pattern, PatternError, RuleAction::*};
use crate::domain::screening::{RuleSet, Screening};

/// Patterns that are made to be slow, and whether they may be.
const HOSTILE: [(&str, bool); 33] = [
    (".*a[ab]{1200}c|[ab]", false),
    (".*a[ab]{101}c|[ab]", false),
    (".*a[ab]{97}c|[ab]", true),
    ("[ab]{1000}c", false),
    ("[ab]{100}c", true),
    ("a.{99}c", true),
    (r"\b.{99}z\b", true),
    (r"\w{200}", false),
    (r"\w{5}", true),
    (r"(?:\w\W){3}z", false),
    (r"(?i)\pL{20}", false),
    (r"(?i)(?:k|ſ|s){50}z", true),
    (r"(?:[\w&&[^a]]){10}b", false),
    (r"[^a-z]{100}", true),
    (r"\P{Greek}{50}", true),
    (r"\d{20}", true),
    ("(?:a|b|ab|ba){16}c", true),
    ("(?:a|b|ab|ba){50}c", false),
    ("(?:a?){100}b", true),
    ("(?:a?){500}b", false),
    ("(?:[ab]{1,2}){50}c", true),
    ("(?:[ab]{1,2}){51}c", false),
    ("(((a{10}){10}){10})", false),
    ("((((([ab]{2}){2}){2}){2}){2}){2}c", true),
    ("((a{0,20}){0,20})b", false),
    ("(a+)+$", true),
    ("(a|a)+b|(.*)(.*)(.*)x", true),
    (r"(\w+\s?)+!", true),
    (r"\b\w+\W+\w+\b", true),
    (".*[^a-z ]|a", true),
    ("[ab]+c|b", true),
    ("(?:.*,){11}p", true),
    (r"(?s).*(?:a|b).{90}[^ab]", true),
];

fn texts(length: usize) -> Vec<String> {
    let mut state: u64 = 20_240_101;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { 'a' } else { 'b' }
    };
    let random = (0..length).map(|_| letter()).collect();
    let repeated = ["a", "ab ", "аб", "a,", "👍a", "k", "x y"].map(|part| part.chars().cycle().take(length).collect());
    repeated.into_iter().chain([random]).collect()
}

fn set(pattern: &str, action: RuleAction) -> RuleSet {
    let pattern = Pattern::parse(RuleKind::Regex, pattern).unwrap();
    RuleSet::compile(vec![Rule { id: RuleId::from_number(1), kind: RuleKind::Regex, pattern, action }])
}

/// How much work a rule set does for a text.
fn work(set: &RuleSet, text: &str) -> u64 {
    let mut findings = Findings { rules: &set.rules, ..Findings::default() };
    let mut meter = Meter::full();
    set.expressions.search_by(&mut meter, text, &Folded::of(text), &mut findings);
    MAX_WORK - meter.0
}

fn bound(text: &str) -> u64 {
    let scans = if Folded::of(text).as_str() == Folded::as_typed(text).as_str() { 1 } else { 2 };
    let once = length(0..text.len()) * (1 + u64::from(MAX_REGEX_WIDTH));
    scans * (once + (length(0..text.len()) * MAX_WORK_FOR_BYTE).max(MIN_WORK))
}

#[test]
fn a_pattern_that_is_too_slow_is_refused() {
    for (pattern, is_fit) in HOSTILE {
        let parsed = Pattern::parse(RuleKind::Regex, pattern);
        assert_eq!(parsed.is_ok(), is_fit, "{pattern}: {parsed:?}");
        assert!(is_fit || parsed == Err(PatternError::TooComplex), "{pattern}: {parsed:?}");
    }
}

#[test]
fn the_work_for_a_text_grows_with_its_length() {
    for (pattern, _) in HOSTILE.into_iter().filter(|(_, is_fit)| *is_fit) {
        for action in [Censor, Hold] {
            let set = set(pattern, action);
            let [short, long] = [2_000, 4_000].map(texts);
            for (short, long) in short.iter().zip(&long) {
                let (short_work, long_work) = (work(&set, short), work(&set, long));
                assert!(short_work <= bound(short) && long_work <= bound(long), "{pattern} {short:.8}");
                assert!(long_work <= 2 * short_work.max(MIN_WORK) + bound(short) / 2, "{pattern} {short:.8}");
            }
        }
    }
}

#[test]
fn one_match_is_enough_for_a_rule_that_hides_nothing() {
    let text = "ab ".repeat(2_000);
    for action in [Hold, Reject] {
        let set = set("[ab]+x|b", action);
        let screening = set.screen(&text);
        assert_eq!((screening.action, screening.matches[0].ranges.len()), (Some(action), 1));
        assert!(work(&set, &text) <= 2 * length(0..text.len()));
    }
}

#[test]
fn a_text_with_too_much_to_hide_is_held() {
    let held = |screening: &Screening| screening.action == Some(Hold) && screening.censored.is_empty();
    let few = "bad, ".repeat(200);
    let many = "bad, ".repeat(1_500);
    let costly = "a".repeat(20_000);
    let cases = [("bad", &few, false), (r"b\w+", &few, false), ("bad", &many, true), (".*,|.", &costly, true)];
    for (pattern, text, is_held) in cases {
        let screening = set(pattern, Censor).screen(text);
        assert_eq!(held(&screening), is_held, "{pattern}");
        assert_eq!(screening.matches[0].action == Hold, is_held, "{pattern}");
        assert_eq!((screening.rule_count, screening.matches[0].ranges.len()), (1, 20), "{pattern}");
    }
    // Words of another script may be there, however many.
    let russian = "вор и рот, ждёт. ".repeat(1_000);
    assert_eq!(set("[a-z]+x?", Hold).screen(&russian), Screening::default());
    assert_eq!(set("[a-z]+x?", Reject).screen(&format!("{russian} x")).action, Some(Reject));
}

#[test]
fn what_all_expressions_of_a_site_cost_is_bounded() {
    let rules = (1..).zip([Reject; MAX_REGEXES_PER_SITE]).map(|(number, action)| {
        let pattern = Pattern::parse(RuleKind::Regex, &format!("x{number}[cd]{{99}}c")).unwrap();
        Rule { id: RuleId::from_number(number), kind: RuleKind::Regex, pattern, action }
    });
    let set = RuleSet::compile(rules.collect());
    assert_eq!(set.screen(&"a".repeat(2_000)), Screening::default());
    let screening = set.screen(&"a".repeat(20_000));
    assert_eq!((screening.action, screening.censored), (Some(Hold), Vec::new()));
    assert!(screening.rule_count < MAX_REGEXES_PER_SITE);
}

proptest! {
    #[test]
    fn the_work_for_any_pattern_is_bounded(
        pattern in r"[ab.|+*?()\[\]{},0-9\\wb-]{1,16}",
        repeated in r"(\.\*)?(a|\[ab\]|\.|\\w|\(a\|b[+]\))\{[0-9]{1,3}\}(c|\|a|\|\[ab\])",
        text in "[ab ,а👍]{1,40}",
        times in 1_usize..200,
    ) {
        let text = text.repeat(times);
        for pattern in [pattern, repeated] {
            if Pattern::parse(RuleKind::Regex, &pattern).is_ok() {
                prop_assert!(work(&set(&pattern, Censor), &text) <= bound(&text));
                prop_assert!(work(&set(&pattern, Hold), &text) <= bound(&text));
            }
        }
    }
}
