//! HTTP and JSON: what isn't well-formed is refused with its own code, by every operation in the same way.

use std::collections::{BTreeMap, BTreeSet};

use rejoinder::http::envelope::MAX_HEAD_BYTES;
use rejoinder::http::json::{MAX_BYTES, MAX_DEPTH};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Request;
use crate::contract::CONTRACT;
use crate::operations;
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    there_is_nothing_at_an_unknown_address,
    an_address_says_which_methods_it_takes,
    who_takes_no_json_is_told_so,
    a_body_is_taken_as_json_only,
    a_body_has_a_largest_size,
    a_head_has_a_largest_size,
    an_address_that_can_not_be_decoded_is_refused,
    a_body_that_can_not_be_decoded_is_refused,
    a_member_that_stands_there_twice_is_refused,
    nesting_has_an_end,
    an_unknown_parameter_is_refused,
    a_parameter_given_twice_is_refused,
    a_parameter_that_is_missing_is_named,
    a_call_counts_at_most_a_hundred_threads,
    each_answer_has_an_id_of_its_own,
    each_problem_says_what_it_is,
];

async fn written(setup: &Setup) -> (World, String) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    (world, root)
}

/// The calls that have a body.
fn with_body(world: &World, root: &str) -> Vec<Request> {
    operations::all(&world.reader(), root).into_iter().filter(Request::has_body).collect()
}

async fn there_is_nothing_at_an_unknown_address(setup: Setup) {
    let (world, root) = written(&setup).await;
    let comment = format!("/api/v1/sites/default/comments/{root}/");
    let site = ["", "/", "/comments/", "/nothing", "/rankings", "/recent/", "//recent"]
        .map(|rest| format!("/api/v1/sites/default{rest}"));
    let others = [
        "/",
        "/index.html",
        "/api",
        "/api/v1",
        "/api/v2/sites/default/recent",
        "/API/v1/sites/default/recent",
        "/livez/",
        &comment,
    ];
    for path in others.into_iter().chain(site.iter().map(String::as_str)) {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            world.reader().request(method, path).off_contract().await.refused(404, "not_found");
        }
    }
    for file in ["nothing", "index.html", "start.js%2f", "..%2fopenapi.yaml"] {
        world.reader().get(&format!("/docs/{file}")).await.refused(404, "not_found");
        world.reader().get(&format!("/moderation/{file}")).await.refused(404, "not_found");
        world.reader().get(&format!("/moderation/queue/{file}")).await.refused(404, "not_found");
    }
}

async fn an_address_says_which_methods_it_takes(setup: Setup) {
    let (world, root) = written(&setup).await;
    let mut addresses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &CONTRACT.operations {
        let path =
            operation.path.replace("{site}", "default").replace("{comment_id}", &root).replace("{file}", "start.js");
        let methods = addresses.entry(path).or_insert_with(|| BTreeSet::from(["OPTIONS".to_owned()]));
        methods.insert(operation.method.clone());
        if operation.method == "GET" {
            methods.insert("HEAD".to_owned());
        }
    }
    for (path, methods) in addresses {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
            let is_known = methods.contains(method);
            if is_known && method != "OPTIONS" {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = world.reader().request(method.clone(), &path).off_contract().await;
            let allow = answer.required_header("allow");
            assert_eq!(allow.split(", ").map(str::to_owned).collect::<BTreeSet<_>>(), methods, "{path}");
            assert_eq!(answer.status, if is_known { 204 } else { 405 }, "{method} {path}");
            if !is_known && method != Method::HEAD {
                answer.refused(405, "method_not_allowed");
            }
        }
    }
}

async fn who_takes_no_json_is_told_so(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in operations::on_site(&world.reader(), &root) {
        let is_html = call.path().ends_with("/comments.html");
        let (other, excluded) = if is_html {
            ("application/json", "text/html;q=0, */*")
        } else {
            ("text/html", "application/json;q=0, */*")
        };
        for accept in [other, excluded, "application/xml"] {
            call.clone().header("accept", accept).await.refused(406, "not_acceptable");
        }
    }
    for accept in ["application/json", "*/*", "text/html, */*;q=0.1", "application/*"] {
        world.reader().thread("/a", "").header("accept", accept).await.ok();
    }
    for accept in ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "text/*"] {
        world.reader().read("comments.html?thread=a").header("accept", accept).await.with_status(200);
    }
    for call in operations::beside_sites(&world.reader()) {
        call.header("accept", "image/png").await.with_status(200);
    }
}

async fn a_body_is_taken_as_json_only(setup: Setup) {
    let (world, root) = written(&setup).await;
    let types = [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "application/jsonp",
    ];
    for call in with_body(&world, &root) {
        for content_type in types {
            call.clone().body(content_type, "{}").await.refused(415, "unsupported_media_type");
        }
    }
    let draft = world.reader().draft("/a", "text").to_string();
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        world.reader().post("/a", "").body(content_type, draft.clone()).await.with_status(201);
    }
}

async fn a_body_has_a_largest_size(setup: Setup) {
    let (world, root) = written(&setup).await;
    let largest = usize::try_from(MAX_BYTES).unwrap();
    for call in with_body(&world, &root) {
        let problem = call.body("application/json", " ".repeat(largest + 1)).await.refused(413, "content_too_large");
        assert_eq!(problem["max"], MAX_BYTES);
    }
    let draft = world.reader().draft("/a", "text").to_string();
    let padded = format!("{draft}{}", " ".repeat(largest - draft.len()));
    world.reader().post("/a", "").body("application/json", padded).await.with_status(201);
}

async fn a_head_has_a_largest_size(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in operations::all(&world.reader(), &root) {
        call.header("x-padding", &"x".repeat(MAX_HEAD_BYTES)).await.refused(431, "header_fields_too_large");
    }
    let long = format!("/api/v1/sites/default/comments?thread={}", "a".repeat(MAX_HEAD_BYTES));
    world.reader().get(&long).await.refused(431, "header_fields_too_large");
    world.reader().thread("/a", "").header("x-padding", &"x".repeat(MAX_HEAD_BYTES - 1_000)).await.ok();
}

async fn an_address_that_can_not_be_decoded_is_refused(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in operations::all(&world.reader(), &root) {
        for bad in ["%", "x=%zz", "%f", "x=%ff", "x=%c3", "%ed%a0%80=x"] {
            call.clone().with_query(bad).await.refused(400, "invalid_percent_encoding");
        }
    }
    for path in ["/api/v1/sites/%/recent", "/api/v1/sites/%ff/recent", "/api/v1/sites/default/comments/%zz"] {
        world.reader().get(path).await.refused(400, "invalid_percent_encoding");
    }
    world.reader().get("/%zz").off_contract().await.refused(400, "invalid_percent_encoding");
}

async fn a_body_that_can_not_be_decoded_is_refused(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in with_body(&world, &root) {
        for body in [
            "",
            " ",
            "{",
            "{]",
            "'text'",
            "{\"body\": \"te\nxt\"}",
            "{} {}",
            "{\"a\":01}",
            "[1,]",
            "NaN",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
        ] {
            call.clone().body("application/json", body).await.refused(400, "invalid_json");
        }
        for body in [&b"{\"body\":\"\xff\"}"[..], b"\xc3", b"\xed\xa0\x80", b"{\"body\":\"\xc0\xaf\"}"] {
            call.clone().body("application/json", body).await.refused(400, "invalid_encoding");
        }
    }
}

async fn a_member_that_stands_there_twice_is_refused(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in with_body(&world, &root) {
        for body in [r#"{"body":"a","body":"b"}"#, r#"{"x":[{"y":1,"\u0079":1}]}"#] {
            call.clone().body("application/json", body).await.refused(400, "duplicate_member");
        }
    }
}

async fn nesting_has_an_end(setup: Setup) {
    let (world, root) = written(&setup).await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = usize::try_from(MAX_DEPTH).unwrap();
    for call in with_body(&world, &root) {
        call.clone().body("application/json", nested(deepest)).await.refused(422, "wrong_type");
        for depth in [deepest + 1, 100_000] {
            let problem = call.clone().body("application/json", nested(depth)).await.refused(400, "json_too_deep");
            assert_eq!(problem["max"], MAX_DEPTH);
        }
    }
}

async fn an_unknown_parameter_is_refused(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in operations::on_site(&world.author("dave"), &root) {
        for unknown in ["offset=1", "Limit=1", "=", "%C3%A9=1"] {
            let name = unknown.split('=').next().unwrap().replace("%C3%A9", "é");
            let problem = call.clone().with_query(unknown).await.refused(422, "unknown_parameter");
            let error = &problem["errors"][0];
            assert_eq!((&error["pointer"], &error["in"]), (&json!(format!("/{name}")), &json!("query")));
        }
    }
}

async fn a_parameter_given_twice_is_refused(setup: Setup) {
    let (world, root) = written(&setup).await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    let calls = [
        dave.thread("/a", "&thread=b"),
        dave.thread("/a", "&sort=top&sort=top"),
        dave.thread("/a", "&limit=1&limit=1"),
        dave.thread("/a", "&cursor=a&cursor=b"),
        dave.thread("/a", "&replies=1&replies=1"),
        dave.read("comments.html?thread=a&lang=de&lang=de"),
        dave.replies(&root, "?limit=1&limit=2"),
        dave.replies(&root, "?cursor=a&cursor=b"),
        dave.read("recent?limit=1&limit=1"),
        dave.read("rankings/most-commented?limit=1&limit=1"),
        dave.read("rankings/most-commented?window=1h&window=1h"),
        dave.viewer("/a").with_query("thread=b"),
    ];
    for call in calls {
        call.await.refused(422, "duplicate_parameter");
    }
}

async fn a_parameter_that_is_missing_is_named(setup: Setup) {
    let (world, _) = written(&setup).await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    for call in ["comments", "comments.html", "comments?limit=1", "counts", "viewer"] {
        let problem = dave.read(call).await.refused(422, "missing_parameter");
        assert_eq!(problem["errors"][0]["pointer"], "/thread", "{call}");
    }
    for (call, name) in [("comments?thread=a&sort=best", "/sort"), ("rankings/most-commented?window=1y", "/window")] {
        assert_eq!(dave.read(call).await.refused(422, "invalid_value")["errors"][0]["pointer"], name);
    }
}

async fn a_call_counts_at_most_a_hundred_threads(setup: Setup) {
    let (world, _) = written(&setup).await;
    let reader = world.reader();
    let keys: Vec<String> = (0..101).map(|number| format!("/{}", number % 7)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let post = |keys: &[&str]| reader.on_own_site(Method::POST, "counts").json(&json!({"threads": keys}));
    for call in [reader.counts(&keys[..100]), post(&keys[..100])] {
        let counts = call.await.ok()["counts"].clone();
        let threads = counts.as_array().unwrap().iter().map(|count| count["thread"].as_str().unwrap());
        assert_eq!(threads.collect::<Vec<_>>(), keys[..100]);
    }
    for call in [reader.counts(&keys), post(&keys), post(&[])] {
        let problem = call.await.refused(422, "out_of_range");
        assert_eq!((&problem["min"], &problem["max"]), (&json!(1), &json!(100)));
    }
    let cases = [
        (json!({"threads": "/a"}), "wrong_type", "/threads"),
        (json!({"threads": ["/a", 1]}), "wrong_type", "/threads/1"),
    ];
    for (body, code, pointer) in cases {
        let problem = reader.on_own_site(Method::POST, "counts").json(&body).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    reader.on_own_site(Method::POST, "counts").json(&json!({})).await.refused(422, "missing_field");
}

async fn each_answer_has_an_id_of_its_own(setup: Setup) {
    let (world, _) = written(&setup).await;
    let mut ids = BTreeSet::new();
    for _ in 0..20 {
        let call = world.reader().get("/livez").header("x-request-id", "mine");
        ids.insert(call.await.required_header("x-request-id"));
    }
    assert_eq!(ids.len(), 20);
    assert!(!ids.contains("mine"));
}

async fn each_problem_says_what_it_is(setup: Setup) {
    let (world, _) = written(&setup).await;
    let problem = world.reader().comment("nonsense").await.refused(404, "comment_not_found");
    assert_eq!(problem["type"], "https://rejoinder.dev/problems/comment_not_found");
    assert_eq!(problem["title"], "Comment not found");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')));
    assert_eq!(problem.get("errors"), None::<&Value>);
}
