//! What stands before every call for staff: who asks, may they, is there quota left, and did a page of our own ask.
//!
//! A handler says what it takes by its extractor: [`Reader`], [`Moderator`], [`Configurer`], [`Administrator`], or
//! [`Myself`] for what anybody on the staff may do, [`Oneself`] for
//! what they may with all of their permissions only, and [`SignedIn`] for what they may with a session only. Without one of them it isn't given an [`Actor`].

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, HeaderMap, HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};

use crate::domain::access::Permission;
use crate::domain::credential::{ApiToken, SessionToken};
use crate::domain::id::SessionId;
use crate::domain::origin::Origin;
use crate::domain::quota::{Action, Standing};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Actor, Via};
use crate::http::cors;
use crate::http::error::ApiError;
use crate::http::gate::{NO_SITE, api, network, write_standings};
use crate::service::credentials;

/// The cookie of a session. The prefix makes browsers take it over a secure line only, and from this host only.
pub const SESSION_COOKIE: &str = "__Host-rejoinder_session";

/// What a call for staff takes before its handler is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// To be known already.
    Known,
    /// The same, and a try at a password or a code.
    Proving,
    /// Nothing but a try: it is how one becomes known.
    SigningIn,
}

impl Entrance {
    /// The quotas that the call takes from.
    const fn actions(self) -> &'static [Action] {
        match self {
            Self::Known => &[Action::Staff],
            Self::Proving | Self::SigningIn => &[Action::Staff, Action::SignIn],
        }
    }
}

/// Goes around the handler of one route.
///
/// # Errors
/// None of its own: a refusal becomes an answer.
pub async fn staff_gate(
    entrance: Entrance,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut standings: Vec<Standing> = Vec::new();
    let mut response = match admit(entrance, request.request(), &mut standings).await {
        Ok(actor) => {
            if let Some(actor) = actor {
                request.extensions_mut().insert(actor);
            }
            next.call(request).await?
        }
        Err(error) => request.into_response(error.error_response()),
    };
    if let Some(refused) = response.response().extensions().get::<Standing>() {
        // That of the account instead of that of the network.
        standings.retain(|standing| standing.action != refused.action);
        standings.push(*refused);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    write_standings(headers, &standings);
    Ok(response)
}

async fn admit(
    entrance: Entrance,
    request: &HttpRequest,
    standings: &mut Vec<Standing>,
) -> Result<Option<Actor>, ApiError> {
    for action in entrance.actions() {
        take_from_quota(request, *action, standings)?;
    }
    if entrance == Entrance::SigningIn {
        refuse_other_pages(request)?;
        return Ok(None);
    }
    let service = &api(request)?.service;
    if let Some(token) = api_token(request.headers())? {
        return Ok(Some(credentials::find_by_token(service, token).await?));
    }
    let session = session_token(request.headers()).ok_or(Refusal::StaffTokenRequired)?;
    refuse_other_pages(request)?;
    Ok(Some(credentials::find_by_session(service, session).await?))
}

/// Takes one request of this kind from the quota of the client's network.
///
/// # Errors
/// 429 when it is used up.
fn take_from_quota(request: &HttpRequest, action: Action, standings: &mut Vec<Standing>) -> Result<(), ApiError> {
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
fn session_token(headers: &HeaderMap) -> Option<SessionToken> {
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
fn refuse_other_pages(request: &HttpRequest) -> Result<(), Refusal> {
    if request.method().is_safe() {
        return Ok(());
    }
    let headers = request.headers();
    let is_own = match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
        (Some(_), _) => cors::comes_from_no_other_site(headers),
        (None, Some(origin)) => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let origin = origin.to_str().ok().and_then(Origin::parse);
            origin.is_some_and(|origin| origin.is_served_by(host))
        }
        // No browser: each says at least the origin of what it posts.
        (None, None) => true,
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

/// Anybody on the staff who came by a session, and the session.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Actor, pub SessionId);

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let signed_in = |actor: Actor| match actor.via() {
            Via::Session(session) => Ok(Self(actor, session)),
            Via::Token(_) => Err(Refusal::SessionNeeded.into()),
        };
        ready(actor(request, None).and_then(signed_in))
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

/// Anybody on the staff, for what concerns their own sessions and tokens: a token for a part of what they may do is no key
/// to the rest.
#[derive(Debug, Clone)]
pub struct Oneself(pub Actor);

impl FromRequest for Oneself {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let whole = |actor: Actor| if actor.is_whole() { Ok(Self(actor)) } else { Err(Refusal::TokenTooNarrow.into()) };
        ready(actor(request, None).and_then(whole))
    }
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
