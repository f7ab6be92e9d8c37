//! How pages are sent.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, REFERRER_POLICY, VARY,
};
use askama::Template;

use super::PAGE_POLICY;
use crate::http::cache::Made;
use crate::http::error::ApiError;
use crate::service::changes::Sources;

/// What the pages are.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// Fills a template.
pub(super) fn render(template: &impl Template) -> Result<String, ApiError> {
    template.render().map_err(|error| ApiError::Broken(format!("a page can't be written: {error}")))
}

/// HTML that is the same for everybody.
pub(super) fn public(html: String, sources: Sources) -> Made {
    Made { body: html, content_type: HTML, next_cursor: None, sources }
}

/// HTML for one person, which no cache may keep.
pub(super) fn private(status: StatusCode, html: String) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, HTML)).insert_header((CACHE_CONTROL, "private, no-store"));
    let mut response = response.body(html);
    protect(response.headers_mut());
    response
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
