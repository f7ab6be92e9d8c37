//! An empty database of either kind, for tests that bring their own schema or start the program itself.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use rejoinder::config::{DatabaseSettings, Settings};
use tempfile::TempDir;
use tokio_postgres::NoTls;
use url::Url;

/// Where the environment says which PostgreSQL server may be used.
const SERVER: &str = "REJOINDER_TEST_POSTGRES_URL";

static MADE: AtomicU64 = AtomicU64::new(0);

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgresql,
}

impl Kind {
    pub(crate) const EACH: [Self; 2] = [Self::Sqlite, Self::Postgresql];
}

/// A database that nobody else uses, thrown away when this is dropped.
pub(crate) struct Fresh {
    url: String,
    /// Where a SQLite database is; for PostgreSQL, scratch.
    folder: TempDir,
    server: Option<Url>,
}

impl Fresh {
    pub(crate) fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        match kind {
            Kind::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
                Self { url, folder, server: None }
            }
            Kind::Postgresql => {
                let name = format!("rejoinder_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
                let server = server();
                administer(&server, &format!("CREATE DATABASE {name}"));
                let mut url = server.clone();
                url.set_path(&name);
                url.set_query(Some("sslmode=disable"));
                Self { url: url.into(), folder, server: Some(server) }
            }
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings::new(&self.url, 4)
    }

    /// All settings, with quotas lifted.
    pub(crate) fn all_settings(&self) -> Settings {
        let environment = [
            ("REJOINDER__DATABASE__URL", self.url.as_str()),
            ("REJOINDER__LIMITS__ENABLED", "false"),
            ("REJOINDER__HTTP__LISTEN", "127.0.0.1:0"),
        ];
        let environment: HashMap<String, String> =
            environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Settings::from_sources(None, environment).unwrap()
    }

    /// Runs statements, past the service.
    pub(crate) fn execute(&self, sql: &str) {
        match &self.server {
            None => self.sqlite().batch_execute(sql).unwrap(),
            Some(_) => administer(&Url::parse(&self.url).unwrap(), sql),
        }
    }

    /// The first column of what a query finds, as text.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let Some(_) = &self.server else {
            let rows: Vec<Line> = diesel::sql_query(format!("SELECT * FROM ({sql})")).load(&mut self.sqlite()).unwrap();
            return rows.into_iter().map(|row| row.line).collect();
        };
        with_client(&Url::parse(&self.url).unwrap(), async |client| {
            let rows = client.query(sql, &[]).await.unwrap();
            rows.iter().map(|row| row.get::<_, String>(0)).collect()
        })
    }

    /// A connection of the test's own, for SQLite.
    pub(crate) fn sqlite(&self) -> SqliteConnection {
        SqliteConnection::establish(self.url.strip_prefix("sqlite://").unwrap()).unwrap()
    }

    /// A file that SQLite keeps beside the database.
    pub(crate) fn file_beside(&self, ending: &str) -> PathBuf {
        PathBuf::from(format!("{}{ending}", self.url.strip_prefix("sqlite://").unwrap()))
    }

    /// The program, about to work on this database in a folder of its own.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("REJOINDER__DATABASE__URL", &self.url)
            .env("REJOINDER__LIMITS__ENABLED", "false")
            .env("REJOINDER__HTTP__LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            let name = Url::parse(&self.url).unwrap().path().trim_start_matches('/').to_owned();
            administer(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn server() -> Url {
    #[expect(clippy::disallowed_methods, reason = "a test has no settings to read it from")]
    let server = std::env::var(SERVER);
    let server = server
        .unwrap_or_else(|_missing| panic!("{SERVER} is not set: run the tests with ./test, which starts PostgreSQL"));
    Url::parse(&server).unwrap()
}

fn administer(server: &Url, sql: &str) {
    with_client(server, async |client| client.batch_execute(sql).await.unwrap());
}

/// On a thread of its own, since a test may be async itself.
pub(crate) fn with_client<T: Send>(server: &Url, work: impl AsyncFnOnce(&tokio_postgres::Client) -> T + Send) -> T {
    let ask = || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let (client, connection) = tokio_postgres::connect(server.as_str(), NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            let outcome = work(&client).await;
            drop(client);
            connection.await.unwrap().unwrap();
            outcome
        })
    };
    std::thread::scope(|scope| scope.spawn(ask).join().unwrap())
}
