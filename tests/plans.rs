//! What the database does for a request: it goes straight to the rows that are asked for, however many others there are,
//! and every statement of the busy calls is prepared once.

#![expect(clippy::unwrap_used, reason = "what is unforeseen fails the test")]

#[path = "system/fresh.rs"]
#[expect(dead_code, reason = "this test needs a part of it")]
mod fresh;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::RunQueryDsl;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use fresh::{Fresh, Kind, with_client};
use rejoinder::app;
use rejoinder::clock::Clock;
use rejoinder::domain::access::{Role, SiteScope};
use rejoinder::domain::address::{ClientNetwork, NetworkHash};
use rejoinder::domain::author::DisplayName;
use rejoinder::domain::ban::Removal;
use rejoinder::domain::decision::Action;
use rejoinder::domain::id::{AuthorId, CommentId, SessionId, StaffId, ThreadId};
use rejoinder::domain::page::Sort;
use rejoinder::domain::ranking::Window;
use rejoinder::domain::selection::{Order, Selection, Wanted};
use rejoinder::domain::site::Site;
use rejoinder::domain::staff::{Actor, Staff, StaffName};
use rejoinder::domain::stats::Period;
use rejoinder::domain::status::Status;
use rejoinder::domain::thread::{PageFacts, ThreadKey};
use rejoinder::domain::time::Timestamp;
use rejoinder::domain::vote::Vote;
use rejoinder::randomness::Randomness;
use rejoinder::service::bans::{self, NewBan};
use rejoinder::service::cases::{self, CaseQuery};
use rejoinder::service::comments::{self, ThreadQuery};
use rejoinder::service::moderation::{self, Decide, Target, Verdict};
use rejoinder::service::posting::{self, Draft, DraftText, Posted};
use rejoinder::service::staff::{self, NewStaff};
use rejoinder::service::threads::{IfTaken, ThreadChange, WantedThreads};
use rejoinder::service::{Client, Service, credentials, rankings, sites, stats, threads, votes};
use url::Url;

/// What was asked of any database since it was last emptied: each statement, and whether it was being kept prepared.
static ASKED: Mutex<Vec<(String, bool)>> = Mutex::new(Vec::new());
/// One test at a time looks at it.
static LOOKING: Mutex<()> = Mutex::new(());

struct Log;

impl Instrumentation for Log {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let asked = match event {
            InstrumentationEvent::StartQuery { query, .. } => (text(&query.to_string()), false),
            InstrumentationEvent::CacheQuery { sql, .. } => (text(sql), true),
            _ => return,
        };
        ASKED.lock().unwrap().push(asked);
    }
}

/// A statement without its values.
fn text(sql: &str) -> String {
    sql.split(" -- binds").next().unwrap_or_default().trim().to_owned()
}

fn look() -> MutexGuard<'static, ()> {
    let looking = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    set_default_instrumentation(|| Some(Box::new(Log))).unwrap();
    looking
}

fn forget() {
    ASKED.lock().unwrap().clear();
}

/// The statements that were asked, without those that open and close transactions.
fn asked() -> BTreeSet<String> {
    let asked = ASKED.lock().unwrap();
    let queries = asked.iter().filter(|(_, kept)| !kept).map(|(sql, _)| sql.clone());
    let frame = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET"];
    queries.filter(|sql| !frame.iter().any(|word| sql.starts_with(word))).collect()
}

fn kept_prepared() -> BTreeSet<String> {
    ASKED.lock().unwrap().iter().filter(|(_, kept)| *kept).map(|(sql, _)| sql.clone()).collect()
}

struct World {
    database: Fresh,
    service: Service,
    site: Arc<Site>,
}

async fn world(kind: Kind) -> World {
    let database = Fresh::new(kind);
    let settings = database.all_settings();
    let open = move || app::open(&settings, Clock::system(), Randomness::seeded(1)).unwrap();
    let service = tokio::task::spawn_blocking(open).await.unwrap();
    rejoinder::service::prepare(&service).await.unwrap();
    let site = sites::find(&service, "default").await.unwrap();
    World { database, service, site }
}

/// A thread of 20,000 comments, half of them roots, among 2,000 threads of ten; then statistics.
fn fill(world: &World) {
    let site = world.site.id.number();
    let numbers = |to: u32| format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {to})");
    let is_sqlite = world.database.url().starts_with("sqlite");
    let (hash, no) = if is_sqlite { ("x'01'", "0") } else { ("'\\x01'", "false") };
    let hash_of_i = if is_sqlite { "CAST('guest ' || i AS BLOB)" } else { "convert_to('guest ' || i, 'UTF8')" };
    world.database.execute(&format!(
        "INSERT INTO authors (id, site_id, token_hash, created_at) VALUES (1, {site}, {hash}, 1);
         INSERT INTO authors (id, site_id, token_hash, created_at)
           {} SELECT 1000000 + i, {site}, {hash_of_i}, 1 FROM n;
         INSERT INTO threads (id, site_id, key, state, comment_count, root_count, created_at)
           {} SELECT i, {site}, '/thread/' || i, 0, 10, 5, 1 FROM n;
         INSERT INTO comments (id, site_id, thread_id, parent_id, root_id, depth, author_id, author_name, body, body_html,
             status, listing, created_at, up_count, down_count, rank, reply_count, listed_reply_count, descendant_count)
           {} SELECT i, {site}, CASE WHEN i <= 20000 THEN 1 ELSE i % 2000 + 1 END,
             CASE WHEN i % 2 = 0 THEN i - 1 END, CASE WHEN i % 2 = 0 THEN i - 1 ELSE i END, 1 - i % 2, 1, 'dave', 'text',
             '<p>text</p>', 1, CASE WHEN i % 2 = 0 THEN 2 ELSE 1 END, i, i % 7, 0, i % 1000, i % 2, i % 2, i % 2 FROM n;
         INSERT INTO votes (site_id, thread_id, author_id, comment_id, value, created_at)
           {} SELECT {site}, CASE WHEN i <= 20000 THEN 1 ELSE i % 2000 + 1 END, 1, i, 1, 1 FROM n;
         INSERT INTO decisions (id, site_id, action, created_at)
           {} SELECT i, {site}, CASE WHEN i % 2 = 0 THEN 'approve' ELSE 'reject' END, i FROM n;
         INSERT INTO reports (comment_id, reporter, site_id, network, reason, weight, outcome, created_at)
           {} SELECT i, {hash}, {site}, {hash}, 'spam', 1, 0, i FROM n;
         INSERT INTO blocked_origins (site_id, day, origin, request_count, last_at)
           {} SELECT {site}, i % 90, 'https://' || i, 1, 1 FROM n;
         INSERT INTO bans (id, site_id, author_id, created_at) {} SELECT i, {site}, i, 1 FROM n;
         INSERT INTO staff (id, name, name_skeleton, role, is_bound, is_disabled, totp_step, created_at)
           {} SELECT i, 'staff ' || i, 'staff' || i, 'viewer', {no}, {no}, 0, 1 FROM n;
         UPDATE comments SET holds = 'links' WHERE id % 100 = 0;
         ANALYZE;",
        numbers(5_000),
        numbers(2_000),
        numbers(40_000),
        numbers(40_000),
        numbers(20_000),
        numbers(20_000),
        numbers(9_000),
        // So many that reading them all would be dearer than asking their indexes.
        numbers(10_000),
        numbers(5_000),
    ));
}

/// Another 20,000 comments by 100 writers from 100 networks: a third waits, a twentieth was reported.
fn fill_queues(world: &World) {
    let site = world.site.id.number();
    let network = if world.database.url().starts_with("sqlite") {
        "CAST(printf('%016d', i % 100) AS BLOB)"
    } else {
        "convert_to(lpad((i % 100)::text, 16, '0'), 'UTF8')"
    };
    let hash = if world.database.url().starts_with("sqlite") { "CAST(i AS BLOB)" } else { "int8send(i)" };
    world.database.execute(&format!(
        "INSERT INTO authors (id, site_id, token_hash, created_at)
           WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 101)
           SELECT i, {site}, {hash}, 1 FROM n;
         INSERT INTO comments (id, site_id, thread_id, root_id, depth, author_id, author_name, body, body_html, status,
             listing, created_at, up_count, down_count, rank, reply_count, listed_reply_count, descendant_count, network,
             report_count, holds)
           WITH RECURSIVE n (i) AS (SELECT 40001 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
           SELECT i, {site}, i % 2000 + 1, i, 0, i % 100 + 2, 'eve', 'text', '<p>text</p>', i % 3, i % 3 % 2, i, 0, 0, 0, 0,
             0, 0, {network}, CASE WHEN i % 20 = 0 THEN 1 ELSE 0 END, 'site' FROM n;
         ANALYZE;"
    ));
}

fn actor() -> Actor {
    let staff = Staff {
        id: StaffId::from_number(1),
        name: StaffName::parse("Mia").unwrap(),
        role: Role::Owner,
        sites: SiteScope::Everywhere,
        is_disabled: false,
        has_password: false,
        has_totp: false,
        created_at: Timestamp::from_milliseconds(0),
    };
    Actor::with_session(staff, SessionId::from_number(1))
}

/// Two pages of every kind of selection in both orders.
async fn read_selections(world: &World) {
    let network = NetworkHash::from_stored(b"0000000000000007").unwrap();
    let selections = [
        Selection { status: Some(Status::Pending), ..Selection::default() },
        Selection { is_reported: Some(true), ..Selection::default() },
        Selection { author: Some(AuthorId::from_number(7)), ..Selection::default() },
        Selection { network: Some(network), ..Selection::default() },
        Selection { thread: Some(ThreadId::from_number(1)), ..Selection::default() },
        Selection { text: Wanted::parse("nowhere"), ..Selection::default() },
        Selection::default(),
    ];
    for (selection, order) in selections.iter().flat_map(|one| Order::EACH.map(|order| (one, order))) {
        let query = |cursor| CaseQuery { site: None, selection: selection.clone(), order, limit: 20, cursor };
        let page = cases::list(&world.service, actor(), query(None)).await.unwrap();
        assert!(page.next_cursor.is_some(), "{selection:?}");
        cases::list(&world.service, actor(), query(page.next_cursor)).await.unwrap();
    }
}

fn draft(key: &str, parent_id: Option<CommentId>) -> Draft {
    Draft {
        key: ThreadKey::parse(key).unwrap(),
        page: PageFacts::default(),
        parent_id,
        name: DisplayName::parse("dave").unwrap(),
        email: None,
        text: DraftText("text".to_owned()),
    }
}

fn client() -> Client {
    Client { network: ClientNetwork::of([127, 0, 0, 1].into()), token: None }
}

/// An owner of all sites.
async fn owner(world: &World) -> Actor {
    let name = StaffName::parse("Mia").unwrap();
    let new = NewStaff { name, role: Role::Owner, sites: None };
    let token = staff::add(&world.service, None, new).await.unwrap().secret;
    credentials::find_by_token(&world.service, token).await.unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the use case takes it so")]
fn render(posted: &Posted) -> Result<String, String> {
    Ok(posted.comment.id.to_string())
}

async fn post(world: &World, key: &str, parent: Option<CommentId>) -> CommentId {
    let draft = draft(key, parent);
    let answer = posting::post(&world.service, world.site.clone(), client(), draft, None, render).await.unwrap();
    CommentId::parse(&answer.text).unwrap()
}

/// Two posts of one writer: a new guest, and then a known one.
async fn post_twice_as_one(world: &World, key: &str) {
    let post = async |client| {
        posting::post(&world.service, world.site.clone(), client, draft(key, None), None, render).await.unwrap()
    };
    let token = post(client()).await.guest_token;
    post(Client { token, ..client() }).await;
}

/// A page of roots in each order, from the middle; a page of replies; one comment; the newest; counts of 20; a ranking.
async fn read_everything(world: &World, key: &str) {
    let (service, site) = (&world.service, &world.site);
    for sort in Sort::EACH {
        let query = |cursor| ThreadQuery { key: ThreadKey::parse(key).unwrap(), sort, limit: 20, cursor, replies: 3 };
        let page = comments::list(service, site.clone(), query(None)).await.unwrap();
        let list_key = ThreadKey::parse(key).unwrap();
        let list = rejoinder::domain::page::List::Roots(&list_key, sort);
        let cursor = page.roots.next.map(|position| position.to_cursor(site.id, list));
        let page = comments::list(service, site.clone(), query(cursor)).await.unwrap();
        comments::newest_hidden(service, &page.thread).await.unwrap();
        for root in page.roots.items.iter().take(1) {
            comments::replies(service, site.clone(), root.root.id, None, 20).await.unwrap();
            comments::find(service, site.clone(), root.root.id).await.unwrap();
        }
    }
    comments::recent(service, site.clone(), 20).await.unwrap();
    let keys = (1..=20).map(|number| ThreadKey::parse(&format!("/thread/{number}")).unwrap()).collect();
    threads::count(service, site.clone(), keys).await.unwrap();
}

/// What staff ask: all threads from the middle, one thread, another key for one, and to merge two of them.
async fn ask_about_threads(world: &World, owner: &Actor) {
    let service = &world.service;
    let page = threads::list_for(service, owner, WantedThreads::default(), None, 20).await.unwrap();
    let page = threads::list_for(service, owner, WantedThreads::default(), page.next_cursor, 20).await.unwrap();
    let found = page.threads.iter().find_map(|found| found.thread.id).unwrap();
    threads::find_for(service, owner, found).await.unwrap();
    let change =
        |key: &str| ThreadChange { key: ThreadKey::parse(key), if_taken: IfTaken::Merge, ..ThreadChange::default() };
    threads::change(service, owner, found, change("/thread/new")).await.unwrap();
    threads::change(service, owner, found, change("/thread/5")).await.unwrap();
}

#[derive(diesel::QueryableByName)]
struct Detail {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// How SQLite goes about a statement, whatever the values.
fn explain_sqlite(database: &Fresh, sql: &str) -> Vec<String> {
    let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows: Vec<Detail> = explain.load(&mut database.sqlite()).unwrap();
    rows.into_iter().map(|row| row.detail).collect()
}

/// How PostgreSQL goes about a prepared statement, whatever the values.
fn explain_postgresql(database: &Fresh, sql: &str) -> Vec<String> {
    let values = (1..).take_while(|number| sql.contains(&format!("${number}"))).map(|_| "NULL");
    let values: Vec<&str> = values.collect();
    let call = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    with_client(&Url::parse(database.url()).unwrap(), async |client| {
        client.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
        client.batch_execute(&format!("PREPARE asked AS {sql}")).await.unwrap();
        let rows = client.query(&format!("EXPLAIN EXECUTE asked {call}"), &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// How the database would go about each statement, a line for each step.
fn plans(world: &World, kind: Kind, statements: &BTreeSet<String>) -> Vec<(String, Vec<String>)> {
    let plan = |sql: &String| match kind {
        Kind::Sqlite => explain_sqlite(&world.database, sql),
        Kind::Postgresql => explain_postgresql(&world.database, sql),
    };
    statements.iter().map(|sql| (sql.clone(), plan(sql))).collect()
}

/// Whether a plan has a step that grows with the table. A bitmap made of exact look-ups in two indexes is none.
fn has_costly_steps(kind: Kind, steps: &[String]) -> bool {
    let joins_look_ups = steps.iter().any(|step| step.contains("BitmapOr"));
    steps.iter().any(|step| is_costly(kind, step) && !(joins_look_ups && step.contains("Bitmap")))
}

fn is_costly(kind: Kind, step: &str) -> bool {
    match kind {
        // A list of ids that came with the request is gone through as a virtual table.
        Kind::Sqlite => (step.contains("SCAN") && !step.contains("VIRTUAL TABLE")) || step.contains("TEMP B-TREE"),
        Kind::Postgresql => {
            ["Seq Scan", "Sort", "Materialize", "Hash Join", "Bitmap"].iter().any(|word| step.contains(word))
        }
    }
}

async fn no_request_scans_or_sorts(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    let owner = owner(&world).await;
    forget();
    read_everything(&world, "/thread/1").await;
    let root = post(&world, "/thread/1", None).await;
    let reply = post(&world, "/thread/1", Some(root)).await;
    post(&world, "/thread/1", Some(reply)).await;
    post_twice_as_one(&world, "/thread/1").await;
    votes::vote(&world.service, world.site.clone(), client(), root, Vote::Up).await.unwrap();
    ask_about_threads(&world, &owner).await;
    // There are few sites.
    let is_of_sites = |sql: &String| sql.contains("FROM \"sites\"") || sql.contains("FROM `sites`");
    let statements: BTreeSet<String> = asked().into_iter().filter(|sql| !is_of_sites(sql)).collect();
    assert!(statements.len() >= 20, "{statements:#?}");
    let costly: Vec<_> =
        plans(&world, kind, &statements).into_iter().filter(|(_, steps)| has_costly_steps(kind, steps)).collect();
    assert!(costly.is_empty(), "{costly:#?}");
    world.service.store.close().await;
}

/// Whether a plan looks through all that a site has in some state, though the statement names a writer, a network or ids.
fn reads_the_site(sql: &str, steps: &[String]) -> bool {
    let is_narrow = ["author_id", "network"]
        .iter()
        .any(|column| ["` = ?", "` = (", "\" = $", "\" = ("].iter().any(|is| sql.contains(&format!("{column}{is}"))));
    let is_wide = |step: &String| {
        let of_sqlite = ["(site_id=?)", "(site_id=? AND status=?)"].iter().any(|end| step.ends_with(end));
        of_sqlite || step.contains("SCAN") || step.contains("Seq Scan") || step.contains("comments_pkey")
    };
    is_narrow && steps.iter().any(is_wide)
}

async fn what_concerns_one_writer_is_not_looked_for_in_the_whole_site(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    let owner = owner(&world).await;
    // 20 comments for each of 2,000 writers.
    let (site, hash) = (world.site.id.number(), if kind == Kind::Sqlite { "randomblob(16)" } else { "int8send(i)" });
    world.database.execute(&format!(
        "INSERT INTO authors (id, site_id, token_hash, created_at)
           WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2001) SELECT i, {site}, {hash}, 1 FROM n;
         UPDATE comments SET author_id = id % 2000 + 2;
         ANALYZE;"
    ));
    let cautious = Site { hold_first_comment: true, ..Site::clone(&world.site) };
    let world = World { site: Arc::new(cautious), ..world };
    forget();
    let held = post(&world, "/thread/1", None).await;
    post_twice_as_one(&world, "/thread/1").await;
    for target in [bans::Target::WriterOf(held), bans::Target::NetworkOf(held)] {
        let ban = NewBan { target, reason: None, ends_at: None, removal: Removal::All };
        let added = bans::add(&world.service, owner.clone(), ban).await.unwrap();
        bans::remove(&world.service, owner.clone(), added.ban.ban.id).await.unwrap();
    }
    let of_comments = |sql: &String| sql.starts_with("SELECT") && sql.contains("comments");
    let statements: BTreeSet<String> = asked().into_iter().filter(of_comments).collect();
    assert!(statements.len() >= 5, "{statements:#?}");
    if kind == Kind::Sqlite {
        // What SQLite knows of its tables it learns when the service stops; until then it knows nothing.
        world.database.execute("DROP TABLE sqlite_stat1");
    }
    let plans = plans(&world, kind, &statements).into_iter();
    let costly: Vec<_> = plans.filter(|(sql, steps)| reads_the_site(sql, steps)).collect();
    assert!(costly.is_empty(), "{costly:#?}");
    world.service.store.close().await;
}

async fn a_selection_is_read_from_an_index(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    fill_queues(&world);
    forget();
    read_selections(&world).await;
    cases::find(&world.service, actor(), CommentId::from_number(50_001)).await.unwrap();
    let statements: BTreeSet<String> = asked()
        .into_iter()
        .filter(|sql| {
            sql.contains("FROM comments") || sql.contains("FROM \"comments\"") || sql.contains("FROM `comments`")
        })
        .collect();
    assert!(statements.len() >= 12, "{statements:#?}");
    let costly: Vec<_> =
        plans(&world, kind, &statements).into_iter().filter(|(_, steps)| has_costly_steps(kind, steps)).collect();
    assert!(costly.is_empty(), "{costly:#?}");
    forget();
    cases::count(&world.service, actor(), None).await.unwrap();
    assert!(asked().iter().all(|sql| !sql.contains("comments")), "{:#?}", asked());
    world.service.store.close().await;
}

/// How many statements the database was asked since it was last forgotten, transactions and savepoints included.
fn count_asked() -> usize {
    ASKED.lock().unwrap().iter().filter(|(_, kept)| !kept).count()
}

/// Adds waiting comments with these ids, ten to a thread.
fn add_waiting(world: &World, ids: std::ops::Range<i64>) {
    let (site, first, last) = (world.site.id.number(), ids.start, ids.end - 1);
    world.database.execute(&format!(
        "INSERT INTO comments (id, site_id, thread_id, root_id, depth, author_id, author_name, body, body_html, status,
             listing, created_at, up_count, down_count, rank, reply_count, listed_reply_count, descendant_count)
           WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
           SELECT i, {site}, i / 10 % 100 + 1, i, 0, 1, 'eve', 'text', '<p>text</p>', 0, 0, i, 0, 0, 0, 0, 0, 0 FROM n;"
    ));
}

async fn decide(world: &World, action: Action, ids: std::ops::Range<i64>) {
    let targets = ids.map(|id| Target { id: CommentId::from_number(id), version: Some(1) }).collect();
    let decision = Decide { action, targets, reason: None, note: None };
    let decided = moderation::decide(&world.service, actor(), decision).await.unwrap();
    assert!(decided.iter().all(|one| matches!(one, Some(one) if matches!(one.verdict, Verdict::Applied(Some(_))))));
}

async fn a_bulk_asks_less_than_a_fifth_of_what_single_decisions_ask(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    for (action, first) in [(Action::Approve, 100_000), (Action::Reject, 200_000), (Action::Delete, 300_000)] {
        add_waiting(&world, first..first + 120);
        forget();
        for id in first..first + 20 {
            decide(&world, action, id..id + 1).await;
        }
        let alone = count_asked();
        forget();
        decide(&world, action, first + 20..first + 120).await;
        let together = count_asked();
        assert!(together < alone, "{action:?}: {together} statements for 100, {alone} for 20 one by one");
    }
    world.service.store.close().await;
}

async fn a_page_of_a_long_queue_asks_no_more_than_one_of_a_short_queue(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    add_waiting(&world, 100_000..100_100);
    let query = |cursor| CaseQuery {
        site: None,
        selection: Selection { status: Some(Status::Pending), ..Selection::default() },
        order: Order::Newest,
        limit: 20,
        cursor,
    };
    let read = async || {
        let first = cases::list(&world.service, actor(), query(None)).await.unwrap();
        let second = cases::list(&world.service, actor(), query(first.next_cursor)).await.unwrap();
        assert_eq!((first.cases.len(), second.cases.len()), (20, 20));
    };
    read().await;
    forget();
    read().await;
    let short = count_asked();
    add_waiting(&world, 200_000..300_000);
    world.database.execute("ANALYZE");
    read().await;
    forget();
    read().await;
    assert_eq!(count_asked(), short);
    world.service.store.close().await;
}

async fn a_ranking_reads_only_its_window_from_one_index(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    forget();
    rankings::most_commented(&world.service, world.site.clone(), Window::Day, 5).await.unwrap();
    let statements = asked().into_iter().filter(|sql| sql.contains("GROUP BY")).collect();
    let plans = plans(&world, kind, &statements);
    let reads_its_window = |steps: &[String]| match kind {
        Kind::Sqlite => steps
            .iter()
            .any(|step| step.contains("USING COVERING INDEX comments_by_site (site_id=? AND status=? AND id>?)")),
        Kind::Postgresql => {
            steps.iter().any(|step| step.contains("Index Cond: ((site_id = $1) AND") && step.contains("(id >= $2)"))
        }
    };
    assert!(plans.iter().all(|(_, steps)| reads_its_window(steps)) && plans.len() == 1, "{plans:#?}");
    world.service.store.close().await;
}

/// What is counted for a day is one range of one index each; only the few days themselves are gone through.
async fn statistics_read_only_their_days(kind: Kind) {
    let world = world(kind).await;
    fill(&world);
    let owner = owner(&world).await;
    forget();
    stats::read(&world.service, &owner, "default", Period::Quarter).await.unwrap();
    let statements: BTreeSet<String> = asked().into_iter().filter(|sql| sql.contains("RECURSIVE")).collect();
    let plans = plans(&world, kind, &statements);
    let is_of_the_days = |step: &str| match kind {
        Kind::Sqlite => step.starts_with("SCAN days") || step == "SCAN CONSTANT ROW",
        Kind::Postgresql => step.contains("Bitmap") && step.contains("blocked_origins"),
    };
    let costly: Vec<_> = plans
        .iter()
        .filter(|(_, steps)| steps.iter().any(|step| is_costly(kind, step) && !is_of_the_days(step)))
        .collect();
    assert!(costly.is_empty() && plans.len() == 1, "{plans:#?}");
    world.service.store.close().await;
}

async fn busy_statements_are_prepared_once(kind: Kind) {
    let world = world(kind).await;
    forget();
    for _ in 0..6 {
        let root = post(&world, "/a", None).await;
        post(&world, "/a", Some(root)).await;
        post_twice_as_one(&world, "/a").await;
        votes::vote(&world.service, world.site.clone(), client(), root, Vote::Up).await.unwrap();
        for sort in Sort::EACH {
            let key = ThreadKey::parse("/a").unwrap();
            let query = ThreadQuery { key, sort, limit: 20, cursor: None, replies: 3 };
            comments::list(&world.service, world.site.clone(), query).await.unwrap();
        }
    }
    let again: Vec<String> = asked().difference(&kept_prepared()).cloned().collect();
    assert!(again.is_empty(), "prepared anew each time: {again:#?}");
    world.service.store.close().await;
}

fn on_both(promise: impl AsyncFn(Kind)) {
    let _looking = look();
    for kind in Kind::EACH {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(promise(kind));
    }
}

#[test]
fn a_request_scans_no_table_and_sorts_no_rows() {
    on_both(no_request_scans_or_sorts);
}

#[test]
fn a_queue_is_read_from_its_index_and_its_length_is_kept() {
    on_both(a_selection_is_read_from_an_index);
}

#[test]
fn a_hundred_decisions_at_once_ask_less_than_twenty_alone() {
    on_both(a_bulk_asks_less_than_a_fifth_of_what_single_decisions_ask);
}

#[test]
fn a_page_of_a_queue_costs_the_same_however_long_the_queue_is() {
    on_both(a_page_of_a_long_queue_asks_no_more_than_one_of_a_short_queue);
}

#[test]
fn a_ranking_reads_its_window_from_one_index() {
    on_both(a_ranking_reads_only_its_window_from_one_index);
}

#[test]
fn statistics_read_their_days_from_indexes() {
    on_both(statistics_read_only_their_days);
}

#[test]
fn a_busy_statement_is_prepared_once() {
    on_both(busy_statements_are_prepared_once);
}

#[test]
fn what_one_writer_wrote_is_found_without_the_rest_of_the_site() {
    on_both(what_concerns_one_writer_is_not_looked_for_in_the_whole_site);
}
