//! The service as a test meets it: started in this process on a port of its own, with a database of its own, a clock that
//! moves when it is told to, and the same randomness each time.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_server::ServerHandle;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use futures_util::FutureExt as _;
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::config::Settings;
use rejoinder::domain::access::Role;
use rejoinder::domain::comment::Comment;
use rejoinder::domain::id::{CommentId, StaffId};
use rejoinder::domain::origin::OriginPattern;
use rejoinder::domain::password::PasswordHash;
use rejoinder::domain::revision::RevisionKind;
use rejoinder::domain::site::{SiteChange, Slug};
use rejoinder::domain::staff::StaffName;
use rejoinder::domain::thread::{ThreadKey, ThreadState};
use rejoinder::domain::time::Timestamp;
use rejoinder::randomness::Randomness;
use rejoinder::service::Service;
use rejoinder::service::admission::Class;
use rejoinder::service::audits::{self, Repair};
use rejoinder::service::hashing::Hashing;
use rejoinder::service::sites::{self, Changed};
use rejoinder::service::staff::{self, NewStaff};
use rejoinder::service::sweeping;
use rejoinder::service::threads::{self, ThreadChange};
use rejoinder::store::{self, Connection};

use crate::client::Client;
use crate::databases::{Databases, Kind};

/// When every test begins: 2026-01-01T00:00:00Z.
const BEGINNING: Timestamp = Timestamp::from_milliseconds(1_767_225_600_000);
/// After this time an answer isn't coming any more.
const PATIENCE: Duration = Duration::from_mins(1);

/// Settings with the defaults of the product, except that quotas are lifted; `changes` have the names of the environment
/// without `REJOINDER__`.
pub(crate) fn settings(database: &str, changes: &[(&str, &str)]) -> Settings {
    let mut environment = HashMap::new();
    let own = [
        ("DATABASE__URL", database),
        ("DATABASE__CONNECTIONS", "4"),
        ("HTTP__LISTEN", "127.0.0.1:0"),
        ("HTTP__WORKERS", "1"),
        ("LIMITS__ENABLED", "false"),
    ];
    for (name, value) in own.iter().chain(changes) {
        environment.insert(format!("REJOINDER__{name}"), (*value).to_owned());
    }
    Settings::from_sources(None, environment).unwrap()
}

/// What a test is given to make worlds with. What it made is taken down after it.
#[derive(Clone)]
pub(crate) struct Setup(Arc<SetupParts>);

struct SetupParts {
    databases: Arc<Databases>,
    kind: Kind,
    worlds: Mutex<Vec<World>>,
}

impl Setup {
    pub(crate) fn new(databases: Arc<Databases>, kind: Kind) -> Self {
        Self(Arc::new(SetupParts { databases, kind, worlds: Mutex::default() }))
    }

    /// A world without quotas.
    pub(crate) async fn start(&self) -> World {
        self.start_with(&[]).await
    }

    /// A world with these settings.
    pub(crate) async fn start_with(&self, changes: &[(&str, &str)]) -> World {
        let database = self.0.databases.fresh(self.0.kind).await;
        let world = World::start(settings(&database, changes), Clock::manual(BEGINNING), 1).await;
        self.0.worlds.lock().unwrap().push(world.clone());
        world
    }

    /// A second instance of the service with the same settings on the same database and clock.
    pub(crate) async fn start_beside(&self, first: &World) -> World {
        self.start_another(first, first.0.settings.clone()).await
    }

    /// The same, but it keeps no answers.
    pub(crate) async fn start_forgetful_beside(&self, first: &World) -> World {
        let mut settings = first.0.settings.clone();
        settings.http.cache_megabytes = 0;
        self.start_another(first, settings).await
    }

    async fn start_another(&self, first: &World, settings: Settings) -> World {
        let world = World::start(settings, first.0.service.clock.clone(), 2).await;
        self.0.worlds.lock().unwrap().push(world.clone());
        world
    }

    /// Takes all worlds down, and says which counters were wrong at the end.
    pub(crate) async fn finish(&self, has_passed: bool) -> Vec<String> {
        let worlds = std::mem::take(&mut *self.0.worlds.lock().unwrap());
        let mut complaints = Vec::new();
        for world in &worlds {
            complaints.extend(world.audit().await);
        }
        let mut databases: Vec<String> = Vec::new();
        for world in worlds {
            world.stop().await;
            databases.push(world.0.settings.database.url().to_owned());
        }
        databases.sort();
        databases.dedup();
        // After a failure nobody knows what still goes on in there.
        for database in databases.into_iter().filter(|_| has_passed) {
            self.0.databases.take_back(database).await;
        }
        complaints
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    action: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    subject: String,
}

/// A running service.
#[derive(Clone)]
pub(crate) struct World(Arc<WorldParts>);

struct WorldParts {
    service: Service,
    settings: Settings,
    address: SocketAddr,
    server: ServerHandle,
    thread: Mutex<Option<JoinHandle<()>>>,
    http: reqwest::Client,
    is_closed: AtomicBool,
}

impl World {
    async fn start(settings: Settings, clock: Clock, seed: u64) -> Self {
        let (started, starting) = tokio::sync::oneshot::channel();
        let own = settings.clone();
        let serve = move || {
            let service = app::open(&own, clock, Randomness::seeded(seed)).unwrap();
            actix_rt::System::new().block_on(async move {
                let running = app::start(&own, service).await.unwrap();
                let handle = running.server.handle();
                started.send((running.address, running.service.clone(), handle)).ok().unwrap();
                running.server.await.unwrap();
            });
        };
        let thread = std::thread::spawn(serve);
        let (address, service, server) = starting.await.expect("the service starts");
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let thread = Mutex::new(Some(thread));
        let is_closed = AtomicBool::new(false);
        Self(Arc::new(WorldParts { service, settings, address, server, thread, http, is_closed }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Somebody without a token, who never takes one.
    pub(crate) fn reader(&self) -> Client {
        Client::reader(self.clone())
    }

    /// Somebody who writes under this name, and keeps the token that the service gives them.
    pub(crate) fn author(&self, name: &str) -> Client {
        Client::author(self.clone(), name)
    }

    /// A member of staff with an API token for all that they may do, on these sites or on all.
    pub(crate) async fn staff(&self, name: &str, role: Role, sites: &[&str]) -> Client {
        let sites = (!sites.is_empty()).then(|| sites.iter().map(|site| slug(site)).collect());
        let new = NewStaff { name: StaffName::parse(name).unwrap(), role, sites };
        let added = staff::add(&self.0.service, None, new).await.unwrap();
        Client::staff(self.clone(), name, &added.secret.reveal())
    }

    /// The service's hashing of passwords.
    pub(crate) fn hashing(&self) -> &Hashing {
        &self.0.service.hashing
    }

    /// What time it is, in seconds since 1970.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.0.service.clock.now().milliseconds() / 1_000
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let query = diesel::sql_query(format!("SELECT count(*) AS count FROM {table}"));
        let work = move |connection: &mut Connection| {
            let counted: Result<Count, _> = match connection {
                Connection::Sqlite(connection) => query.get_result(&mut **connection),
                Connection::Postgres(connection) => query.get_result(&mut **connection),
            };
            counted.map_err(rejoinder::store::Error::from)
        };
        self.0.service.store.read(work).await.unwrap().count
    }

    /// What is kept of somebody's password.
    pub(crate) async fn password_hash(&self, name: &str) -> String {
        let id = self.staff_id(name).await;
        let found = self.0.service.store.read(move |connection| store::credentials::find(connection, id)).await;
        found.unwrap().unwrap().password.unwrap().as_str().to_owned()
    }

    /// Keeps this of somebody's password.
    pub(crate) async fn set_password_hash(&self, name: &str, hash: &str) {
        let (id, hash) = (self.staff_id(name).await, PasswordHash::from_stored(hash.to_owned()));
        let work = move |connection: &mut Connection| store::credentials::update_password(connection, id, Some(&hash));
        self.0.service.store.write(work).await.unwrap();
    }

    pub(crate) async fn staff_id(&self, name: &str) -> StaffId {
        staff::find_by_name(&self.0.service, &StaffName::parse(name).unwrap()).await.unwrap().id
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> &str {
        self.0.settings.database.url()
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.0.service.clock.advance_seconds(seconds);
    }

    /// Changes the site `default`.
    pub(crate) async fn set_site(&self, change: SiteChange) {
        let changed = sites::set(&self.0.service, None, slug("default"), change).await.unwrap();
        assert!(matches!(changed, Changed::To(_)), "{changed:?}");
    }

    pub(crate) async fn add_site(&self, name: &str, change: SiteChange) {
        let added = sites::add(&self.0.service, None, slug(name), change).await.unwrap();
        assert!(matches!(added, Changed::To(_)), "{added:?}");
    }

    /// Changes a thread of the site `default`.
    pub(crate) async fn set_thread(&self, key: &str, change: ThreadChange) {
        self.set_thread_of("default", key, change).await;
    }

    pub(crate) async fn set_thread_of(&self, site: &str, key: &str, change: ThreadChange) {
        let site = sites::find(&self.0.service, site).await.unwrap();
        threads::set(&self.0.service, site, ThreadKey::parse(key).unwrap(), change).await.unwrap();
    }

    pub(crate) async fn close_thread(&self, key: &str) {
        self.set_thread(key, ThreadChange { state: Some(ThreadState::Closed), ..ThreadChange::default() }).await;
    }

    /// A comment of the site `default` as it is kept.
    pub(crate) async fn stored(&self, id: &str) -> Comment {
        let (site, id) = (sites::find(&self.0.service, "default").await.unwrap().id, CommentId::parse(id).unwrap());
        let found = self.0.service.store.read(move |connection| store::comments::find(connection, site, id)).await;
        found.unwrap().expect("the comment is there")
    }

    /// The earlier texts of a comment of the site `default`, oldest first.
    pub(crate) async fn revisions(&self, id: &str) -> Vec<(RevisionKind, String)> {
        let (site, id) = (sites::find(&self.0.service, "default").await.unwrap().id, CommentId::parse(id).unwrap());
        let work = move |connection: &mut Connection| store::revisions::list_by_comment(connection, site, id, 1_000);
        let revisions = self.0.service.store.read(work).await.unwrap();
        revisions.into_iter().map(|revision| (revision.kind, revision.body)).collect()
    }

    /// Writes down what is only counted in memory, as the service does every few seconds.
    pub(crate) async fn write_down(&self) {
        rejoinder::service::origins::write_down(&self.0.service).await.unwrap();
    }

    /// What staff did, as the log has it: actions with their subjects, oldest first.
    pub(crate) async fn log(&self) -> Vec<(String, String)> {
        let work = |connection: &mut Connection| {
            let query = || {
                diesel::sql_query(
                    "SELECT action, coalesce(subject, '') AS subject FROM decisions \
                     WHERE staff_id IS NOT NULL ORDER BY id",
                )
            };
            let lines: Result<Vec<Line>, _> = match connection {
                Connection::Sqlite(connection) => query().load(&mut **connection),
                Connection::Postgres(connection) => query().load(&mut **connection),
            };
            lines.map_err(store::Error::from)
        };
        let lines = self.0.service.store.read(work).await.unwrap();
        lines.into_iter().map(|line| (line.action, line.subject)).collect()
    }

    /// Runs a statement on the database.
    pub(crate) async fn execute(&self, sql: &str) {
        let statement = diesel::sql_query(sql.to_owned());
        let work = move |connection: &mut Connection| {
            let done = match connection {
                Connection::Sqlite(connection) => statement.clone().execute(&mut **connection),
                Connection::Postgres(connection) => statement.clone().execute(&mut **connection),
            };
            done.map_err(store::Error::from)
        };
        self.0.service.store.write(work).await.unwrap();
    }

    pub(crate) async fn sweep(&self) {
        sweeping::sweep(&self.0.service).await.unwrap();
    }

    /// Writes into every site what no version of the program can have written there.
    pub(crate) async fn spoil_sites(&self) {
        self.execute("UPDATE sites SET origins = 'nonsense'").await;
    }

    /// Puts open reports of so many readers about a comment into the store, as the service would.
    pub(crate) async fn add_reports(&self, comment: &str, readers: u8) {
        let id = CommentId::parse(comment).unwrap().number();
        let bytes = |hex: String| {
            if self.0.settings.database.url().starts_with("sqlite") {
                format!("x'{hex}'")
            } else {
                format!("'\\x{hex}'")
            }
        };
        let counts = format!(
            "UPDATE comments SET report_count = report_count + {readers} WHERE id = {id};
             INSERT INTO queue_counts SELECT site_id, 5, id % 16, 1 FROM comments WHERE id = {id} AND report_count = {readers}
             ON CONFLICT (site_id, queue, shard) DO UPDATE SET comment_count = queue_counts.comment_count + 1;"
        );
        let now = self.0.service.clock.now().milliseconds();
        let report = |reader: u8| {
            let network = format!("{reader:02x}").repeat(16);
            let (reporter, network) = (bytes(format!("02{network}")), bytes(network));
            format!(
                "INSERT INTO reports (comment_id, reporter, site_id, network, reason, detail, weight, outcome, created_at)
                 SELECT id, {reporter}, site_id, {network}, 'abuse', 'rude', 1000, 0, {now} FROM comments WHERE id = {id};"
            )
        };
        let sql: String = std::iter::once(counts).chain((1..=readers).map(report)).collect();
        assert!(self.run_sql(&sql).await, "{sql}");
    }

    /// Runs statements, past the service; whether the database let them.
    pub(crate) async fn run_sql(&self, sql: &str) -> bool {
        let sql = sql.to_owned();
        let work = move |connection: &mut Connection| {
            let done = match connection {
                Connection::Sqlite(connection) => connection.batch_execute(&sql),
                Connection::Postgres(connection) => connection.batch_execute(&sql),
            };
            done.map_err(rejoinder::store::Error::from)
        };
        self.0.service.store.write(work).await.is_ok()
    }

    /// Takes the database away, as a failing disk or network would.
    pub(crate) async fn close_database(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        self.0.service.store.close().await;
    }

    /// Takes all turns at a class of work, and all places of a site in the queue for them, until it is dropped.
    pub(crate) async fn crowd(&self, site: &str, class: Class) -> impl Sized + use<> {
        let id = sites::find(&self.0.service, site).await.unwrap().id;
        let (mut entered, mut waiting) = (Vec::new(), Vec::new());
        loop {
            let service = self.0.service.clone();
            let enter = async move { service.admission.enter(class, id).await };
            let mut next = Box::pin(tokio::task::unconstrained(enter));
            match next.as_mut().now_or_never() {
                Some(Ok(permit)) => entered.push(permit),
                None => waiting.push(next),
                Some(Err(_)) => return (entered, waiting),
            }
        }
    }

    /// What a recount of everything finds wrong.
    pub(crate) async fn audit(&self) -> Vec<String> {
        if self.0.is_closed.load(Ordering::SeqCst) {
            return Vec::new();
        }
        match audits::run(&self.0.service, Repair::No).await {
            Ok(audit) => {
                let threads = audit.discrepancies.iter().map(|found| format!("wrong counters: {found:?}"));
                threads.chain(audit.queues.iter().map(|found| format!("wrong queue: {found:?}"))).collect()
            }
            Err(error) => vec![format!("the counters can't be audited: {error}")],
        }
    }

    /// Keeps everybody from writing to a thread of the site `default`, which must exist, until the hold is let go.
    pub(crate) async fn hold_thread(&self, key: &str) -> Hold {
        let (site, key) = (sites::find(&self.0.service, "default").await.unwrap(), ThreadKey::parse(key).unwrap());
        let (held, holding) = tokio::sync::oneshot::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let mut held = Some(held);
        let work = move |connection: &mut Connection| {
            let thread = store::threads::find(connection, site.id, &key)?.and_then(|thread| thread.id).unwrap();
            store::threads::hold(connection, site.id, thread)?;
            held.take().map(|held| held.send(()));
            // The hold is over when it is released, or when the test has failed.
            let _ = released.recv();
            Ok::<(), store::Error>(())
        };
        let store = self.0.service.store.clone();
        let ended = tokio::spawn(async move { store.write(work).await });
        holding.await.expect("the thread is held");
        Hold { release, ended }
    }

    async fn stop(&self) {
        self.0.server.stop(false).await;
        let thread = self.0.thread.lock().unwrap().take();
        let ended = thread.map(|thread| tokio::task::spawn_blocking(move || thread.join()));
        if let Some(ended) = ended {
            assert!(ended.await.unwrap().is_ok(), "the server's thread panicked");
        }
        self.0.service.store.close().await;
    }
}

/// What keeps a thread from being written to.
pub(crate) struct Hold {
    release: std::sync::mpsc::Sender<()>,
    ended: tokio::task::JoinHandle<Result<(), store::Error>>,
}

impl Hold {
    pub(crate) async fn let_go(self) {
        self.release.send(()).unwrap();
        self.ended.await.unwrap().unwrap();
    }
}

/// The name of a site.
pub(crate) fn slug(name: &str) -> Slug {
    Slug::parse(name).unwrap()
}

/// Origins as a site lists them.
pub(crate) fn origins(texts: &[&str]) -> Vec<OriginPattern> {
    texts.iter().map(|text| OriginPattern::parse(text).unwrap()).collect()
}
