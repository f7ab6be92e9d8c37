//! Quotas: how much a network may do, that it is told, and that nobody else pays for it.

use std::net::{IpAddr, Ipv4Addr};

use rejoinder::clock::Clock;
use rejoinder::domain::address::ClientNetwork;
use rejoinder::domain::id::SiteId;
use rejoinder::domain::quota::Action;
use rejoinder::domain::site::SiteChange;
use rejoinder::domain::time::Timestamp;
use rejoinder::limits::Quotas;
use serde_json::json;

use crate::client::{Client, Request};
use crate::operations;
use crate::promise::promises;
use crate::world::{Setup, World, settings};

promises![
    each_kind_of_call_has_its_own_quota,
    a_quota_refills_with_time,
    a_write_says_what_is_left,
    a_public_read_says_nothing_of_quotas_until_it_is_refused,
    becoming_a_guest_has_a_quota_of_its_own,
    each_network_has_its_own_quota,
    only_a_trusted_proxy_is_believed,
    each_site_has_its_own_quota,
    a_refused_call_changes_nothing,
    every_call_on_a_site_can_be_refused,
    one_setting_lifts_all_quotas,
];

/// Two calls of each kind in a minute, and many new guests.
const TIGHT: [(&str, &str); 16] = [
    ("LIMITS__ENABLED", "true"),
    ("HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ("LIMITS__READ__REQUESTS", "2"),
    ("LIMITS__READ__WINDOW_SECONDS", "60"),
    ("LIMITS__POST__REQUESTS", "2"),
    ("LIMITS__POST__WINDOW_SECONDS", "60"),
    ("LIMITS__EDIT__REQUESTS", "2"),
    ("LIMITS__EDIT__WINDOW_SECONDS", "60"),
    ("LIMITS__VOTE__REQUESTS", "2"),
    ("LIMITS__VOTE__WINDOW_SECONDS", "60"),
    ("LIMITS__REPORT__REQUESTS", "2"),
    ("LIMITS__REPORT__WINDOW_SECONDS", "60"),
    ("LIMITS__PREVIEW__REQUESTS", "2"),
    ("LIMITS__PREVIEW__WINDOW_SECONDS", "60"),
    ("LIMITS__GUEST__REQUESTS", "100"),
    ("LIMITS__GUEST__WINDOW_SECONDS", "3600"),
];

/// A comment of somebody whose network is nobody else's in these tests.
async fn first_comment(world: &World) -> (Client, String) {
    let dave = world.author("dave").at_address("192.0.2.99");
    let root = dave.says("/a", "text").await;
    (dave, root)
}

async fn each_kind_of_call_has_its_own_quota(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let (dave, root) = first_comment(&world).await;
    let voter = world.author("voter").at_address("198.51.100.1");
    let own = dave.at_address("198.51.100.1");
    let cases: [(&str, &dyn Fn() -> Request); 7] = [
        ("read", &|| voter.thread("/a", "")),
        ("post", &|| voter.post("/a", "text")),
        ("vote", &|| voter.vote(&root, 1)),
        ("report", &|| voter.report(&root, "other")),
        ("preview", &|| voter.preview("text")),
        ("edit", &|| own.edit(&root, "text")),
        ("edit", &|| own.delete(&root)),
    ];
    let mut used_up: Vec<&str> = Vec::new();
    for (name, call) in cases {
        if !used_up.contains(&name) {
            for _ in 0..2 {
                let answer = call().await;
                assert!((200..300).contains(&answer.status), "{}", answer.text());
            }
        }
        used_up.push(name);
        let refused = call().await;
        assert_eq!(refused.required_header("ratelimit-policy"), format!("\"{name}\";q=2;w=60"));
        assert_eq!(refused.required_header("ratelimit"), format!("\"{name}\";r=0;t=30"));
        assert_eq!(refused.required_header("retry-after"), "30");
        assert_eq!(refused.required_header("cache-control"), "no-store");
        assert_eq!(refused.refused(429, "rate_limited")["retry_after_seconds"], 30);
    }
}

async fn a_quota_refills_with_time(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let dave = world.author("dave");
    let post = || dave.post("/a", "text");
    post().await.created();
    post().await.created();
    world.pass_seconds(29);
    assert_eq!(post().await.refused(429, "rate_limited")["retry_after_seconds"], 1);
    world.pass_seconds(1);
    post().await.created();
    assert_eq!(post().await.refused(429, "rate_limited")["retry_after_seconds"], 30);
    world.pass_seconds(3_600);
    post().await.created();
    post().await.created();
    post().await.refused(429, "rate_limited");
}

async fn a_write_says_what_is_left(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let dave = world.author("dave");
    let first = dave.post("/a", "text").await.with_status(201);
    assert_eq!(first.required_header("ratelimit-policy"), "\"post\";q=2;w=60, \"guest\";q=100;w=3600");
    assert_eq!(first.required_header("ratelimit"), "\"post\";r=1;t=30, \"guest\";r=99;t=36");
    let second = dave.post("/a", " ").await.with_status(422);
    assert_eq!(second.required_header("ratelimit"), "\"post\";r=0;t=30");
    let viewer = dave.viewer("/a").await.with_status(200);
    assert_eq!(viewer.required_header("ratelimit"), "\"read\";r=1;t=30");
    assert_eq!(viewer.required_header("ratelimit-policy"), "\"read\";q=2;w=60");
}

async fn a_public_read_says_nothing_of_quotas_until_it_is_refused(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let (_, root) = first_comment(&world).await;
    let calls = operations::on_site(&world.reader(), &root);
    for (index, call) in calls.into_iter().filter(operations::is_public_read).enumerate() {
        let somebody = format!("198.51.100.{index}");
        for _ in 0..2 {
            let answer = call.clone().header("x-forwarded-for", &somebody).await.with_status(200);
            assert!(!answer.has_header("ratelimit") && !answer.has_header("ratelimit-policy"), "{}", answer.asked);
        }
        let refused = call.header("x-forwarded-for", &somebody).await;
        assert_eq!(refused.required_header("ratelimit"), "\"read\";r=0;t=30");
        refused.refused(429, "rate_limited");
    }
}

async fn becoming_a_guest_has_a_quota_of_its_own(setup: Setup) {
    let mut changes = TIGHT.to_vec();
    changes.extend([
        ("LIMITS__GUEST__REQUESTS", "3"),
        ("LIMITS__POST__REQUESTS", "100"),
        ("LIMITS__VOTE__REQUESTS", "100"),
    ]);
    let world = setup.start_with(&changes).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    world.author("billy bob").says("/a", "text").await;
    let voter = world.author("voter");
    voter.vote(&root, 1).await.ok();
    for refused in [world.reader().post("/a", "text"), world.reader().vote(&root, 1)] {
        let answer = refused.await;
        assert!(answer.required_header("ratelimit").contains("\"guest\";r=0;t=1200"), "{:?}", answer.headers);
        assert_eq!(answer.required_header("retry-after"), "1200");
        answer.refused(429, "rate_limited");
    }
    // Who has a token goes on.
    dave.says("/a", "text").await;
    voter.vote(&root, -1).await.ok();
    world.pass_seconds(1_200);
    world.author("new one").says("/a", "text").await;
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["score"], json!({"up": 0, "down": 1}));
}

async fn each_network_has_its_own_quota(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let reader = world.reader();
    let ask = |address: &str| reader.at_address(address).thread("/a", "");
    // Two calls each are admitted; every line is one network.
    let networks: [&[&str]; 6] = [
        &["198.51.100.1", "::ffff:198.51.100.1", "198.51.100.1:4711"],
        &["198.51.100.2"],
        &["2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "[2001:db8:1:1::3]:80"],
        &["2001:db8:1:2::1"],
        &["203.0.113.1, 198.51.100.3", "203.0.113.2, 198.51.100.3", "198.51.100.3, 127.0.0.1"],
        &["127.0.0.1"],
    ];
    for addresses in networks {
        let mut names = addresses.iter().cycle();
        for _ in 0..2 {
            ask(names.next().unwrap()).await.ok();
        }
        for address in addresses {
            ask(address).await.refused(429, "rate_limited");
        }
    }
}

async fn only_a_trusted_proxy_is_believed(setup: Setup) {
    let mut changes = TIGHT.to_vec();
    changes[1] = ("HTTP__TRUSTED_PROXIES", "192.0.2.0/24,2001:db8::1");
    let world = setup.start_with(&changes).await;
    for number in 0..2 {
        world.reader().at_address(&format!("198.51.100.{number}")).thread("/a", "").await.ok();
    }
    world.reader().at_address("198.51.100.3").thread("/a", "").await.refused(429, "rate_limited");
}

async fn each_site_has_its_own_quota(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    world.add_site("other", SiteChange::default()).await;
    let dave = world.author("dave");
    for site in ["default", "other"] {
        let dave = Client::author(world.clone(), "dave").on_site(site);
        dave.says("/a", "text").await;
        dave.says("/a", "text").await;
        dave.post("/a", "text").await.refused(429, "rate_limited");
    }
    dave.thread("/a", "").await.ok();
}

async fn a_refused_call_changes_nothing(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    dave.says("/a", "text").await;
    dave.post("/a", "text").header("idempotency-key", "key").await.refused(429, "rate_limited");
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 2);
    world.pass_seconds(30);
    let posted = dave.post("/a", "text").header("idempotency-key", "key").await.with_status(201);
    assert!(!posted.has_header("idempotent-replayed"));
}

async fn every_call_on_a_site_can_be_refused(setup: Setup) {
    let world = setup.start_with(&TIGHT).await;
    let (dave, root) = first_comment(&world).await;
    let spendthrift = dave.at_address("198.51.100.1");
    for _ in 0..2 {
        spendthrift.viewer("/a").await.with_status(200);
        spendthrift.post("/a", "text").await.with_status(201);
        spendthrift.edit(&root, "text").await.with_status(200);
        spendthrift.vote(&root, 1).await.refused(403, "own_comment");
        spendthrift.report(&root, "other").await.refused(403, "own_comment");
        spendthrift.preview("text").await.with_status(200);
    }
    for call in operations::on_site(&spendthrift, &root) {
        call.await.refused(429, "rate_limited");
    }
}

async fn one_setting_lifts_all_quotas(setup: Setup) {
    let mut changes = TIGHT.to_vec();
    changes[0] = ("LIMITS__ENABLED", "false");
    changes.push(("LIMITS__GUEST__REQUESTS", "1"));
    let world = setup.start_with(&changes).await;
    for _ in 0..10 {
        let posted = world.reader().post("/a", "text").await.with_status(201);
        assert!(!posted.has_header("ratelimit") && !posted.has_header("ratelimit-policy"));
        world.reader().thread("/a", "").await.ok();
    }
}

/// However many addresses a client has, they cost no more memory than the setting says.
pub(crate) fn a_hundred_thousand_clients_are_not_all_remembered() {
    const REMEMBERED: u64 = 1_000;
    let remembered = REMEMBERED.to_string();
    let changes = [("LIMITS__ENABLED", "true"), ("LIMITS__REMEMBERED_CLIENTS", remembered.as_str())];
    let settings = settings("sqlite://unused", &changes);
    let quotas = Quotas::new(settings.limits, Clock::manual(Timestamp::from_milliseconds(0)));
    let site = SiteId::from_number(1);
    for number in 0..100_000_u32 {
        let network = ClientNetwork::of(IpAddr::V4(Ipv4Addr::from_bits(number)));
        assert!(quotas.admit(Action::Post, site, network).is_ok());
    }
    let remembered = quotas.remembered_clients();
    assert!((1..=REMEMBERED).contains(&remembered), "{remembered}");
}
