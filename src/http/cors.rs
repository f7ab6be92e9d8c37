//! Cross-origin requests (Fetch standard): anybody may read, and only a site's own pages may write.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
};

use crate::domain::origin::Origin;
use crate::domain::refusal::Refusal;
use crate::domain::site::Site;
use crate::domain::stats::MAX_ORIGIN_CHARACTERS;
use crate::service::{Service, origins};

/// What scripts may read of an answer.
const EXPOSED: &str =
    "Date, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Idempotent-Replayed, X-Request-Id";
/// What scripts may send.
const ALLOWED_HEADERS: &str = "authorization, content-type, idempotency-key, if-match";
/// How long a browser may keep the answer to a preflight, in seconds.
const PREFLIGHT_SECONDS: &str = "7200";

/// The page that sent a write, as far as CORS is concerned.
#[derive(Debug, Clone)]
pub enum Sender {
    /// No page: a server, a script, a command line.
    NoPage,
    /// A page that may write.
    Page(HeaderValue),
}

/// The page that sent a write: one of the site's origins, or the service's own. `None` for any other.
#[must_use]
pub fn sender(headers: &HeaderMap, site: &Site) -> Option<Sender> {
    let Some(value) = headers.get(ORIGIN) else {
        return Some(Sender::NoPage);
    };
    let origin = Origin::parse(value.to_str().ok()?)?;
    let own_host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    (site.allows(&origin) || origin.is_served_by(own_host)).then(|| Sender::Page(value.clone()))
}

/// Whether a browser says, of a request without an origin, that no page of another site made it (Fetch Metadata): one of the
/// service's own did, or somebody typed the address. What says nothing is no browser of today.
#[must_use]
pub fn comes_from_no_other_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|from| matches!(from.as_bytes(), b"same-origin" | b"none"))
}

/// The refusal of a page that may not write, noted in the log and in the statistics since only the site's owner can mend
/// it. To be called after something was taken from the client's quota, so that nobody can fill the log.
#[must_use]
pub fn refuse(service: &Service, headers: &HeaderMap, site: &Site) -> Refusal {
    let value = headers.get(ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or("?");
    let origin: String = value.chars().take(MAX_ORIGIN_CHARACTERS).collect();
    tracing::warn!(origin, site = site.slug.as_str(), "a page of an origin that isn't the site's tried to write");
    origins::note(service, site, &origin);
    Refusal::OriginNotAllowed { origin, site: site.slug.as_str().to_owned() }
}

/// Lets any page read an answer.
pub fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// Lets the page that wrote read the answer; nobody else.
pub fn open_to(headers: &mut HeaderMap, sender: &Sender) {
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Sender::Page(origin) = sender {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// Adds what a browser asks for before it sends a write.
pub fn permit(headers: &mut HeaderMap, methods: &str) {
    let fixed: [(HeaderName, &'static str); 2] =
        [(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS), (ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS)];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
}
