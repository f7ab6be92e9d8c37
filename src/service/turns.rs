//! Turns at work that keeps a core busy: so many at once, and whoever would have to wait for long is told so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;

/// Turns at some kind of work. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    turns: Arc<Semaphore>,
    wait: Duration,
}

impl Turns {
    /// So many at once, for which one waits so long.
    pub(super) fn new(at_once: usize, wait: Duration) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once)), wait }
    }

    /// As many as there are cores.
    pub(super) fn each_core(wait: Duration) -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get), wait)
    }

    /// Waits for a turn, which ends when it is dropped: it is to be kept by the work, not by whoever waits for it.
    ///
    /// # Errors
    /// [`Error::Busy`] when none is free in time.
    pub(super) async fn take(&self) -> Result<Turn, Error> {
        let waiting = tokio::time::timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = waiting.map_err(|_elapsed| Error::Busy("waited too long for a turn at the rules".to_owned()))?;
        turn.map(Turn).map_err(|error| Error::Broken(error.to_string()))
    }
}

/// A turn that somebody has.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "it ends when it is dropped")] OwnedSemaphorePermit);
