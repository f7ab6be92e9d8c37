//! An open-loop load generator: requests go out when they are due, whether or not earlier ones were answered.
//!
//! `open_loop ADDRESS SECONDS SEED STREAM…`, where a stream is `NAME,RATE,CONNECTIONS,FILE`: RATE requests a second on
//! average, as far apart as chance has it (a Poisson process, the same for the same seed), on at most so many
//! connections: the one that was idle last, or a new one. RATE 0 is a closed loop: so many that ask again as soon as
//! they have their answer. FILE has the requests, each a line with its length in bytes and then the request; they are
//! sent one after another, again and again.
//!
//! Prints a line of JSON for each stream. Times run from when a request was due. One that is due while every connection
//! waits is not sent but counted (`unsent`), as a proxy with so many connections to the service would refuse it.

use std::error::Error;
use std::io::{Write as _, stdout};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long after the end answers are still waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const SPEC: &str = "a stream is NAME,RATE,CONNECTIONS,FILE";

type Failure = Box<dyn Error + Send + Sync>;

/// What came of a stream.
#[derive(Default)]
struct Outcome {
    good: Vec<Duration>,
    good_in_time: usize,
    refused: Vec<Duration>,
    broken: usize,
    unanswered: usize,
}

impl Outcome {
    /// Notes the answer to a request that was due then: its status, 0 for a broken one; None if none came in time.
    fn note(&mut self, due: Instant, end: Instant, answer: Option<u16>) {
        let now = Instant::now();
        match answer {
            None => self.unanswered += 1,
            Some(200..=399) => {
                self.good.push(now - due);
                self.good_in_time += usize::from(now <= end);
            }
            Some(429 | 503) => self.refused.push(now - due),
            Some(_) => self.broken += 1,
        }
    }
}

struct Stream {
    address: String,
    name: String,
    rate: f64,
    connections: u32,
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Line>>,
    offered: AtomicUsize,
    unsent: AtomicUsize,
    outcome: Mutex<Outcome>,
}

impl Stream {
    fn parse(address: &str, spec: &str) -> Result<Self, Failure> {
        let mut parts = spec.splitn(4, ',');
        let mut part = || parts.next().ok_or(SPEC);
        let (name, rate, connections, file) = (part()?.to_owned(), part()?.parse()?, part()?.parse()?, part()?);
        Ok(Self {
            address: address.to_owned(),
            name,
            rate,
            connections,
            requests: read_requests(&std::fs::read(file)?)?,
            next: AtomicUsize::new(0),
            free: Arc::new(Semaphore::new(usize::try_from(connections)?)),
            idle: Mutex::default(),
            offered: AtomicUsize::new(0),
            unsent: AtomicUsize::new(0),
            outcome: Mutex::default(),
        })
    }

    /// The closed loop of one connection.
    async fn ask_again_and_again(&self, end: Instant) {
        loop {
            let now = Instant::now();
            if now >= end {
                return;
            }
            self.offered.fetch_add(1, Ordering::Relaxed);
            self.ask(now, end).await;
        }
    }

    /// The open loop: hands out requests at random times until the end, and waits for what is under way.
    async fn send_when_due(self: Arc<Self>, mut chance: Chance, end: Instant) {
        let mut next = Instant::now();
        while next < end {
            sleep_until(next).await;
            let now = Instant::now().min(end);
            while next < now {
                self.offered.fetch_add(1, Ordering::Relaxed);
                if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                    let (stream, due) = (Arc::clone(&self), next);
                    tokio::spawn(async move {
                        stream.ask(due, end).await;
                        drop(permit);
                    });
                } else {
                    self.unsent.fetch_add(1, Ordering::Relaxed);
                }
                next += Duration::from_secs_f64(chance.exponential() / self.rate);
            }
        }
        _ = self.free.acquire_many(self.connections).await;
    }

    /// Sends the next request on the connection that was idle last, else on a new one, and notes what came of it.
    async fn ask(&self, due: Instant, end: Instant) {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len();
        let request = self.requests.get(at).map_or(&[][..], Vec::as_slice);
        let status = timeout_at(end + PATIENCE, self.exchange(request)).await.ok().map(Result::unwrap_or_default);
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).note(due, end, status);
    }

    async fn exchange(&self, request: &[u8]) -> Result<u16, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut line = match idle {
            Some(line) => line,
            None => Line::open(&self.address).await?,
        };
        let status = line.ask(request).await?;
        if !line.is_over {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
        Ok(status)
    }

    fn report(&self, seconds: f64) -> serde_json::Value {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.good.sort_unstable();
        outcome.refused.sort_unstable();
        let per_second = u32::try_from(outcome.good_in_time).map_or(0.0, f64::from) / seconds;
        serde_json::json!({
            "name": self.name,
            "seconds": seconds,
            "offered": self.offered.load(Ordering::Relaxed),
            "unsent": self.unsent.load(Ordering::Relaxed),
            "good": outcome.good.len(),
            "good_per_second": per_second,
            "p50_ms": percentile(&outcome.good, 50),
            "p99_ms": percentile(&outcome.good, 99),
            "max_ms": percentile(&outcome.good, 100),
            "refused": outcome.refused.len(),
            "refused_p99_ms": percentile(&outcome.refused, 99),
            "broken": outcome.broken,
            "unanswered": outcome.unanswered,
        })
    }
}

fn percentile(sorted: &[Duration], percent: usize) -> Option<f64> {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).map(|time| time.as_secs_f64() * 1000.0)
}

/// Requests as they are in the file: a line with the number of bytes, and the bytes.
fn read_requests(mut rest: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut requests = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let length: usize = std::str::from_utf8(line)?.parse()?;
        requests.push(after.get(1..=length).ok_or("a request is shorter than said")?.to_vec());
        rest = after.get(length + 1..).unwrap_or_default();
    }
    if requests.is_empty() { Err("a file without requests".into()) } else { Ok(requests) }
}

/// A connection that is kept open.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    is_over: bool,
}

impl Line {
    async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(65_536), is_over: false })
    }

    /// Sends a request and reads its answer to the end; gives the status. After an error it is of no use.
    async fn ask(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = self.buffer.get(..end).map(String::from_utf8_lossy).unwrap_or_default().to_ascii_lowercase();
        let status = head.split(' ').nth(1).ok_or("an answer without status")?.parse()?;
        let length: usize = match head.split_once("\r\ncontent-length:") {
            Some((_, rest)) => rest.split("\r\n").next().unwrap_or_default().trim().parse()?,
            None => 0,
        };
        let closes = head.contains("\r\nconnection: close");
        while self.buffer.len() < end + length {
            self.more().await?;
        }
        self.is_over = closes;
        Ok(status)
    }

    async fn more(&mut self) -> Result<(), Failure> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            Err("the connection was closed".into())
        } else {
            Ok(())
        }
    }
}

/// Numbers that look like chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    /// A waiting time of a process with one event in each unit of time.
    fn exponential(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
        -((f64::from(upper) + 1.0) / (f64::from(u32::MAX) + 1.0)).ln()
    }
}

async fn run(streams: &[Arc<Stream>], length: Duration, seed: u64) {
    let end = Instant::now() + length;
    let mut tasks = JoinSet::new();
    for (number, stream) in (0_u64..).zip(streams) {
        if stream.rate > 0.0 {
            tasks.spawn(Arc::clone(stream).send_when_due(Chance(seed.wrapping_add(number << 32)), end));
            continue;
        }
        for _ in 0..stream.connections {
            let stream = Arc::clone(stream);
            tasks.spawn(async move { stream.ask_again_and_again(end).await });
        }
    }
    tasks.join_all().await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(seconds), Some(seed)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: open_loop ADDRESS SECONDS SEED STREAM…".into());
    };
    let (length, seed) = (Duration::from_secs(seconds.parse()?), seed.parse()?);
    let streams: Vec<Arc<Stream>> =
        arguments.map(|spec| Stream::parse(&address, &spec).map(Arc::new)).collect::<Result<_, _>>()?;
    run(&streams, length, seed).await;
    let mut output = stdout();
    for stream in &streams {
        writeln!(output, "{}", stream.report(length.as_secs_f64()))?;
    }
    Ok(())
}
