//! How staff sign in and stay signed in, and how nobody else does.

use futures_util::future::join_all;
use rejoinder::domain::access::Role;
use rejoinder::domain::id::StaffId;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{
    PASSWORD, add_second_factor, cookie, enter, enter_with_password, page, sign_in, signed_in, typed,
};
use crate::client::Client;
use crate::promise::promises;
use crate::world::Setup;

promises![
    who_has_a_token_comes_in_and_sets_a_password,
    a_sign_in_is_by_password_or_by_token,
    a_cookie_is_for_this_service_only_and_new_each_time,
    a_narrow_token_begins_no_session,
    who_does_not_get_in_is_not_told_why,
    a_second_factor_is_asked_for_and_its_codes_are_good_once,
    of_many_who_use_one_code_at_once_one_gets_in,
    a_second_factor_is_removed_by_its_codes_and_by_nothing_else,
    a_session_ends_with_the_token_by_which_it_began,
    names_are_counted_however_many_networks_there_are,
    only_own_pages_use_a_session,
    a_session_ends_when_it_is_not_used_and_after_twelve_hours,
    a_use_is_written_down_once_a_minute,
    tries_are_limited_for_each_network_and_for_each_name,
    passwords_and_codes_of_those_who_are_in_are_tries_too,
    many_passwords_are_hashed_a_few_at_a_time,
    a_new_password_ends_all_other_sessions,
    a_password_that_can_be_guessed_is_not_taken,
    a_hash_of_other_parameters_is_renewed,
    sessions_are_listed_and_ended,
    a_token_does_not_do_where_a_session_is_needed,
];

async fn who_has_a_token_comes_in_and_sets_a_password(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia Möller", Role::Moderator, &[]).await;
    let answer = sign_in(&world, &json!({"token": mia.token()})).await.with_status(200);
    let me = answer.json();
    assert_eq!((&me["via"], &me["staff"]["has_password"]), (&json!("session"), &json!(false)));
    assert_eq!(me["permissions"], json!(["read", "moderate"]));
    let browser = signed_in(&world, answer);
    assert_eq!(browser.admin(Method::GET, "me").await.ok(), me);
    sign_in(&world, &typed("Mia Möller", None)).await.refused(401, "sign_in_failed");
    browser.admin(Method::PUT, "me/password").json(&json!({"new_password": PASSWORD})).await.with_status(204);
    // However the name is written.
    for name in ["Mia Möller", "  mia   MOLLER ", "Mіa Möller"] {
        let me = sign_in(&world, &typed(name, None)).await.ok();
        assert_eq!((&me["staff"]["name"], &me["staff"]["has_password"]), (&json!("Mia Möller"), &json!(true)));
    }
    let log = world.staff("Ada", Role::Owner, &[]).await.admin(Method::GET, "decisions?action=sign_in").await.ok();
    assert_eq!(log["decisions"].as_array().unwrap().len(), 4, "{log:#}");
    assert_eq!(log["decisions"][0]["subject"], "Mia Möller: by password");
}

async fn a_sign_in_is_by_password_or_by_token(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let token = mia.token();
    let cases = [
        (json!({}), "missing_field", "/name"),
        (json!({"name": "Mia"}), "missing_field", "/password"),
        (json!({"name": "Mia", "code": "1"}), "missing_field", "/password"),
        (json!({"token": token, "name": "Mia"}), "unknown_field", "/name"),
        (json!({"token": token, "code": null}), "unknown_field", "/code"),
        (json!({"name": null, "password": "x"}), "wrong_type", "/name"),
        (json!({"name": "Mia", "password": 1}), "wrong_type", "/password"),
        (json!({"name": "Mia", "password": "x", "site": "default"}), "unknown_field", "/site"),
    ];
    for (body, code, pointer) in cases {
        let problem = sign_in(&world, &body).await.refused(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
}

async fn a_cookie_is_for_this_service_only_and_new_each_time(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let first = sign_in(&world, &json!({"token": mia.token()})).await.with_status(200);
    let value = cookie(&first);
    let token = value.strip_prefix("__Host-rejoinder_session=rjx_").unwrap();
    assert_eq!(token.len(), 43);
    let set = first.required_header("set-cookie");
    assert_eq!(set, format!("{value}; Path=/; Secure; HttpOnly; SameSite=Strict"));
    assert_eq!(first.required_header("cache-control"), "private, no-store");
    // A session that somebody else began isn't taken over, nor one that nobody began.
    let planted = format!("__Host-rejoinder_session=rjx_{}", "A".repeat(43));
    for known in [&value, &planted] {
        let again = page(&world).with_header("cookie", known).admin(Method::POST, "session");
        let again = again.json(&json!({"token": mia.token()})).await.with_status(200);
        assert!(cookie(&again) != *known);
    }
    page(&world).with_header("cookie", &planted).admin(Method::GET, "me").await.refused(401, "session_ended");
    let browser = page(&world).with_header("cookie", &format!("theme=dark; {value}; other=1"));
    browser.admin(Method::GET, "me").await.ok();
    let out = browser.admin(Method::DELETE, "session").await.with_status(204);
    let cleared = out.required_header("set-cookie");
    assert_eq!(cleared, "__Host-rejoinder_session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    browser.admin(Method::GET, "me").await.refused(401, "session_ended");
}

async fn a_narrow_token_begins_no_session(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let narrow = [
        json!({"name": "some", "scopes": ["read", "moderate", "configure"]}),
        json!({"name": "one site", "site": "default"}),
    ];
    for body in narrow {
        let made = mia.admin(Method::POST, "tokens").json(&body).await.created();
        sign_in(&world, &json!({"token": made["secret"]})).await.refused(403, "not_permitted");
    }
    let wide = mia.admin(Method::POST, "tokens").json(&json!({"name": "all", "expires_in_days": 1})).await.created();
    sign_in(&world, &json!({"token": wide["secret"]})).await.ok();
    world.pass_seconds(86_400);
    sign_in(&world, &json!({"token": wide["secret"]})).await.refused(401, "sign_in_failed");
    for wrong in ["", "rjs_", "rjg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &format!("rjs_{}", "A".repeat(43))] {
        sign_in(&world, &json!({"token": wrong})).await.refused(401, "sign_in_failed");
    }
}

async fn who_does_not_get_in_is_not_told_why(setup: Setup) {
    let world = setup.start().await;
    let owner = world.staff("Ada", Role::Owner, &[]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    enter_with_password(&world, &mia).await;
    world.staff("Tom", Role::Viewer, &[]).await;
    let out = world.staff("Eve", Role::Viewer, &[]).await;
    let id = enter_with_password(&world, &out).await.admin(Method::GET, "me").await.ok()["staff"]["id"].clone();
    let id = id.as_str().unwrap();
    owner.admin(Method::PATCH, &format!("staff/{id}")).json(&json!({"is_disabled": true})).await.ok();
    let long = "x".repeat(2_000);
    let cases = [
        ("a wrong password", "Mia", "copper kettle on the moon"),
        ("another case", "Mia", "Copper kettle on the moor"),
        ("no password", "Mia", ""),
        ("a long password", "Mia", &long),
        ("somebody without a password", "Tom", PASSWORD),
        ("somebody who is shut out", "Eve", PASSWORD),
        ("a name that nobody has", "Nobody", PASSWORD),
        ("no name", "", PASSWORD),
        ("no possible name", &long, PASSWORD),
    ];
    let mut problems = Vec::new();
    for (what, name, password) in cases {
        let before = world.hashing().done();
        let mut problem =
            sign_in(&world, &json!({"name": name, "password": password})).await.refused(401, "sign_in_failed");
        // A name that nobody has takes the same work.
        assert_eq!(world.hashing().done(), before + 1, "{what}");
        problem["request_id"].take();
        problems.push(problem);
    }
    assert!(problems.windows(2).all(|pair| pair[0] == pair[1]), "{problems:#?}");
    // Somebody who is shut out doesn't get in by their token either.
    sign_in(&world, &json!({"token": out.token()})).await.refused(401, "sign_in_failed");
    sign_in(&world, &typed("Mia", None)).await.ok();
}

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

async fn a_session_ends_with_the_token_by_which_it_began(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let lasting = enter_with_password(&world, &mia).await;
    for ends_by_itself in [false, true] {
        let made = mia.admin(Method::POST, "tokens").json(&json!({"name": "x", "expires_in_days": 1})).await.created();
        let browser = enter(&world, &Client::staff(world.clone(), "x", made["secret"].as_str().unwrap())).await;
        // Nor does anything that is made in it last longer.
        let child = json!({"name": "child", "expires_in_days": 366});
        let child = browser.admin(Method::POST, "tokens").json(&child).await.created();
        assert_eq!(child["token"]["expires_at"], made["token"]["expires_at"]);
        if ends_by_itself {
            world.pass_seconds(86_400);
        } else {
            let path = format!("tokens/{}", made["token"]["id"].as_str().unwrap());
            mia.admin(Method::DELETE, &path).await.with_status(204);
            lasting.admin(Method::GET, "me").await.ok();
        }
        browser.admin(Method::GET, "me").await.refused(401, "session_ended");
    }
}

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

async fn only_own_pages_use_a_session(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let value = cookie(&sign_in(&world, &json!({"token": mia.token()})).await.with_status(200));
    let own = format!("http://{}", world.address());
    // Sec-Fetch-Site, Origin, let in
    let senders = [
        (Some("same-origin"), None, true),
        (Some("same-origin"), Some(own.as_str()), true),
        (Some("none"), None, true),
        (Some("same-site"), Some(own.as_str()), false),
        (Some("cross-site"), Some(own.as_str()), false),
        (Some("cross-site"), None, false),
        (Some(""), Some(own.as_str()), false),
        (None, Some(own.as_str()), true),
        (None, Some("http://127.0.0.1:1"), false),
        (None, Some("https://news.example"), false),
        (None, Some("null"), false),
        (None, Some(""), false),
        (None, None, true),
    ];
    for (site, origin, is_own) in senders {
        let headers = [("sec-fetch-site", site), ("origin", origin)];
        let sender = headers.into_iter().fold(world.reader(), |client, (name, value)| match value {
            Some(value) => client.with_header(name, value),
            None => client,
        });
        let browser = sender.with_header("cookie", &value);
        // Reading gives nothing away: nobody else's page sees the answer.
        let read = browser.admin(Method::GET, "me").await.with_status(200);
        assert!(!read.has_header("access-control-allow-origin"));
        let nobody = json!({"name": "nobody"});
        let changes: [(Method, &str, &Value); 4] = [
            (Method::POST, "tokens", &nobody),
            (Method::PUT, "me/totp", &json!({"code": "0"})),
            (Method::PATCH, "tokens/x", &nobody),
            (Method::DELETE, "tokens/x", &Value::Null),
        ];
        for (method, rest, body) in changes {
            let request = |client: &Client| match body {
                Value::Null => client.admin(method.clone(), rest),
                body => client.admin(method.clone(), rest).json(body),
            };
            let answer = request(&browser).await;
            let is_refused = answer.status == 403 && answer.json()["code"] == "cross_site_request";
            assert_eq!(is_refused, !is_own, "{method} {site:?} {origin:?}: {}", answer.text());
            // A token is no cookie: no browser sends it by itself.
            let mut by_token = sender.clone();
            by_token = by_token.with_header("authorization", &format!("Bearer {}", mia.token().unwrap()));
            let answer = request(&by_token).await;
            assert!(!answer.text().contains("cross_site_request"), "{method} {site:?} {origin:?}");
        }
        let signing_in = sender.admin(Method::POST, "session").json(&json!({"token": mia.token()})).await;
        assert_eq!(signing_in.status, if is_own { 200 } else { 403 }, "{site:?} {origin:?}");
        assert_eq!(signing_in.has_header("set-cookie"), is_own);
    }
}

async fn a_session_ends_when_it_is_not_used_and_after_twelve_hours(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let idle = enter(&world, &mia).await;
    world.pass_seconds(3_599);
    idle.admin(Method::GET, "me").await.ok();
    world.pass_seconds(3_600);
    idle.admin(Method::GET, "me").await.refused(401, "session_ended");

    let busy = enter(&world, &mia).await;
    for _ in 0..23 {
        world.pass_seconds(1_800);
        busy.admin(Method::GET, "me").await.ok();
    }
    world.pass_seconds(1_799);
    busy.admin(Method::GET, "me").await.ok();
    assert_eq!(world.count("sessions").await, 2);
    world.pass_seconds(1);
    busy.admin(Method::GET, "me").await.refused(401, "session_ended");
    let sessions = mia.admin(Method::GET, "sessions").await.ok();
    assert_eq!(sessions["sessions"], json!([]));
    world.sweep().await;
    assert_eq!(world.count("sessions").await, 1);
    world.pass_seconds(3_600);
    world.sweep().await;
    assert_eq!(world.count("sessions").await, 0);

    let changes = [("STAFF__SESSION_IDLE_MINUTES", "5"), ("STAFF__SESSION_HOURS", "1")];
    let strict = setup.start_with(&changes).await;
    let mia = strict.staff("Mia", Role::Owner, &[]).await;
    let browser = enter(&strict, &mia).await;
    for _ in 0..14 {
        strict.pass_seconds(250);
        browser.admin(Method::GET, "me").await.ok();
    }
    strict.pass_seconds(100);
    browser.admin(Method::GET, "me").await.refused(401, "session_ended");
}

async fn a_use_is_written_down_once_a_minute(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let browser = enter(&world, &mia).await;
    let used = async || {
        browser.admin(Method::GET, "me").await.ok();
        let session = browser.admin(Method::GET, "sessions").await.ok()["sessions"][0]["used_at"].clone();
        let token = mia.admin(Method::GET, "tokens").await.ok()["tokens"][0]["used_at"].clone();
        (session.as_str().unwrap()[11..19].to_owned(), token.as_str().unwrap()[11..19].to_owned())
    };
    let at = |time: &str| (time.to_owned(), time.to_owned());
    assert_eq!(used().await, at("00:00:00"));
    world.pass_seconds(59);
    assert_eq!(used().await, at("00:00:00"));
    world.pass_seconds(1);
    assert_eq!(used().await, at("00:01:00"));
    world.pass_seconds(90);
    assert_eq!(used().await, at("00:02:30"));
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

async fn sessions_are_listed_and_ended(setup: Setup) {
    let world = setup.start().await;
    world.add_site("elsewhere", SiteChange::default()).await;
    let owner = world.staff("Ada", Role::Owner, &[]).await;
    let bound = world.staff("Bob", Role::Owner, &["default"]).await;
    let mia = world.staff("Mia", Role::Moderator, &["elsewhere"]).await;
    let mut browsers = Vec::new();
    for _ in 0..3 {
        browsers.push(enter(&world, &mia).await);
        world.pass_seconds(1);
    }
    let list = browsers[0].admin(Method::GET, "sessions").await.ok();
    let sessions = list["sessions"].as_array().unwrap();
    let current: Vec<bool> = sessions.iter().map(|session| session["is_current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, false, true]);
    assert_eq!((&sessions[0]["user_agent"], &sessions[0]["staff"]["name"]), (&json!("Netscape/4"), &json!("Mia")));
    let ids: Vec<&str> = sessions.iter().map(|session| session["id"].as_str().unwrap()).collect();
    let staff = sessions[0]["staff"]["id"].as_str().unwrap();

    // A page after the other, and cursors of others' lists are none.
    let first = mia.admin(Method::GET, "sessions?limit=2").await;
    assert!(first.required_header("link").contains("rel=\"next\""));
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = mia.admin(Method::GET, &format!("sessions?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((&second["sessions"][0]["id"], &second["next_cursor"]), (&json!(ids[2]), &Value::Null));
    owner.admin(Method::GET, &format!("sessions?cursor={cursor}")).await.refused(400, "invalid_cursor");

    let theirs = format!("sessions?staff={staff}");
    assert_eq!(owner.admin(Method::GET, &theirs).await.ok()["sessions"].as_array().unwrap().len(), 3);
    for nosy in [&bound, &world.staff("Tom", Role::Moderator, &[]).await] {
        nosy.admin(Method::GET, &theirs).await.refused(403, "not_permitted");
        nosy.admin(Method::DELETE, &format!("sessions/{}", ids[0])).await.refused(404, "session_not_found");
    }
    let nobody = StaffId::from_number(1).to_string();
    owner.admin(Method::GET, &format!("sessions?staff={nobody}")).await.refused(404, "staff_not_found");
    owner.admin(Method::GET, "sessions?staff=x").await.refused(422, "invalid_value");

    browsers[0].admin(Method::DELETE, &format!("sessions/{}", ids[0])).await.with_status(204);
    browsers[2].admin(Method::GET, "me").await.refused(401, "session_ended");
    owner.admin(Method::DELETE, &format!("sessions/{}", ids[1])).await.with_status(204);
    browsers[1].admin(Method::GET, "me").await.refused(401, "session_ended");
    for gone in [ids[0], &nobody, "x"] {
        owner.admin(Method::DELETE, &format!("sessions/{gone}")).await.refused(404, "session_not_found");
    }
    browsers[0].admin(Method::GET, "me").await.ok();
}

async fn a_token_does_not_do_where_a_session_is_needed(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let browser = enter(&world, &mia).await;
    let code = json!({"code": "000000"});
    let calls = [
        (Method::DELETE, "session", Value::Null),
        (Method::PUT, "me/password", json!({"new_password": PASSWORD})),
        (Method::POST, "me/totp", Value::Null),
        (Method::PUT, "me/totp", code.clone()),
        (Method::POST, "me/totp/removal", code),
    ];
    for (method, rest, body) in calls {
        let request = |client: &Client| match &body {
            Value::Null => client.admin(method.clone(), rest),
            body => client.admin(method.clone(), rest).json(body),
        };
        request(&mia).await.refused(403, "not_permitted");
        // If a request has both, the token counts.
        let token = format!("Bearer {}", mia.token().unwrap());
        request(&browser.with_header("authorization", &token)).await.refused(403, "not_permitted");
    }
    browser.admin(Method::GET, "me").await.ok();
}
