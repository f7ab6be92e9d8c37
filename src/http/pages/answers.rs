//! How pages are sent.

use std::io::Write as _;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, REFERRER_POLICY, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::PAGE_POLICY;
use crate::http::answer::{PUBLIC_CACHING, entity_tag, public_bytes};
use crate::http::encoding;
use crate::http::error::ApiError;

/// What the pages are.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// Fills a template.
pub(super) fn render(template: &impl Template) -> Result<String, ApiError> {
    template.render().map_err(|error| ApiError::Broken(format!("a page can't be written: {error}")))
}

/// HTML that is the same for everybody, compressed if the client takes that, or 304 when the client has it already.
pub(super) fn public(request: &HttpRequest, html: String) -> HttpResponse {
    let compressed = if encoding::takes_gzip(request.headers()) { compress(html.as_bytes()) } else { None };
    let is_compressed = compressed.is_some();
    let body = compressed.unwrap_or_else(|| Bytes::from(html));
    let tag = entity_tag(&body);
    let mut response = public_bytes(request, body, &tag, HTML, PUBLIC_CACHING);
    encoding::note(&mut response, is_compressed);
    response
}

/// HTML for one person, which no cache may keep.
pub(super) fn private(status: StatusCode, html: String) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, HTML)).insert_header((CACHE_CONTROL, "private, no-store"));
    let mut response = response.body(html);
    protect(response.headers_mut());
    response
}

/// The same as gzip. Bytes in memory take any writing.
fn compress(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Adds what a whole page is protected by. A browser names the page as the origin of a form that it sends, but not if it may
/// not send the address on.
pub(super) fn protect(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

/// Says that a page is in the language that the browser asked for.
pub(super) fn vary_by_language(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
}
