//! What is known of writers.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::case_views::AuthorRecordView;
use super::gate::Reader;
use crate::domain::id::AuthorId;
use crate::domain::refusal::Refusal;
use crate::http::Api;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::service::authors;

/// `GET /admin/authors/{author_id}`
///
/// # Errors
/// As the contract says.
pub async fn find_author(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = AuthorId::parse(&path).ok_or(Refusal::AuthorNotFound)?;
    let record = authors::find(&api.service, reader.0, id).await?;
    Ok(private(StatusCode::OK, to_json(&AuthorRecordView::from(&record))?, Vec::new()))
}
