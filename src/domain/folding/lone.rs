//! Characters that fold by themselves, whatever stands around them: most of most texts, at a tenth of the cost.

use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::text::is_invisible;

/// The folded form of letters up to U+07FF (Latin, Greek, Cyrillic, Hebrew, Arabic and others), where it is one letter.
static LETTERS: LazyLock<Vec<Option<char>>> = LazyLock::new(|| ('\0'..='\u{7FF}').map(fold).collect());

fn fold(c: char) -> Option<char> {
    if c.is_ascii() || !c.is_alphabetic() || is_combining_mark(c) || is_invisible(c) {
        return None;
    }
    let mut folded = std::iter::once(c).nfkc().default_case_fold().nfkc();
    folded.next().filter(|_| folded.next().is_none())
}

/// The folded form of a character, if it is one that folds by itself.
fn folded(c: char) -> Option<char> {
    match c {
        // Hiragana, katakana, Han and Hangul have no case, and what of them can be composed is.
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => {
            Some(c)
        }
        // Dashes, quotes and bullets.
        '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201F}' | '\u{2020}'..='\u{2022}' => Some(c),
        _ => usize::try_from(u32::from(c)).ok().and_then(|at| LETTERS.get(at)).copied().flatten(),
    }
}

/// Whether the first character of a text folds by itself, so that it belongs to nothing before it.
pub(super) fn begins(text: &str) -> bool {
    text.chars().next().is_some_and(|c| folded(c).is_some())
}

/// The first character of a text and its folded form, if it folds by itself and nothing follows that might belong to it.
pub(super) fn first(text: &str) -> Option<(char, char)> {
    let mut chars = text.chars();
    let lone = chars.next()?;
    let small = folded(lone)?;
    let is_alone = chars.next().is_none_or(|next| next.is_ascii() || folded(next).is_some());
    is_alone.then_some((lone, small))
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    #[test]
    fn a_lone_letter_is_what_folding_a_text_makes_of_it() {
        let lone: Vec<char> = ('\0'..=char::MAX).filter(|c| folded(*c).is_some()).collect();
        assert!(lone.len() > 30_000);
        for c in lone {
            let text = format!("{c}{c}a");
            let slow: String = text.nfkc().default_case_fold().nfkc().collect();
            let fast = folded(c).unwrap();
            assert_eq!(slow, format!("{fast}{fast}a"));
            assert_eq!(text.graphemes(true).count(), 3, "{c:?}");
        }
    }

    #[test]
    fn a_letter_with_something_to_it_is_not_alone() {
        let cases = [
            ("", None),
            ("a", None),
            ("É", Some(('É', 'é'))),
            ("Жa", Some(('Ж', 'ж'))),
            ("Жж", Some(('Ж', 'ж'))),
            ("ж\u{301}", None),
            ("ж\u{200d}", None),
            ("ßa", None),
            ("か\u{3099}", None),
            ("漢字", Some(('漢', '漢'))),
            ("가\u{11a8}", None),
            ("ﬁ", None),
            ("\u{600}ا", None),
            ("’s", Some(('’', '’'))),
        ];
        for (text, expected) in cases {
            assert_eq!(first(text), expected, "{text:?}");
        }
    }
}
