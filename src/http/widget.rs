//! The widget as the binary carries it: its scripts, its style sheet and its texts, for pages of any origin.
//!
//! Each file has a short address, which is asked for anew after some minutes, and the scripts have a second one that names
//! their version and never changes what it stands for.

use std::sync::LazyLock;

use actix_web::http::header::{EntityTag, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384};

use super::answer::{entity_tag, public_bytes, to_json};
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
    content_type: &'static str,
}

/// Everything that the widget is made of.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/widget.rs"));
/// What says to editors and compilers what the elements are: it changes nothing in a page, so the version doesn't know it.
const TYPES: &[File] = include!(concat!(env!("OUT_DIR"), "/types.rs"));
/// The scripts that have an address with the version in it.
const SCRIPTS: [&str; 3] = ["widget.js", "writing.js", "count.js"];

/// The validators of each file, as it is and compressed.
static TAGS: LazyLock<Vec<(EntityTag, EntityTag)>> =
    LazyLock::new(|| FILES.iter().chain(TYPES).map(|file| (entity_tag(file.body), entity_tag(file.gzip))).collect());

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
    let mut version = HEXLOWER.encode(&hash.finalize());
    version.truncate(VERSION_CHARACTERS);
    version
});

/// What the address of a script names: 12 hexadecimal digits that change with any file.
#[must_use]
pub fn version() -> &'static str {
    &VERSION
}

/// `GET /widget.js`, and every other file by its short address.
///
/// # Errors
/// 404 for anything else.
pub async fn read_widget(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    serve(&request, request.path(), CACHING)
}

/// `GET /widget/{version}/{file}`
///
/// # Errors
/// 404 for another version than this program's, and for what is no script.
pub async fn read_widget_version(request: HttpRequest, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (version, file) = path.into_inner();
    if version != self::version() || !SCRIPTS.contains(&file.as_str()) {
        return Err(Protocol::NotFound.into());
    }
    serve(&request, &format!("/{file}"), FOREVER)
}

#[derive(Debug, Serialize)]
struct VersionAnswer {
    version: &'static str,
    scripts: Scripts,
}

#[derive(Debug, Serialize)]
struct Scripts {
    widget: Script,
    writing: Script,
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
        Ok(Self { url: format!("/widget/{}{path}", version()), integrity })
    }
}

/// `GET /widget.json`: the addresses that name the version, and what a page may hold the scripts against.
///
/// # Errors
/// None but a defect.
pub async fn read_widget_versions(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let [widget, writing, count] = SCRIPTS;
    let scripts = Scripts { widget: Script::of(widget)?, writing: Script::of(writing)?, count: Script::of(count)? };
    let body = Bytes::from(to_json(&VersionAnswer { version: version(), scripts })?);
    let tag = entity_tag(&body);
    let mut response = public_bytes(&request, body, &tag, "application/json", CACHING);
    open_to_pages(&mut response);
    Ok(response)
}

fn serve(request: &HttpRequest, path: &str, caching: &'static str) -> Result<HttpResponse, ApiError> {
    let found = FILES.iter().chain(TYPES).zip(TAGS.iter()).find(|(file, _)| file.path == path);
    let (file, (plain_tag, gzip_tag)) = found.ok_or(Protocol::NotFound)?;
    let coding = encoding::preferred(request.headers(), &[Coding::Gzip]);
    let (body, tag) = if coding == Coding::Gzip { (file.gzip, gzip_tag) } else { (file.body, plain_tag) };
    let mut response = public_bytes(request, Bytes::from_static(body), tag, file.content_type, caching);
    encoding::note(&mut response, coding);
    open_to_pages(&mut response);
    Ok(response)
}

/// Lets pages of any origin use the answer, also those that take nothing without being told so.
pub(super) fn open_to_pages(response: &mut HttpResponse) {
    cors::open_to_all(response.headers_mut());
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
}
