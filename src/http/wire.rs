//! The byte stream under the HTTP framework: it lets through what the application says and keeps back what
//! the framework says by itself.
//!
//! The framework answers a malformed or oversized head before any handler or middleware runs, with an empty body
//! that can't be customised. [`ProblemStream`] recognises such an answer and notes its status in the
//! [`Connection`], for the server to send a problem document instead. It must not know what a problem looks like.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Connection;

/// More than the longest head the framework writes by itself (about 140 bytes, with its longest reason phrase).
const LONGEST_REFUSAL: usize = 256;

/// A transport whose traffic is noted in a [`Connection`], and which never carries a refusal of the framework's own.
pub(crate) struct ProblemStream<S> {
    io: Rc<RefCell<S>>,
    connection: Rc<Connection>,
}

impl<S> ProblemStream<S> {
    /// Wraps `io`. The caller keeps its own handle, to have the last word once the framework has let go of the stream.
    pub(crate) fn new(io: Rc<RefCell<S>>, connection: Rc<Connection>) -> Self {
        Self { io, connection }
    }

    /// What is known of this connection.
    pub(crate) fn connection(&self) -> Rc<Connection> {
        Rc::clone(&self.connection)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ProblemStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut *self.io.borrow_mut()).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = polled {
            self.connection.received(buf.filled().get(before..).unwrap_or_default());
        }
        polled
    }
}

// Vectored writes stay off, as they are by default, so that every byte comes through `poll_write`.
impl<S: AsyncWrite + Unpin> AsyncWrite for ProblemStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        // Nothing may follow a refusal; accepting it all is what makes the framework let go of the stream.
        if self.connection.refused().is_some() {
            return Poll::Ready(Ok(buf.len()));
        }
        let passed = match trailing_refusal(buf) {
            Some((0, status)) => {
                self.connection.refuse(status);
                return Poll::Ready(Ok(buf.len()));
            }
            // Answers to earlier requests go first; the framework comes back with what is left.
            Some((start, _)) => buf.get(..start).unwrap_or(buf),
            None => buf,
        };
        let polled = Pin::new(&mut *self.io.borrow_mut()).poll_write(cx, passed);
        self.connection.wrote(&polled);
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.io.borrow_mut()).poll_flush(cx)
    }

    // The write half stays open: the server may have something to add, and shuts it down itself.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.connection.shut_down();
        self.poll_flush(cx)
    }
}

/// Where the framework's own refusal begins in `buf`, and its status, if `buf` ends with one.
///
/// Such a head has no fields but these three, where the application's answers always have more (a request id at least).
/// It is always the last thing in a buffer, since the framework reads nothing after it. A body can't be mistaken for
/// it: the texts that the service stores have no carriage returns, and JSON escapes them.
fn trailing_refusal(buf: &[u8]) -> Option<(usize, u16)> {
    if !buf.ends_with(b"\r\n\r\n") {
        return None;
    }
    let tail = buf.get(buf.len().saturating_sub(LONGEST_REFUSAL)..)?;
    let start = tail.windows(7).rposition(|window| window == b"HTTP/1.")?;
    let head = std::str::from_utf8(tail.get(start..)?).ok()?;
    let (status_line, fields) = head.strip_suffix("\r\n\r\n")?.split_once("\r\n")?;
    let status = status_line.get(8..12)?.strip_prefix(' ')?.parse().ok()?;

    let (mut is_empty, mut is_dated) = (false, false);
    for field in fields.split("\r\n") {
        match field.split_once(": ")? {
            ("content-length", "0") => is_empty = true,
            ("date", _) => is_dated = true,
            ("connection", _) => {}
            _ => return None,
        }
    }
    let is_refusal = is_empty && is_dated && (400..600).contains(&status);
    is_refusal.then(|| (buf.len() - head.len(), status))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const OWN: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: Tue, 15 Nov 1994 08:12:31 GMT\r\n\r\n";
    const OURS: &str =
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx-request-id: a\r\ndate: Tue, 15 Nov 1994 08:12:31 GMT\r\n\r\nfine";

    fn stream<S>(io: S) -> (ProblemStream<S>, Rc<Connection>) {
        let connection = Rc::new(Connection::default());
        (ProblemStream::new(Rc::new(RefCell::new(io)), Rc::clone(&connection)), connection)
    }

    /// What a buffer is called, what is in it, and where the refusal in it begins and which it is.
    type Case = (&'static str, String, Option<(usize, u16)>);

    #[test]
    fn only_the_frameworks_own_head_at_the_end_is_a_refusal() {
        let alive = OWN.replace("connection: close\r\n", "");
        let large = OWN.replace("400 Bad Request", "431 Request Header Fields Too Large");
        let old = OWN.replace("HTTP/1.1", "HTTP/1.0").replace("close", "keep-alive");
        let cases: &[Case] = &[
            ("alone", OWN.into(), Some((0, 400))),
            ("kept alive", alive, Some((0, 400))),
            ("longest", large.clone(), Some((0, 431))),
            ("HTTP/1.0", old, Some((0, 400))),
            ("after an answer", format!("{OURS}{large}"), Some((OURS.len(), 431))),
            ("after a body's rest", format!("ine{OWN}"), Some((3, 400))),
            ("after a large body", format!("{}{OWN}", "x".repeat(100_000)), Some((100_000, 400))),
            ("after 100 (Continue)", format!("HTTP/1.1 100 Continue\r\n\r\n{OWN}"), Some((25, 400))),
            ("before an answer", format!("{OWN}{OURS}"), None),
            ("an answer", OURS.into(), None),
            ("nothing", String::new(), None),
            ("end of a head", "\r\n\r\n".into(), None),
            ("cut head", OWN.get(20..).unwrap().into(), None),
            ("unfinished head", OWN.get(..OWN.len() - 2).unwrap().into(), None),
            ("no date", "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".into(), None),
            ("success", OWN.replace("400", "200"), None),
            ("a body follows", OWN.replace("length: 0", "length: 5"), None),
            ("chunked", OWN.replace("content-length: 0", "transfer-encoding: chunked"), None),
            ("a request id", OWN.replace("date", "x-request-id: a\r\ndate"), None),
            ("405 of a resource", OWN.replace("date", "allow: GET\r\ndate"), None),
            ("status of letters", OWN.replace("400", "abc"), None),
            ("signed status", OWN.replace("400", "+40"), None),
            ("last chunk", "5\r\nHTTP/\r\n0\r\n\r\n".into(), None),
        ];
        for (name, buf, expected) in cases {
            assert_eq!(trailing_refusal(buf.as_bytes()), *expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_kept_back_and_what_came_before_it_is_sent() {
        for room in [1, 7, 4096] {
            let (near, mut far) = duplex(room);
            let (mut stream, connection) = stream(near);
            let writing = async {
                stream.write_all(format!("{OURS}{OWN}").as_bytes()).await.unwrap();
                stream.write_all(OWN.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
                drop(stream);
            };
            let mut received = String::new();
            let ((), read) = tokio::join!(writing, far.read_to_string(&mut received));
            read.unwrap();
            assert_eq!((received.as_str(), connection.refused()), (OURS, Some(400)), "room for {room}");
        }
    }

    #[tokio::test]
    async fn a_refusal_waits_until_what_came_before_it_is_sent() {
        let (near, _far) = duplex(10);
        let (mut stream, connection) = stream(near);
        let all = format!("{OURS}{OWN}");
        assert!(stream.write_all(all.as_bytes()).now_or_never().is_none());
        assert_eq!((connection.refused(), connection.is_blocked()), (None, true));
    }

    #[tokio::test]
    async fn large_answers_pass_unchanged_and_a_shutdown_leaves_the_last_word() {
        let (near, mut far) = duplex(1000);
        let (mut stream, connection) = stream(near);
        let io = Rc::clone(&stream.io);
        let answer = format!("{OURS}{}", "\r\n\r\n".repeat(50_000));
        let writing = async {
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            drop(stream);
            Rc::into_inner(io).unwrap().into_inner().write_all(b"last").await.unwrap();
        };
        let mut received = String::new();
        let ((), read) = tokio::join!(writing, far.read_to_string(&mut received));
        read.unwrap();
        assert_eq!(received, format!("{answer}last"));
        assert_eq!((connection.refused(), connection.is_blocked()), (None, false));
    }
}
