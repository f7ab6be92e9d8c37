//! What stands before every call for staff: who asks, may they, is there quota left, and did a page of our own ask.
//!
//! A handler says what it takes by its extractor: [`Reader`], [`Moderator`], [`Configurer`], [`Administrator`], or
//! [`Myself`] for what anybody on the staff may do. Without one of them it isn't given an [`Actor`].

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, HeaderMap, HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};

use crate::domain::access::Permission;
use crate::domain::credential::{ApiToken, SessionToken};
use crate::domain::origin::Origin;
use crate::domain::quota::{Action, Standing};
use crate::domain::refusal::Refusal;
use crate::domain::staff::Actor;
use crate::http::error::ApiError;
use crate::http::gate::{NO_SITE, api, network, write_standings};
use crate::service::credentials;

/// The cookie of a session. The prefix makes browsers take it over a secure line only, and from this host only.
pub const SESSION_COOKIE: &str = "__Host-rejoinder_session";

/// Goes around the handler of one route.
///
/// # Errors
/// None of its own: a refusal becomes an answer.
pub async fn staff_gate(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut standings: Vec<Standing> = Vec::new();
    let mut response = match admit(request.request(), &mut standings).await {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.call(request).await?
        }
        Err(error) => request.into_response(error.error_response()),
    };
    standings.extend(response.response().extensions().get::<Standing>());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    write_standings(headers, &standings);
    Ok(response)
}

async fn admit(request: &HttpRequest, standings: &mut Vec<Standing>) -> Result<Actor, ApiError> {
    take_from_quota(request, Action::Staff, standings)?;
    let service = &api(request)?.service;
    if let Some(token) = api_token(request.headers())? {
        return Ok(credentials::find_by_token(service, token).await?);
    }
    let session = session_token(request.headers()).ok_or(Refusal::StaffTokenRequired)?;
    refuse_other_pages(request)?;
    Ok(credentials::find_by_session(service, session).await?)
}

/// Takes one request of this kind from the quota of the client's network.
///
/// # Errors
/// 429 when it is used up.
pub(super) fn take_from_quota(
    request: &HttpRequest,
    action: Action,
    standings: &mut Vec<Standing>,
) -> Result<(), ApiError> {
    let api = api(request)?;
    let standing = api.service.quotas.admit(action, NO_SITE, network(request, api)?);
    standings.extend(standing.map_err(Refusal::RateLimited)?);
    Ok(())
}

/// The API token of the request (RFC 6750).
fn api_token(headers: &HeaderMap) -> Result<Option<ApiToken>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().ok().and_then(|value| value.split_once(' '));
    let (scheme, token) = value.ok_or(Refusal::InvalidStaffToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::InvalidStaffToken);
    }
    Ok(Some(ApiToken::parse(token.trim()).ok_or(Refusal::InvalidStaffToken)?))
}

/// The token in the session's cookie (RFC 6265). One that can't be read is no session.
pub(super) fn session_token(headers: &HeaderMap) -> Option<SessionToken> {
    let cookies = headers.get_all("cookie").filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == SESSION_COOKIE)?;
    SessionToken::parse(value)
}

/// Refuses what a page of another site makes a browser send along with the cookie. Browsers say where a request comes from
/// in `Sec-Fetch-Site` (Fetch Metadata); older ones at least in `Origin`. A request that only reads gives nothing away to
/// such a page, since it can't see the answer.
///
/// # Errors
/// [`Refusal::CrossSiteRequest`].
pub(super) fn refuse_other_pages(request: &HttpRequest) -> Result<(), Refusal> {
    if request.method().is_safe() {
        return Ok(());
    }
    let headers = request.headers();
    let is_own = match headers.get("sec-fetch-site") {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).and_then(Origin::parse);
            origin.is_some_and(|origin| origin.is_served_by(host))
        }
    };
    if is_own { Ok(()) } else { Err(Refusal::CrossSiteRequest) }
}

fn actor(request: &HttpRequest, permission: Option<Permission>) -> Result<Actor, ApiError> {
    let actor = request.extensions().get::<Actor>().cloned();
    let actor = actor.ok_or_else(|| ApiError::Broken("a route without a gate".to_owned()))?;
    match permission {
        Some(permission) if !actor.may(permission) => Err(Refusal::NotPermitted(permission).into()),
        _ => Ok(actor),
    }
}

macro_rules! extractor {
    ($(#[$doc:meta])* $name:ident, $permission:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Actor);

        impl FromRequest for $name {
            type Error = ApiError;
            type Future = Ready<Result<Self, ApiError>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(actor(request, $permission).map(Self))
            }
        }
    };
}

extractor!(
    /// Anybody on the staff.
    Myself, None
);
extractor!(
    /// Somebody who may read the queue, the log and the settings.
    Reader, Some(Permission::Read)
);
extractor!(
    /// Somebody who may decide about comments, ban writers and change threads.
    Moderator, Some(Permission::Moderate)
);
extractor!(
    /// Somebody who may change sites and their rules.
    Configurer, Some(Permission::Configure)
);
extractor!(
    /// Somebody who may change who else is staff, and which sites there are.
    Administrator, Some(Permission::Administer)
);
