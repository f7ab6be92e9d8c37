//! `/demo`: an article that shows the widget in use, with a site of its own.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::answers::protect;
use crate::domain::origin::Origin;
use crate::domain::thread::PageUrl;
use crate::http::Api;
use crate::http::answer::{entity_tag, public_bytes};
use crate::http::assets::{Asset, MODERATION_CACHING};
use crate::http::error::ApiError;
use crate::http::own_address::own_origin;
use crate::http::protocol::Protocol;
use crate::service::demo;

/// The page and its files.
const FILES: &[Asset] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));

/// `GET /demo`: at the first visit its comments are made.
///
/// # Errors
/// 404 when the settings say that there is none.
pub async fn read_demo(request: HttpRequest, api: Data<Api>) -> Result<HttpResponse, ApiError> {
    let page = serve(&request, &api, "/demo/")?;
    // Its links are kept. What is kept for everybody isn't taken from the first visitor's word, except for this machine.
    let origin = own_origin(&request, &api.settings.trusted_proxies).filter(Origin::is_local);
    let address = origin.and_then(|origin| PageUrl::parse(&format!("{origin}/demo")));
    // An article without comments is better than none.
    if let Err(error) = demo::ensure(&api.service, address).await {
        tracing::warn!(%error, "the comments of the demo were not made");
    }
    Ok(page)
}

/// `GET /demo/{file}`
///
/// # Errors
/// 404 for what the page doesn't have, and when the settings say that there is no page.
pub async fn read_demo_file(request: HttpRequest, api: Data<Api>) -> Result<HttpResponse, ApiError> {
    serve(&request, &api, request.path())
}

fn serve(request: &HttpRequest, api: &Api, path: &str) -> Result<HttpResponse, ApiError> {
    let found = FILES.iter().find(|asset| asset.path == path).filter(|_| api.settings.demo);
    let asset = found.ok_or(Protocol::NotFound)?;
    let (body, tag) = (Bytes::from_static(asset.body.as_bytes()), entity_tag(asset.body.as_bytes()));
    let mut response = public_bytes(request, body, &tag, asset.content_type, MODERATION_CACHING);
    protect(response.headers_mut());
    Ok(response)
}
