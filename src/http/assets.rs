//! What is served as it is: the contract, and a page to read it with, from the binary itself.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
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
const CACHING: &str = "public, max-age=300, stale-while-revalidate=3600";

struct Asset {
    path: &'static str,
    body: &'static str,
    content_type: &'static str,
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

/// The validators of the assets, made at the first request and then kept: one of the files is large.
static TAGS: LazyLock<[EntityTag; 6]> = LazyLock::new(|| ASSETS.map(|asset| entity_tag(asset.body.as_bytes())));

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
