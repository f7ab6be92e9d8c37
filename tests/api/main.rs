//! What the API promises, asked of the real service over HTTP, on SQLite and on PostgreSQL.
//!
//! Every exchange is held against `openapi.yaml`; at the end of a whole run every operation, status and refusal of the
//! contract must have been seen. Run it with `./test --test api`, which starts a PostgreSQL server for it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that meets something unforeseen fails there and then, and says so"
)]

mod answer;
mod browser;
mod client;
mod contract;
mod coverage;
mod databases;
mod documents;
mod html;
mod judge;
mod operations;
mod promise;
mod raw;
mod world;

mod admin_threads;
mod article;
mod bans;
mod caching;
mod conditional;
mod cors;
mod crowding;
mod decisions;
mod editing;
mod forms;
mod fragments;
mod idempotency;
mod log;
mod merging;
mod pages;
mod paging;
mod passwords;
mod posting;
mod previews;
mod protocol;
mod queue;
mod quotas;
mod reports;
mod roles;
mod rules;
mod screening;
mod second_factors;
mod service;
mod sessions;
mod sites;
mod staff;
mod staff_operations;
mod staff_protocol;
mod stats;
mod texts;
mod threads;
mod tokens;
mod undo;
mod votes;
mod widget;
mod wire;

use std::process::ExitCode;
use std::sync::Arc;

use databases::{Databases, Kind};
use libtest_mimic::Arguments;
use promise::{Area, trial};

const AREAS: &[Area] = &[
    ("article", article::PROMISES),
    ("posting", posting::PROMISES),
    ("previews", previews::PROMISES),
    ("texts", texts::PROMISES),
    ("threads", threads::PROMISES),
    ("paging", paging::PROMISES),
    ("editing", editing::PROMISES),
    ("votes", votes::PROMISES),
    ("screening", screening::PROMISES),
    ("reports", reports::PROMISES),
    ("bans", bans::PROMISES),
    ("caching", caching::PROMISES),
    ("crowding", crowding::PROMISES),
    ("rules", rules::PROMISES),
    ("idempotency", idempotency::PROMISES),
    ("quotas", quotas::PROMISES),
    ("conditional", conditional::PROMISES),
    ("cors", cors::PROMISES),
    ("protocol", protocol::PROMISES),
    ("wire", wire::PROMISES),
    ("service", service::PROMISES),
    ("widget", widget::PROMISES),
    ("pages", pages::PROMISES),
    ("forms", forms::PROMISES),
    ("fragments", fragments::PROMISES),
    ("sessions", sessions::PROMISES),
    ("second_factors", second_factors::PROMISES),
    ("passwords", passwords::PROMISES),
    ("staff", staff::PROMISES),
    ("tokens", tokens::PROMISES),
    ("admin_threads", admin_threads::PROMISES),
    ("merging", merging::PROMISES),
    ("sites", sites::PROMISES),
    ("stats", stats::PROMISES),
    ("roles", roles::PROMISES),
    ("staff_protocol", staff_protocol::PROMISES),
    ("queue", queue::PROMISES),
    ("decisions", decisions::PROMISES),
    ("log", log::PROMISES),
    ("undo", undo::PROMISES),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let databases = if arguments.list { None } else { Some(Databases::prepare()) };
    let databases = match databases.transpose() {
        Ok(databases) => databases.map(Arc::new),
        Err(reason) => {
            eprintln!("error: {reason}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = documents::trials();
    for kind in Kind::EACH {
        for (area, promises) in AREAS {
            trials.extend(promises.iter().map(|promise| trial(databases.clone(), kind, area, promise)));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(databases) = databases {
        databases.remove();
    }
    let is_whole = !arguments.list && arguments.filter.is_none() && arguments.skip.is_empty();
    if conclusion.has_failed() || !is_whole {
        return conclusion.exit_code();
    }
    let missing = coverage::missing();
    for line in &missing {
        eprintln!("not covered: {line}");
    }
    if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
