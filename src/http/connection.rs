//! What the server knows of one connection: which requests were begun and answered, and who is waiting for whom.
//!
//! The stream, each request's turn and the server write to it, all on the one thread that the connection lives on.
//! It decides when a connection is overdue and which answer is still owed. It must not know what a problem looks
//! like, nor do any I/O.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long a client may take nothing of an answer that waits to be sent.
const STALL: Duration = Duration::from_secs(20);
/// The framework closes idle connections by itself; this much later, one that it forgot is closed.
const GRACE: Duration = Duration::from_secs(2);
/// The longest request target that the framework can parse; it calls a longer one malformed.
const LONGEST_TARGET: usize = 65_534;

/// How long a client may be silent.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// From the start of a connection, or from the first byte of a later request, to the end of that request's head.
    pub(crate) head: Duration,
    /// From the end of an answer to the first byte of the next request.
    pub(crate) keep_alive: Duration,
}

/// Why nobody works on a connection any more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// The framework let go of it.
    Closed,
    /// A handler panicked.
    Panicked,
    /// The framework refused what it read, or a deadline has passed.
    Overdue,
}

/// The book of one connection.
pub(crate) struct Connection {
    begun: Cell<u64>,
    answered: Cell<u64>,
    finished: Cell<u64>,
    /// The status of the framework's own refusal, which is still to be sent in our words.
    refused: Cell<Option<u16>>,
    /// The last answer told the client that there will be no other.
    is_closing: Cell<bool>,
    upload_is_open: Cell<bool>,
    client_has_closed: Cell<bool>,
    was_shut_down: Cell<bool>,
    quiet_since: Cell<Instant>,
    head_since: Cell<Option<Instant>>,
    blocked_since: Cell<Option<Instant>>,
    /// Bytes seen of the next request's first line, and whether its end was among them.
    first_line: Cell<(usize, bool)>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            begun: Cell::default(),
            answered: Cell::default(),
            finished: Cell::default(),
            refused: Cell::default(),
            is_closing: Cell::default(),
            upload_is_open: Cell::default(),
            client_has_closed: Cell::default(),
            was_shut_down: Cell::default(),
            quiet_since: Cell::new(Instant::now()),
            head_since: Cell::default(),
            blocked_since: Cell::default(),
            first_line: Cell::default(),
        }
    }
}

impl Connection {
    /// Notes bytes from the client; none means that it has closed its side.
    pub(crate) fn received(&self, bytes: &[u8]) {
        self.client_has_closed.set(bytes.is_empty());
        // Empty lines before a request are no part of it, and after a last word nothing is a request.
        if !self.is_idle() || self.is_closing.get() || bytes.trim_ascii_start().is_empty() {
            return;
        }
        self.head_since.update(|since| since.or_else(|| Some(Instant::now())));
        if let (length, false) = self.first_line.get() {
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let seen = length + end.unwrap_or(bytes.len());
            self.first_line.set((seen, end.is_some()));
        }
    }

    /// Notes the outcome of a write to the client.
    pub(crate) fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        let now = Instant::now();
        if polled.is_pending() {
            self.blocked_since.update(|since| since.or(Some(now)));
        } else {
            self.blocked_since.set(None);
            self.quiet_since.set(now);
        }
    }

    /// Notes that the framework refused what the client sent, with `status`.
    pub(crate) fn refuse(&self, status: u16) {
        let target_is_too_long = status == 400 && self.first_line.get().0 > LONGEST_TARGET;
        let status = if target_is_too_long { 431 } else { status };
        self.refused.set(Some(status));
    }

    /// Notes that the framework has nothing more to say.
    pub(crate) fn shut_down(&self) {
        self.was_shut_down.set(true);
    }

    /// Notes that a request was handed to the application, with a body or without.
    pub(crate) fn begin(&self, has_upload: bool) {
        self.begun.update(|count| count + 1);
        self.upload_is_open.set(has_upload);
        self.is_closing.set(false);
        self.head_since.set(None);
        self.first_line.set((0, false));
    }

    /// Notes that the application has read the request's body to its end.
    pub(crate) fn end_upload(&self) {
        self.upload_is_open.set(false);
    }

    /// Notes the application's answer. Returns whether it has to be the last one: what follows an upload that nobody
    /// has read can't be trusted to be a request.
    pub(crate) fn answer(&self) -> bool {
        self.answered.update(|count| count + 1);
        self.is_closing.set(self.upload_is_open.get());
        self.is_closing.get()
    }

    /// Notes that the last byte of an answer was handed over, or that it never will be.
    pub(crate) fn finish(&self) {
        self.finished.update(|count| count + 1);
        self.quiet_since.set(Instant::now());
    }

    /// The status of the framework's own refusal.
    pub(crate) fn refused(&self) -> Option<u16> {
        self.refused.get()
    }

    /// Whether an answer waits for the client to take what was sent before.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked_since.get().is_some()
    }

    /// Whether the client has closed its side.
    pub(crate) fn client_has_closed(&self) -> bool {
        self.client_has_closed.get()
    }

    /// Resolves when the framework has refused, or when the client has let a deadline pass.
    ///
    /// It must be polled by the task that moves the connection's bytes, after it has moved them. It wakes that task
    /// for a deadline only: each wake makes the framework start its own keep-alive time anew.
    pub(crate) async fn overdue(&self, patience: Patience) {
        let mut alarm = pin!(sleep_until(Instant::now() + patience.head));
        poll_fn(|cx| match self.deadline(patience) {
            _ if self.refused().is_some() => Poll::Ready(()),
            None => Poll::Pending,
            Some(deadline) => {
                if alarm.deadline() != deadline {
                    alarm.as_mut().reset(deadline);
                }
                alarm.as_mut().poll(cx)
            }
        })
        .await;
    }

    /// The status that the client is still owed when nobody works on the connection any more.
    pub(crate) fn verdict(&self, end: End) -> Option<u16> {
        // Whatever followed an answer that is still on its way would be read as part of it.
        if self.is_blocked() || self.is_closing.get() {
            return None;
        }
        let is_owed = self.begun.get() > self.answered.get();
        let has_begun_a_head = self.head_since.get().is_some();
        self.refused().or(match end {
            End::Panicked if is_owed => Some(500),
            // The framework hangs up on a body with broken framing, whether or not the handler is about to answer.
            End::Closed if is_owed && !self.was_shut_down.get() => Some(400),
            End::Closed if has_begun_a_head && self.client_has_closed() => Some(400),
            End::Overdue if has_begun_a_head || self.begun.get() == 0 => Some(408),
            _ => None,
        })
    }

    fn is_idle(&self) -> bool {
        self.begun.get() == self.finished.get()
    }

    fn deadline(&self, patience: Patience) -> Option<Instant> {
        if let Some(since) = self.blocked_since.get() {
            return Some(since + STALL);
        }
        match self.head_since.get() {
            _ if !self.is_idle() => None,
            _ if self.begun.get() == 0 => Some(self.quiet_since.get() + patience.head),
            Some(since) => Some(since + patience.head),
            None => Some(self.quiet_since.get() + patience.keep_alive + GRACE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { head: Duration::from_secs(10), keep_alive: Duration::from_secs(75) };

    fn after(events: &str) -> Connection {
        let it = Connection::default();
        for event in events.split_whitespace() {
            match event {
                "blank" => it.received(b"\r\n"),
                "head" => it.received(b"GET /"),
                "long-head" => it.received(&vec![b'a'; 70_000]),
                "close" => it.received(b""),
                "refuse" => it.refuse(400),
                "begin" => it.begin(false),
                "begin-upload" => it.begin(true),
                "end-upload" => it.end_upload(),
                "answer" => _ = it.answer(),
                "finish" => it.finish(),
                "shutdown" => it.shut_down(),
                "blocked" => it.wrote(&Poll::Pending),
                "written" => it.wrote(&Poll::Ready(Ok(1))),
                _ => panic!("{event}"),
            }
        }
        it
    }

    #[test]
    fn what_is_owed_and_how_long_is_waited_follow_from_what_happened() {
        // What is owed if closed, panicked, overdue; the seconds until it is overdue.
        let cases = [
            ("", [None, None, Some(408)], Some(10)),
            ("blank", [None, None, Some(408)], Some(10)),
            ("close", [None, None, Some(408)], Some(10)),
            ("head", [None, None, Some(408)], Some(10)),
            ("head shutdown", [None, None, Some(408)], Some(10)),
            ("head close", [Some(400), None, Some(408)], Some(10)),
            ("head refuse", [Some(400); 3], Some(10)),
            ("long-head refuse", [Some(431); 3], Some(10)),
            ("head begin", [Some(400), Some(500), None], None),
            ("head begin shutdown", [None, Some(500), None], None),
            ("head begin answer", [None; 3], None),
            ("head begin answer finish", [None; 3], Some(77)),
            ("begin answer finish blank", [None; 3], Some(77)),
            ("begin answer finish head", [None, None, Some(408)], Some(10)),
            ("begin answer finish head close", [Some(400), None, Some(408)], Some(10)),
            ("begin answer finish blocked", [None; 3], Some(20)),
            ("begin answer finish blocked written", [None; 3], Some(77)),
            ("begin answer blocked head close", [None; 3], Some(20)),
            ("begin-upload head close", [Some(400), Some(500), None], None),
            ("begin-upload answer finish head close", [None; 3], Some(77)),
            ("begin-upload end-upload answer finish head", [None, None, Some(408)], Some(10)),
        ];
        for (events, owed, wait) in cases {
            let start = Instant::now();
            let it = after(events);
            let ends = [End::Closed, End::Panicked, End::Overdue];
            assert_eq!(ends.map(|end| it.verdict(end)), owed, "{events}");
            let waited = it.deadline(PATIENCE).map(|deadline| (deadline - start).as_secs());
            assert_eq!(waited, wait, "{events}");
        }
    }
}
