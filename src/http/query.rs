//! Reading the query string: each parameter known, once, and of the right form.

use std::borrow::Cow;

use actix_web::HttpRequest;

use super::error::ApiError;
use super::shape::Fault;
use crate::domain::refusal::Refusal;
use crate::domain::site::Slug;
use crate::domain::thread::{MAX_KEY_CHARACTERS, ThreadKey};

/// The parameters of a request that no reader has taken yet.
#[derive(Debug, Clone)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// What was asked for, so that a refusal can name it.
    known: Vec<String>,
}

impl Query {
    /// Reads the query string, whose escapes were checked at the door.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let text = |text: Cow<'_, str>| text.into_owned();
        let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        Self { pairs: pairs.map(|(name, value)| (text(name), text(value))).collect(), known: Vec::new() }
    }

    /// Takes every value of a parameter that may stand there more than once.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        self.known.push(name.to_owned());
        let (taken, left) = std::mem::take(&mut self.pairs).into_iter().partition(|(found, _)| found == name);
        self.pairs = left;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// Takes a parameter that may be absent.
    ///
    /// # Errors
    /// `duplicate_parameter`.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        let mut values = self.take_all(name).into_iter();
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(ApiError::parameter(name, Fault::DuplicateParameter, "This parameter can be given once.")),
        }
    }

    /// Takes a number between `min` and `max`.
    ///
    /// # Errors
    /// `duplicate_parameter`, `invalid_value`, `out_of_range`.
    pub fn take_number(&mut self, name: &str, default: u32, min: u32, max: u32) -> Result<u32, ApiError> {
        let Some(text) = self.take(name)? else {
            return Ok(default);
        };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            let detail = format!("`{name}` must be a whole number from {min} to {max}.");
            return Err(ApiError::parameter(name, Fault::InvalidValue, detail));
        }
        match text.parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => {
                let fault = Fault::OutOfRange { min: u64::from(min), max: u64::from(max) };
                Err(ApiError::parameter(name, fault, format!("`{name}` must be from {min} to {max}.")))
            }
        }
    }

    /// Takes a value that `read` knows.
    ///
    /// # Errors
    /// `duplicate_parameter`, `invalid_value`.
    pub fn take_named<T>(
        &mut self,
        name: &str,
        default: T,
        known: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ApiError> {
        let Some(text) = self.take(name)? else {
            return Ok(default);
        };
        let detail = || format!("`{name}` must be one of: {}.", known.join(", "));
        read(&text).ok_or_else(|| ApiError::parameter(name, Fault::InvalidValue, detail()))
    }

    /// Takes an id, or the name of a network.
    ///
    /// # Errors
    /// `duplicate_parameter`, `invalid_value`.
    pub fn take_id<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        let Some(text) = self.take(name)? else {
            return Ok(None);
        };
        let detail = || format!("`{name}` must be an id as answers have it.");
        read(&text).map(Some).ok_or_else(|| ApiError::parameter(name, Fault::InvalidValue, detail()))
    }

    /// Takes the name of a site, if there is one. What can't be one is the name of none.
    ///
    /// # Errors
    /// `duplicate_parameter`, `site_not_found`.
    pub fn take_site(&mut self) -> Result<Option<Slug>, ApiError> {
        let slug = self.take("site")?.map(|text| Slug::parse(&text).ok_or(Refusal::SiteNotFound));
        Ok(slug.transpose()?)
    }

    /// Takes the key of a thread.
    ///
    /// # Errors
    /// `missing_parameter`, `duplicate_parameter`, `invalid_value`.
    pub fn take_thread(&mut self) -> Result<ThreadKey, ApiError> {
        let missing = || ApiError::parameter("thread", Fault::MissingParameter, "Say which thread: `thread=KEY`.");
        let text = self.take("thread")?.ok_or_else(missing)?;
        thread_key(&text)
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// `unknown_parameter`.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.pairs.first() {
            None => Ok(()),
            Some((name, _)) => {
                let shown: String = name.chars().take(64).collect();
                let known = match self.known.as_slice() {
                    [] => "There are none.".to_owned(),
                    known => format!("Those that are: {}.", known.join(", ")),
                };
                let detail = format!("The parameter `{shown}` is not known here. {known}");
                Err(ApiError::parameter(&shown, Fault::UnknownParameter, detail))
            }
        }
    }
}

/// Reads a thread key given as a parameter.
///
/// # Errors
/// `invalid_value`.
pub fn thread_key(text: &str) -> Result<ThreadKey, ApiError> {
    let detail = format!(
        "A thread key has 1 to {MAX_KEY_CHARACTERS} characters, is not blank, and holds no control characters."
    );
    ThreadKey::parse(text).ok_or_else(|| ApiError::parameter("thread", Fault::InvalidValue, detail))
}

/// Whether every `%` in the path and query begins an escape, and all escapes together are UTF-8.
#[must_use]
pub fn is_well_escaped(text: &str) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let mut escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').map(|(at, _)| at).peekable();
    if escapes.peek().is_none() {
        return true;
    }
    let are_whole = escapes.all(|at| is_digit(bytes.get(at + 1)) && is_digit(bytes.get(at + 2)));
    are_whole && percent_encoding::percent_decode(bytes).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_whole_and_utf_8() {
        for good in ["", "/a?b=c", "%C3%A9", "%e2%82%ac", "a%20b", "é"] {
            assert!(is_well_escaped(good), "{good}");
        }
        for bad in ["%", "%2", "%zz", "a%g0", "%FF", "%C3", "%C3x", "%ED%A0%80", "%é"] {
            assert!(!is_well_escaped(bad), "{bad}");
        }
    }
}
