//! Deciding about comments: what each action makes of each status, what readers see then, and who may decide.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rejoinder::domain::access::Role;
use rejoinder::domain::site::{Moderation, SiteChange};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id};
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    every_action_leads_from_every_status_where_the_contract_says,
    a_decision_that_is_sent_again_is_answered_like_the_first,
    a_comment_that_changed_since_it_was_seen_is_stale,
    many_comments_are_decided_each_by_itself,
    of_two_who_decide_at_once_one_is_told_that_the_comment_changed,
    a_decision_settles_the_reports_of_a_comment,
    a_rejected_comment_with_replies_leaves_a_tombstone,
    a_reply_below_comments_that_wait_shows_their_tombstones,
    whatever_is_decided_the_counters_stay_right,
    what_staff_delete_is_kept_for_thirty_days,
    what_its_writer_deleted_is_out_of_reach,
    a_decision_says_why,
    a_decision_of_the_wrong_form_is_refused,
    who_may_not_moderate_may_not_decide,
    comments_of_other_sites_are_not_there_to_be_decided,
    staff_answer_under_their_own_name,
];

/// A world where comments wait for a moderator.
pub(crate) async fn waiting_world(setup: &Setup) -> World {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    world
}

/// Sends a comment that must wait, and gives its id.
pub(crate) async fn waits(author: &Client, key: &str) -> String {
    id(&author.post(key, "text").await.with_status(202).json())
}

/// A comment in this status; `erased` is deleted by its writer.
async fn comment_in(author: &Client, mia: &Client, status: &str, parent: Option<&str>) -> String {
    let comment = match parent {
        Some(parent) => id(&author.reply("/a", parent, "text").await.with_status(202).json()),
        None => waits(author, "/a").await,
    };
    match status {
        "pending" => {}
        "erased" => author.delete(&comment).await.with_status(204).text().clear(),
        other => {
            let action = match other {
                "published" => "approve",
                "rejected" => "reject",
                "spam" => "spam",
                _ => "delete",
            };
            mia.decided(action, &comment).await;
        }
    }
    comment
}

async fn every_action_leads_from_every_status_where_the_contract_says(setup: Setup) {
    const ACTIONS: [&str; 5] = ["approve", "reject", "spam", "restore", "delete"];
    let table = [
        ("pending", ["published", "rejected", "spam", "-", "deleted"]),
        ("published", ["stays", "rejected", "spam", "-", "deleted"]),
        ("rejected", ["published", "stays", "spam", "published", "deleted"]),
        ("spam", ["published", "rejected", "stays", "published", "deleted"]),
        ("deleted", ["-", "-", "-", "published", "stays"]),
        ("erased", ["gone", "gone", "gone", "gone", "gone"]),
    ];
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let root = comment_in(&dave, &mia, "published", None).await;
    for (from, row) in table {
        for (action, to) in ACTIONS.into_iter().zip(row) {
            for parent in [None, Some(root.as_str())] {
                let comment = comment_in(&dave, &mia, from, parent).await;
                let before = mia.case(&comment).await;
                let result = mia.decide(action, &[&comment]).await.ok()["results"][0].clone();
                let after = mia.case(&comment).await;
                assert_eq!(result["comment"], after["comment"], "{action} of {from}");
                let version = |case: &Value| case["comment"]["version"].as_u64().unwrap();
                let log = |case: &Value| case["decisions"].as_array().unwrap().len();
                let grew = (version(&after) - version(&before), log(&after) - log(&before));
                let status = if from == "erased" { "deleted" } else { from };
                let (outcome, code, expected, growth) = match to {
                    "-" => ("refused", json!("not_possible"), status, (0, 0)),
                    "gone" => ("refused", json!("comment_erased"), status, (0, 0)),
                    "stays" => ("applied", Value::Null, status, (0, 0)),
                    to => ("applied", Value::Null, to, (1, 1)),
                };
                assert_eq!((&result["outcome"], &result["code"]), (&json!(outcome), &code), "{action} of {from}");
                assert_eq!((&after["comment"]["status"], grew), (&json!(expected), growth), "{action} of {from}");
                assert_eq!(result["decision_id"].is_string(), growth.0 == 1, "{action} of {from}");
                let is_public = world.reader().comment(&comment).await.status == 200;
                assert_eq!(is_public, expected == "published", "{action} of {from}");
            }
        }
    }
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_decision_that_is_sent_again_is_answered_like_the_first(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (mia, max) = (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Max", Role::Moderator, &[]).await);
    let comment = waits(&world.author("dave"), "/a").await;
    let first = mia.decide_seen("reject", &comment, 1).await.ok();
    assert_eq!(mia.decide_seen("reject", &comment, 1).await.ok(), first);
    for other in [max.decide_seen("reject", &comment, 1), mia.decide_seen("approve", &comment, 1)] {
        assert_eq!(other.await.ok()["results"][0]["outcome"], "stale");
    }
    mia.decide_seen("approve", &comment, 2).await.ok();
    assert_eq!(mia.decide_seen("reject", &comment, 1).await.ok()["results"][0]["outcome"], "stale");
    assert_eq!(mia.case(&comment).await["decisions"].as_array().unwrap().len(), 2);
}

async fn a_comment_that_changed_since_it_was_seen_is_stale(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = waits(&dave, "/a").await;
    dave.edit(&comment, "something else").await.ok();
    let result = mia.decide_seen("approve", &comment, 1).await.ok()["results"][0].clone();
    assert_eq!((&result["outcome"], &result["comment"]["body"]), (&json!("stale"), &json!("something else")));
    assert_eq!(result["comment"]["status"], "pending");
    assert_eq!(mia.decide_seen("approve", &comment, 2).await.ok()["results"][0]["outcome"], "applied");
}

async fn many_comments_are_decided_each_by_itself(setup: Setup) {
    let world = waiting_world(&setup).await;
    world.add_site("other", SiteChange::default()).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let mut targets = Vec::new();
    for number in 0..96 {
        targets.push(json!({"id": waits(&dave, &format!("/{}", number % 7)).await, "version": 1}));
    }
    let elsewhere = world.author("dave").on_site("other").says("/a", "text").await;
    let erased = comment_in(&dave, &mia, "erased", None).await;
    let stale = comment_in(&dave, &mia, "spam", None).await;
    targets.push(json!({"id": elsewhere}));
    targets.push(json!({"id": erased}));
    targets.push(json!({"id": stale, "version": 1}));
    targets.push(json!({"id": "0000000000002"}));
    let answer = mia.decide_json(&json!({"action": "approve", "comments": targets})).await.ok();
    let results = answer["results"].as_array().unwrap();
    let ids: Vec<&Value> = results.iter().map(|result| &result["id"]).collect();
    assert_eq!(ids, targets.iter().map(|target| &target["id"]).collect::<Vec<_>>());
    let outcomes: Vec<&str> = results.iter().map(|result| result["outcome"].as_str().unwrap()).collect();
    assert!(outcomes[..97].iter().all(|outcome| *outcome == "applied"), "{outcomes:?}");
    assert_eq!(outcomes[97..], ["refused", "stale", "not_found"]);
    assert_eq!(results[0]["comment"]["status"], "published");
    let counts = world.reader().counts(&["/0", "/6"]).await.ok();
    assert_eq!(
        (&counts["counts"][0]["comment_count"], &counts["counts"][1]["comment_count"]),
        (&json!(14), &json!(13))
    );
}

async fn of_two_who_decide_at_once_one_is_told_that_the_comment_changed(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (mia, max) = (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Max", Role::Moderator, &[]).await);
    let dave = world.author("dave");
    let mut comments = Vec::new();
    for number in 0..50 {
        comments.push(waits(&dave, &format!("/{}", number % 3)).await);
    }
    let one = comments.iter().map(|comment| mia.decide_seen("approve", comment, 1).into_future());
    let other = comments.iter().map(|comment| max.decide_seen("reject", comment, 1).into_future());
    let answers = join_all(one.chain(other)).await;
    let outcomes: Vec<String> =
        answers.into_iter().map(|answer| answer.ok()["results"][0]["outcome"].as_str().unwrap().to_owned()).collect();
    for (at, comment) in comments.iter().enumerate() {
        let pair = BTreeSet::from([outcomes[at].as_str(), outcomes[at + 50].as_str()]);
        assert_eq!(pair, BTreeSet::from(["applied", "stale"]));
        assert_eq!(mia.case(comment).await["decisions"].as_array().unwrap().len(), 1);
    }
    let totals = mia.admin(Method::GET, "queues").await.ok()["totals"].clone();
    let rejected = outcomes[50..].iter().filter(|outcome| *outcome == "applied").count();
    assert_eq!((&totals["pending"], &totals["rejected"]), (&json!(0), &json!(rejected)));
}

async fn a_decision_settles_the_reports_of_a_comment(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    for (action, outcome) in [("approve", "dismissed"), ("reject", "upheld"), ("spam", "upheld"), ("delete", "upheld")]
    {
        let comment = dave.says("/a", "text").await;
        world.add_reports(&comment, 3).await;
        let queues = mia.admin(Method::GET, "queues?site=default").await.ok();
        assert_eq!(queues["queues"][0]["reported"], 1);
        assert_eq!(mia.cases("reported=true").await.ok()["comments"][0]["report_count"], 3);
        mia.decided(action, &comment).await;
        let case = mia.case(&comment).await;
        let outcomes: Vec<&Value> =
            case["reports"].as_array().unwrap().iter().map(|report| &report["outcome"]).collect();
        assert_eq!(
            (case["comment"]["report_count"].as_u64(), outcomes),
            (Some(0), vec![&json!(outcome); 3]),
            "{action}"
        );
        assert_eq!(case["reports"][0]["weight"], 1.0);
        assert_eq!(mia.cases("reported=true").await.ok()["comments"], json!([]));
    }
}

async fn a_rejected_comment_with_replies_leaves_a_tombstone(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let root = dave.says("/a", "harm").await;
    let reply = dave.answers("/a", &root, "reply").await;
    let leaf = dave.answers("/a", &reply, "leaf").await;
    mia.decided("reject", &root).await;
    let page = world.reader().thread("/a", "").await;
    assert!(!page.text().contains("harm"), "{}", page.text());
    let page = page.ok();
    assert_eq!((&page["comments"][0]["status"], &page["thread"]["comment_count"]), (&json!("deleted"), &json!(2)));
    mia.decided("spam", &reply).await;
    mia.decided("delete", &leaf).await;
    assert_eq!(world.reader().thread("/a", "").await.ok()["comments"], json!([]));
    assert_eq!(world.audit().await, Vec::<String>::new());
    let all = [root.as_str(), &reply, &leaf];
    let restored = mia.decide("restore", &all).await.ok();
    assert!(restored["results"].as_array().unwrap().iter().all(|result| result["outcome"] == "applied"));
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["comments"][0]["body"], &page["thread"]["comment_count"]), (&json!("harm"), &json!(3)));
    assert_eq!(page["comments"][0]["descendant_count"], 2);
    mia.decide("delete", &all).await.ok();
    assert_eq!(world.reader().thread("/a", "").await.ok()["comments"], json!([]));
}

async fn a_reply_below_comments_that_wait_shows_their_tombstones(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let mut chain = vec![dave.says("/a", "text").await];
    for _ in 0..4 {
        let parent = chain.last().unwrap().clone();
        chain.push(dave.answers("/a", &parent, "text").await);
    }
    let all: Vec<&str> = chain.iter().map(String::as_str).collect();
    mia.decide("reject", &all).await.ok();
    world.reader().comment(&chain[0]).await.refused(404, "comment_not_found");
    mia.decided("approve", &chain[4]).await;
    for above in &chain[..4] {
        assert_eq!(world.reader().comment(above).await.ok()["comment"]["status"], "deleted");
    }
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 1);
    assert_eq!(world.audit().await, Vec::<String>::new());
    mia.decide("approve", &[&chain[1], &chain[3]]).await.ok();
    mia.decide("reject", &[&chain[4], &chain[3]]).await.ok();
    world.reader().comment(&chain[2]).await.refused(404, "comment_not_found");
    assert_eq!(world.reader().comment(&chain[0]).await.ok()["comment"]["status"], "deleted");
}

async fn whatever_is_decided_the_counters_stay_right(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut tree = vec![dave.says("/a", "text").await];
    for _ in 0..30 {
        let comment = match random(5) {
            0 => dave.says("/a", "text").await,
            _ => dave.answers("/a", &tree[random(tree.len())].clone(), "text").await,
        };
        tree.push(comment);
    }
    let mut decisions: Vec<String> = Vec::new();
    for _ in 0..40 {
        if random(4) == 0 && !decisions.is_empty() {
            let at = random(decisions.len());
            assert!([200, 409].contains(&mia.undo(&decisions[at]).await.status));
            continue;
        }
        let action = ["approve", "reject", "spam", "restore", "delete"][random(5)];
        let chosen: BTreeSet<usize> = (0..=random(9)).map(|_| random(tree.len())).collect();
        let chosen: Vec<&str> = chosen.into_iter().map(|at| tree[at].as_str()).collect();
        let results = mia.decide(action, &chosen).await.ok()["results"].clone();
        let made = results.as_array().unwrap().iter().filter_map(|result| result["decision_id"].as_str());
        decisions.extend(made.map(str::to_owned));
        assert_eq!(world.audit().await, Vec::<String>::new());
    }
}

async fn what_staff_delete_is_kept_for_thirty_days(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let (kept, lost) = (dave.says("/a", "kept").await, dave.says("/a", "lost").await);
    let report = json!({"reason": "abuse", "detail": "names my street"});
    world
        .author("eve")
        .on_own_site(Method::POST, &format!("comments/{lost}/reports"))
        .json(&report)
        .await
        .with_status(202);
    mia.decide("delete", &[&kept, &lost]).await.ok();
    world.pass_seconds(30 * 86_400 - 1);
    world.sweep().await;
    mia.decided("restore", &kept).await;
    world.pass_seconds(1);
    world.sweep().await;
    assert_eq!(world.reader().comment(&kept).await.ok()["comment"]["body"], "kept");
    let gone = mia.case(&lost).await["comment"].clone();
    assert_eq!((&gone["body"], &gone["body_html"], &gone["author"]["name"]), (&json!(""), &json!(""), &json!("")));
    assert_eq!(world.count("reports WHERE detail IS NOT NULL").await, 0);
    assert_eq!((&gone["author"]["email"], &gone["status"]), (&Value::Null, &json!("deleted")));
    let result = mia.decide("restore", &[&lost]).await.ok()["results"][0].clone();
    assert_eq!((&result["outcome"], &result["code"]), (&json!("refused"), &json!("comment_erased")));
}

async fn what_its_writer_deleted_is_out_of_reach(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    world.add_reports(&comment, 2).await;
    dave.delete(&comment).await.with_status(204);
    let case = mia.case(&comment).await["comment"].clone();
    assert_eq!((&case["body"], &case["report_count"], &case["version"]), (&json!(""), &json!(0), &json!(2)));
    assert_eq!(mia.admin(Method::GET, "queues").await.ok()["totals"]["reported"], 0);
}

async fn a_decision_says_why(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    let asked =
        json!({"action": "reject", "comments": [{"id": comment}], "reason": "abuse", "note": " rude\r\nagain "});
    mia.decide_json(&asked).await.ok();
    let decision = mia.case(&comment).await["decisions"][0].clone();
    assert_eq!((&decision["reason"], &decision["note"]), (&json!("abuse"), &json!("rude\nagain")));
    assert_eq!((&decision["staff"]["name"], &decision["site"]), (&json!("Mia"), &json!("default")));
    assert_eq!((&decision["from_status"], &decision["to_status"]), (&json!("published"), &json!("rejected")));
    assert_eq!(decision["comment_version"], 2);
    let blank = json!({"action": "approve", "comments": [{"id": comment}], "reason": null, "note": " "});
    mia.decide_json(&blank).await.ok();
    assert_eq!(mia.case(&comment).await["decisions"][0]["note"], Value::Null);
}

async fn a_decision_of_the_wrong_form_is_refused(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    let with = |comments: Value| json!({"action": "reject", "comments": comments});
    let many: Vec<Value> = (0..101).map(|number| json!({"id": format!("{number:013}")})).collect();
    let cases = [
        (with(json!([])), "out_of_range", "/comments"),
        (with(json!(many)), "out_of_range", "/comments"),
        (with(json!([{"id": "x"}])), "invalid_value", "/comments/0/id"),
        (with(json!([{"id": comment}, {"id": comment}])), "invalid_value", "/comments/1/id"),
        (with(json!([{"id": comment, "version": 0}])), "invalid_value", "/comments/0/version"),
        (with(json!([{"id": comment, "version": "1"}])), "wrong_type", "/comments/0/version"),
        (with(json!([{}])), "missing_field", "/comments/0/id"),
        (json!({"comments": [{"id": comment}]}), "missing_field", "/action"),
        (json!({"action": "hold", "comments": [{"id": comment}]}), "invalid_value", "/action"),
        (json!({"action": "reject", "comments": [{"id": comment}], "reason": "why"}), "invalid_value", "/reason"),
        (json!({"action": "reject", "comments": [{"id": comment}], "force": true}), "unknown_field", "/force"),
        (
            json!({"action": "reject", "comments": [{"id": comment}], "note": "x".repeat(1_001)}),
            "text_too_long",
            "/note",
        ),
    ];
    for (asked, code, pointer) in cases {
        let problem = mia.decide_json(&asked).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    mia.decide("reject", &[&comment]).with_query("site=default").await.refused(422, "unknown_parameter");
    assert_eq!(mia.case(&comment).await["comment"]["version"], 1);
}

async fn who_may_not_moderate_may_not_decide(setup: Setup) {
    let world = setup.start().await;
    let comment = world.author("dave").says("/a", "text").await;
    let vera = world.staff("Vera", Role::Viewer, &[]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let decision = mia.decided("reject", &comment).await;
    let draft = json!({"site": "default", "thread": {"key": "/a"}, "body": "text"});
    for call in
        [vera.decide("approve", &[&comment]), vera.undo(&decision), vera.admin(Method::POST, "comments").json(&draft)]
    {
        call.await.refused(403, "not_permitted");
    }
    let reader = world.reader();
    for call in [
        reader.decide("approve", &[&comment]),
        reader.undo(&decision),
        reader.admin(Method::POST, "comments").json(&draft),
        reader.cases(""),
        reader.admin(Method::GET, &format!("comments/{comment}")),
        reader.admin(Method::GET, "queues"),
        reader.admin(Method::GET, "decisions"),
        reader.admin(Method::GET, "authors/0000000000002"),
    ] {
        call.await.refused(401, "staff_token_required");
    }
    assert_eq!(vera.case(&comment).await["comment"]["status"], "rejected");
}

async fn comments_of_other_sites_are_not_there_to_be_decided(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let (dave, eve) = (world.author("dave"), world.author("eve").on_site("other"));
    let (here, there) = (dave.says("/a", "here").await, eve.says("/a", "there").await);
    let mia = world.staff("Mia", Role::Moderator, &["default"]).await;
    let everywhere = world.staff("Olga", Role::Owner, &[]).await;
    let decision = everywhere.decided("reject", &there).await;
    let results = mia.decide("delete", &[&there, &here]).await.ok()["results"].clone();
    assert_eq!((&results[0]["outcome"], &results[1]["outcome"]), (&json!("not_found"), &json!("applied")));
    assert_eq!(results[0].as_object().unwrap().len(), 2);
    let author = everywhere.case(&there).await["author"]["id"].as_str().unwrap().to_owned();
    mia.admin(Method::GET, &format!("comments/{there}")).await.refused(404, "comment_not_found");
    mia.admin(Method::GET, &format!("authors/{author}")).await.refused(404, "author_not_found");
    mia.admin(Method::GET, "comments/nonsense").await.refused(404, "comment_not_found");
    mia.admin(Method::GET, "authors/nonsense").await.refused(404, "author_not_found");
    mia.undo(&decision).await.refused(404, "decision_not_found");
    mia.undo("nonsense").await.refused(404, "decision_not_found");
    for call in
        ["comments?site=other", "queues?site=other", "decisions?site=other", "comments?site=UP", "queues?site=-"]
    {
        mia.admin(Method::GET, call).await.refused(404, "site_not_found");
    }
    let draft = json!({"site": "other", "thread": {"key": "/a"}, "body": "text"});
    mia.admin(Method::POST, "comments").json(&draft).await.refused(404, "site_not_found");
    let decisions = mia.admin(Method::GET, &format!("decisions?comment={there}")).await.ok();
    assert_eq!(decisions["decisions"], json!([]));
    assert_eq!(everywhere.case(&there).await["comment"]["status"], "rejected");
}

async fn staff_answer_under_their_own_name(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let root = comment_in(&dave, &mia, "published", None).await;
    world.close_thread("/a").await;
    let draft = |body: &str, parent: Option<&str>| {
        let thread = json!({"key": "/a", "url": "https://news.example/a", "title": "A"});
        let draft = json!({"site": "default", "thread": thread, "parent_id": parent, "body": body});
        mia.admin(Method::POST, "comments").json(&draft)
    };
    let answer = draft("Thank you.", Some(&root)).await;
    let location = answer.required_header("location");
    let comment = answer.created()["comment"].clone();
    assert!(location.ends_with(comment["id"].as_str().unwrap()));
    assert_eq!(
        (&comment["status"], &comment["network"], &comment["holds"]),
        (&json!("published"), &Value::Null, &json!([]))
    );
    assert_eq!((&comment["author"]["name"], &comment["author"]["kind"]), (&json!("Mia"), &json!("staff")));
    assert_eq!(comment["thread"]["url"], "https://news.example/a");
    let public = world.reader().thread("/a", "").await.ok()["comments"][0]["replies"]["comments"][0].clone();
    assert_eq!((&public["author"]["kind"], &public["body"]), (&json!("staff"), &json!("Thank you.")));
    let again = draft("And again.", None).await.created()["comment"].clone();
    assert_eq!(again["author"]["id"], comment["author"]["id"]);
    let record = mia.case(again["id"].as_str().unwrap()).await["author"].clone();
    assert_eq!((&record["kind"], &record["counts"]["published"]), (&json!("staff"), &json!(2)));
    draft(&"x".repeat(301), None).await.refused(422, "body_too_long");
    draft(" ", None).await.refused(422, "body_too_short");
    let waiting = waits(&world.author("eve"), "/b").await;
    for parent in [waiting.as_str(), "0000000000002", "nonsense"] {
        draft("text", Some(parent)).await.refused(422, "parent_not_found");
    }
    let nameless = json!({"site": "default", "thread": {"key": " ", "url": "x"}, "body": "text"});
    let problem = mia.admin(Method::POST, "comments").json(&nameless).await.refused(422, "invalid_thread_key");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
}
