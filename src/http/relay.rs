//! Brings the wakes of other threads to the requests of a worker without delay.
//!
//! While it has anything else to do, a worker's thread takes up only one in 31 of its steps what other threads have woken
//! (tokio's `LocalSet`). Under load, answers of the store would so come after hundreds of new requests. Instead, other
//! threads wake the relay alone, and it wakes all that they meant from the worker's own thread.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::ThreadId;

use futures_util::task::AtomicWaker;

/// The relay of one worker. It goes with the worker's runtime.
#[derive(Clone)]
pub(crate) struct Relay(Arc<Shared>);

struct Shared {
    thread: ThreadId,
    relay: AtomicWaker,
    woken: Mutex<Vec<Arc<Bell>>>,
}

impl Shared {
    fn woken(&self) -> MutexGuard<'_, Vec<Arc<Bell>>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Relay {
    /// Starts the relay of this thread, which must be a worker's.
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared {
            thread: std::thread::current().id(),
            relay: AtomicWaker::new(),
            woken: Mutex::default(),
        });
        let of_task = Arc::clone(&shared);
        actix_rt::spawn(poll_fn(move |cx| {
            of_task.relay.register(cx.waker());
            for bell in std::mem::take(&mut *of_task.woken()) {
                bell.task.wake();
            }
            Poll::<()>::Pending
        }));
        Self(shared)
    }

    /// Has the wakes of a future go through the relay.
    pub(crate) fn carry<F>(&self, future: F) -> Carried<F> {
        Carried { future, relay: self.clone(), bell: None }
    }

    fn bell(&self) -> (Arc<Bell>, Waker) {
        let bell = Arc::new(Bell { shared: Arc::clone(&self.0), task: AtomicWaker::new() });
        (Arc::clone(&bell), bell.into())
    }
}

/// What wakes one request.
struct Bell {
    shared: Arc<Shared>,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        if std::thread::current().id() == self.shared.thread {
            self.task.wake();
            return;
        }
        let shared = Arc::clone(&self.shared);
        shared.woken().push(self);
        shared.relay.wake();
    }
}

/// A future whose wakes go through the relay.
pub(crate) struct Carried<F> {
    future: F,
    relay: Relay,
    /// There is none as long as it didn't have to wait: most requests never do.
    bell: Option<(Arc<Bell>, Waker)>,
}

impl<F: Future + Unpin> Future for Carried<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, relay, bell } = &mut *self;
        if bell.is_none()
            && let Poll::Ready(output) = Pin::new(&mut *future).poll(cx)
        {
            return Poll::Ready(output);
        }
        // A second time at once, so that what it waits for knows the bell.
        let (bell, waker) = bell.get_or_insert_with(|| relay.bell());
        bell.task.register(cx.waker());
        Pin::new(future).poll(&mut Context::from_waker(waker))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use actix_rt::System;
    use futures_util::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    const ANSWERS: usize = 100;

    #[test]
    fn answers_of_other_threads_don_t_wait_for_what_a_busy_worker_does_meanwhile() {
        System::new().block_on(async {
            let relay = Relay::start();
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..ANSWERS).map(|_| oneshot::channel::<()>()).unzip();
            let waiting: Vec<_> =
                receivers.into_iter().map(|answer| actix_rt::spawn(relay.carry(Box::pin(answer)))).collect();
            // All of them have begun to wait.
            actix_rt::task::yield_now().await;
            std::thread::spawn(|| senders.into_iter().for_each(|sender| sender.send(()).unwrap())).join().unwrap();
            let steps = Rc::new(Cell::new(0));
            let counted = Rc::clone(&steps);
            let busy = actix_rt::spawn(poll_fn(move |cx| {
                counted.set(counted.get() + 1);
                cx.waker().wake_by_ref();
                Poll::<()>::Pending
            }));
            for answered in join_all(waiting).await {
                answered.unwrap().unwrap();
            }
            busy.abort();
            assert!(steps.get() < ANSWERS * 10, "{} steps", steps.get());
        });
    }
}
