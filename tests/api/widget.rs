//! The widget as it is served: to pages of any origin, compressed where it can be, and under an address that never changes
//! what it stands for.

use std::io::Read;

use data_encoding::BASE64;
use flate2::read::GzDecoder;
use reqwest::Method;
use sha2::{Digest, Sha384};

use crate::answer::Answer;
use crate::promise::promises;
use crate::world::Setup;

promises![
    any_page_may_load_the_widget,
    the_widget_is_sent_compressed_to_who_takes_that,
    parts_of_two_versions_never_meet,
    a_version_never_changes_what_it_stands_for,
    what_the_widget_has_not_is_not_there,
    the_texts_of_the_widget_are_those_of_the_pages,
];

const FILES: [(&str, &str); 11] = [
    ("/widget.js", "text/javascript; charset=utf-8"),
    ("/further.js", "text/javascript; charset=utf-8"),
    ("/ranked.js", "text/javascript; charset=utf-8"),
    ("/writing.js", "text/javascript; charset=utf-8"),
    ("/preview.js", "text/javascript; charset=utf-8"),
    ("/count.js", "text/javascript; charset=utf-8"),
    ("/widget.css", "text/css; charset=utf-8"),
    ("/widget.d.ts", "text/plain; charset=utf-8"),
    ("/custom-elements.json", "application/json"),
    ("/widget.json", "application/json"),
    ("/widget/locales/de.json", "application/json"),
];

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut body = answer.body.as_slice();
    match answer.required_header("content-encoding").as_str() {
        "br" => brotli::BrotliDecompress(&mut body, &mut plain).unwrap(),
        "gzip" => drop(GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        other => panic!("{other}"),
    }
    plain
}

async fn any_page_may_load_the_widget(setup: Setup) {
    let world = setup.start().await;
    for (path, content_type) in FILES {
        for origin in ["https://news.example", "null"] {
            let file = world.reader().get(path).header("origin", origin).await.with_status(200);
            assert_eq!(file.required_header("content-type"), content_type);
            assert_eq!(file.required_header("access-control-allow-origin"), "*");
            assert_eq!(file.required_header("cross-origin-resource-policy"), "cross-origin");
            assert_eq!(file.required_header("x-content-type-options"), "nosniff");
            assert_eq!(file.required_header("cache-control"), "public, max-age=300, stale-while-revalidate=3600");
            assert!(!file.has_header("set-cookie"));
        }
        let preflight = world.reader().request(Method::OPTIONS, path).off_contract();
        let preflight =
            preflight.header("origin", "https://news.example").header("access-control-request-method", "GET");
        assert_eq!(preflight.await.with_status(204).required_header("access-control-allow-origin"), "*");
    }
}

async fn the_widget_is_sent_compressed_to_who_takes_that(setup: Setup) {
    let world = setup.start().await;
    for (path, _) in FILES.into_iter().filter(|(path, _)| *path != "/widget.json") {
        let plain = world.reader().get(path).await.with_status(200);
        assert!(!plain.has_header("content-encoding"));
        assert_eq!(plain.required_header("vary"), "Accept-Encoding");
        let tag = plain.required_header("etag");
        let again = |encoding: &str, tag: &str| {
            world.reader().get(path).header("accept-encoding", encoding).header("if-none-match", tag)
        };
        for (accepted, coding) in [("gzip, deflate, br, zstd", "br"), ("br;q=0.5, gzip", "gzip")] {
            let small = world.reader().get(path).header("accept-encoding", accepted).await.with_status(200);
            assert_eq!(small.required_header("content-encoding"), coding);
            assert_eq!(small.required_header("vary"), "Accept-Encoding");
            assert_eq!(unpacked(&small), plain.body, "{path}");
            let small_tag = small.required_header("etag");
            assert_ne!(tag, small_tag, "{path}");
            let known = again(accepted, &small_tag).await.with_status(304);
            assert_eq!(known.required_header("vary"), "Accept-Encoding");
            assert!(!known.has_header("content-encoding") && known.body.is_empty());
            again("identity", &small_tag).await.with_status(200);
        }
        again("identity", &tag).await.with_status(304);
        let refused = world.reader().get(path).header("accept-encoding", "gzip;q=0").await.with_status(200);
        assert_eq!(refused.body, plain.body);
    }
}

async fn parts_of_two_versions_never_meet(setup: Setup) {
    let world = setup.start().await;
    let versions = world.reader().get("/widget.json").await.ok();
    let version = versions["version"].as_str().unwrap();
    for name in ["further", "writing", "preview", "ranked"] {
        let url = versions["scripts"][name]["url"].as_str().unwrap();
        let short = url.replace(&format!("/widget/{version}"), "");
        let path = format!("/{name}.js");
        let part = world.reader().get(&path).await.with_status(200).body;
        // By its content, also out of the folder of an older version.
        for address in [url.to_owned(), short, url.replace(version, "000000000000")] {
            let answer = world.reader().get(&address).await.with_status(200);
            assert_eq!(answer.required_header("cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(answer.body, part);
        }
        for address in [format!("{path}?v=000000000000"), format!("/widget/{version}{path}?v=000000000000")] {
            world.reader().get(&address).await.refused(404, "not_found");
        }
        let gone =
            world.reader().get(&format!("/widget/000000000000{path}")).header("origin", "https://news.example").await;
        assert_eq!(gone.required_header("access-control-allow-origin"), "*");
        gone.refused(404, "not_found");
    }
}

async fn a_version_never_changes_what_it_stands_for(setup: Setup) {
    let world = setup.start().await;
    let versions = world.reader().get("/widget.json").await.ok();
    let version = versions["version"].as_str().unwrap();
    for name in ["widget", "further", "writing", "preview", "ranked", "count"] {
        let short = &format!("/{name}.js");
        let script = &versions["scripts"][name];
        let url = script["url"].as_str().unwrap();
        assert_eq!(url.split('?').next().unwrap(), format!("/widget/{version}{short}"));
        let file = world.reader().get(url).await.with_status(200);
        assert_eq!(file.required_header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(file.required_header("access-control-allow-origin"), "*");
        assert_eq!(file.body, world.reader().get(short).await.body);
        let digest = BASE64.encode(&Sha384::digest(&file.body));
        assert_eq!(script["integrity"], format!("sha384-{digest}"));
        world.reader().get(url).header("if-none-match", &file.required_header("etag")).await.with_status(304);
    }
}

async fn what_the_widget_has_not_is_not_there(setup: Setup) {
    let world = setup.start().await;
    let versions = world.reader().get("/widget.json").await.ok();
    let version = versions["version"].as_str().unwrap();
    let paths = [
        "/widget/000000000000/widget.js".to_owned(),
        format!("/widget/{}/widget.js", version.to_uppercase() + "0"),
        format!("/widget/{version}/widget.css"),
        format!("/widget/{version}/locales"),
        "/widget/locales/xx.json".to_owned(),
        "/widget/locales/..%2f..%2fwidget.js".to_owned(),
        "/widget/locales/de".to_owned(),
    ];
    for path in paths {
        world.reader().get(&path).await.refused(404, "not_found");
    }
    for path in
        ["/widget", "/widget/", "/widget/locales", "/widget/locales/a/b.json", "/widget.html", "/locales/de.json"]
    {
        world.reader().get(path).off_contract().await.refused(404, "not_found");
    }
}

async fn the_texts_of_the_widget_are_those_of_the_pages(setup: Setup) {
    let world = setup.start().await;
    let texts = world.reader().get("/widget/locales/de.json").await.ok();
    assert!(texts.is_object(), "{texts}");
}
