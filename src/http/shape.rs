//! What can be wrong with the form of a request: members, parameters and headers that the contract doesn't know, or knows
//! otherwise.

use crate::domain::refusal::{Number, Rule};

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
    /// The name in a problem document.
    #[must_use]
    pub const fn name(self) -> &'static str {
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// It breaks a rule of the product, which is told along with other faults.
    Against(Rule),
}

impl Fault {
    /// The stable code, in `snake_case`.
    #[must_use]
    pub fn code(&self) -> &'static str {
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
            Self::Against(rule) => rule.code(),
        }
    }

    /// The numbers that a client needs.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        match self {
            Self::OutOfRange { min, max } => vec![("min", *min), ("max", *max)],
            Self::Against(rule) => rule.numbers(),
            _ => Vec::new(),
        }
    }
}
