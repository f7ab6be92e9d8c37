//! Every reason for which the service says no.
//!
//! A closed list: each has a stable code and the numbers that a client needs to do better. Which HTTP status a refusal
//! becomes is not known here.

mod rule;

use std::borrow::Cow;

use super::access::Permission;
use super::origin::Origin;
use super::quota::{Action, Standing};

pub use rule::{InputError, Rule};

/// A number that a client needs, with the name of its member.
pub type Number = (&'static str, u64);

/// Why a use case was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something in the input breaks a rule; at least one error.
    #[error("{}", .0.first().map_or_else(|| "The input was refused.".to_owned(), |error| error.rule.to_string()))]
    Input(Vec<InputError>),
    /// The cursor was damaged, changed, or belongs to another list.
    #[error("The cursor isn't one of this list. Begin again without it.")]
    InvalidCursor,
    /// The call needs to know who writes.
    #[error("Send the guest token of the writer: `Authorization: Bearer …`.")]
    TokenRequired,
    /// Nobody on this site has this token.
    #[error("The token is not known on this site. Forget it, and write without one to be given a new one.")]
    InvalidToken,
    /// The thread takes no comments.
    #[error("This thread is closed.")]
    ThreadClosed,
    /// The time for changes is over.
    #[error("A comment can be changed for {edit_window_seconds} seconds after it was posted, and that time is over.")]
    EditWindowClosed {
        /// The length of the window.
        edit_window_seconds: u32,
    },
    /// Somebody else wrote the comment.
    #[error("Only its writer can change this comment.")]
    NotYourComment,
    /// A vote for one's own comment, or a report of it.
    #[error("Nobody can vote for their own comment, or report it.")]
    OwnComment,
    /// The site doesn't count this vote.
    #[error("This site doesn't count such votes; see `policy.voting`.")]
    VotingDisabled,
    /// The site takes comments from people with an account only.
    #[error("This site takes no comments from guests.")]
    GuestsNotAllowed,
    /// The page that sent the request isn't one of the site's.
    #[error("{}", origin_advice(origin, site))]
    OriginNotAllowed {
        /// The origin of the page.
        origin: String,
        /// The slug of the site.
        site: String,
    },
    /// No site has this name.
    #[error("There is no site of this name.")]
    SiteNotFound,
    /// No comment that the client may know of has this id.
    #[error("There is no such comment on this site.")]
    CommentNotFound,
    /// A request with this key is being worked on.
    #[error("A request with this Idempotency-Key is still running. Ask again in a moment.")]
    IdempotencyInProgress,
    /// The key was used for another request.
    #[error("This Idempotency-Key was used for a request with another body. Use a new key for a new request.")]
    IdempotencyKeyReused,
    /// The comment isn't the one that the client has seen.
    #[error("The comment or its thread has changed since this `ETag` was given. Read it again.")]
    PreconditionFailed,
    /// The call is for staff, and nothing says who asks.
    #[error("Sign in, or send an API token of a member of staff: `Authorization: Bearer rjs_…`.")]
    StaffTokenRequired,
    /// No member of staff has this API token, or not any more.
    #[error("The API token is not known, has expired, or belongs to somebody who is shut out.")]
    InvalidStaffToken,
    /// The session is over.
    #[error("The session is over. Sign in again.")]
    SessionEnded,
    /// Name, password or code are not those of a member of staff.
    #[error("The name, the password or the code is wrong.")]
    SignInFailed,
    /// The password is right, and a second factor is needed.
    #[error("Send the code of the authenticator app too, or a recovery code, as `code`.")]
    CodeRequired,
    /// The role, or the scopes of the token, don't permit it.
    #[error("This takes the permission `{}`, which the role or the scopes of the token don't include.", .0.name())]
    NotPermitted(Permission),
    /// The call is for somebody who signed in, and a token came.
    #[error("This takes a session: sign in. A token doesn't do.")]
    SessionNeeded,
    /// The token is for a part only of what its owner may do.
    #[error("This takes a session, or a token that has all scopes and is bound to no site.")]
    TokenTooNarrow,
    /// There is a second factor, and another one was to take its place.
    #[error("There is a second factor already. Remove it first, which takes a code of it.")]
    TotpInPlace,
    /// Another site's page sent the cookie of a session along.
    #[error("This request came from a page of another site. Only the service's own pages may use a session.")]
    CrossSiteRequest,
    /// The present password is another.
    #[error("This is not the present password.")]
    WrongPassword,
    /// The code is wrong, or was used before.
    #[error("The code is wrong, was used already, or is too old. Wait for the next one.")]
    WrongCode,
    /// No member of staff has this id.
    #[error("There is no such member of staff.")]
    StaffNotFound,
    /// No API token that the client may know of has this id.
    #[error("There is no such API token.")]
    TokenNotFound,
    /// No session that the client may know of has this id.
    #[error("There is no such session.")]
    SessionNotFound,
    /// A member of staff has this name, or one that looks like it.
    #[error("A member of staff has this name already, or one that looks like it.")]
    NameTaken,
    /// Nobody would be left who may administer.
    #[error("This is the last owner of all sites who isn't disabled. Make another one first.")]
    LastOwner,
    /// No decision that the client may know of has this id.
    #[error("There is no such decision.")]
    DecisionNotFound,
    /// No thread that the client may know of has this id.
    #[error("There is no such thread.")]
    ThreadNotFound,
    /// No writer that the client may know of has this id.
    #[error("There is no such writer.")]
    AuthorNotFound,
    /// The decision was undone before.
    #[error("This decision was undone already.")]
    AlreadyUndone,
    /// The entry of the log is no decision about a comment.
    #[error("Only decisions about comments can be undone, and an undoing can't.")]
    NotUndoable,
    /// The comment has changed since the decision.
    #[error("The comment has changed since this decision. Look at it, and decide anew.")]
    DecisionSuperseded,
    /// No rule that the client may know of has this id.
    #[error("There is no such rule.")]
    RuleNotFound,
    /// No ban that the client may know of has this id.
    #[error("There is no such ban.")]
    BanNotFound,
    /// The site would have too many rules.
    #[error("A site can have {max} rules.")]
    TooManyRules {
        /// The most rules.
        max: u64,
    },
    /// The member of staff would have too many API tokens.
    #[error("A member of staff can have {max} API tokens that haven't ended. Withdraw one that isn't used.")]
    TooManyTokens {
        /// The most tokens.
        max: u64,
    },
    /// Another thread of the site has this key.
    #[error("Another thread of the site has this key. To move the comments there, send `merge: true` too.")]
    ThreadKeyTaken,
    /// The thread has too many comments to be moved at once.
    #[error("A thread of at most {max} comments can be moved into another.")]
    ThreadTooLarge {
        /// The most comments.
        max: u64,
    },
    /// The site has comments.
    #[error("The site has comments, and only one that nobody has written to can be removed.")]
    SiteNotEmpty,
    /// Another site has this name.
    #[error("There is a site of this name already.")]
    SiteTaken,
    /// The writer, or their network, was shut out.
    #[error("You can't write here{}.", ending(*.retry_after_seconds))]
    Banned {
        /// When the ban ends, in seconds from now; `None` for one without an end.
        retry_after_seconds: Option<u64>,
    },
    /// The writer must wait before they write to this thread again.
    #[error("This thread is in slow mode. Write again in {retry_after_seconds} s.")]
    SlowMode {
        /// In how many seconds.
        retry_after_seconds: u32,
    },
    /// More sites than one answer is about.
    #[error("You have more than {max} sites. Say which: `site=NAME`.")]
    SiteRequired {
        /// The most sites.
        max: u64,
    },
    /// The client used up its quota.
    #[error("Too many requests of this kind. Try again in {} s.", .0.reset_seconds)]
    RateLimited(Standing),
}

impl Refusal {
    /// Every refusal but those of input, which [`Rule::each`] lists; with plain values where one holds any. For tests and
    /// documents that go through all.
    #[must_use]
    pub fn each() -> Vec<Self> {
        let standing =
            Standing { action: Action::Post, requests: 1, window_seconds: 1, remaining: 0, reset_seconds: 1 };
        vec![
            Self::InvalidCursor,
            Self::TokenRequired,
            Self::InvalidToken,
            Self::ThreadClosed,
            Self::EditWindowClosed { edit_window_seconds: 0 },
            Self::NotYourComment,
            Self::OwnComment,
            Self::VotingDisabled,
            Self::GuestsNotAllowed,
            Self::OriginNotAllowed { origin: String::new(), site: String::new() },
            Self::SiteNotFound,
            Self::CommentNotFound,
            Self::IdempotencyInProgress,
            Self::IdempotencyKeyReused,
            Self::PreconditionFailed,
            Self::StaffTokenRequired,
            Self::InvalidStaffToken,
            Self::SessionEnded,
            Self::SignInFailed,
            Self::CodeRequired,
            Self::NotPermitted(Permission::Read),
            Self::SessionNeeded,
            Self::TokenTooNarrow,
            Self::TotpInPlace,
            Self::CrossSiteRequest,
            Self::WrongPassword,
            Self::WrongCode,
            Self::StaffNotFound,
            Self::TokenNotFound,
            Self::SessionNotFound,
            Self::NameTaken,
            Self::LastOwner,
            Self::DecisionNotFound,
            Self::ThreadNotFound,
            Self::AuthorNotFound,
            Self::AlreadyUndone,
            Self::NotUndoable,
            Self::DecisionSuperseded,
            Self::RuleNotFound,
            Self::BanNotFound,
            Self::TooManyRules { max: 0 },
            Self::TooManyTokens { max: 0 },
            Self::ThreadKeyTaken,
            Self::ThreadTooLarge { max: 0 },
            Self::SiteNotEmpty,
            Self::SiteTaken,
            Self::Banned { retry_after_seconds: None },
            Self::SlowMode { retry_after_seconds: 1 },
            Self::SiteRequired { max: 0 },
            Self::RateLimited(standing),
        ]
    }

    /// The stable code, in `snake_case`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(errors) => errors.first().map_or("invalid_value", |error| error.rule.code()),
            Self::InvalidCursor => "invalid_cursor",
            Self::TokenRequired => "token_required",
            Self::InvalidToken => "invalid_token",
            Self::ThreadClosed => "thread_closed",
            Self::EditWindowClosed { .. } => "edit_window_closed",
            Self::NotYourComment => "not_your_comment",
            Self::OwnComment => "own_comment",
            Self::VotingDisabled => "voting_disabled",
            Self::GuestsNotAllowed => "guests_not_allowed",
            Self::OriginNotAllowed { .. } => "origin_not_allowed",
            Self::SiteNotFound => "site_not_found",
            Self::CommentNotFound => "comment_not_found",
            Self::IdempotencyInProgress => "idempotency_in_progress",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::PreconditionFailed => "precondition_failed",
            Self::StaffTokenRequired => "staff_token_required",
            Self::InvalidStaffToken => "invalid_staff_token",
            Self::SessionEnded => "session_ended",
            Self::SignInFailed => "sign_in_failed",
            Self::CodeRequired => "code_required",
            Self::NotPermitted(_) | Self::SessionNeeded | Self::TokenTooNarrow | Self::TotpInPlace => "not_permitted",
            Self::CrossSiteRequest => "cross_site_request",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::StaffNotFound => "staff_not_found",
            Self::TokenNotFound => "token_not_found",
            Self::SessionNotFound => "session_not_found",
            Self::NameTaken => "name_taken",
            Self::LastOwner => "last_owner",
            Self::DecisionNotFound => "decision_not_found",
            Self::ThreadNotFound => "thread_not_found",
            Self::AuthorNotFound => "author_not_found",
            Self::AlreadyUndone => "already_undone",
            Self::NotUndoable => "not_undoable",
            Self::DecisionSuperseded => "decision_superseded",
            Self::RuleNotFound => "rule_not_found",
            Self::BanNotFound => "ban_not_found",
            Self::TooManyRules { .. } => "too_many_rules",
            Self::TooManyTokens { .. } => "too_many_tokens",
            Self::ThreadKeyTaken => "thread_key_taken",
            Self::ThreadTooLarge { .. } => "thread_too_large",
            Self::SiteNotEmpty => "site_not_empty",
            Self::SiteTaken => "site_taken",
            Self::Banned { .. } => "banned",
            Self::SlowMode { .. } => "slow_mode",
            Self::SiteRequired { .. } => "site_required",
            Self::RateLimited(_) => "rate_limited",
        }
    }

    /// The numbers of the refusal itself; those of input errors stand with each error.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        match self {
            Self::EditWindowClosed { edit_window_seconds } => {
                vec![("edit_window_seconds", u64::from(*edit_window_seconds))]
            }
            Self::TooManyRules { max }
            | Self::TooManyTokens { max }
            | Self::ThreadTooLarge { max }
            | Self::SiteRequired { max } => vec![("max", *max)],
            Self::Banned { retry_after_seconds } => {
                retry_after_seconds.map(|seconds| ("retry_after_seconds", seconds)).into_iter().collect()
            }
            Self::SlowMode { retry_after_seconds } => vec![("retry_after_seconds", u64::from(*retry_after_seconds))],
            Self::RateLimited(standing) => vec![("retry_after_seconds", u64::from(standing.reset_seconds))],
            _ => Vec::new(),
        }
    }

    /// The refusal of one member.
    #[must_use]
    pub fn input(pointer: impl Into<Cow<'static, str>>, rule: Rule) -> Self {
        Self::Input(vec![InputError { pointer: pointer.into(), rule }])
    }
}

fn ending(retry_after_seconds: Option<u64>) -> String {
    retry_after_seconds.map(|seconds| format!(" for another {seconds} s")).unwrap_or_default()
}

fn origin_advice(origin: &str, site: &str) -> String {
    if origin == "null" {
        return "This page has no origin: it is a file, or in a sandboxed frame. Serve it over http, from localhost for \
                instance."
            .to_owned();
    }
    let refusal = format!("Pages of {origin} may not write to the site `{site}`.");
    // Anybody can send any origin, and this advice is there to be copied into a shell.
    match Origin::parse(origin).filter(Origin::is_plain) {
        Some(origin) => {
            format!("{refusal} Its owner can allow them: `rejoinder site set {site} --add-origin {origin}`.")
        }
        None => refusal,
    }
}
