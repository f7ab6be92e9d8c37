//! The service behind PgBouncer, which lends each connection for one transaction.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};

use futures_util::future::join_all;
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::config::{DatabaseSettings, Settings};
use rejoinder::randomness::Randomness;
use rejoinder::service::audits::{self, Repair};
use rejoinder::service::{Service, sites};
use url::Url;

use crate::fresh::{Fresh, Kind};
use crate::strain::post;

/// Since this version PgBouncer keeps prepared statements for a client, on whatever connection it gets.
const FIRST_THAT_KEEPS_STATEMENTS: (u32, u32) = (1, 21);

/// A running PgBouncer with few connections, ended when it is dropped.
struct PgBouncer(Child, Url);

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Its version, as it says it itself.
fn version() -> (u32, u32) {
    let said = Command::new("pgbouncer").arg("--version").output();
    let said = said.expect("pgbouncer is not installed: run the tests with ./test, which does that");
    let said = String::from_utf8(said.stdout).unwrap();
    let numbers = said.split_whitespace().nth(1).and_then(|version| version.split_once('.')).unwrap();
    let minor = numbers.1.split('.').next().unwrap();
    (numbers.0.parse().unwrap(), minor.parse().unwrap())
}

impl PgBouncer {
    /// In transaction mode, if this version can do that for clients with prepared statements; else in session mode.
    fn start(database: &Fresh) -> Self {
        let server = Url::parse(database.url()).unwrap();
        let mode = if version() >= FIRST_THAT_KEEPS_STATEMENTS {
            "pool_mode = transaction\nmax_prepared_statements = 200\ndefault_pool_size = 2"
        } else {
            "pool_mode = session\ndefault_pool_size = 20"
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "[databases]\n* = host={} port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\nignore_startup_parameters = options\n{mode}\n",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            server.username(),
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgbouncer.ini");
        std::fs::write(&path, settings).unwrap();
        let mut command = Command::new("pgbouncer");
        if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.args(["-u", "nobody"]);
        }
        let mut child = command.arg(&path).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let is_up = lines.by_ref().any(|line| line.unwrap().contains("process up"));
        assert!(is_up, "pgbouncer did not start");
        // What it has to say more is read, or it would wait.
        std::thread::spawn(move || lines.for_each(drop));
        let mut url = server;
        url.set_port(Some(port)).unwrap();
        Self(child, url)
    }

    /// An instance of the service behind it.
    async fn open(&self, database: &Fresh) -> Service {
        let settings = Settings { database: DatabaseSettings::new(self.1.as_str(), 6), ..database.all_settings() };
        let open = move || app::open(&settings, Clock::system(), Randomness::from_system()).unwrap();
        let service = tokio::task::spawn_blocking(open).await.unwrap();
        rejoinder::service::prepare(&service).await.unwrap();
        service
    }
}

#[test]
fn two_instances_behind_pgbouncer_post_at_the_same_time() {
    let database = Fresh::new(Kind::Postgresql);
    let bouncer = PgBouncer::start(&database);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let instances = [bouncer.open(&database).await, bouncer.open(&database).await];
        let [one, other] = &instances;
        let site = sites::find(one, "default").await.unwrap();
        let root = post(one, &site, None, "root".to_owned()).await;
        let parent = |number: usize| if number.is_multiple_of(2) { None } else { Some(root) };
        let instance = |number: usize| if number.is_multiple_of(3) { other } else { one };
        let posts = (0..60).map(|number| post(instance(number), &site, parent(number), format!("text {number}")));
        join_all(posts).await;
        let audit = audits::run(other, Repair::No).await.unwrap();
        assert_eq!((audit.comments, audit.discrepancies.len()), (61, 0), "{:?}", audit.discrepancies);
        for instance in &instances {
            instance.store.close().await;
        }
    });
}
