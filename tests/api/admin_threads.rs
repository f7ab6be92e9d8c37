//! Threads as staff see and set them: their settings, their keys, and merging one into another.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::promise::promises;
use crate::world::Setup;

promises![
    what_staff_set_of_a_thread_holds_for_its_readers,
    a_pinned_comment_stands_above_the_others_while_it_is_published,
    a_change_that_cannot_be_is_refused_with_everything_that_is_wrong,
    a_change_is_logged_with_what_changed,
    a_thread_moves_to_a_free_key_with_all_that_it_has,
    a_key_that_is_taken_is_refused_unless_the_threads_are_to_be_merged,
    a_thread_closes_with_its_age_unless_staff_keep_it_open,
    threads_are_listed_newest_first_in_pages,
    threads_are_searched_by_state_and_words,
    who_has_many_sites_says_which,
    threads_of_other_sites_are_not_there,
    who_only_reads_changes_no_thread,
];

/// The thread of this key in the list of a member of staff.
async fn thread_of(staff: &Client, key: &str) -> Value {
    let page = staff.admin(Method::GET, "threads?limit=100").await.ok();
    let threads = page["threads"].as_array().unwrap();
    threads.iter().find(|thread| thread["key"] == key).unwrap_or_else(|| panic!("{key}: {page:#}")).clone()
}

pub(crate) async fn id_of(staff: &Client, key: &str) -> String {
    thread_of(staff, key).await["id"].as_str().unwrap().to_owned()
}

pub(crate) fn change(staff: &Client, id: &str, change: &Value) -> crate::client::Request {
    staff.admin(Method::PATCH, &format!("threads/{id}")).json(change)
}

fn keys(page: &Value) -> Vec<String> {
    page["threads"].as_array().unwrap().iter().map(|thread| thread["key"].as_str().unwrap().to_owned()).collect()
}

async fn what_staff_set_of_a_thread_holds_for_its_readers(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    let root = dave.says("/a", "text").await;
    let id = id_of(&mia, "/a").await;
    let found = mia.admin(Method::GET, &format!("threads/{id}")).await.ok();
    assert_eq!(found, thread_of(&mia, "/a").await);
    assert_eq!(
        (&found["state"], &found["stays_open"], &found["comment_count"]),
        (&json!("open"), &json!(false), &json!(1))
    );

    let closed = change(&mia, &id, &json!({"state": "closed"})).await.ok();
    assert_eq!(closed["state"], "closed");
    dave.post("/a", "text").await.refused(403, "thread_closed");
    dave.edit(&root, "text").await.refused(403, "thread_closed");
    let reader = world.reader();
    assert_eq!(reader.counts(&["/a"]).await.ok()["counts"][0]["state"], "closed");
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["state"], "closed");
    assert_eq!(reader.comment(&root).await.ok()["thread"]["state"], "closed");
    let reopened = change(&mia, &id, &json!({"state": "open"})).await.ok();
    assert_eq!(reopened["stays_open"], false, "its age hasn't closed it");
    dave.says("/a", "text").await;

    change(&mia, &id, &json!({"moderation": "pre"})).await.ok();
    assert_eq!(reader.thread("/a", "").await.ok()["policy"]["moderation"], "pre");
    dave.post("/a", "text").await.with_status(202);
    dave.says("/b", "another thread").await;
    change(&mia, &id, &json!({"moderation": null})).await.ok();
    dave.says("/a", "text").await;

    change(&mia, &id, &json!({"max_characters": 3})).await.ok();
    assert_eq!(reader.thread("/a", "").await.ok()["policy"]["max_characters"], 3);
    dave.post("/a", "text").await.refused(422, "body_too_long");
    let own =
        json!({"max_characters": null, "slow_mode_seconds": 30, "url": "https://x.example/", "title": " A  title "});
    let changed = change(&mia, &id, &own).await.ok();
    assert_eq!((&changed["slow_mode_seconds"], &changed["max_characters"]), (&json!(30), &Value::Null));
    let shown = reader.thread("/a", "").await.ok()["thread"].clone();
    assert_eq!((&shown["url"], &shown["title"]), (&json!("https://x.example/"), &json!("A title")));
    let cleared = change(&mia, &id, &json!({"slow_mode_seconds": null, "url": null, "title": null})).await.ok();
    assert_eq!([&cleared["slow_mode_seconds"], &cleared["url"], &cleared["title"]], [&Value::Null; 3]);
    assert_eq!(change(&mia, &id, &json!({})).await.ok(), cleared);
}

async fn a_pinned_comment_stands_above_the_others_while_it_is_published(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave, reader) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"), world.reader());
    let root = dave.says("/a", "root").await;
    let reply = dave.answers("/a", &root, "reply").await;
    let elsewhere = dave.says("/b", "elsewhere").await;
    let id = id_of(&mia, "/a").await;
    assert_eq!(reader.thread("/a", "").await.ok()["pinned"], Value::Null);
    assert_eq!(reader.thread("/nobody", "").await.ok()["pinned"], Value::Null);
    for other in [elsewhere.as_str(), "0000000000001", "nonsense"] {
        let refused = change(&mia, &id, &json!({"pinned_comment_id": other})).await;
        assert_eq!(refused.refused(422, "comment_not_pinnable")["errors"][0]["pointer"], "/pinned_comment_id");
    }
    for pinned in [&root, &reply] {
        change(&mia, &id, &json!({"pinned_comment_id": pinned})).await.ok();
        let shown = reader.thread("/a", "").await.ok()["pinned"].clone();
        assert_eq!(shown, reader.comment(pinned).await.ok()["comment"]);
    }
    dave.delete(&reply).await.with_status(204);
    assert_eq!(reader.thread("/a", "").await.ok()["pinned"], Value::Null);
    change(&mia, &id, &json!({"pinned_comment_id": reply})).await.refused(422, "comment_not_pinnable");
    let unpinned = change(&mia, &id, &json!({"pinned_comment_id": null})).await.ok();
    assert_eq!(unpinned["pinned_comment_id"], Value::Null);
}

async fn a_change_that_cannot_be_is_refused_with_everything_that_is_wrong(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    dave.says("/a", "text").await;
    let id = id_of(&mia, "/a").await;
    let all = json!({
        "state": "ajar", "moderation": "both", "max_characters": 0, "slow_mode_seconds": 86_401, "url": "x",
        "title": "x".repeat(301), "key": "", "pinned_comment_id": "x",
    });
    let problem = change(&mia, &id, &all).await.with_status(422).json();
    let mut found: Vec<_> = problem["errors"].as_array().unwrap().iter().collect();
    found.sort_by_key(|error| error["pointer"].as_str());
    let found: Vec<_> =
        found.iter().map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect();
    let expected = [
        ("/key", "invalid_thread_key"),
        ("/max_characters", "out_of_range"),
        ("/moderation", "invalid_value"),
        ("/pinned_comment_id", "comment_not_pinnable"),
        ("/slow_mode_seconds", "out_of_range"),
        ("/state", "invalid_value"),
        ("/title", "title_too_long"),
        ("/url", "invalid_url"),
    ];
    assert_eq!(found, expected);
    let cases = [
        (json!({"state": null}), "wrong_type"),
        (json!({"stays_open": 1}), "wrong_type"),
        (json!({"slow_mode_seconds": 0}), "out_of_range"),
        (json!({"max_characters": -1}), "out_of_range"),
        (json!({"max_characters": 20_001}), "out_of_range"),
        (json!({"merge": false}), "invalid_value"),
        (json!({"comment_count": 1}), "unknown_field"),
    ];
    for (body, code) in cases {
        change(&mia, &id, &body).await.refused(422, code);
    }
    assert_eq!(world.log().await, []);
    mia.admin(Method::GET, &format!("threads/{id}?x=1")).await.refused(422, "unknown_parameter");
}

async fn a_change_is_logged_with_what_changed(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    dave.says("/a", "text").await;
    let id = id_of(&mia, "/a").await;
    change(&mia, &id, &json!({"state": "closed", "slow_mode_seconds": 30, "moderation": null})).await.ok();
    change(&mia, &id, &json!({"state": "closed"})).await.ok();
    change(&mia, &id, &json!({"key": "/b", "title": "Say \"b\""})).await.ok();
    let logged = [
        ("change_thread".to_owned(), "/a: state closed, slow mode 30 s".to_owned()),
        ("change_thread".to_owned(), "/a: key /b, title \"Say \\\"b\\\"\"".to_owned()),
    ];
    assert_eq!(world.log().await, logged);
}

async fn a_thread_moves_to_a_free_key_with_all_that_it_has(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave, reader) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"), world.reader());
    let root = dave.says("/a", "root").await;
    dave.answers("/a", &root, "reply").await;
    world.author("billy bob").vote(&root, 1).await.ok();
    let before = reader.thread("/a", "").await.ok();
    let id = id_of(&mia, "/a").await;
    let moved = change(&mia, &id, &json!({"key": "/b", "merge": true})).await.ok();
    assert_eq!((&moved["id"], &moved["key"]), (&json!(id), &json!("/b")));
    let after = reader.thread("/b", "").await.ok();
    assert_eq!(after["comments"], before["comments"]);
    assert_eq!(reader.thread("/a", "").await.ok()["comments"], json!([]));
    dave.answers("/b", &root, "reply").await;
    dave.says("/a", "a new thread").await;
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_key_that_is_taken_is_refused_unless_the_threads_are_to_be_merged(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    dave.says("/a", "text").await;
    dave.says("/b", "text").await;
    let (a, b) = (id_of(&mia, "/a").await, id_of(&mia, "/b").await);
    change(&mia, &a, &json!({"key": "/b", "state": "closed"})).await.refused(409, "thread_key_taken");
    assert_eq!(thread_of(&mia, "/a").await["state"], "open");
    assert_eq!(change(&mia, &a, &json!({"key": "/a", "merge": true})).await.ok()["id"], json!(a));
    let merged = change(&mia, &a, &json!({"key": "/b", "merge": true, "state": "closed"})).await.ok();
    assert_eq!((&merged["id"], &merged["comment_count"], &merged["state"]), (&json!(b), &json!(2), &json!("closed")));
    mia.admin(Method::GET, &format!("threads/{a}")).await.refused(404, "thread_not_found");
    change(&mia, &a, &json!({"state": "open"})).await.refused(404, "thread_not_found");
    let logged = [("merge_thread", "/a: merged into /b"), ("change_thread", "/b: state closed")];
    assert_eq!(world.log().await, logged.map(|(action, subject)| (action.to_owned(), subject.to_owned())));
}

async fn a_thread_closes_with_its_age_unless_staff_keep_it_open(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave, reader) = (world.staff("Mia", Role::Owner, &[]).await, world.author("dave"), world.reader());
    mia.admin(Method::PATCH, "sites/default")
        .json(&json!({"close_after_days": 7, "edit_window_seconds": 864_000}))
        .await
        .ok();
    let root = dave.says("/a", "text").await;
    let id = id_of(&mia, "/a").await;
    world.pass_seconds(7 * 86_400 - 1);
    dave.says("/a", "the last one").await;
    let etag = reader.comment(&root).await.required_header("etag");
    world.pass_seconds(1);
    dave.post("/a", "text").await.refused(403, "thread_closed");
    dave.edit(&root, "text").await.refused(403, "thread_closed");
    dave.edit(&root, "text").header("if-match", &etag).await.refused(412, "precondition_failed");
    assert_eq!(reader.counts(&["/a", "/nobody"]).await.ok()["counts"][0]["state"], "closed");
    for state in [
        &reader.thread("/a", "").await.ok()["thread"]["state"],
        &reader.comment(&root).await.ok()["thread"]["state"],
        &reader.read("recent").await.ok()["comments"][0]["thread"]["state"],
        &reader.read("rankings/most-commented?window=30d").await.ok()["threads"][0]["thread"]["state"],
        &thread_of(&mia, "/a").await["state"],
    ] {
        assert_eq!(state, "closed");
    }
    dave.says("/young", "text").await;
    let closed = mia.admin(Method::GET, "threads?state=closed").await.ok();
    assert_eq!(keys(&closed), ["/a"]);
    assert_eq!(keys(&mia.admin(Method::GET, "threads?state=open").await.ok()), ["/young"]);

    let reopened = change(&mia, &id, &json!({"state": "open"})).await.ok();
    assert_eq!((&reopened["state"], &reopened["stays_open"]), (&json!("open"), &json!(true)));
    dave.says("/a", "again").await;
    let aged = change(&mia, &id, &json!({"stays_open": false})).await.ok();
    assert_eq!(aged["state"], "closed");
    mia.admin(Method::PATCH, "sites/default").json(&json!({"close_after_days": null})).await.ok();
    dave.says("/a", "and again").await;
}

async fn threads_are_listed_newest_first_in_pages(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let (mia, dave) = (world.staff("Mia", Role::Viewer, &[]).await, world.author("dave"));
    let mut posted = Vec::new();
    for number in 0..9 {
        let dave = world.author("dave").on_site(if number % 3 == 0 { "news" } else { "default" });
        dave.says(&format!("/{number}"), "text").await;
        posted.insert(0, format!("/{number}"));
        world.pass_seconds(1);
    }
    drop(dave);
    let mut listed = Vec::new();
    let mut next = String::new();
    loop {
        let answer = mia.admin(Method::GET, &format!("threads?limit=2{next}")).await;
        let (link, page) = (answer.header("link"), answer.ok());
        listed.extend(keys(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert!(link.is_some_and(|link| link.contains(cursor)));
        next = format!("&cursor={cursor}");
    }
    assert_eq!(listed, posted);
    let news = mia.admin(Method::GET, "threads?site=news").await.ok();
    assert_eq!(keys(&news), ["/6", "/3", "/0"]);
    assert_eq!((&news["threads"][0]["site"], &news["next_cursor"]), (&json!("news"), &Value::Null));
    mia.admin(Method::GET, &format!("threads?site=news{next}")).await.refused(400, "invalid_cursor");
    mia.admin(Method::GET, "threads?cursor=x").await.refused(400, "invalid_cursor");
    mia.admin(Method::GET, "threads?limit=0").await.refused(422, "out_of_range");
    mia.admin(Method::GET, "threads?state=ajar").await.refused(422, "invalid_value");
    mia.admin(Method::GET, "threads?q=").await.refused(422, "invalid_value");
    mia.admin(Method::GET, "threads?x=1").await.refused(422, "unknown_parameter");
    mia.admin(Method::GET, "threads?site=news&site=news").await.refused(422, "duplicate_parameter");
}

async fn threads_are_searched_by_state_and_words(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Moderator, &[]).await, world.author("dave"));
    dave.says("/world/Zürich", "text").await;
    dave.says("/b", "text").await;
    let id = id_of(&mia, "/b").await;
    change(&mia, &id, &json!({"title": "In ZÜRICH", "state": "closed"})).await.ok();
    let cases = [
        ("q=z%C3%BCrich", vec!["/b", "/world/Zürich"]),
        ("q=world", vec!["/world/Zürich"]),
        ("q=zuerich", vec![]),
        ("q=z%C3%BCrich&state=closed", vec!["/b"]),
        ("state=open", vec!["/world/Zürich"]),
    ];
    for (query, found) in cases {
        let page = mia.admin(Method::GET, &format!("threads?{query}")).await.ok();
        assert_eq!(keys(&page), found, "{query}");
        assert_eq!(page["next_cursor"], Value::Null);
    }
    // A page that looks at many finds few, and goes on.
    world
        .execute(
            "INSERT INTO threads (id, site_id, key, state, comment_count, root_count, created_at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
             SELECT n.i, site_id, '/old/' || n.i, 0, 0, 0, 1 FROM n CROSS JOIN threads WHERE key = '/b'",
        )
        .await;
    let page = mia.admin(Method::GET, "threads?q=old/2&limit=100").await.ok();
    assert_eq!((keys(&page).len(), page["next_cursor"].is_string()), (100, true));
    let none = mia.admin(Method::GET, "threads?q=old/1&state=closed").await.ok();
    assert_eq!(keys(&none).len(), 0);
    let cursor = none["next_cursor"].as_str().unwrap();
    let rest = mia.admin(Method::GET, &format!("threads?q=old/1&state=closed&cursor={cursor}")).await.ok();
    assert_eq!((keys(&rest).len(), &rest["next_cursor"]), (0, &Value::Null));
}

async fn who_has_many_sites_says_which(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Viewer, &[]).await;
    for number in 1..50 {
        world.add_site(&format!("site-{number}"), SiteChange::default()).await;
    }
    mia.admin(Method::GET, "threads").await.ok();
    world.add_site("one-more", SiteChange::default()).await;
    let refused = mia.admin(Method::GET, "threads").await.refused(422, "site_required");
    assert_eq!(refused["max"], 50);
    mia.admin(Method::GET, "threads?site=one-more").await.ok();
    let bound = world.staff("Bob", Role::Viewer, &["one-more", "site-1"]).await;
    bound.admin(Method::GET, "threads").await.ok();
}

async fn threads_of_other_sites_are_not_there(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let (mia, bound) = (world.staff("Mia", Role::Owner, &[]).await, world.staff("Bob", Role::Owner, &["news"]).await);
    world.author("dave").says("/a", "text").await;
    world.author("dave").on_site("news").says("/n", "text").await;
    let (a, n) = (id_of(&mia, "/a").await, id_of(&mia, "/n").await);
    assert_eq!(keys(&bound.admin(Method::GET, "threads").await.ok()), ["/n"]);
    bound.admin(Method::GET, "threads?site=default").await.refused(404, "site_not_found");
    bound.admin(Method::GET, "threads?site=nowhere").await.refused(404, "site_not_found");
    for id in [a.as_str(), "0000000000001", "nonsense"] {
        bound.admin(Method::GET, &format!("threads/{id}")).await.refused(404, "thread_not_found");
        change(&bound, id, &json!({"state": "closed"})).await.refused(404, "thread_not_found");
    }
    // The key of a thread of another site is free.
    assert_eq!(change(&bound, &n, &json!({"key": "/a", "merge": true})).await.ok()["id"], json!(n));
    assert_eq!(thread_of(&mia, "/a").await["comment_count"], 1);
}

async fn who_only_reads_changes_no_thread(setup: Setup) {
    let world = setup.start().await;
    let viewer = world.staff("Vera", Role::Viewer, &[]).await;
    world.author("dave").says("/a", "text").await;
    let id = id_of(&viewer, "/a").await;
    viewer.admin(Method::GET, &format!("threads/{id}")).await.ok();
    change(&viewer, &id, &json!({"state": "closed"})).await.refused(403, "not_permitted");
    let nobody = world.reader();
    nobody.admin(Method::GET, "threads").await.refused(401, "staff_token_required");
    nobody.admin(Method::GET, &format!("threads/{id}")).await.refused(401, "staff_token_required");
    change(&nobody, &id, &json!({"state": "closed"})).await.refused(401, "staff_token_required");
}
