//! Reading the body of a form: bounded in size and time, each field known and once.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, Payload};
use url::form_urlencoded;

use super::error::ApiError;
use super::json;
use super::protocol::Protocol;
use super::query::is_well_escaped;
use super::shape::{Fault, Part, ShapeError};

/// The fields of a form that nobody has taken yet.
#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Takes a field that may be absent.
    ///
    /// # Errors
    /// `duplicate_parameter`.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(found, _)| found == name);
        self.0 = left;
        let taken: Vec<(String, String)> = taken;
        let mut values = taken.into_iter().map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(error(name, Fault::DuplicateParameter, format!("The field `{name}` can be given once."))),
        }
    }

    /// Takes a field.
    ///
    /// # Errors
    /// `missing_field`, `duplicate_parameter`.
    pub fn require(&mut self, name: &str) -> Result<String, ApiError> {
        let missing = || error(name, Fault::MissingField, format!("The field `{name}` is missing."));
        self.take(name)?.ok_or_else(missing)
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// `unknown_field`.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                let shown: String = name.chars().take(64).collect();
                let detail = format!("The field `{shown}` is not known here.");
                Err(error(&shown, Fault::UnknownField, detail))
            }
        }
    }
}

/// The error of one field.
pub(super) fn error(name: &str, fault: Fault, detail: impl Into<String>) -> ApiError {
    ApiError::Shape(vec![ShapeError { part: Part::Body, pointer: format!("/{name}"), fault, detail: detail.into() }])
}

/// Reads the body of a request as a form, and gives back its bytes too.
///
/// # Errors
/// 415 when it isn't one by its own account, 408 when it doesn't arrive within `deadline`, 413 over [`json::MAX_BYTES`], 400
/// when it can't be decoded.
pub async fn read(request: &HttpRequest, payload: Payload, deadline: Duration) -> Result<(Form, Bytes), ApiError> {
    if !is_form(request) {
        return Err(Protocol::UnsupportedMediaType.into());
    }
    let body = json::collect_within(payload, deadline).await?;
    let text = std::str::from_utf8(&body).map_err(|_error| Protocol::InvalidEncoding)?;
    if !is_well_escaped(text) {
        return Err(Protocol::InvalidEncoding.into());
    }
    let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    Ok((Form(pairs), body))
}

fn is_form(request: &HttpRequest) -> bool {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = header.split(';').next().unwrap_or_default().trim();
    let encoded = request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    !encoded && essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
