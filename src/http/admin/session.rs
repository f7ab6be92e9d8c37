//! Who is signed in.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::gate::Myself;
use super::views::MeView;
use crate::http::Api;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::service::credentials;

/// `GET /admin/me`
///
/// # Errors
/// As the contract says.
pub async fn read_me(request: HttpRequest, api: Data<Api>, myself: Myself) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let me = credentials::describe(&api.service, myself.0).await?;
    Ok(private(StatusCode::OK, to_json(&MeView::from(&me))?, Vec::new()))
}
