//! Disks that fail: full ones, ones that can't sync, and those whose power goes. What was acknowledged is there afterwards,
//! and what couldn't be written was not acknowledged.
//!
//! The service runs with `disk.c` around the C library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::{Connection, RunQueryDsl, SqliteConnection};
use proptest::test_runner::{RngAlgorithm, TestRng};
use rand::{Rng, RngExt};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::crash::{Running, exchange};
use crate::fresh::{Fresh, Kind};

const POSTERS: usize = 4;
const POSTS: usize = 240;
/// How often the power goes, in one run of the service.
const CUTS: usize = 300;
/// What a disk writes wholly or not at all.
const SECTOR: usize = 512;

/// The failing disk as a library, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("disk.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/system/disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(compiler.status().unwrap().success(), "the C compiler is needed here as it is for SQLite");
        (folder, library)
    };
    &LIBRARY.get_or_init(make).1
}

struct Disk {
    database: Fresh,
    scratch: TempDir,
}

impl Disk {
    fn new() -> Self {
        Self { database: Fresh::new(Kind::Sqlite), scratch: tempfile::tempdir().unwrap() }
    }

    fn trace(&self) -> PathBuf {
        self.scratch.path().join("trace")
    }

    fn fail(&self, what: &str) {
        let next = self.scratch.path().join("next");
        std::fs::write(&next, what).unwrap();
        std::fs::rename(next, self.scratch.path().join("fault")).unwrap();
    }

    fn start(&self, query: &str) -> Running {
        let file = self.database.file_beside("");
        let mut command = self.database.program(&["serve"]);
        command
            .env("REJOINDER__DATABASE__URL", format!("{}{query}", self.database.url()))
            .env("LD_PRELOAD", library())
            .env("DISK_FOLDER", file.parent().unwrap())
            .env("DISK_TRACE", self.trace())
            .env("DISK_FAULT", self.scratch.path().join("fault"));
        Running::run(command)
    }
}

fn post(running: &Running, text: &str) -> (u16, Value) {
    let body = json!({"thread": {"key": "/a"}, "author": {"name": "dave"}, "body": text}).to_string();
    exchange(running.address, "POST", "/api/v1/sites/default/comments", text, &body).unwrap()
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// The texts of all comments in a database, which must be whole.
fn texts(file: &Path) -> BTreeSet<String> {
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let load = |connection: &mut _, sql: &str| diesel::sql_query(sql).load::<Text>(connection);
    let check = load(&mut connection, "SELECT integrity_check AS text FROM pragma_integrity_check").unwrap();
    assert_eq!(check.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["ok"]);
    // Before its first migration was written a database has no comments.
    let tables = load(&mut connection, "SELECT name AS text FROM sqlite_schema WHERE name = 'comments'").unwrap();
    if tables.is_empty() {
        return BTreeSet::new();
    }
    load(&mut connection, "SELECT body AS text FROM comments").unwrap().into_iter().map(|row| row.text).collect()
}

fn nothing_is_acknowledged_while(fault: &str) {
    let disk = Disk::new();
    let running = disk.start("");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        disk.fail("");
        let text = format!("written {round}");
        let (status, answer) = post(&running, &text);
        assert_eq!(status, 201, "{answer}");
        acknowledged.push(text);
        disk.fail(fault);
        for number in 0..3 {
            let (status, answer) = post(&running, &format!("lost {round} {number}"));
            assert_eq!((status, &answer["code"]), (503, &json!("busy")), "{answer}");
        }
        // Readers get what is there.
        let (status, page) = exchange(running.address, "GET", "/api/v1/sites/default/recent", "none", "").unwrap();
        assert_eq!((status, &page["comments"][0]["body"]), (200, &json!(format!("written {round}"))), "{page}");
    }
    disk.fail("");
    assert_eq!(post(&running, "written at last").0, 201);
    acknowledged.push("written at last".to_owned());
    drop(running);
    let found = texts(&disk.database.file_beside(""));
    assert!(acknowledged.iter().all(|text| found.contains(text)), "{found:?}");
}

#[test]
fn a_full_disk_acknowledges_nothing_and_is_recovered_from() {
    nothing_is_acknowledged_while("f");
}

#[test]
fn a_disk_that_cannot_sync_acknowledges_nothing_and_is_recovered_from() {
    nothing_is_acknowledged_while("s");
}

/// What a process did to a file, or told somebody.
struct Record {
    kind: u8,
    file: u8,
    offset: usize,
    bytes: Vec<u8>,
}

fn read_trace(file: &Path) -> Vec<Record> {
    let all = std::fs::read(file).unwrap();
    let (mut rest, mut records) = (&all[..], Vec::new());
    while rest.len() >= 14 {
        let (kind, file) = (rest[0], rest[1]);
        let offset = usize::try_from(u64::from_ne_bytes(rest[2..10].try_into().unwrap())).unwrap();
        let length = usize::try_from(u32::from_ne_bytes(rest[10..14].try_into().unwrap())).unwrap();
        let bytes = rest[14..14 + length].to_vec();
        rest = &rest[14 + length..];
        records.push(Record { kind, file, offset, bytes });
    }
    records
}

/// A file on a disk whose power may go: what was synced, and what was written since.
#[derive(Default)]
struct File<'a> {
    synced: Vec<u8>,
    unsynced: Vec<&'a Record>,
}

impl<'a> File<'a> {
    fn note(&mut self, record: &'a Record) {
        self.unsynced.push(record);
        if record.kind == b'S' {
            for record in std::mem::take(&mut self.unsynced) {
                apply(&mut self.synced, record, |_| true);
            }
        }
    }

    /// What is found when the power is back: of each write since the last sync any sectors, of each cut all or nothing.
    fn after_cut(&self, rng: &mut impl Rng) -> Vec<u8> {
        let mut found = self.synced.clone();
        for record in &self.unsynced {
            let lucky = rng.random_bool(0.5);
            apply(&mut found, record, |_| lucky && rng.random_bool(0.9));
        }
        found
    }
}

/// Carries out a record on a file; of a write, those sectors that `keeps` takes.
fn apply(file: &mut Vec<u8>, record: &Record, mut keeps: impl FnMut(usize) -> bool) {
    match record.kind {
        b'W' => {
            for (at, sector) in record.bytes.chunks(SECTOR).enumerate() {
                if keeps(at) {
                    let begin = record.offset + at * SECTOR;
                    let end = begin + sector.len();
                    file.resize(file.len().max(end), 0);
                    file[begin..end].copy_from_slice(sector);
                }
            }
        }
        b'T' if keeps(0) => file.resize(record.offset, 0),
        _ => {}
    }
}

/// The text of the post that a service acknowledges with these bytes.
fn acknowledged(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (_, rest) = text.strip_prefix("HTTP/1.1 201")?.split_once(r#""body":""#)?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Runs the service while it is posted to; then, for many moments of that, what a loss of power would have left. Returns how
/// many of these losses cost an acknowledged comment.
fn losses_of_power(query: &str) -> usize {
    let disk = Disk::new();
    let running = disk.start(query);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..POSTERS {
            scope.spawn(|| {
                while let number @ ..POSTS = next.fetch_add(1, Ordering::SeqCst) {
                    assert_eq!(post(&running, &format!("text {number}")).0, 201);
                }
            });
        }
    });
    drop(running);
    let records = read_trace(&disk.trace());
    let told = records.iter().filter(|record| record.kind == b'N' && acknowledged(&record.bytes).is_some()).count();
    assert_eq!(told, POSTS, "what was told is in the trace");
    assert!(records.iter().any(|record| record.kind == b'S' && record.file == b'd'), "the log was folded in between");

    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let every = records.len() / CUTS;
    let (mut database, mut log) = (File::default(), File::default());
    let (mut told, mut costly) = (BTreeSet::new(), 0);
    for (at, record) in records.iter().enumerate() {
        match (record.kind, record.file) {
            (b'N', _) => told.extend(acknowledged(&record.bytes)),
            (_, b'd') => database.note(record),
            (_, b'w') => log.note(record),
            _ => {}
        }
        if at % every == 0 {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("rejoinder.db");
            std::fs::write(&file, database.after_cut(&mut rng)).unwrap();
            std::fs::write(folder.path().join("rejoinder.db-wal"), log.after_cut(&mut rng)).unwrap();
            let found = texts(&file);
            costly += usize::from(!told.is_subset(&found));
        }
    }
    costly
}

#[test]
fn a_loss_of_power_loses_nothing_that_was_acknowledged() {
    assert_eq!(losses_of_power(""), 0);
}

/// The setting with which posts don't wait for the disk. If this test found nothing lost, the one above would prove nothing.
#[test]
fn without_waiting_for_the_disk_a_loss_of_power_loses_comments() {
    assert!(losses_of_power("?synchronous=normal") > CUTS / 4);
}
