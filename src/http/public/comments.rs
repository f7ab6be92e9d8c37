//! Reading, posting, changing and deleting comments.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use validator::ValidateEmail;

use super::views::{CommentAnswer, CommentView, PageView, PolicyView, RecentView, ThreadView};
use crate::domain::author::{DisplayName, Email};
use crate::domain::body::{BodyLimits, CommentBody};
use crate::domain::id::CommentId;
use crate::domain::idempotency::{Fingerprint, IdempotencyKey};
use crate::domain::origin::Origin;
use crate::domain::page::{DEFAULT_LIMIT, DEFAULT_REPLIES, List, MAX_LIMIT, MAX_REPLIES, Sort};
use crate::domain::refusal::{InputError, Refusal, Rule};
use crate::domain::site::{LARGEST_MAX_CHARACTERS, Site};
use crate::domain::thread::{PageFacts, PageTitle, PageUrl, ThreadKey};
use crate::http::answer::{entity_tag, if_match, is_met, private, public, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::shape::{Fault, Part, ShapeError};
use crate::http::{Api, cache, json};
use crate::service::changes::Subject;
use crate::service::comments::{self, ThreadQuery};
use crate::service::demo;
use crate::service::editing::{self, Current, Precondition};
use crate::service::posting::{self, Answer, Draft, DraftText, Posted, Retry};

impl Api {
    /// How long the body of a request may take.
    pub(in crate::http) fn body_deadline(&self) -> Duration {
        Duration::from_secs(self.settings.body_timeout_seconds)
    }
}

/// The comment that an address names.
pub(super) fn comment_id(path: &(String, String)) -> Result<CommentId, Refusal> {
    CommentId::parse(&path.1).ok_or(Refusal::CommentNotFound)
}

#[derive(Debug, Serialize)]
struct ListAnswer {
    thread: ThreadView,
    policy: PolicyView,
    pinned: Option<CommentView>,
    comments: Vec<CommentView>,
    next_cursor: Option<String>,
}

/// `GET /sites/{site}/comments`
///
/// # Errors
/// As the contract says.
pub async fn list_comments(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let site = &visit.site;
    let make = async || {
        let mut query = Query::of(&request);
        let asked = ThreadQuery {
            key: query.take_thread()?,
            sort: query.take_named("sort", Sort::Newest, &Sort::EACH.map(Sort::name), Sort::from_name)?,
            limit: query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?,
            cursor: query.take("cursor")?,
            replies: query.take_number("replies", DEFAULT_REPLIES, 0, MAX_REPLIES)?,
        };
        query.finish()?;
        let list = (asked.key.clone(), asked.sort);
        let page = comments::list(&api.service, site.clone(), asked).await?;
        let next_cursor = page.roots.next.map(|position| position.to_cursor(site.id, List::Roots(&list.0, list.1)));
        let roots = page.roots.items.iter();
        let answer = ListAnswer {
            thread: ThreadView::from(&page.thread),
            policy: PolicyView::of(site, page.policy),
            pinned: page.pinned.as_ref().map(|comment| CommentView::public(comment, page.policy)),
            comments: roots.map(|root| CommentView::with_replies(site, page.policy, root)).collect(),
            next_cursor: next_cursor.clone(),
        };
        public(&answer, next_cursor, api.service.changes.sources_of_thread(&page.thread))
    };
    cache::answer(&request, &api, site, "", make).await
}

/// `GET /sites/{site}/comments/{id}`
///
/// # Errors
/// As the contract says.
pub async fn find_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let make = async || {
        Query::of(&request).finish()?;
        let current = comments::find(&api.service, visit.site.clone(), comment_id(&path)?).await?;
        public(&CommentAnswer::public(&current), None, api.service.changes.sources_of_thread(&current.thread))
    };
    cache::answer(&request, &api, &visit.site, "", make).await
}

/// `GET /sites/{site}/comments/{id}/replies`
///
/// # Errors
/// As the contract says.
pub async fn list_replies(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let site = &visit.site;
    let make = async || {
        let mut query = Query::of(&request);
        let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        let cursor = query.take("cursor")?;
        query.finish()?;
        let page = comments::replies(&api.service, site.clone(), comment_id(&path)?, cursor, limit).await?;
        let answer = PageView::of_replies(site, page.policy, List::Replies(page.root), &page.replies);
        let sources = api.service.changes.sources_of_thread(&page.thread);
        public(&answer, answer.next_cursor.clone(), sources)
    };
    cache::answer(&request, &api, site, "", make).await
}

#[derive(Debug, Serialize)]
struct RecentAnswer {
    comments: Vec<RecentView>,
}

/// `GET /sites/{site}/recent`
///
/// # Errors
/// As the contract says.
pub async fn list_recent_comments(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
) -> Result<HttpResponse, ApiError> {
    let site = &visit.site;
    let make = async || {
        let mut query = Query::of(&request);
        let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        query.finish()?;
        let recent = comments::recent(&api.service, site.clone(), limit).await?;
        let answer = RecentAnswer { comments: recent.iter().map(RecentView::from).collect() };
        let sources = api.service.changes.sources([Subject::Site(site.id), Subject::Votes(site.id)]);
        public(&answer, None, sources)
    };
    cache::answer(&request, &api, site, "", make).await
}

/// A comment as it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewComment {
    thread: NewThread,
    #[serde(default)]
    parent_id: Option<String>,
    author: NewAuthor,
    body: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewThread {
    key: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAuthor {
    name: String,
    #[serde(default)]
    email: Option<String>,
}

impl NewThread {
    /// Every member as a value of the domain; what is wrong with them is added to `errors`.
    pub(in crate::http) fn read(self, errors: &mut Vec<InputError>) -> (Option<ThreadKey>, PageFacts) {
        let mut note = |pointer: &'static str, rule| errors.push(InputError { pointer: pointer.into(), rule });
        let key = ThreadKey::parse(&self.key);
        if key.is_none() {
            note("/thread/key", Rule::InvalidThreadKey);
        }
        let url = self.url.map(|url| PageUrl::parse(&url));
        if matches!(url, Some(None)) {
            note("/thread/url", Rule::InvalidUrl);
        }
        let title = self.title.map_or(Ok(None), |title| PageTitle::parse(&title));
        let title = title.unwrap_or_else(|error| {
            note("/thread/title", error.into());
            None
        });
        (key, PageFacts { url: url.flatten(), title })
    }
}

impl NewComment {
    /// The same as a form has it.
    pub(in crate::http) fn of_form(
        key: String,
        url: Option<String>,
        parent_id: Option<String>,
        name: String,
        body: String,
    ) -> Self {
        let thread = NewThread { key, url, title: None };
        Self { thread, parent_id, author: NewAuthor { name, email: None }, body }
    }

    /// Every member as a value of the domain, or every rule that one of them breaks.
    pub(in crate::http) fn into_draft(self, site: &Site) -> Result<Draft, Refusal> {
        let mut errors = Vec::new();
        let (key, page) = self.thread.read(&mut errors);
        let mut note = |pointer: &'static str, rule| errors.push(InputError { pointer: pointer.into(), rule });
        let parent_id = self.parent_id.map(|id| CommentId::parse(&id));
        if matches!(parent_id, Some(None)) {
            note("/parent_id", Rule::ParentNotFound);
        }
        let name = DisplayName::parse(&self.author.name).map_err(|error| note("/author/name", error.into()));
        let email = self.author.email.map(|email| Email::parse(&email).filter(|_| email.validate_email()));
        if matches!(email, Some(None)) {
            note("/author/email", Rule::InvalidEmail);
        }
        let (Some(key), Ok(name), true) = (key, name, errors.is_empty()) else {
            // The text is held against the limits of its thread later; what is wrong with it anyway is said now.
            let widest = BodyLimits { min_characters: 1, max_characters: LARGEST_MAX_CHARACTERS };
            let body = CommentBody::parse(&self.body, widest).map_err(|error| error.under(site.policy.body_limits()));
            errors.extend(body.err().map(|error| InputError { pointer: "/body".into(), rule: error.into() }));
            return Err(Refusal::Input(errors));
        };
        // Anybody can post; a link under "most discussed" leads to the site's own pages only.
        let own_page = |url: &PageUrl| Origin::of(url.as_url()).is_some_and(|origin| demo::links_to(site, &origin));
        let page = PageFacts { url: page.url.filter(own_page), title: page.title };
        let text = DraftText(self.body);
        Ok(Draft { key, page, parent_id: parent_id.flatten(), name, email: email.flatten(), text })
    }
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut values = request.headers().get_all("idempotency-key");
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|_| values.next().is_none()).and_then(IdempotencyKey::parse);
    let refused = || ShapeError {
        part: Part::Header,
        pointer: "/idempotency-key".to_owned(),
        fault: Fault::InvalidIdempotencyKey,
        detail: "An Idempotency-Key has 1 to 255 visible ASCII characters, without quotes or backslashes inside."
            .to_owned(),
    };
    Ok(Some(key.ok_or_else(|| ApiError::Shape(vec![refused()]))?))
}

/// The answer to a post as text, as it is kept for a retry.
pub(in crate::http) fn render(posted: &Posted) -> Result<String, String> {
    let Posted { comment, thread, policy } = posted;
    let answer = CommentAnswer::of_post(comment, thread, *policy);
    to_json(&answer).map_err(|error| error.to_string())
}

/// The answer with the token of a new guest in it. A token needs no escaping.
fn with_token(answer: &Answer) -> String {
    match (&answer.guest_token, answer.text.strip_suffix('}')) {
        (Some(token), Some(open)) => format!("{open},\"guest_token\":\"{}\"}}", token.reveal()),
        _ => answer.text.clone(),
    }
}

/// `POST /sites/{site}/comments`
///
/// # Errors
/// As the contract says.
pub async fn post_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let key = idempotency_key(&request)?;
    let (new, bytes) = json::read::<NewComment>(&request, payload, api.body_deadline()).await?;
    let retry = key.map(|key| Retry { key, fingerprint: Fingerprint::of(&bytes) });
    let draft = new.into_draft(&visit.site)?;
    let slug = visit.site.slug.clone();
    let answer = posting::post(&api.service, visit.site, visit.client, draft, retry, render).await?;
    let status = if answer.accepted { StatusCode::ACCEPTED } else { StatusCode::CREATED };
    let mut headers = vec![(LOCATION, format!("/api/v1/sites/{slug}/comments/{}", answer.comment_id))];
    if answer.replayed {
        headers.push((HeaderName::from_static("idempotent-replayed"), "true".to_owned()));
    }
    let mut response = private(status, with_token(&answer), headers);
    if let Some(standing) = answer.guest_standing {
        response.extensions_mut().insert(standing);
    }
    Ok(response)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    body: String,
}

/// The condition of the request on the comment as `GET` would answer it now.
fn precondition(request: &HttpRequest) -> Option<Precondition> {
    let condition = if_match(request)?;
    Some(Box::new(move |current: &Current| {
        to_json(&CommentAnswer::public(current)).is_ok_and(|body| is_met(&condition, &entity_tag(body.as_bytes())))
    }))
}

/// `PATCH /sites/{site}/comments/{id}`
///
/// # Errors
/// As the contract says.
pub async fn edit_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = comment_id(&path)?;
    let (edit, _) = json::read::<Edit>(&request, payload, api.body_deadline()).await?;
    let condition = precondition(&request);
    let text = DraftText(edit.body);
    let current = editing::edit(&api.service, visit.site, visit.client, id, text, condition).await?;
    let answer = to_json(&CommentAnswer::own(&current.comment, &current.thread, current.policy))?;
    Ok(private(StatusCode::OK, answer, Vec::new()))
}

/// `DELETE /sites/{site}/comments/{id}`
///
/// # Errors
/// As the contract says.
pub async fn delete_comment(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let condition = precondition(&request);
    editing::delete(&api.service, visit.site, visit.client, comment_id(&path)?, condition).await?;
    Ok(HttpResponse::NoContent().finish())
}
