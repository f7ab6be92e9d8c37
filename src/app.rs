//! Putting the parts together: settings, store, use cases and server, from start to drain.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_server::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::session::SessionPolicy;
use crate::http::cache::AnswerCache;
use crate::http::envelope::envelope;
use crate::http::error::framework_problem;
use crate::http::server::{ServerOptions, serve};
use crate::http::{Api, routes};
use crate::limits::Quotas;
use crate::randomness::Randomness;
use crate::service::{self, Service, origins, sweeping};
use crate::store::{self, MigrationError, Store};

/// How often expired things are cleared away.
const SWEEP: Duration = Duration::from_mins(1);
/// How often what was only counted in memory is written down.
const WRITE_DOWN: Duration = Duration::from_secs(5);
/// How many connections a worker serves at once; more wait to be accepted.
const CONNECTIONS: usize = 10_000;

/// Why the service didn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be used.
    #[error(transparent)]
    Database(#[from] MigrationError),
    /// The first use of the database failed.
    #[error("the database can't be used: {0}")]
    Service(#[from] service::Error),
    /// The address can't be listened on.
    #[error(
        "can't listen on {address}: {reason}; the setting `http.listen` (REJOINDER__HTTP__LISTEN) names another address"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What is in the way.
        reason: std::io::Error,
    },
    /// The system doesn't let the process do what it needs.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl StartError {
    /// Whether it may go better later, with nothing changed: the database is away.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Database(MigrationError::Store(store::Error::Busy(_))))
    }
}

/// Whether the settings lead to a database that could be opened; nothing is asked of it.
///
/// # Errors
/// [`StartError::Database`].
pub fn check(settings: &Settings) -> Result<(), StartError> {
    Ok(Store::check(&settings.database).map_err(MigrationError::from)?)
}

/// The file of a SQLite database that isn't there yet.
#[must_use]
pub fn missing_database(settings: &Settings) -> Option<PathBuf> {
    Store::file(&settings.database).filter(|file| !file.exists())
}

/// Opens the database and gives the use cases over it. Blocks; not to be called from async code.
///
/// # Errors
/// [`StartError::Database`].
pub fn open(settings: &Settings, clock: Clock, randomness: Randomness) -> Result<Service, StartError> {
    let (store, changes) = Store::open(&settings.database)?;
    for version in changes {
        tracing::info!(version, "the schema was changed");
    }
    let quotas = Quotas::new(settings.limits.clone(), clock.clone());
    let sessions = SessionPolicy::new(settings.staff.session_idle_minutes, settings.staff.session_hours);
    Ok(Service::new(store, quotas, clock, randomness, sessions))
}

/// A service that answers.
#[expect(missing_debug_implementations, reason = "the server has none")]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its use cases.
    pub service: Service,
    /// What ends when the service has stopped.
    pub server: Server,
    handle: ServerHandle,
    draining: Arc<AtomicBool>,
    drain: Duration,
}

/// Begins to answer requests.
///
/// # Errors
/// [`StartError`].
pub async fn start(settings: &Settings, service: Service) -> Result<Running, StartError> {
    service::prepare(&service).await?;
    let address = settings.http.listen;
    let listener = TcpListener::bind(address).map_err(|reason| StartError::Listen { address, reason })?;
    let address = listener.local_addr()?;
    let draining = Arc::new(AtomicBool::new(false));
    let api = web::Data::new(Api {
        service: service.clone(),
        answers: Arc::new(AnswerCache::new(settings.http.cache_megabytes)),
        busy_log: Arc::default(),
        settings: Arc::new(settings.http.clone()),
        draining: Arc::clone(&draining),
    });
    let workers = match settings.http.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        workers => workers,
    };
    let ids = service.randomness.clone();
    let options = ServerOptions {
        listen: vec![listener],
        workers,
        max_connections: CONNECTIONS,
        head_timeout: Duration::from_secs(settings.http.head_timeout_seconds),
        keep_alive: Duration::from_secs(settings.http.keep_alive_seconds),
        shutdown_timeout: Duration::from_secs(settings.http.shutdown_seconds),
        problem: framework_problem,
        request_id: Arc::new(move || ids.request_id()),
        now: Arc::new(system_time),
    };
    let server =
        serve(options, move || App::new().app_data(api.clone()).wrap(from_fn(envelope)).configure(routes::configure))?;
    let handle = server.handle();
    let drain = Duration::from_secs(settings.http.drain_seconds);
    Ok(Running { address, service, server, handle, draining, drain })
}

/// What a `Date` header says.
fn system_time() -> std::time::SystemTime {
    let since_epoch = Clock::system().now().milliseconds();
    std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(since_epoch).unwrap_or(0))
}

/// Serves until the process is told to stop, and then until what runs has ended.
///
/// # Errors
/// [`StartError`].
pub async fn run(settings: &Settings, service: Service) -> Result<(), StartError> {
    let running = start(settings, service.clone()).await?;
    tracing::info!("listening on http://{}", running.address);
    let sweeper = actix_rt::spawn(sweep_regularly(service.clone()));
    let writer = actix_rt::spawn(write_down_regularly(service.clone()));
    let stopper = actix_rt::spawn(stop_at_signal(running.handle, running.draining, running.drain));
    running.server.await?;
    sweeper.abort();
    writer.abort();
    stopper.abort();
    write_down(&service).await;
    service.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn sweep_regularly(service: Service) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        if let Err(error) = sweeping::sweep(&service).await {
            tracing::warn!(%error, "what has expired was not cleared away");
        }
    }
}

async fn write_down_regularly(service: Service) {
    let mut ticks = tokio::time::interval(WRITE_DOWN);
    loop {
        ticks.tick().await;
        write_down(&service).await;
    }
}

async fn write_down(service: &Service) {
    if let Err(error) = origins::write_down(service).await {
        tracing::warn!(%error, "the pages that were refused were not written down yet");
    }
}

/// At a signal, `/readyz` says so for a while, then the server takes no more connections and ends those that run. A second
/// signal ends the wait.
async fn stop_at_signal(handle: ServerHandle, draining: Arc<AtomicBool>, drain: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals can't be received; the service stops without draining");
        return;
    };
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    tracing::info!("stopping");
    draining.store(true, Ordering::SeqCst);
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tokio::select! {
        () = handle.stop(true) => {}
        _ = terminate.recv() => handle.stop(false).await,
        _ = interrupt.recv() => handle.stop(false).await,
    }
}
