//! Reporting comments.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::comments::comment_id;
use crate::domain::note::Note;
use crate::domain::refusal::Refusal;
use crate::domain::report::ReportReason;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::{Api, json};
use crate::service::reports::{self, Complaint};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReport {
    reason: String,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReportAnswer {
    reported: bool,
}

/// `POST /sites/{site}/comments/{id}/reports`
///
/// # Errors
/// As the contract says.
pub async fn report_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewReport>(&request, payload, api.body_deadline()).await?;
    let reasons = ["spam", "abuse", "off_topic", "illegal", "other"];
    let reason = json::named("/reason", &new.reason, &reasons, ReportReason::from_name)?;
    let detail = new.detail.as_deref().map(Note::parse).transpose();
    let detail = detail.map_err(|error| Refusal::input("/detail", error.into()))?.flatten();
    let complaint = Complaint { reason, detail };
    reports::report(&api.service, visit.site, visit.client, comment_id(&path)?, complaint).await?;
    Ok(private(StatusCode::ACCEPTED, to_json(&ReportAnswer { reported: true })?, Vec::new()))
}
