//! Names as skeletons: what they look like at a glance.

use std::collections::BTreeSet;
use std::sync::LazyLock;

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

/// The words that somebody puts beside the name of a member of staff to pass for them.
const TITLES: [&str; 14] = [
    "admin",
    "admins",
    "administrator",
    "mod",
    "mods",
    "moderator",
    "moderators",
    "moderation",
    "official",
    "owner",
    "real",
    "staff",
    "support",
    "team",
];

/// Those that nobody's name begins or ends with.
const GLUED_TITLES: [&str; 4] = ["admin", "administrator", "moderator", "official"];

/// How many titles stand before or after the name of a member of staff at most.
const MAX_OWN_TITLES: usize = 2;

static SKELETONS_OF_TITLES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| TITLES.iter().map(|title| skeleton(title)).collect());

static SKELETONS_OF_GLUED_TITLES: LazyLock<Vec<String>> =
    LazyLock::new(|| GLUED_TITLES.iter().map(|title| skeleton(title)).collect());

/// The skeletons of all names for which readers may take this one when they know who has them: its own, and those without
/// words like `staff`, both also with a `!` before a letter read as an `i`, and `nn` that begins a word as an `m`. Wider
/// than what two guests are told apart by, since few have these names.
#[must_use]
pub fn skeletons_of_alikes(name: &str) -> Vec<String> {
    let mut skeletons = BTreeSet::new();
    for name in [name.to_owned(), with_signs_read(name)] {
        let whole = skeleton(&name);
        for title in SKELETONS_OF_GLUED_TITLES.iter() {
            skeletons.extend(whole.strip_suffix(title.as_str()).map(str::to_owned));
            skeletons.extend(whole.strip_prefix(title.as_str()).map(str::to_owned));
        }
        skeletons.insert(whole);
        for letter_like in [&['@', '$', '|'][..], &[]] {
            add_without_titles(&mut skeletons, &name, letter_like);
        }
    }
    skeletons.into_iter().filter(|skeleton| !skeleton.is_empty()).collect()
}

/// What can be seen of a name.
fn shown(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !is_invisible(*c) && !is_forbidden(*c))
}

fn with_signs_read(name: &str) -> String {
    let mut read = String::with_capacity(name.len());
    let mut chars = shown(name).nfkc().peekable();
    let mut is_inside = false;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let letter = match c {
            '!' | '¡' | 'ǃ' if next.is_some_and(char::is_alphanumeric) => 'i',
            'n' | 'N' if !is_inside && next.is_some_and(|next| matches!(next, 'n' | 'N')) => {
                chars.next();
                'm'
            }
            _ => c,
        };
        is_inside = letter.is_alphanumeric();
        read.push(letter);
    }
    read
}

/// The skeletons of a name without those of its words that are titles: all of them, or those at its ends but for up to
/// [`MAX_OWN_TITLES`] at each, as members of staff may have one in their names.
fn add_without_titles(skeletons: &mut BTreeSet<String>, name: &str, letter_like: &[char]) {
    let is_gap = |c: char| !c.is_alphanumeric() && !is_combining_mark(c) && !letter_like.contains(&c);
    let shown: String = shown(name).nfkc().collect();
    let words = shown.split(is_gap).filter(|word| word.contains(char::is_alphanumeric));
    let words: Vec<_> = words.map(skeleton).collect();
    let is_title = |word: &&String| SKELETONS_OF_TITLES.contains(word.as_str());
    let first = words.iter().take_while(is_title).count();
    let last = words.len() - words.iter().rev().take_while(is_title).count();
    for first in first.saturating_sub(MAX_OWN_TITLES)..=first {
        let parts = (last..=last + MAX_OWN_TITLES).filter_map(|last| words.get(first..last));
        skeletons.extend(parts.map(<[String]>::concat));
    }
    skeletons.insert(words.iter().filter(|word| !is_title(word)).map(String::as_str).collect());
}

fn skeleton_once(name: &str) -> String {
    let folded: String = shown(name).nfkc().default_case_fold().nfkc().filter(|c| !c.is_whitespace()).collect();
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
    fn who_has_a_name_is_not_to_be_passed_for() {
        let cases: [(&str, &[&str], &[&str]); 8] = [
            (
                "Mia",
                &[
                    "M!a",
                    "M¡a",
                    "Mǃa",
                    "M！a",
                    "M!!a",
                    "nnia",
                    "NNia",
                    "ｎｎia",
                    "nn!a",
                    "rn|a",
                    "Mia!",
                    "¡Mia!",
                    "~ M.i.a ~",
                    "Mia (staff)",
                    "Mia [$t4ff]",
                    "M!a - M0derat0r",
                    "Staff: Mia",
                    "Mia | Admin",
                    "Mia|admin",
                    "mia@staff",
                    "Mia_mod",
                    "Mia mod mod team staff",
                    "Official Mia ✓",
                    "real_Mia",
                    "Міа, mоd tеаm",
                    "MiaAdmin",
                    "moderatormia",
                    "Mia (st\u{200b}aff)",
                ],
                &[
                    "Mila",
                    "Maria",
                    "Ma",
                    "Mina",
                    "Lia",
                    "Nia",
                    "Anna",
                    "Mia K.",
                    "Mia Staffer",
                    "Mia 2",
                    "Team",
                    "Staff",
                    "Mia Steam",
                    "Mod",
                    "Mamia",
                    "Inia",
                    "Miastaff",
                    "",
                ],
            ),
            ("Ann", &["Ann (team)"], &["Am", "Anna", "Arn", "Anne"]),
            ("Ema", &["E.m.a", "Erna"], &["Enna", "Emma", "Enma"]),
            ("Ama", &[], &["Anna", "Amma", "Anma"]),
            ("Jim", &["J!m", "Jirn"], &["Jinn", "Jimmy", "J!", "Jm!"]),
            ("Tor", &["Tor!", "Tor (mod)"], &["Tori", "Torl", "Tormod", "Torsten"]),
            (
                "Mia Moderator",
                &["Staff: Mia Moderator (mod)", "M!a Moderator - team"],
                &["Mia", "Mia mod", "Moderator"],
            ),
            ("Fal", &[], &["Falstaff", "Falteam", "Fall"]),
        ];
        for (name, alike, other) in cases {
            let own = skeleton(name);
            for guest in alike {
                assert!(skeletons_of_alikes(guest).contains(&own), "{guest} passes for {name}");
            }
            for guest in other {
                assert!(!skeletons_of_alikes(guest).contains(&own), "{guest} is not {name}");
            }
        }
        assert_eq!(skeletons_of_alikes("Mia"), ["rnla"]);
        assert_eq!(skeletons_of_alikes("Mod Team"), ["mod", "modteam", "team"].map(skeleton));
        assert_eq!(skeletons_of_alikes(""), [""; 0]);
        let long = "mod.".repeat(8) + "@!" + &" team|mod".repeat(3);
        assert!(skeletons_of_alikes(&long).len() <= 40, "{:?}", skeletons_of_alikes(&long));
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
