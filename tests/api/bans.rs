//! Bans: who may not write on a site, until when, and what becomes of what they wrote.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use rejoinder::domain::status::Status;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::promise::promises;
use crate::world::{Setup, World, origins};

promises![
    a_banned_writer_writes_nothing_until_the_ban_ends,
    a_ban_of_a_network_shuts_out_all_who_are_in_it,
    a_ban_for_good_lasts_until_it_is_lifted,
    a_second_ban_takes_the_place_of_the_first,
    a_ban_can_be_changed,
    comments_of_the_banned_are_rejected_with_them,
    what_was_rejected_with_a_ban_can_be_brought_back_one_by_one,
    staff_are_not_banned,
    what_is_known_of_a_writer_says_whether_they_are_banned,
    a_ban_names_whom_it_is_for,
    bans_are_listed_for_a_while_after_their_end,
    only_moderators_ban,
    bans_of_other_sites_are_not_there,
];

const PROXIES: (&str, &str) = ("HTTP__TRUSTED_PROXIES", "127.0.0.1");

fn ban(moderator: &Client, body: &Value) -> crate::client::Request {
    moderator.admin(Method::POST, "bans").json(body)
}

fn path(answer: &Value) -> String {
    format!("bans/{}", answer["ban"]["id"].as_str().unwrap())
}

async fn a_banned_writer_writes_nothing_until_the_ban_ends(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let (dave, other) = (world.author("dave").at_address("192.0.2.1"), world.author("other"));
    let root = dave.says("/a", "text").await;
    let foreign = other.says("/a", "text").await;
    let body = json!({"comment": root, "by": "author", "reason": "Insults.", "ends_at": "2026-01-01T01:00:00Z"});
    let added = ban(&mia, &body).await.created();
    let expected = json!({
        "id": added["ban"]["id"], "site": "default", "author": {"id": added["ban"]["author"]["id"], "name": "dave"},
        "network": null, "reason": "Insults.", "staff": {"id": added["ban"]["staff"]["id"], "name": "Mia"},
        "created_at": "2026-01-01T00:00:00.000Z", "ends_at": "2026-01-01T01:00:00.000Z", "is_active": true
    });
    assert_eq!((&added["ban"], &added["removed"]), (&expected, &json!(0)));
    let line = mia.admin(Method::GET, "decisions?limit=1").await.ok()["decisions"][0].clone();
    let subject = format!("dave ({}): until 2026-01-01 01:00 UTC", added["ban"]["author"]["id"].as_str().unwrap());
    assert_eq!(
        (&line["action"], &line["subject"], &line["note"]),
        (&json!("ban"), &json!(subject), &json!("Insults."))
    );
    world.pass_seconds(60);
    let calls =
        || [dave.post("/a", "text"), dave.edit(&root, "text"), dave.vote(&foreign, 1), dave.report(&foreign, "spam")];
    for call in calls() {
        let problem = call.await.refused(403, "banned");
        assert_eq!(problem["retry_after_seconds"], 3_540);
    }
    // The token is banned, not the network; and what is there can still be read and taken back.
    world.author("new").at_address("192.0.2.1").says("/a", "text").await;
    assert_eq!(dave.viewer("/a").await.ok()["comments"][0]["id"], root.as_str());
    other.says("/a", "text").await;
    world.pass_seconds(3_540);
    for call in [dave.post("/a", "text"), dave.vote(&foreign, 1), dave.report(&foreign, "spam")] {
        assert!(call.await.status < 300);
    }
    assert_eq!(mia.admin(Method::GET, &path(&added)).await.ok()["is_active"], false);
}

async fn a_ban_of_a_network_shuts_out_all_who_are_in_it(setup: Setup) {
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave").at_address("2001:db8::1");
    let root = dave.says("/a", "text").await;
    let added = ban(&mia, &json!({"comment": root, "by": "network"})).await.created();
    let network = added["ban"]["network"].as_str().unwrap().to_owned();
    assert_eq!((&added["ban"]["author"], &added["ban"]["ends_at"]), (&Value::Null, &Value::Null));
    for (client, address) in [(&dave, "2001:db8::1"), (&world.author("new"), "2001:db8::ffff:1")] {
        let problem = client.at_address(address).post("/a", "text").await.refused(403, "banned");
        assert_eq!(problem.get("retry_after_seconds"), None);
        client.at_address(address).vote(&root, 1).await.refused(403, "banned");
    }
    world.author("new").at_address("2001:db8:0:1::1").says("/a", "text").await;
    // The same network on another site, by its name.
    let own_origins = Some(origins(&["http://localhost:*"]));
    world.add_site("other", SiteChange { origins: own_origins, ..SiteChange::default() }).await;
    let there = world.author("dave").at_address("2001:db8::2").on_site("other");
    there.says("/a", "text").await;
    ban(&mia, &json!({"site": "other", "network": network})).await.created();
    there.post("/a", "text").await.refused(403, "banned");
}

async fn a_ban_for_good_lasts_until_it_is_lifted(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let added = ban(&mia, &json!({"comment": root, "by": "author"})).await;
    let location = added.required_header("location");
    let added = added.created();
    assert_eq!(location, format!("/api/v1/admin/{}", path(&added)));
    world.pass_seconds(364 * 86_400);
    dave.post("/a", "text").await.refused(403, "banned");
    mia.admin(Method::DELETE, &path(&added)).await.with_status(204);
    dave.says("/a", "text").await;
    mia.admin(Method::DELETE, &path(&added)).await.refused(404, "ban_not_found");
    mia.admin(Method::GET, &path(&added)).await.refused(404, "ban_not_found");
}

async fn a_second_ban_takes_the_place_of_the_first(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let first = ban(&mia, &json!({"comment": root, "by": "author"})).await.created();
    let author = &first["ban"]["author"]["id"];
    let body = json!({"site": "default", "author": author, "ends_at": "2026-01-02T00:00:00+00:00"});
    let second = ban(&mia, &body).await.ok();
    assert_eq!(second["ban"]["ends_at"], "2026-01-02T00:00:00.000Z");
    let listed = mia.admin(Method::GET, "bans").await.ok();
    assert_eq!(listed, json!({"bans": [second["ban"]], "next_cursor": null}));
    world.pass_seconds(86_400);
    dave.says("/a", "text").await;
}

async fn a_ban_can_be_changed(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let added = ban(&mia, &json!({"comment": root, "by": "author", "reason": "Insults."})).await.created();
    let change = |change: Value| mia.admin(Method::PATCH, &path(&added)).json(&change);
    assert_eq!(change(json!({})).await.ok(), added["ban"]);
    let changed = change(json!({"ends_at": "2026-01-01T00:00:10Z"})).await.ok();
    assert_eq!((&changed["reason"], &changed["ends_at"]), (&json!("Insults."), &json!("2026-01-01T00:00:10.000Z")));
    assert_eq!(change(json!({"reason": null})).await.ok()["reason"], Value::Null);
    let problem = dave.post("/a", "text").await.refused(403, "banned");
    assert_eq!(problem["retry_after_seconds"], 10);
    assert_eq!(change(json!({"ends_at": null})).await.ok()["ends_at"], Value::Null);
    for wrong in [json!({"ends_at": "2026-01-01T00:00:00Z"}), json!({"ends_at": "tomorrow"})] {
        change(wrong).await.refused(422, "invalid_value");
    }
    change(json!({"reason": "x".repeat(1_001)})).await.refused(422, "text_too_long");
    change(json!({"author": "x"})).await.refused(422, "unknown_field");
    mia.admin(Method::PATCH, "bans/nonsense").json(&json!({})).await.refused(404, "ban_not_found");
}

async fn statuses(world: &World, ids: &[&String]) -> Vec<Status> {
    let mut statuses = Vec::new();
    for id in ids {
        statuses.push(world.stored(id).await.status);
    }
    statuses
}

async fn comments_of_the_banned_are_rejected_with_them(setup: Setup) {
    use Status::{Published, Rejected};
    let world = setup.start_with(&[PROXIES]).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave").at_address("192.0.2.1");
    let old = dave.says("/a", "text").await;
    world.pass_seconds(86_401);
    let root = dave.says("/a", "text").await;
    let reply = dave.answers("/a", &root, "text").await;
    let other = world.author("other").at_address("192.0.2.1");
    let foreign = other.answers("/a", &reply, "text").await;
    let elsewhere = dave.says("/b", "text").await;
    world.author("reader").at_address("192.0.2.9").report(&root, "spam").await.with_status(202);
    let all = [&old, &root, &reply, &foreign, &elsewhere];

    let body = json!({"comment": root, "by": "author", "remove_comments": "day"});
    let added = ban(&mia, &body).await.created();
    assert_eq!(added["removed"], 3);
    assert_eq!(statuses(&world, &all).await, [Published, Rejected, Rejected, Published, Rejected]);
    assert_eq!(world.stored(&root).await.report_count, 0);
    assert_eq!(world.audit().await, Vec::<String>::new());

    let body = json!({"comment": old, "by": "network", "remove_comments": "all"});
    assert_eq!(ban(&mia, &body).await.created()["removed"], 2);
    assert_eq!(statuses(&world, &all).await, [Rejected; 5]);
    assert_eq!(ban(&mia, &body).await.ok()["removed"], 0);
    assert_eq!(world.reader().counts(&["/a", "/b"]).await.ok()["counts"][0]["comment_count"], 0);
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn a_ban_names_whom_it_is_for(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let root = world.author("dave").says("/a", "text").await;
    let network = format!("n{}", "0".repeat(26));
    let wrong = [
        (json!({}), "missing_field"),
        (json!({"comment": root}), "missing_field"),
        (json!({"by": "author"}), "missing_field"),
        (json!({"site": "default"}), "missing_field"),
        (json!({"author": "0000000000001"}), "missing_field"),
        (json!({"comment": root, "by": "author", "site": "default"}), "unknown_field"),
        (json!({"comment": root, "by": "author", "author": "0000000000001"}), "unknown_field"),
        (json!({"comment": root, "by": "author", "network": network}), "unknown_field"),
        (json!({"site": "default", "author": "0000000000001", "network": network}), "unknown_field"),
        (json!({"site": "default", "by": "author"}), "unknown_field"),
        (json!({"comment": root, "by": "name"}), "invalid_value"),
        (json!({"site": "default", "network": "192.0.2.1"}), "invalid_value"),
        (json!({"comment": root, "by": "author", "remove_comments": "some"}), "invalid_value"),
        (json!({"comment": root, "by": "author", "ends_at": "2026-01-01T00:00:00Z"}), "invalid_value"),
        (json!({"comment": root, "by": "author", "ends_at": "soon"}), "invalid_value"),
        (json!({"comment": root, "by": "author", "reason": "x".repeat(1_001)}), "text_too_long"),
        (json!({"comment": root, "by": null}), "wrong_type"),
    ];
    for (body, code) in wrong {
        ban(&mia, &body).await.refused(422, code);
    }
    let absent = [
        (json!({"comment": "0000000000001", "by": "author"}), "comment_not_found"),
        (json!({"comment": "nonsense", "by": "author"}), "comment_not_found"),
        (json!({"site": "default", "author": "0000000000001"}), "author_not_found"),
        (json!({"site": "nowhere", "network": network}), "site_not_found"),
    ];
    for (body, code) in absent {
        ban(&mia, &body).await.refused(404, code);
    }
    assert_eq!(mia.admin(Method::GET, "bans").await.ok()["bans"], json!([]));
    let nulls = json!({"comment": root, "by": "author", "reason": null, "ends_at": null, "remove_comments": null});
    ban(&mia, &nulls).await.created();
}

async fn bans_are_listed_for_a_while_after_their_end(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let mut made = Vec::new();
    for end in [json!("2026-01-02T00:00:00Z"), json!("2026-02-15T00:00:00Z"), Value::Null] {
        let author = world.author("dave");
        let root = author.says("/a", "text").await;
        let added = ban(&mia, &json!({"comment": root, "by": "author", "ends_at": end})).await.created();
        made.insert(0, added["ban"]["id"].clone());
    }
    let listed = async || {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = mia.admin(Method::GET, &format!("bans?site=default&limit=1{cursor}")).await.ok();
            found.extend(
                page["bans"].as_array().unwrap().iter().map(|ban| (ban["id"].clone(), ban["is_active"] == true)),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    };
    let expect = |states: [bool; 3]| made.iter().cloned().zip(states).collect::<Vec<_>>();
    assert_eq!(listed().await, expect([true, true, true]));
    world.pass_seconds(29 * 86_400);
    world.sweep().await;
    assert_eq!(listed().await, expect([true, true, false]));
    world.pass_seconds(3 * 86_400);
    world.sweep().await;
    assert_eq!(listed().await, expect([true, true, false])[..2]);
    mia.admin(Method::GET, "bans?cursor=x").await.refused(400, "invalid_cursor");
}

async fn only_moderators_ban(setup: Setup) {
    let world = setup.start().await;
    let (mia, vic) = (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Vic", Role::Viewer, &[]).await);
    let root = world.author("dave").says("/a", "text").await;
    let body = json!({"comment": root, "by": "author"});
    ban(&vic, &body).await.refused(403, "not_permitted");
    let added = ban(&mia, &body).await.created();
    vic.admin(Method::GET, &path(&added)).await.ok();
    vic.admin(Method::GET, "bans").await.ok();
    vic.admin(Method::PATCH, &path(&added)).json(&json!({})).await.refused(403, "not_permitted");
    vic.admin(Method::DELETE, &path(&added)).await.refused(403, "not_permitted");
    ban(&world.reader(), &body).await.refused(401, "staff_token_required");
}

async fn bans_of_other_sites_are_not_there(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let stranger = world.staff("Olga", Role::Owner, &["other"]).await;
    let root = world.author("dave").says("/a", "text").await;
    let body = json!({"comment": root, "by": "author"});
    ban(&stranger, &body).await.refused(404, "comment_not_found");
    let added = ban(&mia, &body).await.created();
    let author = &added["ban"]["author"]["id"];
    ban(&stranger, &json!({"site": "default", "author": author})).await.refused(404, "site_not_found");
    ban(&stranger, &json!({"site": "other", "author": author})).await.refused(404, "author_not_found");
    assert_eq!(stranger.admin(Method::GET, "bans").await.ok()["bans"], json!([]));
    stranger.admin(Method::GET, "bans?site=default").await.refused(404, "site_not_found");
    stranger.admin(Method::GET, &path(&added)).await.refused(404, "ban_not_found");
    stranger.admin(Method::PATCH, &path(&added)).json(&json!({})).await.refused(404, "ban_not_found");
    stranger.admin(Method::DELETE, &path(&added)).await.refused(404, "ban_not_found");
    assert_eq!(mia.admin(Method::GET, &path(&added)).await.ok()["is_active"], true);
}

async fn what_was_rejected_with_a_ban_can_be_brought_back_one_by_one(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let dave = world.author("dave");
    let mut comments = Vec::new();
    for number in 0..130 {
        comments.push(dave.says("/a", &format!("text {number}")).await);
    }
    let body = json!({"comment": comments[0], "by": "author", "remove_comments": "all"});
    assert_eq!(ban(&mia, &body).await.created()["removed"], 130);
    let found = mia.admin(Method::GET, &format!("comments/{}", comments[7])).await.ok();
    let decision = &found["decisions"][0];
    assert_eq!((&decision["action"], &decision["from_status"]), (&json!("reject"), &json!("published")));
    assert!(decision["note"].as_str().unwrap().starts_with("Banned: dave"), "{decision}");
    let undo = format!("decisions/{}/undo", decision["id"].as_str().unwrap());
    let undone = mia.admin(Method::POST, &undo).json(&json!({})).await.ok();
    assert_eq!(undone["comment"]["status"], "published");
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 1);
    dave.post("/a", "text").await.refused(403, "banned");
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn staff_are_not_banned(setup: Setup) {
    let world = setup.start().await;
    let (mia, moe) = (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Moe", Role::Moderator, &[]).await);
    let body = json!({"site": "default", "thread": {"key": "/a"}, "body": "text"});
    let posted = moe.admin(Method::POST, "comments").json(&body).await.created();
    let (comment, author) = (&posted["comment"]["id"], &posted["comment"]["author"]["id"]);
    for (body, pointer) in [
        (json!({"comment": comment, "by": "author"}), "/comment"),
        (json!({"comment": comment, "by": "network"}), "/by"),
        (json!({"site": "default", "author": author}), "/author"),
    ] {
        let problem = ban(&mia, &body).await.refused(422, "invalid_value");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}

async fn what_is_known_of_a_writer_says_whether_they_are_banned(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    let root = world.author("dave").says("/a", "text").await;
    let body = json!({"comment": root, "by": "author", "ends_at": "2026-01-02T00:00:00Z"});
    let added = ban(&mia, &body).await.created();
    let author = format!("authors/{}", added["ban"]["author"]["id"].as_str().unwrap());
    assert_eq!(mia.admin(Method::GET, &author).await.ok()["ban"], added["ban"]);
    assert_eq!(mia.admin(Method::GET, &format!("comments/{root}")).await.ok()["author"]["ban"], added["ban"]);
    world.pass_seconds(86_400);
    assert_eq!(mia.admin(Method::GET, &author).await.ok()["ban"], Value::Null);
}
