//! What rules match, and what they must not match.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::domain::rule::{MAX_REGEXES_PER_SITE, MAX_RULES_PER_SITE, Pattern, RuleAction::*, RuleKind::*};
use crate::domain::text;

fn rule(number: usize, kind: RuleKind, pattern: &str, action: RuleAction) -> Rule {
    let id = RuleId::from_number(i64::try_from(number).unwrap());
    Rule { id, kind, pattern: Pattern::parse(kind, pattern).unwrap(), action }
}

fn rules(patterns: &[(RuleKind, &str)]) -> RuleSet {
    let rules = patterns.iter().enumerate().map(|(at, (kind, pattern))| rule(at + 1, *kind, pattern, Censor));
    RuleSet::compile(rules.collect())
}

fn found<'t>(kind: RuleKind, pattern: &str, text: &'t str) -> Vec<&'t str> {
    rules(&[(kind, pattern)]).screen(text).censored.into_iter().map(|range| &text[range]).collect()
}

fn check(kind: RuleKind, cases: &[(&str, &str, &[&str])]) {
    for (pattern, text, expected) in cases {
        assert_eq!(found(kind, pattern, text), *expected, "{pattern} in {text:?}");
    }
}

#[test]
fn a_word_is_found_as_a_whole() {
    check(
        Word,
        &[
            ("spam", "Spam, SPAM and (spam)!", &["Spam", "SPAM", "spam"]),
            ("spam", "spammer antispam spam2 spamé", &[]),
            ("spam", "**spam** _spam_ spam's don't-spam", &["spam", "spam", "spam", "spam"]),
            ("SPAM", "spam", &["spam"]),
            ("ass", "class assess pass", &[]),
            ("modem", "modern modem", &["modem"]),
            ("clone", "done", &[]),
            ("ill", "i11 Ill 1ll", &["Ill"]),
            ("buy now", "Buy \n\t now, buynow, buy - now", &["Buy \n\t now"]),
            ("buy now", "buy\u{3164}now", &["buy\u{3164}now"]),
            ("c++", "c++ and c+++ but abc++", &["c++", "c++"]),
            ("$$$", "$$$$ a$$$b", &["$$$$", "$$$"]),
            ("a*b", "a*b axb", &["a*b"]),
            ("ano", "año ano an\u{303}o", &["ano"]),
            ("straße", "STRASSE Straße", &["STRASSE", "Straße"]),
            ("垃圾", "这是垃圾邮件", &["垃圾"]),
            ("สแปม", "นี่คือสแปมครับ", &["สแปม"]),
            ("스팸", "스팸 스팸은", &["스팸"]),
            ("مرحبا", "قال مَرْحَبًا هنا", &["مَرْحَبًا"]),
            ("שלום", "אמר שָׁלוֹם", &["שָׁלוֹם"]),
            ("👍🏽", "ok 👍🏽👍", &["👍🏽"]),
            ("it", "", &[]),
        ],
    );
}

#[test]
fn a_disguised_word_is_found() {
    check(
        Word,
        &[
            ("spam", "ѕраm", &["ѕраm"]),
            ("spam", "s\u{200b}p\u{ad}a\u{2060}m", &["s\u{200b}p\u{ad}a\u{2060}m"]),
            ("spam", "\u{202e}s\u{200f}pam", &["s\u{200f}pam"]),
            ("spam", "s\u{337}\u{338}p\u{35c}a\u{489}m\u{337}!", &["s\u{337}\u{338}p\u{35c}a\u{489}m\u{337}"]),
            ("spam", "ＳＰＡＭ 𝔰𝔭𝔞𝔪 ⓢⓟⓐⓜ ꜱᴘᴀᴍ", &["ＳＰＡＭ", "𝔰𝔭𝔞𝔪", "ⓢⓟⓐⓜ", "ꜱᴘᴀᴍ"]),
            ("spam", "s.p.a.m, s p  a\nm; S-P-A-M", &["s.p.a.m", "s p  a\nm", "S-P-A-M"]),
            ("spam", "I s p a m x", &["s p a m"]),
            ("spam", "ѕ р а m", &["ѕ р а m"]),
            ("spam", "s..p..a..m s, p, a, m sp am s.pam s.p.am", &[]),
            ("spam", "as p a m s p a my s1p1a1m", &[]),
            ("ass", "a s s", &[]),
            ("buy now", "b u y n o w", &[]),
            ("дурак", "дypaк д у р а к", &["дypaк", "д у р а к"]),
        ],
    );
}

#[test]
fn a_word_of_another_script_is_a_word_of_its_own() {
    check(
        Word,
        &[
            ("pot", "Закрой рот, дурак", &[]),
            ("pot", "Курит pot и pоt", &["pot", "pоt"]),
            ("pot", "a рот for sale", &["рот"]),
            ("рот", "a pot for sale", &[]),
            ("рот", "Рот и pot", &["Рот", "pot"]),
            ("рот", "рот", &["рот"]),
            ("вор", "ВОР, вор", &["ВОР", "вор"]),
        ],
    );
}

#[test]
fn a_wildcard_stays_within_a_word() {
    check(
        Wildcard,
        &[
            ("sp*m", "spm spam SPXXM spammers xspam sp am", &["spm", "spam", "SPXXM"]),
            ("spam*", "spam spammer antispam", &["spam", "spammer"]),
            ("*spam", "spam spammer antispam", &["spam", "antispam"]),
            ("*spam*", "spam, xspamx. é_spamö", &["spam", "xspamx", "spamö"]),
            ("a*b*c", "abc abcb axbxc ab", &["abc", "axbxc"]),
            ("ab*ba", "aba abba", &["abba"]),
            ("buy * now", "buy it now, buy now, buy it or now", &["buy it now"]),
            ("buy* n*w", "buying new BUY NOW", &["buying new", "BUY NOW"]),
            ("*.example", "see spam.example, example", &["spam.example"]),
            ("c++*", "c++11 c+11", &["c++11"]),
            ("vi*ra", "Vіаgrа", &["Vіаgrа"]),
            ("垃*圾邮", "垃圾邮件 垃x圾邮", &["垃圾邮", "垃x圾邮"]),
            ("sp**m", "spam", &["spam"]),
            ("--*", "a --b", &["--b"]),
        ],
    );
}

#[test]
fn a_regular_expression_sees_the_folded_text() {
    check(
        Regex,
        &[
            (r"\bv[i1]agra\b", "Viagra v1agra ѵіаgrа viagras", &["Viagra", "v1agra", "ѵіаgrа"]),
            (r"SPAM\d+", "spam12", &["spam12"]),
            (r"buy now", "buy\n\n now", &["buy\n\n now"]),
            (r"\d{3}-\d{4}", "call 555-1234", &["555-1234"]),
            ("[а-я]+", "это рот", &["это", "рот"]),
            (r"\p{Cyrillic}{3}", "рот", &["рот"]),
            ("pot", "это рот", &[]),
            ("pot", "this is рот", &["рот"]),
            (r"(.)\bx", "é x", &[" x"]),
            ("(a+)+$", "xaaa", &["aaa"]),
            ("m", "rn m", &["m"]),
        ],
    );
}

#[test]
fn matches_are_listed_in_the_order_of_the_rules_and_bounded() {
    let set = RuleSet::compile(vec![
        rule(7, Regex, "x[0-9]", Hold),
        rule(3, Word, "absent", Reject),
        rule(5, Word, "Spam", Censor),
    ]);
    let text = "spam x1 spam";
    let screening = set.screen(text);
    let listed: Vec<_> =
        screening.matches.iter().map(|found| (found.rule_id.number(), found.pattern.as_str())).collect();
    assert_eq!(listed, [(7, "x[0-9]"), (5, "Spam")]);
    assert_eq!(screening.matches[1].ranges, [0..4, 8..12]);
    assert_eq!((screening.rule_count, screening.action), (2, Some(Hold)));
    assert_eq!(censor(text, &screening.censored), "•••• x1 ••••");

    let many =
        RuleSet::compile((1..=50).map(|at| rule(at, Word, "a", if at == 50 { Reject } else { Censor })).collect());
    let text = "a ".repeat(100);
    let screening = many.screen(&text);
    assert_eq!((screening.matches.len(), screening.rule_count, screening.action), (20, 50, Some(Reject)));
    assert_eq!((screening.matches[0].ranges.len(), screening.censored.len()), (20, 100));
    assert_eq!(RuleSet::compile(Vec::new()).screen("spam"), Screening::default());
}

#[test]
fn what_is_censored_leaves_its_length_and_its_white_space() {
    let cases = [
        ("buy \n now!", "buy now", "••• \n •••!"),
        ("s\u{337}p\u{337}am", "spam", "••••"),
        ("ﬁne fine", "fine", "••• ••••"),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦", "•"),
        ("no", "yes", "no"),
    ];
    for (text, pattern, expected) in cases {
        assert_eq!(censor(text, &rules(&[(Word, pattern)]).screen(text).censored), expected);
    }
}

#[test]
fn links_are_counted() {
    let cases = [
        ("", 0),
        ("http://a.example https://b.example/x?y=z#w", 2),
        ("www.example.com and WWW.example.org/x", 2),
        ("example.com isn't counted, nor is a.b or 1.5", 0),
        ("mail@example.com mailto:mail@example.com mail@www.example.com", 0),
        ("<a href=\"http://a.example\">x</a> [x](http://b.example)", 2),
        ("HTTP://A.EXAMPLE", 1),
        ("http://bücher.example", 1),
        ("http:// www. ://", 0),
        ("ftp://files.example", 1),
    ];
    for (text, expected) in cases {
        assert_eq!(links(text), expected, "{text}");
    }
}

#[test]
fn a_rule_set_can_be_shared_and_survives_a_broken_rule() {
    fn shared<T: Send + Sync + fmt::Debug>(_: &T) {}
    let broken = Rule { pattern: Pattern::from_stored("(".to_owned()), ..rule(1, Regex, "x", Hold) };
    let blank = Rule { pattern: Pattern::from_stored("\u{200b}".to_owned()), ..rule(2, Word, "x", Hold) };
    let stars = Rule { pattern: Pattern::from_stored("*".to_owned()), ..rule(3, Wildcard, "xx", Hold) };
    let set = Arc::new(RuleSet::compile(vec![broken, blank, stars, rule(4, Word, "spam", Hold)]));
    shared(&set);
    assert_eq!(set.screen("( spam x").rule_count, 1);
}

/// Far above what any case takes, and far below what one of quadratic or exponential cost would.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn hostile_rules_and_texts_cost_no_more_than_their_length() {
    let sizes = 65_536;
    let texts =
        ["a", "a ", "ab", "a.", "а", "а́", "\u{200b}", "\u{301}", "http://a.a/", "www.", "a@", "spm", "👩‍👩‍👧‍👦", "\n"];
    let regexes = |pattern: fn(usize) -> String| (0..MAX_REGEXES_PER_SITE).map(|at| (Regex, pattern(at))).collect();
    let sets: [Vec<(RuleKind, String)>; 5] = [
        vec![
            (Regex, "(a+)+$".to_owned()),
            (Regex, "(a|a)+b|(.*)(.*)(.*)x".to_owned()),
            (Regex, r"(\w+\s?)+!".to_owned()),
        ],
        vec![(Regex, ".*[^a-z ]|a".to_owned())],
        regexes(|at| format!("x{at}(a+)+$")),
        (1..=10)
            .map(|tenth| 20 * tenth)
            .flat_map(|length| [(Word, "a".repeat(length)), (Word, vec!["a"; length.div_ceil(2)].join(" "))])
            .collect(),
        (0..MAX_RULES_PER_SITE).map(|at| (Wildcard, format!("s*p*m*{at}"))).collect(),
    ];
    for patterns in sets {
        let patterns: Vec<_> = patterns.iter().map(|(kind, pattern)| (*kind, pattern.as_str())).collect();
        let set = rules(&patterns);
        for text in texts {
            let text = text.repeat(sizes / text.len());
            let begun = Instant::now();
            let screening = set.screen(&text);
            let _ = (censor(&text, &screening.censored), links(&text));
            assert!(begun.elapsed() < PATIENCE, "{:?} {:?}", patterns.first(), text.get(..8));
        }
    }
}

proptest! {
    #[test]
    fn ranges_are_parts_of_the_text(
        any in any::<String>(),
        mixed in "[a-cspm.* \u{200b}\u{301}é ﬁаѕрmпи垃圾🇩👍\u{3164}\n]{0,60}",
        pattern in "[a-cspm.* éаѕр垃圾]{1,5}",
        regex in "[a-c.+|а]{1,6}",
    ) {
        let kinds = [(Word, &pattern), (Wildcard, &pattern), (Regex, &regex)];
        let parsed = kinds.iter().enumerate().filter_map(|(at, (kind, pattern))| {
            let pattern = Pattern::parse(*kind, pattern).ok()?;
            Some(Rule { id: RuleId::from_number(i64::try_from(at).unwrap()), kind: *kind, pattern, action: Censor })
        });
        let set = RuleSet::compile(parsed.collect());
        for text in [&any, &mixed] {
            let screening = set.screen(text);
            let listed = screening.matches.iter().map(|found| &found.ranges);
            for ranges in listed.chain([&screening.censored]) {
                prop_assert!(ranges.iter().all(|range| !range.is_empty() && text.get(range.clone()).is_some()));
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
            let censored = censor(text, &screening.censored);
            prop_assert!(text::characters(&censored) <= text::characters(text));
            prop_assert_eq!(screening.censored.is_empty(), screening.matches.is_empty());
            prop_assert!(!screening.censored.is_empty() || censored == *text);
            // White space that matches stays as it is.
            let hides = |range: &std::ops::Range<usize>| text[range.clone()].contains(char::is_alphanumeric);
            prop_assert!(!screening.censored.iter().any(hides) || censored != *text);
            let _ = links(text);
        }
    }

    #[test]
    fn a_text_is_found_by_itself(text in "[a-zé а-я.,!-]{2,40}") {
        for kind in [Word, Wildcard] {
            if let Ok(pattern) = Pattern::parse(kind, &text) {
                let set = RuleSet::compile(vec![Rule { pattern, ..rule(1, Word, "x", Hold) }]);
                prop_assert_eq!(set.screen(&text).rule_count, 1);
            }
        }
    }
}
