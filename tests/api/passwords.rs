//! Passwords of staff: trying them, changing them, and what it costs.

use futures_util::future::join_all;
use rejoinder::domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{PASSWORD, cookie, enter, enter_with_password, page, sign_in, signed_in, typed};
use crate::promise::promises;
use crate::world::Setup;

promises![
    names_are_counted_however_many_networks_there_are,
    tries_are_limited_for_each_network_and_for_each_name,
    passwords_and_codes_of_those_who_are_in_are_tries_too,
    many_passwords_are_hashed_a_few_at_a_time,
    a_new_password_ends_all_other_sessions,
    a_password_that_can_be_guessed_is_not_taken,
    a_hash_of_other_parameters_is_renewed,
];

async fn names_are_counted_however_many_networks_there_are(setup: Setup) {
    let world = setup.start_with(&[TIGHT[0], TIGHT[1], TIGHT[2], ("LIMITS__REMEMBERED_CLIENTS", "2")]).await;
    world.staff("Mia", Role::Owner, &[]).await;
    let tried = |number: u8| {
        let page = page(&world).at_address(&format!("192.0.2.{number}"));
        page.admin(Method::POST, "session").json(&json!({"name": "Mia", "password": "wrong"}))
    };
    tried(1).await.refused(401, "sign_in_failed");
    tried(2).await.refused(401, "sign_in_failed");
    for number in 3..9 {
        world.reader().at_address(&format!("192.0.2.{number}")).counts(&["/a"]).await.ok();
    }
    tried(9).await.refused(429, "rate_limited");
}

/// Two tries in a minute.
const TIGHT: [(&str, &str); 4] = [
    ("LIMITS__ENABLED", "true"),
    ("HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ("LIMITS__SIGN_IN__REQUESTS", "2"),
    ("LIMITS__SIGN_IN__WINDOW_SECONDS", "60"),
];

async fn tries_are_limited_for_each_network_and_for_each_name(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let tried = async |address: &str, name: &str| {
        let request = page(&world).at_address(address).admin(Method::POST, "session");
        request.json(&json!({"name": name, "password": "wrong"})).await
    };
    // One network, many names.
    tried("192.0.2.1", "one").await.refused(401, "sign_in_failed");
    tried("192.0.2.1", "two").await.refused(401, "sign_in_failed");
    let refused = tried("192.0.2.1", "three").await;
    assert_eq!(refused.required_header("retry-after"), "30");
    assert!(refused.required_header("ratelimit").contains("\"sign_in\";r=0;t=30"));
    refused.refused(429, "rate_limited");
    // One name, many networks, whether somebody has it or not, and however it is written.
    world.staff("Mia", Role::Owner, &[]).await;
    for (name, again, other) in [("Mia", "mia", "MIA"), ("Nobody", "n0body", "NOBODY")] {
        tried("192.0.2.2", name).await.refused(401, "sign_in_failed");
        tried("192.0.2.3", again).await.refused(401, "sign_in_failed");
        let refused = tried("192.0.2.4", other).await;
        let limits = refused.required_header("ratelimit");
        assert_eq!(limits.matches("\"sign_in\"").count(), 1, "{limits}");
        refused.refused(429, "rate_limited");
        world.pass_seconds(60);
    }
    tried("192.0.2.1", "Mia").await.refused(401, "sign_in_failed");
}

async fn passwords_and_codes_of_those_who_are_in_are_tries_too(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let value = cookie(&sign_in(&world, &json!({"token": mia.token()})).await.with_status(200));
    world.pass_seconds(120);
    let at = |address: &str| page(&world).at_address(address).with_header("cookie", &value);
    let code = json!({"code": "000000"});
    let password = json!({"current_password": "wrong", "new_password": PASSWORD});
    let first = json!({"new_password": PASSWORD});
    at("192.0.2.1").admin(Method::PUT, "me/password").json(&first).await.with_status(204);
    at("192.0.2.1").admin(Method::PUT, "me/totp").json(&code).await.refused(403, "wrong_code");
    at("192.0.2.1").admin(Method::PUT, "me/password").json(&password).await.refused(429, "rate_limited");
    // The account has its quota, wherever the tries come from.
    at("192.0.2.2").admin(Method::POST, "me/totp/removal").json(&code).await.refused(429, "rate_limited");
    at("192.0.2.3").admin(Method::PUT, "me/password").json(&password).await.refused(429, "rate_limited");
    at("192.0.2.4").admin(Method::PUT, "me/totp").json(&code).await.refused(429, "rate_limited");
    // What is no try goes on.
    at("192.0.2.1").admin(Method::GET, "me").await.ok();
    world.pass_seconds(60);
    at("192.0.2.5").admin(Method::PUT, "me/password").json(&password).await.refused(403, "wrong_password");
}

async fn many_passwords_are_hashed_a_few_at_a_time(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    enter_with_password(&world, &mia).await;
    let tries = (0..50).map(|_| async { sign_in(&world, &typed("Nobody", None)).await.status });
    let (statuses, live) = tokio::join!(join_all(tries), world.reader().get("/livez"));
    live.ok();
    // Those whose turn doesn't come in time are told to come back.
    assert!(statuses.iter().all(|status| [401, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&401));
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!((1..=cores).contains(&world.hashing().most_at_once()));
}

async fn a_new_password_ends_all_other_sessions(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let tom = enter(&world, &world.staff("Tom", Role::Moderator, &[]).await).await;
    let browser = enter_with_password(&world, &mia).await;
    let other = signed_in(&world, sign_in(&world, &typed("Mia", None)).await);
    let change = |body: Value| browser.admin(Method::PUT, "me/password").json(&body);
    let new = "a heron walks at seven";
    change(json!({"new_password": new})).await.refused(403, "wrong_password");
    change(json!({"current_password": null, "new_password": new})).await.refused(403, "wrong_password");
    change(json!({"current_password": new, "new_password": new})).await.refused(403, "wrong_password");
    other.admin(Method::GET, "me").await.ok();
    change(json!({"current_password": PASSWORD, "new_password": new})).await.with_status(204);
    other.admin(Method::GET, "me").await.refused(401, "session_ended");
    browser.admin(Method::GET, "me").await.ok();
    tom.admin(Method::GET, "me").await.ok();
    mia.admin(Method::GET, "me").await.ok();
    sign_in(&world, &typed("Mia", None)).await.refused(401, "sign_in_failed");
    sign_in(&world, &json!({"name": "Mia", "password": new})).await.ok();
}

async fn a_password_that_can_be_guessed_is_not_taken(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia Magdalena", Role::Moderator, &[]).await;
    let browser = enter(&world, &mia).await;
    let long = "no end of it ".repeat(11);
    let cases = [
        ("eleven char", Some(("min", 12)), Some(11)),
        (&long, Some(("max", 128)), Some(143)),
        ("abababababababab", None, None),
        ("passwordpassword", None, None),
        ("Mia Magdalena 1", None, None),
        ("a line\nand another", None, None),
    ];
    for (password, limit, actual) in cases {
        let request = browser.admin(Method::PUT, "me/password").json(&json!({"new_password": password}));
        let problem = request.await.refused(422, "invalid_password");
        assert_eq!(problem["errors"][0]["pointer"], "/new_password");
        assert!(!problem.to_string().contains(password), "{problem}");
        if let Some((name, number)) = limit {
            assert_eq!((&problem[name], &problem["actual"]), (&json!(number), &json!(actual)), "{problem}");
        }
    }
    let refused = browser.admin(Method::PUT, "me/password").json(&json!({"password": PASSWORD})).await;
    refused.refused(422, "unknown_field");
}

async fn a_hash_of_other_parameters_is_renewed(setup: Setup) {
    const OTHER: &str = "UPDATE staff SET password_hash = replace(password_hash, 'm=19456', 'm=19457')";
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    enter_with_password(&world, &mia).await;
    let fresh = world.password_hash("Mia").await;
    assert!(fresh.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    sign_in(&world, &typed("Mia", None)).await.ok();
    assert_eq!(world.password_hash("Mia").await, fresh);
    // A hash that says other parameters than it was made with is nobody's.
    assert!(world.run_sql(OTHER).await);
    sign_in(&world, &typed("Mia", None)).await.refused(401, "sign_in_failed");
    world.set_password_hash("Mia", &old_hash()).await;
    sign_in(&world, &typed("Mia", None)).await.ok();
    assert!(world.password_hash("Mia").await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    sign_in(&world, &typed("Mia", None)).await.ok();
}

/// A hash of [`PASSWORD`] with less memory than today's.
fn old_hash() -> String {
    use argon2::password_hash::{PasswordHasher, phc};
    let parameters = argon2::Params::new(64, 1, 1, None).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters);
    let hash: phc::PasswordHash = argon2.hash_password_with_salt(PASSWORD.as_bytes(), b"some salt of old").unwrap();
    hash.to_string()
}
