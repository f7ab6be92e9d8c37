//! The HTTP server: the framework's parts put together by hand, so that every answer is in our own words.
//!
//! It does what `actix_web::HttpServer` does for plain HTTP/1.1, with one difference: each connection has an
//! attendant that speaks where the framework would refuse with an empty body, or hang up without a word.
//! It must not know the application's routes, nor what a problem document says.

use std::cell::RefCell;
use std::io;
use std::net::TcpListener;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request, Response, StatusCode};
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::boxed::{self, BoxServiceFactory};
use actix_service::{
    IntoServiceFactory, Service as _, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory, map_config,
};
use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::AppConfig;
use actix_web::http::header::HttpDate;
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Connection, End, Patience};
use super::relay::Relay;
use super::turn::Turn;
use super::wire::ProblemStream;

/// How long a client has to take the last answer and to close its side, before the connection is dropped.
const FAREWELL: Duration = Duration::from_secs(1);
/// How many threads the framework can have.
const MOST_WORKERS: usize = 512;

/// How the server listens, waits and words what it says by itself.
pub struct ServerOptions {
    /// The sockets to accept connections from, already listening.
    pub listen: Vec<TcpListener>,
    /// How many threads serve requests, 1 to 512.
    pub workers: usize,
    /// How many connections one worker may have at a time; more wait to be accepted.
    pub max_connections: usize,
    /// How long a client has for the head of a request, before it is refused with 408.
    pub head_timeout: Duration,
    /// How long a connection may be idle between two requests; zero closes it after each answer.
    pub keep_alive: Duration,
    /// How long requests may go on after a graceful stop, rounded up to seconds.
    pub shutdown_timeout: Duration,
    /// Writes the problem document of a status, with the request id in it.
    pub problem: fn(status: u16, request_id: &str) -> String,
    /// Makes a request id, fit for a header field.
    pub request_id: Arc<dyn Fn() -> String + Send + Sync>,
    /// Tells the time.
    pub now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

/// Starts to serve the application that `app` makes, once for each worker and socket. Signals are left to the caller,
/// who stops the server by its handle.
///
/// # Errors
///
/// If there is no socket to listen on, or one that can't be used, or a number of workers that can't be had.
pub fn serve<F, I, S, B>(options: ServerOptions, app: F) -> io::Result<Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::Response: Into<Response<B>> + 'static,
    B: MessageBody + 'static,
{
    let ServerOptions { listen, workers, head_timeout, keep_alive, problem, request_id, now, .. } = options;
    if listen.is_empty() || !(1..=MOST_WORKERS).contains(&workers) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a server needs a socket and 1 to 512 workers"));
    }
    let attendant = Attendant { patience: Patience { head: head_timeout, keep_alive }, problem, request_id, now };
    let mut server = Server::build()
        .workers(workers)
        .max_concurrent_connections(options.max_connections)
        .shutdown_timeout(whole_seconds(options.shutdown_timeout))
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();

    for (index, listener) in listen.into_iter().enumerate() {
        let (app, attendant, stopping) = (app.clone(), attendant.clone(), stopping.clone());
        server = server.listen(format!("http-{index}"), listener, move || {
            connections(in_turns(app()), attendant.clone(), stopping.clone())
        })?;
    }
    Ok(server.run())
}

/// What a worker does with the connections of one socket.
fn connections(
    app: Application,
    attendant: Attendant,
    stopping: GracefulShutdownSignal,
) -> BoxServiceFactory<(), TcpStream, (), DispatchError, ()> {
    let http = HttpService::build()
        .keep_alive(attendant.patience.keep_alive)
        // The attendant's deadline holds for the later requests of a connection, too.
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(FAREWELL)
        // Hidden, but what `HttpServer` calls: it closes idle connections when the server stops.
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .on_connect_ext(|stream: &ProblemStream<TcpStream>, data| {
            data.insert(stream.connection());
        })
        .h1(app);
    boxed::factory(apply_fn_factory(http, move |socket: TcpStream, http| {
        // Without it answers come later, but they come.
        _ = socket.set_nodelay(true);
        let peer = socket.peer_addr().ok();
        let connection = Rc::new(Connection::default());
        let socket = Rc::new(RefCell::new(socket));
        let stream = ProblemStream::new(Rc::clone(&socket), Rc::clone(&connection));
        let exchange = http.call((stream, peer));
        let attendant = attendant.clone();
        async move {
            attendant.attend(exchange, connection, socket).await;
            Ok(())
        }
    }))
}

/// The application as the framework calls it: its errors are answers.
type Application = BoxServiceFactory<(), Request, Response<BoxBody>, Response<BoxBody>, ()>;

/// Has each request's turn noted, and what it waits for told to it without delay. Called on the worker's thread.
fn in_turns<I, S, B>(app: I) -> Application
where
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::Response: Into<Response<B>> + 'static,
    B: MessageBody + 'static,
{
    // The configuration only serves to make absolute URLs for requests that name no host.
    let relay = Relay::start();
    let app = map_config(app.into_factory(), |()| AppConfig::default())
        .map_err(|error| Response::from(error.into().error_response()))
        .map_init_err(|_| ());
    boxed::factory(apply_fn_factory(app, move |mut request: Request, app| {
        let turn = Turn::begin(&mut request);
        let (answer, relay) = (app.call(request), relay.clone());
        async move {
            let response = match relay.carry(pin!(answer)).await {
                Ok(response) => response.into().map_into_boxed_body(),
                Err(response) => response,
            };
            Ok(turn.answer(response))
        }
    }))
}

/// Who stays with a connection from its beginning to its end.
#[derive(Clone)]
struct Attendant {
    patience: Patience,
    problem: fn(u16, &str) -> String,
    request_id: Arc<dyn Fn() -> String + Send + Sync>,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Attendant {
    /// Lets the framework and the client talk, then says what is left to be said.
    async fn attend(&self, exchange: impl Future, connection: Rc<Connection>, socket: Rc<RefCell<TcpStream>>) {
        let end = tokio::select! {
            biased;
            outcome = AssertUnwindSafe(exchange).catch_unwind() => match outcome {
                Ok(_) => End::Closed,
                Err(_) => End::Panicked,
            },
            () = connection.overdue(self.patience) => End::Overdue,
        };
        // The framework's handle on the socket went with its future.
        let Some(mut socket) = Rc::into_inner(socket).map(RefCell::into_inner) else {
            return;
        };
        let answer = connection.verdict(end).map(|status| self.answer(status));
        let farewell = async {
            if let Some(answer) = answer {
                socket.write_all(answer.as_bytes()).await?;
            }
            socket.shutdown().await?;
            // A socket closed with unread bytes is reset, and the reset can overtake the answer.
            let mut rest = [0; 8192];
            while !connection.client_has_closed() && socket.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        // If the client has gone, there is nobody to tell.
        _ = timeout(FAREWELL, farewell).await;
    }

    fn answer(&self, status: u16) -> String {
        let id = (self.request_id)();
        let body = (self.problem)(status, &id);
        let reason = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
        tracing::debug!(status, request_id = id, "answered in place of the application");
        format!(
            "HTTP/1.1 {status} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
             connection: close\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n\
             x-request-id: {id}\r\ndate: {}\r\n\r\n{body}",
            reason.unwrap_or_default(),
            body.len(),
            HttpDate::from((self.now)()),
        )
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
