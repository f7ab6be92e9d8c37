//! How long a text is, to the service: the same as to the widget, which `tests/browser/characters.test.mjs` holds against
//! the same table. The table has only what the Unicode of both agrees about, and no halves of surrogate pairs, since JSON
//! can't carry those.

use rejoinder::domain::body::{BodyError, BodyLimits, CommentBody};
use rejoinder::domain::text;
use serde::Deserialize;

const TABLE: &str = include_str!("corpus/characters.json");

#[derive(Deserialize)]
struct Case {
    what: String,
    text: String,
    characters: u32,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(TABLE).unwrap_or_else(|error| panic!("the table can't be read: {error}"))
}

/// Limits that leave room for any case, but want so many characters.
fn at_least(min_characters: u32) -> BodyLimits {
    BodyLimits { min_characters, max_characters: 20_000 }
}

#[test]
fn a_text_has_as_many_characters_as_the_table_says() {
    for case in cases().iter().filter(|case| case.characters > 0) {
        let normal = text::normalise(&case.text);
        assert_eq!(text::characters(&normal), usize::try_from(case.characters).expect("a number"), "{}", case.what);
        assert!(!text::is_blank(&normal), "{}", case.what);
        assert!(text::most_combining_marks(&normal) <= 10, "{}", case.what);
    }
}

#[test]
fn a_text_that_shows_nothing_has_no_characters() {
    for case in cases().iter().filter(|case| case.characters == 0) {
        let refusal = CommentBody::parse(&case.text, at_least(1)).err();
        assert_eq!(refusal, Some(BodyError::TooShort { min: 1, actual: 0 }), "{}", case.what);
    }
}

#[test]
fn a_body_is_refused_from_the_next_character_on() {
    for case in cases().iter().filter(|case| case.characters > 0) {
        assert!(CommentBody::parse(&case.text, at_least(case.characters)).is_ok(), "{}", case.what);
        let refusal = CommentBody::parse(&case.text, at_least(case.characters + 1)).err();
        let actual = u64::from(case.characters);
        assert_eq!(refusal, Some(BodyError::TooShort { min: actual + 1, actual }), "{}", case.what);
    }
}
