//! Whether the service is alive, and whether it should be sent requests.

use std::sync::atomic::Ordering;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;

use super::Api;
use super::error::ApiError;
use crate::service::sites;

fn well() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body("{\"status\":\"ok\"}")
}

/// `GET /livez`: the process answers.
pub async fn check_liveness() -> HttpResponse {
    well()
}

/// `GET /readyz`: the database answers, and the service isn't stopping.
///
/// # Errors
/// 503.
pub async fn check_readiness(api: Data<Api>) -> Result<HttpResponse, ApiError> {
    if api.draining.load(Ordering::SeqCst) {
        return Err(ApiError::Busy("stopping".to_owned()));
    }
    sites::check(&api.service).await.map_err(|error| ApiError::Busy(error.to_string()))?;
    Ok(well())
}
