//! Every reason for which the service says no.
//!
//! A closed list: each has a stable code and the numbers that a client needs to do better. Which HTTP status a refusal
//! becomes is not known here.

use std::borrow::Cow;

use super::access::Permission;
use super::author::{MAX_NAME_CHARACTERS, NameError};
use super::body::BodyError;
use super::html::TooNested;
use super::note::NoteTooLong;
use super::origin::Origin;
use super::password::PasswordError;
use super::quota::{Action, Standing};
use super::rule::PatternError;
use super::site::GuidelinesTooLong;
use super::thread::{MAX_KEY_CHARACTERS, MAX_URL_BYTES, TitleTooLong};

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
    #[error("A session can be had by a token that has all scopes and is bound to no site.")]
    TokenTooNarrow,
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
            Self::NotPermitted(_) | Self::SessionNeeded | Self::TokenTooNarrow => "not_permitted",
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

/// A member of the request body and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where it is: a JSON pointer (RFC 6901).
    pub pointer: Cow<'static, str>,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A rule of the product that a schema can't say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Too many characters.
    #[error("The text has {actual} characters; at most {max} are allowed.")]
    BodyTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too few characters.
    #[error("The text has {actual} characters that can be seen; at least {min} are needed.")]
    BodyTooShort {
        /// The fewest characters.
        min: u64,
        /// How many there are.
        actual: u64,
    },
    /// Too many bytes in few characters.
    #[error("The text has {actual} bytes; at most {max} are allowed.")]
    BodyTooManyBytes {
        /// The most bytes.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// Quotes or lists within one another beyond the cap.
    #[error("Quotes and lists can stand within one another {max} deep.")]
    BodyTooNested {
        /// The cap.
        max: u64,
    },
    /// Marks piled up on one character.
    #[error("One character can carry {max} combining marks.")]
    TooManyCombiningMarks {
        /// The cap.
        max: u64,
    },
    /// A name in which nothing can be seen.
    #[error("The name is blank.")]
    NameBlank,
    /// A name that is too long.
    #[error("The name has {actual} characters; at most {max} are allowed.")]
    NameTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// No e-mail address.
    #[error("This is not an e-mail address.")]
    InvalidEmail,
    /// No thread key.
    #[error("A thread key has 1 to {MAX_KEY_CHARACTERS} characters, is not blank, and holds no control characters.")]
    InvalidThreadKey,
    /// No page address.
    #[error("The address of a page is an absolute http or https URL of at most {MAX_URL_BYTES} bytes.")]
    InvalidUrl,
    /// A title that is too long.
    #[error("The title has {actual} characters; at most {max} are allowed.")]
    TitleTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// The comment to be answered isn't there.
    #[error("The comment to be answered is not in this thread, or not published.")]
    ParentNotFound,
    /// A password that can't be taken.
    #[error("{0}")]
    InvalidPassword(PasswordError),
    /// The comment to be pinned isn't there.
    #[error("The comment is not in this thread, or not published.")]
    CommentNotPinnable,
    /// A guest's name that passes for one of the staff's.
    #[error("This name looks like that of somebody who works here. Use another one.")]
    NameReserved,
    /// A rule of the site refuses the text.
    #[error("This site doesn't allow the text.")]
    TextNotAllowed,
    /// A text for colleagues, or a pattern, that is too long.
    #[error("The text has {actual} characters; at most {max} are allowed.")]
    TextTooLong {
        /// The most characters.
        max: u64,
        /// How many there are.
        actual: u64,
    },
    /// A pattern that can't be used.
    #[error("{0}")]
    InvalidPattern(String),
    /// A ban that would be over already.
    #[error("A ban ends in the time to come, or never.")]
    BanEnded,
    /// A ban of somebody on the staff.
    #[error("This was written by staff, who can't be banned.")]
    StaffNotBannable,
    /// A ban of the network of a comment of which none is known.
    #[error("The network that this comment came from is not known.")]
    NetworkUnknown,
}

impl Rule {
    /// Every rule, with plain values where one holds any.
    #[must_use]
    pub fn each() -> Vec<Self> {
        vec![
            Self::BodyTooLong { max: 0, actual: 0 },
            Self::BodyTooShort { min: 0, actual: 0 },
            Self::BodyTooManyBytes { max: 0, actual: 0 },
            Self::BodyTooNested { max: 0 },
            Self::TooManyCombiningMarks { max: 0 },
            Self::NameBlank,
            Self::NameTooLong { max: 0, actual: 0 },
            Self::InvalidEmail,
            Self::InvalidThreadKey,
            Self::InvalidUrl,
            Self::TitleTooLong { max: 0, actual: 0 },
            Self::ParentNotFound,
            Self::InvalidPassword(PasswordError::Common),
            Self::CommentNotPinnable,
            Self::NameReserved,
            Self::TextNotAllowed,
            Self::TextTooLong { max: 0, actual: 0 },
            Self::InvalidPattern(String::new()),
            Self::BanEnded,
            Self::StaffNotBannable,
            Self::NetworkUnknown,
        ]
    }

    /// The stable code, in `snake_case`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLong { .. } => "body_too_long",
            Self::BodyTooShort { .. } => "body_too_short",
            Self::BodyTooManyBytes { .. } => "body_too_many_bytes",
            Self::BodyTooNested { .. } => "body_too_nested",
            Self::TooManyCombiningMarks { .. } => "too_many_combining_marks",
            Self::NameBlank => "name_blank",
            Self::NameTooLong { .. } => "name_too_long",
            Self::InvalidEmail => "invalid_email",
            Self::InvalidThreadKey => "invalid_thread_key",
            Self::InvalidUrl => "invalid_url",
            Self::TitleTooLong { .. } => "title_too_long",
            Self::ParentNotFound => "parent_not_found",
            Self::InvalidPassword(_) => "invalid_password",
            Self::CommentNotPinnable => "comment_not_pinnable",
            Self::NameReserved => "name_reserved",
            Self::TextNotAllowed => "text_not_allowed",
            Self::TextTooLong { .. } => "text_too_long",
            Self::InvalidPattern(_) => "invalid_pattern",
            Self::BanEnded | Self::StaffNotBannable | Self::NetworkUnknown => "invalid_value",
        }
    }

    /// The numbers that a client needs.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        match *self {
            Self::BodyTooLong { max, actual }
            | Self::BodyTooManyBytes { max, actual }
            | Self::NameTooLong { max, actual }
            | Self::TitleTooLong { max, actual }
            | Self::TextTooLong { max, actual } => vec![("max", max), ("actual", actual)],
            Self::BodyTooShort { min, actual } => vec![("min", min), ("actual", actual)],
            Self::BodyTooNested { max } | Self::TooManyCombiningMarks { max } => vec![("max", max)],
            Self::NameBlank => vec![("max", u64::from(MAX_NAME_CHARACTERS))],
            Self::InvalidPassword(error) => error.numbers(),
            Self::InvalidEmail
            | Self::InvalidThreadKey
            | Self::InvalidUrl
            | Self::ParentNotFound
            | Self::CommentNotPinnable
            | Self::NameReserved
            | Self::TextNotAllowed
            | Self::InvalidPattern(_)
            | Self::BanEnded
            | Self::StaffNotBannable
            | Self::NetworkUnknown => Vec::new(),
        }
    }
}

impl From<PasswordError> for Rule {
    fn from(error: PasswordError) -> Self {
        Self::InvalidPassword(error)
    }
}

impl From<BodyError> for Rule {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLong { max, actual } => Self::BodyTooLong { max, actual },
            BodyError::TooShort { min, actual } => Self::BodyTooShort { min, actual },
            BodyError::TooManyBytes { max, actual } => Self::BodyTooManyBytes { max, actual },
            BodyError::TooManyCombiningMarks { max } => Self::TooManyCombiningMarks { max },
        }
    }
}

impl From<TooNested> for Rule {
    fn from(error: TooNested) -> Self {
        Self::BodyTooNested { max: error.max }
    }
}

impl From<NameError> for Rule {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Blank => Self::NameBlank,
            NameError::TooLong { max, actual } => Self::NameTooLong { max, actual },
            NameError::TooManyCombiningMarks { max } => Self::TooManyCombiningMarks { max },
        }
    }
}

impl From<NoteTooLong> for Rule {
    fn from(error: NoteTooLong) -> Self {
        Self::TextTooLong { max: error.max, actual: error.actual }
    }
}

impl From<PatternError> for Rule {
    fn from(error: PatternError) -> Self {
        match error {
            PatternError::TooLong { max, actual } => Self::TextTooLong { max, actual },
            other => Self::InvalidPattern(other.to_string()),
        }
    }
}

impl From<GuidelinesTooLong> for Rule {
    fn from(error: GuidelinesTooLong) -> Self {
        Self::TextTooLong { max: error.max, actual: error.actual }
    }
}

impl From<TitleTooLong> for Rule {
    fn from(error: TitleTooLong) -> Self {
        Self::TitleTooLong { max: error.max, actual: error.actual }
    }
}
