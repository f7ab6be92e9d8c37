//! Whatever the rules and the text are, what is found lies in the text, and names keep their skeletons.
//!
//! The first line of the input is the pattern of the rules, the rest is the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::domain::{
    folding::{Folded, skeleton},
    id::RuleId,
    rule::{Pattern, Rule, RuleAction, RuleKind},
    screening::{RuleSet, censor, links},
    text,
};

fuzz_target!(|input: &str| {
    let (pattern, text) = input.split_once('\n').unwrap_or(("spam", input));
    let once = skeleton(text);
    assert_eq!(skeleton(&once), once);
    check_way_back(&Folded::of(text), text);
    check_way_back(&Folded::as_typed(text), text);

    let kinds = [RuleKind::Word, RuleKind::Wildcard, RuleKind::Regex];
    let rules = kinds.into_iter().filter_map(|kind| {
        let pattern = Pattern::parse(kind, pattern).ok()?;
        Some(Rule { id: RuleId::from_number(1), kind, pattern, action: RuleAction::Censor })
    });
    let screening = RuleSet::compile(rules.collect()).screen(text);
    let listed = screening.matches.iter().map(|found| &found.ranges);
    for ranges in listed.chain([&screening.censored]) {
        assert!(ranges.iter().all(|range| !range.is_empty() && text.get(range.clone()).is_some()), "{ranges:?}");
        assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{ranges:?}");
    }
    let censored = censor(text, &screening.censored);
    assert!(text::characters(&censored) <= text::characters(text), "{censored:?}");
    assert!(links(text) <= text.len());
});

fn check_way_back(folded: &Folded, text: &str) {
    let mut last = 0..0;
    for (at, c) in folded.as_str().char_indices() {
        let original = folded.original(&(at..at + c.len_utf8()));
        assert!(original.start >= last.start && original.end >= last.end && !original.is_empty(), "{at}");
        assert!(text.get(original.clone()).is_some(), "{original:?}");
        last = original;
    }
}
