//! Whatever is typed, a body stays itself when it is parsed again, and its HTML is inert, visible and in proportion.

#![no_main]

#[path = "../../tests/inert/mod.rs"]
mod inert;

use libfuzzer_sys::fuzz_target;
use rejoinder::domain::{
    body::{BodyLimits, CommentBody},
    html::{SafeHtml, TextFormat},
    text,
};

const LIMITS: BodyLimits = BodyLimits { min_characters: 1, max_characters: 65_536 };

fuzz_target!(|input: &str| {
    let line = text::normalise_line(input);
    assert_eq!(text::normalise_line(&line), line);
    let Ok(body) = CommentBody::parse(input, LIMITS) else { return };
    assert_eq!(CommentBody::parse(body.as_str(), LIMITS).as_ref(), Ok(&body));
    for format in [TextFormat::Plain, TextFormat::Markdown] {
        match SafeHtml::render(&body, format) {
            Ok(html) => {
                let shown = inert::inert_text(html.as_str());
                assert!(shown.as_deref().is_ok_and(|shown| !text::is_blank(shown)), "{html:?}: {shown:?}");
                assert!(html.as_str().len() <= 64 + 24 * body.as_str().len(), "{} bytes", html.as_str().len());
            }
            Err(error) => assert!(format == TextFormat::Markdown, "{error}"),
        }
    }
});
