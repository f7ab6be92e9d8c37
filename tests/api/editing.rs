//! Editing and deleting one's own comment, and nobody else's.

use rejoinder::domain::site::{Moderation, SiteChange};
use serde_json::{Value, json};

use crate::client::id;
use crate::promise::promises;
use crate::world::Setup;

promises![
    a_writer_can_change_what_they_wrote,
    a_comment_can_be_changed_until_its_window_closes,
    a_site_can_have_its_own_window,
    only_its_writer_can_change_a_comment,
    the_rules_of_a_text_hold_for_a_changed_one,
    a_change_can_depend_on_what_was_read,
    a_changed_comment_waits_for_a_moderator_where_they_look_first,
    a_changed_comment_with_replies_leaves_its_place_while_it_waits,
    a_waiting_comment_can_be_changed_and_deleted_by_its_writer,
    a_comment_is_deleted_once,
];

async fn a_writer_can_change_what_they_wrote(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "frist").await;
    world.pass_seconds(42);
    let answer = dave.edit(&root, "e\u{301} <first>").await.ok();
    let comment = &answer["comment"];
    assert_eq!((&comment["body"], &comment["body_html"]), (&json!("é <first>"), &json!("<p>é &lt;first&gt;</p>")));
    assert_eq!(comment["edited_at"], "2026-01-01T00:00:42.000Z");
    assert_eq!(comment["created_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(answer["thread"]["comment_count"], 1);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"], *comment);
}

async fn a_comment_can_be_changed_until_its_window_closes(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let (root, other) = (dave.says("/a", "text").await, dave.says("/a", "text").await);
    world.pass_seconds(300);
    dave.edit(&root, "just in time").await.ok();
    dave.delete(&other).await.with_status(204);
    world.pass_seconds(1);
    for call in [dave.edit(&root, "too late"), dave.delete(&root)] {
        let problem = call.await.refused(403, "edit_window_closed");
        assert_eq!(problem["edit_window_seconds"], 300);
    }
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["body"], "just in time");
}

async fn a_site_can_have_its_own_window(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    world.pass_seconds(86_400);
    dave.edit(&root, "too late").await.refused(403, "edit_window_closed");
    world.set_site(SiteChange { edit_window_seconds: Some(86_400), ..SiteChange::default() }).await;
    dave.edit(&root, "in time").await.ok();
    world.set_site(SiteChange { edit_window_seconds: Some(0), ..SiteChange::default() }).await;
    let problem = dave.edit(&root, "too late").await.refused(403, "edit_window_closed");
    assert_eq!(problem["edit_window_seconds"], 0);
}

async fn only_its_writer_can_change_a_comment(setup: Setup) {
    let world = setup.start().await;
    let (dave, stranger, reader) = (world.author("dave"), world.author("dave"), world.reader());
    let root = dave.says("/a", "text").await;
    stranger.says("/a", "text").await;
    for call in [stranger.edit(&root, "mine"), stranger.delete(&root)] {
        call.await.refused(403, "not_your_comment");
    }
    for call in [reader.edit(&root, "mine"), reader.delete(&root), reader.viewer("/a")] {
        let answer = call.await;
        assert_eq!(answer.required_header("www-authenticate"), "Bearer");
        answer.refused(401, "token_required");
    }
    for id in ["0000000000001", "nonsense", &root.to_uppercase()] {
        for call in [dave.edit(id, "text"), dave.delete(id)] {
            call.await.refused(404, "comment_not_found");
        }
    }
    assert_eq!(reader.comment(&root).await.ok()["comment"]["body"], "text");
}

async fn the_rules_of_a_text_hold_for_a_changed_one(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let problem = dave.edit(&root, &"x".repeat(301)).await.refused(422, "body_too_long");
    assert_eq!((&problem["max"], &problem["actual"]), (&json!(300), &json!(301)));
    assert_eq!(problem["errors"][0]["pointer"], "/body");
    dave.edit(&root, " ").await.refused(422, "body_too_short");
    let patch = |body: Value| dave.on_own_site(reqwest::Method::PATCH, &format!("comments/{root}")).json(&body);
    patch(json!({})).await.refused(422, "missing_field");
    patch(json!({"body": "text", "author": {"name": "x"}})).await.refused(422, "unknown_field");
    patch(json!({"body": 1})).await.refused(422, "wrong_type");
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["edited_at"], Value::Null);
}

async fn a_change_can_depend_on_what_was_read(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let read = async || world.reader().comment(&root).await.required_header("etag");
    let first = read().await;
    dave.edit(&root, "one").header("if-match", &first).await.ok();
    let second = read().await;
    assert_ne!(first, second);
    let stale =
        [first.clone(), format!("W/{second}"), "\"\"".to_owned(), "garbage".to_owned(), format!("{first}, \"x\"")];
    for condition in &stale {
        dave.edit(&root, "two").header("if-match", condition).await.refused(412, "precondition_failed");
        dave.delete(&root).header("if-match", condition).await.refused(412, "precondition_failed");
    }
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["body"], "one");
    dave.edit(&root, "two").header("if-match", &format!("{first}, {second}")).await.ok();
    dave.edit(&root, "three").header("if-match", "*").await.ok();
    dave.delete(&root).header("if-match", &read().await).await.with_status(204);
}

async fn a_changed_comment_waits_for_a_moderator_where_they_look_first(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "harmless").await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let answer = dave.edit(&root, "harmful").await.ok();
    assert_eq!((&answer["comment"]["status"], &answer["thread"]["comment_count"]), (&json!("pending"), &json!(0)));
    world.reader().comment(&root).await.refused(404, "comment_not_found");
    let page = world.reader().thread("/a", "").await.ok();
    assert_eq!((&page["comments"], &page["thread"]["comment_count"]), (&json!([]), &json!(0)));
    assert_eq!(dave.viewer("/a").await.ok()["comments"][0]["body"], "harmful");
}

async fn a_changed_comment_with_replies_leaves_its_place_while_it_waits(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "harmless").await;
    world.author("billy bob").answers("/a", &root, "reply").await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    dave.edit(&root, "harmful").await.ok();
    let page = world.reader().thread("/a", "").await;
    assert!(!page.text().contains("harm"), "{}", page.text());
    let page = page.ok();
    assert_eq!((&page["comments"][0]["status"], &page["thread"]["comment_count"]), (&json!("deleted"), &json!(1)));
    dave.edit(&root, "harmful again").await.ok();
    dave.delete(&root).await.with_status(204);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["status"], "deleted");
}

async fn a_waiting_comment_can_be_changed_and_deleted_by_its_writer(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let dave = world.author("dave");
    let waiting = id(&dave.post("/a", "text").await.with_status(202).json());
    assert_eq!(dave.edit(&waiting, "other").await.ok()["comment"]["status"], "pending");
    dave.edit(&waiting, "other").header("if-match", "*").await.ok();
    dave.delete(&waiting).await.with_status(204);
    assert_eq!(dave.viewer("/a").await.ok()["comments"], json!([]));
    dave.delete(&waiting).await.refused(404, "comment_not_found");
}

async fn a_comment_is_deleted_once(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let deleted = dave.delete(&root).await.with_status(204);
    assert!(deleted.body.is_empty());
    dave.delete(&root).await.refused(404, "comment_not_found");
    dave.edit(&root, "text").await.refused(404, "comment_not_found");
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 0);
}
