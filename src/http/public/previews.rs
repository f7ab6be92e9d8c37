//! Seeing beforehand what a text will look like.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use crate::domain::refusal::{Refusal, Rule};
use crate::domain::thread::ThreadKey;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::{Api, json};
use crate::service::posting::DraftText;
use crate::service::previewing;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPreview {
    body: String,
    #[serde(default)]
    thread: Option<String>,
}

#[derive(Debug, Serialize)]
struct PreviewAnswer<'html> {
    body_html: &'html str,
}

/// `POST /sites/{site}/preview`
///
/// # Errors
/// As the contract says.
pub async fn preview_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewPreview>(&request, payload, api.body_deadline()).await?;
    let key = |text: String| ThreadKey::parse(&text).ok_or_else(|| Refusal::input("/thread", Rule::InvalidThreadKey));
    let thread = new.thread.map(key).transpose()?;
    let html = previewing::preview(&api.service, visit.site, visit.client, thread, DraftText(new.body)).await?;
    Ok(private(StatusCode::OK, to_json(&PreviewAnswer { body_html: html.as_str() })?, Vec::new()))
}
