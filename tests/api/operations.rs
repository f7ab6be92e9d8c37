//! One well-formed call of each operation, for rules that hold for all of them.

use rejoinder::http::widget::version;
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, Request};
use crate::contract::{CONTRACT, Operation};

/// A call of each operation of the API proper, in a world where `comment` is a root of the thread `/a`.
pub(crate) fn on_site(client: &Client, comment: &str) -> Vec<Request> {
    vec![
        client.thread("/a", ""),
        client.read("comments.html?thread=%2Fa"),
        client.post("/a", "text"),
        client.comment(comment),
        client.edit(comment, "text"),
        client.delete(comment),
        client.replies(comment, ""),
        client.vote(comment, 1),
        client.report(comment, "other"),
        client.on_own_site(Method::POST, "preview").json(&json!({"body": "text", "thread": "/a"})),
        client.counts(&["/a"]),
        client.on_own_site(Method::POST, "counts").json(&json!({"threads": ["/a"]})),
        client.read("rankings/most-commented"),
        client.read("recent"),
        client.viewer("/a"),
    ]
}

/// A call of each operation beside the API.
pub(crate) fn beside_sites(client: &Client) -> Vec<Request> {
    let script = format!("/widget/{}/widget.js", version());
    let paths = [
        "/livez",
        "/readyz",
        "/openapi.yaml",
        "/openapi.json",
        "/docs",
        "/docs/start.js",
        "/moderation/",
        "/moderation/start.js",
        "/moderation/queue/screen.js",
        "/widget.js",
        "/further.js",
        "/writing.js",
        "/preview.js",
        "/ranked.js",
        "/count.js",
        "/widget.css",
        "/widget.json",
        "/widget.d.ts",
        "/custom-elements.json",
        "/widget/locales/de.json",
        &script,
    ];
    paths.map(|path| client.get(path)).into()
}

/// A call of each operation but those for staff.
pub(crate) fn all(client: &Client, comment: &str) -> Vec<Request> {
    let mut calls = on_site(client, comment);
    calls.extend(beside_sites(client));
    let called = calls.iter().map(|call| operation_of(call).id.as_str());
    let others = CONTRACT.operations.iter().filter(|operation| !operation.path.starts_with("/api/v1/admin/"));
    let known = others.map(|operation| operation.id.as_str());
    let (mut called, mut known): (Vec<_>, Vec<_>) = (called.collect(), known.collect());
    called.sort_unstable();
    known.sort_unstable();
    assert_eq!(called, known, "an operation is not in the list here");
    calls
}

/// Whether everybody gets the same answer to a call, which caches may keep.
pub(crate) fn is_public_read(call: &Request) -> bool {
    let answers = CONTRACT.responses(operation_of(call));
    answers.iter().any(|(status, _)| status == "304")
}

fn operation_of(call: &Request) -> &'static Operation {
    CONTRACT.operation(call.method(), call.path()).expect("an operation of the contract")
}
