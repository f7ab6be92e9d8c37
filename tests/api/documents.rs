//! The contract, the documents and the code say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use libtest_mimic::{Failed, Trial};
use rejoinder::domain::{
    author, ban, body, decision, idempotency, note, page, password, rule, selection, site, thread,
};
use rejoinder::http::error::all_codes;
use rejoinder::http::{admin, envelope, json, public, routes};
use rejoinder::service::{cases, merging, rules, tokens, trials};
use serde_json::{Value, json};

use crate::contract::CONTRACT;
use crate::judge::{an_exchange_that_breaks_the_contract_is_found, the_program_carries_the_contract};
use crate::quotas::a_hundred_thousand_clients_are_not_all_remembered;

/// The tests of this module, which need no database.
pub(crate) fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 7] = [
        ("the_contract_lists_every_route", the_contract_lists_every_route),
        ("the_contract_lists_every_code", the_contract_lists_every_code),
        ("the_page_of_errors_lists_every_code", the_page_of_errors_lists_every_code),
        ("the_contract_names_the_limits_of_the_code", the_contract_names_the_limits_of_the_code),
        ("a_hundred_thousand_clients_are_not_all_remembered", a_hundred_thousand_clients_are_not_all_remembered),
        ("the_program_carries_the_contract", the_program_carries_the_contract),
        ("an_exchange_that_breaks_the_contract_is_found", an_exchange_that_breaks_the_contract_is_found),
    ];
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("documents::{name}"), move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    tests.map(trial).into()
}

fn the_contract_lists_every_route() {
    let named = CONTRACT.operations.iter();
    let named: BTreeSet<_> = named.map(|named| (named.path.clone(), named.method.clone(), named.id.clone())).collect();
    let routes = routes::operations().into_iter();
    let served: BTreeSet<_> =
        routes.map(|(method, path, id)| (path.to_owned(), method.to_string(), id.to_owned())).collect();
    assert_eq!(named, served);
}

fn the_contract_lists_every_code() {
    let codes = CONTRACT.document.pointer("/components/schemas/ProblemCode/enum");
    let codes = codes.and_then(Value::as_array).expect("the codes of a Problem are an enum");
    let named: BTreeSet<&str> = codes.iter().filter_map(Value::as_str).collect();
    assert_eq!(named.len(), codes.len(), "a code is there twice");
    assert_eq!(named, all_codes().into_iter().map(|(code, _)| code).collect());
}

/// Rows like "| `not_found` | 404 | …".
fn the_page_of_errors_lists_every_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let code = cells.next().unwrap_or_default().trim_matches('`').to_owned();
        let status: u16 =
            cells.next().and_then(|cell| cell.parse().ok()).unwrap_or_else(|| panic!("no status: {line}"));
        rows.push((code, status));
    }
    let codes: BTreeMap<_, _> = all_codes().into_iter().map(|(code, status)| (code.to_owned(), status)).collect();
    assert_eq!(rows.iter().cloned().collect::<BTreeMap<_, _>>(), codes);
    assert_eq!(rows.len(), codes.len(), "a code is there twice");
}

fn the_contract_names_the_limits_of_the_code() {
    let default = site::Policy::default();
    let limits = json!({
        "max_request_bytes": json::MAX_BYTES,
        "max_json_depth": json::MAX_DEPTH,
        "max_head_bytes": envelope::MAX_HEAD_BYTES,
        "max_body_bytes": body::MAX_BODY_BYTES,
        "max_bytes_per_character": body::MAX_BYTES_PER_CHARACTER,
        "max_combining_marks": body::MAX_COMBINING_MARKS,
        "max_name_characters": author::MAX_NAME_CHARACTERS,
        "max_thread_key_characters": thread::MAX_KEY_CHARACTERS,
        "max_url_bytes": thread::MAX_URL_BYTES,
        "max_title_characters": thread::MAX_TITLE_CHARACTERS,
        "default_limit": page::DEFAULT_LIMIT,
        "max_limit": page::MAX_LIMIT,
        "default_replies": page::DEFAULT_REPLIES,
        "max_replies": page::MAX_REPLIES,
        "max_count_threads": public::threads::MAX_THREADS,
        "default_max_characters": default.max_characters,
        "largest_max_characters": site::LARGEST_MAX_CHARACTERS,
        "default_max_depth": default.max_depth,
        "default_edit_window_seconds": default.edit_window_seconds,
        "idempotency_kept_seconds": idempotency::KEPT_SECONDS,
        "max_idempotency_key_characters": idempotency::MAX_KEY_CHARACTERS,
    });
    let of_staff = json!({
        "max_report_detail_characters": note::MAX_NOTE_CHARACTERS,
        "max_decisions": decision::MAX_COMMENTS,
        "max_note_characters": note::MAX_NOTE_CHARACTERS,
        "max_listed_decisions": cases::MAX_RECORDS,
        "max_listed_reports": cases::MAX_RECORDS,
        "max_listed_parents": cases::MAX_PARENTS,
        "max_rules": rule::MAX_RULES_PER_SITE,
        "max_rule_patterns": rules::MAX_PATTERNS,
        "max_rule_pattern_characters": admin::rules::MAX_PATTERN_CODE_POINTS,
        "max_rule_test_comments": trials::TESTED_COMMENTS,
        "max_rule_test_matches": trials::SHOWN_MATCHES,
        "max_removed_comments": ban::MAX_REMOVED_COMMENTS,
        "max_merged_comments": merging::MAX_COMMENTS,
        "max_slow_mode_seconds": thread::LONGEST_SLOW_MODE_SECONDS,
        "max_origins": site::MAX_ORIGINS,
        "max_guidelines_characters": site::MAX_GUIDELINES_CHARACTERS,
        "max_listed_sites": selection::MAX_SITES,
        "deleted_kept_seconds": decision::KEPT_DAYS * 86_400,
        "min_password_characters": password::MIN_PASSWORD_CHARACTERS,
        "max_password_characters": password::MAX_PASSWORD_CHARACTERS,
        "default_token_days": tokens::DEFAULT_DAYS,
        "max_token_days": tokens::MAX_DAYS,
    });
    let both = [limits, of_staff].into_iter().flat_map(|limits| limits.as_object().cloned().unwrap());
    assert_eq!(CONTRACT.document["x-limits"], Value::Object(both.collect()));
}
