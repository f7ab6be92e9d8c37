//! What any page may rely on that shows a comment: whatever was typed, the HTML is inert, says what was typed, and means
//! the same to a browser as to the sanitiser.

mod inert;

use inert::inert_text;
use proptest::{collection::vec, prelude::*, sample::select};
use rejoinder::domain::{
    body::{BodyLimits, CommentBody},
    html::{SafeHtml, TextFormat},
    text,
};

const CORPUS: &str = include_str!("corpus/xss.txt");
const FORMATS: [TextFormat; 2] = [TextFormat::Plain, TextFormat::Markdown];

/// The payloads of the corpus, its escapes undone.
fn payloads() -> Vec<String> {
    CORPUS.lines().filter(|line| !line.starts_with("# ")).map(|line| unescaped(&line.replace("\\n", "\n"))).collect()
}

fn unescaped(line: &str) -> String {
    let mut parts = line.split("\\x{");
    let mut payload = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let character = part
            .split_once('}')
            .and_then(|(hex, rest)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, rest)));
        let Some((character, rest)) = character else { panic!("a bad escape in the corpus: {line:?}") };
        payload.push(character);
        payload.push_str(rest);
    }
    payload
}

/// The body that a text makes, unless it is none.
fn body(text: &str) -> Option<CommentBody> {
    CommentBody::parse(text, BodyLimits { min_characters: 1, max_characters: 65_536 }).ok()
}

fn without_white_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_payload_comes_out_inert() {
    let payloads = payloads();
    assert!(payloads.len() >= 300, "only {} payloads", payloads.len());
    let surroundings = [
        ("", ""),
        ("text ", " text"),
        ("> - ", ""),
        ("**", "**"),
        ("[", "](https://ok.example)"),
        ("[a](https://ok.example/", ")"),
        ("![a](https://ok.example \"", "\")"),
        ("<https://ok.example/", ">"),
        ("```", "\n```"),
        ("<div title=\"", "\">"),
    ];
    for payload in &payloads {
        for (before, after) in surroundings {
            let Some(body) = body(&format!("{before}{payload}{after}")) else { continue };
            for format in FORMATS {
                let html = SafeHtml::render(&body, format).map(SafeHtml::into_string);
                let verdict = html.as_deref().map(inert_text);
                assert!(matches!(verdict, Ok(Ok(_))), "{format:?} of {:?} is {html:?}: {verdict:?}", body.as_str());
            }
        }
    }
}

/// Texts that are more likely than chance to mean something.
fn texts() -> impl Strategy<Value = String> {
    let marks = select(
        [
            "*",
            "**",
            "_",
            "~~",
            "`",
            "```",
            "[",
            "](",
            ")",
            "](https://ok.example)",
            "![",
            "[a]: ",
            "<",
            ">",
            "</",
            "<a href=",
            "<b>",
            "<!--",
            "-->",
            "<![CDATA[",
            "&",
            "&lt;",
            "&#x202e;",
            "&#",
            ";",
            "\"",
            "'",
            "\\",
            "\n",
            "\n\n",
            "\r\n",
            "    ",
            "\t",
            "- ",
            "> ",
            "1. ",
            "# ",
            "---",
            "===",
            "|",
            "http://",
            "https://ok.example",
            "www.",
            "a@b.cc",
            "javascript:",
            "mailto:",
            "data:",
            "\u{0}",
            "\u{301}",
            "\u{200d}",
            "\u{202e}",
            "\u{feff}",
            "e",
            "é",
            "字",
            "👩",
            "a",
        ]
        .as_slice(),
    );
    prop_oneof![
        any::<String>(),
        vec(prop_oneof![4 => marks.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)], 0..40)
            .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn any_text_comes_out_inert_and_visible(typed in texts()) {
        if let Some(body) = body(&typed) {
            prop_assert!(!body.as_str().chars().any(text::is_forbidden));
            for format in FORMATS {
                if let Ok(html) = SafeHtml::render(&body, format) {
                    let shown = inert_text(html.as_str());
                    prop_assert!(shown.as_deref().is_ok_and(|shown| !text::is_blank(shown)), "{:?}: {:?}", html, shown);
                    prop_assert!(html.as_str().len() <= 64 + 24 * body.as_str().len());
                }
            }
        }
    }

    #[test]
    fn plain_text_is_shown_as_typed(typed in texts()) {
        if let Some(body) = body(&typed) {
            let html = SafeHtml::render(&body, TextFormat::Plain).map(SafeHtml::into_string);
            let shown = html.as_deref().map(|html| inert_text(html).map(|shown| without_white_space(&shown)));
            prop_assert_eq!(shown, Ok(Ok(without_white_space(body.as_str()))));
        }
    }

    #[test]
    fn what_was_normalised_stays_as_it_is(typed in texts()) {
        let kept = text::normalise(&typed);
        prop_assert_eq!(&text::normalise(&kept), &kept);
        let line = text::normalise_line(&typed);
        prop_assert_eq!(&text::normalise_line(&line), &line);
        // It makes no difference, nor to the count, on which system it was typed.
        prop_assert_eq!(&text::normalise(&kept.replace('\n', "\r\n")), &kept);
        prop_assert_eq!(&text::normalise(&kept.replace('\n', "\r")), &kept);
    }
}
