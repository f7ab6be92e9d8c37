//! Paging: every comment once, whatever happens meanwhile, and no cursor but the list's own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::{Client, query};
use crate::promise::promises;
use crate::world::Setup;
use rejoinder::domain::site::SiteChange;

promises![
    every_comment_is_met_once_while_others_are_posted_and_deleted,
    replies_are_met_once_while_others_are_posted,
    equals_are_ranked_newest_first_and_none_is_lost,
    the_link_header_leads_to_the_next_page,
    the_last_page_has_no_next_one,
    a_cursor_that_is_not_the_lists_own_is_refused,
    a_cursor_does_not_depend_on_the_size_of_the_page,
    a_limit_is_a_whole_number_within_its_bounds,
];

fn ids(page: &Value) -> Vec<String> {
    page["comments"].as_array().unwrap().iter().map(|comment| comment["id"].as_str().unwrap().to_owned()).collect()
}

fn next(page: &Value) -> Option<&str> {
    page["next_cursor"].as_str()
}

async fn post_many(author: &Client, key: &str, number: usize) -> Vec<String> {
    let mut posted = Vec::new();
    for index in 0..number {
        posted.push(author.says(key, &format!("comment {index}")).await);
    }
    posted
}

async fn every_comment_is_met_once_while_others_are_posted_and_deleted(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    for sort in ["newest", "oldest", "top"] {
        let key = format!("/{sort}");
        let posted = post_many(&dave, &key, 11).await;
        for (index, id) in posted.iter().enumerate().filter(|(index, _)| index % 3 == 0) {
            world.author("voter").vote(id, if index % 2 == 0 { 1 } else { -1 }).await.ok();
        }
        let mut met = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = dave.thread(&key, &format!("&sort={sort}&limit=2{cursor}")).await.ok();
            met.extend(ids(&page));
            let Some(next) = next(&page) else { break };
            cursor = format!("&cursor={next}");
            // Where the page ended is gone when the next one is asked for.
            let passing = dave.says(&key, "passing").await;
            dave.delete(&passing).await.with_status(204);
            dave.says(&key, "meanwhile").await;
            let last = met.last().unwrap().clone();
            if met.len() == 4 && posted.contains(&last) {
                dave.delete(&last).await.with_status(204);
            }
            assert!(met.len() < 100, "{sort}: there is no end");
        }
        let met_of_posted: Vec<_> = met.iter().filter(|id| posted.contains(id)).collect();
        assert_eq!(met_of_posted.len(), 11, "{sort}");
        assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), met.len(), "{sort}: one is met twice");
        match sort {
            "newest" => assert!(met.is_sorted_by(|a, b| a > b)),
            "oldest" => assert!(met.is_sorted()),
            _ => {}
        }
    }
}

async fn replies_are_met_once_while_others_are_posted(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let mut posted: Vec<String> = Vec::new();
    for _ in 0..9 {
        let parent = posted.last().unwrap_or(&root).clone();
        posted.push(dave.answers("/a", &parent, "reply").await);
    }
    let mut met = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = dave.replies(&root, &format!("?limit=4{cursor}")).await.ok();
        met.extend(ids(&page));
        let Some(next) = next(&page) else { break };
        cursor = format!("&cursor={next}");
        if met.len() < 12 {
            posted.push(dave.answers("/a", &root, "meanwhile").await);
        }
    }
    assert_eq!(met, posted);
}

async fn equals_are_ranked_newest_first_and_none_is_lost(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let posted = post_many(&dave, "/a", 5).await;
    world.author("voter").vote(&posted[1], 1).await.ok();
    let expected: Vec<_> = [1, 4, 3, 2, 0].map(|index: usize| posted[index].clone()).into();
    assert_eq!(ids(&dave.thread("/a", "&sort=top").await.ok()), expected);
    let (mut met, mut cursor) = (Vec::new(), String::new());
    for _ in 0..5 {
        let page = dave.thread("/a", &format!("&sort=top&limit=1{cursor}")).await.ok();
        met.extend(ids(&page));
        cursor = next(&page).map_or_else(String::new, |next| format!("&cursor={next}"));
    }
    assert_eq!((met, cursor.as_str()), (expected, ""));
}

async fn the_link_header_leads_to_the_next_page(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let key = "/a b&c=d#é%";
    let posted = post_many(&dave, key, 3).await;
    for _ in 0..3 {
        dave.answers(key, &posted[0], "reply").await;
    }
    let lists = [dave.thread(key, "&sort=oldest&limit=1&replies=1"), dave.replies(&posted[0], "?limit=1")];
    for list in lists {
        let first = list.await.with_status(200);
        let link = first.required_header("link");
        let target = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect(&link);
        let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
        assert!(target.contains(&query(&[("cursor", &cursor)])), "{link}");
        let second = dave.get(target).await.with_status(200);
        let third = second.required_header("link");
        assert_eq!(third.matches("cursor=").count(), 1, "{third}");
        assert_ne!(ids(&first.json()), ids(&second.json()));
        assert_eq!(ids(&second.json()).len(), 1);
    }
}

async fn the_last_page_has_no_next_one(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    post_many(&dave, "/a", 4).await;
    let first = dave.thread("/a", "&limit=2").await.ok();
    for more in ["&limit=4".to_owned(), format!("&limit=2&cursor={}", next(&first).unwrap()), String::new()] {
        let last = dave.thread("/a", &more).await.with_status(200);
        assert_eq!(last.json()["next_cursor"], Value::Null, "{more}");
        assert!(!last.has_header("link"), "{more}");
    }
}

async fn a_cursor_that_is_not_the_lists_own_is_refused(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let dave = world.author("dave");
    let other = world.author("dave").on_site("other");
    let root = post_many(&dave, "/a", 2).await.remove(0);
    post_many(&dave, "/b", 2).await;
    post_many(&other, "/a", 2).await;
    for _ in 0..2 {
        dave.answers("/a", &root, "reply").await;
    }
    let cursor = |page: Value| page["next_cursor"].as_str().unwrap().to_owned();
    let own = cursor(dave.thread("/a", "&limit=1").await.ok());
    let of_replies = cursor(dave.replies(&root, "?limit=1").await.ok());
    let mut foreign = vec![
        cursor(dave.thread("/a", "&limit=1&sort=oldest").await.ok()),
        cursor(dave.thread("/a", "&limit=1&sort=top").await.ok()),
        cursor(dave.thread("/b", "&limit=1").await.ok()),
        cursor(other.thread("/a", "&limit=1").await.ok()),
        of_replies.clone(),
        String::new(),
        "x".to_owned(),
        "x".repeat(500),
        format!("{own}A"),
        own[1..].to_owned(),
        own[..own.len() - 1].to_owned(),
        own.to_lowercase(),
    ];
    for (index, _) in own.char_indices() {
        let mut changed = own.clone();
        let letter = if own[index..].starts_with('A') { "B" } else { "A" };
        changed.replace_range(index..=index, letter);
        foreign.push(changed);
    }
    for cursor in foreign {
        let target = format!("&limit=1&{}", query(&[("cursor", &cursor)]));
        dave.thread("/a", &target).await.refused(400, "invalid_cursor");
    }
    dave.replies(&root, &format!("?cursor={own}")).await.refused(400, "invalid_cursor");
    dave.thread("/a", &format!("&cursor={own}")).await.ok();
    dave.replies(&root, &format!("?cursor={of_replies}")).await.ok();
}

async fn a_cursor_does_not_depend_on_the_size_of_the_page(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let posted = post_many(&dave, "/a", 6).await;
    let first = dave.thread("/a", "&sort=oldest&limit=2&replies=0").await.ok();
    let second =
        dave.thread("/a", &format!("&replies=5&limit=3&sort=oldest&cursor={}", next(&first).unwrap())).await.ok();
    assert_eq!(ids(&second), posted[2..5]);
}

async fn a_limit_is_a_whole_number_within_its_bounds(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let key = query(&[("thread", "/a")]);
    let lists = [
        (format!("comments?{key}&limit="), 1, 100),
        (format!("comments?{key}&replies="), 0, 20),
        (format!("comments/{root}/replies?limit="), 1, 100),
        ("recent?limit=".to_owned(), 1, 100),
        ("rankings/most-commented?limit=".to_owned(), 1, 100),
    ];
    for (list, min, max) in lists {
        for good in [min, max] {
            dave.read(&format!("{list}{good}")).await.ok();
        }
        for bad in [max + 1, 4_294_967_296, 99_999_999_999_999_999_i64].iter().chain((min > 0).then_some(&0)) {
            let problem = dave.read(&format!("{list}{bad}")).await.refused(422, "out_of_range");
            assert_eq!((&problem["min"], &problem["max"]), (&Value::from(min), &Value::from(max)), "{list}{bad}");
            assert_eq!(problem["errors"][0]["in"], "query");
        }
        for bad in ["-1", "+1", "1.5", "1e1", "", "ten", "0x1", "%D9%A1", "1%20"] {
            dave.read(&format!("{list}{bad}")).await.refused(422, "invalid_value");
        }
    }
}
