//! What holds for every call for staff, whatever it does: well-formed requests only, quotas, no cache, no other pages.

use rejoinder::http::envelope::MAX_HEAD_BYTES;
use rejoinder::http::json::MAX_BYTES;
use reqwest::Method;

use crate::client::Request;
use crate::promise::promises;
use crate::staff_operations::{Household, MARK, all};
use crate::world::Setup;

promises![
    staff_are_answered_in_json_only,
    staff_send_json_only,
    what_staff_send_is_well_formed,
    staff_name_no_unknown_parameters,
    staff_have_a_quota,
    staff_are_told_when_the_database_is_away,
    no_cache_keeps_what_staff_are_told,
    no_other_page_is_told_anything,
    no_other_page_uses_a_session,
];

async fn household(setup: &Setup) -> Household {
    Household::of(setup.start().await).await
}

async fn staff_are_answered_in_json_only(setup: Setup) {
    for call in household(&setup).await.calls() {
        call.header("accept", "text/html").await.refused(406, "not_acceptable");
    }
}

async fn staff_send_json_only(setup: Setup) {
    let largest = usize::try_from(MAX_BYTES).unwrap();
    for call in household(&setup).await.calls().into_iter().filter(Request::has_body) {
        for content_type in ["", "text/plain", "application/x-www-form-urlencoded"] {
            call.clone().body(content_type, "{}").await.refused(415, "unsupported_media_type");
        }
        call.body("application/json", " ".repeat(largest + 1)).await.refused(413, "content_too_large");
    }
}

async fn what_staff_send_is_well_formed(setup: Setup) {
    for call in household(&setup).await.calls() {
        call.clone().header("x-padding", &"x".repeat(MAX_HEAD_BYTES)).await.refused(431, "header_fields_too_large");
        call.clone().with_query("x=%zz").await.refused(400, "invalid_percent_encoding");
        if call.has_body() {
            call.clone().body("application/json", "{").await.refused(400, "invalid_json");
            call.clone().body("application/json", "{\"a\":1,\"a\":2}").await.refused(400, "duplicate_member");
            call.clone().body("application/json", "[]").await.refused(422, "wrong_type");
        }
    }
}

async fn staff_name_no_unknown_parameters(setup: Setup) {
    for call in household(&setup).await.calls() {
        let problem = call.with_query("colour=red").await.refused(422, "unknown_parameter");
        assert_eq!(problem["errors"][0]["pointer"], "/colour");
    }
}

async fn staff_have_a_quota(setup: Setup) {
    let limits = [
        ("LIMITS__ENABLED", "true"),
        ("LIMITS__POST__REQUESTS", "100"),
        ("LIMITS__STAFF__REQUESTS", "20"),
        ("LIMITS__SIGN_IN__REQUESTS", "2"),
        ("HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let house = Household::of(setup.start_with(&limits).await).await;
    for (client, calls) in [(&house.owner, 20), (&house.browser, 20)] {
        for _ in 0..calls {
            client.at_address("192.0.2.1").admin(Method::GET, "me").await;
        }
    }
    for client in [&house.owner, &house.browser] {
        let me = client.at_address("192.0.2.1").admin(Method::GET, "me").await;
        assert!(me.required_header("ratelimit-policy").starts_with("\"staff\";q=20"));
        me.refused(429, "rate_limited");
        client.at_address("192.0.2.2").admin(Method::GET, "me").await.ok();
    }
    let wrong = serde_json::json!({"name": "Mia", "password": "wrong"});
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.1"] {
        house.browser.at_address(address).admin(Method::POST, "session").json(&wrong).await;
    }
    for call in house.calls() {
        call.header("x-forwarded-for", "192.0.2.1").await.refused(429, "rate_limited");
    }
}

async fn staff_are_told_when_the_database_is_away(setup: Setup) {
    let house = household(&setup).await;
    house.world.close_database().await;
    for call in house.calls() {
        let is_sign_in = call.method() == "POST" && call.path().ends_with("/session");
        let call = if is_sign_in {
            call.json(&serde_json::json!({"name": "Mia", "password": "copper kettle on the moor"}))
        } else {
            call
        };
        let answer = call.await;
        assert_eq!(answer.required_header("retry-after"), "2");
        answer.refused(503, "busy");
    }
}

async fn no_cache_keeps_what_staff_are_told(setup: Setup) {
    for call in household(&setup).await.calls() {
        let answer = call.await;
        let expected = if answer.status < 400 { "private, no-store" } else { "no-store" };
        assert_eq!(answer.required_header("cache-control"), expected, "{}", answer.asked);
    }
}

async fn no_other_page_is_told_anything(setup: Setup) {
    let house = household(&setup).await;
    for call in house.calls() {
        let allow = call.clone().with_method(Method::OPTIONS).off_contract();
        let allow =
            allow.header("origin", "https://evil.example").header("access-control-request-method", call.method());
        let answer = allow.await.with_status(204);
        for answer in [answer, call.header("origin", "https://evil.example").await] {
            let cross_origin = answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
            assert!(!cross_origin, "{}: {:?}", answer.asked, answer.headers);
        }
    }
    let page = house.world.reader().thread(&format!("/{MARK}"), "").await.ok();
    assert!(page["thread"]["comment_count"].as_u64() > Some(0));
}

async fn no_other_page_uses_a_session(setup: Setup) {
    let house = household(&setup).await;
    for call in all(&house.other_page, &house.props).into_iter().map(|call| call.request) {
        if call.method() != "GET" {
            call.await.refused(403, "cross_site_request");
        }
    }
}
