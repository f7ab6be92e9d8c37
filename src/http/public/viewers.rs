//! What is the viewer's own: never in a public answer, never in a shared cache.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::views::CommentView;
use crate::http::Api;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::service::viewers;

#[derive(Debug, Serialize)]
struct ViewerAnswer {
    comments: Vec<CommentView>,
    votes: Vec<VoteView>,
}

#[derive(Debug, Serialize)]
struct VoteView {
    comment_id: String,
    value: i16,
}

/// `GET /sites/{site}/viewer`
///
/// # Errors
/// As the contract says.
pub async fn find_viewer(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let key = query.take_thread()?;
    query.finish()?;
    let own = viewers::find(&api.service, visit.site, visit.client, key).await?;
    let vote = |(id, vote): &(crate::domain::id::CommentId, crate::domain::vote::Vote)| VoteView {
        comment_id: id.to_string(),
        value: vote.value(),
    };
    let answer = ViewerAnswer {
        comments: own.comments.iter().map(|comment| CommentView::own(comment, own.policy)).collect(),
        votes: own.votes.iter().map(vote).collect(),
    };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}
