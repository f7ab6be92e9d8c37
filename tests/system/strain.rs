//! Under strain: panics, many at once, and the longest texts there can be.

use std::sync::Arc;

use futures_util::future::join_all;
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::config::{DatabaseSettings, Settings};
use rejoinder::domain::address::ClientNetwork;
use rejoinder::domain::author::DisplayName;
use rejoinder::domain::id::{CommentId, SiteId};
use rejoinder::domain::page::{List, Sort};
use rejoinder::domain::site::{Site, SiteChange, Slug};
use rejoinder::domain::thread::{PageFacts, ThreadKey};
use rejoinder::domain::time::Timestamp;
use rejoinder::randomness::Randomness;
use rejoinder::service::audits::{self, Repair};
use rejoinder::service::comments::{self, ThreadQuery};
use rejoinder::service::posting::{self, Draft, DraftText, Posted};
use rejoinder::service::{self, Client, Service, sites};
use rejoinder::store::{self, Connection, Error};

use crate::fresh::{Fresh, Kind};

fn on_both(promise: impl AsyncFn(Fresh)) {
    for kind in Kind::EACH {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(promise(Fresh::new(kind)));
    }
}

/// The service on a database, with so many connections.
async fn open(database: &Fresh, connections: usize) -> Service {
    let settings = Settings { database: DatabaseSettings::new(database.url(), connections), ..database.all_settings() };
    let open = move || app::open(&settings, Clock::system(), Randomness::from_system()).unwrap();
    let service = tokio::task::spawn_blocking(open).await.unwrap();
    rejoinder::service::prepare(&service).await.unwrap();
    service
}

#[expect(clippy::unnecessary_wraps, reason = "the use case takes it so")]
fn render(posted: &Posted) -> Result<String, String> {
    Ok(posted.comment.id.to_string())
}

pub(crate) async fn post(service: &Service, site: &Arc<Site>, parent_id: Option<CommentId>, text: String) -> CommentId {
    try_post(service, site, parent_id, text).await.unwrap()
}

async fn try_post(
    service: &Service,
    site: &Arc<Site>,
    parent_id: Option<CommentId>,
    text: String,
) -> Result<CommentId, service::Error> {
    let draft = Draft {
        key: ThreadKey::parse("/a").unwrap(),
        page: PageFacts::default(),
        parent_id,
        name: DisplayName::parse("dave").unwrap(),
        email: None,
        text: DraftText(text),
    };
    let client = Client { network: ClientNetwork::of([127, 0, 0, 1].into()), token: None };
    Ok(posting::post(service, site.clone(), client, draft, None, render).await?.comment_id)
}

#[test]
fn a_use_case_that_panics_leaves_nothing_behind() {
    on_both(async |database| {
        let service = open(&database, 1).await;
        let add = |number: i64| {
            move |connection: &mut Connection| {
                let slug = Slug::parse(&format!("site-{number}")).unwrap();
                let id = SiteId::from_number(number);
                let site = Site::new(id, slug, Timestamp::from_milliseconds(1));
                store::sites::insert(connection, &site)
            }
        };
        let failing = add(1);
        let failed: Result<bool, Error> = service
            .store
            .write(move |connection| {
                failing(connection)?;
                panic!("on purpose")
            })
            .await;
        assert!(matches!(failed, Err(Error::Failed(_))), "{failed:?}");
        let failed: Result<(), Error> = service.store.read(|_| panic!("on purpose")).await;
        assert!(matches!(failed, Err(Error::Failed(_))), "{failed:?}");
        assert!(service.store.write(add(2)).await.unwrap());
        let names: Vec<String> =
            sites::list(&service).await.unwrap().iter().map(|site| site.slug.to_string()).collect();
        assert_eq!(names, ["default", "site-2"]);
        service.store.close().await;
    });
}

#[test]
fn a_caller_who_goes_away_leaves_no_transaction_open() {
    on_both(async |database| {
        let service = open(&database, 1).await;
        for _ in 0..50 {
            let reading = sites::list(&service);
            // Asked once, and then no more.
            drop(futures_util::FutureExt::now_or_never(reading));
        }
        let slug = Slug::parse("after").unwrap();
        sites::add(&service, None, slug, SiteChange::default()).await.unwrap();
        assert_eq!(sites::list(&service).await.unwrap().len(), 2);
        service.store.close().await;
    });
}

#[test]
fn the_counters_are_right_after_many_posted_at_once_by_the_clock_of_the_machine() {
    on_both(async |database| {
        let service = open(&database, 8).await;
        let site = sites::find(&service, "default").await.unwrap();
        let root = post(&service, &site, None, "root".to_owned()).await;
        let parents = |number: usize| if number.is_multiple_of(2) { None } else { Some(root) };
        let posts = (0..200).map(|number| try_post(&service, &site, parents(number), format!("text {number}")));
        let outcomes = join_all(posts).await;
        // On a slow machine some don't get a turn in time. They are told so, and nothing of theirs is there.
        let is_busy = |outcome: &Result<CommentId, service::Error>| matches!(outcome, Err(service::Error::Busy(_)));
        assert!(outcomes.iter().all(|outcome| outcome.is_ok() || is_busy(outcome)), "{outcomes:?}");
        let acknowledged = u64::try_from(outcomes.iter().filter(|outcome| outcome.is_ok()).count()).unwrap();
        assert!(acknowledged >= 50, "{acknowledged} of 200");
        let audit = audits::run(&service, Repair::No).await.unwrap();
        let found = (audit.comments, audit.discrepancies.len());
        assert_eq!(found, (acknowledged + 1, 0), "{:?}", audit.discrepancies);
        service.store.close().await;
    });
}

#[test]
fn a_page_of_the_longest_texts_is_cut_and_goes_on() {
    on_both(async |database| {
        let service = open(&database, 4).await;
        let change = SiteChange { max_characters: Some(20_000), ..SiteChange::default() };
        sites::set(&service, None, Slug::parse("default").unwrap(), change).await.unwrap();
        let site = sites::find(&service, "default").await.unwrap();
        let text = "x".repeat(20_000);
        for _ in 0..3 {
            let root = post(&service, &site, None, "root".to_owned()).await;
            for _ in 0..12 {
                post(&service, &site, Some(root), text.clone()).await;
            }
        }
        let key = ThreadKey::parse("/a").unwrap();
        let query = ThreadQuery { key, sort: Sort::Oldest, limit: 20, cursor: None, replies: 20 };
        let page = comments::list(&service, site.clone(), query).await.unwrap();
        let shown: usize = page.roots.items.iter().map(|root| root.replies.items.len()).sum();
        assert!((20..30).contains(&shown), "{shown} of 36 replies of 40 KB on one page");
        for root in page.roots.items {
            let list = List::Replies(root.root.id);
            let cursor = root.replies.next.map(|position| position.to_cursor(site.id, list));
            let rest = match cursor {
                Some(_) => comments::replies(&service, site.clone(), root.root.id, cursor, 100).await.unwrap().replies,
                None => continue,
            };
            assert_eq!(root.replies.items.len() + rest.items.len(), 12);
            let ids: Vec<CommentId> = root.replies.items.iter().chain(&rest.items).map(|reply| reply.id).collect();
            assert!(ids.is_sorted_by(|a, b| a < b));
        }
        service.store.close().await;
    });
}

#[test]
fn the_files_of_sqlite_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/rejoinder.db");
    let settings = DatabaseSettings::new(&format!("sqlite://{}", path.display()), 1);
    let (store, _) = store::Store::open(&settings).unwrap();
    for entry in [path.parent().unwrap().to_owned(), path.clone(), path.with_extension("db-wal")] {
        let mode = std::fs::metadata(&entry).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", entry.display());
    }
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(store.close());
}
