//! What is in the cache of answers costs the database nothing: neither a reader who gets it, nor one who has it already.

#![expect(clippy::unwrap_used, reason = "what is unforeseen fails the test")]

#[path = "system/fresh.rs"]
#[expect(dead_code, reason = "this test needs a part of it")]
mod fresh;

use std::net::SocketAddr;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use fresh::{Fresh, Kind};
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::domain::time::Timestamp;
use rejoinder::randomness::Randomness;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use serde_json::Value;

/// Everything that any database was asked, the statements that frame a transaction included.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Log;

impl Instrumentation for Log {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            ASKED.lock().unwrap().push(query.to_string());
        }
    }
}

fn asked() -> Vec<String> {
    std::mem::take(&mut ASKED.lock().unwrap())
}

async fn post(http: &reqwest::Client, site: &str) -> String {
    let body = r#"{"thread": {"key": "/a"}, "author": {"name": "dave"}, "body": "A text to be read again and again."}"#;
    let posted = http.post(format!("{site}/comments")).header(CONTENT_TYPE, "application/json").body(body).send().await;
    let posted: Value = posted.unwrap().error_for_status().unwrap().json().await.unwrap();
    posted.pointer("/comment/id").and_then(Value::as_str).unwrap().to_owned()
}

async fn readers_of_the_same_ask_nothing(address: SocketAddr) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let origin = format!("http://{address}");
    let site = format!("{origin}/api/v1/sites/default");
    let id = post(&http, &site).await;
    let calls = [
        format!("{site}/comments?thread=/a"),
        format!("{site}/comments?thread=/a&sort=top&limit=5&replies=1"),
        format!("{site}/comments?thread=/empty"),
        format!("{site}/comments/{id}"),
        format!("{site}/comments/{id}/replies"),
        format!("{site}/comments.html?thread=/a"),
        format!("{site}/counts?thread=/a&thread=/empty"),
        format!("{site}/recent"),
        format!("{site}/rankings/most-commented"),
        format!("{origin}/t/default?thread=/a"),
    ];
    for call in &calls {
        let read = async |coding: &str, known: &str| {
            let request = http.get(call).header(ACCEPT_ENCODING, coding).header(IF_NONE_MATCH, known);
            request.send().await.unwrap()
        };
        asked();
        read("identity", "").await;
        assert!(!asked().is_empty(), "{call}: the first reader is answered from the database");
        for coding in ["identity", "gzip", "br"] {
            let again = read(coding, "").await;
            assert_eq!(again.status(), StatusCode::OK, "{call}");
            let tag = again.headers()[ETAG].to_str().unwrap().to_owned();
            assert_eq!(read(coding, &tag).await.status(), StatusCode::NOT_MODIFIED, "{call}");
        }
        let asked = asked();
        assert!(asked.is_empty(), "{call}: {asked:#?}");
    }
    post(&http, &site).await;
    asked();
    http.get(calls.first().unwrap()).send().await.unwrap();
    assert!(!asked().is_empty(), "what has changed is read anew");
}

#[test]
fn a_cached_answer_and_a_304_ask_the_database_nothing() {
    set_default_instrumentation(|| Some(Box::new(Log))).unwrap();
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        let settings = database.all_settings();
        // Nothing grows old in it.
        let clock = Clock::manual(Timestamp::from_milliseconds(1_767_225_600_000));
        let service = app::open(&settings, clock, Randomness::seeded(1)).unwrap();
        actix_rt::System::new().block_on(async {
            let running = app::start(&settings, service.clone()).await.unwrap();
            let handle = running.server.handle();
            let server = actix_rt::spawn(running.server);
            readers_of_the_same_ask_nothing(running.address).await;
            handle.stop(false).await;
            server.await.unwrap().unwrap();
            service.store.close().await;
        });
    }
}
