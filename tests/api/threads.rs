//! Threads: replies below replies, what stays of a deleted comment, and counters that are never wrong.

use futures_util::future::join_all;
use rejoinder::domain::site::SiteChange;
use serde_json::{Value, json};

use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    replies_go_to_any_depth_and_are_shown_at_the_cap,
    a_root_carries_its_first_replies_and_says_where_they_go_on,
    only_a_root_has_a_list_of_replies,
    a_deleted_comment_without_replies_is_gone,
    a_deleted_comment_with_replies_leaves_a_tombstone,
    a_tombstone_goes_with_its_last_reply,
    a_chain_of_tombstones_goes_at_once,
    a_deleted_text_is_in_no_answer,
    the_counters_are_right_after_every_step,
    the_counters_are_right_after_much_at_once,
    the_time_of_the_last_comment_follows_what_is_published,
    the_recent_comments_of_a_site_come_from_all_its_threads,
    a_ranking_counts_what_is_published_within_its_window,
];

/// The ids of a list of comments.
fn ids(comments: &Value) -> Vec<String> {
    let comments = comments.as_array().expect("a list of comments");
    comments.iter().map(|comment| comment["id"].as_str().unwrap().to_owned()).collect()
}

async fn count(world: &World, key: &str) -> Value {
    world.reader().counts(&[key]).await.ok()["counts"][0]["comment_count"].clone()
}

async fn replies_go_to_any_depth_and_are_shown_at_the_cap(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut chain = vec![dave.says("/a", "root").await];
    for depth in 1..12 {
        let parent = chain.last().unwrap().clone();
        chain.push(dave.answers("/a", &parent, &format!("depth {depth}")).await);
    }
    let page = world.reader().replies(&chain[0], "?limit=100").await.ok();
    for (index, reply) in page["comments"].as_array().unwrap().iter().enumerate() {
        assert_eq!(reply["id"], json!(chain[index + 1]));
        assert_eq!(reply["parent_id"], json!(chain[index]));
        assert_eq!(reply["root_id"], json!(chain[0]));
        assert_eq!(reply["depth"], json!((index + 1).min(4)));
    }
    assert_eq!(page["comments"].as_array().unwrap().len(), 11);
    world.set_site(SiteChange { max_depth: Some(0), ..SiteChange::default() }).await;
    let page = world.reader().replies(&chain[0], "?limit=100").await.ok();
    assert!(page["comments"].as_array().unwrap().iter().all(|reply| reply["depth"] == 0));
}

async fn a_root_carries_its_first_replies_and_says_where_they_go_on(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let (root, other) = (dave.says("/a", "root").await, dave.says("/a", "other").await);
    let mut replies = Vec::new();
    for number in 0..7 {
        let parent = replies.last().unwrap_or(&root).clone();
        replies.push(dave.answers("/a", &parent, &format!("reply {number}")).await);
        dave.answers("/a", &other, "reply").await;
    }
    let reader = world.reader();
    let default = reader.thread("/a", "").await.ok();
    let shown = &default["comments"][1];
    assert_eq!((&shown["id"], &shown["reply_count"], &shown["descendant_count"]), (&json!(root), &json!(1), &json!(7)));
    assert_eq!(ids(&shown["replies"]["comments"]), replies[..3]);

    let page = reader.thread("/a", "&replies=2").await.ok();
    let shown = &page["comments"][1]["replies"];
    assert_eq!(ids(&shown["comments"]), replies[..2]);
    let cursor = shown["next_cursor"].as_str().unwrap();
    let rest = reader.replies(&root, &format!("?cursor={cursor}")).await.ok();
    assert_eq!(ids(&rest["comments"]), replies[2..]);
    assert_eq!(rest["next_cursor"], Value::Null);

    for (replies, has_more) in [(7, false), (20, false), (6, true)] {
        let page = reader.thread("/a", &format!("&replies={replies}")).await.ok();
        assert_eq!(page["comments"][1]["replies"]["next_cursor"].is_string(), has_more, "{replies}");
    }
    let page = reader.thread("/a", "&replies=0").await.ok();
    assert_eq!(page["comments"][1]["replies"], json!({"comments": [], "next_cursor": null}));
}

async fn only_a_root_has_a_list_of_replies(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let reply = dave.answers("/a", &root, "reply").await;
    assert_eq!(ids(&world.reader().replies(&root, "").await.ok()["comments"]), [reply.as_str()]);
    for id in [reply.as_str(), "0000000000001", "nonsense"] {
        world.reader().replies(id, "").await.refused(404, "comment_not_found");
    }
}

async fn a_deleted_comment_without_replies_is_gone(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let reply = dave.answers("/a", &root, "reply").await;
    for id in [&reply, &root] {
        dave.delete(id).await.with_status(204);
        world.reader().comment(id).await.refused(404, "comment_not_found");
        assert_eq!(world.audit().await, Vec::<String>::new());
    }
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["comments"], &page["thread"]["comment_count"]), (&json!([]), &json!(0)));
    assert_eq!(dave.viewer("/a").await.ok()["comments"], json!([]));
}

async fn a_deleted_comment_with_replies_leaves_a_tombstone(setup: Setup) {
    let world = setup.start().await;
    let (dave, billy) = (world.author("dave"), world.author("billy bob"));
    let root = dave.says("/a", "root").await;
    billy.vote(&root, 1).await.ok();
    dave.edit(&root, "root again").await.ok();
    let reply = billy.answers("/a", &root, "reply").await;
    dave.delete(&root).await.with_status(204);

    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["thread"]["comment_count"], &page["thread"]["root_count"]), (&json!(1), &json!(0)));
    let tombstone = &page["comments"][0];
    assert_eq!((&tombstone["id"], &tombstone["status"]), (&json!(root), &json!("deleted")));
    for member in ["author", "body", "body_html", "edited_at"] {
        assert_eq!(tombstone[member], Value::Null, "{member}");
    }
    assert_eq!(tombstone["score"], json!({"up": 0, "down": 0}));
    assert_eq!(ids(&tombstone["replies"]["comments"]), [reply]);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["status"], "deleted");
    assert_eq!(ids(&world.reader().read("recent").await.ok()["comments"]).len(), 1);
    dave.edit(&root, "text").await.refused(404, "comment_not_found");
    dave.delete(&root).await.refused(404, "comment_not_found");
    billy.vote(&root, 1).await.refused(404, "comment_not_found");
}

async fn a_tombstone_goes_with_its_last_reply(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let replies = [dave.answers("/a", &root, "one").await, dave.answers("/a", &root, "two").await];
    dave.delete(&root).await.with_status(204);
    dave.delete(&replies[0]).await.with_status(204);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["reply_count"], 1);
    dave.delete(&replies[1]).await.with_status(204);
    world.reader().comment(&root).await.refused(404, "comment_not_found");
    world.reader().replies(&root, "").await.refused(404, "comment_not_found");
    assert_eq!(world.reader().thread("/a", "").await.ok()["comments"], json!([]));
}

async fn a_chain_of_tombstones_goes_at_once(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut chain = vec![dave.says("/a", "root").await];
    for number in 1..6 {
        let parent = chain.last().unwrap().clone();
        chain.push(dave.answers("/a", &parent, &format!("reply {number}")).await);
    }
    let last = chain.pop().unwrap();
    for id in &chain {
        dave.delete(id).await.with_status(204);
    }
    assert_eq!(count(&world, "/a").await, 1);
    let page = world.reader().thread("/a", "&replies=20").await.ok();
    assert_eq!(ids(&page["comments"]), chain[..1]);
    assert_eq!(ids(&page["comments"][0]["replies"]["comments"]).len(), 5);
    dave.delete(&last).await.with_status(204);
    assert_eq!(world.reader().thread("/a", "").await.ok()["comments"], json!([]));
    for id in chain {
        world.reader().comment(&id).await.refused(404, "comment_not_found");
    }
}

async fn a_deleted_text_is_in_no_answer(setup: Setup) {
    let world = setup.start().await;
    let (dave, reader) = (world.author("very dave"), world.reader());
    let root = dave.says("/a", "the secret").await;
    let reply = dave.answers("/a", &root, "the secret, too").await;
    world.author("billy bob").answers("/a", &reply, "what?").await;
    dave.delete(&root).await.with_status(204);
    dave.delete(&reply).await.with_status(204);
    let answers = [
        reader.thread("/a", "").await,
        reader.comment(&root).await,
        reader.comment(&reply).await,
        reader.replies(&root, "").await,
        reader.read("recent").await,
        dave.viewer("/a").await,
    ];
    for answer in answers {
        let text = answer.with_status(200).text();
        assert!(!text.contains("secret") && !text.contains("very dave"), "{text}");
    }
}

async fn the_counters_are_right_after_every_step(setup: Setup) {
    let world = setup.start().await;
    let (dave, billy) = (world.author("dave"), world.author("billy bob"));
    let mut all: Vec<String> = Vec::new();
    // Each step names the comment that is answered, and one that is deleted after that.
    let steps: [(Option<usize>, Option<usize>); 10] = [
        (None, None),
        (Some(0), None),
        (Some(1), None),
        (Some(2), Some(1)),
        (Some(0), None),
        (None, Some(0)),
        (Some(3), Some(2)),
        (Some(5), Some(5)),
        (Some(6), Some(4)),
        (None, Some(8)),
    ];
    let mut published = 0;
    for (parent, deleted) in steps {
        let id = match parent {
            Some(parent) => dave.answers("/a", &all[parent], "reply").await,
            None => dave.says("/a", "root").await,
        };
        billy.vote(&id, 1).await.ok();
        all.push(id);
        published += 1;
        assert_eq!(world.audit().await, Vec::<String>::new());
        if let Some(deleted) = deleted {
            dave.delete(&all[deleted]).await.with_status(204);
            published -= 1;
            assert_eq!(world.audit().await, Vec::<String>::new());
        }
        assert_eq!(count(&world, "/a").await, published);
    }
}

async fn the_counters_are_right_after_much_at_once(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let mut replies = Vec::new();
    for _ in 0..5 {
        replies.push(dave.answers("/a", &root, "reply").await);
    }
    let mut calls = Vec::new();
    for (index, reply) in replies.iter().enumerate() {
        calls.extend([dave.reply("/a", reply, "below"), dave.reply("/a", &root, "beside"), dave.post("/a", "root")]);
        calls.extend([1, -1, 1].map(|value| world.author("voter").vote(reply, value)));
        calls.push(dave.delete(reply));
        calls.push(world.author("new").post("/new", &format!("comment {index}")));
    }
    calls.push(dave.delete(&root));
    for answer in join_all(calls.into_iter().map(IntoFuture::into_future)).await {
        // What lost a race is told that the comment is gone.
        let is_gone = matches!(answer.status, 404 | 422) && answer.text().contains("not_found");
        assert!((200..300).contains(&answer.status) || is_gone, "{}: {}", answer.asked, answer.text());
    }
    assert_eq!(world.audit().await, Vec::<String>::new());
    assert_eq!(count(&world, "/new").await, 5);
}

async fn the_time_of_the_last_comment_follows_what_is_published(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let last = async || world.reader().thread("/a", "").await.ok()["thread"]["last_comment_at"].clone();
    let root = dave.says("/a", "root").await;
    world.pass_seconds(10);
    let reply = dave.answers("/a", &root, "reply").await;
    world.pass_seconds(10);
    let other = dave.says("/a", "other").await;
    assert_eq!(last().await, "2026-01-01T00:00:20.000Z");
    dave.delete(&other).await.with_status(204);
    assert_eq!(last().await, "2026-01-01T00:00:10.000Z");
    dave.delete(&root).await.with_status(204);
    assert_eq!(last().await, "2026-01-01T00:00:10.000Z");
    dave.delete(&reply).await.with_status(204);
    assert_eq!(last().await, Value::Null);
}

async fn the_recent_comments_of_a_site_come_from_all_its_threads(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "one").await;
    let other = dave.says("/b", "two").await;
    let reply = dave.answers("/a", &root, "three").await;
    let gone = dave.says("/c", "four").await;
    dave.delete(&gone).await.with_status(204);
    let recent = world.reader().read("recent").await.ok();
    assert_eq!(ids(&recent["comments"]), [reply.clone(), other, root]);
    let threads = recent["comments"].as_array().unwrap().iter().map(|comment| comment["thread"]["key"].clone());
    assert_eq!(threads.collect::<Vec<_>>(), ["/a", "/b", "/a"]);
    assert_eq!(ids(&world.reader().read("recent?limit=1").await.ok()["comments"]), [reply]);
}

async fn a_ranking_counts_what_is_published_within_its_window(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let windows = [("30d", 2_592_000), ("7d", 604_800), ("24h", 86_400), ("1h", 3_600)];
    let now = windows[0].1 + 1;
    let mut passed = 0;
    for (window, seconds) in windows {
        // One second too old for this window, and young enough for all longer ones.
        world.pass_seconds(now - seconds - 1 - passed);
        passed = now - seconds - 1;
        dave.says(&format!("/before-{window}"), "text").await;
    }
    world.pass_seconds(now - passed);
    dave.says("/now", "text").await;
    let gone = dave.says("/gone", "text").await;
    dave.delete(&gone).await.with_status(204);
    let ranked = async |query: &str| {
        let ranking = world.reader().read(&format!("rankings/most-commented{query}")).await.ok();
        ranking["threads"].as_array().unwrap().len()
    };
    let cases =
        [("?window=1h", 1), ("?window=24h", 2), ("", 2), ("?window=7d", 3), ("?window=30d", 4), ("?window=all", 5)];
    for (query, threads) in cases {
        assert_eq!(ranked(query).await, threads, "{query}");
    }
    assert_eq!(ranked("?window=all&limit=3").await, 3);
    world.reader().read("rankings/most-commented?window=1y").await.refused(422, "invalid_value");
}
