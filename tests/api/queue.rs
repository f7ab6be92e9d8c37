//! The queues and every other selection of comments, page by page, and what staff see of a comment and its writer.

use std::collections::BTreeSet;

use rejoinder::domain::access::Role;
use rejoinder::domain::site::{Moderation, SiteChange};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id};
use crate::decisions::{waiting_world, waits};
use crate::promise::promises;
use crate::world::Setup;

promises![
    the_lengths_of_queues_are_exact,
    pages_of_a_selection_together_are_all_that_matches,
    pages_go_on_where_they_ended_while_others_decide,
    a_cursor_belongs_to_its_selection,
    a_rare_selection_is_found_in_steps,
    of_many_sites_one_must_be_named,
    other_sites_are_in_no_list,
    who_can_not_moderate_sees_no_address,
    staff_see_all_that_is_known_of_a_comment,
    a_selection_of_the_wrong_form_is_refused,
];

async fn the_lengths_of_queues_are_exact(setup: Setup) {
    let world = waiting_world(&setup).await;
    world.add_site("other", SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let eve = world.author("eve").on_site("other");
    let mut comments = Vec::new();
    for _ in 0..12 {
        comments.push(waits(&dave, "/a").await);
    }
    waits(&eve, "/a").await;
    let all: Vec<&str> = comments.iter().map(String::as_str).collect();
    mia.decide("reject", &all[..3]).await.ok();
    mia.decide("spam", &all[3..5]).await.ok();
    mia.decide("approve", &all[5..9]).await.ok();
    world.add_reports(all[5], 2).await;
    world.add_reports(all[9], 1).await;
    let queues = mia.admin(Method::GET, "queues").await.ok();
    let here = json!({"site": "default", "pending": 3, "reported": 2, "spam": 2, "rejected": 3});
    let there = json!({"site": "other", "pending": 1, "reported": 0, "spam": 0, "rejected": 0});
    assert_eq!(queues["queues"], json!([here, there]));
    assert_eq!(queues["totals"], json!({"pending": 4, "reported": 2, "spam": 2, "rejected": 3}));
    let one = mia.admin(Method::GET, "queues?site=other").await.ok();
    assert_eq!(one["queues"], json!([there]));
    mia.admin(Method::GET, "queues?site=other&site=default").await.refused(422, "duplicate_parameter");
}

/// All pages of a selection, one after the other.
async fn pages(client: &Client, query: &str, mut between: impl AsyncFnMut(&Value)) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.cases(&format!("{query}{cursor}")).await.ok();
        between(&page).await;
        all.extend(page["comments"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else {
            return all;
        };
        cursor = format!("&cursor={next}");
    }
}

fn ids(cases: &[Value]) -> Vec<String> {
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

/// Whether a comment belongs to a selection.
type Matches = Box<dyn Fn(&Value) -> bool>;

async fn pages_of_a_selection_together_are_all_that_matches(setup: Setup) {
    let world = waiting_world(&setup).await;
    world.add_site("other", SiteChange::default()).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let authors = [world.author("dave"), world.author("Éva"), world.author("eve").on_site("other")];
    for number in 0..45_usize {
        let (author, text) = (&authors[number % 3], if number % 5 == 0 { "GOLD for sale" } else { "text" });
        let comment = id(&author.post(&format!("/{}", number % 2), text).await.json());
        let action = ["approve", "reject", "spam", "delete"].get(number % 7);
        if let Some(action) = action {
            mia.decide(action, &[&comment]).await.ok();
        }
        if number % 4 == 0 {
            world.add_reports(&comment, 1).await;
        }
    }
    let all = pages(&mia, "limit=100", async |_| {}).await;
    assert_eq!((all.len(), ids(&all).into_iter().collect::<BTreeSet<_>>().len()), (45, 45));
    let text = |case: &Value, member: &str| case[member].as_str().unwrap_or_default().to_owned();
    let dave = all.iter().find(|case| case["author"]["name"] == "dave").unwrap();
    let (author, thread) = (text(&dave["author"], "id"), text(&dave["thread"], "id"));
    let network = text(dave, "network");
    let parts: Vec<(String, Matches)> = vec![
        ("site=default".to_owned(), Box::new(|case| case["site"] == "default")),
        ("status=pending".to_owned(), Box::new(|case| case["status"] == "pending")),
        ("status=deleted".to_owned(), Box::new(|case| case["status"] == "deleted")),
        ("reported=true".to_owned(), Box::new(|case| case["report_count"] != 0)),
        ("reported=false".to_owned(), Box::new(|case| case["report_count"] == 0)),
        (format!("author={author}"), Box::new(move |case| case["author"]["id"] == json!(author))),
        (format!("thread={thread}"), Box::new(move |case| case["thread"]["id"] == json!(thread))),
        (format!("network={network}"), Box::new(move |case| case["network"] == json!(network))),
        ("hold=site".to_owned(), Box::new(|case| case["holds"] == json!([{"reason": "site"}]))),
        ("hold=links".to_owned(), Box::new(|_| false)),
        ("q=gold".to_owned(), Box::new(|case| case["body"] == "GOLD for sale")),
        ("q=%C3%89VA".to_owned(), Box::new(|case| case["author"]["name"] == "Éva")),
    ];
    for (at, (one, matches_one)) in parts.iter().enumerate() {
        for (other, matches_other) in parts.iter().skip(at) {
            if one != other && one.split('=').next() == other.split('=').next() {
                continue;
            }
            let filter = if one == other { one.clone() } else { format!("{one}&{other}") };
            let expected: Vec<Value> =
                all.iter().filter(|case| matches_one(case) && matches_other(case)).cloned().collect();
            let found = pages(&mia, &format!("{filter}&limit=4"), async |_| {}).await;
            assert_eq!(ids(&found), ids(&expected), "{filter}");
            let oldest = pages(&mia, &format!("{filter}&limit=7&sort=oldest"), async |_| {}).await;
            let reversed: Vec<String> = ids(&expected).into_iter().rev().collect();
            assert_eq!(ids(&oldest), reversed, "{filter}, oldest first");
        }
    }
}

async fn pages_go_on_where_they_ended_while_others_decide(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(waits(&dave, "/a").await);
    }
    let found = pages(&mia, "status=pending&sort=oldest&limit=3", async |page| {
        let seen = ids(page["comments"].as_array().unwrap());
        let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
        mia.decide("approve", &seen).await.ok();
    })
    .await;
    assert_eq!(ids(&found), waiting);
    assert_eq!(mia.cases("status=pending").await.ok()["comments"], json!([]));
}

async fn a_cursor_belongs_to_its_selection(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    for _ in 0..3 {
        waits(&dave, "/a").await;
    }
    let page = mia.cases("status=pending&limit=1").await;
    let next = page.clone().ok()["next_cursor"].as_str().unwrap().to_owned();
    assert!(page.required_header("link").contains(&format!("status=pending&limit=1&cursor={next}")));
    mia.cases(&format!("status=pending&limit=2&cursor={next}")).await.ok();
    for other in ["", "status=spam", "status=pending&sort=oldest", "status=pending&site=default", "status=pending&q=x"]
    {
        mia.cases(&format!("{other}&cursor={next}")).await.refused(400, "invalid_cursor");
    }
    mia.cases("status=pending&cursor=x").await.refused(400, "invalid_cursor");
}

async fn a_rare_selection_is_found_in_steps(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let needle = dave.says("/a", "needle").await;
    let copies = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO comments (id, site_id, thread_id, root_id, depth, author_id, author_name, body, body_html, status,
            listing, created_at, up_count, down_count, rank, reply_count, listed_reply_count, descendant_count)
        SELECT id + i, site_id, thread_id, id + i, 0, author_id, author_name, 'hay', 'hay', 3, 0, created_at, 0, 0, 0, 0,
            0, 0 FROM comments CROSS JOIN n;
        INSERT INTO queue_counts SELECT id, 3, 0, 2500 FROM sites;";
    assert!(world.run_sql(copies).await);
    let first = mia.cases("q=needle").await.ok();
    assert_eq!((&first["comments"], first["next_cursor"].is_string()), (&json!([]), true));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = mia.cases(&format!("q=needle&cursor={cursor}")).await.ok();
    assert_eq!((&second["comments"][0]["id"], &second["next_cursor"]), (&json!(needle), &Value::Null));
}

async fn of_many_sites_one_must_be_named(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    for number in 1..50 {
        world.add_site(&format!("site-{number}"), SiteChange::default()).await;
    }
    mia.cases("").await.ok();
    world.add_site("one-more", SiteChange::default()).await;
    assert_eq!(mia.cases("").await.refused(422, "site_required")["max"], 50);
    mia.cases("site=one-more").await.ok();
    assert_eq!(mia.admin(Method::GET, "queues").await.ok()["queues"].as_array().unwrap().len(), 51);
}

async fn other_sites_are_in_no_list(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let (dave, eve) = (world.author("dave"), world.author("eve").on_site("other"));
    let (here, there) = (dave.says("/a", "text").await, eve.says("/a", "text").await);
    world.add_reports(&there, 1).await;
    let everywhere = world.staff("Olga", Role::Owner, &[]).await;
    let case = everywhere.case(&there).await["comment"].clone();
    let mia = world.staff("Mia", Role::Moderator, &["default"]).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let queries = [
        format!("author={}", text(&case["author"]["id"])),
        format!("thread={}", text(&case["thread"]["id"])),
        "reported=true".to_owned(),
    ];
    for query in queries {
        assert_eq!(mia.cases(&query).await.ok()["comments"], json!([]), "{query}");
    }
    for query in [format!("network={}", text(&case["network"])), "status=published".to_owned(), String::new()] {
        assert_eq!(
            ids(mia.cases(&query).await.ok()["comments"].as_array().unwrap()),
            std::slice::from_ref(&here),
            "{query}"
        );
    }
    let queues = mia.admin(Method::GET, "queues").await.ok();
    assert_eq!((queues["queues"].as_array().unwrap().len(), &queues["totals"]["reported"]), (1, &json!(0)));
}

async fn who_can_not_moderate_sees_no_address(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut draft = dave.draft("/a", "text");
    draft["author"]["email"] = json!("dave@mail.example");
    let comment = id(&dave.post_json(&draft).await.created());
    for (role, email) in [(Role::Viewer, Value::Null), (Role::Moderator, json!("dave@mail.example"))] {
        let staff = world.staff(role.name(), role, &[]).await;
        assert_eq!(staff.cases("").await.ok()["comments"][0]["author"]["email"], email);
        assert_eq!(staff.case(&comment).await["comment"]["author"]["email"], email);
    }
}

async fn staff_see_all_that_is_known_of_a_comment(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let mut chain = vec![dave.says("/a", "text").await];
    for _ in 0..12 {
        let parent = chain.last().unwrap().clone();
        chain.push(dave.answers("/a", &parent, "text").await);
    }
    let case = mia.case(&chain[12]).await;
    assert_eq!(ids(case["parents"].as_array().unwrap()), chain[2..12]);
    assert_eq!((&case["comment"]["depth"], &case["comment"]["root_id"]), (&json!(12), &json!(chain[0])));
    assert_eq!((&case["thread"]["key"], &case["thread"]["comment_count"]), (&json!("/a"), &json!(13)));
    assert_eq!((&case["comment"]["version"], &case["comment"]["is_pinned"]), (&json!(1), &json!(false)));
    assert_eq!(case["author"]["names"], json!(["dave"]));
    let author = case["author"]["id"].as_str().unwrap();
    assert_eq!(mia.admin(Method::GET, &format!("authors/{author}")).await.ok(), case["author"]);
    dave.delete(&chain[12]).await.with_status(204);
    let counts = mia.case(&chain[0]).await["author"]["counts"].clone();
    assert_eq!((&counts["published"], &counts["deleted"]), (&json!(12), &json!(1)));
}

async fn a_selection_of_the_wrong_form_is_refused(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let long = format!("q={}", "x".repeat(201));
    let cases = [
        ("status=held", "invalid_value"),
        ("reported=yes", "invalid_value"),
        ("thread=%2Fa", "invalid_value"),
        ("author=x", "invalid_value"),
        ("network=10.0.0.1", "invalid_value"),
        ("hold=why", "invalid_value"),
        ("sort=top", "invalid_value"),
        ("limit=0", "out_of_range"),
        ("q=", "out_of_range"),
        (long.as_str(), "out_of_range"),
        ("status=spam&status=pending", "duplicate_parameter"),
        ("page=2", "unknown_parameter"),
    ];
    for (query, code) in cases {
        mia.cases(query).await.refused(422, code);
    }
    mia.admin(Method::GET, "queues?status=spam").await.refused(422, "unknown_parameter");
}
