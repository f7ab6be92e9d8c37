//! What can be wrong with a request below the contract: HTTP itself, its encodings, and JSON.

use crate::domain::refusal::Number;

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
    /// The client doesn't take what the service can give.
    NotAcceptable {
        /// What it can give.
        offered: &'static str,
    },
    /// The request didn't arrive in time.
    RequestTimeout,
    /// The body is too large.
    ContentTooLarge {
        /// The most bytes.
        max: u64,
    },
    /// The body is not JSON by its own account.
    UnsupportedMediaType,
    /// The head is too large.
    HeaderFieldsTooLarge,
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
            Self::NotAcceptable { offered: "" },
            Self::RequestTimeout,
            Self::ContentTooLarge { max: 0 },
            Self::UnsupportedMediaType,
            Self::HeaderFieldsTooLarge,
        ]
    }

    /// The stable code, in `snake_case`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::InvalidJson(_) => "invalid_json",
            Self::InvalidEncoding => "invalid_encoding",
            Self::DuplicateMember(_) => "duplicate_member",
            Self::JsonTooDeep { .. } => "json_too_deep",
            Self::InvalidPercentEncoding => "invalid_percent_encoding",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::NotAcceptable { .. } => "not_acceptable",
            Self::RequestTimeout => "request_timeout",
            Self::ContentTooLarge { .. } => "content_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::HeaderFieldsTooLarge => "header_fields_too_large",
        }
    }

    /// What to tell the client.
    #[must_use]
    pub fn detail(&self) -> String {
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
            Self::NotAcceptable { offered } => format!("The answer is {offered}, which the Accept header excludes."),
            Self::RequestTimeout => "The request did not arrive in time.".to_owned(),
            Self::ContentTooLarge { max } => format!("The body has more than {max} bytes."),
            Self::UnsupportedMediaType => "Send the body as application/json, without a content encoding.".to_owned(),
            Self::HeaderFieldsTooLarge => "The request line and headers are too large.".to_owned(),
        }
    }

    /// The numbers that a client needs.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        match self {
            Self::JsonTooDeep { max } | Self::ContentTooLarge { max } => vec![("max", *max)],
            _ => Vec::new(),
        }
    }
}
