//! Durability: the service is killed while comments are posted, again and again; what it acknowledged is there, once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::fresh::{Fresh, Kind};
use serde_json::{Value, json};

const POSTERS: usize = 8;
/// After so many acknowledged posts of a round the service is killed, in the middle of others.
const POSTS_BEFORE_KILL: usize = 40;
const THREADS: usize = 3;

/// A running service, and where it listens.
pub(crate) struct Running {
    pub(crate) process: Child,
    pub(crate) address: SocketAddr,
}

impl Running {
    fn start(database: &Fresh) -> Self {
        Self::run(database.program(&["serve"]))
    }

    pub(crate) fn run(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .find_map(|line| line.unwrap().split_once("http://").map(|(_, address)| address.trim().parse().unwrap()))
            .unwrap();
        // What it goes on to say must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    /// SIGKILL: no chance to finish anything.
    fn kill(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// One request on a connection of its own; `None` if the service went away before its answer was there.
pub(crate) fn exchange(address: SocketAddr, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(10)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// What was posted: the key of each request, and the id of the comment once it was acknowledged.
type Posts = Arc<Mutex<BTreeMap<String, (usize, Option<String>)>>>;

fn post(address: SocketAddr, posts: &Posts, key: &str, thread: usize) -> bool {
    let body = json!({ "thread": { "key": format!("/thread/{thread}") }, "author": { "name": "dave" }, "body": key });
    posts.lock().unwrap().entry(key.to_owned()).or_insert((thread, None));
    let Some((status, answer)) = exchange(address, "POST", "/api/v1/sites/default/comments", key, &body.to_string())
    else {
        return false;
    };
    assert_eq!(status, 201, "{answer}");
    let id = answer["comment"]["id"].as_str().unwrap().to_owned();
    let before = posts.lock().unwrap().insert(key.to_owned(), (thread, Some(id.clone()))).unwrap().1;
    assert!(before.is_none_or(|before| before == id), "a retry of {key} made another comment");
    true
}

fn post_until_killed(running: Running, posts: &Posts, round: usize) {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let address = running.address;
    let posters: Vec<_> = (0..POSTERS)
        .map(|poster| {
            let (posts, acknowledged) = (Arc::clone(posts), Arc::clone(&acknowledged));
            std::thread::spawn(move || {
                let mut number = 0;
                while post(address, &posts, &format!("{round}-{poster}-{number}"), number % THREADS) {
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    number += 1;
                }
            })
        })
        .collect();
    while acknowledged.load(Ordering::SeqCst) < POSTS_BEFORE_KILL {
        std::thread::yield_now();
    }
    running.kill();
    for poster in posters {
        poster.join().unwrap();
    }
}

/// Every comment of every thread, by the text that tells which post it came from.
fn read_all(address: SocketAddr) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for thread in 0..THREADS {
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/sites/default/comments?thread=/thread/{thread}&sort=oldest&limit=100{cursor}");
            let (status, page) = exchange(address, "GET", &path, "none", "").unwrap();
            assert_eq!(status, 200, "{page}");
            for comment in page["comments"].as_array().unwrap() {
                let text = comment["body"].as_str().unwrap().to_owned();
                found.entry(text).or_default().insert(comment["id"].as_str().unwrap().to_owned());
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    found
}

fn acknowledged_comments_survive(kind: Kind, rounds: usize) {
    let database = Fresh::new(kind);
    let posts = Posts::default();
    for round in 0..rounds {
        post_until_killed(Running::start(&database), &posts, round);
    }
    let running = Running::start(&database);
    let known = posts.lock().unwrap().clone();
    let found = read_all(running.address);
    for (key, (_, id)) in &known {
        let here = found.get(key).cloned().unwrap_or_default();
        assert!(here.len() <= 1, "{kind:?}: {key} is there more than once");
        if let Some(id) = id {
            assert!(here.contains(id), "{kind:?}: {key} was acknowledged and is gone");
        }
    }
    // Whoever got no answer asks again under the same key, and then each comment is there exactly once.
    for (key, (thread, _)) in &known {
        assert!(post(running.address, &posts, key, *thread));
    }
    let found = read_all(running.address);
    assert_eq!(found.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>());
    assert!(found.values().all(|ids| ids.len() == 1));
    assert!(known.len() >= rounds * POSTS_BEFORE_KILL);
    running.kill();

    let verified = database.program(&["counts", "--verify"]).output().unwrap();
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.status.success(), "{kind:?}: {said}");
    assert!(said.contains(&format!("counted {} comments", known.len())), "{kind:?}: {said}");
}

#[test]
fn acknowledged_comments_survive_kill_9_on_sqlite() {
    acknowledged_comments_survive(Kind::Sqlite, 50);
}

#[test]
fn acknowledged_comments_survive_kill_9_on_postgresql() {
    acknowledged_comments_survive(Kind::Postgresql, 10);
}

/// Opens the database with another program, and closes it.
fn look_into(file: PathBuf) {
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT id FROM comments').fetchall(); c.close()";
    let status = Command::new("python3").args(["-c", script]).arg(file).status();
    assert!(status.expect("Python 3 is needed: ./test installs it").success());
}

/// To open a file and to close it drops the locks of SQLite's connections in the same process. Another program would then
/// think itself the last one, and take the log with the newest comments away.
#[test]
fn another_program_that_looks_into_the_database_takes_nothing_away() {
    let database = Fresh::new(Kind::Sqlite);
    let running = Running::start(&database);
    let (address, posts) = (running.address, Posts::default());
    assert!(post(address, &posts, "before", 0));
    // Readers are opened when they are needed.
    assert_eq!(read_all(address).len(), 1);
    let log = database.file_beside("-wal");
    assert!(log.exists());
    look_into(database.file_beside(""));
    assert!(log.exists(), "the log was taken away from a running service");
    assert!(post(address, &posts, "after", 0));
    running.kill();
    let running = Running::start(&database);
    let found = read_all(running.address);
    running.kill();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["after", "before"]);
}
