//! What stands at an address: each method with its handler, and what stands before that.

use actix_web::guard;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder, Route, web};

use super::admin::gate::{Entrance, staff_gate};
use super::gate::{Access, gate};

/// One method at one address.
pub(super) struct Endpoint {
    pub(super) method: Method,
    /// Its name in the contract, which lists no pages.
    pub(super) operation: Option<&'static str>,
    pub(super) audience: Audience,
    pub(super) route: Route,
}

/// Whose pages may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Anybody's.
    Everybody,
    /// Those of the site's origins.
    SitePages,
    /// The service's own only: no page is told anything.
    Nobody,
}

/// All methods at one address.
pub(super) struct Address {
    pub(super) path: &'static str,
    pub(super) endpoints: Vec<Endpoint>,
}

pub(super) fn address(path: &'static str, endpoints: Vec<Endpoint>) -> Address {
    Address { path, endpoints }
}

fn methods(method: &Method) -> Route {
    // HEAD is answered wherever GET is; the framework leaves the body out.
    let head_too = *method == Method::GET;
    let method = method.clone();
    web::route().guard(guard::fn_guard(move |context| {
        let asked = &context.head().method;
        *asked == method || (head_too && *asked == Method::HEAD)
    }))
}

pub(super) fn on_site<F, Args>(method: Method, operation: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let gated = from_fn(move |request, next| gate(access, request, next));
    let route = methods(&method).to(handler).wrap(gated);
    let audience = if access == Access::Read { Audience::Everybody } else { Audience::SitePages };
    Endpoint { method, operation: Some(operation), audience, route }
}

/// A call for staff: what the handler asks for with its extractor, it takes.
pub(super) fn for_staff<F, Args>(method: Method, operation: &'static str, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    for_staff_by(Entrance::Known, method, operation, handler)
}

/// A call for staff by another entrance.
pub(super) fn for_staff_by<F, Args>(entrance: Entrance, method: Method, operation: &'static str, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let gated = from_fn(move |request, next| staff_gate(entrance, request, next));
    let route = methods(&method).to(handler).wrap(gated);
    Endpoint { method, operation: Some(operation), audience: Audience::Nobody, route }
}

pub(super) fn open<F, Args>(operation: &'static str, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Endpoint { operation: Some(operation), ..page(handler) }
}

/// A page that belongs to no site.
pub(super) fn page<F, Args>(handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = methods(&Method::GET).to(handler);
    Endpoint { method: Method::GET, operation: None, audience: Audience::Everybody, route }
}

/// A page of a site. Its gate lets in who may read; what is sent to it, its handler judges, so that it can give it back.
pub(super) fn page_of_site<F, Args>(method: Method, audience: Audience, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let gated = from_fn(move |request, next| gate(Access::Read, request, next));
    let route = methods(&method).to(handler).wrap(gated);
    Endpoint { method, operation: None, audience, route }
}
