//! How staff sign in and stay signed in, and how nobody else does.

use rejoinder::domain::access::Role;
use rejoinder::domain::id::StaffId;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{PASSWORD, cookie, enter, enter_with_password, page, sign_in, signed_in, typed};
use crate::client::Client;
use crate::promise::promises;
use crate::world::Setup;

promises![
    who_has_a_token_comes_in_and_sets_a_password,
    a_sign_in_is_by_password_or_by_token,
    a_cookie_is_for_this_service_only_and_new_each_time,
    a_narrow_token_begins_no_session,
    who_does_not_get_in_is_not_told_why,
    a_session_ends_with_the_token_by_which_it_began,
    only_own_pages_use_a_session,
    a_session_ends_when_it_is_not_used_and_after_twelve_hours,
    a_use_is_written_down_once_a_minute,
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
