//! What every text that a person types goes through before anything else looks at it: one Unicode form, no characters
//! that only serve to deceive or to break a store, and one way of counting.
//!
//! Must not know what the text is for: the limits of a body, a name or a title are theirs.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// Text of several lines as it is kept: NFC, line ends as LF, no forbidden characters, no outer white space.
///
/// Idempotent. The result is at most three times as long as the input in bytes, which is as far as NFC expands.
#[must_use]
pub fn normalise(input: &str) -> String {
    let mut after_carriage_return = false;
    let lines = input.chars().filter_map(|c| match c {
        '\r' => {
            after_carriage_return = true;
            Some('\n')
        }
        '\n' if after_carriage_return => {
            after_carriage_return = false;
            None
        }
        // Doesn't end a CR LF pair: what is not there can't stand between.
        _ if is_forbidden(c) => None,
        _ => {
            after_carriage_return = false;
            Some(c)
        }
    });
    // NFC comes after the removal, which may bring a letter and its accent together; a part of an NFC text is NFC, so
    // trimming can come last.
    lines.nfc().collect::<String>().trim().to_owned()
}

/// Text of one line as it is kept: like [`normalise`], and every run of white space, line ends among it, is one space.
#[must_use]
pub fn normalise_line(input: &str) -> String {
    let mut line = String::with_capacity(input.len());
    for word in normalise(input).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A secret as it is compared: NFC, and every space a plain one, as for an `OpaqueString` (RFC 8265, section 4.2.2).
/// Nothing is trimmed or removed.
///
/// Idempotent. The result is at most three times as long as the input in bytes; the room for it is taken at once, so
/// that no shorter copy is left behind in memory.
#[must_use]
pub fn normalise_secret(input: &str) -> String {
    let spaces = input.chars().map(|c| if is_space(c) { ' ' } else { c });
    let mut secret = String::with_capacity(input.len().saturating_mul(3));
    secret.extend(spaces.nfc());
    secret
}

/// Whether a character is a space within a line (general category Zs).
fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !is_line_end(c)
}

/// Whether a character ends a line although it is no control: the line and the paragraph separator.
fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a character has no place in a secret: what [`is_forbidden`] names, and everything that ends a line or jumps
/// to a column, since keyboards can't type it where secrets are asked for.
#[must_use]
pub fn is_forbidden_in_secret(c: char) -> bool {
    c.is_control() || is_line_end(c) || is_forbidden(c)
}

/// The length of a text as a reader would count it: in extended grapheme clusters (UAX #29).
#[must_use]
pub fn characters(text: &str) -> usize {
    text.graphemes(true).count()
}

/// The most combining marks (general category M) that any one character of the text carries.
#[must_use]
pub fn most_combining_marks(text: &str) -> usize {
    text.graphemes(true).map(|cluster| cluster.chars().filter(|c| is_combining_mark(*c)).count()).max().unwrap_or(0)
}

/// Whether a reader would see nothing at all: white space and invisible characters only.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c) || is_forbidden(c))
}

/// Whether a character must never reach the store: controls other than LF and TAB, overriding and isolating bidi
/// controls, noncharacters, byte order marks and interlinear annotations.
///
/// Allowed on purpose: the bidi marks (ALM, LRM, RLM), which only help mixed text, and the joiners, which Persian,
/// Indic scripts and emoji need.
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' => true,
        _ => c.is_control() || u32::from(c) & 0xFFFE == 0xFFFE,
    }
}

/// Whether a character shows nothing by itself although it is no white space: `Default_Ignorable_Code_Point` of
/// Unicode 17 (Hangul fillers among them), and the empty braille pattern.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Parts of a text, given in bytes and in ascending order, in code points from its beginning.
#[must_use]
pub fn code_points(text: &str, parts: &[Range<usize>]) -> Vec<(usize, usize)> {
    let (mut at, mut passed) = (0, 0);
    let mut count_to = |byte: usize| {
        passed += text.get(at..byte).map_or(0, |between| between.chars().count());
        at = byte.max(at);
        passed
    };
    parts.iter().map(|part| (count_to(part.start), count_to(part.end))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn text_is_normalised() {
        let cases = [
            ("", ""),
            ("plain", "plain"),
            ("  \n outer space \t\n", "outer space"),
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("a\r\r\nb", "a\n\nb"),
            ("a\r\0\nb", "a\nb"),
            ("a\n\n\n\nb", "a\n\n\n\nb"),
            ("tab\tstays", "tab\tstays"),
            ("e\u{301}", "\u{e9}"),
            ("e\u{0}\u{301}", "\u{e9}"),
            ("e\u{202e}\u{301}", "\u{e9}"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{212b}", "\u{c5}"),
            ("\u{2000}x\u{2001}", "x"),
            ("bell\u{7} del\u{7f} nel\u{85} form\u{c}feed", "bell del nel formfeed"),
            ("\u{feff}mark", "mark"),
            ("a\u{202a}b\u{202e}c\u{2066}d\u{2069}e", "abcde"),
            ("\u{fff9}a\u{fffa}b\u{fffb}\u{fffe}\u{fdd0}\u{1ffff}\u{10fffe}", "ab"),
            ("\u{61c}\u{200e}\u{200f}\u{200d}\u{200c}", "\u{61c}\u{200e}\u{200f}\u{200d}\u{200c}"),
            ("\u{fffd} \u{e000} \u{10fffd}", "\u{fffd} \u{e000} \u{10fffd}"),
        ];
        for (input, expected) in cases {
            assert_eq!(normalise(input), expected, "{input:?}");
        }
    }

    #[test]
    fn a_line_has_single_spaces() {
        let cases = [
            ("  Ada \t\n Lovelace  ", "Ada Lovelace"),
            ("a\u{3000}\u{a0}b", "a b"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("a\r\nb", "a b"),
            (" \t\r\n ", ""),
        ];
        for (input, expected) in cases {
            assert_eq!(normalise_line(input), expected, "{input:?}");
        }
    }

    #[test]
    fn a_secret_keeps_every_character_in_one_form() {
        let cases = [
            (" outer  space ", " outer  space "),
            ("e\u{301}", "\u{e9}"),
            ("a\u{a0}b\u{3000}c\u{2000}d\u{1680}", "a b c d "),
            ("\u{fb01}\u{2460}", "\u{fb01}\u{2460}"),
            ("a\tb\nc\u{2028}d", "a\tb\nc\u{2028}d"),
            ("Stra\u{df}e", "Stra\u{df}e"),
        ];
        for (input, expected) in cases {
            assert_eq!(normalise_secret(input), expected, "{input:?}");
        }
    }

    #[test]
    fn a_secret_is_one_line_of_what_can_be_typed() {
        for c in ['\0', '\t', '\n', '\r', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{feff}'] {
            assert!(is_forbidden_in_secret(c), "{c:?}");
        }
        for c in [' ', 'a', '\u{a0}', 'é', '👍', '\u{200d}'] {
            assert!(!is_forbidden_in_secret(c), "{c:?}");
        }
    }

    #[test]
    fn characters_are_counted_as_readers_do() {
        let cases = [
            ("", 0),
            ("abc", 3),
            ("e\u{301}", 1),
            ("👩‍👩‍👧‍👦", 1),
            ("🇩🇪🇫🇷", 2),
            ("👍🏽", 1),
            ("क्षि", 1),
            ("한국", 2),
            ("\r\n", 1),
        ];
        for (text, expected) in cases {
            assert_eq!(characters(text), expected, "{text:?}");
        }
    }

    #[test]
    fn marks_are_counted_by_character() {
        let cases =
            [("", 0), ("abc", 0), ("e\u{301}", 1), ("e\u{301}\u{302}a\u{303}", 2), ("e\u{301}\u{200d}\u{301}", 2)];
        for (text, expected) in cases {
            assert_eq!(most_combining_marks(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_shows_nothing_is_blank() {
        for text in [
            "",
            " \t\n",
            "\u{200b}\u{2060}",
            "\u{3164}",
            "\u{ffa0}\u{115f}",
            "\u{2800}",
            "\u{ad}",
            "\u{e0041}",
            "\u{0}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", " . ", "\u{fffd}", "\u{301}", "👍"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "a text can match in one place")]
    fn parts_of_a_text_are_told_in_code_points() {
        assert_eq!(code_points("é 👍🏽 spam, spam", &[12..16, 18..22]), [(5, 9), (11, 15)]);
        assert_eq!(code_points("spam", &[0..4]), [(0, 4)]);
        assert_eq!(code_points("spam", &[]), []);
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(input in any::<String>()) {
            let once = normalise(&input);
            prop_assert_eq!(&normalise(&once), &once);
            prop_assert!(is_nfc(&once) && !once.chars().any(is_forbidden) && once.len() <= 3 * input.len());
            let line = normalise_line(&input);
            prop_assert_eq!(&normalise_line(&line), &line);
            prop_assert_eq!(&normalise(&line), &line);
        }

        #[test]
        fn normalising_a_secret_twice_changes_nothing(input in any::<String>()) {
            let once = normalise_secret(&input);
            prop_assert_eq!(&normalise_secret(&once), &once);
            prop_assert!(is_nfc(&once) && once.len() <= 3 * input.len());
        }
    }
}
