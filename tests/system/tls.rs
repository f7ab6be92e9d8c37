//! PostgreSQL over TLS: encrypted when asked for, and with the server identified when asked for.

use rejoinder::config::DatabaseSettings;
use rejoinder::store::Store;

use crate::fresh::{Fresh, Kind};

fn close(store: &Store) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(store.close());
}

fn opens(url: &str) -> Result<(), String> {
    let (store, _) = Store::open(&DatabaseSettings::new(url, 1)).map_err(|error| error.to_string())?;
    close(&store);
    Ok(())
}

fn authority() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test has no settings to read it from")]
    std::env::var("REJOINDER_TEST_POSTGRES_CA").expect("the tests are run with ./test, which makes an authority")
}

/// The database under another host name and with other parameters.
fn address(database: &Fresh, host: &str, query: &str) -> String {
    let mut url = url::Url::parse(database.url()).unwrap();
    url.set_host(Some(host)).unwrap();
    url.set_query(Some(query));
    url.into()
}

#[test]
fn each_mode_is_what_its_name_says() {
    let database = Fresh::new(Kind::Postgresql);
    let authority = authority();
    let cases = [
        ("sslmode=disable".to_owned(), false),
        (String::new(), true),
        ("sslmode=prefer".to_owned(), true),
        ("sslmode=require".to_owned(), true),
        (format!("sslmode=verify-full&sslrootcert={authority}"), true),
    ];
    for (query, encrypted) in cases {
        let settings = DatabaseSettings::new(&address(&database, "localhost", &query), 1);
        let (store, _) = Store::open(&settings).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // One connection has been made and is kept by now.
        runtime.block_on(store.read(rejoinder::store::sites::list)).unwrap();
        let sessions = database.lines(
            "SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE datname = current_database() AND application_name = 'rejoinder'",
        );
        assert!(
            !sessions.is_empty() && sessions.iter().all(|ssl| *ssl == encrypted.to_string()),
            "{query}: {sessions:?}"
        );
        close(&store);
    }
}

#[test]
fn a_server_that_cannot_be_identified_is_refused() {
    let database = Fresh::new(Kind::Postgresql);
    let authority = authority();
    let verified = format!("sslmode=verify-full&sslrootcert={authority}");
    let stranger = tempfile::NamedTempFile::new().unwrap();
    // The server's own certificate is good for another name only: the address 127.0.0.2 is not on it.
    let cases = [
        (address(&database, "127.0.0.2", &verified), "error"),
        (address(&database, "localhost", "sslmode=verify-full"), "certificate"),
        (
            address(&database, "localhost", &format!("sslmode=verify-full&sslrootcert={}", stranger.path().display())),
            "none",
        ),
        (address(&database, "localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem"), "/nowhere.pem"),
        (address(&database, "localhost", "sslmode=verify-ca"), "verify-full"),
    ];
    for (url, reason) in cases {
        let refused = opens(&url).unwrap_err();
        assert!(refused.to_lowercase().contains(reason), "{url}: {refused}");
    }
}
