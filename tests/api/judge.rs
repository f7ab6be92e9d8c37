//! The judge is judged: an exchange that breaks the contract is found to do so.

use rejoinder::http::assets::OPENAPI_JSON;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::contract::{CONTRACT, Exchange};

const ID: &str = "0123456789abcdef";
const COUNTS: &str = "/api/v1/sites/default/counts";

/// An answer; an empty header is one that isn't there.
fn answer(status: u16, headers: &[(&str, &str)], body: &Value) -> Answer {
    let fixed = [
        ("x-request-id", ID),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
        ("content-type", if status < 400 { "application/json" } else { "application/problem+json" }),
    ];
    let mut all = HeaderMap::new();
    for (name, value) in fixed.iter().chain(headers) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        all.remove(&name);
        if !value.is_empty() {
            all.insert(name, HeaderValue::from_str(value).unwrap());
        }
    }
    Answer { asked: String::new(), status, headers: all, body: body.to_string().into_bytes() }
}

fn good(headers: &[(&str, &str)], body: &Value) -> Answer {
    let fixed = [
        ("etag", "\"0123456789abcdef\""),
        ("cache-control", "public, max-age=2, stale-while-revalidate=30"),
        ("vary", "Accept-Encoding"),
    ];
    answer(200, &[&fixed, headers].concat(), body)
}

fn refusal(status: u16, code: &str) -> Answer {
    let problem = json!({
        "type": format!("https://rejoinder.dev/problems/{code}"),
        "title": "No",
        "status": status,
        "detail": "No.",
        "code": code,
        "request_id": ID,
    });
    answer(status, &[("cache-control", "no-store")], &problem)
}

/// What is wrong with a GET of counts.
fn complaints(query: &str, answer: &Answer) -> Vec<String> {
    let target = format!("{COUNTS}?{query}");
    let exchange = Exchange { method: "GET", target: &target, headers: &[], body: None, answer };
    CONTRACT.complaints(CONTRACT.operation("GET", COUNTS), &exchange)
}

pub(crate) fn an_exchange_that_breaks_the_contract_is_found() {
    let counts = json!({"counts": [{"thread": "a", "comment_count": 1, "state": "open"}]});
    let with = |pointer: &str, value: Value| {
        let mut changed = counts.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    assert_eq!(complaints("thread=a", &good(&[], &counts)), Vec::<String>::new());
    assert_eq!(complaints("thread=a", &refusal(404, "site_not_found")), Vec::<String>::new());
    let cases = [
        ("thread=a", good(&[], &with("/counts/0/comment_count", json!(-1))), "/counts/0/comment_count"),
        ("thread=a", good(&[], &with("/counts/0/state", json!("ajar"))), "/counts/0/state"),
        ("thread=a", good(&[], &with("/counts/0", json!({"thread": "a"}))), "comment_count"),
        ("thread=a", good(&[], &json!({"counts": counts["counts"], "more": 1})), "more"),
        ("thread=a", good(&[("etag", "")], &counts), "etag is missing"),
        ("thread=a", good(&[("etag", "W/\"x\"")], &counts), "header etag"),
        ("thread=a", good(&[("ratelimit", "\"read\";r=1;t=1")], &counts), "ratelimit is there"),
        ("thread=a", good(&[("vary", "Origin")], &counts), "header vary"),
        ("thread=a", good(&[("set-cookie", "a=b")], &counts), "cookie"),
        ("thread=a", good(&[("content-type", "text/plain")], &counts), "content type"),
        ("thread=a", good(&[("x-request-id", "")], &counts), "X-Request-Id"),
        ("thread=a", answer(201, &[], &counts), "no status 201"),
        ("thread=a&more=1", good(&[], &counts), "more is not in the contract"),
        ("", good(&[], &counts), "thread is missing"),
        ("thread=%00", good(&[], &counts), "parameter thread"),
        ("thread=a", refusal(404, "comment_not_found"), "x-codes"),
        ("thread=a", refusal(404, "no_such_code"), "problem /code"),
        ("thread=a", refusal(422, "missing_parameter"), "says nothing against"),
    ];
    for (query, answer, complaint) in cases {
        let found = complaints(query, &answer);
        assert!(found.iter().any(|line| line.contains(complaint)), "{complaint}: {found:#?}");
    }
}

/// The program was built from the file as it is now.
pub(crate) fn the_program_carries_the_contract() {
    let carried: Value = serde_json::from_str(OPENAPI_JSON).unwrap();
    let written: Value = serde_saphyr::from_str(include_str!("../../openapi.yaml")).unwrap();
    assert_eq!(carried, written);
}
