//! A post that is sent again, because its answer was lost, is carried out once.

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use rejoinder::domain::site::{Moderation, SiteChange};
use serde_json::{Value, json};

use crate::client::{Client, Request, id};
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    the_same_request_gets_the_first_answer_again,
    the_first_answer_is_given_as_it_was_then,
    what_was_deleted_is_not_in_the_first_answer_any_more,
    a_comment_that_waits_is_answered_the_same_again,
    a_key_is_good_for_one_request,
    a_request_that_still_runs_is_not_run_beside,
    fifty_requests_at_once_make_one_comment,
    two_instances_at_once_make_one_comment,
    a_key_is_kept_for_a_day,
    a_key_is_the_writers_own,
    a_refused_request_leaves_its_key_free,
    a_key_may_stand_in_quotes,
    a_key_has_a_form,
];

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

fn with_key(request: Request, key: &str) -> Request {
    request.header("idempotency-key", key)
}

async fn count(world: &World) -> Value {
    world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"].clone()
}

async fn the_same_request_gets_the_first_answer_again(setup: Setup) {
    let world = setup.start().await;
    // A reader keeps no token, as a writer doesn't whose answer was lost.
    let first = with_key(world.reader().post("/a", "text"), KEY).await.with_status(201);
    let again = with_key(world.reader().post("/a", "text"), KEY).await.with_status(201);
    assert!(!first.has_header("idempotent-replayed"));
    assert_eq!(again.required_header("idempotent-replayed"), "true");
    assert_eq!(again.required_header("location"), first.required_header("location"));
    assert_eq!(again.text(), first.text());
    assert_eq!(count(&world).await, 1);
    let dave = world.author("dave");
    dave.take_token(again.json()["guest_token"].as_str().unwrap());
    dave.edit(&id(&first.json()), "mine").await.ok();

    let first = with_key(dave.post("/a", "more"), KEY).await.with_status(201);
    let again = with_key(dave.post("/a", "more"), KEY).await.with_status(201);
    assert!(again.json().get("guest_token").is_none());
    assert_eq!((again.text(), count(&world).await), (first.text(), json!(2)));
}

async fn the_first_answer_is_given_as_it_was_then(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    dave.says("/a", "first").await;
    let first = with_key(dave.post("/a", "text"), KEY).await.with_status(201);
    dave.says("/a", "later").await;
    let posted = id(&first.json());
    dave.edit(&posted, "changed").await.ok();
    world.close_thread("/a").await;
    assert_eq!(with_key(dave.post("/a", "text"), KEY).await.with_status(201).text(), first.text());
    assert_eq!(count(&world).await, 3);
}

async fn what_was_deleted_is_not_in_the_first_answer_any_more(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    for moderation in [Moderation::Post, Moderation::Pre] {
        world.set_site(SiteChange { moderation: Some(moderation), ..SiteChange::default() }).await;
        let post = || with_key(reader.post("/a", "a word too many"), moderation.name());
        let first = post().await;
        let token = first.json()["guest_token"].as_str().unwrap().to_owned();
        let comment = first.json()["comment"]["id"].as_str().unwrap().to_owned();
        reader.delete(&comment).header("authorization", &format!("Bearer {token}")).await.with_status(204);
        let again = post().await.created();
        assert_eq!(again["comment"]["id"], json!(comment));
        assert_eq!((&again["comment"]["status"], &again["comment"]["body"]), (&json!("deleted"), &Value::Null));
        assert_eq!(again["guest_token"], json!(token));
        assert_eq!(world.count("replays WHERE answer LIKE '%too many%'").await, 0);
    }
    assert_eq!(count(&world).await, 0);
}

async fn a_comment_that_waits_is_answered_the_same_again(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let first = with_key(world.reader().post("/a", "text"), KEY).await.with_status(202);
    let again = with_key(world.reader().post("/a", "text"), KEY).await.with_status(202);
    assert_eq!((again.text(), again.header("idempotent-replayed").as_deref()), (first.text(), Some("true")));
}

async fn a_key_is_good_for_one_request(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    with_key(reader.post("/a", "text"), KEY).await.with_status(201);
    let mut other_name = reader.draft("/a", "text");
    other_name["author"]["name"] = json!("other");
    for other in [reader.post("/a", "text!"), reader.post("/b", "text"), reader.post_json(&other_name)] {
        with_key(other, KEY).await.refused(422, "idempotency_key_reused");
    }
    assert_eq!(count(&world).await, 1);
}

async fn a_request_that_still_runs_is_not_run_beside(setup: Setup) {
    let world = setup.start().await;
    world.author("dave").says("/a", "first").await;
    let hold = world.hold_thread("/a").await;
    // Neither can be carried out now. So the one that is answered is the one that came second.
    let both = [world.reader().post("/a", "text"), world.reader().post("/a", "text")];
    let mut both: FuturesUnordered<_> = both.into_iter().map(|post| with_key(post, KEY).into_future()).collect();
    let second = both.next().await.unwrap();
    assert_eq!(second.required_header("retry-after"), "1");
    second.refused(409, "idempotency_in_progress");
    hold.let_go().await;
    both.next().await.unwrap().with_status(201);
    let again = with_key(world.reader().post("/a", "text"), KEY).await.with_status(201);
    assert_eq!(again.required_header("idempotent-replayed"), "true");
    assert_eq!(count(&world).await, 2);
}

async fn post_at_once(clients: Vec<Client>) {
    let posts = clients.into_iter().map(|client| with_key(client.post("/a", "text"), KEY).into_future());
    let mut ids = Vec::new();
    for answer in join_all(posts).await {
        match answer.status {
            201 => ids.push(id(&answer.json())),
            _ => drop(answer.refused(409, "idempotency_in_progress")),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

async fn fifty_requests_at_once_make_one_comment(setup: Setup) {
    let world = setup.start().await;
    post_at_once(vec![world.reader(); 50]).await;
    assert_eq!(count(&world).await, 1);
}

async fn two_instances_at_once_make_one_comment(setup: Setup) {
    let world = setup.start().await;
    let other = setup.start_beside(&world).await;
    for round in 1..=5 {
        let dave = world.author("dave");
        dave.says("/b", "text").await;
        post_at_once(vec![dave.clone(), dave.asking(&other)]).await;
        // Which of them wrote it is not known, and each keeps its answers for half a second.
        world.pass_seconds(1);
        assert_eq!(count(&world).await, round);
    }
}

async fn a_key_is_kept_for_a_day(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let first = with_key(reader.post("/a", "text"), KEY).await.with_status(201);
    world.pass_seconds(86_399);
    world.sweep().await;
    let again = with_key(reader.post("/a", "text"), KEY).await.with_status(201);
    assert_eq!(again.text(), first.text());
    world.pass_seconds(1);
    world.sweep().await;
    let anew = with_key(reader.post("/a", "other text"), KEY).await.with_status(201);
    assert!(!anew.has_header("idempotent-replayed"));
    assert_eq!(count(&world).await, 2);
}

async fn a_key_is_the_writers_own(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    world.add_site("other", SiteChange::default()).await;
    let [dave, billy] = ["dave", "billy bob"].map(|name| world.author(name));
    dave.says("/b", "text").await;
    billy.says("/b", "text").await;
    let writers = [
        dave,
        billy,
        world.reader().at_address("198.51.100.1"),
        world.reader().at_address("198.51.100.2"),
        world.reader().at_address("2001:db8:1:1::1"),
        world.reader().at_address("2001:db8:1:2::1"),
    ];
    for (index, writer) in writers.iter().enumerate() {
        let first = with_key(writer.post("/a", "text"), KEY).await.with_status(201);
        assert!(!first.has_header("idempotent-replayed"), "writer {index}");
    }
    assert_eq!(count(&world).await, 6);
    let neighbour = world.reader().at_address("2001:db8:1:2::99");
    let again = with_key(neighbour.post("/a", "text"), KEY).await.with_status(201);
    assert!(again.has_header("idempotent-replayed"));
    let elsewhere = with_key(writers[2].on_site("other").post("/a", "text"), KEY).await.with_status(201);
    assert!(!elsewhere.has_header("idempotent-replayed"));
}

async fn a_refused_request_leaves_its_key_free(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    with_key(reader.post("/a", " "), KEY).await.refused(422, "body_too_short");
    world.close_thread("/closed").await;
    with_key(reader.post("/closed", "text"), KEY).await.refused(403, "thread_closed");
    let posted = with_key(reader.post("/a", "text"), KEY).await.with_status(201);
    assert!(!posted.has_header("idempotent-replayed"));
}

async fn a_key_may_stand_in_quotes(setup: Setup) {
    let world = setup.start().await;
    let longest = "k".repeat(255);
    for (key, same) in [("abc", "\"abc\""), ("\"a b\"", "a b"), (longest.as_str(), longest.as_str())] {
        with_key(world.reader().post("/a", "text"), key).await.with_status(201);
        let again = with_key(world.reader().post("/a", "text"), same).await.with_status(201);
        assert!(again.has_header("idempotent-replayed"), "{key}");
    }
}

async fn a_key_has_a_form(setup: Setup) {
    let world = setup.start().await;
    let longest = "k".repeat(256);
    for key in ["", "\"\"", "\"", "a\"b", "a\\b", "a\tb", longest.as_str()] {
        let problem = with_key(world.reader().post("/a", "text"), key).await.refused(422, "invalid_idempotency_key");
        let error = &problem["errors"][0];
        assert_eq!((&error["in"], &error["pointer"]), (&json!("header"), &json!("/idempotency-key")), "{key}");
    }
    let twice = with_key(with_key(world.reader().post("/a", "text"), "one"), "two");
    twice.await.refused(422, "invalid_idempotency_key");
    assert_eq!(count(&world).await, 0);
}
