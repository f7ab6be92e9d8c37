//! Caches: every public read can be kept and asked for again cheaply, and nothing else can.

use std::collections::BTreeMap;

use rejoinder::domain::site::SiteChange;
use reqwest::Method;

use crate::answer::Answer;
use crate::client::Request;
use crate::operations;
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    a_public_read_that_is_still_right_is_not_sent_again,
    a_validator_changes_with_what_it_stands_for,
    a_head_is_a_get_without_its_body,
    a_public_read_is_the_same_for_everybody,
    what_is_not_public_is_kept_by_no_cache,
    a_condition_of_readers_does_not_stop_a_post,
];

/// A world with a comment and a reply.
async fn written(setup: &Setup) -> (World, String) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    dave.answers("/a", &root, "reply").await;
    (world, root)
}

fn public_reads(world: &World, root: &str) -> Vec<Request> {
    operations::all(&world.reader(), root).into_iter().filter(operations::is_public_read).collect()
}

async fn a_public_read_that_is_still_right_is_not_sent_again(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in public_reads(&world, &root) {
        let first = call.clone().await.with_status(200);
        let tag = first.required_header("etag");
        assert!(first.required_header("cache-control").starts_with("public, "), "{}", first.asked);
        let known = [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()];
        for condition in known {
            let again = call.clone().header("if-none-match", &condition).await.with_status(304);
            assert!(again.body.is_empty() && !again.has_header("content-type"), "{}", again.asked);
            assert_eq!(again.required_header("etag"), tag);
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
        }
        for condition in ["\"other\"", "W/\"other\"", tag.trim_matches('"'), "\"\""] {
            let again = call.clone().header("if-none-match", condition).await.with_status(200);
            assert_eq!(again.body, first.body, "{}", again.asked);
        }
    }
}

async fn a_validator_changes_with_what_it_stands_for(setup: Setup) {
    let (world, root) = written(&setup).await;
    let dave = world.author("dave");
    let read = async || {
        let mut tags = Vec::new();
        for call in operations::on_site(&world.reader(), &root).into_iter().filter(operations::is_public_read) {
            tags.push(call.await.required_header("etag"));
        }
        tags
    };
    let before = read().await;
    assert_eq!(read().await, before);
    let answer = dave.reply("/a", &root, "another").await.created();
    let after = read().await;
    assert!(before.iter().zip(&after).all(|(before, after)| before != after));
    let posted = answer["comment"]["id"].as_str().unwrap();
    dave.edit(posted, "changed").await.ok();
    let comment = world.reader().comment(posted).await.required_header("etag");
    world.author("voter").vote(posted, 1).await.ok();
    assert_ne!(world.reader().comment(posted).await.required_header("etag"), comment);
    let page = world.reader().thread("/a", "").await.required_header("etag");
    world.set_site(SiteChange { max_characters: Some(10), ..SiteChange::default() }).await;
    assert_ne!(world.reader().thread("/a", "").await.required_header("etag"), page);
}

/// The headers but those that differ from answer to answer.
fn lasting_headers(answer: &Answer) -> BTreeMap<String, String> {
    let headers = answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

async fn a_head_is_a_get_without_its_body(setup: Setup) {
    let (world, root) = written(&setup).await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    let mut calls: Vec<_> = operations::all(&dave, &root).into_iter().filter(|call| call.method() == "GET").collect();
    calls.push(dave.comment("nonsense"));
    calls.push(dave.thread("/a", "&limit=1"));
    for call in calls {
        let get = call.clone().await;
        let head = call.with_method(Method::HEAD).await.with_status(get.status);
        assert!(head.body.is_empty());
        assert_eq!(lasting_headers(&head), lasting_headers(&get), "{}", head.asked);
        assert_eq!(head.header("content-length"), Some(get.body.len().to_string()), "{}", head.asked);
    }
}

async fn a_public_read_is_the_same_for_everybody(setup: Setup) {
    let (world, root) = written(&setup).await;
    for call in public_reads(&world, &root) {
        let plain = call.clone().await.with_status(200);
        let vary = plain.header("vary");
        assert!(vary.is_none_or(|vary| vary == "Accept-Encoding"), "{}: {:?}", plain.asked, plain.headers);
        let others = [
            ("origin", "https://anywhere.example"),
            ("authorization", "Bearer nonsense"),
            ("cookie", "a=b"),
            ("accept-language", "de"),
            ("user-agent", "other"),
        ];
        for (name, value) in others {
            let other = call.clone().header(name, value).await;
            assert_eq!((other.status, &other.body), (200, &plain.body), "{}", other.asked);
            assert_eq!(lasting_headers(&other), lasting_headers(&plain), "{} with {name}", other.asked);
        }
    }
}

async fn what_is_not_public_is_kept_by_no_cache(setup: Setup) {
    let (world, root) = written(&setup).await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    let calls = [dave.post("/a", "text"), dave.vote(&root, 1), dave.viewer("/a"), dave.delete("nonsense")];
    for call in calls {
        let answer = call.await;
        let caching = answer.required_header("cache-control");
        let expected = if answer.status < 400 { "private, no-store" } else { "no-store" };
        assert_eq!(caching, expected, "{}", answer.asked);
        assert!(!answer.has_header("etag"), "{}", answer.asked);
        assert_eq!(answer.required_header("vary"), "Origin", "{}", answer.asked);
    }
    for call in [dave.thread("", ""), dave.comment("nonsense"), dave.get("/livez"), dave.get("/readyz")] {
        assert_eq!(call.await.required_header("cache-control"), "no-store");
    }
}

/// `If-None-Match` makes 304 of a GET only (RFC 9110, section 13.1.2).
async fn a_condition_of_readers_does_not_stop_a_post(setup: Setup) {
    let (world, root) = written(&setup).await;
    let calls = operations::on_site(&world.author("dave"), &root).into_iter().filter(|call| call.method() == "POST");
    for call in calls {
        let answer = call.header("if-none-match", "*").await;
        assert!((200..300).contains(&answer.status), "{}: {}", answer.asked, answer.status);
    }
}
