//! Every "no" as a problem document (RFC 9457); the one place that picks status codes.
//!
//! What went wrong inside is logged here, once, and never sent.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use crate::domain::quota::Standing;
use crate::domain::refusal::{InputError, Number, Refusal, Rule};
use crate::service;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// What the address of a problem's type begins with.
const TYPE_BASE: &str = "https://rejoinder.dev/problems/";
/// When to come back when the service is busy, in seconds.
const BUSY_SECONDS: u64 = 2;

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

/// Where in a request something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In the body.
    Body,
    /// In the query string.
    Query,
    /// In a header.
    Header,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// What is wrong with the form of one member, parameter or header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    /// Where it is.
    pub part: Part,
    /// Which it is: a JSON pointer (RFC 6901) into the body, or a slash and the name of a parameter or header.
    pub pointer: String,
    /// What is wrong.
    pub fault: Fault,
    /// The same in words.
    pub detail: String,
}

/// What can be wrong with the form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It isn't there.
    MissingField,
    /// The contract doesn't know it.
    UnknownField,
    /// It has another type.
    WrongType,
    /// The parameter isn't there.
    MissingParameter,
    /// The contract doesn't know the parameter.
    UnknownParameter,
    /// The parameter is there more than once.
    DuplicateParameter,
    /// It is too small, too large, too short or too long.
    OutOfRange {
        /// The smallest allowed.
        min: u64,
        /// The largest allowed.
        max: u64,
    },
    /// It isn't one of the allowed values, or not of the form.
    InvalidValue,
    /// It is no idempotency key.
    InvalidIdempotencyKey,
}

impl Fault {
    const fn code(self) -> &'static str {
        match self {
            Self::MissingField => "missing_field",
            Self::UnknownField => "unknown_field",
            Self::WrongType => "wrong_type",
            Self::MissingParameter => "missing_parameter",
            Self::UnknownParameter => "unknown_parameter",
            Self::DuplicateParameter => "duplicate_parameter",
            Self::OutOfRange { .. } => "out_of_range",
            Self::InvalidValue => "invalid_value",
            Self::InvalidIdempotencyKey => "invalid_idempotency_key",
        }
    }

    fn numbers(self) -> Vec<Number> {
        match self {
            Self::OutOfRange { min, max } => vec![("min", min), ("max", max)],
            _ => Vec::new(),
        }
    }
}

/// What can be wrong below the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// The request line, a header or the framing of the body is malformed.
    BadRequest,
    /// The body is no JSON.
    InvalidJson(String),
    /// The body is not UTF-8.
    InvalidEncoding,
    /// A member of the body stands there twice.
    DuplicateMember(String),
    /// The body is nested too deep.
    JsonTooDeep {
        /// The deepest allowed.
        max: u64,
    },
    /// The address holds a `%` that begins no escape, or escapes that are no UTF-8.
    InvalidPercentEncoding,
    /// There is nothing at this address.
    NotFound,
    /// There is something, but it doesn't do that.
    MethodNotAllowed {
        /// What it does: the value of `Allow`.
        allow: String,
    },
    /// The client takes nothing that the service can give.
    NotAcceptable,
    /// The request didn't arrive in time.
    RequestTimeout,
    /// The body is too large.
    ContentTooLarge {
        /// The most bytes.
        max: u64,
    },
    /// The client expects what the service doesn't do.
    ExpectationFailed,
    /// The body is not JSON by its own account.
    UnsupportedMediaType,
    /// The head is too large.
    HeaderFieldsTooLarge,
    /// The framing of the body is unknown.
    NotImplemented,
    /// The version of HTTP is unknown.
    VersionNotSupported,
}

impl Protocol {
    /// Every kind, with plain values where it holds any: for tests and documents that go through all.
    #[must_use]
    pub fn each() -> Vec<Self> {
        vec![
            Self::BadRequest,
            Self::InvalidJson(String::new()),
            Self::InvalidEncoding,
            Self::DuplicateMember(String::new()),
            Self::JsonTooDeep { max: 0 },
            Self::InvalidPercentEncoding,
            Self::NotFound,
            Self::MethodNotAllowed { allow: String::new() },
            Self::NotAcceptable,
            Self::RequestTimeout,
            Self::ContentTooLarge { max: 0 },
            Self::ExpectationFailed,
            Self::UnsupportedMediaType,
            Self::HeaderFieldsTooLarge,
            Self::NotImplemented,
            Self::VersionNotSupported,
        ]
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::InvalidJson(_)
            | Self::InvalidEncoding
            | Self::DuplicateMember(_)
            | Self::JsonTooDeep { .. }
            | Self::InvalidPercentEncoding => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::ContentTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ExpectationFailed => StatusCode::EXPECTATION_FAILED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HeaderFieldsTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::VersionNotSupported => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::InvalidJson(_) => "invalid_json",
            Self::InvalidEncoding => "invalid_encoding",
            Self::DuplicateMember(_) => "duplicate_member",
            Self::JsonTooDeep { .. } => "json_too_deep",
            Self::InvalidPercentEncoding => "invalid_percent_encoding",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::RequestTimeout => "request_timeout",
            Self::ContentTooLarge { .. } => "content_too_large",
            Self::ExpectationFailed => "expectation_failed",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::HeaderFieldsTooLarge => "header_fields_too_large",
            Self::NotImplemented => "not_implemented",
            Self::VersionNotSupported => "http_version_not_supported",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::BadRequest => "The request is not well-formed HTTP/1.1.".to_owned(),
            Self::InvalidJson(reason) => format!("The body is not JSON: {reason}."),
            Self::InvalidEncoding => "The body is not UTF-8.".to_owned(),
            Self::DuplicateMember(member) => format!("The member {member} stands in the body more than once."),
            Self::JsonTooDeep { max } => format!("The body is nested more than {max} levels deep."),
            Self::InvalidPercentEncoding => {
                "The address holds a `%` without two hexadecimal digits, or bytes that are not UTF-8.".to_owned()
            }
            Self::NotFound => "There is nothing at this address. /docs lists what there is.".to_owned(),
            Self::MethodNotAllowed { allow } => format!("This address takes {allow} only."),
            Self::NotAcceptable => "The answer is application/json, which the Accept header excludes.".to_owned(),
            Self::RequestTimeout => "The request did not arrive in time.".to_owned(),
            Self::ContentTooLarge { max } => format!("The body has more than {max} bytes."),
            Self::ExpectationFailed => "The expectation in the Expect header can't be met.".to_owned(),
            Self::UnsupportedMediaType => "Send the body as application/json.".to_owned(),
            Self::HeaderFieldsTooLarge => "The request line and headers are too large.".to_owned(),
            Self::NotImplemented => "The transfer coding of the body is not known here.".to_owned(),
            Self::VersionNotSupported => "The service speaks HTTP/1.1.".to_owned(),
        }
    }

    fn numbers(&self) -> Vec<Number> {
        match self {
            Self::JsonTooDeep { max } | Self::ContentTooLarge { max } => vec![("max", *max)],
            _ => Vec::new(),
        }
    }
}

fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::InvalidCursor => StatusCode::BAD_REQUEST,
        Refusal::TokenRequired | Refusal::InvalidToken => StatusCode::UNAUTHORIZED,
        Refusal::ThreadClosed
        | Refusal::EditWindowClosed { .. }
        | Refusal::NotYourComment
        | Refusal::OwnComment
        | Refusal::VotingDisabled
        | Refusal::GuestsNotAllowed
        | Refusal::OriginNotAllowed { .. } => StatusCode::FORBIDDEN,
        Refusal::SiteNotFound | Refusal::CommentNotFound => StatusCode::NOT_FOUND,
        Refusal::IdempotencyInProgress => StatusCode::CONFLICT,
        Refusal::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Refusal::Input(_) | Refusal::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
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
            Self::Refused(Refusal::Input(errors)) => Problem {
                errors: errors.iter().map(rule_error).collect(),
                ..Problem::new(status, self.code(), self.to_string())
            }
            .with_first_numbers(),
            Self::Refused(refusal) => {
                Problem::new(status, refusal.code(), refusal.to_string()).with_numbers(refusal.numbers())
            }
            Self::Shape(errors) => {
                let detail = errors.first().map_or_else(String::new, |error| error.detail.clone());
                Problem {
                    errors: errors.iter().map(shape_error).collect(),
                    ..Problem::new(status, self.code(), detail)
                }
                .with_first_numbers()
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

    fn code(&self) -> &'static str {
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
            Self::Refused(Refusal::TokenRequired) => vec![(WWW_AUTHENTICATE, "Bearer".to_owned())],
            Self::Refused(Refusal::InvalidToken) => {
                vec![(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"".to_owned())]
            }
            Self::Refused(Refusal::RateLimited(standing)) => vec![(RETRY_AFTER, standing.reset_seconds.to_string())],
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
            service::Error::Busy(reason) | service::Error::Conflict(reason) => Self::Busy(reason),
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
            Self::Protocol(protocol) => protocol.status(),
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer without its document, which [`envelope`](super::envelope) writes when it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Busy(reason) => tracing::warn!(reason, "busy"),
            Self::Broken(reason) => tracing::error!(reason, "a request failed"),
            _ => {}
        }
        let mut response = HttpResponse::new(self.status_code());
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response.extensions_mut().insert(self.problem());
        response
    }
}

fn rule_error(error: &InputError) -> Value {
    member_error(error.pointer, Part::Body, error.rule.code(), &error.rule.to_string(), error.rule.numbers())
}

fn shape_error(error: &ShapeError) -> Value {
    member_error(&error.pointer, error.part, error.fault.code(), &error.detail, error.fault.numbers())
}

fn member_error(pointer: &str, part: Part, code: &str, detail: &str, numbers: Vec<Number>) -> Value {
    let mut members = Map::new();
    members.insert("pointer".to_owned(), json!(pointer));
    members.insert("in".to_owned(), json!(part.name()));
    members.insert("code".to_owned(), json!(code));
    members.insert("detail".to_owned(), json!(detail));
    members.extend(numbers.into_iter().map(|(name, number)| (name.to_owned(), json!(number))));
    Value::Object(members)
}

/// A problem document that still lacks the id of its request.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    numbers: Vec<(String, Value)>,
    errors: Vec<Value>,
}

impl Problem {
    const fn new(status: StatusCode, code: &'static str, detail: String) -> Self {
        Self { status, code, detail, numbers: Vec::new(), errors: Vec::new() }
    }

    fn with_numbers(mut self, numbers: Vec<Number>) -> Self {
        self.numbers = numbers.into_iter().map(|(name, number)| (name.to_owned(), json!(number))).collect();
        self
    }

    /// The numbers of the first error stand beside its code.
    fn with_first_numbers(mut self) -> Self {
        let first = self.errors.first().and_then(Value::as_object);
        let numbers = first.into_iter().flatten().filter(|(_, value)| value.is_number());
        self.numbers = numbers.map(|(name, value)| (name.clone(), value.clone())).collect();
        self
    }

    /// The code of the problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The document.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> String {
        let mut members = Map::new();
        members.insert("type".to_owned(), json!(format!("{TYPE_BASE}{}", self.code)));
        members.insert("title".to_owned(), json!(title(self.code)));
        members.insert("status".to_owned(), json!(self.status.as_u16()));
        members.insert("detail".to_owned(), json!(self.detail));
        members.insert("code".to_owned(), json!(self.code));
        members.insert("request_id".to_owned(), json!(request_id));
        members.extend(self.numbers.iter().cloned());
        if !self.errors.is_empty() {
            members.insert("errors".to_owned(), Value::Array(self.errors.clone()));
        }
        Value::Object(members).to_string()
    }
}

/// The code in words: `body_too_long` is "Body too long".
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The document for an error that the framework found before any of our code was asked.
#[must_use]
pub fn framework_problem(status: u16, request_id: &str) -> String {
    let protocol = match status {
        408 => Protocol::RequestTimeout,
        413 => Protocol::ContentTooLarge { max: super::json::MAX_BYTES },
        417 => Protocol::ExpectationFailed,
        431 => Protocol::HeaderFieldsTooLarge,
        501 => Protocol::NotImplemented,
        505 => Protocol::VersionNotSupported,
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
