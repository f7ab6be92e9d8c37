//! The comments as a fragment for other pages, and the page that shows the widget in use.

use serde_json::json;

use crate::html::Html;
use crate::pages::{POLICY, html};
use crate::promise::promises;
use crate::world::Setup;

promises![
    a_fragment_stands_in_any_page,
    a_fragment_is_addressed_as_the_service_was_asked,
    the_demo_makes_its_comments_once,
    the_demo_can_be_turned_off,
    a_visitor_of_the_demo_does_not_choose_where_its_links_lead,
];

async fn a_fragment_stands_in_any_page(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    dave.answers("/a", &root, "reply").await;
    dave.answers("/a", &root, "reply").await;
    let reader = world.reader();
    let answer = reader.read("comments.html?thread=%2Fa&sort=top&limit=5&replies=1&lang=xx").await.with_status(200);
    assert_eq!(answer.required_header("access-control-allow-origin"), "*");
    assert_eq!(answer.required_header("cross-origin-resource-policy"), "cross-origin");
    assert!(answer.text().starts_with("<rejoinder-comments src=\"http://"), "{}", answer.text());
    let html = Html::read(&answer.text());
    let service = format!("http://{}", world.address());
    let element = html.all("rejoinder-comments")[0];
    let attributes = [
        ("src", service.as_str()),
        ("site", "default"),
        ("thread", "/a"),
        ("sort", "top"),
        ("page-size", "5"),
        ("replies", "1"),
        ("lang", "xx"),
    ];
    for (name, value) in attributes {
        assert_eq!(element.attribute(name), Some(value), "{name}");
    }
    assert_eq!(html.all("link")[0].attribute("href"), Some(format!("{service}/widget.css").as_str()));
    assert_eq!(html.texts("body"), ["text", "reply"]);
    assert_eq!(html.all("script").len(), 0);
    let targets =
        html.all("a").into_iter().map(|link| link.attribute("href")).chain([html.one("form").attribute("action")]);
    for target in targets {
        assert!(target.unwrap().starts_with(&format!("{service}/t/default")), "{target:?}");
    }
    reader.on_site("nowhere").read("comments.html?thread=a").await.refused(404, "site_not_found");
    let link = html.all("a").pop().unwrap();
    assert_eq!(link.text, "3 comments");
    let own = format!("{service}/t/default?thread=%2Fa&sort=top&lang=xx");
    assert_eq!(link.attribute("href"), Some(own.as_str()));
}

async fn a_fragment_is_addressed_as_the_service_was_asked(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let read = async |headers: &[(&str, &str)]| {
        let call = world.reader().read("comments.html?thread=a");
        let answer = headers.iter().fold(call, |call, (name, value)| call.header(name, value)).await.with_status(200);
        let html = Html::read(&answer.text());
        html.all("link")[0].attribute("href").unwrap().to_owned()
    };
    let own = format!("http://{}/widget.css", world.address());
    let cases = [
        (vec![], own.as_str()),
        (vec![("host", "comments.example")], "http://comments.example/widget.css"),
        (vec![("host", "comments.example"), ("x-forwarded-proto", "https")], "https://comments.example/widget.css"),
        (vec![("host", "comments.example"), ("x-forwarded-proto", "javascript")], "http://comments.example/widget.css"),
        (vec![("host", "user@comments.example")], "/widget.css"),
    ];
    for (headers, href) in cases {
        assert_eq!(read(&headers).await, href, "{headers:?}");
    }
    for host in [
        "a\" onload=\"x",
        "a\"onload=x",
        "'><script>",
        "a b",
        "[::1",
        "evil.example/path",
        "evil.example?",
        "é.example",
    ] {
        let call = world.reader().read("comments.html?thread=a").header("host", host).await;
        if call.status == 200 {
            let html = Html::read(&call.text());
            assert_eq!(html.all("link")[0].attributes.len(), 2, "{host}");
            assert!(!call.text().contains("evil.example/path"), "{host}");
        }
    }
    let untrusting = setup.start().await;
    let call = untrusting.reader().read("comments.html?thread=a").header("x-forwarded-proto", "https").await;
    assert!(call.text().contains("href=\"http://"), "{}", call.text());
}

async fn the_demo_makes_its_comments_once(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    assert_eq!(world.count("sites").await, 1);
    for _ in 0..2 {
        let answer = reader.get("/demo").off_contract().await.with_status(200);
        assert_eq!(answer.required_header("content-security-policy"), POLICY);
        assert_eq!(answer.required_header("content-type"), "text/html; charset=utf-8");
    }
    let demo = reader.on_site("demo");
    let page = demo.thread("/demo", "&sort=oldest").await.ok();
    let comments = page["comments"].as_array().unwrap();
    let names: Vec<_> = comments.iter().map(|comment| comment["author"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ana Torres", "Julian Meyer"]);
    assert_eq!((&page["thread"]["comment_count"], &page["policy"]["max_characters"]), (&json!(2), &json!(300)));
    assert_eq!(page["thread"]["url"], format!("http://{}/demo", world.address()));
    let ranked = demo.read("rankings/most-commented?window=24h&limit=5").await.ok();
    let ranked = ranked["threads"].as_array().unwrap();
    assert_eq!(ranked.len(), 5, "{ranked:#?}");
    assert!(ranked.iter().all(|thread| thread.to_string().contains("/demo")), "{ranked:#?}");
    let total = world.count("comments").await;
    let beside = setup.start_beside(&world).await;
    beside.reader().get("/demo").off_contract().await.with_status(200);
    assert_eq!((world.count("comments").await, world.count("sites").await), (total, 2));
    reader.get("/demo/demo.css").off_contract().await.with_status(200);
    for path in ["/demo/nothing.css", "/demo/..%2fpage.css", "/demo/"] {
        html(reader.get(path).off_contract().await.with_status(404));
    }
    let visited = world.author("guest").on_site("demo");
    visited.post("/demo", "a visitor").header("origin", &format!("http://{}", world.address())).await.created();
}

async fn the_demo_can_be_turned_off(setup: Setup) {
    let world = setup.start_with(&[("HTTP__DEMO", "false")]).await;
    for path in ["/demo", "/demo/demo.css"] {
        html(world.reader().get(path).off_contract().await.with_status(404));
    }
    assert_eq!(world.count("sites").await, 1);
}

/// The first visitor makes the demo, for all who come later.
async fn a_visitor_of_the_demo_does_not_choose_where_its_links_lead(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let first = world.reader().get("/demo").off_contract();
    first.header("host", "evil.example").header("x-forwarded-proto", "https").await.with_status(200);
    let demo = world.reader().on_site("demo");
    let thread = demo.thread("/demo", "").await.ok();
    assert_eq!((&thread["thread"]["comment_count"], &thread["thread"]["url"]), (&json!(2), &json!(null)));
    let eve = world.author("eve").on_site("demo");
    let mut draft = eve.draft("/demo", "mine");
    draft["thread"]["url"] = json!("https://evil.example/");
    eve.post_json(&draft).await.created();
    let ranked = demo.read("rankings/most-commented?window=24h&limit=5").await.ok();
    assert_eq!(ranked["threads"].as_array().unwrap().len(), 5);
    assert!(!ranked.to_string().contains("evil.example"), "{ranked:#?}");
    let page = world.reader().get("/t/demo?thread=%2Fdemo").off_contract().await.with_status(200);
    assert!(!page.text().contains("evil.example"));
    for host in ["localhost:8080", "127.9.9.9", "[::1]:3000"] {
        let world = setup.start().await;
        world.reader().get("/demo").off_contract().header("host", host).await.with_status(200);
        let thread = world.reader().on_site("demo").thread("/demo", "").await.ok();
        assert_eq!(thread["thread"]["url"], format!("http://{host}/demo"));
    }
}
