//! Pages of other origins: all may read, and only a site's own may write.

use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, Request};
use crate::operations;
use crate::promise::promises;
use crate::world::{Setup, World, origins};

promises![
    any_page_may_read,
    only_a_sites_own_pages_may_write,
    who_is_no_page_may_write,
    the_pages_of_the_service_itself_may_write,
    a_new_service_takes_the_pages_of_a_developers_machine,
    a_refusal_names_the_setting_to_change,
    a_page_may_read_why_it_was_refused,
    every_write_asks_for_the_origin,
    a_browser_is_told_beforehand,
    a_browser_may_send_any_page_to_read,
    a_changed_list_of_origins_holds_at_once,
];

/// A site with pages of its own.
async fn news(setup: &Setup) -> (World, Client) {
    let world = setup.start().await;
    let own =
        origins(&["https://news.example", "https://*.blogs.example", "http://dev.example:*", "https://m.example:8443"]);
    world.add_site("news", SiteChange { origins: Some(own), ..SiteChange::default() }).await;
    let dave = world.author("dave").on_site("news");
    (world, dave)
}

fn of_page(request: Request, origin: &str) -> Request {
    request.header("origin", origin)
}

async fn any_page_may_read(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let root = dave.says("/a", "text").await;
    for call in operations::on_site(&dave, &root).into_iter().filter(operations::is_public_read) {
        for origin in ["https://news.example", "https://anywhere.example", "null"] {
            let answer = of_page(call.clone(), origin).await.with_status(200);
            assert_eq!(answer.required_header("access-control-allow-origin"), "*");
            assert!(!answer.has_header("access-control-allow-credentials"));
            let exposed = answer.required_header("access-control-expose-headers").to_lowercase();
            let exposed: Vec<&str> = exposed.split(", ").collect();
            for name in [
                "date",
                "etag",
                "link",
                "location",
                "ratelimit",
                "ratelimit-policy",
                "retry-after",
                "idempotent-replayed",
            ] {
                assert!(exposed.contains(&name), "{name}");
            }
        }
    }
}

async fn only_a_sites_own_pages_may_write(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let cases = [
        ("https://news.example", true),
        ("https://NEWS.example", true),
        ("https://news.example:443", true),
        ("https://one.blogs.example", true),
        ("http://dev.example", true),
        ("http://dev.example:3000", true),
        ("https://m.example:8443", true),
        ("http://news.example", false),
        ("https://news.example:444", false),
        ("https://news.example.evil.example", false),
        ("https://evilnews.example", false),
        ("https://www.news.example", false),
        ("https://news.example@evil.example", false),
        ("https://evil.example/https://news.example", false),
        ("https://evil.example#https://news.example", false),
        ("https://news.example, https://evil.example", false),
        ("https://blogs.example", false),
        ("https://two.one.blogs.example", false),
        ("https://.blogs.example", false),
        ("https://evilblogs.example", false),
        ("https://dev.example:3000", false),
        ("https://m.example", false),
        ("ftp://news.example", false),
        ("file://", false),
        ("null", false),
        ("", false),
        ("*", false),
        ("news.example", false),
        ("http://localhost:3000", false),
    ];
    for (origin, may_write) in cases {
        let answer = of_page(dave.post("/a", "text"), origin).await;
        assert_eq!(answer.required_header("vary"), "Origin", "{origin}");
        assert!(!answer.has_header("access-control-allow-credentials"));
        let allowed = answer.header("access-control-allow-origin");
        if may_write {
            assert_eq!((answer.status, allowed.as_deref()), (201, Some(origin)));
        } else {
            assert_eq!(allowed, None, "{origin}");
            answer.refused(403, "origin_not_allowed");
        }
    }
}

async fn who_is_no_page_may_write(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let answer = dave.post("/a", "text").await.with_status(201);
    assert!(!answer.has_header("access-control-allow-origin"));
}

async fn the_pages_of_the_service_itself_may_write(setup: Setup) {
    let (world, dave) = news(&setup).await;
    let port = world.address().port();
    of_page(dave.post("/a", "text"), &format!("http://127.0.0.1:{port}")).await.with_status(201);
    for other in
        [format!("http://127.0.0.1:{}", port ^ 1), "http://127.0.0.1".to_owned(), format!("http://localhost:{port}")]
    {
        of_page(dave.post("/a", "text"), &other).await.refused(403, "origin_not_allowed");
    }
    let named = dave.post("/a", "text").header("host", "comments.example");
    of_page(named.clone(), "https://comments.example").await.with_status(201);
    of_page(named, "https://other.example").await.refused(403, "origin_not_allowed");
}

async fn a_new_service_takes_the_pages_of_a_developers_machine(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:8443",
        "http://127.0.0.1:5173",
        "http://[::1]:80",
    ] {
        of_page(dave.post("/a", "text"), origin).await.with_status(201);
    }
    for origin in ["https://news.example", "http://localhost.evil.example", "http://127.0.0.2", "http://a.localhost"] {
        of_page(dave.post("/a", "text"), origin).await.refused(403, "origin_not_allowed");
    }
}

async fn a_refusal_names_the_setting_to_change(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let problem = of_page(dave.post("/a", "text"), "https://new.example").await.refused(403, "origin_not_allowed");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("rejoinder site set news --add-origin https://new.example"), "{detail}");
}

async fn a_page_may_read_why_it_was_refused(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let nowhere = dave.on_site("nowhere");
    let calls = [
        (dave.post("/a", " "), "https://news.example"),
        (dave.delete("nonsense"), "https://news.example"),
        (dave.viewer("/a"), "https://news.example"),
        (dave.thread("", ""), "*"),
        (dave.comment("nonsense"), "*"),
        (nowhere.thread("/a", ""), "*"),
        (nowhere.post("/a", "text"), "*"),
    ];
    for (call, allowed) in calls {
        let answer = of_page(call, "https://news.example").await;
        assert!(answer.status >= 400, "{}", answer.asked);
        assert_eq!(answer.required_header("access-control-allow-origin"), allowed, "{}", answer.asked);
        assert!(answer.required_header("access-control-expose-headers").contains("Retry-After"));
    }
}

async fn every_write_asks_for_the_origin(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let root = dave.says("/a", "text").await;
    let calls = operations::on_site(&dave, &root).into_iter();
    let mut refused = 0;
    for call in calls.filter(|call| !operations::is_public_read(call) && !call.path().ends_with("/counts")) {
        of_page(call, "https://evil.example").await.refused(403, "origin_not_allowed");
        refused += 1;
    }
    assert_eq!(refused, 7);
    assert_eq!(dave.comment(&root).await.ok()["comment"]["body"], "text");
}

fn preflight(client: &Client, rest: &str, origin: &str, method: &str) -> Request {
    let request = client.on_own_site(Method::OPTIONS, rest).off_contract().header("origin", origin);
    request.header("access-control-request-method", method)
}

async fn a_browser_is_told_beforehand(setup: Setup) {
    let (_, dave) = news(&setup).await;
    let paths = [
        ("comments", "POST"),
        ("comments/0000000000001", "PATCH"),
        ("comments/0000000000001", "DELETE"),
        ("comments/0000000000001/vote", "PUT"),
        ("preview", "POST"),
        ("viewer?thread=a", "GET"),
    ];
    for (path, method) in paths {
        let answer = preflight(&dave, path, "https://news.example", method).await.with_status(204);
        assert_eq!(answer.required_header("access-control-allow-origin"), "https://news.example", "{path}");
        assert_eq!(answer.required_header("vary"), "Origin");
        assert!(!answer.has_header("access-control-allow-credentials"));
        let methods = answer.required_header("access-control-allow-methods");
        assert!(methods.split(", ").any(|named| named == method), "{methods}");
        let headers = answer.required_header("access-control-allow-headers");
        for name in ["authorization", "content-type", "idempotency-key", "if-match"] {
            assert!(headers.split(", ").any(|named| named == name), "{headers}");
        }
        assert_eq!(answer.required_header("access-control-max-age"), "7200");

        let refused = preflight(&dave, path, "https://evil.example", method).await;
        assert!(!refused.has_header("access-control-allow-origin"), "{path}");
        refused.refused(403, "origin_not_allowed");
    }
    preflight(&dave.on_site("nowhere"), "comments", "https://news.example", "POST")
        .await
        .refused(404, "site_not_found");
}

async fn a_browser_may_send_any_page_to_read(setup: Setup) {
    let (_, dave) = news(&setup).await;
    for (path, method) in [("comments?thread=a", "GET"), ("counts", "POST"), ("recent", "HEAD"), ("recent", "GET")] {
        let answer = preflight(&dave, path, "https://anywhere.example", method).await.with_status(204);
        assert_eq!(answer.required_header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.required_header("access-control-allow-headers").contains("content-type"));
    }
    let counts = dave.on_own_site(Method::POST, "counts").json(&json!({"threads": ["/a"]}));
    let answer = of_page(counts, "https://anywhere.example").await.with_status(200);
    assert_eq!(answer.required_header("access-control-allow-origin"), "*");
}

async fn a_changed_list_of_origins_holds_at_once(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let post = || of_page(dave.post("/a", "text"), "https://news.example");
    post().await.refused(403, "origin_not_allowed");
    let added_origins = origins(&["https://news.example"]);
    world.set_site(SiteChange { added_origins: added_origins.clone(), ..SiteChange::default() }).await;
    post().await.with_status(201);
    world.set_site(SiteChange { removed_origins: added_origins, ..SiteChange::default() }).await;
    post().await.refused(403, "origin_not_allowed");
}
