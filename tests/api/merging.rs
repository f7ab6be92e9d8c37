//! Merging threads, while people write and not.

use futures_util::future::join_all;
use rejoinder::domain::access::Role;
use rejoinder::domain::site::{Moderation, SiteChange};
use serde_json::json;

use crate::admin_threads::{change, id_of};
use crate::client::Client;
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    a_merge_moves_everything_and_keeps_what_answers_what,
    what_is_posted_during_a_merge_lands_in_one_of_the_two,
    what_waits_during_a_merge_waits_in_one_of_the_two,
    threads_that_are_merged_into_one_another_at_once_end_as_one,
    a_thread_that_is_too_large_is_not_merged,
];

/// A thread with a root that has nested replies and votes, a tombstone that is still answered, one that is gone, and a
/// comment that waits.
async fn busy_thread(world: &World, mia: &Client, key: &str) -> (String, Vec<String>) {
    let (dave, billy) = (world.author("dave"), world.author("billy bob"));
    let root = dave.says(key, "root").await;
    let mut chain = vec![root.clone()];
    for depth in 1..4 {
        let parent = chain.last().unwrap().clone();
        chain.push(dave.answers(key, &parent, &format!("depth {depth}")).await);
    }
    for id in &chain {
        billy.vote(id, if id == &root { -1 } else { 1 }).await.ok();
    }
    dave.delete(&chain[1]).await.with_status(204);
    let gone = dave.says(key, "gone").await;
    dave.delete(&gone).await.with_status(204);
    let id = id_of(mia, key).await;
    change(mia, &id, &json!({"moderation": "pre"})).await.ok();
    billy.post(key, "waits").await.with_status(202);
    change(mia, &id, &json!({"moderation": null, "pinned_comment_id": chain[2]})).await.ok();
    world.pass_seconds(10);
    (id, chain)
}

async fn a_merge_moves_everything_and_keeps_what_answers_what(setup: Setup) {
    let world = setup.start().await;
    let (mia, reader) = (world.staff("Mia", Role::Moderator, &[]).await, world.reader());
    let (a, first) = busy_thread(&world, &mia, "/a").await;
    let (b, second) = busy_thread(&world, &mia, "/b").await;
    change(&mia, &a, &json!({"title": "A", "url": "https://x.example/a"})).await.ok();
    let before = [reader.thread("/a", "&replies=20").await.ok(), reader.thread("/b", "&replies=20").await.ok()];
    let merged = change(&mia, &a, &json!({"key": "/b", "merge": true})).await.ok();
    assert_eq!((&merged["id"], &merged["comment_count"], &merged["root_count"]), (&json!(b), &json!(6), &json!(2)));
    assert_eq!(merged["pinned_comment_id"], json!(second[2]), "the one that it had");
    assert_eq!((&merged["title"], &merged["url"]), (&json!("A"), &json!("https://x.example/a")));
    assert_eq!(merged["last_comment_at"], before[1]["thread"]["last_comment_at"]);
    assert_eq!(world.audit().await, Vec::<String>::new());

    let after = reader.thread("/b", "&replies=20").await.ok();
    let roots = json!([before[1]["comments"][0], before[0]["comments"][0]]);
    assert_eq!(after["comments"], roots, "each root as it was, with its replies");
    assert_eq!(reader.thread("/a", "").await.ok()["comments"], json!([]));
    assert_eq!(reader.comment(&first[3]).await.ok()["thread"]["key"], "/b");
    let dave = world.author("dave");
    dave.answers("/b", &first[3], "still answered").await;
    world.author("voter").vote(&first[3], 1).await.ok();
    dave.reply("/a", &first[3], "not there any more").await.refused(422, "parent_not_found");
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn what_is_posted_during_a_merge_lands_in_one_of_the_two(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    let root = dave.says("/a", "root").await;
    dave.says("/b", "text").await;
    let a = id_of(&mia, "/a").await;
    let mut calls = Vec::new();
    for number in 0..8 {
        calls.extend([dave.post("/a", "text"), dave.post("/b", "text"), dave.reply("/a", &root, "reply")]);
        calls.extend([world.author("voter").vote(&root, 1), world.author("new").post("/a", "text")]);
        if number == 3 {
            calls.push(change(&mia, &a, &json!({"key": "/b", "merge": true})));
        }
    }
    let mut posted = 2;
    for answer in join_all(calls.into_iter().map(IntoFuture::into_future)).await {
        let is_late_reply = answer.status == 422 && answer.text().contains("parent_not_found");
        assert!(matches!(answer.status, 200 | 201) || is_late_reply, "{}: {}", answer.asked, answer.text());
        posted += u64::from(answer.status == 201);
    }
    let counts = world.reader().counts(&["/a", "/b"]).await.ok();
    let count = |at: usize| counts["counts"][at]["comment_count"].as_u64().unwrap();
    assert_eq!(count(0) + count(1), posted);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["score"], json!({"up": 8, "down": 0}));
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn what_waits_during_a_merge_waits_in_one_of_the_two(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    let root = dave.says("/a", "text").await;
    dave.says("/b", "text").await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let a = id_of(&mia, "/a").await;
    let mut calls = Vec::new();
    for number in 0..10 {
        calls.extend([dave.post("/a", "text"), dave.post("/b", "text")]);
        if number == 4 {
            calls.push(change(&mia, &a, &json!({"key": "/b", "merge": true})));
            calls.push(dave.edit(&root, "text again"));
        }
    }
    for answer in join_all(calls.into_iter().map(IntoFuture::into_future)).await {
        assert!(matches!(answer.status, 200 | 202), "{}: {}", answer.asked, answer.text());
    }
    let own = [dave.viewer("/a").await.ok(), dave.viewer("/b").await.ok()];
    let waiting = own.iter().flat_map(|own| own["comments"].as_array().unwrap());
    assert_eq!(waiting.filter(|comment| comment["status"] == "pending").count(), 21);
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn threads_that_are_merged_into_one_another_at_once_end_as_one(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    for round in 0..3 {
        let [one, other] = ["one", "other"].map(|name| format!("/{round}/{name}"));
        dave.says(&one, "text").await;
        dave.says(&other, "text").await;
        let ids = [id_of(&mia, &one).await, id_of(&mia, &other).await];
        let calls = [
            change(&mia, &ids[0], &json!({"key": other, "merge": true})),
            change(&mia, &ids[1], &json!({"key": one, "merge": true})),
            change(&mia, &ids[0], &json!({"key": format!("/{round}/third")})),
            dave.post(&one, "text"),
        ];
        for answer in join_all(calls.into_iter().map(IntoFuture::into_future)).await {
            assert!(matches!(answer.status, 200 | 201 | 404 | 409), "{}: {}", answer.asked, answer.text());
        }
        let keys = [one, other, format!("/{round}/third")];
        let counts = world.reader().counts(&keys.each_ref().map(String::as_str)).await.ok();
        let counts = counts["counts"].as_array().unwrap().iter().map(|count| count["comment_count"].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), 3);
    }
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_thread_that_is_too_large_is_not_merged(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    dave.says("/a", "text").await;
    dave.says("/b", "text").await;
    let a = id_of(&mia, "/a").await;
    world
        .execute(
            "INSERT INTO comments (id, site_id, thread_id, root_id, depth, author_id, author_name, body, body_html, status, \
             listing, created_at, up_count, down_count, rank, reply_count, listed_reply_count, descendant_count) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
             SELECT n.i, site_id, thread_id, n.i, 0, author_id, '', '', '', 2, 0, 1, 0, 0, 0, 0, 0, 0 \
             FROM n CROSS JOIN comments WHERE thread_id = (SELECT id FROM threads WHERE key = '/a')",
        )
        .await;
    let refused = change(&mia, &a, &json!({"key": "/b", "merge": true})).await.refused(409, "thread_too_large");
    assert_eq!(refused["max"], 10_000);
    world.execute("DELETE FROM comments WHERE id = 1").await;
    assert_eq!(change(&mia, &a, &json!({"key": "/b", "merge": true})).await.ok()["comment_count"], 2);
}
