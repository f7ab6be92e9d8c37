//! Comments sent by the form of a page, from where they may be and from where they may not.

use rejoinder::domain::site::{Moderation, SiteChange};
use reqwest::Method;

use crate::client::query;
use crate::html::Html;
use crate::pages::{fill, follow, html, send, shown};
use crate::promise::promises;
use crate::world::{Setup, origins};

promises![
    a_comment_is_posted_by_a_form,
    a_form_sent_twice_posts_once,
    two_readers_of_one_page_post_two_comments,
    a_comment_that_waits_is_said_to_wait,
    the_same_words_can_be_sent_again_while_the_first_wait,
    the_text_of_a_page_that_may_not_say_its_name_is_given_back,
    a_refused_form_comes_back_with_its_text,
    a_form_that_comes_while_the_database_is_away_is_given_back,
    an_answer_is_posted_by_a_form,
    a_form_of_another_site_is_refused,
    a_form_is_held_to_its_form,
    a_form_takes_from_the_quota_of_posts,
    a_location_holds_nothing_but_an_address,
];

async fn a_comment_is_posted_by_a_form(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let page = shown(&reader, &[("thread", "/a b?c=d&e")]).await;
    let answer = fill(&reader, &page, &[("name", "Ada"), ("body", "first line\r\nsecond line")]).await;
    let answer = answer.with_status(303);
    assert_eq!(answer.required_header("cache-control"), "private, no-store");
    assert!(!answer.has_header("set-cookie"));
    assert!(answer.body.is_empty() && !answer.text().contains("rjg_"));
    let location = answer.required_header("location");
    let list = reader.thread("/a b?c=d&e", "").await.ok();
    let id = list["comments"][0]["id"].as_str().unwrap();
    assert_eq!(location, format!("/t/default?thread=%2Fa+b%3Fc%3Dd%26e&comment={id}&posted=published#c-{id}"));
    assert_eq!(list["comments"][0]["body"], "first line\nsecond line");
    let page = follow(&reader, &location).await;
    assert_eq!(page.texts("author"), ["Ada"]);
    assert_eq!(page.texts("notice"), ["Your comment was posted. It can be seen by everybody."]);
    assert!(page.all("meta").iter().any(|meta| meta.attribute("content") == Some("noindex")));
    let again = follow(&reader, &location.replace("&posted=published", "")).await;
    assert_eq!(again.texts("notice").len(), 0);
    let german = send(&reader, &[("thread", "/l"), ("name", "Ada"), ("body", "x"), ("lang", "en")]).await;
    assert!(german.with_status(303).required_header("location").contains("&lang=en#c-"));
}

async fn a_form_sent_twice_posts_once(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let page = shown(&reader, &[("thread", "/a")]).await;
    let press = || fill(&reader, &page, &[("name", "Ada"), ("body", "once")]);
    let first = press().await.with_status(303).required_header("location");
    assert_eq!(press().await.with_status(303).required_header("location"), first);
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["comment_count"], 1);
    let page = shown(&reader, &[("thread", "/a")]).await;
    fill(&reader, &page, &[("name", "Ada"), ("body", "once")]).await.with_status(303);
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["comment_count"], 2);
}

/// A cache gave both the same page, and both are behind the same address.
async fn two_readers_of_one_page_post_two_comments(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let page = shown(&reader, &[("thread", "/a")]).await;
    for name in ["Ada", "Bob"] {
        fill(&reader, &page, &[("name", name), ("body", "hello")]).await.with_status(303);
    }
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["comment_count"], 2);
}

async fn a_comment_that_waits_is_said_to_wait(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let reader = world.reader();
    let answer = send(&reader, &[("thread", "/a"), ("name", "Ada"), ("body", "secret until read")]).await;
    let location = answer.with_status(303).required_header("location");
    assert_eq!(location, "/t/default?thread=%2Fa&posted=pending");
    let page = follow(&reader, &location).await;
    assert_eq!(page.one("notice").text, "Your comment waits for a moderator.");
    assert!(!page.linked_data().to_string().contains("secret"));
    assert_eq!(page.texts("body").len(), 0);
}

/// Two readers of one house agree, and see nothing of each other.
async fn the_same_words_can_be_sent_again_while_the_first_wait(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { moderation: Some(Moderation::Pre), ..SiteChange::default() }).await;
    let reader = world.reader();
    let words = [("name", "Anonymous"), ("body", "I agree")];
    let first = shown(&reader, &[("thread", "/a")]).await;
    for _ in 0..2 {
        fill(&reader, &first, &words).await.with_status(303);
        assert_eq!(world.count("comments").await, 1, "one page, pressed twice");
    }
    for count in 2..4 {
        let next = shown(&reader, &[("thread", "/a")]).await;
        fill(&reader, &next, &words).await.with_status(303);
        assert_eq!(world.count("comments").await, count);
    }
    let fragment = || async { Html::read(&reader.read("comments.html?thread=%2Fa").await.with_status(200).text()) };
    let before = fragment().await;
    assert_ne!(before.field("key"), first.field("key"));
    assert_eq!(before.field("key"), fragment().await.field("key"));
}

/// As where the host says `Referrer-Policy: no-referrer`: the browser tells nobody which page the form is in.
async fn the_text_of_a_page_that_may_not_say_its_name_is_given_back(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let markup = "</textarea><script>alert(1)</script>\n& more";
    let sent = [("thread", "/a"), ("name", "Ada"), ("body", markup), ("lang", "en")];
    let refused = send(&reader, &sent).header("origin", "null").await.with_status(403);
    assert_eq!(refused.required_header("cache-control"), "no-store");
    let page = html(refused);
    let kept = page.all("textarea")[0];
    assert!(kept.attribute("readonly").is_some() && kept.attribute("name").is_none());
    assert_eq!(kept.text.trim_start_matches('\n'), markup);
    assert_eq!((page.all("form").len(), page.all("script").len()), (0, 0));
    assert_eq!(page.all("label")[0].text, "This is what you wrote. Copy it if you want to keep it.");
    let german = [("thread", "/a"), ("name", "Ada"), ("body", "hier"), ("lang", "de")];
    let german = html(send(&reader, &german).header("origin", "null").await.with_status(403));
    assert_eq!((german.all("html")[0].attribute("lang"), german.all("textarea").len()), (Some("de"), 1));
    let named = html(send(&reader, &sent).header("origin", "https://evil.example").await.with_status(403));
    assert_eq!(named.all("textarea").len(), 0);
    assert_eq!(world.count("comments").await, 0);
}

async fn a_form_that_comes_while_the_database_is_away_is_given_back(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    shown(&reader, &[("thread", "/a")]).await;
    world.close_database().await;
    let sent = [("thread", "/a"), ("name", "Ada"), ("body", "long thought about"), ("lang", "de")];
    let refused = send(&reader, &sent).await.with_status(503);
    assert!(refused.has_header("retry-after"));
    let page = html(refused);
    assert_eq!(page.all("textarea")[0].text.trim_start_matches('\n'), "long thought about");
    assert_eq!(page.all("html")[0].attribute("lang"), Some("de"));
}

async fn a_refused_form_comes_back_with_its_text(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    world.author("dave").says("/a", "there").await;
    let (long, markup) = ("x".repeat(301), "</textarea><script>alert(1)</script>");
    let cases = [
        (" ", "text", "Write your name.", "f0-name"),
        (&"n".repeat(65), "text", "A name can have at most 64 characters.", "f0-name"),
        ("Ada", " \n ", "Write something first.", "f0-body"),
        ("Ada", long.as_str(), "Your text is 1 character too long. Nothing was cut; shorten it.", "f0-body"),
        (
            "\"><b>",
            &format!("{markup}{long}"),
            "Your text is 37 characters too long. Nothing was cut; shorten it.",
            "f0-body",
        ),
    ];
    for (name, body, sentence, field) in cases {
        let answer = send(&reader, &[("thread", "/a"), ("key", "k"), ("name", name), ("body", body)]).await;
        assert_eq!(answer.required_header("cache-control"), "private, no-store");
        let page = html(answer.with_status(422));
        assert_eq!(page.field("name").as_deref(), Some(name));
        assert_eq!(page.field("body").as_deref(), Some(body));
        let wrong: Vec<_> = ["input", "textarea"].into_iter().flat_map(|name| page.all(name)).collect();
        let wrong: Vec<_> = wrong.into_iter().filter(|input| input.attribute("aria-invalid").is_some()).collect();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].attribute("id"), Some(field));
        let said = page.with_class("error").into_iter().find(|error| error.attribute("hidden").is_none()).unwrap();
        assert_eq!((said.text.as_str(), said.attribute("id")), (sentence, Some(format!("{field}-error").as_str())));
        assert_eq!(page.texts("author"), ["dave"]);
    }
    world.close_thread("/a").await;
    let closed = send(&reader, &[("thread", "/a"), ("name", "Ada"), ("body", "text")]).await.with_status(403);
    assert_eq!(html(closed).texts("notice"), ["Comments are closed."]);
}

async fn an_answer_is_posted_by_a_form(setup: Setup) {
    let world = setup.start().await;
    let (dave, reader) = (world.author("dave"), world.reader());
    let root = dave.says("/a", "question").await;
    let page = shown(&reader, &[("thread", "/a"), ("reply_to", &root)]).await;
    assert_eq!(page.field("parent"), Some(root.clone()));
    assert_eq!(page.all("meta").iter().filter(|meta| meta.attribute("name") == Some("robots")).count(), 1);
    fill(&reader, &page, &[("name", "Ada"), ("body", "answer")]).await.with_status(303);
    let list = reader.thread("/a", "").await.ok();
    assert_eq!(list["comments"][0]["replies"]["comments"][0]["body"], "answer");
    let refused = fill(&reader, &page, &[("name", "Ada"), ("body", " ")]).await.with_status(422);
    assert_eq!(html(refused).field("parent"), Some(root.clone()));
    dave.delete(&root).await.with_status(204);
    let gone = fill(&reader, &page, &[("name", "Ada"), ("body", "kept")]).await.with_status(422);
    assert!(gone.text().contains("The comment you answer isn’t there any more."), "{}", gone.text());
    for parent in ["nonsense", "\"><script>", "0l90l7khjiv7o"] {
        let sent = [("thread", "/a"), ("name", "Ada"), ("body", "kept"), ("parent", parent)];
        let page = html(send(&reader, &sent).await.with_status(422));
        assert_eq!((page.field("body").as_deref(), page.field("parent")), (Some("kept"), None), "{parent}");
    }
}

async fn a_form_of_another_site_is_refused(setup: Setup) {
    let world = setup.start().await;
    let own = SiteChange { origins: Some(origins(&["https://news.example"])), ..SiteChange::default() };
    world.set_site(own).await;
    let reader = world.reader();
    let body = query(&[("thread", "/a"), ("name", "Ada"), ("body", "<b>planted</b>")]);
    let post = |headers: &[(&str, &str)]| {
        let form = reader.request(Method::POST, "/t/default").off_contract();
        let form = form.body("application/x-www-form-urlencoded", body.clone());
        headers.iter().fold(form, |form, (name, value)| form.header(name, value))
    };
    let foreign = [
        vec![("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "null"), ("sec-fetch-site", "same-origin")],
        vec![("origin", "https://news.example.evil.example")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "nonsense")],
    ];
    for headers in foreign {
        let answer = post(&headers).await.with_status(403);
        assert!(!answer.text().contains("<b>planted"), "{headers:?}");
        let is_unnamed = headers.contains(&("origin", "null"));
        assert_eq!(answer.text().contains("planted"), is_unnamed, "{headers:?}");
        assert_eq!(html(answer).all("code")[0].text, "origin_not_allowed");
    }
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["comment_count"], 0);
    let service = format!("http://{}", world.address());
    let own = [
        vec![("origin", service.as_str()), ("sec-fetch-site", "same-origin")],
        vec![("origin", "https://news.example"), ("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        vec![],
    ];
    for headers in own {
        post(&headers).await.with_status(303);
    }
}

async fn a_form_is_held_to_its_form(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    let raw = |content_type: &str, body: &str| {
        let form = reader.request(Method::POST, "/t/default").off_contract();
        form.header("sec-fetch-site", "same-origin").body(content_type, body.to_owned())
    };
    let form = "application/x-www-form-urlencoded";
    let good = "thread=a&name=Ada&body=text";
    let cases = [
        (raw(form, "name=Ada&body=text"), 422, "missing_field"),
        (raw(form, "thread=a&body=text"), 422, "missing_field"),
        (raw(form, "thread=a&name=Ada"), 422, "missing_field"),
        (raw(form, ""), 422, "missing_field"),
        (raw(form, &format!("{good}&body=other")), 422, "duplicate_parameter"),
        (raw(form, &format!("{good}&thread=b")), 422, "duplicate_parameter"),
        (raw(form, &format!("{good}&email=a%40b.example")), 422, "unknown_field"),
        (raw(form, &format!("{good}&%3Cscript%3E=1")), 422, "unknown_field"),
        (raw(form, &format!("{good}&lang=%22%3E")), 422, "invalid_value"),
        (raw(form, "thread=%00&name=Ada&body=text"), 422, "invalid_thread_key"),
        (raw(form, &format!("thread={}&name=Ada&body=text", "a".repeat(513))), 422, "invalid_thread_key"),
        (raw(form, "thread=a&name=Ada&body=%ff"), 400, "invalid_encoding"),
        (raw(form, "thread=a&name=Ada&body=%zz"), 400, "invalid_encoding"),
        (raw(form, &format!("{good}{}", "x".repeat(262_144))), 413, "content_too_large"),
        (raw("application/json", "{}"), 415, "unsupported_media_type"),
        (raw("multipart/form-data; boundary=x", "--x--"), 415, "unsupported_media_type"),
        (raw("text/plain", good), 415, "unsupported_media_type"),
        (raw("", good), 415, "unsupported_media_type"),
        (raw(form, good).header("content-encoding", "gzip"), 415, "unsupported_media_type"),
        (raw(form, good).with_query("thread=a"), 422, "unknown_parameter"),
    ];
    for (call, status, code) in cases {
        let answer = call.await.with_status(status);
        assert_eq!(html(answer).all("code")[0].text, code);
    }
    assert_eq!(reader.counts(&["a"]).await.ok()["counts"][0]["comment_count"], 0);
    raw("application/x-www-form-urlencoded; charset=UTF-8", good).await.with_status(303);
    let url = raw(form, &format!("{good}&thread_url=javascript%3Aalert(1)")).await.with_status(422);
    let url = html(url);
    assert_eq!(url.field("thread_url").as_deref(), Some("javascript:alert(1)"));
    raw(form, "thread=u&name=Ada&body=text&thread_url=http%3A%2F%2Flocalhost%2Fu").await.with_status(303);
    assert_eq!(reader.thread("u", "").await.ok()["thread"]["url"], "http://localhost/u");
}

async fn a_form_takes_from_the_quota_of_posts(setup: Setup) {
    let changes =
        [("LIMITS__ENABLED", "true"), ("LIMITS__POST__REQUESTS", "2"), ("LIMITS__POST__WINDOW_SECONDS", "60")];
    let world = setup.start_with(&changes).await;
    let reader = world.reader();
    let post = |body: &str| send(&reader, &[("thread", "/a"), ("name", "Ada"), ("body", body)]);
    let foreign = |body: &str| post(body).header("origin", "https://evil.example");
    for body in ["these", "are not", "the reader's"] {
        foreign(body).await.with_status(403);
    }
    post("one").await.with_status(303);
    post("two").await.with_status(303);
    let refused = post("three, with care").await.with_status(429);
    assert_eq!(refused.required_header("retry-after"), "30");
    assert!(refused.required_header("ratelimit").contains("\"post\";r=0;t="), "{:?}", refused.headers);
    let page = html(refused);
    assert_eq!(page.field("body").as_deref(), Some("three, with care"));
    assert_eq!(page.texts("notice"), ["That was a lot at once. You can try again in 30 seconds."]);
    assert_eq!(reader.thread("/a", "").await.ok()["thread"]["comment_count"], 2);
}

async fn a_location_holds_nothing_but_an_address(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    for thread in ["a?b#c", "//evil.example", "a&comment=x", "ü ☃ %0d%0a", "javascript:alert(1)", "\\\\evil.example\\a"]
    {
        let answer = send(&reader, &[("thread", thread), ("name", "Ada"), ("body", "text")]).await.with_status(303);
        let location = answer.required_header("location");
        assert!(location.starts_with("/t/default?thread="), "{location}");
        assert!(location.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{location}");
        let page = follow(&reader, &location).await;
        assert_eq!(page.all("rejoinder-comments")[0].attribute("thread"), Some(thread));
    }
    let split = send(&reader, &[("thread", "a\r\nset-cookie: a=b"), ("name", "Ada"), ("body", "text")]).await;
    split.with_status(422);
}
