//! API tokens: making and withdrawing them, and that nobody gets more by one than they have.

use rejoinder::domain::access::Role;
use rejoinder::domain::id::{StaffId, TokenId};
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{PASSWORD, add_second_factor, enter, enter_with_password, sign_in, typed};
use crate::client::Client;
use crate::promise::promises;
use crate::staff::{change, me};
use crate::world::{Setup, World};

promises![
    a_token_is_made_listed_renamed_and_withdrawn,
    a_token_is_described_by_the_rules,
    a_token_for_a_part_is_no_key_to_the_rest,
    a_token_ends,
    a_token_never_gets_more_than_its_maker_has,
    nobody_has_more_than_a_hundred_tokens,
    tokens_of_others_are_for_owners_only,
    a_secret_is_shown_once_and_kept_nowhere,
];

async fn a_token_is_made_listed_renamed_and_withdrawn(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    world.pass_seconds(1);
    let made = mia.admin(Method::POST, "tokens").json(&json!({"name": " Night  shift "})).await.created();
    let token = &made["token"];
    assert_eq!((&token["name"], &token["scopes"]), (&json!("Night shift"), &json!(["read", "moderate"])));
    assert_eq!(
        (&token["staff"]["name"], &token["used_at"], &token["site"]),
        (&json!("Mia"), &Value::Null, &Value::Null)
    );
    assert_eq!(token["expires_at"], "2026-04-01T00:00:01.000Z");
    let path = format!("tokens/{}", token["id"].as_str().unwrap());
    let program = Client::staff(world.clone(), "program", made["secret"].as_str().unwrap());
    let who = program.admin(Method::GET, "me").await.ok();
    assert_eq!((&who["via"], &who["permissions"]), (&json!("token"), &json!(["read", "moderate"])));

    let list = mia.admin(Method::GET, "tokens").await.ok();
    let names: Vec<&Value> = list["tokens"].as_array().unwrap().iter().map(|token| &token["name"]).collect();
    assert_eq!(names, ["Night shift", "first"]);
    assert_eq!(list["tokens"][0]["used_at"], "2026-01-01T00:00:01.000Z");
    let renamed = mia.admin(Method::PATCH, &path).json(&json!({"name": "Day shift"})).await.ok();
    assert_eq!(renamed["name"], "Day shift");
    for (body, code) in [
        (json!({}), "missing_field"),
        (json!({"name": null}), "wrong_type"),
        (json!({"name": " "}), "name_blank"),
        (json!({"name": "x", "scopes": ["read"]}), "unknown_field"),
    ] {
        mia.admin(Method::PATCH, &path).json(&body).await.refused(422, code);
    }
    program.admin(Method::DELETE, &path).await.with_status(204);
    program.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
    let nobodys = format!("tokens/{}", TokenId::from_number(1));
    for gone in [path.as_str(), &nobodys, "tokens/x"] {
        mia.admin(Method::DELETE, gone).await.refused(404, "token_not_found");
        mia.admin(Method::PATCH, gone).json(&json!({"name": "x"})).await.refused(404, "token_not_found");
    }
}

async fn a_token_is_described_by_the_rules(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let cases = [
        (json!({}), 422, "missing_field"),
        (json!({"name": ""}), 422, "name_blank"),
        (json!({"name": "x".repeat(65)}), 422, "name_too_long"),
        (json!({"name": format!("x{}", "\u{301}".repeat(12))}), 422, "too_many_combining_marks"),
        (json!({"name": "x", "scopes": []}), 422, "invalid_value"),
        (json!({"name": "x", "scopes": ["read", "rule"]}), 422, "invalid_value"),
        (json!({"name": "x", "scopes": ["read", "read"]}), 422, "invalid_value"),
        (json!({"name": "x", "scopes": "read"}), 422, "wrong_type"),
        (json!({"name": "x", "expires_in_days": 0}), 422, "out_of_range"),
        (json!({"name": "x", "expires_in_days": 367}), 422, "out_of_range"),
        (json!({"name": "x", "expires_in_days": 1.5}), 422, "wrong_type"),
        (json!({"name": "x", "secret": "rjs_"}), 422, "unknown_field"),
        (json!({"name": "x", "site": "nowhere"}), 404, "site_not_found"),
        (json!({"name": "x", "site": ""}), 404, "site_not_found"),
    ];
    for (body, status, code) in cases {
        ada.admin(Method::POST, "tokens").json(&body).await.refused(status, code);
    }
    let body = json!({"name": "x", "scopes": null, "site": null, "expires_in_days": null});
    ada.admin(Method::POST, "tokens").json(&body).await.created();
}

async fn nobody_has_more_than_a_hundred_tokens(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let add = || ada.admin(Method::POST, "tokens").json(&json!({"name": "x", "expires_in_days": 1}));
    // Her first one is one of them. Those that are made at the same time count one another.
    for _ in 0..24 {
        tokio::join!(add().into_future(), add().into_future(), add().into_future(), add().into_future());
    }
    let (one, two, three, four) =
        tokio::join!(add().into_future(), add().into_future(), add().into_future(), add().into_future());
    let statuses = [one, two, three, four].map(|answer| answer.status);
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(add().await.refused(409, "too_many_tokens")["max"], 100);
    // Those that have ended don't count.
    world.pass_seconds(86_400);
    add().await.created();
}

async fn a_token_for_a_part_is_no_key_to_the_rest(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let whole = ada.admin(Method::GET, "tokens").await.ok()["tokens"][0]["id"].as_str().unwrap().to_owned();
    enter(&world, &ada).await;
    let session = ada.admin(Method::GET, "sessions").await.ok()["sessions"][0]["id"].as_str().unwrap().to_owned();
    for part in [json!({"name": "x", "scopes": ["read"]}), json!({"name": "x", "site": "default"})] {
        let program = with_secret(&world, &make(&ada, part).await.created());
        let token = format!("tokens/{whole}");
        for call in [
            program.admin(Method::GET, "tokens"),
            program.admin(Method::PATCH, &token).json(&json!({"name": "y"})),
            program.admin(Method::DELETE, &token),
            program.admin(Method::GET, "sessions"),
            program.admin(Method::DELETE, &format!("sessions/{session}")),
        ] {
            call.await.refused(403, "not_permitted");
        }
    }
    ada.admin(Method::DELETE, &format!("sessions/{session}")).await.with_status(204);
}

async fn a_token_ends(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let made = mia.admin(Method::POST, "tokens").json(&json!({"name": "x", "expires_in_days": 1})).await.created();
    let program = Client::staff(world.clone(), "program", made["secret"].as_str().unwrap());
    world.pass_seconds(86_399);
    program.admin(Method::GET, "me").await.ok();
    world.pass_seconds(1);
    program.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
    // It stays in the list, so that its owner sees why the program stopped.
    assert_eq!(mia.admin(Method::GET, "tokens").await.ok()["tokens"][0]["id"], made["token"]["id"]);
    world.pass_seconds(364 * 86_400);
    mia.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
}

/// A token made by this client, or the refusal of it.
async fn make(by: &Client, body: Value) -> crate::answer::Answer {
    by.admin(Method::POST, "tokens").json(&body).await
}

fn with_secret(world: &World, made: &Value) -> Client {
    Client::staff(world.clone(), "program", made["secret"].as_str().unwrap())
}

async fn a_token_never_gets_more_than_its_maker_has(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    // Scopes.
    let reader = with_secret(&world, &make(&ada, json!({"name": "x", "scopes": ["read"]})).await.created());
    for more in ["moderate", "configure", "administer"] {
        make(&reader, json!({"name": "x", "scopes": ["read", more]})).await.refused(403, "not_permitted");
    }
    assert_eq!(make(&reader, json!({"name": "x"})).await.created()["token"]["scopes"], json!(["read"]));
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    for client in [mia.clone(), enter(&world, &mia).await] {
        make(&client, json!({"name": "x", "scopes": ["configure"]})).await.refused(403, "not_permitted");
        assert_eq!(make(&client, json!({"name": "x"})).await.created()["token"]["scopes"], json!(["read", "moderate"]));
    }
    // One site.
    let bound = make(&ada, json!({"name": "x", "site": "news"})).await.created();
    assert_eq!(bound["token"]["scopes"], json!(["read", "moderate", "configure"]));
    make(&ada, json!({"name": "x", "site": "news", "scopes": ["administer"]})).await.refused(403, "not_permitted");
    let bound = with_secret(&world, &bound);
    make(&bound, json!({"name": "x", "site": "default"})).await.refused(404, "site_not_found");
    assert_eq!(make(&bound, json!({"name": "x"})).await.created()["token"]["site"], "news");
    let child = with_secret(&world, &make(&bound, json!({"name": "x", "site": null})).await.created());
    child.admin(Method::GET, "sites/default").await.refused(404, "site_not_found");
    child.admin(Method::GET, "sites/news").await.ok();
    // Staff of one site.
    let tom = world.staff("Tom", Role::Owner, &["news"]).await;
    make(&tom, json!({"name": "x", "site": "default"})).await.refused(404, "site_not_found");
    make(&tom, json!({"name": "x", "scopes": ["administer"]})).await.refused(403, "not_permitted");
    let child = with_secret(&world, &make(&tom, json!({"name": "x"})).await.created());
    child.admin(Method::GET, "sites/default").await.refused(404, "site_not_found");
    // Time.
    let short = with_secret(&world, &make(&ada, json!({"name": "x", "expires_in_days": 2})).await.created());
    world.pass_seconds(86_400);
    let child = make(&short, json!({"name": "x", "expires_in_days": 366})).await.created();
    assert_eq!(child["token"]["expires_at"], "2026-01-03T00:00:00.000Z");
    // A role that is taken away is taken from the tokens too.
    change(&ada, &me(&mia).await, json!({"role": "viewer"})).await.ok();
    assert_eq!(mia.admin(Method::GET, "me").await.ok()["permissions"], json!(["read"]));
}

async fn tokens_of_others_are_for_owners_only(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let mia = world.staff("Mia", Role::Moderator, &["default"]).await;
    let token = mia.admin(Method::GET, "tokens").await.ok()["tokens"][0]["id"].as_str().unwrap().to_owned();
    let (path, list) = (format!("tokens/{token}"), format!("tokens?staff={}", me(&mia).await["id"].as_str().unwrap()));
    let nosy = [
        world.staff("a moderator", Role::Moderator, &[]).await,
        world.staff("an owner of one site", Role::Owner, &["default"]).await,
    ];
    for client in nosy {
        client.admin(Method::GET, &list).await.refused(403, "not_permitted");
        client.admin(Method::PATCH, &path).json(&json!({"name": "mine"})).await.refused(404, "token_not_found");
        client.admin(Method::DELETE, &path).await.refused(404, "token_not_found");
    }
    mia.admin(Method::GET, &list).await.ok();
    assert_eq!(ada.admin(Method::GET, &list).await.ok()["tokens"][0]["staff"]["name"], "Mia");
    let nobody = StaffId::from_number(1);
    ada.admin(Method::GET, &format!("tokens?staff={nobody}")).await.refused(404, "staff_not_found");
    ada.admin(Method::GET, "tokens?staff=x").await.refused(422, "invalid_value");
    ada.admin(Method::PATCH, &path).json(&json!({"name": "known"})).await.ok();
    ada.admin(Method::DELETE, &path).await.with_status(204);
    mia.admin(Method::GET, "me").await.refused(401, "invalid_staff_token");
}

async fn a_secret_is_shown_once_and_kept_nowhere(setup: Setup) {
    let world = setup.start().await;
    let ada = world.staff("Ada", Role::Owner, &[]).await;
    let made = make(&ada, json!({"name": "x"})).await.created();
    let browser = enter_with_password(&world, &ada).await;
    let answer = sign_in(&world, &typed("Ada", None)).await;
    let session = crate::browser::cookie(&answer).split_once('=').unwrap().1.to_owned();
    let (_, recovery) = add_second_factor(&world, &browser).await;
    let secrets =
        [made["secret"].as_str().unwrap(), &ada.token().unwrap(), &session, &recovery[0], &recovery[9], PASSWORD];
    for path in ["tokens", "staff", "sessions", "me", "decisions"] {
        let text = ada.admin(Method::GET, path).await.with_status(200).text();
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{path}: {text}");
    }
    let Some(file) = world.database().strip_prefix("sqlite://") else { return };
    for file in [file.to_owned(), format!("{file}-wal")] {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let bare = secret.split_once('_').map_or(secret, |(_, bare)| bare);
            let found = bytes.windows(bare.len()).any(|window| window == bare.as_bytes());
            assert!(!found, "{file} holds a secret of {} characters", secret.len());
        }
    }
}
