//! Statistics: what happened on a site day by day, and whose pages were refused.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    each_day_of_the_window_has_its_numbers,
    a_page_that_was_refused_is_counted_with_what_would_let_it_in,
    a_flood_of_origins_is_counted_in_bounded_room,
    numbers_of_several_instances_are_added,
    statistics_are_of_ones_own_sites,
    a_question_about_statistics_is_well_formed,
];

fn stats(client: &Client, query: &str) -> Request {
    client.admin(Method::GET, &format!("stats?{query}"))
}

/// The numbers of a day that aren't zero.
fn numbers(day: &Value) -> Vec<(String, u64)> {
    let members = day.as_object().unwrap().iter();
    let counted = members.filter_map(|(name, value)| value.as_u64().map(|number| (name.clone(), number)));
    let mut counted: Vec<_> = counted.filter(|(_, number)| *number > 0).collect();
    counted.sort();
    counted
}

fn expected(numbers: &[(&str, u64)]) -> Vec<(String, u64)> {
    numbers.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
}

/// Decisions and reports at the time of the newest comment, as those parts of the service write them.
async fn decide(world: &World, actions: &[&str], reports: u32) {
    for (index, action) in actions.iter().enumerate() {
        world
            .execute(&format!(
                "INSERT INTO decisions (id, site_id, action, comment_id, created_at) \
                 SELECT id + {index} + 1, site_id, '{action}', id, created_at FROM comments \
                 WHERE id = (SELECT max(id) FROM comments)"
            ))
            .await;
    }
    for number in 0..reports {
        world
            .execute(&format!(
                "INSERT INTO reports (comment_id, reporter, site_id, network, reason, weight, outcome, created_at) \
                 SELECT id, token_hash, site_id, token_hash, 'spam', 100, 0, created_at FROM (SELECT c.id, c.site_id, \
                 c.created_at, a.token_hash FROM comments c JOIN authors a ON a.id = c.author_id ORDER BY c.id DESC) AS r \
                 LIMIT 1 OFFSET {number}"
            ))
            .await;
    }
}

async fn each_day_of_the_window_has_its_numbers(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Viewer, &[]).await, world.author("dave"));
    world.add_site("news", SiteChange::default()).await;
    world.author("billy bob").on_site("news").says("/a", "of another site").await;
    dave.says("/a", "the first day").await;
    world.pass_seconds(86_399);
    let gone = dave.says("/a", "the last second of it").await;
    dave.delete(&gone).await.with_status(204);
    decide(&world, &["approve", "restore", "reject", "spam", "delete", "undo", "add_ban"], 2).await;
    world.pass_seconds(1);
    world
        .set_site(SiteChange { moderation: Some(rejoinder::domain::site::Moderation::Pre), ..SiteChange::default() })
        .await;
    dave.post("/a", "the second day").await.with_status(202);
    world.pass_seconds(86_400);
    world.write_down().await;

    let week = stats(&mia, "site=default").await.ok();
    assert_eq!((&week["site"], &week["window"]), (&json!("default"), &json!("7d")));
    let days = week["days"].as_array().unwrap();
    let names: Vec<_> = days.iter().map(|day| day["day"].as_str().unwrap()).collect();
    let all = ["2025-12-28", "2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"];
    assert_eq!(names, all);
    let first =
        expected(&[("approved", 2), ("comments", 2), ("deleted", 1), ("rejected", 1), ("reports", 2), ("spam", 1)]);
    let second = expected(&[("comments", 1), ("held", 1)]);
    for (index, day) in days.iter().enumerate() {
        let is = match index {
            4 => first.clone(),
            5 => second.clone(),
            _ => Vec::new(),
        };
        assert_eq!(numbers(day), is, "{day}");
    }
    let totals =
        [("approved", 2), ("comments", 3), ("deleted", 1), ("held", 1), ("rejected", 1), ("reports", 2), ("spam", 1)];
    assert_eq!(numbers(&week["totals"]), expected(&totals));
    assert_eq!(week["blocked_origins"], json!([]));

    for (window, count) in [("7d", 7), ("30d", 30), ("90d", 90)] {
        let stats = stats(&mia, &format!("site=default&window={window}")).await.ok();
        assert_eq!(stats["days"].as_array().unwrap().len(), count);
        assert_eq!(stats["totals"]["comments"], 3);
    }
    world.pass_seconds(5 * 86_400);
    let later = stats(&mia, "site=default").await.ok();
    assert_eq!((&later["days"][0]["day"], &later["totals"]["comments"]), (&json!("2026-01-02"), &json!(1)));
}

async fn a_page_that_was_refused_is_counted_with_what_would_let_it_in(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Viewer, &[]).await, world.author("dave"));
    for (origin, times) in [("https://beta.news.example", 3), ("null", 2), ("https://$(reboot).example", 1)] {
        for _ in 0..times {
            dave.post("/a", "text").header("origin", origin).await.refused(403, "origin_not_allowed");
            world.pass_seconds(1);
        }
    }
    let preflight = dave
        .post("/a", "text")
        .with_method(Method::OPTIONS)
        .header("origin", "https://beta.news.example")
        .header("access-control-request-method", "POST")
        .off_contract();
    preflight.await.with_status(403);
    world.write_down().await;
    world.write_down().await;
    let found = stats(&mia, "site=default").await.ok();
    assert_eq!((&found["totals"]["blocked_requests"], &found["days"][6]["blocked_requests"]), (&json!(7), &json!(7)));
    let origins = found["blocked_origins"].as_array().unwrap();
    let counted: Vec<_> = origins
        .iter()
        .map(|origin| (origin["origin"].as_str().unwrap(), origin["requests"].as_u64().unwrap()))
        .collect();
    assert_eq!(counted, [("https://beta.news.example", 4), ("null", 2), ("https://$(reboot).example", 1)]);
    assert_eq!(origins[0]["last_at"], "2026-01-01T00:00:06.000Z");
    let remedy = origins[0]["remedy"].as_str().unwrap();
    assert!(remedy.contains("rejoinder site set default --add-origin https://beta.news.example"), "{remedy}");
    assert!(remedy.contains("Sites → Origins"), "{remedy}");
    assert!(origins[1]["remedy"].as_str().unwrap().contains("http"));
    assert!(!origins[2]["remedy"].as_str().unwrap().contains("reboot"));
}

async fn a_flood_of_origins_is_counted_in_bounded_room(setup: Setup) {
    let world = setup.start().await;
    let (mia, dave) = (world.staff("Mia", Role::Viewer, &[]).await, world.author("dave"));
    let long = format!("https://{}.example", "x".repeat(400));
    dave.post("/a", "text").header("origin", &long).await.refused(403, "origin_not_allowed");
    for number in 0..120 {
        let origin = format!("https://{number}.example");
        dave.post("/a", "text").header("origin", &origin).await.refused(403, "origin_not_allowed");
        if number == 40 {
            world.write_down().await;
        }
    }
    dave.post("/a", "text").header("origin", "https://7.example").await.refused(403, "origin_not_allowed");
    world.write_down().await;
    let found = stats(&mia, "site=default").await.ok();
    assert_eq!(found["totals"]["blocked_requests"], 122);
    let origins = found["blocked_origins"].as_array().unwrap();
    assert_eq!((origins.len(), &origins[0]["origin"]), (100, &json!("https://7.example")));
    let lengths = origins.iter().map(|origin| origin["origin"].as_str().unwrap().chars().count());
    assert_eq!(lengths.max(), Some(300));
}

async fn numbers_of_several_instances_are_added(setup: Setup) {
    let world = setup.start().await;
    let beside = setup.start_beside(&world).await;
    let (mia, dave) = (world.staff("Mia", Role::Viewer, &[]).await, world.author("dave"));
    for world in [&world, &beside, &world] {
        dave.asking(world)
            .post("/a", "text")
            .header("origin", "https://x.example")
            .await
            .refused(403, "origin_not_allowed");
    }
    futures_util::future::join(world.write_down(), beside.write_down()).await;
    let found = stats(&mia, "site=default").await.ok();
    assert_eq!(
        (&found["totals"]["blocked_requests"], &found["blocked_origins"][0]["requests"]),
        (&json!(3), &json!(3))
    );
}

async fn statistics_are_of_ones_own_sites(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let bound = world.staff("Bob", Role::Owner, &["news"]).await;
    stats(&bound, "site=news").await.ok();
    stats(&bound, "site=default").await.refused(404, "site_not_found");
    stats(&bound, "site=nowhere").await.refused(404, "site_not_found");
    stats(&world.reader(), "site=news").await.refused(401, "staff_token_required");
}

async fn a_question_about_statistics_is_well_formed(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Viewer, &[]).await;
    stats(&mia, "").await.refused(422, "missing_parameter");
    stats(&mia, "site=default&window=1d").await.refused(422, "invalid_value");
    stats(&mia, "site=default&x=1").await.refused(422, "unknown_parameter");
    stats(&mia, "site=default&site=default").await.refused(422, "duplicate_parameter");
}
