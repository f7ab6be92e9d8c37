//! Members of the bodies that staff send: absent, null or a value, and everything that is wrong with them said at once.

use serde::{Deserialize, Deserializer};

use crate::domain::refusal::Rule;
use crate::domain::site::SettingError;
use crate::http::error::ApiError;
use crate::http::shape::{Fault, Part, ShapeError};

/// Reads a member that may be absent, but is not null.
///
/// # Errors
/// Those of the value.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A member that may be absent (`None`) or null (`Some(None)`).
pub(super) type Nullable<T> = Option<Option<T>>;

/// Reads a member that may be absent or null.
///
/// # Errors
/// Those of the value.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Nullable<T>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What is wrong with the members of a body.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<ShapeError>);

impl Faults {
    /// Notes that something is wrong.
    pub(super) fn note(&mut self, pointer: impl Into<String>, fault: Fault, detail: impl Into<String>) {
        self.0.push(ShapeError { part: Part::Body, pointer: pointer.into(), fault, detail: detail.into() });
    }

    /// Notes that a member breaks a rule.
    pub(super) fn against(&mut self, pointer: &str, rule: impl Into<Rule>) {
        let rule = rule.into();
        let detail = rule.to_string();
        self.note(pointer, Fault::Against(rule), detail);
    }

    /// Notes that a setting is out of its range.
    pub(super) fn setting(&mut self, error: &SettingError) {
        let SettingError { setting, min, max, .. } = *error;
        let fault = Fault::OutOfRange { min: u64::from(min), max: u64::from(max) };
        self.note(format!("/{setting}"), fault, format!("`{setting}` must be from {min} to {max}."));
    }

    /// The value with this name.
    pub(super) fn named<T>(
        &mut self,
        pointer: &str,
        name: &str,
        known: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(name);
        if value.is_none() {
            self.note(pointer, Fault::InvalidValue, format!("This must be one of: {}.", known.join(", ")));
        }
        value
    }

    /// A number from `min` to `max`.
    pub(super) fn number(&mut self, setting: &'static str, number: i64, min: u32, max: u32) -> Option<u32> {
        let read = u32::try_from(number).ok().filter(|number| (min..=max).contains(number));
        if read.is_none() {
            self.setting(&SettingError { setting, min, max, actual: 0 });
        }
        read
    }

    /// Refuses the body if anything is wrong with it.
    ///
    /// # Errors
    /// 422 with everything that was noted.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Shape(self.0)) }
    }
}
