//! The pages of a thread for who has no JavaScript, the fragment for other pages, and the demo: read, written to, and
//! attacked.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::{Moderation, SiteChange};
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::client::{Client, Request, query};
use crate::html::Html;
use crate::promise::promises;
use crate::world::{Setup, World, origins};

promises![
    a_thread_can_be_read_without_scripts,
    pages_of_a_thread_follow_one_another,
    a_comment_has_a_page_with_its_conversation,
    a_conversation_goes_on_with_its_cursor,
    what_is_not_there_is_said_on_a_page,
    the_script_takes_over_what_it_would_show_too,
    a_page_is_in_the_language_of_its_reader,
    a_page_is_the_same_for_everybody_and_kept_by_caches,
    a_page_can_not_be_made_to_do_what_it_should_not,
    search_engines_are_told_what_is_said,
    a_comment_is_posted_by_a_form,
    a_form_sent_twice_posts_once,
    two_readers_of_one_page_post_two_comments,
    a_comment_that_waits_is_said_to_wait,
    a_refused_form_comes_back_with_its_text,
    an_answer_is_posted_by_a_form,
    a_form_of_another_site_is_refused,
    a_form_is_held_to_its_form,
    a_form_takes_from_the_quota_of_posts,
    a_location_holds_nothing_but_an_address,
    whatever_was_typed_is_text_on_a_page,
    a_fragment_stands_in_any_page,
    a_fragment_is_addressed_as_the_service_was_asked,
    the_demo_makes_its_comments_once,
    the_demo_can_be_turned_off,
];

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

fn page(client: &Client, pairs: &[(&str, &str)]) -> Request {
    client.get(&format!("/t/default?{}", query(pairs))).off_contract()
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "whoever reads a page is done with the answer")]
fn html(answer: Answer) -> Html {
    assert_eq!(answer.required_header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.required_header("content-security-policy"), POLICY);
    assert_eq!(answer.required_header("referrer-policy"), "same-origin");
    assert!(!answer.has_header("set-cookie"));
    Html::read(&answer.text())
}

/// The page at an address, which must be there.
async fn shown(client: &Client, pairs: &[(&str, &str)]) -> Html {
    html(page(client, pairs).await.with_status(200))
}

/// Follows a link of a page.
async fn follow(client: &Client, url: &str) -> Html {
    html(client.get(url.split('#').next().unwrap()).off_contract().await.with_status(200))
}

/// Sends a form from a page of the service.
fn send(client: &Client, pairs: &[(&str, &str)]) -> Request {
    let form = client.request(Method::POST, "/t/default").off_contract();
    form.header("sec-fetch-site", "same-origin").body("application/x-www-form-urlencoded", query(pairs))
}

/// Sends the form of a page, with these fields changed.
fn fill(client: &Client, html: &Html, changes: &[(&str, &str)]) -> Request {
    let filled = |(name, value): (String, String)| {
        let change = changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| (*value).to_owned());
        (name, change.unwrap_or(value))
    };
    let fields: Vec<_> = html.fields().into_iter().map(filled).collect();
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send(client, &pairs)
}

async fn a_thread_can_be_read_without_scripts(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let root = dave.says("/a", "the first").await;
    let reply = dave.answers("/a", &root, "a reply").await;
    let deep = dave.answers("/a", &reply, "a deep reply").await;
    let other = dave.says("/a", "the second\n\nhttps://ok.example").await;
    dave.answers("/a", &other, "stays").await;
    world.author("voter").vote(&root, 1).await.ok();
    mia.decided("delete", &other).await;
    let html = shown(&world.reader(), &[("thread", "/a")]).await;
    assert_eq!(html.one("count").text, "4");
    assert_eq!(html.all("rejoinder-comments")[0].attribute("site"), Some("default"));
    assert_eq!(html.all("template")[0].attribute("shadowrootmode"), Some("open"));
    let ids: Vec<_> = html.all("article").iter().filter_map(|article| article.attribute("id")).collect();
    assert_eq!(ids.len(), 5);
    assert_eq!(ids[2..], [format!("c-{root}"), format!("c-{reply}"), format!("c-{deep}")]);
    assert_eq!(html.texts("author"), ["dave"; 4]);
    assert_eq!(html.texts("deleted").len(), 1);
    assert_eq!(html.texts("body"), ["stays", "the first", "a reply", "a deep reply"]);
    assert_eq!(html.texts("score"), ["▲ 1"]);
    assert_eq!(html.all("time")[0].attribute("datetime"), Some("2026-01-01T00:00:00.000Z"));
    let sorts: Vec<_> = html.all("a").into_iter().filter(|link| link.text == "Oldest" || link.text == "Best").collect();
    assert_eq!(sorts.len(), 2);
    let oldest = follow(&world.reader(), sorts[0].attribute("href").unwrap()).await;
    assert_eq!(oldest.texts("body"), ["the first", "a reply", "a deep reply", "stays"]);
    let empty = shown(&world.reader(), &[("thread", "/nothing")]).await;
    assert_eq!((empty.texts("body").len(), empty.one("count").text.as_str()), (0, "0"));
    assert_eq!(empty.with_class("empty").len(), 1);
}

async fn pages_of_a_thread_follow_one_another(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    for number in 0..45 {
        dave.says("/a", &format!("text {number}")).await;
    }
    let mut html = shown(&world.reader(), &[("thread", "/a"), ("sort", "oldest")]).await;
    let mut bodies: Vec<String> = Vec::new();
    loop {
        bodies.extend(html.texts("body").into_iter().map(str::to_owned));
        let more = html.with_class("more").first().and_then(|more| more.attribute("href").map(str::to_owned));
        let Some(more) = more else { break };
        html = follow(&world.reader(), &more).await;
    }
    let expected: Vec<String> = (0..45).map(|number| format!("text {number}")).collect();
    assert_eq!(bodies, expected);
    let back = html.with_class("back").len();
    assert_eq!(back, 1);
}

async fn a_comment_has_a_page_with_its_conversation(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    let mut parent = root.clone();
    for depth in 1..=30 {
        parent = dave.answers("/a", &parent, &format!("depth {depth}")).await;
    }
    let aside = dave.answers("/a", &root, "aside").await;
    let answer = dave.answers("/a", &parent, "answer").await;
    let html = shown(&world.reader(), &[("thread", "/a"), ("comment", &parent)]).await;
    let bodies = html.texts("body");
    assert_eq!(bodies.first(), Some(&"root"));
    assert!(bodies.contains(&"depth 29") && bodies.contains(&"depth 30") && bodies.contains(&"answer"), "{bodies:?}");
    assert!(!bodies.contains(&"aside") && !bodies.contains(&"depth 1"), "{bodies:?}");
    assert_eq!(html.with_class("linked").len(), 2);
    assert_eq!(html.all("rejoinder-comments")[0].attribute("id"), Some(format!("c-{parent}").as_str()));
    assert_eq!(html.with_class("form").len(), 0);
    for id in [&aside, &answer, &root] {
        let html = shown(&world.reader(), &[("thread", "/a"), ("comment", id)]).await;
        assert!(html.all("article").iter().any(|article| article.attribute("id") == Some(&format!("c-{id}"))));
    }
    let link = html.all("a").into_iter().find(|link| link.text == "Read the whole conversation").unwrap();
    let whole = follow(&world.reader(), link.attribute("href").unwrap()).await;
    assert_eq!(whole.texts("body").first(), Some(&"root"));
}

async fn a_conversation_goes_on_with_its_cursor(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "root").await;
    for number in 0..28 {
        dave.answers("/a", &root, &format!("reply {number}")).await;
    }
    let html = shown(&world.reader(), &[("thread", "/a")]).await;
    assert_eq!(html.texts("body"), ["root", "reply 0", "reply 1", "reply 2"]);
    assert_eq!(html.one("more").text, "Show 25 more replies");
    let mut more = html.one("more").attribute("href").map(str::to_owned);
    let mut bodies = Vec::new();
    while let Some(url) = more {
        let html = follow(&world.reader(), &url).await;
        bodies.extend(html.texts("body").into_iter().skip(1).map(str::to_owned));
        more = html.with_class("more").first().and_then(|more| more.attribute("href").map(str::to_owned));
    }
    assert_eq!(bodies, (3..28).map(|number| format!("reply {number}")).collect::<Vec<_>>());
}

async fn what_is_not_there_is_said_on_a_page(setup: Setup) {
    let world = setup.start().await;
    let (dave, reader) = (world.author("dave"), world.reader());
    let here = dave.says("/a", "here").await;
    let elsewhere = dave.says("/b", "elsewhere").await;
    world.add_site("news", SiteChange::default()).await;
    let foreign = world.author("eve").on_site("news").says("/a", "of another site").await;
    let thread = |more: &str| reader.get(&format!("/t/default?thread=%2Fa{more}")).off_contract();
    let cases = [
        (reader.get("/t/nowhere?thread=a").off_contract(), 404, "site_not_found"),
        (reader.get("/t/NOWHERE%3Cb%3E?thread=a").off_contract(), 404, "site_not_found"),
        (reader.get("/t/").off_contract(), 404, "not_found"),
        (reader.get("/t/default/more").off_contract(), 404, "not_found"),
        (reader.get("/t/default").off_contract(), 422, "missing_parameter"),
        (reader.get("/t/default?thread=").off_contract(), 422, "invalid_value"),
        (reader.get("/t/default?thread=%00").off_contract(), 422, "invalid_value"),
        (reader.get("/t/default?thread=%ff").off_contract(), 400, "invalid_percent_encoding"),
        (thread("&thread=b"), 422, "duplicate_parameter"),
        (thread("&sort=best"), 422, "invalid_value"),
        (thread("&lang=%3Cscript%3E"), 422, "invalid_value"),
        (thread("&posted=yes"), 422, "invalid_value"),
        (thread("&%3Cimg+onerror%3Dx%3E=1"), 422, "unknown_parameter"),
        (thread("&cursor=AAAA"), 400, "invalid_cursor"),
        (thread("&cursor=%22%3E%3Cb%3E"), 400, "invalid_cursor"),
        (thread("&comment=nonsense"), 404, "comment_not_found"),
        (thread(&format!("&comment={elsewhere}")), 404, "comment_not_found"),
        (thread(&format!("&comment={foreign}")), 404, "comment_not_found"),
        (thread(&format!("&reply_to={foreign}")), 404, "comment_not_found"),
        (thread(&format!("&comment={here}&cursor=AAAA")), 400, "invalid_cursor"),
        (thread("").with_method(Method::DELETE), 405, "method_not_allowed"),
        (thread("").header("x-padding", &"x".repeat(16_384)), 431, "header_fields_too_large"),
    ];
    for (call, status, code) in cases {
        let answer = call.await.with_status(status);
        assert_eq!(answer.required_header("cache-control"), "no-store", "{}", answer.asked);
        let asked = answer.asked.clone();
        let html = html(answer);
        assert_eq!(html.all("code")[0].text, code, "{asked}");
    }
    world.close_database().await;
    let busy = thread("").await.with_status(503);
    assert_eq!(busy.required_header("retry-after"), "2");
    html(busy);
}

/// It shows the first page of a thread: where a reader asked for anything else, that would be gone.
async fn the_script_takes_over_what_it_would_show_too(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut id = String::new();
    for number in 0..21 {
        id = dave.says("/a", &number.to_string()).await;
    }
    let has_script = |html: &Html| html.all("script").iter().any(|script| script.attribute("src").is_some());
    for pairs in [&[("thread", "/a")][..], &[("thread", "/a"), ("sort", "oldest")], &[("thread", "/b"), ("lang", "en")]]
    {
        assert!(has_script(&shown(&world.reader(), pairs).await), "{pairs:?}");
    }
    for (name, value) in [("comment", id.as_str()), ("reply_to", &id), ("posted", "pending")] {
        assert!(!has_script(&shown(&world.reader(), &[("thread", "/a"), (name, value)]).await), "{name}");
    }
    let first = shown(&world.reader(), &[("thread", "/a")]).await;
    let second = follow(&world.reader(), first.one("more").attribute("href").unwrap()).await;
    let refused = html(send(&world.reader(), &[("thread", "/a"), ("name", ""), ("body", "text")]).await);
    assert!(!has_script(&second) && !has_script(&refused));
}

async fn a_page_is_in_the_language_of_its_reader(setup: Setup) {
    let world = setup.start().await;
    let read = async |lang: &str, accept: &str| {
        let more = if lang.is_empty() { String::new() } else { format!("&lang={lang}") };
        let call = world.reader().get(&format!("/t/default?thread=a{more}")).off_contract();
        let answer = call.header("accept-language", accept).await.with_status(200);
        assert!(answer.required_header("vary").contains("Accept-Language"));
        html(answer).all("html")[0].attribute("lang").unwrap().to_owned()
    };
    assert_eq!(read("", "en-GB, de;q=0.1").await, "en");
    assert_eq!(read("en", "xx").await, "en");
    assert_eq!(read("xx-YY", "").await, "en");
    for language in rejoinder::http::pages::language::all() {
        assert_eq!(read(language.tag, "en").await, language.tag);
        assert_eq!(read("", language.tag).await, language.tag);
    }
    let page = shown(&world.reader(), &[("thread", "a"), ("lang", "en")]).await;
    assert_eq!(page.field("lang").as_deref(), Some("en"));
}

async fn a_page_is_the_same_for_everybody_and_kept_by_caches(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    dave.says("/a", "text").await;
    let read = || page(&world.reader(), &[("thread", "/a")]);
    let first = read().await.with_status(200);
    assert_eq!(first.required_header("cache-control"), "public, max-age=2, stale-while-revalidate=30");
    assert_eq!(first.required_header("vary"), "Accept-Encoding, Accept-Language");
    let tag = first.required_header("etag");
    for (name, value) in [("cookie", "a=b"), ("authorization", "Bearer nonsense"), ("origin", "https://news.example")] {
        assert_eq!(read().header(name, value).await.body, first.body);
    }
    assert!(read().header("if-none-match", &tag).await.with_status(304).body.is_empty());
    let small = read().header("accept-encoding", "gzip").await.with_status(200);
    assert_eq!(small.required_header("content-encoding"), "gzip");
    assert_ne!(small.required_header("etag"), tag);
    dave.says("/a", "another").await;
    assert_ne!(read().await.required_header("etag"), tag);
    let head = read().with_method(Method::HEAD).await.with_status(200);
    assert!(head.body.is_empty());
}

async fn a_page_can_not_be_made_to_do_what_it_should_not(setup: Setup) {
    let world = setup.start().await;
    let style = world.reader().get("/page.css").off_contract().await.with_status(200);
    assert_eq!(style.required_header("content-type"), "text/css; charset=utf-8");
    let answer = page(&world.reader(), &[("thread", "a")]).await;
    assert_eq!(answer.required_header("x-content-type-options"), "nosniff");
    let html = html(answer);
    for element in html.all("link").into_iter().chain(html.all("script")) {
        let target = element.attribute("href").or(element.attribute("src"));
        let known = [None, Some("/widget.js"), Some("/page.css"), Some("/widget.css")];
        assert!(known.contains(&target), "{target:?}");
    }
    let form = html.one("form");
    assert_eq!((form.attribute("method"), form.attribute("action")), (Some("post"), Some("/t/default")));
}

async fn search_engines_are_told_what_is_said(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut draft = dave.draft("/a", "</script><script>alert(1)</script> & <!--");
    draft["thread"]["title"] = json!("</title><script>alert(2)</script>");
    draft["thread"]["url"] = json!("http://localhost:3000/%3C/script%3E?a=%22%3E%3Cb%3E&c='");
    let root = crate::client::id(&dave.post_json(&draft).await.created());
    dave.answers("/a", &root, "a reply").await;
    let page = shown(&world.reader(), &[("thread", "/a")]).await;
    let told = page.linked_data();
    assert_eq!((&told["@context"], &told["@type"]), (&json!("https://schema.org"), &json!("DiscussionForumPosting")));
    assert_eq!(told["headline"], "</title><script>alert(2)</script>");
    assert_eq!(told["commentCount"], 2);
    let comment = &told["comment"][0];
    assert_eq!((&comment["@type"], &comment["author"]["name"]), (&json!("Comment"), &json!("dave")));
    assert_eq!(comment["text"], "</script><script>alert(1)</script> & <!--");
    assert_eq!(comment["comment"][0]["text"], "a reply");
    let own = format!("http://{}/t/default?thread=%2Fa&comment={root}#c-{root}", world.address());
    assert_eq!(comment["url"], own);
    let canonical = page.all("link").into_iter().find(|link| link.attribute("rel") == Some("canonical")).unwrap();
    assert_eq!(canonical.attribute("href"), told["url"].as_str());
    let unknown = shown(&world.reader(), &[("thread", "/b")]).await;
    assert!(unknown.all("link").iter().all(|link| link.attribute("rel") != Some("canonical")));
}

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
    assert_eq!(location, format!("/t/default?thread=%2Fa+b%3Fc%3Dd%26e&comment={id}#c-{id}"));
    assert_eq!(list["comments"][0]["body"], "first line\nsecond line");
    let page = follow(&reader, &location).await;
    assert_eq!(page.texts("author"), ["Ada"]);
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
        assert!(!answer.text().contains("planted"), "{headers:?}");
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
    post("one").await.with_status(303);
    post("two").await.with_status(303);
    let refused = post("three, with care").await.with_status(429);
    assert_eq!(refused.required_header("retry-after"), "30");
    let page = html(refused);
    assert_eq!(page.field("body").as_deref(), Some("three, with care"));
    assert_eq!(page.texts("notice"), ["That was a lot at once. You can try again in 30 seconds."]);
    let foreign = post("four").header("origin", "https://evil.example").await;
    foreign.with_status(429);
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

/// The payloads of the corpus, as names, texts, titles, addresses and keys.
async fn whatever_was_typed_is_text_on_a_page(setup: Setup) {
    let world = setup.start().await;
    let markdown = SiteChange {
        max_characters: Some(20_000),
        text_format: Some(rejoinder::domain::html::TextFormat::Markdown),
        ..SiteChange::default()
    };
    world.set_site(markdown).await;
    let corpus = include_str!("../corpus/xss.txt");
    let payloads = corpus.lines().filter(|line| !line.starts_with("# ")).step_by(4);
    let eve = world.author("eve");
    let (mut last, mut count) = (String::new(), 0);
    for payload in payloads {
        let mut draft = eve.draft("/a", payload);
        let name: String = payload.chars().take(40).collect();
        draft["author"]["name"] = json!(name);
        let posted = eve.post_json(&draft).await;
        if posted.status != 201 {
            draft["author"]["name"] = json!("eve");
            eve.post_json(&draft).await;
        } else if count % 2 == 0 {
            last = crate::client::id(&posted.json());
        }
        count += 1;
        if !last.is_empty() && count % 5 == 0 {
            let mut reply = draft.clone();
            reply["parent_id"] = json!(last);
            eve.post_json(&reply).await;
        }
        let short: String = payload.chars().take(200).collect();
        let target = query(&[("thread", &short), ("lang", "en")]);
        let answer = world.reader().get(&format!("/t/default?{target}")).off_contract().await;
        html(answer);
        send(&world.reader(), &[("thread", "/f"), ("name", payload), ("body", ""), ("parent", payload)])
            .await
            .with_status(422);
        let mut titled = eve.draft(&format!("/{count}"), "text");
        titled["thread"]["title"] = json!(short);
        if eve.post_json(&titled).await.status == 201 {
            let url = format!("http://localhost/{short}");
            let sent = [
                ("thread", format!("/{count}")),
                ("name", "Eve".to_owned()),
                ("body", "x".to_owned()),
                ("thread_url", url),
            ];
            let sent = sent.each_ref().map(|(name, value)| (*name, value.as_str()));
            send(&world.reader(), &sent).await;
            shown(&world.reader(), &[("thread", &format!("/{count}"))]).await;
        }
    }
    assert!(count > 80, "{count}");
    read_all(&world).await;
}

async fn read_all(world: &World) {
    let mut url = "/t/default?thread=%2Fa&sort=oldest".to_owned();
    let mut seen = 0;
    loop {
        let html = follow(&world.reader(), &url).await;
        html.linked_data();
        seen += html.with_class("body").len();
        let more = html.with_class("more").into_iter().rfind(|more| more.text == "Show more comments").cloned();
        let Some(more) = more else { break };
        more.attribute("href").unwrap().clone_into(&mut url);
    }
    assert!(seen > 80, "{seen}");
    let fragment = world.reader().read("comments.html?thread=%2Fa&limit=100").await.with_status(200);
    assert!(!fragment.text().contains("<script"));
    Html::read(&fragment.text());
}

async fn a_fragment_stands_in_any_page(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    dave.answers("/a", &root, "reply").await;
    dave.answers("/a", &root, "reply").await;
    let reader = world.reader();
    let answer = reader.read("comments.html?thread=%2Fa&sort=top&limit=5&replies=1&lang=xx").await.with_status(200);
    assert_eq!(answer.required_header("access-control-allow-origin"), "*");
    assert_eq!(answer.required_header("cross-origin-resource-policy"), "cross-origin");
    assert!(answer.text().starts_with("<rejoinder-comments src=\"http://"), "{}", answer.text());
    let html = Html::read(&answer.text());
    let service = format!("http://{}", world.address());
    let element = html.all("rejoinder-comments")[0];
    let attributes = [
        ("src", service.as_str()),
        ("site", "default"),
        ("thread", "/a"),
        ("sort", "top"),
        ("page-size", "5"),
        ("replies", "1"),
        ("lang", "xx"),
    ];
    for (name, value) in attributes {
        assert_eq!(element.attribute(name), Some(value), "{name}");
    }
    assert_eq!(html.all("link")[0].attribute("href"), Some(format!("{service}/widget.css").as_str()));
    assert_eq!(html.texts("body"), ["text", "reply"]);
    assert_eq!(html.all("script").len(), 0);
    let targets =
        html.all("a").into_iter().map(|link| link.attribute("href")).chain([html.one("form").attribute("action")]);
    for target in targets {
        assert!(target.unwrap().starts_with(&format!("{service}/t/default")), "{target:?}");
    }
    reader.on_site("nowhere").read("comments.html?thread=a").await.refused(404, "site_not_found");
    let link = html.all("a").pop().unwrap();
    assert_eq!(link.text, "3 comments");
    let own = format!("{service}/t/default?thread=%2Fa&sort=top&lang=xx");
    assert_eq!(link.attribute("href"), Some(own.as_str()));
}

async fn a_fragment_is_addressed_as_the_service_was_asked(setup: Setup) {
    let world = setup.start_with(&[("HTTP__TRUSTED_PROXIES", "127.0.0.1")]).await;
    let read = async |headers: &[(&str, &str)]| {
        let call = world.reader().read("comments.html?thread=a");
        let answer = headers.iter().fold(call, |call, (name, value)| call.header(name, value)).await.with_status(200);
        let html = Html::read(&answer.text());
        html.all("link")[0].attribute("href").unwrap().to_owned()
    };
    let own = format!("http://{}/widget.css", world.address());
    let cases = [
        (vec![], own.as_str()),
        (vec![("host", "comments.example")], "http://comments.example/widget.css"),
        (vec![("host", "comments.example"), ("x-forwarded-proto", "https")], "https://comments.example/widget.css"),
        (vec![("host", "comments.example"), ("x-forwarded-proto", "javascript")], "http://comments.example/widget.css"),
        (vec![("host", "user@comments.example")], "/widget.css"),
    ];
    for (headers, href) in cases {
        assert_eq!(read(&headers).await, href, "{headers:?}");
    }
    for host in [
        "a\" onload=\"x",
        "a\"onload=x",
        "'><script>",
        "a b",
        "[::1",
        "evil.example/path",
        "evil.example?",
        "é.example",
    ] {
        let call = world.reader().read("comments.html?thread=a").header("host", host).await;
        if call.status == 200 {
            let html = Html::read(&call.text());
            assert_eq!(html.all("link")[0].attributes.len(), 2, "{host}");
            assert!(!call.text().contains("evil.example/path"), "{host}");
        }
    }
    let untrusting = setup.start().await;
    let call = untrusting.reader().read("comments.html?thread=a").header("x-forwarded-proto", "https").await;
    assert!(call.text().contains("href=\"http://"), "{}", call.text());
}

async fn the_demo_makes_its_comments_once(setup: Setup) {
    let world = setup.start().await;
    let reader = world.reader();
    assert_eq!(world.count("sites").await, 1);
    for _ in 0..2 {
        let answer = reader.get("/demo").off_contract().await.with_status(200);
        assert_eq!(answer.required_header("content-security-policy"), POLICY);
        assert_eq!(answer.required_header("content-type"), "text/html; charset=utf-8");
    }
    let demo = reader.on_site("demo");
    let page = demo.thread("/demo", "&sort=oldest").await.ok();
    let comments = page["comments"].as_array().unwrap();
    let names: Vec<_> = comments.iter().map(|comment| comment["author"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ana Torres", "Julian Meyer"]);
    assert_eq!((&page["thread"]["comment_count"], &page["policy"]["max_characters"]), (&json!(2), &json!(300)));
    assert_eq!(page["thread"]["url"], format!("http://{}/demo", world.address()));
    let ranked = demo.read("rankings/most-commented?window=24h&limit=5").await.ok();
    let ranked = ranked["threads"].as_array().unwrap();
    assert_eq!(ranked.len(), 5, "{ranked:#?}");
    assert!(ranked.iter().all(|thread| thread.to_string().contains("/demo")), "{ranked:#?}");
    let total = world.count("comments").await;
    let beside = setup.start_beside(&world).await;
    beside.reader().get("/demo").off_contract().await.with_status(200);
    assert_eq!((world.count("comments").await, world.count("sites").await), (total, 2));
    reader.get("/demo/demo.css").off_contract().await.with_status(200);
    for path in ["/demo/nothing.css", "/demo/..%2fpage.css", "/demo/"] {
        html(reader.get(path).off_contract().await.with_status(404));
    }
    let visited = world.author("guest").on_site("demo");
    visited.post("/demo", "a visitor").header("origin", &format!("http://{}", world.address())).await.created();
}

async fn the_demo_can_be_turned_off(setup: Setup) {
    let world = setup.start_with(&[("HTTP__DEMO", "false")]).await;
    for path in ["/demo", "/demo/demo.css"] {
        html(world.reader().get(path).off_contract().await.with_status(404));
    }
    assert_eq!(world.count("sites").await, 1);
}
