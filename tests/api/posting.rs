//! Posting: who may, what becomes of it, and what is never told.

use rejoinder::domain::site::{Moderation, SiteChange};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::id;
use crate::promise::promises;
use crate::world::{Setup, origins};

promises![
    a_posted_comment_is_found_at_its_location,
    a_guest_is_given_a_token_once,
    a_token_that_nobody_has_is_refused,
    a_comment_that_waits_for_a_moderator_is_seen_by_its_writer_only,
    a_site_without_guests_takes_no_comment_from_them,
    an_email_address_or_a_network_is_in_no_answer,
    the_address_of_a_page_is_kept_only_when_it_is_on_the_site,
    a_comment_can_only_answer_a_published_one_of_its_thread,
    a_closed_thread_takes_no_comments,
    sites_know_nothing_of_one_another,
    each_mistake_of_form_is_named_with_its_place,
    optional_members_may_be_null,
];

async fn a_posted_comment_is_found_at_its_location(setup: Setup) {
    let world = setup.start().await;
    let answer = world.author("dave").post("/a", "text").await.with_status(201);
    let comment = &answer.json()["comment"];
    let location = answer.required_header("location");
    assert_eq!(location, format!("/api/v1/sites/default/comments/{}", comment["id"].as_str().unwrap()));
    assert_eq!(answer.required_header("cache-control"), "private, no-store");
    assert_eq!(world.reader().get(&location).await.ok()["comment"], *comment);
    assert_eq!(comment["created_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!((&comment["status"], &comment["edited_at"]), (&json!("published"), &Value::Null));
}

async fn a_guest_is_given_a_token_once(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let first = dave.post("/a", "first").await.created();
    assert!(first["guest_token"].as_str().unwrap().starts_with("rjg_"));
    let second = dave.post("/a", "second").await.created();
    assert!(second.get("guest_token").is_none());
    let own = dave.viewer("/a").await.ok();
    assert_eq!(own["comments"].as_array().unwrap().len(), 2);
}

async fn a_token_that_nobody_has_is_refused(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let other = world.author("other").on_site("other");
    world.add_site("other", SiteChange::default()).await;
    other.says("/a", "text").await;
    let unknown = format!("rjg_{}", "A".repeat(43));
    let stranger = world.author("stranger");
    for token in [unknown.as_str(), "rjg_", "nonsense", &other.token().unwrap()] {
        stranger.take_token(token);
        let calls = [
            stranger.post("/a", "text"),
            stranger.edit(&root, "text"),
            stranger.delete(&root),
            stranger.vote(&root, 1),
            stranger.viewer("/a"),
        ];
        for call in calls {
            let answer = call.await.with_status(401);
            assert_eq!(answer.required_header("www-authenticate"), "Bearer error=\"invalid_token\"", "{token}");
            answer.refused(401, "invalid_token");
        }
    }
    let basic = world.reader().with_header("authorization", "Basic ZGF2ZTpkYXZl");
    basic.post("/a", "text").await.refused(401, "invalid_token");
}

async fn a_comment_that_waits_for_a_moderator_is_seen_by_its_writer_only(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let (dave, reader, stranger) = (world.author("dave"), world.reader(), world.author("stranger"));
    let answer = dave.post("/a", "text").await.with_status(202).json();
    assert_eq!(answer["comment"]["status"], "pending");
    let waiting = id(&answer);
    stranger.post("/a", "mine").await.with_status(202);

    let page = reader.thread("/a", "").await.ok();
    assert_eq!((&page["comments"], &page["thread"]["comment_count"]), (&json!([]), &json!(0)));
    assert_eq!(page["policy"]["moderation"], "pre");
    assert_eq!(reader.counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 0);
    assert_eq!(reader.read("recent").await.ok()["comments"], json!([]));
    assert_eq!(reader.read("rankings/most-commented?window=all").await.ok()["threads"], json!([]));
    reader.comment(&waiting).await.refused(404, "comment_not_found");
    reader.replies(&waiting, "").await.refused(404, "comment_not_found");
    stranger.vote(&waiting, 1).await.refused(404, "comment_not_found");
    stranger.edit(&waiting, "mine").await.refused(404, "comment_not_found");
    stranger.delete(&waiting).await.refused(404, "comment_not_found");
    stranger.reply("/a", &waiting, "no").await.refused(422, "parent_not_found");

    let own = dave.viewer("/a").await.ok();
    assert_eq!(own["comments"].as_array().unwrap().len(), 1);
    assert_eq!((&own["comments"][0]["id"], &own["comments"][0]["status"]), (&json!(waiting), &json!("pending")));
}

async fn a_site_without_guests_takes_no_comment_from_them(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    world.set_site(SiteChange { guests: Some(false), ..SiteChange::default() }).await;
    dave.post("/a", "text").await.refused(403, "guests_not_allowed");
    world.reader().post("/a", "text").await.refused(403, "guests_not_allowed");
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["policy"]["guests"], &page["thread"]["comment_count"]), (&json!(false), &json!(1)));
}

async fn an_email_address_or_a_network_is_in_no_answer(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let dave = world.author("dave").at_address("198.51.100.77");
    let mut draft = dave.draft("/a", "text");
    draft["author"]["email"] = json!("dave@secret.example");
    let posted = dave.post_json(&draft).await.with_status(201);
    let root = id(&posted.json());
    draft["parent_id"] = json!(root);
    let replied = dave.post_json(&draft).await.with_status(201);
    let reader = world.reader();
    let edited = dave.edit(&root, "other text").await;
    let voted = world.author("voter").at_address("198.51.100.77").vote(&root, 1).await;
    let mut answers = vec![posted, replied, edited, voted];
    answers.push(reader.thread("/a", "").await);
    answers.push(reader.comment(&root).await);
    answers.push(reader.replies(&root, "").await);
    answers.push(reader.read("recent").await);
    answers.push(reader.read("rankings/most-commented").await);
    answers.push(dave.viewer("/a").await);
    for answer in answers {
        assert!((200..300).contains(&answer.status), "{}: {}", answer.asked, answer.status);
        let all = format!("{:?} {}", answer.headers, answer.text());
        assert!(!all.contains("secret.example") && !all.contains("198.51.100"), "{}: {all}", answer.asked);
    }
}

async fn the_address_of_a_page_is_kept_only_when_it_is_on_the_site(setup: Setup) {
    let world = setup.start().await;
    let own = origins(&["https://news.example", "https://*.blogs.example"]);
    world.add_site("news", SiteChange { origins: Some(own), ..SiteChange::default() }).await;
    let cases = [
        ("https://news.example/a", true),
        ("https://dave.blogs.example/a", true),
        ("http://news.example/a", false),
        ("https://news.example.evil.example/a", false),
        ("https://evil.example/a", false),
        ("https://news.example:8443/a", false),
    ];
    for (url, is_kept) in cases {
        let dave = world.author("dave").on_site("news");
        let mut draft = dave.draft(url, "text");
        draft["thread"]["url"] = json!(url);
        let thread = dave.post_json(&draft).await.created()["thread"].clone();
        assert_eq!(thread["url"], if is_kept { json!(url) } else { Value::Null }, "{url}");
        let page = dave.thread(url, "").await.ok();
        assert_eq!(page["thread"], thread);
    }
}

async fn a_comment_can_only_answer_a_published_one_of_its_thread(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let dave = world.author("dave");
    let elsewhere = dave.says("/elsewhere", "text").await;
    let on_other_site = world.author("dave").on_site("other").says("/a", "text").await;
    let deleted = dave.says("/a", "text").await;
    dave.delete(&deleted).await.with_status(204);
    let tombstone = dave.says("/a", "text").await;
    dave.answers("/a", &tombstone, "text").await;
    dave.delete(&tombstone).await.with_status(204);
    for parent in [&elsewhere, &on_other_site, &deleted, &tombstone, "0000000000001", "nonsense", ""] {
        let problem = dave.reply("/a", parent, "text").await.refused(422, "parent_not_found");
        assert_eq!(problem["errors"][0]["pointer"], "/parent_id", "{parent}");
    }
}

async fn a_closed_thread_takes_no_comments(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    world.close_thread("/a").await;
    world.close_thread("/never-written-to").await;
    dave.post("/a", "text").await.refused(403, "thread_closed");
    dave.reply("/a", &root, "text").await.refused(403, "thread_closed");
    dave.edit(&root, "text").await.refused(403, "thread_closed");
    dave.post("/never-written-to", "text").await.refused(403, "thread_closed");
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["thread"]["state"], &page["thread"]["comment_count"]), (&json!("closed"), &json!(1)));
    world.author("voter").vote(&root, 1).await.ok();
    dave.delete(&root).await.with_status(204);
}

async fn sites_know_nothing_of_one_another(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let reader = world.reader().on_site("other");
    assert_eq!(reader.thread("/a", "").await.ok()["comments"], json!([]));
    assert_eq!(reader.counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 0);
    assert_eq!(reader.read("recent").await.ok()["comments"], json!([]));
    reader.comment(&root).await.refused(404, "comment_not_found");
    world.author("voter").on_site("other").vote(&root, 1).await.refused(404, "comment_not_found");
    for site in ["nowhere", "Default", "de_fault", &"x".repeat(65)] {
        let nobody = world.author("nobody").on_site(site);
        let calls = [
            nobody.thread("/a", ""),
            nobody.comment(&root),
            nobody.replies(&root, ""),
            nobody.counts(&["/a"]),
            nobody.on_own_site(Method::POST, "counts").json(&json!({"threads": ["/a"]})),
            nobody.read("recent"),
            nobody.read("rankings/most-commented"),
            nobody.viewer("/a"),
            nobody.post("/a", "text"),
            nobody.edit(&root, "text"),
            nobody.delete(&root),
            nobody.vote(&root, 1),
        ];
        for call in calls {
            call.await.refused(404, "site_not_found");
        }
    }
}

async fn each_mistake_of_form_is_named_with_its_place(setup: Setup) {
    let world = setup.start().await;
    let whole = world.reader().draft("/a", "text");
    let with = |pointer: &str, value: Value| {
        let mut draft = whole.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        draft.pointer_mut(parent).unwrap()[member] = value;
        draft
    };
    let without = |pointer: &str| {
        let mut draft = whole.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        draft.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member);
        draft
    };
    let cases = [
        (without("/body"), "missing_field", "/body"),
        (without("/thread"), "missing_field", "/thread"),
        (without("/thread/key"), "missing_field", "/thread/key"),
        (without("/author"), "missing_field", "/author"),
        (without("/author/name"), "missing_field", "/author/name"),
        (with("/extra", json!(1)), "unknown_field", "/extra"),
        (with("/thread/extra", json!(1)), "unknown_field", "/thread/extra"),
        (with("/author/emial", json!("a@b.example")), "unknown_field", "/author/emial"),
        (with("/body", json!(7)), "wrong_type", "/body"),
        (with("/body", Value::Null), "wrong_type", "/body"),
        (with("/thread", json!("/a")), "wrong_type", "/thread"),
        (with("/thread", json!(["/a"])), "wrong_type", "/thread"),
        (with("/author/name", json!(["dave"])), "wrong_type", "/author/name"),
        (with("/parent_id", json!(7)), "wrong_type", "/parent_id"),
        (json!([]), "wrong_type", ""),
        (json!("text"), "wrong_type", ""),
    ];
    for (draft, code, pointer) in cases {
        let problem = world.reader().post_json(&draft).await.refused(422, code);
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["in"]),
            (&json!(pointer), &json!("body")),
            "{draft}"
        );
    }
}

async fn optional_members_may_be_null(setup: Setup) {
    let world = setup.start().await;
    let draft = json!({
        "thread": {"key": "/a", "url": null, "title": null},
        "parent_id": null,
        "author": {"name": "dave", "email": null},
        "body": "text",
    });
    world.reader().post_json(&draft).await.created();
}
