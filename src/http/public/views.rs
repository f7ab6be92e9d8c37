//! What answers look like. Each view says what of a value may be seen; an e-mail address or a network is in none.

use serde::{Serialize, Serializer};

use crate::domain::comment::Comment;
use crate::domain::html::TextFormat;
use crate::domain::page::{List, Page};
use crate::domain::site::{Policy, Site};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;
use crate::service::comments::RootWithReplies;
use crate::service::editing::Current;

/// A time as RFC 3339 has it, in UTC with milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Time(Timestamp);

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = jiff::Timestamp::from_millisecond(self.0.milliseconds()).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&format_args!("{time:.3}"))
    }
}

/// The day of a time in UTC, as RFC 3339 has it.
#[derive(Debug, Clone, Copy)]
pub struct Date(Timestamp);

impl From<Timestamp> for Date {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = jiff::Timestamp::from_millisecond(self.0.milliseconds()).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&jiff::tz::Offset::UTC.to_datetime(time).date())
    }
}

/// A thread.
#[derive(Debug, Serialize)]
pub struct ThreadView {
    key: String,
    url: Option<String>,
    title: Option<String>,
    state: &'static str,
    comment_count: u32,
    root_count: u32,
    last_comment_at: Option<Time>,
}

impl From<&Thread> for ThreadView {
    fn from(thread: &Thread) -> Self {
        Self {
            key: thread.key.as_str().to_owned(),
            url: thread.url.clone(),
            title: thread.title.clone(),
            state: thread.state.name(),
            comment_count: thread.comment_count,
            root_count: thread.root_count,
            last_comment_at: thread.last_comment_at.map(Time),
        }
    }
}

/// What writers may do.
#[derive(Debug, Serialize)]
pub struct PolicyView {
    max_characters: u32,
    min_characters: u32,
    max_depth: u32,
    edit_window_seconds: u32,
    moderation: &'static str,
    guests: bool,
    voting: &'static str,
    text_format: &'static str,
    guidelines: Option<String>,
}

impl PolicyView {
    /// What writers may do where this policy of the site holds.
    #[must_use]
    pub fn of(site: &Site, policy: Policy) -> Self {
        let format: TextFormat = policy.text_format;
        Self {
            max_characters: policy.max_characters,
            min_characters: policy.min_characters,
            max_depth: policy.max_depth,
            edit_window_seconds: policy.edit_window_seconds,
            moderation: policy.moderation.name(),
            guests: policy.guests,
            voting: policy.voting.name(),
            text_format: format.name(),
            guidelines: site.guidelines.as_ref().map(|guidelines| guidelines.as_str().to_owned()),
        }
    }
}

/// Votes.
#[derive(Debug, Serialize)]
pub struct ScoreView {
    up: u32,
    down: u32,
}

impl From<Score> for ScoreView {
    fn from(score: Score) -> Self {
        Self { up: score.up, down: score.down }
    }
}

#[derive(Debug, Serialize)]
struct AuthorView {
    name: String,
    kind: &'static str,
    avatar_url: Option<String>,
}

/// A comment, or the tombstone of one.
#[derive(Debug, Serialize)]
pub struct CommentView {
    id: String,
    parent_id: Option<String>,
    root_id: String,
    depth: u32,
    author: Option<AuthorView>,
    body: Option<String>,
    body_html: Option<String>,
    status: &'static str,
    created_at: Time,
    edited_at: Option<Time>,
    score: ScoreView,
    reply_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    descendant_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<PageView>,
}

/// A page of comments.
#[derive(Debug, Serialize)]
pub struct PageView {
    comments: Vec<CommentView>,
    /// Where the list goes on.
    pub next_cursor: Option<String>,
}

impl PageView {
    /// A page of the comments below a root.
    #[must_use]
    pub fn of_replies(site: &Site, policy: Policy, list: List<'_>, page: &Page<Comment>) -> Self {
        Self {
            comments: page.items.iter().map(|comment| CommentView::public(comment, policy)).collect(),
            next_cursor: page.next.map(|position| position.to_cursor(site.id, list)),
        }
    }
}

impl CommentView {
    /// A comment as everybody sees it: one that isn't published, but listed, is a tombstone.
    #[must_use]
    pub fn public(comment: &Comment, policy: Policy) -> Self {
        let view = Self::own(comment, policy);
        if comment.is_published() {
            return view;
        }
        Self {
            author: None,
            body: None,
            body_html: None,
            status: "deleted",
            edited_at: None,
            score: Score::default().into(),
            ..view
        }
    }

    /// A comment as its writer sees it.
    #[must_use]
    pub fn own(comment: &Comment, policy: Policy) -> Self {
        Self {
            id: comment.id.to_string(),
            parent_id: comment.parent_id.map(|id| id.to_string()),
            root_id: comment.root_id.to_string(),
            depth: comment.display_depth(policy),
            author: Some(AuthorView {
                name: comment.author.name.as_str().to_owned(),
                kind: comment.author.kind.name(),
                avatar_url: None,
            }),
            body: Some(comment.body.as_str().to_owned()),
            body_html: Some(comment.html.as_str().to_owned()),
            status: comment.status.name(),
            created_at: Time(comment.created_at),
            edited_at: comment.edited_at.map(Time),
            score: comment.score.into(),
            reply_count: comment.reply_count,
            descendant_count: comment.is_root().then_some(comment.descendant_count),
            replies: None,
        }
    }

    /// A root with the first comments below it.
    #[must_use]
    pub fn with_replies(site: &Site, policy: Policy, root: &RootWithReplies) -> Self {
        let replies = PageView::of_replies(site, policy, List::Replies(root.root.id), &root.replies);
        Self { replies: Some(replies), ..Self::public(&root.root, policy) }
    }
}

/// A comment and its thread.
#[derive(Debug, Serialize)]
pub struct CommentAnswer {
    comment: CommentView,
    thread: ThreadView,
}

impl CommentAnswer {
    /// As everybody sees them.
    #[must_use]
    pub fn public(current: &Current) -> Self {
        let comment = CommentView::public(&current.comment, current.policy);
        Self { comment, thread: ThreadView::from(&current.thread) }
    }

    /// As the answer to a post has them: also to one that is sent again when the comment is erased.
    #[must_use]
    pub fn of_post(comment: &Comment, thread: &Thread, policy: Policy) -> Self {
        let view = if comment.is_erased() { CommentView::public } else { CommentView::own };
        Self { comment: view(comment, policy), thread: ThreadView::from(thread) }
    }

    /// As the writer of the comment sees them.
    #[must_use]
    pub fn own(comment: &Comment, thread: &Thread, policy: Policy) -> Self {
        Self { comment: CommentView::own(comment, policy), thread: ThreadView::from(thread) }
    }
}

/// A comment of the whole site, with its thread.
#[derive(Debug, Serialize)]
pub struct RecentView {
    #[serde(flatten)]
    comment: CommentView,
    thread: ThreadView,
}

impl From<&Current> for RecentView {
    fn from(current: &Current) -> Self {
        let CommentAnswer { comment, thread } = CommentAnswer::public(current);
        Self { comment, thread }
    }
}
