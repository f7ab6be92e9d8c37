//! What came back, and the few things that tests ask of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer that has been held against the contract.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// What was asked, to be shown when a test fails.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}\n{}", self.asked, self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer, whose status must be this one.
    #[track_caller]
    pub(crate) fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.asked, self.text());
        self
    }

    /// The document of an answer with status 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        self.with_status(200).json()
    }

    /// The document of an answer with status 201.
    #[track_caller]
    pub(crate) fn created(self) -> Value {
        self.with_status(201).json()
    }

    /// The problem document of a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.asked, self.text());
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}\n{problem:#}", self.asked);
        problem
    }

    /// The header's value; several lines are joined as HTTP has it.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let lines: Vec<_> = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    #[track_caller]
    pub(crate) fn required_header(&self, name: &str) -> String {
        self.header(name).unwrap_or_else(|| panic!("{}: no {name}\n{:#?}", self.asked, self.headers))
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }
}
