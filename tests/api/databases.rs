//! An empty database for each test: a copy of one that was migrated once for the run.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::randomness::Randomness;
use tempfile::TempDir;
use tokio_postgres::NoTls;
use url::Url;

use crate::world::settings;

/// Where the environment says which PostgreSQL server may be used.
const SERVER: &str = "REJOINDER_TEST_POSTGRES_URL";

/// Empties every table but the list of changes to the schema, also those that let nothing be taken from them.
const EMPTY: &str = "DO $$ BEGIN SET LOCAL session_replication_role = replica; \
                     EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables \
                     WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'); END $$";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgresql,
}

impl Kind {
    pub(crate) const EACH: [Self; 2] = [Self::Sqlite, Self::Postgresql];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
        }
    }
}

/// The templates, and where copies of them are made.
pub(crate) struct Databases {
    folder: TempDir,
    server: Url,
    /// What the names of this run's databases begin with.
    prefix: String,
    made: AtomicU64,
    /// Databases of PostgreSQL that were emptied after a test: a copy of the template costs much more than that.
    emptied: Mutex<Vec<String>>,
}

impl Databases {
    /// Makes the templates. Blocks.
    pub(crate) fn prepare() -> Result<Self, String> {
        #[expect(clippy::disallowed_methods, reason = "the test has no settings to read it from")]
        let server = std::env::var(SERVER)
            .map_err(|_missing| format!("{SERVER} is not set: run the tests with ./test, which starts PostgreSQL"))?;
        let server = Url::parse(&server).map_err(|error| format!("{SERVER}: {error}"))?;
        // In memory where the system has that: nothing here has to survive a loss of power, and every commit waits for the
        // disk.
        let folder =
            tempfile::tempdir_in("/dev/shm").or_else(|_none| tempfile::tempdir()).map_err(|error| error.to_string())?;
        let prefix = format!("rejoinder_api_{}", std::process::id());
        let databases = Self { folder, server, prefix, made: AtomicU64::new(0), emptied: Mutex::default() };
        block_on(administer(&databases.server, &format!("CREATE DATABASE {}", databases.template())))?;
        for url in [databases.sqlite_url("template"), databases.postgresql_url(&databases.template())] {
            let settings = settings(&url, &[]);
            let service = app::open(&settings, Clock::system(), Randomness::seeded(0)).map_err(|e| e.to_string())?;
            block_on(service.store.close());
        }
        Ok(databases)
    }

    /// The address of a database with nothing in it.
    pub(crate) async fn fresh(&self, kind: Kind) -> String {
        let emptied = || self.emptied.lock().unwrap().pop();
        if let (Kind::Postgresql, Some(url)) = (kind, emptied()) {
            return url;
        }
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        match kind {
            Kind::Sqlite => {
                let name = number.to_string();
                std::fs::copy(self.sqlite_file("template"), self.sqlite_file(&name)).unwrap();
                self.sqlite_url(&name)
            }
            Kind::Postgresql => {
                let (name, template) = (self.numbered(number), self.template());
                administer(&self.server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
                self.postgresql_url(&name)
            }
        }
    }

    /// Takes back a database whose test has passed, and which nobody uses any more.
    pub(crate) async fn take_back(&self, url: String) {
        if let Some(path) = url.strip_prefix("sqlite://") {
            for ending in ["", "-wal", "-shm"] {
                // Not every file is always there.
                let _ = std::fs::remove_file(format!("{path}{ending}"));
            }
        } else {
            administer(&Url::parse(&url).unwrap(), EMPTY).await.unwrap();
            self.emptied.lock().unwrap().push(url);
        }
    }

    /// Throws away what the run has left.
    pub(crate) fn remove(&self) {
        let numbered = (0..self.made.load(Ordering::Relaxed)).map(|number| self.numbered(number));
        let all: Vec<String> = numbered.chain([self.template()]).collect();
        block_on(async {
            for name in all {
                administer(&self.server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            }
        });
    }

    fn numbered(&self, number: u64) -> String {
        format!("{}_{number}", self.prefix)
    }

    fn template(&self) -> String {
        format!("{}_template", self.prefix)
    }

    fn sqlite_file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.db"))
    }

    fn sqlite_url(&self, name: &str) -> String {
        format!("sqlite://{}", self.sqlite_file(name).display())
    }

    fn postgresql_url(&self, database: &str) -> String {
        let mut url = self.server.clone();
        url.set_path(database);
        url.set_query(Some("sslmode=disable"));
        url.into()
    }
}

async fn administer(database: &Url, sql: &str) -> Result<(), String> {
    let connecting = tokio_postgres::connect(database.as_str(), NoTls);
    let (client, connection) = connecting.await.map_err(|error| format!("{SERVER}: {error}"))?;
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.map_err(|error| format!("{sql}: {error:?}"))?;
    drop(client);
    connection.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
