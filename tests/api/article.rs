//! A news article gets its comments: the walk-through of the README.

use serde_json::json;

use crate::client::id;
use crate::promise::promises;
use crate::world::Setup;

promises![
    two_guests_comment_on_an_article_and_everybody_can_read_it,
    a_comment_is_answered,
    ten_articles_are_counted_in_one_call,
    the_five_most_discussed_articles_of_the_day_are_ranked_by_their_writers,
];

const ARTICLE: &str = "/world/north-korean-troops-in-russia";

async fn two_guests_comment_on_an_article_and_everybody_can_read_it(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let empty = reader.thread(ARTICLE, "").await.ok();
    assert_eq!(empty["thread"]["comment_count"], 0);
    assert_eq!(empty["comments"], json!([]));

    let first = world.author("dave").post(ARTICLE, "Who confirmed the numbers?").await.created();
    world.pass_seconds(60);
    let second = world.author("billy bob").post(ARTICLE, "So far only two of the three sources.").await.created();
    assert!(first["guest_token"].is_string() && first["guest_token"] != second["guest_token"]);

    let page = reader.thread(ARTICLE, "").await.ok();
    assert_eq!(page["thread"]["comment_count"], 2);
    assert_eq!(page["thread"]["last_comment_at"], "2026-01-01T00:01:00.000Z");
    assert_eq!(page["policy"]["max_characters"], 300);
    let shown: Vec<_> =
        page["comments"].as_array().unwrap().iter().map(|c| (&c["author"]["name"], &c["body"])).collect();
    let expected = [("billy bob", "So far only two of the three sources."), ("dave", "Who confirmed the numbers?")];
    let expected = expected.map(|(name, text)| (json!(name), json!(text)));
    assert_eq!(shown, expected.iter().map(|(name, text)| (name, text)).collect::<Vec<_>>());
}

async fn a_comment_is_answered(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says(ARTICLE, "Who confirmed the numbers?").await;
    let answer = world.author("billy bob").reply(ARTICLE, &root, "Two of three sources.").await.created();
    let reply = &answer["comment"];
    assert_eq!(reply["parent_id"], json!(root));
    assert_eq!(reply["root_id"], json!(root));
    assert_eq!(reply["depth"], 1);
    assert_eq!(answer["thread"]["comment_count"], 2);
    assert_eq!(answer["thread"]["root_count"], 1);

    let page = world.reader().thread(ARTICLE, "").await.ok();
    let shown = &page["comments"][0];
    assert_eq!((&shown["reply_count"], &shown["descendant_count"]), (&json!(1), &json!(1)));
    assert_eq!(shown["replies"]["comments"][0]["id"], json!(id(&answer)));
}

async fn ten_articles_are_counted_in_one_call(setup: Setup) {
    let world = setup.start().await;
    let keys: Vec<String> = (0..10).map(|number| format!("/world/article-{number}")).collect();
    for (key, comments) in [(&keys[7], 3), (&keys[2], 1)] {
        for number in 0..comments {
            world.author("dave").says(key, &format!("comment {number}")).await;
        }
    }
    world.close_thread(&keys[4]).await;
    let keys: Vec<&str> = keys.iter().rev().map(String::as_str).collect();
    let expected: Vec<_> = keys
        .iter()
        .map(|key| {
            let count = if key.ends_with('7') { 3 } else { i32::from(key.ends_with('2')) };
            let state = if key.ends_with('4') { "closed" } else { "open" };
            json!({"thread": key, "comment_count": count, "state": state})
        })
        .collect();
    assert_eq!(world.reader().counts(&keys).await.ok()["counts"], json!(expected));
    let posted = world.reader().on_own_site(reqwest::Method::POST, "counts").json(&json!({"threads": keys}));
    assert_eq!(posted.await.ok()["counts"], json!(expected));
}

async fn the_five_most_discussed_articles_of_the_day_are_ranked_by_their_writers(setup: Setup) {
    let world = setup.start().await;
    let talkative = world.author("talkative");
    for _ in 0..9 {
        talkative.says("/yesterday", "a word").await;
    }
    world.pass_seconds(86_400 + 1);
    for _ in 0..8 {
        talkative.says("/one-writer", "again").await;
    }
    for (key, writers) in [("/a", 4), ("/b", 3), ("/c", 2), ("/d", 5), ("/e", 1)] {
        for number in 0..writers {
            world.author(&format!("writer {number}")).says(key, "my view").await;
        }
    }
    let ranking = world.reader().read("rankings/most-commented?window=24h&limit=5").await.ok();
    assert_eq!(ranking["window"], "24h");
    let ranked: Vec<_> = ranking["threads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (&r["thread"]["key"], &r["authors"], &r["comments"]))
        .collect();
    let expected = [("/d", 5, 5), ("/a", 4, 4), ("/b", 3, 3), ("/c", 2, 2), ("/one-writer", 1, 8)];
    let expected = expected.map(|(key, authors, comments)| (json!(key), json!(authors), json!(comments)));
    assert_eq!(ranked, expected.iter().map(|(k, a, c)| (k, a, c)).collect::<Vec<_>>());
}
