//! What is shown of a thread, in the same elements, classes and parts as the widget makes: heading, order, form, comments.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation;

use super::addresses::Addresses;
use super::form::FormView;
use super::language::Language;
use super::tree::{Branch, size};
use crate::domain::author::AuthorKind;
use crate::domain::comment::Comment;
use crate::domain::html::SafeHtml;
use crate::domain::id::CommentId;
use crate::domain::time::Timestamp;

/// How many colours there are behind the first letters of names.
const TINTS: u32 = 4;

/// The one kind of HTML that goes into a page as it is.
#[derive(Debug)]
pub(super) struct Body<'a>(&'a SafeHtml);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl HtmlSafe for Body<'_> {}

/// A link with its text.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) url: String,
}

/// An order in which the roots can be shown.
#[derive(Debug)]
pub(super) struct SortLink {
    pub(super) link: Link,
    pub(super) is_current: bool,
}

/// Everything that is shown of a thread.
#[derive(Debug, Template)]
#[template(path = "section.html")]
pub(super) struct Section<'a> {
    pub(super) language: &'static Language,
    /// The level of its heading.
    pub(super) level: u8,
    pub(super) count: u32,
    pub(super) sorts: Vec<SortLink>,
    pub(super) form: Option<FormView<'a>>,
    pub(super) notice: Option<String>,
    pub(super) back: Vec<Link>,
    pub(super) pinned: Option<Item<'a>>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) empty: Option<String>,
    pub(super) more: Option<Link>,
}

/// A comment in its place.
#[derive(Debug, Template)]
#[template(path = "comment.html")]
pub(super) struct Item<'a> {
    pub(super) language: &'static Language,
    /// Sets the ids of a second view of the same comment apart.
    pub(super) copy: &'static str,
    pub(super) id: CommentId,
    /// Nothing for a tombstone.
    pub(super) shown: Option<Shown<'a>>,
    pub(super) is_linked: bool,
    pub(super) form: Option<FormView<'a>>,
    pub(super) replies: Vec<Self>,
    pub(super) more: Option<Link>,
}

impl HtmlSafe for Section<'_> {}
impl HtmlSafe for Item<'_> {}

/// What is shown of a published comment.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    pub(super) initial: String,
    pub(super) tint: u32,
    pub(super) is_staff: bool,
    pub(super) is_pinned: bool,
    pub(super) answers: Option<String>,
    pub(super) url: String,
    pub(super) time: Time,
    pub(super) edited: Option<Time>,
    pub(super) body: Body<'a>,
    pub(super) text: &'a str,
    pub(super) up: u32,
    pub(super) reply: Option<Link>,
}

/// A time for programs and for people.
#[derive(Debug)]
pub(super) struct Time {
    pub(super) exact: String,
    pub(super) text: String,
}

impl Time {
    /// The service doesn't know where its reader is, so the time of day is UTC, and says so.
    fn of(time: Timestamp, language: &Language) -> Self {
        let time = jiff::Timestamp::from_millisecond(time.milliseconds()).unwrap_or_default();
        Self { exact: format!("{time:.3}"), text: format!("{} UTC", language.moment(TimeZone::UTC.to_datetime(time))) }
    }
}

/// Makes the items of one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) language: &'static Language,
    /// Whether comments can be answered.
    pub(super) is_open: bool,
    /// The comment that the page is about.
    pub(super) linked: Option<CommentId>,
    /// The comment that staff pinned.
    pub(super) pinned: Option<CommentId>,
}

impl<'a> Items<'a> {
    /// A comment with all that stands below it.
    pub(super) fn branch(&self, branch: &Branch<'a>) -> Item<'a> {
        let replies = branch.below.iter().map(|below| self.branch(below)).collect();
        Item { replies, ..self.alone(branch.comment, branch.answers) }
    }

    /// A root with its first replies, and where the others are.
    pub(super) fn root(&self, branch: &Branch<'a>, cursor: Option<&str>) -> Item<'a> {
        let (root, shown) = (branch.comment, size(branch));
        let missing = u64::from(root.descendant_count).saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
        let key = if shown > 0 { "list.more_replies" } else { "list.replies" };
        // Tombstones are not counted, so what is left can be nothing but them.
        let more = (cursor.is_some() || shown == 0 && missing > 0).then(|| Link {
            text: self.language.count(key, missing.max(1)),
            url: self.addresses.replies(root.id, cursor),
        });
        Item { more, ..self.branch(branch) }
    }

    /// A comment by itself.
    pub(super) fn alone(&self, comment: &'a Comment, answers: Option<&Comment>) -> Item<'a> {
        let language = self.language;
        let answers = answers.filter(|answered| answered.is_published());
        let answers = answers.map(|answered| language.about("comment.answers", "name", answered.author.name.as_str()));
        let name = comment.author.name.as_str();
        let shown = comment.is_published().then(|| Shown {
            name,
            initial: initial(name),
            tint: tint(name),
            is_staff: comment.author.kind == AuthorKind::Staff,
            is_pinned: self.pinned == Some(comment.id),
            answers,
            url: self.addresses.comment(comment.id),
            time: Time::of(comment.created_at, language),
            edited: comment.edited_at.map(|time| Time::of(time, language)),
            body: Body(&comment.html),
            text: comment.body.as_str(),
            up: comment.score.up,
            reply: self.is_open.then(|| Link {
                text: language.about("comment.reply_to", "name", name),
                url: self.addresses.reply_to(comment.id),
            }),
        });
        let is_linked = self.linked == Some(comment.id);
        let (form, replies, more) = (None, Vec::new(), None);
        Item { language, copy: "", id: comment.id, shown, is_linked, form, replies, more }
    }
}

/// The first letter of a name.
fn initial(name: &str) -> String {
    name.graphemes(true).next().unwrap_or_default().to_uppercase()
}

/// One of a few colours, the same for a name always, and the same as the widget finds.
fn tint(name: &str) -> u32 {
    name.chars().fold(0, |sum, letter| (sum * 31 + u32::from(letter)) % 9_973) % TINTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_colours_that_the_widget_gives_them() {
        let (script, style) =
            (include_str!("../../../web/widget/comment.js"), include_str!("../../../web/widget/style.css"));
        assert!(script.contains(&format!("const TINTS = {TINTS};")));
        for tint in 1..8 {
            assert_eq!(style.contains(&format!("[data-tint='{tint}']")), tint < TINTS, "{tint}");
        }
        assert_eq!(
            ["Ana Torres", "Julian Meyer", "日本"].map(tint),
            ["Ana Torres", "Julian Meyer", "日本"].map(as_in_script)
        );
    }

    /// The sum as the script has it, whose numbers are larger.
    fn as_in_script(name: &str) -> u32 {
        let sum = name.chars().fold(0_u64, |sum, letter| (sum * 31 + u64::from(u32::from(letter))) % 9_973);
        u32::try_from(sum % u64::from(TINTS)).unwrap()
    }
}
