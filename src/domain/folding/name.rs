//! Names as skeletons: what they look like at a glance.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection;

use super::look::{Look, is_accent, look_of};
use crate::domain::text::{is_forbidden, is_invisible};

/// How often a skeleton is taken of a skeleton at most. Two rounds are enough for every character of Unicode 18.
const MAX_ROUNDS: usize = 8;

/// What a name looks like at a glance: two names with the same skeleton pass for one another.
///
/// That is the confusable skeleton (UTS #39) of the name after NFKC and case folding, of letters and digits only, without
/// accents, and with `0 1 3 4 5 7 @ $` read as the letters that they stand for. `i`, `l`, `I` and `1` are one letter,
/// `m` is `rn`. A name without letters and digits keeps its other characters, but for white space and what is invisible.
/// Idempotent; empty only if nothing of the name can be seen.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let mut skeleton = skeleton_once(name);
    for _ in 0..MAX_ROUNDS {
        let again = skeleton_once(&skeleton);
        if again == skeleton {
            break;
        }
        skeleton = again;
    }
    skeleton
}

fn skeleton_once(name: &str) -> String {
    let shown = name.chars().filter(|c| !is_invisible(*c) && !is_forbidden(*c));
    let folded: String = shown.nfkc().default_case_fold().nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut letters = String::with_capacity(folded.len());
    for c in folded.nfd().filter(|c| !is_accent(*c)) {
        push_prototype(&mut letters, c);
    }
    letters.retain(|c| c.is_alphanumeric() || is_combining_mark(c));
    if letters.is_empty() { folded } else { letters }
}

/// Writes what a character of a name is taken for.
fn push_prototype(letters: &mut String, c: char) {
    match c {
        '0' => letters.push('o'),
        '1' | 'i' | '|' => letters.push('l'),
        '3' => letters.push('e'),
        '4' | '@' => letters.push('a'),
        '5' | '$' => letters.push('s'),
        '7' => letters.push('t'),
        // A percent sign would become letters.
        _ if c.is_ascii_punctuation() => {}
        _ => match look_of(c) {
            Look::Letter(letter) | Look::Alike(letter, _) => letters.push(letter),
            Look::Latin | Look::Other(_) | Look::Sign => {
                let mut buffer = [0; 4];
                letters.extend(confusable_detection::skeleton(c.encode_utf8(&mut buffer)));
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_pass_for_one_another_have_one_skeleton() {
        let families: [(&str, &[&str]); 8] = [
            (
                "admin",
                &[
                    "аdmin",
                    "a\u{200b}dmin",
                    "ADMIN",
                    "ad min",
                    "adm1n",
                    "Аdмin",
                    "admın",
                    "ádmín",
                    "a\u{337}d\u{337}m\u{337}in",
                    "@dmin",
                    "adm|n",
                    "adrnin",
                    "a.d_m-i n",
                    "ａｄｍｉｎ",
                    "𝓪𝓭𝓶𝓲𝓷",
                    "ⓐdmin",
                    "★admin★",
                    "admin\u{3164}",
                    "\u{202e}admin",
                    "AdmIn",
                    "admln",
                ],
            ),
            ("moderator", &["M0D3R470R", "mоdеrаtоr", "МОDERATOR", "ᴍoderator"]),
            ("paypal", &["pаypаl", "PayPaI", "ΡaУΡΑL", "рауpal"]),
            ("вова", &["ВОВА", "BOBA", "Воba"]),
            ("straße", &["strasse", "STRASSE", "STRAẞE"]),
            ("👍", &["👍", " 👍\u{fe0f}"]),
            ("राम", &["राम"]),
            ("か", &["か"]),
        ];
        for (name, others) in families {
            for other in others {
                assert_eq!(skeleton(other), skeleton(name), "{other}");
            }
        }
        let different =
            [("admin", "adam"), ("राम", "रमा"), ("か", "が"), ("👍", "👎"), ("", "!"), ("anna", "hanna"), ("ли", "ил")];
        for (one, other) in different {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn a_skeleton_is_its_own_for_every_character() {
        let blocks = ['\0'..='\u{33ff}', '\u{a000}'..='\u{abff}', '\u{f900}'..='\u{1ffff}'];
        for c in blocks.into_iter().flatten() {
            let once = skeleton(c.encode_utf8(&mut [0; 4]));
            assert_eq!(skeleton(&once), once, "{c:?}");
            let seen = !is_invisible(c) && !is_forbidden(c) && !c.is_whitespace();
            assert!(seen || once.is_empty(), "{c:?} {once:?}");
        }
    }

    proptest! {
        #[test]
        fn a_skeleton_is_its_own(
            name in any::<String>(),
            mixed in "[a-zA-Z0-9 .а-яА-Яα-ωΑ-Ω\u{300}-\u{30f}\u{200b}-\u{200f}@$|]{0,40}",
        ) {
            for name in [&name, &mixed] {
                let once = skeleton(name);
                prop_assert_eq!(&skeleton(&once), &once);
                prop_assert_eq!(&skeleton(&name.to_lowercase()), &once);
            }
        }
    }
}
