//! Texts: what is counted, what is kept, what is refused, and that every number is told.

use rejoinder::domain::html::TextFormat;
use rejoinder::domain::site::SiteChange;
use rejoinder::service::threads::ThreadChange;
use serde_json::{Value, json};

use crate::promise::promises;
use crate::world::Setup;

promises![
    a_character_is_what_a_reader_sees,
    a_text_is_normalised_before_it_is_counted_and_kept,
    each_site_has_its_own_limits,
    each_thread_has_its_own_limit,
    many_bytes_in_few_characters_are_refused,
    marks_piled_up_on_one_character_are_refused,
    a_text_that_shows_nothing_is_refused,
    what_could_deceive_or_break_is_removed,
    a_name_is_one_clean_line,
    only_an_email_address_is_taken_for_one,
    only_the_address_of_a_web_page_is_taken_for_one,
    a_title_is_one_line_of_at_most_300_characters,
    a_thread_key_is_exact_but_for_its_unicode_form,
    what_breaks_a_rule_is_listed_all_at_once,
    a_plain_text_is_shown_as_it_was_typed,
    a_site_can_have_markdown,
    quotes_in_quotes_have_an_end,
];

const FAMILY: &str = "👩‍👩‍👧‍👦";

async fn a_character_is_what_a_reader_sees(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let characters = ["a", "e\u{301}", FAMILY, "🇩🇪", "👍🏽", "1\u{fe0f}\u{20e3}", "क्षि", "\u{1112}\u{1161}\u{11ab}", "ก็"];
    for character in characters {
        dave.post("/a", &character.repeat(300)).await.created();
        let problem = dave.post("/a", &character.repeat(301)).await.refused(422, "body_too_long");
        assert_eq!((&problem["max"], &problem["actual"]), (&json!(300), &json!(301)), "{character}");
        assert_eq!(problem["errors"][0]["pointer"], "/body");
        assert_eq!((&problem["errors"][0]["max"], &problem["errors"][0]["actual"]), (&json!(300), &json!(301)));
    }
}

async fn a_text_is_normalised_before_it_is_counted_and_kept(setup: Setup) {
    let world = setup.start().await;
    let cases = [
        ("e\u{301}", "\u{e9}"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        (" \n\t outer space \u{a0}\n", "outer space"),
        ("a\n\n\nb\tc", "a\n\n\nb\tc"),
        ("שלום\u{200f}!", "שלום\u{200f}!"),
    ];
    for (sent, kept) in cases {
        let answer = world.author("dave").post("/a", sent).await.created();
        assert_eq!(answer["comment"]["body"], kept);
        let id = answer["comment"]["id"].as_str().unwrap();
        assert_eq!(world.reader().comment(id).await.ok()["comment"]["body"], kept);
    }
    let outer_space = format!("{}{}{}", " ".repeat(200), "x".repeat(300), "\n".repeat(200));
    world.author("dave").post("/a", &outer_space).await.created();
}

async fn each_site_has_its_own_limits(setup: Setup) {
    let world = setup.start().await;
    world
        .add_site("short", SiteChange { max_characters: Some(10), min_characters: Some(3), ..SiteChange::default() })
        .await;
    let dave = world.author("dave").on_site("short");
    dave.post("/a", "0123456789").await.created();
    let problem = dave.post("/a", "0123456789!").await.refused(422, "body_too_long");
    assert_eq!((&problem["max"], &problem["actual"]), (&json!(10), &json!(11)));
    let problem = dave.post("/a", " ab ").await.refused(422, "body_too_short");
    assert_eq!((&problem["min"], &problem["actual"]), (&json!(3), &json!(2)));
    let policy = world.reader().on_site("short").thread("/a", "").await.ok()["policy"].clone();
    assert_eq!((&policy["max_characters"], &policy["min_characters"]), (&json!(10), &json!(3)));
    world.author("dave").post("/a", &"x".repeat(300)).await.created();
}

async fn each_thread_has_its_own_limit(setup: Setup) {
    let world = setup.start().await;
    let limit = |max_characters| ThreadChange { max_characters: Some(max_characters), ..ThreadChange::default() };
    world.set_thread("/short", limit(Some(5))).await;
    let dave = world.author("dave");
    dave.post("/short", "12345").await.created();
    let problem = dave.post("/short", "123456").await.refused(422, "body_too_long");
    assert_eq!((&problem["max"], &problem["actual"]), (&json!(5), &json!(6)));
    assert_eq!(world.reader().thread("/short", "").await.ok()["policy"]["max_characters"], 5);
    dave.post("/other", "123456").await.created();

    world.set_thread("/short", limit(Some(20_000))).await;
    dave.post("/short", &"x".repeat(20_000)).await.created();
    world.set_thread("/short", limit(None)).await;
    dave.post("/short", &"x".repeat(301)).await.refused(422, "body_too_long");
}

async fn many_bytes_in_few_characters_are_refused(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let crowd = |people: usize| vec!["👩"; people].join("\u{200d}");
    let fits = crowd(1_371);
    assert_eq!(fits.len(), 9_594);
    dave.post("/a", &fits).await.created();
    for people in [1_372, 9_000, 9_400] {
        let text = crowd(people);
        let problem = dave.post("/a", &text).await.refused(422, "body_too_many_bytes");
        assert_eq!((&problem["max"], &problem["actual"]), (&json!(9_600), &json!(text.len())));
    }
}

async fn marks_piled_up_on_one_character_are_refused(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let piled_up = |marks: usize| format!("q{}", "\u{316}".repeat(marks));
    dave.post("/a", &piled_up(10)).await.created();
    let problem = dave.post("/a", &piled_up(11)).await.refused(422, "too_many_combining_marks");
    assert_eq!(problem["max"], 10);
    world.author(&piled_up(10)).post("/a", "text").await.created();
    let problem = world.author(&piled_up(11)).post("/a", "text").await.refused(422, "too_many_combining_marks");
    assert_eq!(problem["errors"][0]["pointer"], "/author/name");
}

async fn a_text_that_shows_nothing_is_refused(setup: Setup) {
    let world = setup.start().await;
    for blank in
        ["", " \r\n\t", "\u{a0}\u{2003}", "\u{200b}\u{2060}", "\u{3164}\u{ffa0}", "\u{2800}", "\u{ad}", "\u{202e}\0"]
    {
        let problem = world.author("dave").post("/a", blank).await.refused(422, "body_too_short");
        assert_eq!((&problem["min"], &problem["actual"]), (&json!(1), &json!(0)), "{blank:?}");
        let problem = world.author(blank).post("/a", "text").await.refused(422, "name_blank");
        assert_eq!(problem["errors"][0]["pointer"], "/author/name", "{blank:?}");
    }
    assert_eq!(world.reader().counts(&["/a"]).await.ok()["counts"][0]["comment_count"], 0);
}

async fn what_could_deceive_or_break_is_removed(setup: Setup) {
    let world = setup.start().await;
    let hostile =
        "\0\u{1}\u{7}\u{1b}\u{7f}\u{85}\u{9f}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{fff9}\u{fdd0}\u{10ffff}";
    let text = format!("a{hostile}b");
    let mut draft = world.author(&text).draft("/a", &text);
    draft["thread"]["title"] = json!(text);
    let answer = world.reader().post_json(&draft).await.created();
    assert_eq!(answer["comment"]["body"], "ab");
    assert_eq!(answer["comment"]["author"]["name"], "ab");
    assert_eq!(answer["thread"]["title"], "ab");
    let page = world.reader().thread("/a", "").await;
    assert!(!page.text().chars().any(|c| c != '\n' && hostile.contains(c)), "{}", page.text());
    assert!(!page.text().contains("\\u"), "{}", page.text());
}

async fn a_name_is_one_clean_line(setup: Setup) {
    let world = setup.start().await;
    let longest = FAMILY.repeat(20);
    let cases = [
        ("dave", "dave"),
        ("  billy \r\n\t bob ", "billy bob"),
        ("Ada\u{2028}Lovelace", "Ada Lovelace"),
        ("Ren\u{65}\u{301}e", "Ren\u{e9}e"),
        ("<b>", "<b>"),
        (longest.as_str(), longest.as_str()),
    ];
    for (sent, kept) in cases {
        assert_eq!(world.author(sent).post("/a", "text").await.created()["comment"]["author"]["name"], kept);
    }
    world.author(&"x".repeat(64)).post("/a", "text").await.created();
    for (name, actual) in [("x".repeat(65), 65), (FAMILY.repeat(21), 21)] {
        let problem = world.author(&name).post("/a", "text").await.refused(422, "name_too_long");
        assert_eq!((&problem["max"], &problem["actual"]), (&json!(64), &json!(actual)));
    }
}

async fn only_an_email_address_is_taken_for_one(setup: Setup) {
    let world = setup.start().await;
    let with_email = |email: &str| {
        let mut draft = world.author("dave").draft("/a", "text");
        draft["author"]["email"] = json!(email);
        world.reader().post_json(&draft)
    };
    for good in ["dave@example.org", "d.a-v+e@mail.example.co.uk"] {
        with_email(good).await.created();
    }
    let too_long = format!("{}@example.org", "x".repeat(250));
    for bad in
        ["", "dave", "@example.org", "dave@", "a b@example.org", "dave@example.org\r\nBcc: x@example.org", &too_long]
    {
        let problem = with_email(bad).await.refused(422, "invalid_email");
        assert_eq!(problem["errors"][0]["pointer"], "/author/email", "{bad:?}");
    }
}

async fn only_the_address_of_a_web_page_is_taken_for_one(setup: Setup) {
    let world = setup.start().await;
    let with_url = |url: &str| {
        let mut draft = world.author("dave").draft("/a", "text");
        draft["thread"]["url"] = json!(url);
        world.reader().post_json(&draft)
    };
    with_url("https://news.example/a?b=c#d").await.created();
    let too_long = format!("https://news.example/{}", "x".repeat(2_048));
    for bad in
        ["", "/a", "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "https://u:p@a.example/", &too_long]
    {
        let problem = with_url(bad).await.refused(422, "invalid_url");
        assert_eq!(problem["errors"][0]["pointer"], "/thread/url", "{bad}");
    }
}

async fn a_title_is_one_line_of_at_most_300_characters(setup: Setup) {
    let world = setup.start().await;
    let with_title = |key: &str, title: &str| {
        let mut draft = world.author("dave").draft(key, "text");
        draft["thread"]["title"] = json!(title);
        world.reader().post_json(&draft)
    };
    let longest = "é".repeat(300);
    let cases =
        [("/a", " A \n title ", json!("A title")), ("/b", " \u{200b}", Value::Null), ("/c", &longest, json!(longest))];
    for (key, sent, kept) in cases {
        assert_eq!(with_title(key, sent).await.created()["thread"]["title"], kept);
    }
    let problem = with_title("/d", &"é".repeat(301)).await.refused(422, "title_too_long");
    assert_eq!((&problem["max"], &problem["actual"]), (&json!(300), &json!(301)));
    assert_eq!(problem["errors"][0]["pointer"], "/thread/title");
}

async fn a_thread_key_is_exact_but_for_its_unicode_form(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let longest = "é".repeat(512);
    for key in ["/world/a", "A", "a", " a ", "a+b c&d=e%2F#?", "日本", "\"quoted\"", longest.as_str()] {
        dave.says(key, "text").await;
        let thread = world.reader().thread(key, "").await.ok()["thread"].clone();
        assert_eq!((&thread["key"], &thread["comment_count"]), (&json!(key), &json!(1)));
    }
    dave.says("caf\u{e9}", "text").await;
    dave.says("cafe\u{301}", "text").await;
    assert_eq!(world.reader().thread("caf\u{e9}", "").await.ok()["thread"]["comment_count"], 2);
    for bad in ["", " ", "a\nb", "a\0", "a\u{202e}b", "\u{200b}", &"x".repeat(513)] {
        let problem = dave.post(bad, "text").await.refused(422, "invalid_thread_key");
        assert_eq!(problem["errors"][0]["pointer"], "/thread/key", "{bad:?}");
        world.reader().thread(bad, "").await.refused(422, "invalid_value");
        world.reader().counts(&["/a", bad]).await.refused(422, "invalid_value");
        let counts = world.reader().on_own_site(reqwest::Method::POST, "counts").json(&json!({"threads": ["/a", bad]}));
        counts.await.refused(422, "invalid_thread_key");
    }
}

async fn what_breaks_a_rule_is_listed_all_at_once(setup: Setup) {
    let world = setup.start().await;
    let wrong = json!({
        "thread": {"key": " ", "url": "nowhere", "title": "x".repeat(301)},
        "parent_id": "nobody",
        "author": {"name": "x".repeat(65), "email": "nobody"},
        "body": "text",
    });
    let problem = world.reader().post_json(&wrong).await.refused(422, "invalid_thread_key");
    let errors = problem["errors"].as_array().unwrap().iter();
    let errors: Vec<_> = errors.map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
    let expected = [
        ("/thread/key", "invalid_thread_key"),
        ("/thread/url", "invalid_url"),
        ("/thread/title", "title_too_long"),
        ("/parent_id", "parent_not_found"),
        ("/author/name", "name_too_long"),
        ("/author/email", "invalid_email"),
    ];
    assert_eq!(errors, expected);
}

async fn a_plain_text_is_shown_as_it_was_typed(setup: Setup) {
    let world = setup.start().await;
    let text = "<script>alert(1)</script> **bold** & more";
    let comment = world.author("dave").post("/a", text).await.created()["comment"].clone();
    assert_eq!(comment["body"], text);
    assert_eq!(comment["body_html"], "<p>&lt;script&gt;alert(1)&lt;/script&gt; **bold** &amp; more</p>");
    let html =
        world.author("dave").post("/a", "see https://example.org/x").await.created()["comment"]["body_html"].clone();
    let html = html.as_str().unwrap();
    assert!(
        html.contains(r#"href="https://example.org/x""#) && html.contains(r#"rel="nofollow ugc noopener""#),
        "{html}"
    );
}

async fn a_site_can_have_markdown(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { text_format: Some(TextFormat::Markdown), ..SiteChange::default() }).await;
    let dave = world.author("dave");
    let comment = dave.post("/a", "**bold** <script>alert(1)</script>").await.created()["comment"].clone();
    assert_eq!(comment["body"], "**bold** <script>alert(1)</script>");
    let html = comment["body_html"].as_str().unwrap();
    assert!(html.contains("<strong>bold</strong>") && !html.contains("<script"), "{html}");
    let html = dave.post("/a", "[x](javascript:alert(1)) ![y](https://a.example/y.png)").await.created();
    let html = html["comment"]["body_html"].as_str().unwrap().to_owned();
    assert!(!html.contains("javascript:alert") || !html.contains("href"), "{html}");
    assert!(!html.contains("<img"), "{html}");
    assert_eq!(world.reader().thread("/a", "").await.ok()["policy"]["text_format"], "markdown");
}

async fn quotes_in_quotes_have_an_end(setup: Setup) {
    let world = setup.start().await;
    world.set_site(SiteChange { text_format: Some(TextFormat::Markdown), ..SiteChange::default() }).await;
    let dave = world.author("dave");
    dave.post("/a", &format!("{}deep", "> ".repeat(8))).await.created();
    let problem = dave.post("/a", &format!("{}deeper", "> ".repeat(9))).await.refused(422, "body_too_nested");
    assert_eq!(problem["max"], 8);
}
