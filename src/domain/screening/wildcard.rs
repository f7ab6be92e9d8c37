//! Words with gaps: `*` stands for any run of word characters within one word.
//!
//! No regular expressions, since two thousand of them would cost too much memory and time: a wildcard is looked up by its
//! longest literal piece, and compared where that was found.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// Whether a character is of a word that has white space or punctuation at its ends: a letter, a digit or a mark. Not
/// those of scripts that write without spaces, where any character may begin a word.
pub(super) fn is_word(c: char) -> bool {
    match c {
        '\0'..='\u{7F}' => c.is_ascii_alphanumeric(),
        '\u{0E00}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => false,
        _ => c.is_alphanumeric() || is_combining_mark(c),
    }
}

/// The run of word characters that ends at a place.
pub(super) fn run_before(text: &str, end: usize) -> Range<usize> {
    let rest = text.get(..end).unwrap_or_default();
    rest.trim_end_matches(is_word).len()..end
}

/// The run of word characters that begins at a place.
pub(super) fn run_after(text: &str, start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    start..start + (rest.len() - rest.trim_start_matches(is_word).len())
}

/// A folded wildcard, taken apart.
#[derive(Debug)]
pub(super) struct Wildcard {
    steps: Vec<Step>,
    /// The step whose literal piece is searched for.
    anchor: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// A whole run of word characters; between these pieces there may be more of them.
    Word(Vec<String>),
    /// What stands between runs, exactly.
    Between(String),
}

impl Step {
    fn pieces(&self) -> &[String] {
        match self {
            Self::Word(pieces) => pieces,
            Self::Between(between) => std::slice::from_ref(between),
        }
    }

    fn matches(&self, part: &str) -> bool {
        match self {
            Self::Between(between) => part == between,
            Self::Word(pieces) => match pieces.as_slice() {
                [] => false,
                [only] => part == only,
                [first, middle @ .., last] => {
                    let rest = part.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
                    let found = middle.iter().try_fold(rest.unwrap_or_default(), |rest, piece| {
                        rest.find(piece.as_str()).and_then(|at| rest.get(at + piece.len()..))
                    });
                    rest.is_some() && found.is_some()
                }
            },
        }
    }
}

impl Wildcard {
    /// Takes a folded wildcard apart; gives it with the text to search for, or `None` if it has no literal piece.
    pub(super) fn parse(folded: &str) -> Option<(Self, String)> {
        let is_of_run = |c: char| c == '*' || is_word(c);
        let mut steps = Vec::new();
        let mut rest = folded;
        while !rest.is_empty() {
            let after = rest.trim_start_matches(is_of_run);
            let run = rest.get(..rest.len() - after.len()).unwrap_or_default();
            if !run.is_empty() {
                steps.push(Step::Word(run.split('*').map(str::to_owned).collect()));
            }
            rest = after.trim_start_matches(|c| !is_of_run(c));
            let between = after.get(..after.len() - rest.len()).unwrap_or_default();
            if !between.is_empty() {
                steps.push(Step::Between(between.to_owned()));
            }
        }
        let pieces = steps.iter().enumerate().flat_map(|(at, step)| step.pieces().iter().map(move |piece| (at, piece)));
        let (anchor, piece) = pieces.max_by_key(|(_, piece)| piece.trim().len())?;
        let piece = Some(piece.clone()).filter(|piece| !piece.trim().is_empty())?;
        Some((Self { steps, anchor }, piece))
    }

    /// Whether the piece that is searched for is a part of a run of word characters.
    pub(super) fn is_anchored_in_run(&self) -> bool {
        matches!(self.steps.get(self.anchor), Some(Step::Word(_)))
    }

    /// Where the wildcard matches so that its anchor is this part of the text: a whole run of word characters, or the
    /// piece itself if it isn't anchored in a run.
    pub(super) fn matches_at(&self, text: &str, anchor: &Range<usize>) -> Option<Range<usize>> {
        let (before, rest) = self.steps.split_at_checked(self.anchor)?;
        let (step, after) = rest.split_first()?;
        if !step.matches(text.get(anchor.clone())?) {
            return None;
        }
        let (mut start, mut end) = (anchor.start, anchor.end);
        for step in before.iter().rev() {
            start = match step {
                Step::Between(between) => text.get(..start)?.strip_suffix(between.as_str())?.len(),
                Step::Word(_) => {
                    let run = run_before(text, start);
                    step.matches(text.get(run.clone())?).then_some(run.start)?
                }
            };
        }
        for step in after {
            end = match step {
                Step::Between(between) => {
                    text.get(end..)?.starts_with(between.as_str()).then_some(end + between.len())?
                }
                Step::Word(_) => {
                    let run = run_after(text, end);
                    step.matches(text.get(run.clone())?).then_some(run.end)?
                }
            };
        }
        Some(start..end)
    }
}
