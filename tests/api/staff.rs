//! Who is staff: adding, changing and removing them.

use rejoinder::domain::access::Role;
use rejoinder::domain::id::StaffId;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{add_second_factor, enter, enter_with_password, sign_in, typed};
use crate::client::Client;
use crate::promise::promises;
use crate::world::Setup;

promises![
    staff_are_added_listed_found_changed_and_removed,
    staff_are_described_by_the_rules,
    a_name_that_looks_like_anothers_is_taken,
    who_is_shut_out_is_out_at_once,
    who_lost_everything_is_let_in_again,
    who_is_removed_is_gone_with_all_that_is_theirs,
    the_last_owner_stays,
    of_two_owners_who_shut_each_other_out_one_stays,
    only_owners_of_all_sites_change_who_is_staff,
    all_of_it_is_written_down,
];

fn staff_path(member: &Value) -> String {
    format!("staff/{}", member["id"].as_str().unwrap())
}

pub(crate) async fn change(by: &Client, member: &Value, body: Value) -> crate::answer::Answer {
    by.admin(Method::PATCH, &staff_path(member)).json(&body).await
}

pub(crate) async fn me(client: &Client) -> Value {
    client.admin(Method::GET, "me").await.ok()["staff"].clone()
}

async fn staff_are_added_listed_found_changed_and_removed(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let body = json!({"name": "  Tom ", "role": "moderator", "sites": ["news", "default"]});
    let answer = ada.admin(Method::POST, "staff").json(&body).await;
    let added = answer.clone().created();
    let tom = added["staff"].clone();
    assert_eq!(answer.required_header("location"), format!("/api/v1/admin/{}", staff_path(&tom)));
    assert_eq!((&tom["name"], &tom["sites"]), (&json!("Tom"), &json!(["default", "news"])));
    let token = &added["token"];
    assert_eq!((&token["site"], token["scopes"].as_array().unwrap().len()), (&Value::Null, 4));
    assert_eq!(
        (&token["created_at"], &token["expires_at"]),
        (&json!("2026-01-01T00:00:00.000Z"), &json!("2027-01-01T00:00:00.000Z"))
    );
    let tom_himself = Client::staff(world.clone(), "Tom", added["secret"].as_str().unwrap());
    assert_eq!(me(&tom_himself).await, tom);

    assert_eq!(ada.admin(Method::GET, &staff_path(&tom)).await.ok(), tom);
    let list = ada.admin(Method::GET, "staff").await.ok();
    let names: Vec<&Value> = list["staff"].as_array().unwrap().iter().map(|member| &member["name"]).collect();
    assert_eq!(names, ["Tom", "Ada"]);
    let first = ada.admin(Method::GET, "staff?limit=1").await.ok();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ada.admin(Method::GET, &format!("staff?limit=1&cursor={cursor}")).await.ok();
    assert_eq!((&second["staff"][0]["name"], &second["next_cursor"]), (&json!("Ada"), &Value::Null));
    ada.admin(Method::GET, &format!("tokens?cursor={cursor}")).await.refused(400, "invalid_cursor");
    ada.admin(Method::GET, "staff?limit=0").await.refused(422, "out_of_range");
    ada.admin(Method::GET, "staff?name=Tom").await.refused(422, "unknown_parameter");

    let body = json!({"name": "Thomas", "role": "viewer", "sites": ["news"]});
    let changed = change(&ada, &tom, body).await.ok();
    assert_eq!(
        (&changed["name"], &changed["role"], &changed["sites"]),
        (&json!("Thomas"), &json!("viewer"), &json!(["news"]))
    );
    let everywhere = change(&ada, &tom, json!({"sites": null})).await.ok();
    assert_eq!((&everywhere["sites"], &everywhere["role"]), (&Value::Null, &json!("viewer")));
    assert_eq!(change(&ada, &tom, json!({})).await.ok(), everywhere);
    assert_eq!(me(&tom_himself).await, everywhere);

    ada.admin(Method::DELETE, &staff_path(&tom)).await.with_status(204);
    ada.admin(Method::DELETE, &staff_path(&tom)).await.refused(404, "staff_not_found");
    let nobody = format!("staff/{}", StaffId::from_number(1));
    for gone in [staff_path(&tom).as_str(), &nobody, "staff/x"] {
        ada.admin(Method::GET, gone).await.refused(404, "staff_not_found");
        ada.admin(Method::PATCH, gone).json(&json!({"role": "viewer"})).await.refused(404, "staff_not_found");
    }
}

async fn staff_are_described_by_the_rules(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let cases = [
        (json!({"role": "viewer"}), 422, "missing_field"),
        (json!({"name": "Tom"}), 422, "missing_field"),
        (json!({"name": "Tom", "role": "king"}), 422, "invalid_value"),
        (json!({"name": "Tom", "role": 1}), 422, "wrong_type"),
        (json!({"name": "Tom", "role": "viewer", "mail": "a@b.example"}), 422, "unknown_field"),
        (json!({"name": "\u{200b}", "role": "viewer"}), 422, "name_blank"),
        (json!({"name": "x".repeat(65), "role": "viewer"}), 422, "name_too_long"),
        (json!({"name": format!("x{}", "\u{301}".repeat(12)), "role": "viewer"}), 422, "too_many_combining_marks"),
        (json!({"name": "Tom", "role": "viewer", "sites": []}), 422, "invalid_value"),
        (json!({"name": "Tom", "role": "viewer", "sites": ["default", "default"]}), 422, "invalid_value"),
        (json!({"name": "Tom", "role": "viewer", "sites": ["nowhere"]}), 404, "site_not_found"),
        (json!({"name": "Tom", "role": "viewer", "sites": ["No Slug"]}), 404, "site_not_found"),
    ];
    for (body, status, code) in cases {
        ada.admin(Method::POST, "staff").json(&body).await.refused(status, code);
    }
    let own = me(&ada).await;
    let cases = [
        (json!({"name": null}), 422, "wrong_type"),
        (json!({"name": ""}), 422, "name_blank"),
        (json!({"role": "king"}), 422, "invalid_value"),
        (json!({"is_disabled": null}), 422, "wrong_type"),
        (json!({"remove_totp": false}), 422, "invalid_value"),
        (json!({"remove_password": false}), 422, "invalid_value"),
        (json!({"sites": []}), 422, "invalid_value"),
        (json!({"sites": ["nowhere"]}), 404, "site_not_found"),
        (json!({"password": "x"}), 422, "unknown_field"),
    ];
    for (body, status, code) in cases {
        change(&ada, &own, body).await.refused(status, code);
    }
    assert_eq!(me(&ada).await, own);
}

async fn a_name_that_looks_like_anothers_is_taken(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada Love", Role::Owner, &[]).await;
    // Another case, a zero, Cyrillic letters, an accent, marks between.
    for look_alike in ["Ada Love", "ADA LOVE", "ada-l0ve", "Аdа Lоvе", "Adá Lóve", "Ada\u{200d}Love"] {
        let body = json!({"name": look_alike, "role": "viewer"});
        ada.admin(Method::POST, "staff").json(&body).await.refused(409, "name_taken");
    }
    let tom = ada.admin(Method::POST, "staff").json(&json!({"name": "Tom", "role": "viewer"})).await.created();
    change(&ada, &tom["staff"], json!({"name": "4da love"})).await.refused(409, "name_taken");
    // One's own name in another form is free.
    assert_eq!(change(&ada, &tom["staff"], json!({"name": "T0M"})).await.ok()["name"], "T0M");
    // Of two who take one name at the same time, one gets it.
    let add = |name: &str| {
        let request = ada.admin(Method::POST, "staff").json(&json!({"name": name, "role": "viewer"}));
        async { request.await.status }
    };
    let (one, other) = tokio::join!(add("Eve"), add("EVE"));
    assert_eq!(one.min(other) + one.max(other), 201 + 409);
}

async fn who_is_shut_out_is_out_at_once(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let tom = world.staff("Tom", Role::Moderator, &[]).await;
    let browsers = [enter_with_password(&world, &tom).await, enter(&world, &tom).await];
    let himself = me(&tom).await;
    let disabled = change(&ada, &himself, json!({"is_disabled": true})).await.ok();
    assert_eq!(disabled["is_disabled"], true);
    for browser in &browsers {
        browser.admin(Method::GET, "me").await.refused(401, "session_ended");
    }
    tom.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
    sign_in(&world, &typed("Tom", None)).await.refused(401, "sign_in_failed");
    assert_eq!(world.count("sessions").await, 0);
    // Let in again, he signs in anew; his token was never withdrawn.
    change(&ada, &himself, json!({"is_disabled": false})).await.ok();
    browsers[0].admin(Method::GET, "me").await.refused(401, "session_ended");
    tom.admin(Method::GET, "me").await.ok();
    sign_in(&world, &typed("Tom", None)).await.ok();
}

async fn who_lost_everything_is_let_in_again(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let tom = world.staff("Tom", Role::Moderator, &[]).await;
    let browser = enter_with_password(&world, &tom).await;
    let (_, recovery) = add_second_factor(&world, &browser).await;
    let himself = me(&tom).await;
    let changed = change(&ada, &himself, json!({"remove_totp": true})).await.ok();
    assert_eq!((&changed["has_totp"], &changed["has_password"]), (&json!(false), &json!(true)));
    browser.admin(Method::GET, "me").await.refused(401, "session_ended");
    let browser = enter(&world, &tom).await;
    // Nothing of the old factor is left.
    add_second_factor(&world, &browser).await;
    sign_in(&world, &typed("Tom", Some(&recovery[0]))).await.refused(401, "sign_in_failed");
    let changed = change(&ada, &himself, json!({"remove_totp": true, "remove_password": true})).await.ok();
    assert_eq!((&changed["has_totp"], &changed["has_password"]), (&json!(false), &json!(false)));
    browser.admin(Method::GET, "me").await.refused(401, "session_ended");
    sign_in(&world, &typed("Tom", None)).await.refused(401, "sign_in_failed");
    enter_with_password(&world, &tom).await.admin(Method::GET, "me").await.ok();
}

async fn who_is_removed_is_gone_with_all_that_is_theirs(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let tom = world.staff("Tom", Role::Moderator, &["default"]).await;
    let browser = enter_with_password(&world, &tom).await;
    add_second_factor(&world, &browser).await;
    ada.admin(Method::DELETE, &staff_path(&me(&tom).await)).await.with_status(204);
    browser.admin(Method::GET, "me").await.refused(401, "session_ended");
    tom.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
    for (table, rows) in [("sessions", 0), ("recovery_codes", 0), ("staff_sites", 0), ("api_tokens", 1), ("staff", 1)] {
        assert_eq!(world.count(table).await, rows, "{table}");
    }
    // The name is free.
    ada.admin(Method::POST, "staff").json(&json!({"name": "Tom", "role": "viewer"})).await.created();
}

async fn the_last_owner_stays(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    // Neither of them could stand in.
    world.staff("bound", Role::Owner, &["default"]).await;
    let eve = me(&world.staff("Eve", Role::Owner, &[]).await).await;
    change(&ada, &eve, json!({"is_disabled": true})).await.ok();
    let own = me(&ada).await;
    for body in [json!({"role": "moderator"}), json!({"sites": ["default"]}), json!({"is_disabled": true})] {
        change(&ada, &own, body).await.refused(409, "last_owner");
    }
    ada.admin(Method::DELETE, &staff_path(&own)).await.refused(409, "last_owner");
    assert_eq!(me(&ada).await, own);
    change(&ada, &own, json!({"name": "Ada L."})).await.ok();
    // With another one, she can go.
    change(&ada, &eve, json!({"is_disabled": false})).await.ok();
    change(&ada, &own, json!({"role": "viewer"})).await.ok();
    change(&ada, &eve, json!({"role": "viewer"})).await.refused(403, "not_permitted");
}

async fn of_two_owners_who_shut_each_other_out_one_stays(setup: Setup) {
    let world = setup.start().await;
    let beside = setup.start_beside(&world).await;
    for round in 0..4 {
        let one = world.staff(&format!("One {round}"), Role::Owner, &[]).await;
        let other = world.staff(&format!("Other {round}"), Role::Owner, &[]).await;
        let (id, other_id) = (me(&one).await, me(&other).await);
        let from_beside = other.asking(&beside);
        let (first, second) = if round % 2 == 0 {
            let demoted = change(&one, &other_id, json!({"role": "viewer"}));
            tokio::join!(demoted, change(&from_beside, &id, json!({"is_disabled": true})))
        } else {
            let removed = one.admin(Method::DELETE, &staff_path(&other_id)).into_future();
            tokio::join!(removed, from_beside.admin(Method::DELETE, &staff_path(&id)).into_future())
        };
        let done = [&first, &second].iter().filter(|answer| (200..300).contains(&answer.status)).count();
        assert_eq!(done, 1, "{} {}", first.text(), second.text());
        // Whoever is left isn't needed in the next round.
        assert!(world.run_sql("UPDATE staff SET is_disabled = (1 = 1)").await);
    }
}

async fn only_owners_of_all_sites_change_who_is_staff(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let own = staff_path(&me(&ada).await);
    let others = [
        world.staff("a moderator", Role::Moderator, &[]).await,
        world.staff("a viewer", Role::Viewer, &[]).await,
        world.staff("an owner of one site", Role::Owner, &["default"]).await,
    ];
    for other in &others {
        for client in [other.clone(), enter(&world, other).await] {
            client.admin(Method::GET, "staff").await.refused(403, "not_permitted");
            client.admin(Method::GET, &own).await.refused(403, "not_permitted");
            let new = json!({"name": "newcomer", "role": "viewer"});
            client.admin(Method::POST, "staff").json(&new).await.refused(403, "not_permitted");
            let theirs = staff_path(&me(&client).await);
            for path in [&own, &theirs] {
                let promoted = client.admin(Method::PATCH, path).json(&json!({"role": "owner", "sites": null}));
                promoted.await.refused(403, "not_permitted");
                client.admin(Method::DELETE, path).await.refused(403, "not_permitted");
            }
        }
    }
    assert_eq!(world.count("staff").await, 4);
}

async fn all_of_it_is_written_down(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let tom = ada.admin(Method::POST, "staff").json(&json!({"name": "Tom", "role": "viewer"})).await.created();
    let all = json!({"name": "Thomas", "role": "moderator", "sites": ["default"], "is_disabled": true,
        "remove_totp": true, "remove_password": true});
    change(&ada, &tom["staff"], all).await.ok();
    change(&ada, &tom["staff"], json!({"is_disabled": false, "sites": null})).await.ok();
    let token = format!("tokens/{}", tom["token"]["id"].as_str().unwrap());
    ada.admin(Method::PATCH, &token).json(&json!({"name": "old"})).await.ok();
    ada.admin(Method::DELETE, &token).await.with_status(204);
    ada.admin(Method::DELETE, &staff_path(&tom["staff"])).await.with_status(204);
    let browser = enter_with_password(&world, &ada).await;
    let (_, recovery) = add_second_factor(&world, &browser).await;
    browser.admin(Method::POST, "me/totp/removal").json(&json!({"code": recovery[0]})).await.with_status(204);

    let log = ada.admin(Method::GET, "decisions").await.ok();
    let entries = log["decisions"].as_array().unwrap().iter().rev();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines: Vec<[String; 3]> =
        entries.map(|entry| [text(&entry["action"]), text(&entry["staff"]["name"]), text(&entry["subject"])]).collect();
    let everything = "read, moderate, configure, administer; all sites";
    let expected = [
        ["add_staff", "-", "Ada: owner, all sites"],
        ["add_token", "-", &format!("Ada: first ({everything})")],
        ["add_staff", "Ada", "Tom: viewer, all sites"],
        ["add_token", "Ada", &format!("Tom: first ({everything})")],
        [
            "change_staff",
            "Ada",
            "Thomas: was Tom, role moderator, sites default, disabled, second factor removed, password removed",
        ],
        ["change_staff", "Ada", "Thomas: all sites, enabled"],
        ["change_token", "Ada", "Thomas: first is now old"],
        ["remove_token", "Ada", "Thomas: old"],
        ["remove_staff", "Ada", "Thomas"],
        ["sign_in", "Ada", "Ada: by API token first"],
        ["change_password", "Ada", "Ada"],
        ["add_totp", "Ada", "Ada"],
        ["remove_totp", "Ada", "Ada"],
    ];
    assert_eq!(lines, expected);
    // Nobody who is bound to a site reads what concerns the whole installation.
    let bound = world.staff("Bob", Role::Owner, &["default"]).await;
    assert_eq!(bound.admin(Method::GET, "decisions").await.ok()["decisions"], json!([]));
}
