//! The pages of a thread for who has no JavaScript: read, and attacked.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::json;

use crate::admin_threads::{change, id_of};
use crate::answer::Answer;
use crate::client::{Client, Request, query};
use crate::html::Html;
use crate::promise::promises;
use crate::world::{Setup, World};

promises![
    a_thread_can_be_read_without_scripts,
    pages_of_a_thread_follow_one_another,
    a_comment_has_a_page_with_its_conversation,
    a_conversation_goes_on_with_its_cursor,
    what_is_not_there_is_said_on_a_page,
    the_script_takes_over_what_it_would_show_too,
    a_page_is_in_the_language_of_its_reader,
    a_page_has_one_heading_of_the_first_level,
    a_time_is_written_in_the_language_of_the_page,
    a_page_is_the_same_for_everybody_and_kept_by_caches,
    a_page_can_not_be_made_to_do_what_it_should_not,
    search_engines_are_told_what_is_said,
    whatever_was_typed_is_text_on_a_page,
];

pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

pub(crate) fn page(client: &Client, pairs: &[(&str, &str)]) -> Request {
    client.get(&format!("/t/default?{}", query(pairs))).off_contract()
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "whoever reads a page is done with the answer")]
pub(crate) fn html(answer: Answer) -> Html {
    assert_eq!(answer.required_header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.required_header("content-security-policy"), POLICY);
    assert_eq!(answer.required_header("referrer-policy"), "same-origin");
    assert!(!answer.has_header("set-cookie"));
    Html::read(&answer.text())
}

/// The page at an address, which must be there.
pub(crate) async fn shown(client: &Client, pairs: &[(&str, &str)]) -> Html {
    html(page(client, pairs).await.with_status(200))
}

/// Follows a link of a page.
pub(crate) async fn follow(client: &Client, url: &str) -> Html {
    html(client.get(url.split('#').next().unwrap()).off_contract().await.with_status(200))
}

/// Sends a form from a page of the service.
pub(crate) fn send(client: &Client, pairs: &[(&str, &str)]) -> Request {
    let form = client.request(Method::POST, "/t/default").off_contract();
    form.header("sec-fetch-site", "same-origin").body("application/x-www-form-urlencoded", query(pairs))
}

/// Sends the form of a page, with these fields changed.
pub(crate) fn fill(client: &Client, html: &Html, changes: &[(&str, &str)]) -> Request {
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
    assert_eq!(html.texts("score"), ["▲ 11 vote for it"]);
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
    assert_eq!((html.with_class("linked").len(), html.texts("badge")), (1, vec!["Linked comment"]));
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

async fn a_page_has_one_heading_of_the_first_level(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut draft = dave.draft("/titled", "text");
    draft["thread"]["title"] = json!("The ferry");
    dave.post_json(&draft).await.created();
    let headings = async |thread: &str, level: &str| {
        let page = shown(&world.reader(), &[("thread", thread)]).await;
        page.all(level).iter().map(|heading| heading.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(headings("/titled", "h1").await, ["Comments on “\u{2068}The ferry\u{2069}”"]);
    assert_eq!(headings("/titled", "h2").await, ["Comments 1"]);
    assert_eq!(headings("/untitled", "h1").await, ["Comments 0"]);
    assert_eq!(headings("/untitled", "h2").await.len(), 0);
    let fragment = world.reader().read("comments.html?thread=%2Funtitled").await.with_status(200);
    assert_eq!(Html::read(&fragment.text()).all("h2").len(), 1);
}

async fn a_time_is_written_in_the_language_of_the_page(setup: Setup) {
    let world = setup.start().await;
    world.author("dave").says("/a", "text").await;
    let cases = [
        ("en", "Jan 1, 2026, 12:00\u{202f}AM UTC"),
        ("de", "01.01.2026, 00:00 UTC"),
        ("fr", "1 janv. 2026, 00:00 UTC"),
        ("ja", "2026/01/01 0:00 UTC"),
    ];
    for (lang, text) in cases {
        let page = shown(&world.reader(), &[("thread", "/a"), ("lang", lang)]).await;
        let time = page.all("time")[0];
        assert_eq!(time.text, text);
        assert_eq!(time.attribute("datetime"), Some("2026-01-01T00:00:00.000Z"));
    }
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
    assert_eq!((&told["@context"], &told["@type"]), (&json!("https://schema.org"), &json!("WebPage")));
    assert_eq!(told["headline"], "</title><script>alert(2)</script>");
    assert_eq!(told["commentCount"], 2);
    let comment = &told["comment"][0];
    assert_eq!((&comment["@type"], &comment["author"]["name"]), (&json!("Comment"), &json!("dave")));
    assert_eq!(comment["text"], "</script><script>alert(1)</script> & <!--");
    assert_eq!(comment["comment"][0]["text"], "a reply");
    let own = format!("http://{}/t/default?thread=%2Fa&comment={root}#c-{root}", world.address());
    assert_eq!(comment["url"], own);
    let old = dave.says("/a", "old and pinned").await;
    for number in 0..21 {
        world.pass_seconds(1);
        dave.says("/a", &number.to_string()).await;
    }
    let mia = world.staff("Mia", Role::Moderator, &[]).await;
    change(&mia, &id_of(&mia, "/a").await, &json!({"pinned_comment_id": old})).await.ok();
    let pinned = shown(&world.reader(), &[("thread", "/a")]).await.linked_data();
    let texts: Vec<_> = pinned["comment"].as_array().unwrap().iter().map(|comment| &comment["text"]).collect();
    assert_eq!((texts.len(), texts[0], texts[1]), (21, &json!("old and pinned"), &json!("20")));
    let all = shown(&world.reader(), &[("thread", "/a"), ("sort", "oldest")]).await.linked_data();
    assert_eq!(all.to_string().matches("old and pinned").count(), 1);
    let canonical = page.all("link").into_iter().find(|link| link.attribute("rel") == Some("canonical")).unwrap();
    assert_eq!(canonical.attribute("href"), told["url"].as_str());
    let unknown = shown(&world.reader(), &[("thread", "/b")]).await;
    assert!(unknown.all("link").iter().all(|link| link.attribute("rel") != Some("canonical")));
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
