//! Seeing what a text will look like, before anybody else does.

use rejoinder::domain::access::Role;
use rejoinder::domain::html::TextFormat;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::json;

use crate::promise::promises;
use crate::rules::add_rule;
use crate::world::{Setup, World};

promises![
    a_preview_is_what_the_comment_will_be,
    the_limits_of_a_text_hold_for_its_preview,
    a_preview_is_held_against_the_limits_of_its_thread,
    the_rules_of_a_site_hold_for_a_preview,
    nothing_is_kept_of_a_preview,
    a_preview_takes_nothing_from_other_quotas,
    a_preview_is_of_a_site_and_its_guests,
    who_may_not_post_learns_nothing_from_a_preview,
];

const PREVIEW_QUOTA: [(&str, &str); 5] = [
    ("LIMITS__ENABLED", "true"),
    ("LIMITS__PREVIEW__REQUESTS", "2"),
    ("LIMITS__PREVIEW__WINDOW_SECONDS", "60"),
    ("LIMITS__POST__REQUESTS", "1"),
    ("LIMITS__POST__WINDOW_SECONDS", "60"),
];

const TEXTS: [&str; 6] = [
    "On *mine* **too**.\n\n- `one`\n- <https://news.example/two>\n\n> and no third",
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "  e\u{301} & \"quotes\" \u{202e}\r\nhttps://news.example/ferry  ",
    "<b onclick='x'>*a*</b><style>*{display:none}</style>",
    "# A heading\n\n```\ncode <i>\n```",
];

async fn with_format(world: &World, text_format: TextFormat) {
    let widest = Some(2_000);
    world
        .set_site(SiteChange { text_format: Some(text_format), max_characters: widest, ..SiteChange::default() })
        .await;
}

async fn a_preview_is_what_the_comment_will_be(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    for format in [TextFormat::Plain, TextFormat::Markdown] {
        with_format(&world, format).await;
        for text in TEXTS {
            let answer = world.reader().preview(text).await.with_status(200);
            assert_eq!(answer.required_header("cache-control"), "private, no-store");
            let posted = dave.post("/a", text).await.created();
            assert_eq!(answer.json(), json!({"body_html": posted["comment"]["body_html"]}), "{text}");
            assert!(!answer.text().contains("<script") && !answer.text().contains("<img"), "{text}");
        }
    }
    let emphasis = dave.preview("On *mine* too.").await.ok();
    assert_eq!(emphasis["body_html"], "<p>On <em>mine</em> too.</p>");
}

async fn the_limits_of_a_text_hold_for_its_preview(setup: Setup) {
    let world = setup.start().await;
    with_format(&world, TextFormat::Markdown).await;
    let limits = SiteChange { max_characters: Some(200), min_characters: Some(2), ..SiteChange::default() };
    world.set_site(limits).await;
    let cases = [
        ("x".repeat(201), "body_too_long"),
        ("x".to_owned(), "body_too_short"),
        (" \u{200b} ".to_owned(), "body_too_short"),
        (format!("a{}", "\u{301}\u{489}".repeat(8)), "too_many_combining_marks"),
        ("👩‍👩‍👧‍👦".repeat(2).repeat(130), "body_too_long"),
        ("x".repeat(65_537), "body_too_many_bytes"),
        (format!("{}x", ">".repeat(150)), "body_too_nested"),
    ];
    for (text, code) in cases {
        let problem = world.reader().preview(&text).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], "/body", "{code}");
        let posted = world.reader().post("/a", &text).await.refused(422, code);
        assert_eq!(problem["errors"], posted["errors"]);
    }
    let preview = |body| world.reader().on_own_site(Method::POST, "preview").json(&body);
    for (body, code, pointer) in [
        (json!({}), "missing_field", "/body"),
        (json!({"body": 1}), "wrong_type", "/body"),
        (json!({"body": "text", "name": "dave"}), "unknown_field", "/name"),
        (json!({"body": "text", "thread": ""}), "invalid_thread_key", "/thread"),
    ] {
        assert_eq!(preview(body).await.refused(422, code)["errors"][0]["pointer"], pointer);
    }
}

async fn a_preview_is_held_against_the_limits_of_its_thread(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    dave.says("/short", "x").await;
    let id = mia.admin(Method::GET, "threads").await.ok()["threads"][0]["id"].as_str().unwrap().to_owned();
    let own = json!({"max_characters": 3});
    mia.admin(Method::PATCH, &format!("threads/{id}")).json(&own).await.ok();
    let preview =
        |thread: &str| dave.on_own_site(Method::POST, "preview").json(&json!({"body": "text", "thread": thread}));
    assert_eq!(preview("/short").await.refused(422, "body_too_long")["errors"][0]["max"], 3);
    preview("/nobody-wrote-here").await.ok();
    dave.preview("text").await.ok();
    dave.on_own_site(Method::POST, "preview").json(&json!({"body": "text", "thread": null})).await.ok();
}

async fn the_rules_of_a_site_hold_for_a_preview(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "casino", "reject").await;
    add_rule(&mia, "word", "damn", "censor").await;
    add_rule(&mia, "word", "perhaps", "hold").await;
    let reader = world.reader();
    reader.preview("my casino").await.refused(422, "text_not_allowed");
    let masked = world.author("dave").post("/a", "damn boats").await.created();
    assert_eq!(reader.preview("damn boats").await.ok()["body_html"], masked["comment"]["body_html"]);
    assert_eq!(reader.preview("perhaps").await.ok()["body_html"], "<p>perhaps</p>");
}

async fn nothing_is_kept_of_a_preview(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let in_thread = json!({"body": "text", "thread": "/a"});
    reader.on_own_site(Method::POST, "preview").json(&in_thread).await.ok();
    let page = reader.thread("/a", "").await.ok();
    assert_eq!((&page["comments"], &page["thread"]["comment_count"]), (&json!([]), &json!(0)));
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    assert_eq!(mia.admin(Method::GET, "threads").await.ok()["threads"], json!([]));
    assert_eq!(mia.cases("").await.ok()["comments"], json!([]));
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_preview_takes_nothing_from_other_quotas(setup: Setup) {
    let world = setup.start_with(&PREVIEW_QUOTA).await;
    let dave = world.author("dave");
    for left in [1, 0] {
        let answer = dave.preview("text").await.with_status(200);
        assert_eq!(answer.required_header("ratelimit-policy"), "\"preview\";q=2;w=60");
        assert_eq!(answer.required_header("ratelimit"), format!("\"preview\";r={left};t=30"));
    }
    assert_eq!(dave.preview("text").await.refused(429, "rate_limited")["retry_after_seconds"], 30);
    dave.post("/a", "text").await.created();
    dave.post("/a", "text").await.refused(429, "rate_limited");
    world.pass_seconds(30);
    dave.preview("text").await.ok();
}

async fn a_preview_is_of_a_site_and_its_guests(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    reader.on_site("nowhere").preview("text").await.refused(404, "site_not_found");
    reader.with_header("authorization", "Bearer nobody").preview("text").await.refused(401, "invalid_token");
    let unknown = format!("Bearer rjg_{}", "A".repeat(43));
    reader.with_header("authorization", &unknown).preview("text").await.refused(401, "invalid_token");
}

async fn who_may_not_post_learns_nothing_from_a_preview(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let ban = json!({"comment": root, "by": "author", "reason": "Insults."});
    mia.admin(Method::POST, "bans").json(&ban).await.created();
    dave.preview("text").await.refused(403, "banned");
    world.set_site(SiteChange { guests: Some(false), ..SiteChange::default() }).await;
    world.reader().preview("text").await.refused(403, "guests_not_allowed");
}
