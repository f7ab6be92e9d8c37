//! The forms in which texts are compared, so that what looks the same is the same: names as skeletons, bodies with a way
//! back to where in the body something stands.
//!
//! Must not know who compares, nor what a match leads to. Nothing made here is ever shown or kept as a text.

mod lone;
mod look;
mod name;

use std::ops::Range;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_script::Script;
use unicode_segmentation::UnicodeSegmentation;

pub use name::{skeleton, skeletons_of_alikes};

use self::look::{Look, is_accent, look_of};
use super::text::{is_forbidden, is_invisible};

/// Which letters a folded text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    AsTyped,
    AsSeen,
}

/// A text as rules see it, and where each part of it stands in the text as written.
///
/// Every character is in NFKC and folded case. What is invisible is gone, every run of white space is one space, and so
/// are fillers that show as a gap. Accents stay where Unicode has a letter with them (`ñ`) and are gone elsewhere (`s̷` is
/// `s`). ASCII letters, digits and punctuation stay what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    text: String,
    segments: Vec<Segment>,
    /// Where in the folded text a letter of a–z stands that was something else in the original, in ascending order, and
    /// of which script that was.
    look_alikes: Vec<(usize, Script)>,
    /// The scripts of the letters that can't be Latin.
    scripts: Vec<Script>,
}

/// How many letters of a part of a text are read as a–z, but are something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookAlikes {
    /// None.
    None,
    /// Some, or all, but of more than one script: it was meant to deceive.
    Some,
    /// All: it may be a word of this script.
    All(Script),
}

/// A part of the folded text, and the part of the original that it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    folded: Range<usize>,
    original: Range<usize>,
    /// Whether each character has its own place in the original, at the same distance from the beginning.
    is_aligned: bool,
}

impl Folded {
    /// Folds a text and reads look-alikes as what they look like: each character that can be taken for one letter of a–z
    /// (UTS #39) is that letter, the Cyrillic `а` an `a`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::with(text, Letters::AsSeen)
    }

    /// Folds a text, each letter in the script in which it was typed.
    #[must_use]
    pub fn as_typed(text: &str) -> Self {
        Self::with(text, Letters::AsTyped)
    }

    fn with(text: &str, letters: Letters) -> Self {
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            segments: Vec::new(),
            look_alikes: Vec::new(),
            scripts: Vec::new(),
        };
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = plain_prefix(rest);
            if plain > 0 {
                folded.push_plain(rest.get(..plain).unwrap_or_default(), at);
                at += plain;
            } else if let Some((letter, lone)) = lone::first(rest) {
                folded.push_lone(letter, lone, at, letters);
                at += letter.len_utf8();
            } else {
                let cluster = rest.graphemes(true).next().unwrap_or(rest);
                folded.push_cluster(cluster, at, letters);
                at += cluster.len();
            }
        }
        folded
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether anything was read as a letter of a–z that is none.
    #[must_use]
    pub const fn has_look_alikes(&self) -> bool {
        !self.look_alikes.is_empty()
    }

    /// How many of the letters a–z in a part of the folded text are look-alikes.
    #[must_use]
    pub fn look_alikes(&self, part: &Range<usize>) -> LookAlikes {
        let first = self.look_alikes.partition_point(|(at, _)| *at < part.start);
        let mut found = self.look_alikes.iter().skip(first).take_while(|(at, _)| *at < part.end);
        let Some((_, script)) = found.next() else { return LookAlikes::None };
        let (mut count, mut is_of_one_script) = (1, true);
        for (_, other) in found {
            count += 1;
            is_of_one_script &= other == script;
        }
        let letters = || self.text.bytes().take(part.end).skip(part.start).filter(u8::is_ascii_lowercase).count();
        if is_of_one_script && count == letters() { LookAlikes::All(*script) } else { LookAlikes::Some }
    }

    /// Whether the text, read by [`Folded::of`], has letters of a script that can't be Latin: then a word of look-alikes
    /// of that script in it is a word of that script, as the Russian `рот` is no English `pot`.
    #[must_use]
    pub fn has_letters_of(&self, script: Script) -> bool {
        self.scripts.contains(&script)
    }

    /// Where a part of the folded text stands in the original: the shortest range of whole characters (grapheme
    /// clusters, but for ASCII) that it was made from. Empty for an empty part.
    #[must_use]
    pub fn original(&self, folded: &Range<usize>) -> Range<usize> {
        let first = self.segment_at(folded.start);
        let last = folded.end.checked_sub(1).filter(|last| *last >= folded.start).and_then(|at| self.segment_at(at));
        let (Some(first), Some(last)) = (first, last) else { return 0..0 };
        let start = if first.is_aligned {
            first.original.start + (folded.start - first.folded.start)
        } else {
            first.original.start
        };
        let end =
            if last.is_aligned { last.original.start + (folded.end - last.folded.start) } else { last.original.end };
        start..end
    }

    fn segment_at(&self, at: usize) -> Option<&Segment> {
        self.segments.get(self.segments.partition_point(|segment| segment.folded.end <= at))
    }

    fn push_plain(&mut self, plain: &str, at: usize) {
        let start = self.text.len();
        self.text.push_str(plain);
        if let Some(pushed) = self.text.get_mut(start..) {
            pushed.make_ascii_lowercase();
        }
        self.push_segment(start, at..at + plain.len(), true);
    }

    fn push_lone(&mut self, letter: char, folded: char, at: usize, letters: Letters) {
        let start = self.text.len();
        self.push_char(folded, letters);
        let length = letter.len_utf8();
        self.push_segment(start, at..at + length, self.text.len() - start == length);
    }

    fn push_cluster(&mut self, cluster: &str, at: usize, letters: Letters) {
        let start = self.text.len();
        let shown = cluster.chars().filter_map(|c| match c {
            _ if is_gap(c) => Some(' '),
            _ if is_invisible(c) || is_forbidden(c) => None,
            _ => Some(c),
        });
        for c in shown.nfkc().default_case_fold().nfkc() {
            self.push_char(c, letters);
        }
        let mut typed = cluster.chars();
        let is_one = typed.next().is_some() && typed.next().is_none();
        let mut pushed = self.text.get(start..).unwrap_or_default().chars();
        let stays_one = pushed.next().is_some() && pushed.next().is_none();
        let is_aligned = is_one && stays_one && self.text.len() - start == cluster.len();
        self.push_segment(start, at..at + cluster.len(), is_aligned);
    }

    fn push_char(&mut self, c: char, letters: Letters) {
        let last = self.text.bytes().next_back();
        if c.is_whitespace() {
            if last != Some(b' ') {
                self.text.push(' ');
            }
        } else if c.is_ascii() {
            self.text.push(c);
        } else if is_accent(c) {
            // One without a letter of its own: a stroke or a dot painted over the letter before.
        } else if letters == Letters::AsTyped {
            self.text.push(c);
        } else {
            self.push_look(c);
        }
    }

    fn push_look(&mut self, c: char) {
        let seen = match look_of(c) {
            Look::Letter(letter) => letter,
            Look::Alike(letter, script) => {
                self.look_alikes.push((self.text.len(), script));
                letter
            }
            Look::Other(script) => {
                if !self.scripts.contains(&script) {
                    self.scripts.push(script);
                }
                c
            }
            Look::Latin | Look::Sign => c,
        };
        self.text.push(seen);
    }

    fn push_segment(&mut self, start: usize, original: Range<usize>, is_aligned: bool) {
        let folded = start..self.text.len();
        match self.segments.last_mut() {
            _ if folded.is_empty() => {}
            Some(last) if is_aligned && last.is_aligned && last.original.end == original.start => {
                last.folded.end = folded.end;
                last.original.end = original.end;
            }
            _ => self.segments.push(Segment { folded, original, is_aligned }),
        }
    }
}

/// Whether a character shows as a gap between words.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// How many bytes at the beginning of a text need nothing but lower case: ASCII with single spaces. What a mark may
/// follow is not among them.
fn plain_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut after_space = true;
    let length = bytes
        .iter()
        .position(|byte| {
            let is_space = *byte == b' ';
            let is_plain = byte.is_ascii_graphic() || (is_space && !after_space);
            after_space = is_space;
            !is_plain
        })
        .unwrap_or(bytes.len());
    match text.get(length..) {
        Some(next) if !next.is_empty() && !next.starts_with(|c: char| c.is_ascii()) && !lone::begins(next) => {
            length.saturating_sub(1)
        }
        _ => length,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_body_is_folded() {
        let cases = [
            ("", "", ""),
            ("Modern modem", "modern modem", "modern modem"),
            ("I1l| 0O $5 @", "i1l| 0o $5 @", "i1l| 0o $5 @"),
            (" two  \n\t gaps ", " two gaps ", " two gaps "),
            ("a\u{3164}\u{2800}\u{3000}b", "a b", "a b"),
            ("s\u{200b}p\u{ad}a\u{200d}m\u{feff}", "spam", "spam"),
            ("s\u{337}p\u{20dd}am", "spam", "spam"),
            ("ꜱᴘᴀᴍ 🅢🅟🅐🅜 🆂🅿️🅰️🅼", "ꜱᴘᴀᴍ 🅢🅟🅐🅜 🆂🅿🅰🅼", "spam spam spam"),
            ("cafe\u{301} CAFÉ año ano", "café café año ano", "café café año ano"),
            ("ＳＰＡＭ ﬁne 𝐬𝐩𝐚𝐦 №", "spam fine spam no", "spam fine spam no"),
            ("Straße İI ſ K", "strasse ii s k", "strasse ii s k"),
            ("ѕраm", "ѕраm", "spam"),
            ("ВUY ΒUY", "вuy βuy", "buy buy"),
            ("Вор", "вор", "bop"),
            ("Привет", "привет", "пpиbet"),
            ("٠١٢ 123", "٠١٢ 123", "٠١٢ 123"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글", "한글"),
            ("👩‍👩‍👧‍👦 ok", "👩👩👧👦 ok", "👩👩👧👦 ok"),
        ];
        for (text, typed, seen) in cases {
            assert_eq!(Folded::as_typed(text).as_str(), typed, "{text:?}");
            assert_eq!(Folded::of(text).as_str(), seen, "{text:?}");
        }
    }

    #[test]
    fn what_was_found_is_found_in_the_original() {
        let cases = [
            ("This is Spam!", "spam", "Spam"),
            ("x s\u{200b}p\u{337}аm\u{200b} y", "spam", "s\u{200b}p\u{337}аm"),
            ("a  b", "a b", "a  b"),
            ("é spam", "spam", "spam"),
            ("ﬁne", "f", "ﬁ"),
            ("ﬁne", "ine", "ﬁne"),
            ("ǳx", "z", "ǳ"),
            ("привет, мир", "mиp", "мир"),
            ("жжжspam", "spam", "spam"),
            ("жжжspam", "ж", "ж"),
            ("e\u{301}spam", "spam", "spam"),
            ("spame\u{301}", "spam", "spam"),
        ];
        for (text, found, expected) in cases {
            let folded = Folded::of(text);
            let at = folded.as_str().find(found).unwrap_or_else(|| panic!("{found} in {folded:?}"));
            assert_eq!(&text[folded.original(&(at..at + found.len()))], expected, "{text:?}");
        }
        assert!(Folded::of("ab").original(&(1..1)).is_empty());
        assert!(Folded::of("").original(&(0..0)).is_empty());
    }

    #[test]
    fn a_text_tells_its_scripts() {
        let cases: [(&str, bool, &[Script]); 13] = [
            ("plain", false, &[]),
            ("ѕраm", true, &[]),
            ("déjà vu, Ærø", false, &[]),
            ("ѕрам", true, &[]),
            ("Закрой рот", true, &[Script::Cyrillic]),
            ("日本", false, &[Script::Han]),
            ("日本のニュース", false, &[Script::Han, Script::Hiragana, Script::Katakana]),
            ("한국 λ", false, &[Script::Hangul, Script::Greek]),
            ("👍 ٣", false, &[]),
            ("Hawaiʻi okinaʼ", false, &[]),
            ("ーー々", false, &[]),
            ("ꓮ ꓹ", true, &[]),
            ("ª µ ℓ ∑", true, &[]),
        ];
        for (text, has_look_alikes, scripts) in cases {
            let folded = Folded::of(text);
            assert_eq!((folded.has_look_alikes(), folded.scripts.as_slice()), (has_look_alikes, scripts), "{text}");
            assert!(!Folded::as_typed(text).has_look_alikes());
        }
    }

    #[test]
    fn look_alikes_are_told_from_letters() {
        let cases = [
            ("spam", LookAlikes::None),
            ("жж ❤", LookAlikes::None),
            ("ѕpam", LookAlikes::Some),
            ("ѕрам", LookAlikes::All(Script::Cyrillic)),
            ("ѕ.р.а.м", LookAlikes::All(Script::Cyrillic)),
            ("ѕρам", LookAlikes::Some),
            ("ꓢꓑꓮꓟ", LookAlikes::All(Script::Lisu)),
            ("ꜱᴘᴀᴍ", LookAlikes::None),
        ];
        for (text, expected) in cases {
            let folded = Folded::of(text);
            assert_eq!(folded.look_alikes(&(0..folded.as_str().len())), expected, "{text}");
        }
        assert_eq!(Folded::of("pаy рот").look_alikes(&(4..7)), LookAlikes::All(Script::Cyrillic));
    }

    proptest! {
        #[test]
        fn ascii_only_becomes_small(text in "[ -~]{0,200}") {
            let folded = Folded::of(&text);
            let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
            prop_assert_eq!(folded.as_str().split_whitespace().collect::<Vec<_>>(), words);
            prop_assert!(!folded.has_look_alikes() && folded.scripts.is_empty());
        }

        #[test]
        fn the_way_back_never_turns(
            text in any::<String>(),
            mixed in "[a-f é ﬁа-я\u{300}-\u{303}\u{200b}-\u{200d}\r\n\u{1100}\u{1161}\u{11a8}🇩🇪]{0,40}",
        ) {
            for text in [&text, &mixed] {
                let folded = Folded::of(text);
                let mut last = 0..0;
                for (at, c) in folded.as_str().char_indices() {
                    let original = folded.original(&(at..at + c.len_utf8()));
                    prop_assert!(original.start >= last.start && original.end >= last.end && !original.is_empty());
                    prop_assert!(text.get(original.clone()).is_some());
                    last = original;
                }
                prop_assert!(!folded.as_str().contains("  "));
            }
        }
    }
}
