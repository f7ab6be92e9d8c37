//! Reports of readers: enough of them hold a comment until a moderator has decided.

use rejoinder::domain::access::Role;
use rejoinder::domain::hold::Hold;
use rejoinder::domain::site::SiteChange;
use rejoinder::domain::status::Status;
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, id};
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    a_report_is_taken_once_from_each_reader,
    enough_reports_from_different_networks_hold_a_comment,
    many_tokens_of_one_network_count_once,
    many_networks_of_one_household_count_once,
    what_staff_say_is_reported_but_never_held,
    a_site_says_how_many_reports_hold,
    nobody_reports_their_own_comment,
    only_published_comments_are_reported,
    a_report_has_a_reason,
    what_was_approved_is_held_again_by_as_many_new_reports,
    who_reports_in_vain_time_and_again_counts_less,
    what_a_reader_wrote_is_for_staff_until_the_writer_deletes_the_comment,
    reports_of_other_sites_lead_nowhere,
];

const PROXIES: (&str, &str) = ("HTTP__TRUSTED_PROXIES", "127.0.0.1");

/// A reader without a token, in a network of their own.
fn reader(world: &World, number: u32) -> Client {
    world.reader().at_address(&format!("192.0.2.{number}"))
}

async fn a_report_is_taken_once_from_each_reader(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let root = world.author("dave").at_address("192.0.2.99").says("/a", "text").await;
    let known = world.author("known").at_address("192.0.2.1");
    known.says("/a", "text").await;
    for _ in 0..5 {
        assert_eq!(known.report(&root, "spam").await.with_status(202).json(), json!({"reported": true}));
        assert_eq!(known.report(&root, "abuse").await.with_status(202).json(), json!({"reported": true}));
        reader(&world, 2).report(&root, "spam").await.with_status(202);
    }
    let stored = world.stored(&root).await;
    assert_eq!((stored.report_count, stored.status, stored.version), (2, Status::Published, 1));
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn enough_reports_from_different_networks_hold_a_comment(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let dave = world.author("dave").at_address("192.0.2.99");
    let root = dave.says("/a", "text").await;
    dave.answers("/a", &root, "reply").await;
    for number in 1..=2 {
        reader(&world, number).report(&root, "abuse").await.with_status(202);
        assert_eq!(world.stored(&root).await.status, Status::Published);
    }
    reader(&world, 3).report(&root, "abuse").await.with_status(202);
    let stored = world.stored(&root).await;
    assert_eq!((stored.status, stored.report_count, stored.version), (Status::Pending, 3, 2));
    assert_eq!(stored.holds, [Hold::Reports]);
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["comments"][0]["status"], &page["thread"]["comment_count"]), (&json!("deleted"), &json!(1)));
    assert_eq!(world.audit().await, Vec::<String>::new());
    reader(&world, 4).report(&root, "abuse").await.refused(404, "comment_not_found");
}

async fn many_tokens_of_one_network_count_once(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let root = world.author("dave").at_address("192.0.2.99").says("/a", "text").await;
    for number in 0..6 {
        let puppet = world.author("puppet").at_address("192.0.2.1");
        puppet.says("/a", &format!("text {number}")).await;
        puppet.report(&root, "spam").await.with_status(202);
    }
    reader(&world, 1).report(&root, "spam").await.with_status(202);
    reader(&world, 2).report(&root, "spam").await.with_status(202);
    let stored = world.stored(&root).await;
    assert_eq!((stored.report_count, stored.status), (8, Status::Published));
    reader(&world, 3).report(&root, "spam").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Pending);
}

async fn many_networks_of_one_household_count_once(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let root = world.author("dave").at_address("192.0.2.99").says("/a", "text").await;
    for subnet in 0..5 {
        world.reader().at_address(&format!("2001:db8:0:{subnet}::1")).report(&root, "spam").await.with_status(202);
    }
    reader(&world, 1).report(&root, "spam").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Published);
    world.reader().at_address("2001:db8:0:100::1").report(&root, "spam").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Pending);
}

async fn what_staff_say_is_reported_but_never_held(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    world.author("dave").at_address("192.0.2.99").says("/a", "text").await;
    let body = json!({"site": "default", "thread": {"key": "/a"}, "body": "Stay polite."});
    let root = id(&mia.admin(Method::POST, "comments").json(&body).await.created());
    for number in 1..=5 {
        reader(&world, number).report(&root, "abuse").await.with_status(202);
    }
    let stored = world.stored(&root).await;
    assert_eq!((stored.status, stored.report_count, stored.version), (Status::Published, 5, 1));
    let queues = mia.admin(Method::GET, "queues").await.ok();
    assert_eq!(queues["totals"]["reported"], 1);
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_site_says_how_many_reports_hold(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let dave = world.author("dave").at_address("192.0.2.99");
    let root = dave.says("/a", "text").await;
    world.set_site(SiteChange { report_threshold: Some(0), ..SiteChange::default() }).await;
    for number in 1..=5 {
        reader(&world, number).report(&root, "spam").await.with_status(202);
    }
    assert_eq!(world.stored(&root).await.status, Status::Published);
    world.set_site(SiteChange { report_threshold: Some(1), ..SiteChange::default() }).await;
    let other = dave.says("/a", "text").await;
    reader(&world, 1).report(&other, "spam").await.with_status(202);
    assert_eq!(world.stored(&other).await.status, Status::Pending);
}

async fn nobody_reports_their_own_comment(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    dave.report(&root, "spam").await.refused(403, "own_comment");
    assert_eq!(world.stored(&root).await.report_count, 0);
    let token = format!("rjg_{}", "A".repeat(43));
    let stranger = world.author("stranger");
    stranger.take_token(&token);
    stranger.report(&root, "spam").await.refused(401, "invalid_token");
}

async fn only_published_comments_are_reported(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let gone = dave.says("/a", "text").await;
    dave.delete(&gone).await.with_status(204);
    let moderation = Some(rejoinder::domain::site::Moderation::Pre);
    world.set_site(SiteChange { moderation, ..SiteChange::default() }).await;
    let waiting = id(&dave.post("/a", "text").await.with_status(202).json());
    for id in [gone.as_str(), waiting.as_str(), "0000000000001", "nonsense"] {
        world.reader().report(id, "spam").await.refused(404, "comment_not_found");
    }
}

async fn a_report_has_a_reason(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let send = |body: serde_json::Value| {
        world.reader().on_own_site(Method::POST, &format!("comments/{root}/reports")).json(&body)
    };
    let wrong = [
        (json!({}), "missing_field"),
        (json!({"reason": "boring"}), "invalid_value"),
        (json!({"reason": 1}), "wrong_type"),
        (json!({"reason": "spam", "comment": "x"}), "unknown_field"),
        (json!({"reason": "spam", "detail": "x".repeat(1_001)}), "text_too_long"),
    ];
    for (body, code) in wrong {
        send(body).await.refused(422, code);
    }
    send(json!({"reason": "spam"})).with_query("x=1").await.refused(422, "unknown_parameter");
    assert_eq!(world.stored(&root).await.report_count, 0);
    for reason in ["spam", "abuse", "off_topic", "illegal", "other"] {
        send(json!({"reason": reason, "detail": null})).await.with_status(202);
    }
    send(json!({"reason": "other", "detail": "He insults people."})).await.with_status(202);
    assert_eq!(world.stored(&root).await.report_count, 1);
}

/// Decides about a comment of the site `default`.
async fn decide(moderator: &Client, action: &str, comment: &str) {
    let body = json!({"action": action, "comments": [{"id": comment}]});
    let answer = moderator.admin(Method::POST, "decisions").json(&body).await.ok();
    assert_eq!(answer["results"][0]["outcome"], "applied", "{answer:#}");
}

async fn what_was_approved_is_held_again_by_as_many_new_reports(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let root = world.author("dave").at_address("192.0.2.99").says("/a", "text").await;
    for number in 1..=3 {
        reader(&world, number).report(&root, "spam").await.with_status(202);
    }
    assert_eq!(world.stored(&root).await.status, Status::Pending);
    decide(&mia, "approve", &root).await;
    let stored = world.stored(&root).await;
    assert_eq!((stored.status, stored.report_count), (Status::Published, 0));
    // Those who reported it before change nothing any more.
    for number in (1..=3).chain(4..=5) {
        reader(&world, number).report(&root, "spam").await.with_status(202);
    }
    let stored = world.stored(&root).await;
    assert_eq!((stored.status, stored.report_count), (Status::Published, 2));
    reader(&world, 6).report(&root, "spam").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Pending);
    let found = mia.admin(Method::GET, &format!("comments/{root}")).await.ok();
    let outcomes: Vec<_> = found["reports"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "open").count(), 3);
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "dismissed").count(), 3);
    let actions: Vec<_> = found["decisions"].as_array().unwrap().iter().map(|one| one["action"].clone()).collect();
    assert_eq!(actions, ["hold", "approve", "hold"]);
    assert_eq!(found["decisions"][0]["staff"], serde_json::Value::Null);
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn who_reports_in_vain_time_and_again_counts_less(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave").at_address("192.0.2.99");
    // The same person, with a token and without it, from here and from there.
    let liar = world.author("liar").at_address("192.0.2.1");
    liar.says("/b", "text").await;
    for number in 0..10 {
        let comment = dave.says("/a", &format!("text {number}")).await;
        liar.report(&comment, "abuse").await.with_status(202);
        decide(&mia, "approve", &comment).await;
    }
    let root = dave.says("/a", "text").await;
    let weights = async || {
        let found = mia.admin(Method::GET, &format!("comments/{root}")).await.ok();
        let reports = found["reports"].as_array().unwrap().clone();
        let mut weights: Vec<f64> = reports.iter().map(|report| report["weight"].as_f64().unwrap()).collect();
        weights.sort_unstable_by(f64::total_cmp);
        weights
    };
    liar.at_address("192.0.2.2").report(&root, "abuse").await.with_status(202);
    reader(&world, 1).report(&root, "abuse").await.with_status(202);
    reader(&world, 3).report(&root, "abuse").await.with_status(202);
    assert_eq!(weights().await, [0.166, 0.166, 1.0]);
    reader(&world, 4).report(&root, "abuse").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Published, "2,332 thousandths of 3,000");
    reader(&world, 5).report(&root, "abuse").await.with_status(202);
    assert_eq!(world.stored(&root).await.status, Status::Pending);
    // Who was right gets back some of it.
    decide(&mia, "reject", &root).await;
    let other = dave.says("/a", "text").await;
    liar.report(&other, "abuse").await.with_status(202);
    let found = mia.admin(Method::GET, &format!("comments/{other}")).await.ok();
    assert_eq!(found["reports"][0]["weight"], 0.23);
}

async fn what_a_reader_wrote_is_for_staff_until_the_writer_deletes_the_comment(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave").at_address("192.0.2.99");
    let root = dave.says("/a", "text").await;
    let body = json!({"reason": "abuse", "detail": " He insults Billy Bob.\r\n"});
    let path = format!("comments/{root}/reports");
    reader(&world, 1).on_own_site(Method::POST, &path).json(&body).await.with_status(202);
    let found = mia.admin(Method::GET, &format!("comments/{root}")).await.ok();
    assert_eq!(found["reports"][0]["detail"], "He insults Billy Bob.");
    assert_eq!(found["comment"]["report_count"], 1);
    dave.delete(&root).await.with_status(204);
    let found = mia.admin(Method::GET, &format!("comments/{root}")).await.ok();
    assert_eq!((&found["reports"][0]["detail"], &found["reports"][0]["reason"]), (&json!(null), &json!("abuse")));
    assert_eq!(found["comment"]["report_count"], 0);
    let queues = mia.admin(Method::GET, "queues").await.ok();
    assert_eq!(queues["totals"]["reported"], 0);
}

async fn reports_of_other_sites_lead_nowhere(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let root = world.author("dave").says("/a", "text").await;
    world.reader().on_site("other").report(&root, "spam").await.refused(404, "comment_not_found");
    assert_eq!(world.stored(&root).await.report_count, 0);
}
