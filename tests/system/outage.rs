//! When the database goes away: requests are refused as busy, and all is well again once it is back.

use std::sync::Arc;

use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::randomness::Randomness;
use rejoinder::service::{Error, Service, sites};

use crate::fresh::{Fresh, Kind};
use crate::strain::post;

/// Uses several connections at once, so that they are idle afterwards, and has the server cut them.
async fn cut(service: &Service, database: &Arc<Fresh>) {
    let many: Vec<_> = (0..4).map(|_| sites::list(service)).collect();
    futures_util::future::join_all(many).await.into_iter().for_each(|sites| assert!(sites.is_ok()));
    let cutting = Arc::clone(database);
    let cut = tokio::task::spawn_blocking(move || {
        cutting.lines(
            "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'rejoinder'",
        )
    });
    assert_ne!(cut.await.unwrap(), ["0"]);
}

#[test]
fn connections_that_the_server_cut_are_replaced() {
    let database = Arc::new(Fresh::new(Kind::Postgresql));
    let service = app::open(&database.all_settings(), Clock::system(), Randomness::seeded(1)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        rejoinder::service::prepare(&service).await.unwrap();
        cut(&service, &database).await;
        assert_eq!(sites::list(&service).await.unwrap().len(), 1);
        // Also by a post, whose transaction begins with its first questions.
        let site = sites::find(&service, "default").await.unwrap();
        for number in 0..3 {
            cut(&service, &database).await;
            post(&service, &site, None, format!("text {number}")).await;
        }
        service.store.close().await;
        let refused = sites::list(&service).await.unwrap_err();
        assert!(matches!(refused, Error::Busy(_)), "{refused}");
    });
}
