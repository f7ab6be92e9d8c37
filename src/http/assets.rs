//! What is served as it is: the contract, and a page to read it with, from the binary itself.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY};
use std::sync::LazyLock;

use actix_web::http::header::EntityTag;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{entity_tag, public_bytes};
use super::envelope::DATA_ONLY;
use super::error::ApiError;
use super::protocol::Protocol;

/// The contract as it was written.
pub const OPENAPI_YAML: &str = include_str!("../../openapi.yaml");
/// The contract as JSON, made of it when the program was built.
pub const OPENAPI_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The page runs scripts and styles of its own origin only. The viewer sets styles on elements, which no nonce covers.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What doesn't change while a version of the program runs.
pub(super) const CACHING: &str = "public, max-age=300, stale-while-revalidate=3600";

pub(super) struct Asset {
    pub(super) path: &'static str,
    pub(super) body: &'static str,
    pub(super) content_type: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const ASSETS: [Asset; 6] = [
    Asset { path: "/openapi.yaml", body: OPENAPI_YAML, content_type: "application/yaml" },
    Asset { path: "/openapi.json", body: OPENAPI_JSON, content_type: "application/json" },
    Asset { path: "/docs", body: include_str!("../../web/docs/index.html"), content_type: "text/html; charset=utf-8" },
    Asset { path: "/docs/start.js", body: include_str!("../../web/docs/start.js"), content_type: SCRIPT },
    Asset {
        path: "/docs/swagger-ui-bundle.js",
        body: include_str!("../../web/vendor/swagger-ui/swagger-ui-bundle.js"),
        content_type: SCRIPT,
    },
    Asset {
        path: "/docs/swagger-ui.css",
        body: include_str!("../../web/vendor/swagger-ui/swagger-ui.css"),
        content_type: "text/css; charset=utf-8",
    },
];

/// The page for moderators.
const MODERATION: &[Asset] = include!(concat!(env!("OUT_DIR"), "/moderation.rs"));

/// The page runs scripts and styles of its own origin only, and no script may make HTML out of text (Trusted Types).
const MODERATION_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                                 connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; \
                                 base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/// The files of a page fit one another and the service: after an upgrade none of the old ones may be used.
pub(super) const MODERATION_CACHING: &str = "public, no-cache";

/// The validators of the assets, made at the first request and then kept: one of the files is large.
static TAGS: LazyLock<[EntityTag; 6]> = LazyLock::new(|| ASSETS.map(|asset| entity_tag(asset.body.as_bytes())));
static MODERATION_TAGS: LazyLock<Vec<EntityTag>> =
    LazyLock::new(|| MODERATION.iter().map(|asset| entity_tag(asset.body.as_bytes())).collect());

/// Answers with a file that the binary carries.
///
/// # Errors
/// 404 for anything else.
pub async fn read_asset(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let found = ASSETS.iter().zip(TAGS.iter()).find(|(asset, _)| asset.path == request.path());
    let (asset, tag) = found.ok_or(Protocol::NotFound)?;
    let body = Bytes::from_static(asset.body.as_bytes());
    let mut response = public_bytes(&request, body, tag, asset.content_type, CACHING);
    let policy = if asset.path.starts_with("/docs") { DOCS_POLICY } else { DATA_ONLY };
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

/// Answers with a file of the page for moderators.
///
/// # Errors
/// 404 for anything else.
pub async fn read_moderation_page(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let found = MODERATION.iter().zip(MODERATION_TAGS.iter()).find(|(asset, _)| asset.path == request.path());
    let (asset, tag) = found.ok_or(Protocol::NotFound)?;
    let body = Bytes::from_static(asset.body.as_bytes());
    let mut response = public_bytes(&request, body, tag, asset.content_type, MODERATION_CACHING);
    let headers = [
        (CONTENT_SECURITY_POLICY, MODERATION_POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
