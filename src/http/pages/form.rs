//! The form for a comment: what stands in it, and what is wrong with what was sent, at the field that it is about.

use askama::Template;
use askama::filters::HtmlSafe;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::addresses::Addresses;
use super::language::Language;
use crate::domain::html::TextFormat;
use crate::domain::id::CommentId;
use crate::domain::quota::Standing;
use crate::domain::refusal::{InputError, Number, Refusal};
use crate::domain::site::{Moderation, Policy, Site};
use crate::domain::thread::Thread;
use crate::http::error::ApiError;

/// What somebody typed, as far as a form is concerned.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// The name.
    pub(super) name: String,
    /// The text.
    pub(super) body: String,
    /// The address of the page that has the comments.
    pub(super) thread_url: Option<String>,
}

/// What is wrong with what was typed, in sentences.
#[derive(Debug, Clone, Default)]
pub(super) struct Complaints {
    /// At the name.
    pub(super) name: Option<String>,
    /// At the text.
    pub(super) body: Option<String>,
    /// About the whole.
    pub(super) notice: Option<String>,
}

/// The form for a comment.
#[derive(Debug, Template)]
#[template(path = "form.html")]
pub(super) struct FormView<'a> {
    pub(super) language: &'static Language,
    pub(super) action: String,
    pub(super) thread: &'a str,
    pub(super) parent: Option<CommentId>,
    pub(super) key: String,
    pub(super) lang: Option<&'a str>,
    pub(super) heading: String,
    pub(super) label: String,
    pub(super) send: String,
    pub(super) hint: String,
    pub(super) guidelines: Option<&'a str>,
    pub(super) typed: Typed,
    pub(super) complaints: Complaints,
}

impl HtmlSafe for FormView<'_> {}

/// Where a form stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) site: &'a Site,
    pub(super) thread: &'a Thread,
    pub(super) policy: Policy,
    pub(super) addresses: &'a Addresses,
    pub(super) language: &'static Language,
    /// The newest comment of the thread that readers don't see.
    pub(super) newest_hidden: Option<CommentId>,
}

impl<'a> FormView<'a> {
    /// The form for a new root, or for an answer to somebody's comment.
    pub(super) fn new(
        setting: Setting<'a>,
        answered: Option<(CommentId, &str)>,
        typed: Typed,
        complaints: Complaints,
    ) -> Self {
        let Setting { site, thread, policy, addresses, language, newest_hidden } = setting;
        let parent = answered.map(|(id, _)| id);
        let about = |key: &str, otherwise: &str| match answered {
            Some((_, name)) => language.about(key, "name", name),
            None => language.text(otherwise),
        };
        Self {
            language,
            action: addresses.form(),
            thread: thread.key.as_str(),
            parent,
            key: key(thread, newest_hidden, parent),
            lang: addresses.lang.as_deref(),
            heading: about("comment.reply_to", "form.heading"),
            label: about("form.reply", "form.body"),
            send: language.text(if parent.is_some() { "form.send_reply" } else { "form.send" }),
            hint: hint(policy, language),
            guidelines: site.guidelines.as_ref().map(crate::domain::site::Guidelines::as_str),
            typed,
            complaints,
        }
    }
}

/// What makes sending the same form again known as the same: another one once something was posted, be it seen or
/// not.
///
/// The page is the same for everybody, so this can be no secret and nobody's own.
fn key(thread: &Thread, newest_hidden: Option<CommentId>, parent: Option<CommentId>) -> String {
    let mut hash = Sha256::new();
    hash.update(thread.site_id.number().to_be_bytes());
    for id in [newest_hidden, parent] {
        hash.update(id.map_or(0, CommentId::number).to_be_bytes());
    }
    hash.update(thread.comment_count.to_be_bytes());
    hash.update(thread.last_comment_at.map_or(0, crate::domain::time::Timestamp::milliseconds).to_be_bytes());
    hash.update(thread.key.as_str().as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let short: [u8; 12] = digest.first_chunk().copied().unwrap_or_default();
    BASE64URL_NOPAD.encode(&short)
}

fn hint(policy: Policy, language: &Language) -> String {
    let parts = [
        Some(language.count("form.limit", policy.max_characters.into())),
        (policy.min_characters > 1).then(|| language.count("form.minimum", policy.min_characters.into())),
        (policy.text_format == TextFormat::Markdown).then(|| language.text("form.markdown")),
        (policy.moderation == Moderation::Pre).then(|| language.text("form.moderated")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

impl Complaints {
    /// What a refusal says, in the reader's language.
    pub(super) fn of(error: &ApiError, language: &Language) -> Self {
        let mut complaints = Self::default();
        match error {
            ApiError::Refused(Refusal::Input(errors)) => {
                for error in errors {
                    complaints.add(error, language);
                }
            }
            ApiError::Refused(Refusal::RateLimited(Standing { reset_seconds, .. })) => {
                let text = language.text("error.rate_limited");
                let wait = language.count("notice.retry_in", u64::from(*reset_seconds));
                complaints.notice = Some(format!("{text} {wait}"));
            }
            ApiError::Refused(Refusal::SlowMode { retry_after_seconds }) => {
                let text = language.text("error.slow_mode");
                let wait = language.count("notice.retry_in", u64::from(*retry_after_seconds));
                complaints.notice = Some(format!("{text} {wait}"));
            }
            error => complaints.notice = Some(sentence(language, error.code(), &[])),
        }
        complaints
    }

    /// Whether there is nothing to say.
    pub(super) const fn is_empty(&self) -> bool {
        self.name.is_none() && self.body.is_none() && self.notice.is_none()
    }

    fn add(&mut self, error: &InputError, language: &Language) {
        let (code, numbers) = (error.rule.code(), error.rule.numbers());
        let code =
            if code == "text_not_allowed" && error.pointer == "/author/name" { "name_not_allowed" } else { code };
        let place = match error.pointer.as_ref() {
            "/author/name" => &mut self.name,
            "/body" => &mut self.body,
            _ => &mut self.notice,
        };
        // The first one at a field is enough.
        place.get_or_insert_with(|| sentence(language, code, &numbers));
    }
}

/// A refusal as a sentence.
pub(super) fn sentence(language: &Language, code: &str, numbers: &[Number]) -> String {
    let number = |name: &str| numbers.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number);
    let (max, min, actual) = (number("max"), number("min"), number("actual"));
    let (key, count) = match code {
        "body_too_long" => ("error.body_too_long", actual.saturating_sub(max)),
        "body_too_short" if min <= 1 => ("error.body_blank", 0),
        "body_too_short" => ("error.body_too_short", min),
        "invalid_cursor" => ("page.cursor", 0),
        "content_too_large" => ("page.too_large", 0),
        "idempotency_in_progress" => ("page.twice", 0),
        // How to mend it is for the site's owner, who has it in the log.
        "origin_not_allowed" => ("page.foreign", 0),
        "not_found" | "site_not_found" => ("page.not_found", 0),
        code => return language.say(&known(language, code), max, &[]),
    };
    language.count(key, count)
}

fn known(language: &Language, code: &str) -> String {
    let key = format!("error.{code}");
    if language.has(&key) { key } else { "error.other".to_owned() }
}
