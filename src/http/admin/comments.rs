//! Comments for staff: the queues, one with all that is known of it, and posting under one's own name.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::case_views::{CaseAnswer, CaseFileView, CasePageView, CaseView};
use super::gate::{Moderator, Reader};
use crate::domain::address::NetworkHash;
use crate::domain::hold::Hold;
use crate::domain::id::{AuthorId, CommentId, ThreadId};
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::refusal::{InputError, Refusal, Rule};
use crate::domain::selection::{MAX_TEXT_CHARACTERS, Order, Selection, Wanted};
use crate::domain::site::Slug;
use crate::domain::status::Status;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::comments::NewThread;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::cases::{self, CaseQuery};
use crate::service::posting::DraftText;
use crate::service::staff_comments::{self, StaffDraft};

impl Query {
    fn take_selection(&mut self) -> Result<Selection, ApiError> {
        let statuses = Status::EACH.map(Status::name);
        let hold = |name: &str| Hold::NAMES.into_iter().find(|known| *known == name);
        let reported = |text: &str| text.parse().ok().map(Some);
        Ok(Selection {
            status: self.take_named("status", None, &statuses, |name| Status::from_name(name).map(Some))?,
            is_reported: self.take_named("reported", None, &["true", "false"], reported)?,
            thread: self.take_id("thread", ThreadId::parse)?,
            author: self.take_id("author", AuthorId::parse)?,
            network: self.take_id("network", NetworkHash::parse)?,
            hold: self.take_named("hold", None, &Hold::NAMES, |name| hold(name).map(Some))?,
            text: self.take_wanted()?,
        })
    }

    fn take_wanted(&mut self) -> Result<Option<Wanted>, ApiError> {
        let Some(text) = self.take("q")? else {
            return Ok(None);
        };
        let max = u64::try_from(MAX_TEXT_CHARACTERS).unwrap_or(u64::MAX);
        let detail = format!("`q` must have from 1 to {max} characters.");
        let refused = || ApiError::parameter("q", Fault::OutOfRange { min: 1, max }, detail);
        Wanted::parse(&text).map(Some).ok_or_else(refused)
    }

    /// Takes the order of a list of comments and the length of its page.
    fn take_order(&mut self) -> Result<(Order, usize), ApiError> {
        let order = self.take_named("sort", Order::Newest, &Order::EACH.map(Order::name), Order::from_name)?;
        let limit = self.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        Ok((order, usize::try_from(limit).unwrap_or(usize::MAX)))
    }
}

/// `GET /admin/comments`
///
/// # Errors
/// As the contract says.
pub async fn list_admin_comments(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let (site, selection) = (query.take_site()?, query.take_selection()?);
    let (order, limit) = query.take_order()?;
    let cursor = query.take("cursor")?;
    query.finish()?;
    let asked = CaseQuery { site, selection, order, limit, cursor };
    let page = cases::list(&api.service, reader.0, asked).await?;
    let comments = page.cases.iter().map(CaseView::from).collect();
    let answer = CasePageView { comments, next_cursor: page.next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// `GET /admin/comments/{comment_id}`
///
/// # Errors
/// As the contract says.
pub async fn find_admin_comment(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = CommentId::parse(&path).ok_or(Refusal::CommentNotFound)?;
    let file = cases::find(&api.service, reader.0, id).await?;
    Ok(private(StatusCode::OK, to_json(&CaseFileView::from(&file))?, Vec::new()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStaffComment {
    site: String,
    thread: NewThread,
    #[serde(default)]
    parent_id: Option<String>,
    body: String,
}

impl NewStaffComment {
    fn into_draft(self) -> Result<StaffDraft, Refusal> {
        let site = Slug::parse(&self.site).ok_or(Refusal::SiteNotFound)?;
        let mut errors = Vec::new();
        let (key, page) = self.thread.read(&mut errors);
        let parent_id = self.parent_id.map(|id| CommentId::parse(&id));
        if matches!(parent_id, Some(None)) {
            errors.push(InputError { pointer: "/parent_id".into(), rule: Rule::ParentNotFound });
        }
        match key {
            Some(key) if errors.is_empty() => {
                Ok(StaffDraft { site, key, page, parent_id: parent_id.flatten(), text: DraftText(self.body) })
            }
            _ => Err(Refusal::Input(errors)),
        }
    }
}

/// `POST /admin/comments`
///
/// # Errors
/// As the contract says.
pub async fn post_staff_comment(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (new, _) = json::read::<NewStaffComment>(&request, payload, api.body_deadline()).await?;
    let case = staff_comments::post(&api.service, moderator.0, new.into_draft()?).await?;
    let location = format!("/api/v1/admin/comments/{}", case.comment.id);
    Ok(private(StatusCode::CREATED, to_json(&CaseAnswer::from(&case))?, vec![(LOCATION, location)]))
}
