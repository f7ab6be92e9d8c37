//! What the pure parts cost, without I/O: `cargo bench --bench micro`, or a part of it by name.
//!
//! Text becomes HTML and is counted when it is written; rules are matched then, too. Cursors are made and read with
//! every page. The texts are made up, the same in each run.

#![expect(clippy::expect_used, reason = "a benchmark whose parts can't be made has nothing to measure")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

use rejoinder::domain::body::{BodyLimits, CommentBody};
use rejoinder::domain::html::{SafeHtml, TextFormat};
use rejoinder::domain::id::{CommentId, RuleId, SiteId};
use rejoinder::domain::page::{List, Position, Sort};
use rejoinder::domain::rule::{MAX_REGEXES_PER_SITE, MAX_RULES_PER_SITE, Pattern, Rule, RuleAction, RuleKind};
use rejoinder::domain::screening::RuleSet;
use rejoinder::domain::text;
use rejoinder::domain::thread::ThreadKey;

const LIMITS: BodyLimits = BodyLimits { min_characters: 1, max_characters: 20_000 };
/// As many code points as comments have, and as they can have with the default limit.
const LENGTHS: [usize; 2] = [200, 2_000];

const LATIN: &str = "The report itself is at https://example.org/reports/2026/11?page=4 and says almost the opposite \
                     of the headline. Naïve, perhaps: “no effect could be shown” is not “there is no effect”. ";
const MARKED_UP: &str = "The **report** itself is [here](https://example.org/reports/2026/11), and says *almost* the \
                         opposite:\n\n> no effect could be shown\n\n- which is not the same as\n- `there is none`\n\n";
const CLUSTERS: &str = "Grüße 👩‍👩‍👧‍👦 aus 東京, Ελλάδα и Москва: e\u{301}te\u{301} 🇫🇷, नमस्ते. ";

fn main() {
    divan::main();
}

fn text_of(pattern: &str, length: usize) -> String {
    pattern.chars().cycle().take(length).collect()
}

fn body_of(pattern: &str, length: usize) -> CommentBody {
    CommentBody::parse(&text_of(pattern, length), LIMITS).expect("a text within the limits")
}

/// A made-up word; hardly any is in the texts.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "lo", "mi", "nu", "pe", "ra", "so", "ti", "vu", "xe", "ya", "zo", "bri", "cla", "dro", "fle"];
    [0, 4, 8].into_iter().filter_map(|shift| SYLLABLES.get((number >> shift) % 16)).copied().collect()
}

fn rules(kind: RuleKind, shape: fn(&str) -> String, count: usize) -> RuleSet {
    let rules = (1..).zip(0..count).map(|(id, number)| Rule {
        id: RuleId::from_number(id),
        kind,
        pattern: Pattern::parse(kind, &shape(&word(number))).expect("a pattern that can be used"),
        action: RuleAction::Hold,
    });
    RuleSet::compile(rules.collect())
}

fn html(bencher: Bencher<'_, '_>, body: &CommentBody, format: TextFormat) {
    bencher.counter(BytesCount::of_str(body.as_str())).bench(|| SafeHtml::render(black_box(body), format));
}

#[divan::bench(args = LENGTHS)]
fn html_of_plain_text(bencher: Bencher<'_, '_>, length: usize) {
    html(bencher, &body_of(LATIN, length), TextFormat::Plain);
}

#[divan::bench(args = LENGTHS)]
fn html_of_markdown(bencher: Bencher<'_, '_>, length: usize) {
    html(bencher, &body_of(MARKED_UP, length), TextFormat::Markdown);
}

/// Graphemes, of letters alone and of what is made of several code points.
#[divan::bench(args = [Text("latin", LATIN), Text("clusters", CLUSTERS)])]
fn graphemes_of_2000(bencher: Bencher<'_, '_>, text: &Text) {
    let text = text_of(text.1, 2_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| text::characters(black_box(&text)));
}

/// Normalisation, the marks on each character, and the graphemes: what a post goes through.
#[divan::bench(args = LENGTHS)]
fn body_parsed(bencher: Bencher<'_, '_>, length: usize) {
    let text = text_of(LATIN, length);
    bencher.counter(BytesCount::of_str(&text)).bench(|| CommentBody::parse(black_box(&text), LIMITS));
}

/// A pattern of texts, shown by its name.
struct Text(&'static str, &'static str);

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

fn screen(bencher: Bencher<'_, '_>, set: &RuleSet) {
    let text = text_of(LATIN, 2_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| set.screen(black_box(&text)));
}

#[divan::bench(args = [1, 100, MAX_RULES_PER_SITE])]
fn words_in_2000(bencher: Bencher<'_, '_>, count: usize) {
    screen(bencher, &rules(RuleKind::Word, str::to_owned, count));
}

#[divan::bench(args = [1, 100, MAX_RULES_PER_SITE])]
fn wildcards_in_2000(bencher: Bencher<'_, '_>, count: usize) {
    screen(bencher, &rules(RuleKind::Wildcard, |word| format!("*{word}*"), count));
}

#[divan::bench(args = [1, MAX_REGEXES_PER_SITE])]
fn regexes_in_2000(bencher: Bencher<'_, '_>, count: usize) {
    screen(bencher, &rules(RuleKind::Regex, |word| format!(r"\b{word}\d+\b"), count));
}

fn position() -> (Position, ThreadKey) {
    let id = CommentId::from_number(7_300_000_000_000_000_000);
    (Position { rank: 12, id }, ThreadKey::from_stored("/articles/2026/11/the-bridge".to_owned()))
}

#[divan::bench]
fn cursor_made(bencher: Bencher<'_, '_>) {
    let (position, key) = position();
    let list = List::Roots(&key, Sort::Top);
    bencher.counter(ItemsCount::new(1_usize)).bench(|| black_box(position).to_cursor(SiteId::from_number(1), list));
}

#[divan::bench]
fn cursor_read(bencher: Bencher<'_, '_>) {
    let (position, key) = position();
    let (site, list) = (SiteId::from_number(1), List::Roots(&key, Sort::Top));
    let cursor = position.to_cursor(site, list);
    bencher.counter(ItemsCount::new(1_usize)).bench(|| Position::from_cursor(black_box(&cursor), site, list));
}
