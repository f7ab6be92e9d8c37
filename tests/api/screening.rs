//! What guests write is screened when they post it and when they change it.

use rejoinder::domain::access::Role;
use rejoinder::domain::hold::Hold;
use rejoinder::domain::html::TextFormat;
use rejoinder::domain::revision::RevisionKind;
use rejoinder::domain::site::{Moderation, SiteChange};
use rejoinder::domain::status::Status;
use rejoinder::service::threads::ThreadChange;
use serde_json::json;

use crate::client::{Client, id};
use crate::promise::promises;
use crate::rules::add_rule;
use crate::world::{Setup, World, origins};

promises![
    each_reason_to_wait_is_known_to_staff,
    all_reasons_to_wait_are_kept_together,
    what_a_rule_refuses_is_never_stored,
    a_word_is_found_in_every_disguise,
    a_word_is_found_where_markup_hides_it,
    what_readers_would_see_of_a_censored_word_waits,
    links_that_readers_get_to_see_are_counted,
    what_a_rule_censors_is_kept_for_staff_only,
    a_name_is_screened_like_a_text,
    a_title_that_a_rule_matches_is_dropped,
    a_guest_has_no_name_that_passes_for_one_of_the_staff,
    a_changed_text_is_screened_again,
    earlier_texts_are_kept_until_the_writer_deletes_the_comment,
    the_first_comment_of_a_writer_waits_until_one_is_published,
    a_thread_can_be_moderated_otherwise_than_its_site,
    who_writes_in_slow_mode_waits_a_while,
    many_tokens_of_one_network_gain_nothing_in_slow_mode,
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

async fn use_markdown(world: &World) {
    world.set_site(SiteChange { text_format: Some(TextFormat::Markdown), ..SiteChange::default() }).await;
}

const HIDDEN_BY_MARKUP: [&str; 9] = [
    "sp&#97;m",
    "&#115;&#112;&#97;&#109;",
    "s&shy;pam",
    "sp&zwnj;am",
    "sp**a**m",
    "**s**pam",
    "sp`a`m",
    "[sp](http://a.example)am",
    "[x](http://sp%61m.example)",
];

async fn a_word_is_found_where_markup_hides_it(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    use_markdown(&world).await;
    let dave = world.author("dave");
    let spam = add_rule(&mia, "word", "spam", "hold").await;
    let stars = add_rule(&mia, "regex", r"\*{4}", "hold").await;
    for text in HIDDEN_BY_MARKUP {
        let held = waits(&dave, "/a", text).await;
        assert_eq!(world.stored(&held).await.holds, [rule(&spam, "spam")], "{text}");
    }
    // What was typed counts as before, even if nobody sees it.
    let held = waits(&dave, "/a", "text ****").await;
    assert_eq!(world.stored(&held).await.holds, [rule(&stars, r"\*{4}")]);
    for text in ["spa\n\nm", "- sp\n- am", "spa\nm", "sp* *am", "[spa](http://m.example)"] {
        dave.says("/a", text).await;
    }
    let root = dave.says("/a", "harmless").await;
    assert_eq!(dave.edit(&root, "sp**a**m").await.ok()["comment"]["status"], "pending");
    add_rule(&mia, "word", "spam", "reject").await;
    for text in HIDDEN_BY_MARKUP {
        dave.post("/a", text).await.refused(422, "text_not_allowed");
    }
}

async fn what_readers_would_see_of_a_censored_word_waits(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    use_markdown(&world).await;
    let dave = world.author("dave");
    let spam = add_rule(&mia, "word", "spam", "censor").await;
    for text in HIDDEN_BY_MARKUP {
        let held = waits(&dave, "/a", text).await;
        let stored = world.stored(&held).await;
        assert_eq!((stored.holds, stored.body.as_str()), (vec![rule(&spam, "spam")], text));
        assert_eq!(world.revisions(&held).await, []);
    }
    let held = waits(&dave, "/a", "spam and sp**a**m").await;
    let stored = world.stored(&held).await;
    assert_eq!((stored.holds, stored.body.as_str()), (vec![rule(&spam, "spam")], "•••• and sp**a**m"));
    let answer = dave.post("/a", "**spam** [spam](http://spam.example)").await.created();
    let html = answer["comment"]["body_html"].as_str().unwrap();
    assert!(!html.contains("spam") && html.contains("<strong>••••</strong>"), "{html}");
}

async fn links_that_readers_get_to_see_are_counted(setup: Setup) {
    let world = setup.start().await;
    use_markdown(&world).await;
    world.set_site(SiteChange { max_links: Some(Some(1)), ..SiteChange::default() }).await;
    let dave = world.author("dave");
    for text in [
        "[a](https&#58;//a.example)[b](https&#58;//b.example)",
        "[a](http&colon;//a.example) [b](http&colon;//b.example)",
        r"[a](http:\/\/a.example) [b](http:\/\/b.example)",
        "[x][a] [y][a]\n\n[a]: http://a.example",
        "`http://a.example http://b.example`",
    ] {
        let held = waits(&dave, "/a", text).await;
        assert_eq!(world.stored(&held).await.holds, [Hold::Links], "{text}");
    }
    for text in
        ["[a](https&#58;//a.example)", "a@b.example [c](mailto:d@e.example) http://a.example", "[x](/a) [y](/b)"]
    {
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

async fn a_title_that_a_rule_matches_is_dropped(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let dave = world.author("dave");
    let post = |key: &str, title: &str, text: &str| {
        let mut draft = dave.draft(key, text);
        draft["thread"]["title"] = json!(title);
        dave.post_json(&draft)
    };
    for (pattern, action) in [("casino", "hold"), ("viagra", "reject"), ("damn", "censor")] {
        add_rule(&mia, "word", pattern, action).await;
        let key = format!("/{action}");
        // The comment is judged by its own text.
        let posted = post(&key, &format!("A c\u{200b}heap {pattern}"), "harmless").await.created();
        assert_eq!(posted["thread"]["title"], json!(null), "{action}");
        let posted = post(&key, "The page", "harmless").await.created();
        assert_eq!(posted["thread"]["title"], "The page");
    }
    // The title that comes with what waits is dropped as well.
    let held = id(&post("/a", "My casino", "casino").await.with_status(202).json());
    mia.decided("approve", &held).await;
    assert_eq!(dave.thread("/a", "").await.ok()["thread"]["title"], json!(null));
    let ranking = world.reader().read("rankings/most-commented?window=24h").await.text();
    assert!(!ranking.contains("casino"), "{ranking}");
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
        "M!a Moderator",
        "nnia nnoderator",
        "Mia Moderator (staff)",
        "Team: M!a Moderator",
    ] {
        let problem = world.author(name).post("/a", "text").await.refused(422, "name_reserved");
        assert_eq!(problem["errors"][0]["pointer"], "/author/name");
    }
    world.author("Mia").says("/a", "text").await;
    world.author("Maria Moderator").says("/a", "text").await;
    world.staff("Ama", Role::Moderator, &[]).await;
    world.author("Ama (mod)").post("/a", "text").await.refused(422, "name_reserved");
    for name in ["Anna", "Ama K.", "Staff", "Amadou (staff)"] {
        world.author(name).says("/a", "text").await;
    }
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

async fn many_tokens_of_one_network_gain_nothing_in_slow_mode(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let puppets: Vec<_> = (0..4).map(|_| world.author("puppet").at_address("2001:db8::1")).collect();
    for puppet in &puppets {
        puppet.says("/b", "text").await;
    }
    let first = puppets[0].says("/a", "text").await;
    let slow = ThreadChange { slow_mode_seconds: Some(Some(300)), ..ThreadChange::default() };
    world.set_thread("/a", slow).await;
    world.pass_seconds(300);
    puppets[0].says("/a", "text").await;
    world.pass_seconds(100);
    for puppet in &puppets {
        let answer = puppet.at_address("2001:db8:0:7::1").post("/a", "text").await;
        assert_eq!(answer.required_header("retry-after"), "200");
        answer.refused(429, "slow_mode");
    }
    // Who goes elsewhere takes their token along.
    puppets[0].at_address("192.0.2.1").post("/a", "text").await.refused(429, "slow_mode");
    puppets[1].at_address("192.0.2.1").answers("/a", &first, "text").await;
    let answer = puppets[1].post("/a", "text").await;
    assert_eq!(answer.required_header("retry-after"), "300", "the later of both counts");
    world.pass_seconds(200);
    puppets[2].says("/a", "text").await;
    puppets[3].post("/a", "text").await.refused(429, "slow_mode");
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
