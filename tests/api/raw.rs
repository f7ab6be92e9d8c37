//! HTTP by hand, byte for byte, for what no well-behaved client would send.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::contract::{CONTRACT, Exchange};
use crate::coverage;
use crate::world::World;

/// After this time an answer isn't coming any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to the service.
pub(crate) struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Wire {
    pub(crate) async fn to(world: &World) -> Self {
        Self { stream: TcpStream::connect(world.address()).await.unwrap(), received: Vec::new() }
    }

    /// Sends bytes. The service may have hung up already, which is seen when the answer is read.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Closes the sending side.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Reads one answer, which has to say how long it is.
    pub(crate) async fn answer(&mut self, asked: &str) -> Answer {
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.receive().await, "{asked}: no answer but {:?}", String::from_utf8_lossy(&self.received));
        };
        let head: Vec<u8> = self.received.drain(..end).collect();
        let (status, headers) = read_head(&String::from_utf8(head).unwrap());
        let length = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        while self.received.len() < length {
            assert!(self.receive().await, "{asked}: half an answer");
        }
        let body = self.received.drain(..length).collect();
        let answer = Answer { asked: asked.to_owned(), status, headers, body };
        let complaints = CONTRACT.general_complaints(&answer);
        assert!(complaints.is_empty(), "{asked}:\n  {}", complaints.join("\n  "));
        coverage::note(None, &answer);
        answer
    }

    /// Reads the answer to a call whose head was well-formed.
    pub(crate) async fn answer_of(&mut self, method: &str, target: &str) -> Answer {
        let answer = self.answer(&format!("{method} {target}")).await;
        let exchange = Exchange { method, target, headers: &[], body: None, answer: &answer };
        let operation = CONTRACT.operation(method, exchange.path());
        let complaints = CONTRACT.complaints(operation, &exchange);
        assert!(complaints.is_empty(), "{}:\n  {}", answer.asked, complaints.join("\n  "));
        coverage::note(operation.map(|operation| operation.id.as_str()), &answer);
        answer
    }

    /// Whether the service closes the connection without another word.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.received.is_empty() && !self.receive().await
    }

    /// Receives something; `false` at the end.
    async fn receive(&mut self) -> bool {
        let mut bytes = [0; 8192];
        let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("the service answers or hangs up");
        // A connection that is reset has ended, too.
        let length = read.unwrap_or(0);
        self.received.extend_from_slice(&bytes[..length]);
        length > 0
    }
}

fn read_head(head: &str) -> (u16, HeaderMap) {
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value.trim()).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.map(header) {
        headers.append(name, value);
    }
    (status, headers)
}
