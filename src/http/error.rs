//! Every "no" as a problem document (RFC 9457); the one place that picks status codes.
//!
//! What went wrong inside goes along as a [`Cause`], for the log only.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use super::problem::{Problem, rule_error, shape_error};
use super::protocol::Protocol;
use super::shape::{Fault, Part, ShapeError};
use crate::domain::quota::Standing;
use crate::domain::refusal::{Refusal, Rule};
use crate::service;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// When to come back when the service is busy, in seconds.
const BUSY_SECONDS: u64 = 2;

/// What went wrong inside: for the log, not for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Something is overloaded or away.
    Busy(String),
    /// A defect.
    Broken(String),
}

/// Why a request is not answered as it wished.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A rule of the product forbids it.
    #[error("{0}")]
    Refused(Refusal),
    /// It isn't what the contract says; at least one error.
    #[error("malformed input")]
    Shape(Vec<ShapeError>),
    /// It isn't well-formed HTTP or JSON, or asks for what isn't there.
    #[error("{0:?}")]
    Protocol(Protocol),
    /// The service is overloaded, or a dependency is away.
    #[error("busy: {0}")]
    Busy(String),
    /// A defect of the service.
    #[error("broken: {0}")]
    Broken(String),
}

const fn protocol_status(protocol: &Protocol) -> StatusCode {
    match protocol {
        Protocol::BadRequest
        | Protocol::InvalidJson(_)
        | Protocol::InvalidEncoding
        | Protocol::DuplicateMember(_)
        | Protocol::JsonTooDeep { .. }
        | Protocol::InvalidPercentEncoding => StatusCode::BAD_REQUEST,
        Protocol::NotFound => StatusCode::NOT_FOUND,
        Protocol::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Protocol::NotAcceptable { .. } => StatusCode::NOT_ACCEPTABLE,
        Protocol::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Protocol::ContentTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Protocol::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Protocol::HeaderFieldsTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    }
}

fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::InvalidCursor => StatusCode::BAD_REQUEST,
        Refusal::TokenRequired
        | Refusal::InvalidToken
        | Refusal::StaffTokenRequired
        | Refusal::InvalidStaffToken
        | Refusal::SessionEnded
        | Refusal::SignInFailed
        | Refusal::CodeRequired => StatusCode::UNAUTHORIZED,
        Refusal::ThreadClosed
        | Refusal::EditWindowClosed { .. }
        | Refusal::NotYourComment
        | Refusal::OwnComment
        | Refusal::VotingDisabled
        | Refusal::GuestsNotAllowed
        | Refusal::OriginNotAllowed { .. }
        | Refusal::NotPermitted(_)
        | Refusal::SessionNeeded
        | Refusal::TokenTooNarrow
        | Refusal::TotpInPlace
        | Refusal::CrossSiteRequest
        | Refusal::WrongPassword
        | Refusal::WrongCode
        | Refusal::Banned { .. } => StatusCode::FORBIDDEN,
        Refusal::SiteNotFound
        | Refusal::CommentNotFound
        | Refusal::StaffNotFound
        | Refusal::TokenNotFound
        | Refusal::SessionNotFound
        | Refusal::DecisionNotFound
        | Refusal::ThreadNotFound
        | Refusal::AuthorNotFound
        | Refusal::RuleNotFound
        | Refusal::BanNotFound => StatusCode::NOT_FOUND,
        Refusal::IdempotencyInProgress
        | Refusal::NameTaken
        | Refusal::LastOwner
        | Refusal::AlreadyUndone
        | Refusal::NotUndoable
        | Refusal::DecisionSuperseded
        | Refusal::TooManyRules { .. }
        | Refusal::TooManyTokens { .. }
        | Refusal::ThreadKeyTaken
        | Refusal::ThreadTooLarge { .. }
        | Refusal::SiteNotEmpty
        | Refusal::SiteTaken => StatusCode::CONFLICT,
        Refusal::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Refusal::Input(_) | Refusal::IdempotencyKeyReused | Refusal::SiteRequired { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::RateLimited(_) | Refusal::SlowMode { .. } => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl ApiError {
    /// The error of one query parameter.
    #[must_use]
    pub fn parameter(name: &str, fault: Fault, detail: impl Into<String>) -> Self {
        let error = ShapeError { part: Part::Query, pointer: format!("/{name}"), fault, detail: detail.into() };
        Self::Shape(vec![error])
    }

    /// The quota that refused, if one did.
    #[must_use]
    pub const fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Refused(Refusal::RateLimited(standing)) => Some(standing),
            _ => None,
        }
    }

    fn problem(&self) -> Problem {
        let status = self.status_code();
        match self {
            Self::Refused(Refusal::Input(errors)) => {
                Problem::new(status, self.code(), self.to_string()).with_errors(errors.iter().map(rule_error).collect())
            }
            Self::Refused(refusal) => {
                Problem::new(status, refusal.code(), refusal.to_string()).with_numbers(refusal.numbers())
            }
            Self::Shape(errors) => {
                let detail = errors.first().map_or_else(String::new, |error| error.detail.clone());
                Problem::new(status, self.code(), detail).with_errors(errors.iter().map(shape_error).collect())
            }
            Self::Protocol(protocol) => {
                Problem::new(status, protocol.code(), protocol.detail()).with_numbers(protocol.numbers())
            }
            Self::Busy(_) => Problem::new(status, "busy", "The service is busy. Try again in a moment.".to_owned())
                .with_numbers(vec![("retry_after_seconds", BUSY_SECONDS)]),
            Self::Broken(_) => {
                Problem::new(status, "internal", "Something went wrong in the service. It has been logged.".to_owned())
            }
        }
    }

    /// The stable code, in `snake_case`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Shape(errors) => errors.first().map_or("invalid_value", |error| error.fault.code()),
            Self::Protocol(protocol) => protocol.code(),
            Self::Busy(_) => "busy",
            Self::Broken(_) => "internal",
        }
    }

    fn headers(&self) -> Vec<(HeaderName, String)> {
        match self {
            Self::Refused(
                Refusal::TokenRequired
                | Refusal::StaffTokenRequired
                | Refusal::SessionEnded
                | Refusal::SignInFailed
                | Refusal::CodeRequired,
            ) => vec![(WWW_AUTHENTICATE, "Bearer".to_owned())],
            Self::Refused(Refusal::InvalidToken | Refusal::InvalidStaffToken) => {
                vec![(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"".to_owned())]
            }
            Self::Refused(Refusal::RateLimited(standing)) => vec![(RETRY_AFTER, standing.reset_seconds.to_string())],
            Self::Refused(Refusal::SlowMode { retry_after_seconds }) => {
                vec![(RETRY_AFTER, retry_after_seconds.to_string())]
            }
            Self::Refused(Refusal::IdempotencyInProgress) => vec![(RETRY_AFTER, "1".to_owned())],
            Self::Busy(_) => vec![(RETRY_AFTER, BUSY_SECONDS.to_string())],
            Self::Protocol(Protocol::MethodNotAllowed { allow }) => {
                vec![(actix_web::http::header::ALLOW, allow.clone())]
            }
            // The rest of the request is still on its way, or may be.
            Self::Protocol(Protocol::RequestTimeout | Protocol::ContentTooLarge { .. }) => {
                vec![(actix_web::http::header::CONNECTION, "close".to_owned())]
            }
            _ => Vec::new(),
        }
    }
}

impl From<service::Error> for ApiError {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Refused(refusal) => Self::Refused(refusal),
            service::Error::Busy(reason) | service::Error::InDoubt(reason) | service::Error::Conflict(reason) => {
                Self::Busy(reason)
            }
            service::Error::Broken(reason) => Self::Broken(reason),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Protocol> for ApiError {
    fn from(protocol: Protocol) -> Self {
        Self::Protocol(protocol)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal_status(refusal),
            Self::Shape(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Protocol(protocol) => protocol_status(protocol),
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer without its document, which [`envelope`](super::envelope) writes when it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response.extensions_mut().insert(self.problem());
        match self {
            Self::Busy(reason) => drop(response.extensions_mut().insert(Cause::Busy(reason.clone()))),
            Self::Broken(reason) => drop(response.extensions_mut().insert(Cause::Broken(reason.clone()))),
            _ => {}
        }
        if let Some(standing) = self.standing() {
            response.extensions_mut().insert(*standing);
        }
        response
    }
}

/// The document for an error that the framework found before any of our code was asked.
#[must_use]
pub fn framework_problem(status: u16, request_id: &str) -> String {
    let protocol = match status {
        408 => Protocol::RequestTimeout,
        431 => Protocol::HeaderFieldsTooLarge,
        400..=499 => Protocol::BadRequest,
        _ => return ApiError::Broken("in the framework".to_owned()).problem().to_json(request_id),
    };
    ApiError::Protocol(protocol).problem().to_json(request_id)
}

/// Every code that an answer can have, with its status: the test that holds the documents to the code reads it.
#[must_use]
pub fn all_codes() -> Vec<(&'static str, u16)> {
    let faults = [
        Fault::MissingField,
        Fault::UnknownField,
        Fault::WrongType,
        Fault::MissingParameter,
        Fault::UnknownParameter,
        Fault::DuplicateParameter,
        Fault::OutOfRange { min: 0, max: 0 },
        Fault::InvalidValue,
        Fault::InvalidIdempotencyKey,
    ];
    let shape = |fault| {
        let error = ShapeError { part: Part::Body, pointer: String::new(), fault, detail: String::new() };
        ApiError::Shape(vec![error])
    };
    let refused = Refusal::each().into_iter().map(ApiError::Refused);
    let rules = Rule::each().into_iter().map(|rule| ApiError::Refused(Refusal::input("/body", rule)));
    let protocol = Protocol::each().into_iter().map(ApiError::Protocol);
    let own = [ApiError::Busy(String::new()), ApiError::Broken(String::new())];
    let all = refused.chain(rules).chain(faults.map(shape)).chain(protocol).chain(own);
    all.map(|error| (error.code(), error.status_code().as_u16())).collect()
}
