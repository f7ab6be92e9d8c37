//! What moderators say about texts: a rule is a word, a word with gaps or a regular expression, and what to do about it.
//!
//! Must not know how a text is searched for it (`screening`).

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::{Error as SyntaxError, ParserBuilder};
use thiserror::Error;

use super::folding::Folded;
use super::id::RuleId;
use super::site::named;
use super::text;

/// The most rules that a site can have.
pub const MAX_RULES_PER_SITE: usize = 2_000;
/// The most of them that can be regular expressions: each is run by itself, and has some 10 to 100 KB of tables.
pub const MAX_REGEXES_PER_SITE: usize = 200;
/// The longest word or wildcard, in characters (extended grapheme clusters).
pub const MAX_PATTERN_CHARACTERS: usize = 200;
/// The largest word or wildcard, in bytes.
pub const MAX_PATTERN_BYTES: usize = 2_000;
/// The largest regular expression, in bytes.
pub const MAX_REGEX_BYTES: usize = 500;
/// The fewest characters of a wildcard, not counting `*` and spaces.
pub const MIN_WILDCARD_CHARACTERS: usize = 2;
/// The most characters and classes of a regular expression that a text can be at the same time, with repetitions written
/// out: those of which each takes time for every byte of a hostile text.
pub const MAX_REGEX_WIDTH: u32 = 100;
/// The largest program that a regular expression may become, in bytes. What is within [`MAX_REGEX_WIDTH`] and of this size
/// has room for its automaton, unless it has exponentially many states: then its width bounds what each byte costs.
const MAX_COMPILED_BYTES: usize = 256 * 1024;
/// The most groups and repetitions inside one another.
const MAX_NESTING: u32 = 32;

/// How a pattern is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// A word or a phrase, found where it stands as a whole.
    Word,
    /// The same, in which `*` is any number of letters and digits, none included.
    Wildcard,
    /// A regular expression, in the syntax of the crate `regex`: without backtracking, lookaround and backreferences.
    ///
    /// It sees the text folded (see [`Folded`]): in one line, with single spaces, in small letters.
    Regex,
}

/// What becomes of a comment that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleAction {
    /// It is published without the words that matched.
    Censor,
    /// It waits for a moderator.
    Hold,
    /// It is refused.
    Reject,
}

named!(RuleKind { Word = "word", Wildcard = "wildcard", Regex = "regex" });
named!(RuleAction { Censor = "censor", Hold = "hold", Reject = "reject" });

/// What a rule looks for, checked by the kind of the rule: not blank, neither too long nor too wide, and, for a regular
/// expression, well-formed and of bounded cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// Why a text can't be a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Nothing in it can be seen.
    #[error("the pattern is blank: write what to look for")]
    Blank,
    /// A word or wildcard of too many characters.
    #[error("the pattern has {actual} characters, and may have {max}: shorten it, or make several rules of it")]
    TooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too many bytes.
    #[error("the pattern has {actual} bytes, and may have {max}: shorten it, or make several rules of it")]
    TooManyBytes {
        /// The most bytes.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// A wildcard that would match most words.
    #[error("the pattern matches too much: write at least {min} characters beside * and spaces")]
    TooWide {
        /// The fewest characters.
        min: u64,
    },
    /// No regular expression.
    #[error("the regular expression can't be read: {reason}; to look for the text as it is, make it a rule for a word")]
    Malformed {
        /// What the parser says.
        reason: String,
    },
    /// A regular expression that is too large once its repetitions and classes are written out.
    #[error("the regular expression is too large: use smaller repetitions, and fewer classes like \\w or \\pL")]
    TooComplex,
    /// A regular expression that matches between any two characters.
    #[error("the regular expression matches the empty text: write + or {{1,}} where it has *, ? or {{0,}}")]
    MatchesEmpty,
}

impl Pattern {
    /// Reads a pattern. Outer white space is removed, in words and wildcards each run of it is one space.
    ///
    /// # Errors
    /// [`PatternError`], whose text says what to change.
    pub fn parse(kind: RuleKind, input: &str) -> Result<Self, PatternError> {
        match kind {
            RuleKind::Word => parse_words(input),
            RuleKind::Wildcard => {
                let pattern = parse_words(input)?;
                let literal = Folded::of(&pattern.0).as_str().chars().filter(|c| !matches!(c, '*' | ' ')).count();
                if literal < MIN_WILDCARD_CHARACTERS {
                    return Err(PatternError::TooWide { min: number(MIN_WILDCARD_CHARACTERS) });
                }
                Ok(pattern)
            }
            RuleKind::Regex => parse_regex(input),
        }
    }

    /// A pattern read back from the store.
    #[must_use]
    pub const fn from_stored(pattern: String) -> Self {
        Self(pattern)
    }

    /// The pattern as its moderator wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_words(input: &str) -> Result<Pattern, PatternError> {
    if input.len() > MAX_PATTERN_BYTES {
        return Err(PatternError::TooManyBytes { max: number(MAX_PATTERN_BYTES), actual: number(input.len()) });
    }
    let line = text::normalise_line(input);
    if text::is_blank(&line) || Folded::of(&line).as_str().trim().is_empty() {
        return Err(PatternError::Blank);
    }
    let actual = text::characters(&line);
    if actual > MAX_PATTERN_CHARACTERS {
        return Err(PatternError::TooLong { max: number(MAX_PATTERN_CHARACTERS), actual: number(actual) });
    }
    Ok(Pattern(line))
}

fn parse_regex(input: &str) -> Result<Pattern, PatternError> {
    if input.len() > MAX_REGEX_BYTES {
        return Err(PatternError::TooManyBytes { max: number(MAX_REGEX_BYTES), actual: number(input.len()) });
    }
    let pattern = text::normalise(input);
    if text::is_blank(&pattern) {
        return Err(PatternError::Blank);
    }
    compile(&pattern)?;
    Ok(Pattern(pattern))
}

/// A regular expression, ready to be searched for, and what it costs.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    /// The same, compiled.
    pub(super) regex: Regex,
    /// How many of its characters and classes a text can be at the same time: at most [`MAX_REGEX_WIDTH`].
    pub(super) width: u32,
    /// The longest match, in bytes; `None` if it has no bound.
    pub(super) longest: Option<usize>,
}

/// Compiles a regular expression within the bounds that [`Pattern::parse`] holds it to.
///
/// # Errors
/// Any that the expression has.
pub(super) fn compile(pattern: &str) -> Result<Expression, PatternError> {
    let parsed = parse_syntax(pattern)?;
    if parsed.properties().minimum_len() == Some(0) {
        return Err(PatternError::MatchesEmpty);
    }
    let width = width(&parsed, Part::Once);
    if width > MAX_REGEX_WIDTH {
        return Err(PatternError::TooComplex);
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .nest_limit(MAX_NESTING)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES)
        .build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => PatternError::TooComplex,
        other => PatternError::Malformed { reason: other.to_string() },
    })?;
    Ok(Expression { regex, width, longest: parsed.properties().maximum_len() })
}

fn parse_syntax(pattern: &str) -> Result<Hir, PatternError> {
    let parsed = ParserBuilder::new().case_insensitive(true).nest_limit(MAX_NESTING).build().parse(pattern);
    parsed.map_err(|error| {
        let reason = match error {
            SyntaxError::Parse(error) => error.kind().to_string(),
            SyntaxError::Translate(error) => error.kind().to_string(),
            other => other.to_string(),
        };
        PatternError::Malformed { reason }
    })
}

/// Whether a part of an expression stands in a repetition that is written out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Once,
    Repeated,
}

/// How many characters and classes of a part a text can be at the same time. Letters that stand for themselves don't
/// count: which of them a text is, its last letters tell, unless there are many copies of them.
fn width(part: &Hir, stands: Part) -> u32 {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Class(class) => u32::from(stands == Part::Repeated || !is_one_letter(class)),
        HirKind::Literal(_) if stands == Part::Once => 0,
        HirKind::Literal(literal) => u32::try_from(literal.0.len()).unwrap_or(u32::MAX),
        HirKind::Capture(group) => width(&group.sub, stands),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(|part| width(part, stands)).fold(0, u32::saturating_add)
        }
        HirKind::Repetition(repetition) => match repetition.max.unwrap_or(repetition.min) {
            0 | 1 => width(&repetition.sub, stands),
            times => width(&repetition.sub, Part::Repeated).saturating_mul(times),
        },
    }
}

/// Whether a class has nothing but the forms of one letter, as `[Kk\u{212a}]` has those of `k`.
fn is_one_letter(class: &Class) -> bool {
    const MOST_FORMS: usize = 4;
    let Class::Unicode(class) = class else { return false };
    let forms = class.iter().flat_map(|range| range.start()..=range.end()).take(MOST_FORMS + 1);
    let forms: Vec<Vec<char>> = forms.map(|form| form.to_uppercase().flat_map(char::to_lowercase).collect()).collect();
    forms.len() <= MOST_FORMS && forms.windows(2).all(|pair| matches!(pair, [one, other] if one == other))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A rule of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// How the pattern is to be read.
    pub kind: RuleKind,
    /// What it looks for.
    pub pattern: Pattern,
    /// What becomes of a comment that it matches.
    pub action: RuleAction,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RuleKind::*, *};

    #[test]
    fn a_pattern_is_kept_as_it_was_written() {
        let (longest, alternation) = ("x".repeat(200), ["casino", "viagra"].repeat(35).join("|"));
        let any_case = format!("(?i){}", "kiss".repeat(100));
        let cases = [
            (Word, "spam", "spam"),
            (Word, "  Buy \n Now ", "Buy Now"),
            (Word, "*", "*"),
            (Word, "c++", "c++"),
            (Word, "垃圾", "垃圾"),
            (Word, longest.as_str(), longest.as_str()),
            (Wildcard, "sp*m", "sp*m"),
            (Wildcard, "a b*", "a b*"),
            (Wildcard, "**--", "**--"),
            (Regex, r"\bv[i1]agra\b", r"\bv[i1]agra\b"),
            (Regex, "(a+)+$", "(a+)+$"),
            (Regex, "a  b", "a  b"),
            (Regex, r"\d{3,}", r"\d{3,}"),
            (Regex, r"\b(\w+) \w{4}\b", r"\b(\w+) \w{4}\b"),
            (Regex, "buy.{0,90}now", "buy.{0,90}now"),
            (Regex, alternation.as_str(), alternation.as_str()),
            (Regex, any_case.as_str(), any_case.as_str()),
        ];
        for (kind, input, kept) in cases {
            assert_eq!(Pattern::parse(kind, input).as_ref().map(Pattern::as_str), Ok(kept), "{input}");
        }
    }

    #[test]
    fn a_pattern_that_is_refused_says_what_to_change() {
        let too_long = PatternError::TooLong { max: 200, actual: 201 };
        let too_wide = PatternError::TooWide { min: 2 };
        let malformed = |reason: &str| PatternError::Malformed { reason: reason.to_owned() };
        let cases = [
            (Word, String::new(), PatternError::Blank),
            (Word, " \u{200b}\u{3164}".to_owned(), PatternError::Blank),
            (Word, "\u{301}".to_owned(), PatternError::Blank),
            (Word, "x".repeat(201), too_long.clone()),
            (Word, "x".repeat(2_001), PatternError::TooManyBytes { max: 2_000, actual: 2_001 }),
            (Wildcard, "*".to_owned(), too_wide.clone()),
            (Wildcard, "* * *".to_owned(), too_wide.clone()),
            (Wildcard, "*a\u{200b}*".to_owned(), too_wide),
            (Wildcard, "x".repeat(201), too_long),
            (Regex, " ".to_owned(), PatternError::Blank),
            (Regex, "x".repeat(501), PatternError::TooManyBytes { max: 500, actual: 501 }),
            (Regex, "a*".to_owned(), PatternError::MatchesEmpty),
            (Regex, r"\b".to_owned(), PatternError::MatchesEmpty),
            (Regex, "spam|".to_owned(), PatternError::MatchesEmpty),
            (Regex, "(((a{100}){100}){100})".to_owned(), PatternError::TooComplex),
            (Regex, r"\w{500}".to_owned(), PatternError::TooComplex),
            (Regex, ".*a[ab]{1200}c|[ab]".to_owned(), PatternError::TooComplex),
            (Regex, "[ab]{1000}c".to_owned(), PatternError::TooComplex),
            (Regex, "[ab]{101}".to_owned(), PatternError::TooComplex),
            (Regex, format!(".*a{}", ".".repeat(100)), PatternError::TooComplex),
            (Regex, "(?:[ab]{10}){11}".to_owned(), PatternError::TooComplex),
            (Regex, "((a{0,20}){0,20})b".to_owned(), PatternError::TooComplex),
            (Regex, "(a?){101}b".to_owned(), PatternError::TooComplex),
            (Regex, "(?:ab|ba){26}".to_owned(), PatternError::TooComplex),
            (Regex, "x[ab]{101,}".to_owned(), PatternError::TooComplex),
            (Regex, r"\w{6}".to_owned(), PatternError::TooComplex),
            (Regex, r"(?i)\pL{10}".to_owned(), PatternError::TooComplex),
            (Regex, "(?:(?:(?:(?:a{1000}){1000}){1000}){1000})".to_owned(), PatternError::TooComplex),
            (Regex, "(spam".to_owned(), malformed("unclosed group")),
            (Regex, r"(a)\1".to_owned(), malformed("backreferences are not supported")),
        ];
        for (kind, input, expected) in cases {
            assert_eq!(Pattern::parse(kind, &input), Err(expected), "{input}");
        }
        let nested = format!("{}a{}", "(".repeat(100), ")".repeat(100));
        assert!(matches!(Pattern::parse(Regex, &nested), Err(PatternError::Malformed { .. })));
    }

    #[test]
    fn names_read_back() {
        for kind in [Word, Wildcard, Regex] {
            assert_eq!(RuleKind::from_name(kind.name()), Some(kind));
        }
        for action in [RuleAction::Hold, RuleAction::Reject, RuleAction::Censor] {
            assert_eq!(RuleAction::from_name(action.name()), Some(action));
        }
        assert_eq!((RuleKind::from_name("Word"), RuleAction::from_name("")), (None, None));
    }

    proptest! {
        #[test]
        fn a_pattern_that_was_read_is_read_again_as_itself(
            input in any::<String>(),
            regex in r"[a-z*+?()|\[\]{}\\0-9, -]{1,20}",
        ) {
            for (kind, input) in [(Word, &input), (Wildcard, &input), (Regex, &input), (Regex, &regex)] {
                if let Ok(pattern) = Pattern::parse(kind, input) {
                    prop_assert_eq!(Pattern::parse(kind, pattern.as_str()), Ok(pattern));
                }
            }
        }
    }
}
