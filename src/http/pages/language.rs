//! The languages of the pages: the same texts as the widget has, and which of them a reader gets.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMDT;
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::options::TimePrecision;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;

/// The texts of each language, as they are in files.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));
/// What is said where a language lacks a text.
const FALLBACK: &str = "en";
/// Which of the texts says where lines begin: `ltr` or `rtl`.
const DIRECTION: &str = "direction";
/// The longest name of a language that is looked at.
const MAX_TAG_CHARACTERS: usize = 35;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Plural(HashMap<String, String>),
}

/// The texts of a language.
#[derive(Debug)]
pub struct Language {
    /// Its name (BCP 47).
    pub tag: &'static str,
    texts: HashMap<String, Text>,
    plurals: Option<PluralRules>,
    moments: Option<FixedCalendarDateTimeFormatter<Gregorian, YMDT>>,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| FILES.iter().map(|file| Language::read(*file)).collect());
/// What is left when there is not even English.
static SPEECHLESS: LazyLock<Language> = LazyLock::new(|| Language::read((FALLBACK, "{}")));

/// Every language that pages can be in.
#[must_use]
pub fn all() -> &'static [Language] {
    &LANGUAGES
}

/// The language of this name or, of a name with more parts (`de-AT`), of its first.
#[must_use]
pub fn find(tag: &str) -> Option<&'static Language> {
    let primary = tag.split('-').next().unwrap_or_default();
    let named = |name: &str| LANGUAGES.iter().find(|language| language.tag.eq_ignore_ascii_case(name));
    named(tag).or_else(|| named(primary))
}

/// The language when nothing says which.
#[must_use]
pub fn fallback() -> &'static Language {
    find(FALLBACK).unwrap_or(&SPEECHLESS)
}

/// Whether a text has the form of a language's name.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= MAX_TAG_CHARACTERS && text.split('-').all(is_part)
}

/// The language that a browser likes best among those there are (RFC 9110, section 12.5.4).
#[must_use]
pub fn preferred(headers: &HeaderMap) -> &'static Language {
    let lines = headers.get_all(ACCEPT_LANGUAGE).filter_map(|line| line.to_str().ok());
    let mut best: Option<(f32, &'static Language)> = None;
    for range in lines.flat_map(|line| line.split(',')) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        let Some(language) = find(tag.trim()) else { continue };
        if weight > best.map_or(0.0, |(weight, _)| weight) {
            best = Some((weight, language));
        }
    }
    best.map_or_else(fallback, |(_, language)| language)
}

impl Language {
    fn read((tag, file): (&'static str, &str)) -> Self {
        let texts = serde_json::from_str(file).unwrap_or_default();
        let locale: Option<Locale> = tag.parse().ok();
        let locale = locale.as_ref();
        let plurals = locale.and_then(|locale| PluralRules::try_new_cardinal(locale.into()).ok());
        let parts = YMDT::medium().with_time_precision(TimePrecision::Minute);
        let moments = locale.and_then(|locale| FixedCalendarDateTimeFormatter::try_new(locale.into(), parts).ok());
        Self { tag, texts, plurals, moments }
    }

    /// Where lines begin.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        match self.texts.get(DIRECTION) {
            Some(Text::Plain(direction)) if direction == "rtl" => "rtl",
            _ => "ltr",
        }
    }

    /// Whether this language or the fallback has such a text.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key) || fallback().texts.contains_key(key)
    }

    /// Day and time of day, as the language writes them.
    #[must_use]
    pub fn moment(&self, moment: jiff::civil::DateTime) -> String {
        let small = |number: i8| u8::try_from(number).unwrap_or_default();
        let date = Date::try_new_gregorian(moment.year().into(), small(moment.month()), small(moment.day())).ok();
        let time = Time::try_new(small(moment.hour()), small(moment.minute()), 0, 0).ok();
        let parts = self.moments.as_ref().zip(date).zip(time);
        parts.map_or_else(
            || moment.strftime("%Y-%m-%d %H:%M").to_string(),
            |((moments, date), time)| moments.format(&DateTime { date, time }).to_string(),
        )
    }

    /// A text as it is.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.say(key, 0, &[])
    }

    /// A text about a number.
    #[must_use]
    pub fn count(&self, key: &str, count: u64) -> String {
        self.say(key, count, &[])
    }

    /// A text with somebody's name or a title in it, which keep the direction of their own writing.
    #[must_use]
    pub fn about(&self, key: &str, placeholder: &str, value: &str) -> String {
        self.say(key, 0, &[(placeholder, &format!("\u{2068}{value}\u{2069}"))])
    }

    /// A text about a number, with values in the places of their names.
    #[must_use]
    pub fn say(&self, key: &str, count: u64, values: &[(&str, &str)]) -> String {
        let speaker = if self.texts.contains_key(key) { self } else { fallback() };
        let number = count.to_string();
        let template = match speaker.texts.get(key) {
            Some(Text::Plain(text)) => text,
            Some(Text::Plural(forms)) => speaker.form(forms, count),
            None => key,
        };
        let value = |name: &str| {
            let given = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            given.or_else(|| (name == "count").then_some(number.as_str()))
        };
        fill(template, value)
    }

    fn form<'a>(&self, forms: &'a HashMap<String, String>, count: u64) -> &'a str {
        let category = self.plurals.as_ref().map_or(PluralCategory::Other, |rules| rules.category_for(count));
        let name = match category {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        };
        forms.get(name).or_else(|| forms.get("other")).map_or("", String::as_str)
    }
}

/// Puts values in the places of their names. What a value says is not looked at again.
fn fill<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        rest = after;
        match after.split_once('}').and_then(|(name, after)| Some((value(name)?, after))) {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => text.push('{'),
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_number_is_said_as_the_language_does() {
        let arabic = r#"{"x": {"zero": "z", "one": "o", "two": "t", "few": "f {count}", "many": "m", "other": "r"}}"#;
        let arabic = Language::read(("ar", arabic));
        let said = [0, 1, 2, 5, 11, 100].map(|count| arabic.count("x", count));
        assert_eq!(said, ["z", "o", "t", "f 5", "m", "r"]);
        let english = Language::read(("en", r#"{"x": {"one": "{count} comment", "other": "{count} comments"}}"#));
        assert_eq!([0, 1, 2].map(|count| english.count("x", count)), ["0 comments", "1 comment", "2 comments"]);
        assert_eq!(Language::read(("ja", r#"{"x": {"other": "{count}件"}}"#)).count("x", 1), "1件");
    }

    #[test]
    fn a_moment_is_written_as_the_language_does() {
        let moment = jiff::civil::date(2026, 11, 5).at(15, 4, 59, 0);
        let cases = [
            ("en", "Nov 5, 2026, 3:04\u{202f}PM"),
            ("de", "05.11.2026, 15:04"),
            ("fr", "5 nov. 2026, 15:04"),
            ("ja", "2026/11/05 15:04"),
            ("zh", "2026年11月5日 15:04"),
        ];
        for (tag, written) in cases {
            assert_eq!(find(tag).map(|language| language.moment(moment)).as_deref(), Some(written));
        }
        assert_eq!(Language::read(("n,o", "{}")).moment(moment), "2026-11-05 15:04");
    }

    #[test]
    fn a_value_is_put_in_once_and_not_looked_at_again() {
        let values = |name: &str| (name == "name").then_some("{count} {name}");
        assert_eq!(fill("to {name}, {other} { {name}", values), "to {count} {name}, {other} { {count} {name}");
        assert_eq!(fill("{", values), "{");
    }

    #[test]
    fn there_are_texts_in_english_and_what_is_missing_is_said_in_english() {
        let dumb = Language::read(("de", "{}"));
        assert_eq!(dumb.text("sort.newest"), fallback().text("sort.newest"));
        assert_ne!(fallback().text("sort.newest"), "sort.newest");
        assert_eq!(fallback().text("no.such.text"), "no.such.text");
    }

    #[test]
    fn a_language_says_itself_where_its_lines_begin() {
        let directions = ["ar", "de", "en", "ja"].map(|tag| find(tag).map(Language::direction));
        assert_eq!(directions, [Some("rtl"), Some("ltr"), Some("ltr"), Some("ltr")]);
        assert!(all().iter().all(|language| language.texts.contains_key(DIRECTION)));
        assert_eq!(Language::read(("he", "{}")).direction(), "ltr");
    }

    #[test]
    fn every_file_of_texts_can_be_read_and_has_plural_rules() {
        for language in all() {
            assert!(
                !language.texts.is_empty() && language.plurals.is_some() && language.moments.is_some(),
                "{}",
                language.tag
            );
        }
    }

    #[test]
    fn a_browser_gets_the_language_it_likes_best() {
        let cases = [
            ("en", "en"),
            ("en-GB,en;q=0.5", "en"),
            ("xx, yy;q=0.9", "en"),
            ("xx;q=1, en;q=0.1", "en"),
            ("*", "en"),
            ("", "en"),
            ("en;q=nonsense", "en"),
        ];
        for (accept, tag) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
            assert_eq!(preferred(&headers).tag, tag, "{accept}");
        }
        for (text, is_one) in [("de", true), ("zh-Hant-TW", true), ("", false), ("de_DE", false), ("de-", false)] {
            assert_eq!(is_tag(text), is_one, "{text}");
        }
    }
}
