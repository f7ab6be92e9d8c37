//! Rules for what is written on a site: who keeps them, and what they look for.

use std::time::Instant;

use rejoinder::domain::access::Role;
use rejoinder::domain::hold::Hold;
use rejoinder::domain::id::RuleId;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id};
use crate::promise::promises;
use crate::world::Setup;

promises![
    rules_are_added_changed_and_removed,
    a_rule_is_applied_from_the_next_comment_on,
    a_pattern_that_cannot_be_used_is_named,
    a_call_and_a_site_have_so_many_rules,
    two_thousand_rules_are_applied_in_no_time,
    only_who_may_configure_a_site_changes_its_rules,
    rules_of_other_sites_are_not_there,
    rules_are_listed_page_by_page,
    a_rule_is_tried_on_what_was_written,
    a_trial_finds_what_the_rule_then_refuses,
    a_trial_names_a_rule_or_a_pattern,
    trials_wait_for_one_another,
    what_is_too_slow_to_search_waits_for_a_moderator,
    a_changed_kind_reads_the_pattern_anew,
];

/// Adds one rule to the site `default`, and gives its id.
pub(crate) async fn add_rule(owner: &Client, kind: &str, pattern: &str, action: &str) -> String {
    let added = add(owner, kind, &[pattern], action).await.created();
    added["rules"][0]["id"].as_str().unwrap().to_owned()
}

fn add(owner: &Client, kind: &str, patterns: &[&str], action: &str) -> crate::client::Request {
    let rules = json!({"site": "default", "kind": kind, "action": action, "patterns": patterns});
    owner.admin(Method::POST, "rules").json(&rules)
}

async fn rules_are_added_changed_and_removed(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let new = json!({
        "site": "default", "kind": "wildcard", "action": "hold", "patterns": [" gold  coin* ", "idiot*"], "note": " "
    });
    let added = mia.admin(Method::POST, "rules").json(&new).await.created();
    let rule = &added["rules"][0];
    let expected = json!({
        "id": rule["id"], "site": "default", "kind": "wildcard", "pattern": "gold coin*", "action": "hold", "note": null,
        "is_enabled": true, "created_at": "2026-01-01T00:00:00.000Z"
    });
    assert_eq!(*rule, expected);
    let one = format!("rules/{}", rule["id"].as_str().unwrap());
    assert_eq!(mia.admin(Method::GET, &one).await.ok(), expected);
    let change = json!({"kind": "word", "pattern": "gold", "action": "reject", "note": "Ads.", "is_enabled": false});
    let changed = mia.admin(Method::PATCH, &one).json(&change).await.ok();
    for (member, value) in change.as_object().unwrap() {
        assert_eq!(changed[member], *value, "{member}");
    }
    assert_eq!(mia.admin(Method::PATCH, &one).json(&json!({})).await.ok(), changed);
    assert_eq!(mia.admin(Method::PATCH, &one).json(&json!({"note": null})).await.ok()["note"], Value::Null);
    mia.admin(Method::DELETE, &one).await.with_status(204);
    for method in [Method::GET, Method::DELETE] {
        mia.admin(method, &one).await.refused(404, "rule_not_found");
    }
    let listed = mia.admin(Method::GET, "rules?site=default").await.ok();
    assert_eq!(listed, json!({"rules": [added["rules"][1]], "next_cursor": null}));
}

async fn a_rule_is_applied_from_the_next_comment_on(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    dave.says("/a", "my casino").await;
    let rule = add_rule(&mia, "word", "casino", "reject").await;
    dave.post("/a", "my casino").await.refused(422, "text_not_allowed");
    let change = |change: Value| mia.admin(Method::PATCH, &format!("rules/{rule}")).json(&change);
    change(json!({"is_enabled": false})).await.ok();
    dave.says("/a", "my casino").await;
    change(json!({"is_enabled": true, "action": "hold"})).await.ok();
    dave.post("/a", "my casino").await.with_status(202);
    change(json!({"pattern": "home"})).await.ok();
    dave.says("/a", "my casino").await;
    dave.post("/a", "my home").await.with_status(202);
    mia.admin(Method::DELETE, &format!("rules/{rule}")).await.with_status(204);
    dave.says("/a", "my home").await;
}

async fn a_pattern_that_cannot_be_used_is_named(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let cases = [
        ("word", " ", "invalid_pattern", "blank"),
        ("wildcard", "*", "invalid_pattern", "too much"),
        ("regex", "(casino", "invalid_pattern", "unclosed group"),
        ("regex", "a*", "invalid_pattern", "empty text"),
        ("regex", r"\w{500}", "invalid_pattern", "too large"),
        ("regex", ".*a[ab]{1200}c|[ab]", "invalid_pattern", "too large"),
        ("regex", "[ab]{1000}c", "invalid_pattern", "too large"),
        ("word", &"x".repeat(201), "text_too_long", "200"),
        ("word", &"x".repeat(501), "text_too_long", "500"),
    ];
    for (kind, pattern, code, reason) in cases {
        let problem = add(&mia, kind, &["good", pattern, "fine"], "hold").await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], "/patterns/1", "{pattern:.20}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(reason), "{pattern:.20}: {detail}");
    }
    assert_eq!(mia.admin(Method::GET, "rules").await.ok()["rules"], json!([]));
    let rule = add_rule(&mia, "word", "(casino", "hold").await;
    let change = |change: Value| mia.admin(Method::PATCH, &format!("rules/{rule}")).json(&change);
    for wrong in [json!({"kind": "regex"}), json!({"pattern": ""})] {
        let problem = change(wrong).await.refused(422, "invalid_pattern");
        assert_eq!(problem["errors"][0]["pointer"], "/pattern");
    }
    for wrong in [json!({"kind": "phrase"}), json!({"action": "delete"})] {
        change(wrong).await.refused(422, "invalid_value");
    }
    for wrong in [json!({"kind": null}), json!({"is_enabled": "yes"})] {
        change(wrong).await.refused(422, "wrong_type");
    }
    change(json!({"note": "x".repeat(1_001)})).await.refused(422, "text_too_long");
    change(json!({"site": "other"})).await.refused(422, "unknown_field");
}

async fn a_call_and_a_site_have_so_many_rules(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let words: Vec<String> = (0..2_001).map(|number| format!("word{number}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let problem = add(&mia, "word", &words[..501], "hold").await.refused(422, "out_of_range");
    assert_eq!((&problem["min"], &problem["max"]), (&json!(1), &json!(500)));
    add(&mia, "word", &[], "hold").await.refused(422, "out_of_range");
    let expressions = &words[..201];
    let problem = add(&mia, "regex", expressions, "hold").await.refused(422, "invalid_pattern");
    assert_eq!(problem["errors"][0]["pointer"], "/patterns/200");
    for chunk in words[..2_000].chunks(500) {
        add(&mia, "word", chunk, "hold").await.created();
    }
    let problem = add(&mia, "word", &words[2_000..], "hold").await.refused(409, "too_many_rules");
    assert_eq!(problem["max"], 2_000);
}

async fn two_thousand_rules_are_applied_in_no_time(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let words: Vec<String> = (0..1_900).map(|number| format!("word{number}x")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for chunk in words.chunks(500) {
        add(&mia, "word", chunk, "reject").await.created();
    }
    let expressions: Vec<String> = (0..100).map(|number| format!(r"\bno{number}\d+y\b")).collect();
    let expressions: Vec<&str> = expressions.iter().map(String::as_str).collect();
    add(&mia, "regex", &expressions, "hold").await.created();
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    let begun = Instant::now();
    for number in [0, 950, 1_899] {
        dave.post("/a", &format!("say WORD{number}X")).await.refused(422, "text_not_allowed");
    }
    dave.post("/a", "say no991y").await.with_status(202);
    dave.says("/a", "say word1900x").await;
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

async fn only_who_may_configure_a_site_changes_its_rules(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let rule = format!("rules/{}", add_rule(&mia, "word", "casino", "hold").await);
    for (name, role) in [("Moe", Role::Moderator), ("Vic", Role::Viewer)] {
        let other = world.staff(name, role, &[]).await;
        other.admin(Method::GET, &rule).await.ok();
        other.admin(Method::GET, "rules").await.ok();
        add(&other, "word", &["x"], "hold").await.refused(403, "not_permitted");
        other.admin(Method::PATCH, &rule).json(&json!({})).await.refused(403, "not_permitted");
        other.admin(Method::DELETE, &rule).await.refused(403, "not_permitted");
    }
    world.reader().admin(Method::GET, "rules").await.refused(401, "staff_token_required");
    let bound = world.staff("Olga", Role::Owner, &["default"]).await;
    add(&bound, "word", &["x"], "hold").await.created();
}

async fn rules_of_other_sites_are_not_there(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let rule = format!("rules/{}", add_rule(&mia, "word", "casino", "hold").await);
    let stranger = world.staff("Olga", Role::Owner, &["other"]).await;
    assert_eq!(stranger.admin(Method::GET, "rules").await.ok()["rules"], json!([]));
    stranger.admin(Method::GET, "rules?site=default").await.refused(404, "site_not_found");
    stranger.admin(Method::GET, "rules?site=nowhere").await.refused(404, "site_not_found");
    add(&stranger, "word", &["x"], "hold").await.refused(404, "site_not_found");
    stranger.admin(Method::GET, &rule).await.refused(404, "rule_not_found");
    stranger.admin(Method::PATCH, &rule).json(&json!({"action": "reject"})).await.refused(404, "rule_not_found");
    stranger.admin(Method::DELETE, &rule).await.refused(404, "rule_not_found");
    mia.admin(Method::GET, "rules/nonsense").await.refused(404, "rule_not_found");
    assert_eq!(mia.admin(Method::GET, &rule).await.ok()["action"], "hold");
}

async fn rules_are_listed_page_by_page(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add(&mia, "word", &["one", "two", "three"], "hold").await.created();
    let new = json!({"site": "other", "kind": "word", "action": "hold", "patterns": ["four"]});
    mia.admin(Method::POST, "rules").json(&new).await.created();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = mia.admin(Method::GET, &format!("rules?limit=2{cursor}")).await;
        assert_eq!(page.has_header("link"), page.json()["next_cursor"].is_string());
        let page = page.ok();
        found.extend(page["rules"].as_array().unwrap().iter().map(|rule| rule["pattern"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, ["four", "three", "two", "one"]);
    mia.admin(Method::GET, &format!("rules?site=default{cursor}")).await.refused(400, "invalid_cursor");
    mia.admin(Method::GET, "rules?limit=0").await.refused(422, "out_of_range");
    mia.admin(Method::GET, "rules?thread=x").await.refused(422, "unknown_parameter");
}

fn try_out(staff: &Client, trial: &Value) -> crate::client::Request {
    staff.admin(Method::POST, "rules/test").json(trial)
}

async fn a_rule_is_tried_on_what_was_written(setup: Setup) {
    let world = setup.start().await;
    let (mia, vic) = (world.staff("Mia", Role::Owner, &[]).await, world.staff("Vic", Role::Viewer, &[]).await);
    let (dave, casino) = (world.author("dave"), world.author("Casino Dave"));
    let gone = dave.says("/a", "my casino").await;
    dave.delete(&gone).await.with_status(204);
    let one = dave.says("/a", "é 👍🏽 my CASINO, my c.a.s.i.n.o").await;
    dave.says("/a", "text").await;
    let named = casino.says("/b", "text").await;
    let rejected = dave.says("/a", "casino").await;
    let body = json!({"action": "spam", "comments": [{"id": rejected}]});
    mia.admin(Method::POST, "decisions").json(&body).await.ok();
    let trial = json!({"site": "default", "kind": "word", "pattern": "casino", "text": "The casino"});
    let result = try_out(&vic, &trial).await.ok();
    assert_eq!((&result["tested"], &result["matched"]), (&json!(4), &json!(3)));
    assert_eq!(result["text_matches"], json!([[4, 10]]));
    let found: Vec<_> =
        result["matches"].as_array().unwrap().iter().map(|one| (&one["comment"]["id"], &one["ranges"])).collect();
    let expected =
        [(&json!(rejected), &json!([[0, 6]])), (&json!(named), &json!([])), (&json!(one), &json!([[8, 14], [19, 30]]))];
    assert_eq!(found, expected);
    // A rule that is switched off is tried as well, and a trial leaves nothing behind.
    let rule = add_rule(&mia, "word", "casino", "censor").await;
    mia.admin(Method::PATCH, &format!("rules/{rule}")).json(&json!({"is_enabled": false})).await.ok();
    let known = try_out(&vic, &json!({"site": "default", "rule_id": rule})).await.ok();
    assert_eq!((&known["matches"], known.get("text_matches")), (&result["matches"], None));
    let nothing =
        json!({"site": "default", "kind": "regex", "pattern": "nothing at all", "action": "hold", "text": "x"});
    let result = try_out(&vic, &nothing).await.ok();
    assert_eq!(result, json!({"tested": 4, "is_complete": true, "matched": 0, "matches": [], "text_matches": []}));
}

async fn a_trial_finds_what_the_rule_then_refuses(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    let texts = ["casino", "Casinos", "саsіno!", "ca sino", "c-a-s-i-n-o", "occasional", "the\ncasino", "CAS1NO"];
    for (kind, pattern) in [("word", "casino"), ("wildcard", "cas*no"), ("regex", r"cas.?no\b")] {
        let mut tried = Vec::new();
        for text in texts {
            let trial = json!({"site": "default", "kind": kind, "pattern": pattern, "text": text});
            tried.push(try_out(&mia, &trial).await.ok()["text_matches"] != json!([]));
        }
        let rule = add_rule(&mia, kind, pattern, "reject").await;
        let mut refused = Vec::new();
        for text in texts {
            refused.push(dave.post("/a", text).await.status == 422);
        }
        assert_eq!(tried, refused, "{pattern}");
        assert!(tried.contains(&true) && tried.contains(&false), "{pattern}");
        mia.admin(Method::DELETE, &format!("rules/{rule}")).await.with_status(204);
    }
}

async fn a_trial_names_a_rule_or_a_pattern(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let rule = add_rule(&mia, "word", "casino", "hold").await;
    let wrong = [
        (json!({"site": "default"}), "missing_field"),
        (json!({"site": "default", "kind": "word"}), "missing_field"),
        (json!({"kind": "word", "pattern": "x"}), "missing_field"),
        (json!({"site": "default", "rule_id": rule, "kind": "word", "pattern": "x"}), "unknown_field"),
        (json!({"site": "default", "kind": "phrase", "pattern": "x"}), "invalid_value"),
        (json!({"site": "default", "kind": "word", "pattern": "x", "action": "delete"}), "invalid_value"),
        (json!({"site": "default", "kind": "regex", "pattern": "("}), "invalid_pattern"),
        (json!({"site": "default", "kind": "word", "pattern": "x".repeat(501)}), "text_too_long"),
        (json!({"site": "default", "rule_id": rule, "text": "x".repeat(20_001)}), "text_too_long"),
    ];
    for (trial, code) in wrong {
        try_out(&mia, &trial).await.refused(422, code);
    }
    try_out(&mia, &json!({"site": "nowhere", "rule_id": rule})).await.refused(404, "site_not_found");
    try_out(&mia, &json!({"site": "default", "rule_id": "0000000000001"})).await.refused(404, "rule_not_found");
    try_out(&mia, &json!({"site": "other", "rule_id": rule})).await.refused(404, "rule_not_found");
    let stranger = world.staff("Olga", Role::Owner, &["other"]).await;
    try_out(&stranger, &json!({"site": "default", "rule_id": rule})).await.refused(404, "site_not_found");
    try_out(&stranger, &json!({"site": "other", "rule_id": rule})).await.refused(404, "rule_not_found");
    try_out(&world.reader(), &json!({"site": "default", "rule_id": rule})).await.refused(401, "staff_token_required");
}

async fn trials_wait_for_one_another(setup: Setup) {
    let world = setup.start().await;
    let vic = world.staff("Vic", Role::Viewer, &[]).await;
    world.author("dave").says("/a", "text").await;
    let text = "ab".repeat(2_000);
    let trial = json!({"site": "default", "kind": "regex", "pattern": ".*a[ab]{90}c|[ab]", "text": text});
    let answers = tokio::join!(try_out(&vic, &trial), try_out(&vic, &trial), try_out(&vic, &trial));
    // On a slow machine one of them is refused: what isn't is answered in full.
    let answers: Vec<_> = [answers.0, answers.1, answers.2].into_iter().filter(|answer| answer.status != 503).collect();
    assert!(!answers.is_empty());
    for answer in answers {
        let result = answer.ok();
        assert_eq!((&result["tested"], &result["is_complete"]), (&json!(1), &json!(true)));
        assert_ne!(result["text_matches"], json!([]));
    }
    try_out(&vic, &json!({"site": "default", "kind": "word", "pattern": "text"})).await.ok();
}

async fn what_is_too_slow_to_search_waits_for_a_moderator(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { max_characters: Some(5_000), ..SiteChange::default() }).await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    let rule = add_rule(&mia, "regex", "[b-d]", "censor").await;
    let (short, long) = ("b ".repeat(900), "b ".repeat(1_001));
    dave.says("/a", &short).await;
    let held = id(&dave.post("/a", &long).await.with_status(202).json());
    let stored = world.stored(&held).await;
    let rule_id = RuleId::parse(&rule).unwrap();
    assert_eq!(stored.holds, [Hold::Rule { id: rule_id, pattern: "[b-d]".to_owned() }]);
    assert_eq!(stored.body.as_str(), long.trim());
}

async fn a_changed_kind_reads_the_pattern_anew(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let rule = format!("rules/{}", add_rule(&mia, "word", "[ab]{101}", "hold").await);
    let change = |change: Value| mia.admin(Method::PATCH, &rule).json(&change);
    let problem = change(json!({"kind": "regex"})).await.refused(422, "invalid_pattern");
    assert_eq!(problem["errors"][0]["pointer"], "/pattern");
    assert_eq!(change(json!({"kind": "regex", "pattern": "[ab]{100}"})).await.ok()["kind"], "regex");
    assert_eq!(change(json!({"note": "Kept."})).await.ok()["pattern"], "[ab]{100}");
    mia.admin(Method::PATCH, "rules/0000000000001").json(&json!({"kind": "word"})).await.refused(404, "rule_not_found");
}
