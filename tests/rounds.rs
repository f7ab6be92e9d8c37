//! How often a post waits for PostgreSQL: twice, whoever writes what, and no statement of it is prepared again.
//!
//! The service reaches its server over a line that counts how often the client speaks after the server has. The line is
//! slow, so that what travels together is seen to: noise can only make more turns of it, so the least of some posts counts.

#![expect(clippy::unwrap_used, reason = "what is unforeseen fails the test")]

#[path = "system/fresh.rs"]
#[expect(dead_code, reason = "this test needs a part of it")]
mod fresh;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fresh::{Fresh, Kind};
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::config::{DatabaseSettings, Settings};
use rejoinder::domain::address::ClientNetwork;
use rejoinder::domain::author::{DisplayName, GuestToken};
use rejoinder::domain::id::CommentId;
use rejoinder::domain::idempotency::{Fingerprint, IdempotencyKey};
use rejoinder::domain::site::Site;
use rejoinder::domain::thread::{PageFacts, ThreadKey};
use rejoinder::randomness::Randomness;
use rejoinder::service::posting::{self, Answer, Draft, DraftText, Posted, Retry};
use rejoinder::service::{Client, Service, sites};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// How long an answer is on its way.
const DELAY: Duration = Duration::from_millis(20);
/// How many posts of each kind are looked at.
const POSTS: usize = 3;

/// What went over the line.
#[derive(Default)]
struct Line {
    has_answered: AtomicBool,
    turns: AtomicUsize,
    prepared: AtomicUsize,
}

impl Line {
    async fn carry_questions(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let sent = buffer.get(..length).unwrap();
            if self.has_answered.swap(false, Ordering::SeqCst) {
                self.turns.fetch_add(1, Ordering::SeqCst);
            }
            // A statement that is to be prepared has a name, which this client begins with an s.
            let prepares = sent.windows(6).filter(|bytes| bytes.starts_with(b"P\0\0") && bytes.ends_with(b"s")).count();
            self.prepared.fetch_add(prepares, Ordering::SeqCst);
            to.write_all(sent).await.unwrap();
        }
    }

    async fn carry_answers(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            tokio::time::sleep(DELAY).await;
            self.has_answered.store(true, Ordering::SeqCst);
            if to.write_all(buffer.get(..length).unwrap()).await.is_err() {
                return;
            }
        }
    }

    /// Listens for one side, and leads to the other; gives its own address.
    async fn lead_to(self: Arc<Self>, server: &Url) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut here = server.clone();
        here.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let there = (server.host_str().unwrap().to_owned(), server.port().unwrap_or(5432));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&there).await.unwrap();
                for side in [&client, &server] {
                    side.set_nodelay(true).unwrap();
                }
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                let (questions, answers) = (Arc::clone(&self), Arc::clone(&self));
                tokio::spawn(async move { questions.carry_questions(from_client, to_server).await });
                tokio::spawn(async move { answers.carry_answers(from_server, to_client).await });
            }
        });
        here
    }
}

struct World {
    service: Service,
    site: Arc<Site>,
    line: Arc<Line>,
}

#[expect(clippy::unnecessary_wraps, reason = "the use case takes it so")]
fn render(posted: &Posted) -> Result<String, String> {
    Ok(posted.comment.id.to_string())
}

impl World {
    async fn post(
        &self,
        key: &str,
        parent: Option<CommentId>,
        token: Option<&GuestToken>,
        retry: Option<Retry>,
    ) -> Answer {
        let draft = Draft {
            key: ThreadKey::parse(key).unwrap(),
            page: PageFacts::default(),
            parent_id: parent,
            name: DisplayName::parse("dave").unwrap(),
            email: None,
            text: DraftText("text".to_owned()),
        };
        let client = Client { network: ClientNetwork::of([127, 0, 0, 1].into()), token: token.cloned() };
        posting::post(&self.service, self.site.clone(), client, draft, retry, render).await.unwrap()
    }

    /// The fewest turns that posts of a kind took, and how many statements they had prepared.
    async fn count(&self, post: impl AsyncFn(usize)) -> (usize, usize) {
        let mut fewest = usize::MAX;
        self.line.prepared.store(0, Ordering::SeqCst);
        for number in 0..POSTS {
            self.line.turns.store(0, Ordering::SeqCst);
            post(number).await;
            fewest = fewest.min(self.line.turns.load(Ordering::SeqCst));
        }
        (fewest, self.line.prepared.load(Ordering::SeqCst))
    }
}

fn retry(number: usize) -> Retry {
    let key = IdempotencyKey::parse(&format!("key-{number}")).unwrap();
    Retry { key, fingerprint: Fingerprint::of(b"the request") }
}

async fn world(database: &Fresh) -> World {
    let line = Arc::new(Line::default());
    let url = Arc::clone(&line).lead_to(&Url::parse(database.url()).unwrap()).await;
    // One connection, so that all is prepared on the one that is asked.
    let settings = Settings { database: DatabaseSettings::new(url.as_str(), 1), ..database.all_settings() };
    let open = move || app::open(&settings, Clock::system(), Randomness::seeded(1)).unwrap();
    let service = tokio::task::spawn_blocking(open).await.unwrap();
    rejoinder::service::prepare(&service).await.unwrap();
    let site = sites::find(&service, "default").await.unwrap();
    World { service, site, line }
}

#[test]
fn a_post_takes_two_round_trips_and_prepares_nothing_again() {
    let database = Fresh::new(Kind::Postgresql);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = world(&database).await;
        // All that may be asked is asked once.
        let first = world.post("/a", None, None, Some(retry(1_000))).await;
        let (root, token) = (first.comment_id, first.guest_token.unwrap());
        let reply = world.post("/a", Some(root), Some(&token), None).await.comment_id;
        world.post("/a", Some(reply), Some(&token), None).await;
        assert!(world.line.prepared.load(Ordering::SeqCst) > 10, "what is prepared is seen");
        let known = Some(&token);
        let counted = [
            ("a known guest's root", world.count(async |_| drop(world.post("/a", None, known, None).await)).await),
            (
                "a known guest's reply",
                world.count(async |_| drop(world.post("/a", Some(root), known, None).await)).await,
            ),
            ("a reply to a reply", world.count(async |_| drop(world.post("/a", Some(reply), known, None).await)).await),
            ("a new guest", world.count(async |_| drop(world.post("/a", None, None, None).await)).await),
            ("a new guest's reply", world.count(async |_| drop(world.post("/a", Some(root), None, None).await)).await),
            ("with a key", world.count(async |n| drop(world.post("/a", None, known, Some(retry(n))).await)).await),
            (
                "with a key again",
                world.count(async |n| drop(world.post("/a", None, known, Some(retry(n))).await)).await,
            ),
            (
                "a new guest with a key",
                world.count(async |n| drop(world.post("/a", None, None, Some(retry(n))).await)).await,
            ),
            (
                "a new thread",
                world.count(async |n| drop(world.post(&format!("/new/{n}"), None, known, None).await)).await,
            ),
        ];
        for (kind, (turns, prepared)) in counted {
            assert_eq!((turns, prepared), (2, 0), "{kind}");
        }
        // What waits is written in two round trips too.
        world.site = Arc::new(Site { hold_first_comment: true, ..Site::clone(&world.site) });
        world.post("/a", None, None, None).await;
        world.post("/a", None, known, None).await;
        let held = world.count(async |_| drop(world.post("/a", None, None, None).await)).await;
        let not_held = world.count(async |_| drop(world.post("/a", None, known, None).await)).await;
        assert_eq!((held, not_held), ((2, 0), (2, 0)), "where first comments wait");
        world.service.store.close().await;
    });
}
