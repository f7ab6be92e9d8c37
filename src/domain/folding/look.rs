//! What single characters look like to a reader of Latin letters, by the confusables of UTS #39.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection;

/// Whether a mark only stands at a letter and leaves it the letter that it is: accents, points of Hebrew and Arabic,
/// circles around letters. Vowel signs and the marks of Japanese and Indic scripts make another letter.
pub(super) fn is_accent(c: char) -> bool {
    is_combining_mark(c)
        && (matches!(canonical_combining_class(c), 1 | 10..=36 | 200..=240)
            || matches!(c, '\u{488}'..='\u{489}' | '\u{20DD}'..='\u{20E4}'))
}

/// What a character looks like to a reader of Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is this letter of a–z, perhaps drawn in another way.
    Letter(char),
    /// Like this letter of a–z, but of this script.
    Alike(char, Script),
    /// Like a letter of a–z with something to it: `é`, `ø`.
    Latin,
    /// Like no Latin letter: a letter of this other script.
    Other(Script),
    /// No letter at all, or one that is at home in many scripts or only changes another, as `ʻ` does.
    Sign,
}

/// What a character in folded case looks like. The capital counts too, since folding has hidden which one was written:
/// only the capital of the Cyrillic `в` looks like a `B`. Where both look like letters, but not the same, the small one
/// wins: the Greek `ν` is a `v`, although its capital looks like an `N`.
pub(super) fn look_of(c: char) -> Look {
    if c.is_ascii() {
        // The prototype of `m` is `rn`, that of `I` is `l`: rules for names.
        return if c.is_ascii_lowercase() && c != 'm' { Look::Letter(c) } else { Look::Latin };
    }
    usize::try_from(u32::from(c)).ok().and_then(|at| LOOKS.get(at)).copied().unwrap_or_else(|| look_up(c))
}

/// What the characters up to U+30FF look like, which are most of those in texts; looked up once, in some milliseconds.
static LOOKS: LazyLock<Vec<Look>> = LazyLock::new(|| ('\0'..='\u{30FF}').map(look_up).collect());

fn look_up(c: char) -> Look {
    // The few strokes of Han that might pass for an `l` are words of their own.
    match c {
        '\u{4E00}'..='\u{9FFF}' => return Look::Other(Script::Han),
        '\u{AC00}'..='\u{D7A3}' => return Look::Other(Script::Hangul),
        // The I of an alphabet of capitals. By its prototype, which is that of every I, it would be an `l`.
        '\u{A4F2}' => return Look::Alike('i', Script::Lisu),
        _ => {}
    }
    if let Some(letter) = drawn_letter(c) {
        return Look::Letter(letter);
    }
    if c.is_numeric() {
        return Look::Sign;
    }
    let small = look_of_prototype(c);
    let mut capitals = c.to_uppercase();
    let capital = capitals.next().filter(|capital| *capital != c && capitals.next().is_none());
    match (small, capital.and_then(look_of_prototype)) {
        (Some(look @ Look::Alike(..)), _) | (_, Some(look)) | (Some(look), None) => look,
        (None, None) => script_of_letter(c).map_or(Look::Sign, Look::Other),
    }
}

/// The script that a letter tells, if it does.
fn script_of_letter(c: char) -> Option<Script> {
    let tells = c.is_alphabetic() && c.general_category() != GeneralCategory::ModifierLetter;
    let script = Some(c.script()).filter(|_| tells)?;
    (!matches!(script, Script::Common | Script::Inherited | Script::Unknown)).then_some(script)
}

/// What a character looks like by its prototype alone, if it looks like Latin.
fn look_of_prototype(c: char) -> Option<Look> {
    let mut buffer = [0; 4];
    let mut prototype = confusable_detection::skeleton(c.encode_utf8(&mut buffer));
    let first = prototype.next().filter(char::is_ascii_alphabetic)?;
    Some(if prototype.next().is_none() { Look::Alike(first.to_ascii_lowercase(), c.script()) } else { Look::Latin })
}

/// The letter of a–z that a character is a drawing of, where neither NFKC nor UTS #39 says so: small capitals, and white
/// letters on black circles and squares.
fn drawn_letter(c: char) -> Option<char> {
    const SMALL_CAPITALS: [(char, char); 24] = [
        ('ᴀ', 'a'),
        ('ʙ', 'b'),
        ('ᴄ', 'c'),
        ('ᴅ', 'd'),
        ('ᴇ', 'e'),
        ('ꜰ', 'f'),
        ('ɢ', 'g'),
        ('ʜ', 'h'),
        ('ɪ', 'i'),
        ('ᴊ', 'j'),
        ('ᴋ', 'k'),
        ('ʟ', 'l'),
        ('ᴍ', 'm'),
        ('ɴ', 'n'),
        ('ᴏ', 'o'),
        ('ᴘ', 'p'),
        ('ʀ', 'r'),
        ('ꜱ', 's'),
        ('ᴛ', 't'),
        ('ᴜ', 'u'),
        ('ᴠ', 'v'),
        ('ᴡ', 'w'),
        ('ʏ', 'y'),
        ('ᴢ', 'z'),
    ];
    let first = match c {
        '\u{1F150}'..='\u{1F169}' => 0x1F150,
        '\u{1F170}'..='\u{1F189}' => 0x1F170,
        _ => return SMALL_CAPITALS.iter().find(|(drawn, _)| *drawn == c).map(|(_, letter)| *letter),
    };
    char::from_u32(u32::from('a') + (u32::from(c) - first))
}
