//! What guests write is screened when they post it and when they change it.

use rejoinder::domain::access::Role;
use rejoinder::domain::hold::Hold;
use rejoinder::domain::revision::RevisionKind;
use rejoinder::domain::site::{Moderation, SiteChange};
use rejoinder::domain::status::Status;
use rejoinder::service::threads::ThreadChange;
use serde_json::json;

use crate::client::{Client, id};
use crate::promise::promises;
use crate::rules::add_rule;
use crate::world::{Setup, origins};

promises![
    each_reason_to_wait_is_known_to_staff,
    all_reasons_to_wait_are_kept_together,
    what_a_rule_refuses_is_never_stored,
    a_word_is_found_in_every_disguise,
    what_a_rule_censors_is_kept_for_staff_only,
    a_name_is_screened_like_a_text,
    a_guest_has_no_name_that_passes_for_one_of_the_staff,
    a_changed_text_is_screened_again,
    earlier_texts_are_kept_until_the_writer_deletes_the_comment,
    the_first_comment_of_a_writer_waits_until_one_is_published,
    a_thread_can_be_moderated_otherwise_than_its_site,
    who_writes_in_slow_mode_waits_a_while,
    a_retry_is_answered_as_before_whatever_the_rules_say_now,
];

/// Posts a comment that must wait, and gives its id.
async fn waits(client: &Client, key: &str, text: &str) -> String {
    id(&client.post(key, text).await.with_status(202).json())
}

fn rule(world_rule: &str, pattern: &str) -> Hold {
    let id = rejoinder::domain::id::RuleId::parse(world_rule).unwrap();
    Hold::Rule { id, pattern: pattern.to_owned() }
}

async fn each_reason_to_wait_is_known_to_staff(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    let published = dave.says("/a", "harmless").await;
    assert_eq!(world.stored(&published).await.holds, []);

    let casino = add_rule(&mia, "word", "casino", "hold").await;
    let held = waits(&dave, "/a", "My Casino").await;
    assert_eq!(world.stored(&held).await.holds, [rule(&casino, "casino")]);

    world.set_site(SiteChange { max_links: Some(Some(1)), ..SiteChange::default() }).await;
    dave.says("/a", "one https://a.example").await;
    let held = waits(&dave, "/a", "two https://a.example www.b.example").await;
    assert_eq!(world.stored(&held).await.holds, [Hold::Links]);

    world.set_site(SiteChange { hold_first_comment: Some(true), ..SiteChange::default() }).await;
    let held = waits(&world.author("new"), "/a", "text").await;
    assert_eq!(world.stored(&held).await.holds, [Hold::FirstComment]);

    world.set_thread("/a", ThreadChange { moderation: Some(Some(Moderation::Pre)), ..ThreadChange::default() }).await;
    let held = waits(&dave, "/a", "text").await;
    assert_eq!(world.stored(&held).await.holds, [Hold::Thread]);

    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let held = waits(&dave, "/b", "text").await;
    assert_eq!(world.stored(&held).await.holds, [Hold::Site]);
}

async fn all_reasons_to_wait_are_kept_together(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let one = add_rule(&mia, "word", "casino", "hold").await;
    let other = add_rule(&mia, "regex", r"win \d+", "hold").await;
    let change = SiteChange {
        max_links: Some(Some(0)),
        hold_first_comment: Some(true),
        moderation: Some(Moderation::Pre),
        ..SiteChange::default()
    };
    world.set_site(change).await;
    let held = waits(&world.author("dave"), "/a", "casino: win 100 at www.casino.example").await;
    let holds = world.stored(&held).await.holds;
    let expected = [rule(&one, "casino"), rule(&other, r"win \d+"), Hold::Links, Hold::FirstComment, Hold::Site];
    assert_eq!(holds, expected);
}

async fn what_a_rule_refuses_is_never_stored(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "casino", "reject").await;
    add_rule(&mia, "word", "casino", "hold").await;
    add_rule(&mia, "word", "casino", "censor").await;
    let dave = world.author("dave");
    let problem = dave.post("/a", "my casino").await.refused(422, "text_not_allowed");
    assert_eq!(problem["errors"][0]["pointer"], "/body");
    assert_eq!(dave.token(), None, "nobody becomes a guest by it");
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 0);
    dave.says("/a", "my home").await;
    assert_eq!(dave.viewer("/a").await.ok()["comments"].as_array().unwrap().len(), 1);
    // Other sites have rules of their own.
    let own_origins = Some(origins(&["http://localhost:*"]));
    world.add_site("other", SiteChange { origins: own_origins, ..SiteChange::default() }).await;
    world.author("dave").on_site("other").says("/a", "my casino").await;
}

async fn a_word_is_found_in_every_disguise(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "casino", "reject").await;
    add_rule(&mia, "wildcard", "viag*", "reject").await;
    let dave = world.author("dave");
    let disguises = [
        "CASINO",
        "c\u{200b}a\u{200d}s\u{2060}i\u{feff}no",
        "саsіnо",
        "ｃａｓｉｎｏ",
        "𝓬𝓪𝓼𝓲𝓷𝓸",
        "c.a.s.i.n.o",
        "c a s i n o",
        "c\u{336}a\u{336}s\u{336}i\u{336}n\u{336}o",
        "**casino**",
        "Vіаgrа",
        "say\ncasino",
    ];
    for text in disguises {
        dave.post("/a", text).await.refused(422, "text_not_allowed");
    }
    for text in ["casinos", "occasion", "via Gras", "casin"] {
        dave.says("/a", text).await;
    }
}

async fn what_a_rule_censors_is_kept_for_staff_only(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "damn", "censor").await;
    let dave = world.author("dave");
    let answer = dave.post("/a", "Damn, <it>").await.created();
    let comment = &answer["comment"];
    assert_eq!((&comment["body"], &comment["body_html"]), (&json!("••••, <it>"), &json!("<p>••••, &lt;it&gt;</p>")));
    let root = id(&answer);
    for text in [
        world.reader().thread("/a", "").await.text(),
        world.reader().comment(&root).await.text(),
        dave.viewer("/a").await.text(),
    ] {
        assert!(!text.to_lowercase().contains("damn"), "{text}");
    }
    let revisions = world.revisions(&root).await;
    assert_eq!(revisions, [(RevisionKind::Censored, "Damn, <it>".to_owned())]);
    dave.edit(&root, "damn again").await.ok();
    let expected = [
        (RevisionKind::Censored, "Damn, <it>".to_owned()),
        (RevisionKind::Edited, "••••, <it>".to_owned()),
        (RevisionKind::Censored, "damn again".to_owned()),
    ];
    assert_eq!(world.revisions(&root).await, expected);
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["body"], "•••• again");
}

async fn a_name_is_screened_like_a_text(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "casino", "reject").await;
    add_rule(&mia, "word", "damn", "censor").await;
    let winner = add_rule(&mia, "word", "winner", "hold").await;
    let problem = world.author("Casino Dave").post("/a", "text").await.refused(422, "text_not_allowed");
    assert_eq!(problem["errors"][0]["pointer"], "/author/name");
    let shown = world.author("damn dave").post("/a", "text").await.created();
    assert_eq!(shown["comment"]["author"]["name"], "•••• dave");
    let held = waits(&world.author("the winner"), "/a", "text").await;
    assert_eq!(world.stored(&held).await.holds, [rule(&winner, "winner")]);
}

async fn a_guest_has_no_name_that_passes_for_one_of_the_staff(setup: Setup) {
    let world = setup.start().await;
    world.staff("Mia Moderator", Role::Moderator, &[]).await;
    for name in [
        "Mia Moderator",
        "mia moderator",
        "Міа Моderator",
        "M1a M0derator",
        "mia\u{200b}moderator",
        "ＭＩＡ ＭＯＤＥＲＡＴＯＲ",
    ] {
        let problem = world.author(name).post("/a", "text").await.refused(422, "name_reserved");
        assert_eq!(problem["errors"][0]["pointer"], "/author/name");
    }
    world.author("Mia").says("/a", "text").await;
    world.author("Maria Moderator").says("/a", "text").await;
}

async fn a_changed_text_is_screened_again(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    add_rule(&mia, "word", "casino", "reject").await;
    let winner = add_rule(&mia, "word", "winner", "hold").await;
    world.set_site(SiteChange { max_links: Some(Some(0)), ..SiteChange::default() }).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "harmless").await;
    let problem = dave.edit(&root, "my casino").await.refused(422, "text_not_allowed");
    assert_eq!(problem["errors"][0]["pointer"], "/body");
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["body"], "harmless");

    let held = dave.edit(&root, "a winner").await.ok();
    assert_eq!((&held["comment"]["status"], &held["thread"]["comment_count"]), (&json!("pending"), &json!(0)));
    world.reader().comment(&root).await.refused(404, "comment_not_found");
    let stored = world.stored(&root).await;
    assert_eq!((stored.holds, stored.version), (vec![rule(&winner, "winner")], 2));

    // What waits goes on waiting, whatever it says now, and for every reason that it gave.
    assert_eq!(dave.edit(&root, "see www.a.example").await.ok()["comment"]["status"], "pending");
    assert_eq!(dave.edit(&root, "harmless").await.ok()["comment"]["status"], "pending");
    let stored = world.stored(&root).await;
    assert_eq!((stored.holds, stored.version), (vec![rule(&winner, "winner"), Hold::Links], 4));
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn earlier_texts_are_kept_until_the_writer_deletes_the_comment(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "one").await;
    dave.edit(&root, "two").await.ok();
    dave.edit(&root, "two").await.ok();
    dave.edit(&root, "three").await.ok();
    let expected = [(RevisionKind::Edited, "one".to_owned()), (RevisionKind::Edited, "two".to_owned())];
    assert_eq!(world.revisions(&root).await, expected);
    world.author("reader").report(&root, "other").await.with_status(202);
    dave.delete(&root).await.with_status(204);
    assert_eq!(world.revisions(&root).await, []);
    let stored = world.stored(&root).await;
    assert_eq!((stored.status, stored.report_count, stored.body.as_str()), (Status::Deleted, 0, ""));
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn the_first_comment_of_a_writer_waits_until_one_is_published(setup: Setup) {
    let world = setup.start().await;
    let (dave, known) = (world.author("dave"), world.author("known"));
    known.says("/a", "text").await;
    world.set_site(SiteChange { hold_first_comment: Some(true), ..SiteChange::default() }).await;
    known.says("/b", "text").await;
    waits(&dave, "/a", "text").await;
    waits(&dave, "/b", "none of mine is published yet").await;
    let root = known.says("/a", "text").await;
    assert_eq!(known.edit(&root, "other").await.ok()["comment"]["status"], "published");
}

async fn a_thread_can_be_moderated_otherwise_than_its_site(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    dave.says("/strict", "text").await;
    dave.says("/free", "text").await;
    let strict = ThreadChange { moderation: Some(Some(Moderation::Pre)), ..ThreadChange::default() };
    world.set_thread("/strict", strict).await;
    waits(&dave, "/strict", "text").await;
    dave.says("/free", "text").await;
    let free = ThreadChange { moderation: Some(Some(Moderation::Post)), ..ThreadChange::default() };
    world.set_thread("/free", free).await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    dave.says("/free", "text").await;
    waits(&dave, "/other", "text").await;
}

async fn who_writes_in_slow_mode_waits_a_while(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let dave = world.author("dave").at_address("192.0.2.1");
    let root = dave.says("/a", "text").await;
    let slow = ThreadChange { slow_mode_seconds: Some(Some(30)), ..ThreadChange::default() };
    world.set_thread("/a", slow).await;
    world.pass_seconds(10);
    let answer = dave.post("/a", "text").await;
    assert_eq!(answer.required_header("retry-after"), "20");
    assert_eq!(answer.refused(429, "slow_mode")["retry_after_seconds"], 20);
    // Who throws their token away, or takes the comment back, gains nothing.
    world.author("other").at_address("192.0.2.1").post("/a", "text").await.refused(429, "slow_mode");
    dave.delete(&root).await.with_status(204);
    dave.post("/a", "text").await.refused(429, "slow_mode");
    // Others don't wait, and nobody does elsewhere.
    world.author("other").at_address("192.0.2.2").says("/a", "text").await;
    dave.says("/b", "text").await;
    world.pass_seconds(20);
    dave.says("/a", "text").await;
}

async fn a_retry_is_answered_as_before_whatever_the_rules_say_now(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    let post = || dave.post("/a", "my casino").header("idempotency-key", "k");
    dave.says("/a", "text").await;
    let first = post().await.created();
    add_rule(&mia, "word", "casino", "reject").await;
    let again = post().await;
    assert_eq!(again.required_header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first);
}
