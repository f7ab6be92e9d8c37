//! Voting.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::comments::comment_id;
use super::views::ScoreView;
use crate::domain::vote::Vote;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::shape::{Fault, Part, ShapeError};
use crate::http::{Api, json};
use crate::service::votes;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewVote {
    value: i64,
}

#[derive(Debug, Serialize)]
struct VoteAnswer {
    score: ScoreView,
    value: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    guest_token: Option<String>,
}

/// `PUT /sites/{site}/comments/{id}/vote`
///
/// # Errors
/// As the contract says.
pub async fn vote(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewVote>(&request, payload, api.body_deadline()).await?;
    let refused = || ShapeError {
        part: Part::Body,
        pointer: "/value".to_owned(),
        fault: Fault::InvalidValue,
        detail: "A vote is 1, 0 or -1.".to_owned(),
    };
    let vote = Vote::from_value(new.value).ok_or_else(|| ApiError::Shape(vec![refused()]))?;
    let voted = votes::vote(&api.service, visit.site, visit.client, comment_id(&path)?, vote).await?;
    let answer = VoteAnswer {
        score: voted.score.into(),
        value: voted.vote.value(),
        guest_token: voted.guest_token.map(|token| token.reveal()),
    };
    let mut response = private(StatusCode::OK, to_json(&answer)?, Vec::new());
    if let Some(standing) = voted.guest_standing {
        response.extensions_mut().insert(standing);
    }
    Ok(response)
}
