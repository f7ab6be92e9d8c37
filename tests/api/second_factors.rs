//! The second factor: codes of an app, recovery codes, and that nothing else does.

use futures_util::future::join_all;
use rejoinder::domain::access::Role;
use reqwest::Method;
use serde_json::json;

use crate::browser::{add_second_factor, enter_with_password, sign_in, typed};
use crate::promise::promises;
use crate::world::Setup;

promises![
    a_second_factor_is_asked_for_and_its_codes_are_good_once,
    of_many_who_use_one_code_at_once_one_gets_in,
    a_second_factor_is_removed_by_its_codes_and_by_nothing_else,
];

async fn a_second_factor_is_asked_for_and_its_codes_are_good_once(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let browser = enter_with_password(&world, &mia).await;
    // A secret that isn't confirmed asks for nothing, and the last one counts.
    let begun = browser.admin(Method::POST, "me/totp").await.ok();
    let rows = begun["qr"].as_array().unwrap();
    assert!(rows.len() >= 21 && rows.iter().all(|row| row.as_str().unwrap().len() == rows.len()));
    assert!(begun["uri"].as_str().unwrap().contains(begun["secret"].as_str().unwrap()));
    sign_in(&world, &typed("Mia", None)).await.ok();
    browser.admin(Method::PUT, "me/totp").json(&json!({"code": "000000"})).await.refused(403, "wrong_code");
    let (app, recovery) = add_second_factor(&world, &browser).await;
    assert_eq!(browser.admin(Method::GET, "me").await.ok()["staff"]["has_totp"], true);

    sign_in(&world, &typed("Mia", None)).await.refused(401, "code_required");
    // Only after the right password.
    sign_in(&world, &json!({"name": "Mia", "password": "wrong"})).await.refused(401, "sign_in_failed");
    // The code that confirmed it was used.
    sign_in(&world, &typed("Mia", Some(&app.code(&world)))).await.refused(401, "sign_in_failed");
    world.pass_seconds(30);
    let code = app.code(&world);
    let wrong = json!({"name": "Mia", "password": "wrong", "code": code});
    sign_in(&world, &wrong).await.refused(401, "sign_in_failed");
    sign_in(&world, &typed("Mia", Some(&code))).await.ok();
    sign_in(&world, &typed("Mia", Some(&code))).await.refused(401, "sign_in_failed");
    world.pass_seconds(300);
    sign_in(&world, &typed("Mia", Some(&code))).await.refused(401, "sign_in_failed");
    sign_in(&world, &typed("Mia", Some(&app.code(&world)))).await.ok();

    assert_eq!(recovery.len(), 10);
    let shouted = recovery[0].to_uppercase().replace('-', " ");
    sign_in(&world, &typed("Mia", Some(&shouted))).await.ok();
    sign_in(&world, &typed("Mia", Some(&recovery[0]))).await.refused(401, "sign_in_failed");
    sign_in(&world, &typed("Mia", Some(&recovery[1]))).await.ok();
    for nonsense in ["", "000000", "abcd-efgh-ijkl-mnop", "🙂"] {
        sign_in(&world, &typed("Mia", Some(nonsense))).await.refused(401, "sign_in_failed");
    }
}

async fn of_many_who_use_one_code_at_once_one_gets_in(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let (app, recovery) = add_second_factor(&world, &enter_with_password(&world, &mia).await).await;
    world.pass_seconds(30);
    for code in [app.code(&world), recovery[0].clone()] {
        let tries = (0..6).map(|_| async { sign_in(&world, &typed("Mia", Some(&code))).await.status });
        let mut statuses = join_all(tries).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401]);
    }
}

async fn a_second_factor_is_removed_by_its_codes_and_by_nothing_else(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let browser = enter_with_password(&world, &mia).await;
    let remove = |code: &str| browser.admin(Method::POST, "me/totp/removal").json(&json!({"code": code}));
    remove("000000").await.refused(403, "wrong_code");
    let (old, old_recovery) = add_second_factor(&world, &browser).await;
    // Whoever has the session only can't put a factor of their own in its place.
    browser.admin(Method::POST, "me/totp").await.refused(403, "not_permitted");
    browser.admin(Method::PUT, "me/totp").json(&json!({"code": "000000"})).await.refused(403, "not_permitted");
    world.pass_seconds(60);
    remove(&old_recovery[1]).await.with_status(204);
    let (new, recovery) = add_second_factor(&world, &browser).await;
    world.pass_seconds(60);
    for gone in [old.code(&world), old_recovery[0].clone()] {
        sign_in(&world, &typed("Mia", Some(&gone))).await.refused(401, "sign_in_failed");
        remove(&gone).await.refused(403, "wrong_code");
    }
    remove(&new.code(&world)).await.with_status(204);
    sign_in(&world, &typed("Mia", None)).await.ok();
    remove(&recovery[0]).await.refused(403, "wrong_code");
    world.pass_seconds(60);
    let (_, recovery) = add_second_factor(&world, &browser).await;
    remove(&recovery[9]).await.with_status(204);
    assert_eq!(browser.admin(Method::GET, "me").await.ok()["staff"]["has_totp"], false);
}
