//! What stands before every call on a site: which site, which client, may this page do this, is there quota left.
//!
//! The handler behind the gate is given a [`Visit`]; without the gate there is none, so no route can leave it out.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Data};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};

use super::cors::{self, Sender};
use super::error::ApiError;
use super::{Api, address, json};
use crate::domain::address::ClientNetwork;
use crate::domain::author::GuestToken;
use crate::domain::id::SiteId;
use crate::domain::quota::{Action, Standing};
use crate::domain::refusal::Refusal;
use crate::domain::site::Site;
use crate::service::admission::Class;
use crate::service::{Client, sites};

/// How long what nobody has room for is still read, so that its connection can be used again.
const FAREWELL: Duration = Duration::from_secs(1);
/// Whose quota looking for a site takes from.
pub(super) const NO_SITE: SiteId = SiteId::from_number(0);

/// What a call does, and so what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads what everybody may read.
    Read,
    /// It reads what is the client's own.
    Own,
    /// It changes something, or is for those who are about to.
    Write(Action),
}

impl Access {
    const fn action(self) -> Action {
        match self {
            Self::Read | Self::Own => Action::Read,
            Self::Write(action) => action,
        }
    }
}

/// A client that was let in.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The site they visit.
    pub site: Arc<Site>,
    /// Who they are.
    pub client: Client,
}

impl FromRequest for Visit {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| ApiError::Broken("a route without a gate".to_owned())))
    }
}

/// Goes around the handler of one route.
///
/// # Errors
/// None of its own: a refusal becomes an answer.
pub async fn gate(
    access: Access,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let site = match find_site(request.request()).await {
        Ok(site) => site,
        Err(error) => {
            let mut response = request.into_response(error.error_response());
            let standings: Vec<Standing> =
                response.response().extensions().get::<Standing>().copied().into_iter().collect();
            cors::open_to_all(response.headers_mut());
            write_standings(response.headers_mut(), &standings);
            return Ok(response);
        }
    };
    // Nobody's page reads the refusal of a page that may not write.
    let sender = match access {
        Access::Read => None,
        Access::Own | Access::Write(_) => Some(cors::sender(request.headers(), &site)),
    };
    let mut standings = Vec::new();
    let is_foreign = matches!(sender, Some(None));
    let admitted = match make_room(access, &mut request, &site).await {
        Ok(()) => admit(access, &request, site, is_foreign, &mut standings),
        Err(error) => Err(error),
    };
    let mut response = match admitted {
        Ok(visit) => {
            request.extensions_mut().insert(visit);
            next.call(request).await?
        }
        Err(error) => request.into_response(error.error_response()),
    };
    standings.extend(response.response().extensions().get::<Standing>());
    let headers = response.headers_mut();
    match &sender {
        None => cors::open_to_all(headers),
        Some(sender) => {
            cors::open_to(headers, sender.as_ref().unwrap_or(&Sender::NoPage));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        }
    }
    // A shared cache would show one client's numbers to all.
    let refused = response.status().as_u16() == 429;
    if access != Access::Read || refused {
        write_standings(response.headers_mut(), &standings);
    }
    Ok(response)
}

/// Refuses a write for which there is no room before it is looked at, and before it takes from a quota.
async fn make_room(access: Access, request: &mut ServiceRequest, site: &Site) -> Result<(), ApiError> {
    let class = match access {
        Access::Read | Access::Own => return Ok(()),
        Access::Write(Action::Preview) => Class::Read,
        Access::Write(_) => Class::Write,
    };
    let Err(busy) = api(request.request())?.service.admission.check(class, site.id) else { return Ok(()) };
    if let Ok(unread) = request.extract::<web::Payload>().await {
        json::discard_within(unread, FAREWELL).await;
    }
    Err(busy.into())
}

/// The site that the address names. Where it isn't at hand, looking for it takes from the client's quota of reading: names
/// that nobody has could be made up without end.
///
/// # Errors
/// 404 when there is none, 429 when the quota is used up.
pub async fn find_site(request: &HttpRequest) -> Result<Arc<Site>, ApiError> {
    let api = api(request)?;
    let slug = request.match_info().get("site").unwrap_or_default();
    if let Some(site) = sites::remembered(&api.service, slug) {
        return Ok(site);
    }
    api.service.quotas.admit(Action::Read, NO_SITE, network(request, api)?).map_err(Refusal::RateLimited)?;
    Ok(sites::find(&api.service, slug).await?)
}

pub(super) fn api(request: &HttpRequest) -> Result<&Data<Api>, ApiError> {
    request.app_data::<Data<Api>>().ok_or_else(|| ApiError::Broken("no application".to_owned()))
}

pub(super) fn network(request: &HttpRequest, api: &Api) -> Result<ClientNetwork, ApiError> {
    let network = address::client_network(request, &api.settings.trusted_proxies);
    network.ok_or_else(|| ApiError::Broken("a connection without an address".to_owned()))
}

/// Takes one request of this kind from the client's quota.
///
/// # Errors
/// 429 when it is used up.
pub fn take_from_quota(request: &HttpRequest, site: &Site, action: Action) -> Result<Option<Standing>, ApiError> {
    let api = api(request)?;
    Ok(api.service.quotas.admit(action, site.id, network(request, api)?).map_err(Refusal::RateLimited)?)
}

fn admit(
    access: Access,
    request: &ServiceRequest,
    site: Arc<Site>,
    is_foreign: bool,
    standings: &mut Vec<Standing>,
) -> Result<Visit, ApiError> {
    // A foreign page can make its visitors ask whatever it likes: it must not use up what they may write.
    let action = if is_foreign { Action::Read } else { access.action() };
    standings.extend(take_from_quota(request.request(), &site, action)?);
    if is_foreign {
        let service = &api(request.request())?.service;
        return Err(cors::refuse(service, request.headers(), &site).into());
    }
    let network = network(request.request(), api(request.request())?)?;
    let token = match access {
        Access::Read => None,
        Access::Own | Access::Write(_) => token(request.headers())?,
    };
    Ok(Visit { site, client: Client { network, token } })
}

/// The guest token of the request (RFC 6750).
fn token(headers: &HeaderMap) -> Result<Option<GuestToken>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let (scheme, token) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Refusal::InvalidToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::InvalidToken);
    }
    Ok(Some(GuestToken::parse(token.trim()).ok_or(Refusal::InvalidToken)?))
}

/// Says where the client stands (draft-ietf-httpapi-ratelimit-headers-11).
pub(super) fn write_standings(headers: &mut HeaderMap, standings: &[Standing]) {
    if standings.is_empty() {
        return;
    }
    let policy = |standing: &Standing| {
        format!("\"{}\";q={};w={}", standing.action.name(), standing.requests, standing.window_seconds)
    };
    let limit = |standing: &Standing| {
        format!("\"{}\";r={};t={}", standing.action.name(), standing.remaining, standing.reset_seconds)
    };
    let lines = [
        (HeaderName::from_static("ratelimit-policy"), standings.iter().map(policy).collect::<Vec<_>>()),
        (HeaderName::from_static("ratelimit"), standings.iter().map(limit).collect()),
    ];
    for (name, items) in lines {
        if let Ok(value) = HeaderValue::from_str(&items.join(", ")) {
            headers.insert(name, value);
        }
    }
}
