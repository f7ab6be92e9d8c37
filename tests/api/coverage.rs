//! What the whole run has seen of the contract, and what it hasn't.

use std::collections::BTreeSet;
use std::sync::Mutex;

use rejoinder::http::error::all_codes;
use serde_json::Value;

use crate::answer::Answer;
use crate::contract::CONTRACT;

/// Operations with the statuses that they answered.
static STATUSES: Mutex<BTreeSet<(String, u16)>> = Mutex::new(BTreeSet::new());
/// Codes of problems.
static CODES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Statuses that needn't be seen with each operation that has them, and why.
const STATUSES_PROVED_ELSEWHERE: [(u16, &str); 2] = [
    (500, "a defect; every call on a site is tried with one"),
    (408, "a head that is late names no operation yet; the operations that take a body are each tried with a late one"),
];

/// Notes an answer; `operation` is `None` for what the contract doesn't list, and for raw sockets.
pub(crate) fn note(operation: Option<&str>, answer: &Answer) {
    if let Some(operation) = operation {
        STATUSES.lock().unwrap().insert((operation.to_owned(), answer.status));
    }
    if answer.status >= 400 {
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        for document in std::iter::once(&problem).chain(&errors) {
            CODES.lock().unwrap().extend(document["code"].as_str().map(str::to_owned));
        }
    }
}

/// What should have been seen and wasn't, a line each.
pub(crate) fn missing() -> Vec<String> {
    let mut missing = Vec::new();
    let statuses = STATUSES.lock().unwrap();
    for operation in &CONTRACT.operations {
        for (status, _) in CONTRACT.responses(operation) {
            let Ok(status) = status.parse::<u16>() else {
                missing.push(format!("{}: the status {status} is no number", operation.id));
                continue;
            };
            let elsewhere = STATUSES_PROVED_ELSEWHERE.iter().any(|(known, _)| *known == status);
            if !elsewhere && !statuses.contains(&(operation.id.clone(), status)) {
                missing.push(format!("{} never answered {status}", operation.id));
            }
        }
    }
    let codes = CODES.lock().unwrap();
    for (code, _) in all_codes() {
        if !codes.contains(code) {
            missing.push(format!("the refusal {code} was never seen"));
        }
    }
    missing
}
