//! The service's own cache: nobody can tell an answer that is kept from one that is made anew.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::client::{Client, Request, id};
use crate::operations;
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    an_answer_that_is_kept_equals_one_that_is_made_anew,
    a_setting_is_in_the_next_answer,
    what_another_process_wrote_is_seen_within_a_second,
    an_answer_comes_in_the_coding_that_the_client_likes_best,
    a_change_can_be_made_to_what_was_read_compressed,
    while_the_database_is_away_readers_get_the_last_answer_and_its_age,
    what_was_changed_here_is_never_given_as_it_was,
    fifty_readers_at_once_get_the_same,
];

const THREADS: [&str; 3] = ["/a", "/b", "/c"];

/// What somebody does, to the comment of this number or near it.
#[derive(Debug, Clone)]
enum Step {
    Post { thread: usize },
    Reply { to: usize },
    Edit { comment: usize },
    Delete { comment: usize },
    Vote { comment: usize, value: i64 },
    Report { comment: usize },
    Decide { comment: usize, action: &'static str },
    Set { comment: usize, state: &'static str },
    Pin { comment: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let comment = 0..40_usize;
    let actions = prop::sample::select(vec!["approve", "reject", "spam", "delete", "restore"]);
    prop_oneof![
        4 => (0..THREADS.len()).prop_map(|thread| Step::Post { thread }),
        4 => comment.clone().prop_map(|to| Step::Reply { to }),
        2 => comment.clone().prop_map(|comment| Step::Edit { comment }),
        1 => comment.clone().prop_map(|comment| Step::Delete { comment }),
        4 => (comment.clone(), -1..=1_i64).prop_map(|(comment, value)| Step::Vote { comment, value }),
        1 => comment.clone().prop_map(|comment| Step::Report { comment }),
        3 => (comment.clone(), actions).prop_map(|(comment, action)| Step::Decide { comment, action }),
        1 => (comment.clone(), prop::sample::select(vec!["open", "closed"]))
            .prop_map(|(comment, state)| Step::Set { comment, state }),
        1 => comment.prop_map(|comment| Step::Pin { comment }),
    ]
}

/// Those who act, and what they wrote: the thread and the id of each comment.
struct Cast {
    dave: Client,
    billy: Client,
    mia: Client,
    written: Vec<(&'static str, String)>,
}

impl Cast {
    fn comment(&self, number: usize) -> Option<(&'static str, String)> {
        let at = number.checked_rem(self.written.len())?;
        Some(self.written[at].clone())
    }

    async fn thread_id(&self, key: &str) -> Value {
        let found = self.mia.admin(Method::GET, "threads").await.ok();
        found["threads"].as_array().unwrap().iter().find(|thread| thread["key"] == key).unwrap()["id"].clone()
    }

    /// Whatever comes of it: refusals are a part of life.
    async fn act(&mut self, step: &Step) {
        if let Step::Post { thread } = step {
            let key = THREADS[*thread];
            let posted = self.dave.post(key, "A text that is long enough to be compressed, or nearly so.").await;
            self.note(key, &posted);
            return;
        }
        let number = match step {
            Step::Post { .. } => return,
            Step::Reply { to } => *to,
            Step::Edit { comment }
            | Step::Delete { comment }
            | Step::Vote { comment, .. }
            | Step::Report { comment }
            | Step::Decide { comment, .. }
            | Step::Set { comment, .. }
            | Step::Pin { comment } => *comment,
        };
        let Some((key, comment)) = self.comment(number) else { return };
        match step {
            Step::Post { .. } => {}
            Step::Reply { .. } => {
                let posted = self.dave.reply(key, &comment, "An answer.").await;
                self.note(key, &posted);
            }
            Step::Edit { .. } => drop(self.dave.edit(&comment, "Another text.").await),
            Step::Delete { .. } => drop(self.dave.delete(&comment).await),
            Step::Vote { value, .. } => drop(self.billy.vote(&comment, *value).await),
            Step::Report { .. } => drop(self.billy.report(&comment, "other").await),
            Step::Decide { action, .. } => drop(self.mia.decide(action, &[&comment]).await),
            Step::Set { state, .. } => {
                let id = self.thread_id(key).await;
                let change = json!({"state": state});
                self.mia.admin(Method::PATCH, &format!("threads/{}", id.as_str().unwrap())).json(&change).await;
            }
            Step::Pin { .. } => {
                let id = self.thread_id(key).await;
                let change = json!({"pinned_comment_id": comment});
                self.mia.admin(Method::PATCH, &format!("threads/{}", id.as_str().unwrap())).json(&change).await;
            }
        }
    }

    fn note(&mut self, key: &'static str, posted: &Answer) {
        if posted.status == 201 {
            self.written.push((key, id(&posted.json())));
        }
    }
}

/// Everything that readers can ask about these threads, the second page of each list included.
async fn read_all(reader: &Client, cast: &Cast) -> Vec<Answer> {
    let mut answers = Vec::new();
    for key in THREADS {
        for sort in ["newest", "oldest", "top"] {
            let page = reader.thread(key, &format!("sort={sort}&limit=3&replies=2")).await;
            let cursor = page.json()["next_cursor"].as_str().map(str::to_owned);
            answers.push(page);
            if let Some(cursor) = cursor {
                answers.push(reader.thread(key, &format!("sort={sort}&limit=3&replies=2&cursor={cursor}")).await);
            }
        }
        answers.push(reader.read(&format!("comments.html?thread={}", key.replace('/', "%2F"))).await);
    }
    for (_, comment) in cast.written.iter().rev().take(3) {
        answers.push(reader.comment(comment).await);
        answers.push(reader.replies(comment, "?limit=2").await);
    }
    answers.push(reader.read("recent?limit=5").await);
    answers.push(reader.counts(&THREADS).await);
    answers
}

/// What can't depend on which process was asked.
fn essence(answer: &Answer) -> (String, u16, Option<String>, Option<String>, String) {
    let is_refused = answer.status >= 400;
    let body = if is_refused { String::new() } else { answer.text() };
    (answer.asked.clone(), answer.status, answer.header("etag"), answer.header("link"), body)
}

async fn an_answer_that_is_kept_equals_one_that_is_made_anew(setup: Setup) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let history = prop::collection::vec(step(), 20..30).new_tree(&mut runner).unwrap().current();
        let world = setup.start().await;
        let forgetful = setup.start_forgetful_beside(&world).await;
        let mia = world.staff("Mia", Role::Owner, &[]).await;
        let mut cast = Cast { dave: world.author("dave"), billy: world.author("billy"), mia, written: Vec::new() };
        for (at, step) in history.iter().enumerate() {
            cast.act(step).await;
            // The address of the service is a part of some answers.
            let reader = |world: &World| world.reader().with_header("host", "comments.example.com");
            let kept = read_all(&reader(&world), &cast).await;
            let anew = read_all(&reader(&forgetful), &cast).await;
            for (kept, anew) in kept.iter().zip(&anew) {
                assert_eq!(essence(kept), essence(anew), "after {:?}", &history[..=at]);
            }
        }
    }
}

async fn a_setting_is_in_the_next_answer(setup: Setup) {
    let world = setup.start().await;
    world.author("dave").says("/a", "text").await;
    let reader = world.reader();
    for max_characters in [200, 100] {
        world.set_site(SiteChange { max_characters: Some(max_characters), ..SiteChange::default() }).await;
        assert_eq!(reader.thread("/a", "").await.ok()["policy"]["max_characters"], max_characters);
    }
}

async fn what_another_process_wrote_is_seen_within_a_second(setup: Setup) {
    let world = setup.start().await;
    let other = setup.start_beside(&world).await;
    let (here, there) = (world.reader(), other.reader());
    here.says("/a", "first").await;
    let count = async |reader: &Client| reader.thread("/a", "").await.ok()["thread"]["comment_count"].clone();
    assert_eq!((count(&here).await, count(&there).await), (json!(1), json!(1)));
    here.says("/a", "second").await;
    assert_eq!(count(&here).await, 2);
    world.pass_seconds(1);
    assert_eq!(count(&there).await, 2);
}

/// A world with a page of a thread that is worth compressing.
async fn long_page(setup: &Setup) -> (World, Request) {
    let world = setup.start().await;
    let dave = world.author("dave");
    for _ in 0..5 {
        dave.says("/a", "The same text five times can be said in fewer bytes.").await;
    }
    let page = world.reader().thread("/a", "");
    (world, page)
}

async fn an_answer_comes_in_the_coding_that_the_client_likes_best(setup: Setup) {
    let (world, page) = long_page(&setup).await;
    let plain = page.clone().await.with_status(200);
    assert!(!plain.has_header("content-encoding"));
    for (accepted, coding) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0.1, gzip;q=0.2", "gzip")] {
        let coded = page.clone().header("accept-encoding", accepted).await.with_status(200);
        assert_eq!(coded.header("content-encoding").as_deref(), Some(coding));
        assert_eq!(decoded(coding, &coded.body), plain.body);
        assert!(coded.body.len() * 2 < plain.body.len(), "{coding}: {} bytes", coded.body.len());
        let tag = coded.required_header("etag");
        assert_eq!(tag, plain.required_header("etag").trim_end_matches('"').to_owned() + &format!("-{coding}\""));
        let call = page.clone().header("accept-encoding", accepted).header("if-none-match", &tag);
        call.await.with_status(304);
        // Those bytes are others.
        page.clone().header("if-none-match", &tag).await.with_status(200);
    }
    for accepted in ["identity", "deflate", "gzip;q=0"] {
        let same = page.clone().header("accept-encoding", accepted).await.with_status(200);
        assert_eq!((same.header("content-encoding"), &same.body), (None, &plain.body));
    }
    let short = world.reader().counts(&["/a"]).header("accept-encoding", "br").await.with_status(200);
    assert!(!short.has_header("content-encoding"));
}

fn decoded(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    match coding {
        "br" => brotli::BrotliDecompress(&mut &*body, &mut decoded).unwrap(),
        _ => drop(std::io::copy(&mut flate2::read::GzDecoder::new(body), &mut decoded).unwrap()),
    }
    decoded
}

async fn a_change_can_be_made_to_what_was_read_compressed(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let text = "The same again. ".repeat(15);
    let comment = dave.says("/a", &text).await;
    for coding in ["br", "gzip", "identity"] {
        let read = dave.comment(&comment).header("accept-encoding", coding).await.with_status(200);
        let tag = read.required_header("etag");
        dave.edit(&comment, &format!("{text} {coding}")).header("if-match", &tag).await.with_status(200);
        dave.edit(&comment, "late").header("if-match", &tag).await.refused(412, "precondition_failed");
    }
}

async fn while_the_database_is_away_readers_get_the_last_answer_and_its_age(setup: Setup) {
    let world = setup.start().await;
    let comment = world.author("dave").says("/a", "text").await;
    let reader = world.reader();
    let calls = operations::all(&reader, &comment).into_iter().filter(operations::is_public_read);
    let calls: Vec<Request> = calls.filter(|call| call.target().starts_with("/api/")).collect();
    let mut before = Vec::new();
    for call in &calls {
        before.push(call.clone().await.with_status(200));
    }
    world.pass_seconds(60);
    world.close_database().await;
    for (call, before) in calls.iter().zip(&before) {
        let old = call.clone().await.with_status(200);
        assert_eq!((&old.body, old.required_header("age")), (&before.body, "60".to_owned()), "{}", old.asked);
        let tag = old.required_header("etag");
        assert_eq!(call.clone().header("if-none-match", &tag).await.with_status(304).required_header("age"), "60");
    }
    reader.thread("/b", "").await.refused(503, "busy");
    reader.post("/a", "text").await.refused(503, "busy");
    // Nothing was written, so what is kept is as true as before.
    reader.thread("/a", "").await.with_status(200);
    world.pass_seconds(3_600);
    reader.thread("/a", "").await.refused(503, "busy");
}

async fn what_was_changed_here_is_never_given_as_it_was(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let reader = world.reader();
    let comment = dave.says("/a", "text").await;
    dave.says("/b", "text").await;
    reader.thread("/a", "").await.with_status(200);
    reader.thread("/b", "").await.with_status(200);
    dave.delete(&comment).await.with_status(204);
    world.close_database().await;
    reader.thread("/a", "").await.refused(503, "busy");
    reader.thread("/b", "").await.with_status(200);
}

async fn fifty_readers_at_once_get_the_same(setup: Setup) {
    let (_world, page) = long_page(&setup).await;
    let call = |number: usize| {
        let coding = ["br", "gzip", "identity"][number % 3];
        page.clone().header("accept-encoding", coding).into_future()
    };
    let answers = futures_util::future::join_all((0..51).map(call)).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!((answer.status, &answer.body), (200, &answers[number % 3].body));
    }
}
