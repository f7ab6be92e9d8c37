//! How answers are written: public ones with a validator and a lifetime, private ones for nobody's cache.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header, HeaderName, HeaderValue, IfMatch, IfNoneMatch, LINK,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::cache::Made;
use super::encoding::Coding;
use super::error::ApiError;
use crate::service::changes::Sources;

/// How long a public answer may be used without asking again, and how long while asking.
pub const PUBLIC_CACHING: &str = "public, max-age=2, stale-while-revalidate=30";
const JSON: &str = "application/json";

/// Writes a value as JSON.
///
/// # Errors
/// A defect, when it can't be written.
pub fn to_json(value: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::Broken(format!("an answer can't be written: {error}")))
}

/// The validator of a representation: a hash of its bytes.
#[must_use]
pub fn entity_tag(body: &[u8]) -> EntityTag {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let short: [u8; 12] = digest.first_chunk().copied().unwrap_or_default();
    EntityTag::new_strong(BASE64URL_NOPAD.encode(&short))
}

/// The validator of the same representation in a coding.
#[must_use]
pub fn coded_tag(tag: &EntityTag, coding: Coding) -> EntityTag {
    match coding {
        Coding::Identity => tag.clone(),
        Coding::Gzip | Coding::Brotli => EntityTag::new_strong(format!("{}-{}", tag.tag(), coding.name())),
    }
}

/// A public answer in JSON.
///
/// # Errors
/// A defect, when the value can't be written.
pub fn public(value: &impl Serialize, next_cursor: Option<String>, sources: Sources) -> Result<Made, ApiError> {
    Ok(Made { body: to_json(value)?, content_type: JSON, next_cursor, sources })
}

/// A page of a list that is for nobody's cache.
///
/// # Errors
/// A defect, when the value can't be written.
pub fn private_page(
    request: &HttpRequest,
    value: &impl Serialize,
    next_cursor: Option<&str>,
) -> Result<HttpResponse, ApiError> {
    let mut response = private(StatusCode::OK, to_json(value)?, Vec::new());
    link_next(request, &mut response, next_cursor);
    Ok(response)
}

fn link_next(request: &HttpRequest, response: &mut HttpResponse, next_cursor: Option<&str>) {
    if let Some(link) = next_cursor.and_then(|cursor| HeaderValue::from_str(&next_link(request, cursor)).ok()) {
        response.headers_mut().insert(LINK, link);
    }
}

/// The address of this request with another cursor. A cursor needs no escaping.
pub(super) fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let is_cursor = |pair: &&str| form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name == "cursor");
    let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !is_cursor(pair));
    let cursor = format!("cursor={cursor}");
    let query: Vec<&str> = others.chain([cursor.as_str()]).collect();
    format!("<{}?{}>; rel=\"next\"", request.uri().path(), query.join("&"))
}

/// Whether the client says that it has the answer with this validator (RFC 9110, section 13.1.2).
pub(super) fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// A public answer of any type, with its validator.
#[must_use]
pub fn public_bytes(
    request: &HttpRequest,
    body: Bytes,
    tag: &EntityTag,
    content_type: &'static str,
    caching: &'static str,
) -> HttpResponse {
    let known = is_known(request, tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag.to_string())).insert_header((CACHE_CONTROL, caching));
    if known { response.finish() } else { response.insert_header((CONTENT_TYPE, content_type)).body(body) }
}

/// An answer to a write.
#[must_use]
pub fn private(status: StatusCode, body: String, headers: Vec<(HeaderName, String)>) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, JSON));
    for header in headers {
        response.insert_header(header);
    }
    response.body(body)
}

/// The condition under which the client wants a change (RFC 9110, section 13.1.1); `None` for none.
#[must_use]
pub fn if_match(request: &HttpRequest) -> Option<IfMatch> {
    let present = request.headers().contains_key(IfMatch::name());
    // A condition that can't be read is not met.
    present.then(|| IfMatch::parse(request).unwrap_or(IfMatch::Items(Vec::new())))
}

/// Whether a representation meets the condition, in whatever coding the client got it.
#[must_use]
pub fn is_met(condition: &IfMatch, tag: &EntityTag) -> bool {
    match condition {
        IfMatch::Any => true,
        IfMatch::Items(tags) => {
            let codings = [Coding::Identity, Coding::Gzip, Coding::Brotli];
            let known = codings.map(|coding| coded_tag(tag, coding));
            tags.iter().any(|wanted| known.iter().any(|known| wanted.strong_eq(known)))
        }
    }
}
