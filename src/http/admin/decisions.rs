//! Deciding about comments, undoing it, and the log of both and of everything else that staff did.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::decision_views::{DecisionPageView, DecisionView, ResultView, ResultsView, UndoneView};
use super::gate::{Moderator, Reader};
use super::lists;
use crate::domain::decision::{Action, MAX_COMMENTS, Reason};
use crate::domain::id::{CommentId, DecisionId, StaffId};
use crate::domain::log::Event;
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::refusal::Refusal;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::http::shape::{Fault, Part, ShapeError};
use crate::http::{Api, json};
use crate::service::decisions::{self, LogQuery};
use crate::service::moderation::{self, Decide, Decided, Target};
use crate::service::undoing;

/// How long an id is, in characters.
const ID_CHARACTERS: usize = 13;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionRequest {
    action: String,
    comments: Vec<TargetRequest>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetRequest {
    id: String,
    #[serde(default)]
    version: Option<u32>,
}

fn misfit(pointer: String, fault: Fault, detail: impl Into<String>) -> ApiError {
    ApiError::Shape(vec![ShapeError { part: Part::Body, pointer, fault, detail: detail.into() }])
}

fn one_of<const N: usize>(pointer: &str, names: [&str; N]) -> ApiError {
    misfit(pointer.to_owned(), Fault::InvalidValue, format!("This must be one of: {}.", names.join(", ")))
}

impl DecisionRequest {
    fn check(&self) -> Result<(), ApiError> {
        if self.comments.is_empty() || self.comments.len() > MAX_COMMENTS {
            let max = u64::try_from(MAX_COMMENTS).unwrap_or(u64::MAX);
            let detail = format!("There must be from 1 to {max} comments.");
            return Err(misfit("/comments".to_owned(), Fault::OutOfRange { min: 1, max }, detail));
        }
        let mut seen = BTreeSet::new();
        for (at, target) in self.comments.iter().enumerate() {
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
            let is_id = target.id.len() == ID_CHARACTERS && target.id.bytes().all(is_digit);
            let pointer = |member: &str| format!("/comments/{at}/{member}");
            if !is_id {
                return Err(misfit(pointer("id"), Fault::InvalidValue, "This is no id of a comment."));
            }
            if !seen.insert(&target.id) {
                return Err(misfit(pointer("id"), Fault::InvalidValue, "This comment is there twice."));
            }
            if target.version == Some(0) {
                return Err(misfit(pointer("version"), Fault::InvalidValue, "A version is at least 1."));
            }
        }
        Ok(())
    }

    fn read(&self) -> Result<Decide, ApiError> {
        self.check()?;
        let action = Action::from_name(&self.action);
        let action = action.ok_or_else(|| one_of("/action", Action::EACH.map(Action::name)))?;
        let reason = self
            .reason
            .as_deref()
            .map(|name| Reason::from_name(name).ok_or_else(|| one_of("/reason", Reason::EACH.map(Reason::name))));
        let target =
            |target: &TargetRequest| CommentId::parse(&target.id).map(|id| Target { id, version: target.version });
        Ok(Decide {
            action,
            targets: self.comments.iter().filter_map(target).collect(),
            reason: reason.transpose()?,
            note: lists::note("/note", self.note.as_deref())?,
        })
    }
}

/// `POST /admin/decisions`
///
/// # Errors
/// As the contract says.
pub async fn decide(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (asked, _) = json::read::<DecisionRequest>(&request, payload, api.body_deadline()).await?;
    let decided = moderation::decide(&api.service, moderator.0, asked.read()?).await?;
    let decided: Vec<Decided> = decided.into_iter().flatten().collect();
    let result = |target: TargetRequest| {
        let found = decided.iter().find(|decided| decided.case.comment.id.to_string() == target.id);
        ResultView::of(target.id, found)
    };
    let answer = ResultsView { results: asked.comments.into_iter().map(result).collect() };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}

/// `GET /admin/decisions`
///
/// # Errors
/// As the contract says.
pub async fn list_decisions(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let site = query.take_site()?;
    let (comment, staff) = (query.take_id("comment", CommentId::parse)?, query.take_id("staff", StaffId::parse)?);
    let names: Vec<&str> = Event::each().map(Event::name).collect();
    let event = query.take_named("action", None, &names, |name| Event::from_name(name).map(Some))?;
    let limit = usize::try_from(query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?).unwrap_or(usize::MAX);
    let cursor = query.take("cursor")?;
    query.finish()?;
    let asked = LogQuery { site, comment, staff, event, limit, cursor };
    let page = decisions::list(&api.service, reader.0, asked).await?;
    let entries = page.decisions.iter().map(DecisionView::from).collect();
    let answer = DecisionPageView { decisions: entries, next_cursor: page.next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Undoing {
    #[serde(default)]
    note: Option<String>,
}

/// Whether something follows the head of a request: a length, or chunks.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

/// `POST /admin/decisions/{decision_id}/undo`
///
/// # Errors
/// As the contract says.
pub async fn undo_decision(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = DecisionId::parse(&path).ok_or(Refusal::DecisionNotFound)?;
    let undoing = if has_body(&request) {
        json::read::<Undoing>(&request, payload, api.body_deadline()).await?.0
    } else {
        Undoing::default()
    };
    let note = lists::note("/note", undoing.note.as_deref())?;
    let undone = undoing::undo(&api.service, moderator.0, id, note).await?;
    Ok(private(StatusCode::OK, to_json(&UndoneView::from(&undone))?, Vec::new()))
}
