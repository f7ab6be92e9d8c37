//! Turns at work that keeps a core busy: so many at once, and whoever would have to wait for long is told so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;

/// Turns at some kind of work. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    semaphore: Arc<Semaphore>,
    wait: Duration,
    /// What they are for, as the log has it.
    what: &'static str,
}

impl Turns {
    /// So many at once, for which one waits so long.
    pub(super) fn new(what: &'static str, at_once: usize, wait: Duration) -> Self {
        Self { semaphore: Arc::new(Semaphore::new(at_once)), wait, what }
    }

    /// As many as there are cores.
    pub(super) fn each_core(what: &'static str, wait: Duration) -> Self {
        Self::new(what, std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get), wait)
    }

    /// Waits for a turn, which ends when it is dropped: it is to be kept by the work, not by whoever waits for it.
    ///
    /// # Errors
    /// [`Error::Busy`] when none is free in time.
    pub(super) async fn take(&self) -> Result<Turn, Error> {
        let waiting = tokio::time::timeout(self.wait, Arc::clone(&self.semaphore).acquire_owned()).await;
        let turn = waiting.map_err(|_elapsed| Error::Busy(format!("waited too long for a turn at {}", self.what)))?;
        turn.map(Turn).map_err(|error| Error::Broken(error.to_string()))
    }
}

/// A turn that somebody has.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "it ends when it is dropped")] OwnedSemaphorePermit);

/// Runs what takes long on a thread made for blocking.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Broken(format!("a thread for what takes long ended: {error}")))
}
