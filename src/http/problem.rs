//! The problem document (RFC 9457) that every refusal becomes.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::shape::{Part, ShapeError};
use crate::domain::refusal::{InputError, Number};

/// What the address of a problem's type begins with.
const TYPE_BASE: &str = "https://rejoinder.dev/problems/";

/// A rule that a member of the body breaks.
pub(super) fn rule_error(error: &InputError) -> Value {
    member_error(&error.pointer, Part::Body, error.rule.code(), &error.rule.to_string(), error.rule.numbers())
}

/// A fault in the form of the request.
pub(super) fn shape_error(error: &ShapeError) -> Value {
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
    pub(super) const fn new(status: StatusCode, code: &'static str, detail: String) -> Self {
        Self { status, code, detail, numbers: Vec::new(), errors: Vec::new() }
    }

    pub(super) fn with_numbers(mut self, numbers: Vec<Number>) -> Self {
        self.numbers = numbers.into_iter().map(|(name, number)| (name.to_owned(), json!(number))).collect();
        self
    }

    /// The errors of input; the numbers of the first stand beside the code too.
    pub(super) fn with_errors(mut self, errors: Vec<Value>) -> Self {
        let first = errors.first().and_then(Value::as_object);
        let numbers = first.into_iter().flatten().filter(|(_, value)| value.is_number());
        self.numbers = numbers.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.errors = errors;
        self
    }

    /// The code of the problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
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
