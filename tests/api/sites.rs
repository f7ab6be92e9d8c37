//! Sites as staff see and set them.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use rejoinder::domain::thread::ThreadState;
use rejoinder::service::threads::ThreadChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::promise::promises;
use crate::world::Setup;

promises![
    a_site_is_added_with_what_it_is_to_be,
    what_an_owner_changes_holds_at_once,
    a_change_of_a_site_is_logged_with_old_and_new,
    everything_that_is_wrong_with_a_site_is_said_at_once,
    a_limit_that_contradicts_another_is_refused,
    what_a_command_changes_is_in_the_log,
    a_site_is_removed_only_when_it_is_empty,
    sites_are_listed_in_pages_oldest_first,
    who_is_bound_to_sites_has_only_those,
    who_moderates_reads_settings_and_changes_none,
];

fn add(client: &Client, body: &Value) -> Request {
    client.admin(Method::POST, "sites").json(body)
}

fn set(client: &Client, slug: &str, body: &Value) -> Request {
    client.admin(Method::PATCH, &format!("sites/{slug}")).json(body)
}

fn find(client: &Client, slug: &str) -> Request {
    client.admin(Method::GET, &format!("sites/{slug}"))
}

fn remove(client: &Client, slug: &str) -> Request {
    client.admin(Method::DELETE, &format!("sites/{slug}"))
}

async fn a_site_is_added_with_what_it_is_to_be(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let answer = add(&mia, &json!({"slug": "sports"})).await;
    assert_eq!(answer.required_header("location"), "/api/v1/admin/sites/sports");
    let sports = answer.created();
    let plain = json!({
        "slug": "sports",
        "origins": [],
        "policy": {
            "max_characters": 300, "min_characters": 1, "max_depth": 4, "edit_window_seconds": 300, "moderation": "post",
            "guests": true, "voting": "up_down", "text_format": "plain", "guidelines": null,
        },
        "hold_first_comment": false, "max_links": null, "report_threshold": 3, "close_after_days": null,
        "created_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(sports, plain);
    assert_eq!(find(&mia, "sports").await.ok(), plain);
    add(&mia, &json!({"slug": "sports"})).await.refused(409, "site_taken");
    let full = json!({
        "slug": "news", "origins": ["https://news.example", "https://*.news.example"], "max_characters": 500,
        "min_characters": 5, "max_depth": 0, "edit_window_seconds": 0, "moderation": "pre", "guests": false,
        "voting": "none", "text_format": "markdown", "guidelines": "Be kind.", "hold_first_comment": true,
        "max_links": 0, "report_threshold": 0, "close_after_days": 3650,
    });
    let news = add(&mia, &full).await.created();
    for (name, value) in full.as_object().unwrap() {
        let found = if news[name].is_null() { &news["policy"][name] } else { &news[name] };
        assert_eq!(found, value, "{name}");
    }
}

async fn what_an_owner_changes_holds_at_once(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave, reader) = (world.staff("Mia", Role::Owner, &[]).await, world.author("dave"), world.reader());
    dave.says("/a", "text").await;
    let policy = async || reader.thread("/a", "").await.ok()["policy"].clone();
    assert_eq!(policy().await["guidelines"], Value::Null);
    set(&mia, "default", &json!({"guidelines": " Be kind.\r\nStay. ", "moderation": "pre"})).await.ok();
    let changed = policy().await;
    assert_eq!((&changed["guidelines"], &changed["moderation"]), (&json!("Be kind.\nStay."), &json!("pre")));
    dave.post("/a", "text").await.with_status(202);
    set(&mia, "default", &json!({"guidelines": "", "moderation": "post", "guests": false})).await.ok();
    assert_eq!(policy().await["guidelines"], Value::Null);
    dave.post("/a", "text").await.refused(403, "guests_not_allowed");
    set(&mia, "default", &json!({"guests": true, "origins": ["https://news.example"]})).await.ok();
    dave.post("/a", "text").header("origin", "https://news.example").await.with_status(201);
    dave.post("/a", "text").header("origin", "http://localhost:3000").await.refused(403, "origin_not_allowed");
    let same = find(&mia, "default").await.ok();
    assert_eq!(set(&mia, "default", &json!({})).await.ok(), same);
}

async fn a_change_of_a_site_is_logged_with_old_and_new(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add(&mia, &json!({"slug": "news", "max_links": 2})).await.created();
    set(&mia, "news", &json!({"max_links": null, "origins": ["https://news.example"], "max_depth": 4})).await.ok();
    set(&mia, "news", &json!({"max_links": null})).await.ok();
    remove(&mia, "news").await.with_status(204);
    let logged = [
        ("add_site", "news: max_links none → 2"),
        ("change_site", "news: max_links 2 → none, origins none → https://news.example"),
        ("remove_site", "news"),
    ];
    assert_eq!(world.log().await, logged.map(|(action, subject)| (action.to_owned(), subject.to_owned())));
}

async fn everything_that_is_wrong_with_a_site_is_said_at_once(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let before = find(&mia, "default").await.ok();
    let wrong = json!({
        "origins": ["https://news.example", "news.example", "https://a.test/", "https://news.example"],
        "max_characters": 20_001, "min_characters": 0, "max_depth": 101, "edit_window_seconds": -1, "moderation": "both",
        "voting": "down", "text_format": "html", "guidelines": "x".repeat(2_001), "max_links": 101,
        "report_threshold": 4_294_967_296_i64, "close_after_days": 0,
    });
    let expected = [
        ("/close_after_days", "out_of_range"),
        ("/edit_window_seconds", "out_of_range"),
        ("/guidelines", "text_too_long"),
        ("/max_characters", "out_of_range"),
        ("/max_depth", "out_of_range"),
        ("/max_links", "out_of_range"),
        ("/min_characters", "out_of_range"),
        ("/moderation", "invalid_value"),
        ("/origins/1", "invalid_value"),
        ("/origins/2", "invalid_value"),
        ("/origins/3", "invalid_value"),
        ("/report_threshold", "out_of_range"),
        ("/text_format", "invalid_value"),
        ("/voting", "invalid_value"),
    ];
    let found = |problem: &Value| {
        let errors = problem["errors"].as_array().unwrap();
        let mut found: Vec<(String, String)> = errors
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned()))
            .collect();
        found.sort();
        found
    };
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    assert_eq!(found(&set(&mia, "default", &wrong).await.with_status(422).json()), expected);
    let mut new = wrong.clone();
    new["slug"] = json!("-");
    let problem = add(&mia, &new).await.refused(422, "invalid_value");
    assert_eq!(found(&problem).len(), expected.len() + 1);
    assert_eq!(find(&mia, "default").await.ok(), before);

    add(&mia, &json!({})).await.refused(422, "missing_field");
    let many: Vec<String> = (0..101).map(|number| format!("https://{number}.test")).collect();
    let cases = [
        (json!({"slug": "other"}), "unknown_field"),
        (json!({"policy": {}}), "unknown_field"),
        (json!({"guests": "yes"}), "wrong_type"),
        (json!({"max_characters": null}), "wrong_type"),
        (json!({"origins": many}), "out_of_range"),
    ];
    for (body, code) in cases {
        set(&mia, "default", &body).await.refused(422, code);
    }
    find(&mia, "default?x=1").await.refused(422, "unknown_parameter");
}

async fn a_limit_that_contradicts_another_is_refused(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let refused = set(&mia, "default", &json!({"min_characters": 301})).await.refused(422, "invalid_value");
    assert_eq!(refused["errors"][0]["pointer"], "/min_characters");
    assert_eq!(refused["detail"], "`min_characters` must be from 1 to 300 on this site.");
    set(&mia, "default", &json!({"min_characters": 301, "max_characters": 301})).await.ok();
}

async fn what_a_command_changes_is_in_the_log(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    world.add_site("news", SiteChange { guests: Some(false), ..SiteChange::default() }).await;
    world.set_site(SiteChange { max_characters: Some(500), ..SiteChange::default() }).await;
    world
        .set_thread_of("news", "/b", ThreadChange { state: Some(ThreadState::Closed), ..ThreadChange::default() })
        .await;
    let log = mia.admin(Method::GET, "decisions?limit=3").await.ok();
    let lines: Vec<Value> = log["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| json!([line["action"], line["staff"], line["subject"]]))
        .collect();
    let expected = json!([
        ["change_thread", null, "/b: state closed"],
        ["change_site", null, "default: max_characters 300 → 500"],
        ["add_site", null, "news: guests true → false"],
    ]);
    assert_eq!(json!(lines), expected);
}

async fn a_site_is_removed_only_when_it_is_empty(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    remove(&mia, "default").await.refused(409, "site_not_empty");
    world.add_site("news", SiteChange::default()).await;
    world.add_site("sports", SiteChange::default()).await;
    let dave = world.author("dave").on_site("news");
    let comment = dave.says("/a", "text").await;
    remove(&mia, "news").await.refused(409, "site_not_empty");
    // Its place is kept, whoever erased it.
    dave.delete(&comment).await.with_status(204);
    remove(&mia, "news").await.refused(409, "site_not_empty");
    world
        .author("dave")
        .on_site("sports")
        .post("/a", "text")
        .header("origin", "https://x.example")
        .await
        .refused(403, "origin_not_allowed");
    world.write_down().await;
    // What was set for a page that nobody has written to is no reason to keep it.
    world
        .set_thread_of("sports", "/b", ThreadChange { state: Some(ThreadState::Closed), ..ThreadChange::default() })
        .await;
    remove(&mia, "sports").await.with_status(204);
    find(&mia, "sports").await.refused(404, "site_not_found");
    world.author("dave").on_site("sports").post("/a", "text").await.refused(404, "site_not_found");
    world.write_down().await;
    for slug in ["sports", "nowhere", "No"] {
        remove(&mia, slug).await.refused(404, "site_not_found");
        set(&mia, slug, &json!({"guests": true})).await.refused(404, "site_not_found");
    }
    add(&mia, &json!({"slug": "sports"})).await.created();
}

async fn sites_are_listed_in_pages_oldest_first(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Viewer, &[]).await;
    for name in ["c", "a", "b"] {
        world.pass_seconds(1);
        world.add_site(name, SiteChange::default()).await;
    }
    let slugs = |page: &Value| {
        page["sites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|site| site["slug"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = mia.admin(Method::GET, "sites?limit=3").await;
    let (link, first) = (first.required_header("link"), first.ok());
    assert_eq!(slugs(&first), ["default", "c", "a"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert!(link.contains(cursor), "{link}");
    let rest = mia.admin(Method::GET, &format!("sites?limit=3&cursor={cursor}")).await.ok();
    assert_eq!((slugs(&rest), &rest["next_cursor"]), (vec!["b".to_owned()], &Value::Null));
    mia.admin(Method::GET, "sites?cursor=x").await.refused(400, "invalid_cursor");
    mia.admin(Method::GET, "sites?limit=101").await.refused(422, "out_of_range");
    mia.admin(Method::GET, "sites?x=1").await.refused(422, "unknown_parameter");
}

async fn who_is_bound_to_sites_has_only_those(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let bound = world.staff("Bob", Role::Owner, &["news"]).await;
    let listed = bound.admin(Method::GET, "sites").await.ok();
    assert_eq!((listed["sites"].as_array().unwrap().len(), &listed["sites"][0]["slug"]), (1, &json!("news")));
    find(&bound, "news").await.ok();
    set(&bound, "news", &json!({"max_links": 3})).await.ok();
    find(&bound, "default").await.refused(404, "site_not_found");
    set(&bound, "default", &json!({"max_links": 3})).await.refused(404, "site_not_found");
    add(&bound, &json!({"slug": "mine"})).await.refused(403, "not_permitted");
    remove(&bound, "news").await.refused(403, "not_permitted");
    remove(&bound, "default").await.refused(403, "not_permitted");
}

async fn who_moderates_reads_settings_and_changes_none(setup: Setup) {
    let world = setup.start().await;
    for (name, role) in [("Max", Role::Moderator), ("Vera", Role::Viewer)] {
        let staff = world.staff(name, role, &[]).await;
        find(&staff, "default").await.ok();
        staff.admin(Method::GET, "sites").await.ok();
        set(&staff, "default", &json!({"max_links": 3})).await.refused(403, "not_permitted");
        add(&staff, &json!({"slug": "mine"})).await.refused(403, "not_permitted");
        remove(&staff, "default").await.refused(403, "not_permitted");
    }
    let nobody = world.reader();
    nobody.admin(Method::GET, "sites").await.refused(401, "staff_token_required");
    find(&nobody, "default").await.refused(401, "staff_token_required");
    set(&nobody, "default", &json!({})).await.refused(401, "staff_token_required");
    add(&nobody, &json!({"slug": "mine"})).await.refused(401, "staff_token_required");
    remove(&nobody, "default").await.refused(401, "staff_token_required");
}
