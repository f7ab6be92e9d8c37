//! The widget as the binary carries it: its scripts, its style sheet and its texts, for pages of any origin.
//!
//! Each file has a short address, which is asked for anew after some minutes, and the scripts have a second one that names
//! their version and never changes what it stands for. A script that asks for a part of itself names the content that it
//! was built with, so that parts of two versions never meet.

use std::sync::LazyLock;

use actix_web::http::header::{EntityTag, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384};
use url::form_urlencoded;

use super::answer::{coded_tag, entity_tag, public_bytes, to_json};
use super::assets::CACHING;
use super::encoding::Coding;
use super::error::ApiError;
use super::protocol::Protocol;
use super::{cors, encoding};

/// What is served of an address that names a version: a year is the longest that caches are asked for.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// How many characters of its hash name a version.
const VERSION_CHARACTERS: usize = 12;

struct File {
    path: &'static str,
    body: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
    content_type: &'static str,
}

impl File {
    fn coded(&self, coding: Coding) -> &'static [u8] {
        match coding {
            Coding::Identity => self.body,
            Coding::Gzip => self.gzip,
            Coding::Brotli => self.brotli,
        }
    }
}

/// Everything that the widget is made of.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/widget.rs"));
/// What says to editors and compilers what the elements are: it changes nothing in a page, so the version doesn't know it.
const TYPES: &[File] = include!(concat!(env!("OUT_DIR"), "/types.rs"));
/// The scripts that have an address with the version in it.
const SCRIPTS: [&str; 6] = ["widget.js", "further.js", "writing.js", "preview.js", "ranked.js", "count.js"];
/// Those of them that another one asks for, by the hash of their content.
const PARTS: [&str; 4] = ["/further.js", "/writing.js", "/preview.js", "/ranked.js"];

/// The validator of each file as it is.
static TAGS: LazyLock<Vec<EntityTag>> =
    LazyLock::new(|| FILES.iter().chain(TYPES).map(|file| entity_tag(file.body)).collect());

/// What all files together are known by.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for file in FILES {
        // With its length before it, nothing can pass from one part to the next unseen.
        for part in [file.path.as_bytes(), file.body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    shortened(&hash.finalize())
});

fn shortened(hash: &[u8]) -> String {
    let mut version = HEXLOWER.encode(hash);
    version.truncate(VERSION_CHARACTERS);
    version
}

/// What the address of a script names: 12 hexadecimal digits that change with any file.
#[must_use]
pub fn version() -> &'static str {
    &VERSION
}

/// `GET /widget.js`, and every other file by its short address.
///
/// # Errors
/// None but a defect: what isn't there is an answer too, which pages may read.
pub async fn read_widget(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let caching = match content_wanted(&request) {
        Some(wanted) if !is_content_of(&wanted, request.path()) => return Ok(nothing()),
        Some(_) => FOREVER,
        None => CACHING,
    };
    Ok(serve(&request, request.path(), caching))
}

/// `GET /widget/{version}/{file}`
///
/// # Errors
/// None but a defect: another version than this program's, and what is no script, is an answer too, which pages may read.
pub async fn read_widget_version(request: HttpRequest, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (version, file) = path.into_inner();
    let path = format!("/{file}");
    // What was built into an older version may be the same still.
    let is_known = match content_wanted(&request) {
        Some(wanted) => is_content_of(&wanted, &path),
        None => version == self::version(),
    };
    if !is_known || !SCRIPTS.contains(&file.as_str()) {
        return Ok(nothing());
    }
    Ok(serve(&request, &path, FOREVER))
}

/// The content that is asked for with a part of a script: `v` of the query.
fn content_wanted(request: &HttpRequest) -> Option<String> {
    let mut query = form_urlencoded::parse(request.query_string().as_bytes());
    query.find(|(name, _)| name == "v").map(|(_, wanted)| wanted.into_owned())
}

/// Whether a file is a part, and this its content.
fn is_content_of(wanted: &str, path: &str) -> bool {
    let file = FILES.iter().find(|file| file.path == path && PARTS.contains(&path));
    file.is_some_and(|file| shortened(&Sha256::digest(file.body)) == wanted)
}

/// That there is nothing here, for pages of any origin: a widget from before an update has to be able to tell.
fn nothing() -> HttpResponse {
    let mut response = ApiError::from(Protocol::NotFound).error_response();
    open_to_pages(&mut response);
    response
}

#[derive(Debug, Serialize)]
struct VersionAnswer {
    version: &'static str,
    scripts: Scripts,
}

#[derive(Debug, Serialize)]
struct Scripts {
    widget: Script,
    further: Script,
    writing: Script,
    preview: Script,
    ranked: Script,
    count: Script,
}

#[derive(Debug, Serialize)]
struct Script {
    url: String,
    integrity: String,
}

impl Script {
    fn of(name: &str) -> Result<Self, ApiError> {
        let path = format!("/{name}");
        let file = FILES.iter().find(|file| file.path == path).ok_or(Protocol::NotFound)?;
        let integrity = format!("sha384-{}", BASE64.encode(&Sha384::digest(file.body)));
        let content = shortened(&Sha256::digest(file.body));
        let query = if PARTS.contains(&path.as_str()) { format!("?v={content}") } else { String::new() };
        Ok(Self { url: format!("/widget/{}{path}{query}", version()), integrity })
    }
}

/// `GET /widget.json`: the addresses that name the version, and what a page may hold the scripts against.
///
/// # Errors
/// None but a defect.
pub async fn read_widget_versions(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let [widget, further, writing, preview, ranked, count] = SCRIPTS.map(Script::of);
    let scripts = Scripts {
        widget: widget?,
        further: further?,
        writing: writing?,
        preview: preview?,
        ranked: ranked?,
        count: count?,
    };
    let body = Bytes::from(to_json(&VersionAnswer { version: version(), scripts })?);
    let tag = entity_tag(&body);
    let mut response = public_bytes(&request, body, &tag, "application/json", CACHING);
    open_to_pages(&mut response);
    Ok(response)
}

fn serve(request: &HttpRequest, path: &str, caching: &'static str) -> HttpResponse {
    let Some((file, tag)) = FILES.iter().chain(TYPES).zip(TAGS.iter()).find(|(file, _)| file.path == path) else {
        return nothing();
    };
    let coding = encoding::preferred(request.headers(), &Coding::COMPRESSING);
    let body = Bytes::from_static(file.coded(coding));
    let mut response = public_bytes(request, body, &coded_tag(tag, coding), file.content_type, caching);
    encoding::note(&mut response, coding);
    open_to_pages(&mut response);
    response
}

/// Lets pages of any origin use the answer, also those that take nothing without being told so.
pub(super) fn open_to_pages(response: &mut HttpResponse) {
    cors::open_to_all(response.headers_mut());
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most bytes of each file as most browsers of the last ten years get it: compressed with gzip.
    const BUDGETS: [(&str, usize); 7] = [
        ("/widget.js", 15_360),
        ("/further.js", 4_096),
        ("/writing.js", 10_752),
        ("/preview.js", 2_048),
        ("/ranked.js", 3_584),
        ("/count.js", 1_024),
        ("/widget.css", 3_072),
    ];
    const LOCALE_BUDGET: usize = 3_584;

    #[test]
    fn no_file_is_too_large_for_a_page() {
        let mut weighed = 0;
        for file in FILES {
            let (path, bytes) = (file.path, file.gzip.len());
            let budget = BUDGETS.iter().find(|(name, _)| *name == path).map(|(_, budget)| *budget);
            let budget = budget.or_else(|| path.starts_with("/widget/locales/").then_some(LOCALE_BUDGET));
            let budget = budget.unwrap_or_else(|| panic!("{path} has no budget"));
            assert!(bytes <= budget, "{path} has {bytes} bytes of {budget}, compressed with gzip");
            assert!(file.brotli.len() < bytes, "{path} is no smaller with brotli");
            weighed += 1;
        }
        assert!(weighed > BUDGETS.len(), "the files were built into the program");
    }

    #[test]
    fn the_widget_asks_for_the_parts_that_it_was_built_with() {
        let of = |path| FILES.iter().find(|file| file.path == path).unwrap();
        let widget = std::str::from_utf8(of("/widget.js").body).unwrap();
        for part in PARTS {
            let content = shortened(&Sha256::digest(of(part).body));
            assert!(widget.contains(&content), "{part}");
            assert!(is_content_of(&content, part));
        }
        let count = shortened(&Sha256::digest(of("/count.js").body));
        assert!(!is_content_of(&count, "/count.js"), "no part");
    }
}
