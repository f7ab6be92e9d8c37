//! Counts of many threads in one call.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::domain::refusal::{InputError, Refusal, Rule};
use crate::domain::thread::{Thread, ThreadKey};
use crate::http::answer::{private, public, to_json};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::{Query, thread_key};
use crate::http::shape::{Fault, Part, ShapeError};
use crate::http::{Api, cache, json};
use crate::service::admission::Class;
use crate::service::threads;

/// The most threads of one call.
pub const MAX_THREADS: u64 = 100;

#[derive(Debug, Serialize)]
struct CountsAnswer {
    counts: Vec<CountView>,
}

impl CountsAnswer {
    fn of(threads: &[Thread]) -> Self {
        Self { counts: threads.iter().map(CountView::from).collect() }
    }
}

#[derive(Debug, Serialize)]
struct CountView {
    thread: String,
    comment_count: u32,
    state: &'static str,
}

impl From<&Thread> for CountView {
    fn from(thread: &Thread) -> Self {
        Self { thread: thread.key.as_str().to_owned(), comment_count: thread.comment_count, state: thread.state.name() }
    }
}

/// `GET /sites/{site}/counts`
///
/// # Errors
/// As the contract says.
pub async fn count_comments(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let make = async || {
        let keys = take_keys(&request)?;
        let threads = threads::count(&api.service, visit.site.clone(), keys).await?;
        public(&CountsAnswer::of(&threads), None, api.service.changes.sources_of_threads(&threads))
    };
    cache::answer(&request, &api, &visit.site, "", make).await
}

fn take_keys(request: &HttpRequest) -> Result<Vec<ThreadKey>, ApiError> {
    let mut query = Query::of(request);
    let texts = query.take_all("thread");
    query.finish()?;
    if texts.is_empty() {
        return Err(ApiError::parameter("thread", Fault::MissingParameter, "Say which threads: `thread=A&thread=B`."));
    }
    if u64::try_from(texts.len()).is_ok_and(|count| count > MAX_THREADS) {
        let detail = format!("One call counts at most {MAX_THREADS} threads.");
        return Err(ApiError::parameter("thread", Fault::OutOfRange { min: 1, max: MAX_THREADS }, detail));
    }
    texts.iter().map(|text| thread_key(text)).collect()
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct CountQuery {
    #[validate(length(min = 1, max = MAX_THREADS))]
    threads: Vec<String>,
}

/// `POST /sites/{site}/counts`: the same for lists that don't fit into an address.
///
/// # Errors
/// As the contract says.
pub async fn count_many_comments(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (query, _) = json::read::<CountQuery>(&request, payload, api.body_deadline()).await?;
    query.validate().map_err(|_errors| {
        ApiError::Shape(vec![ShapeError {
            part: Part::Body,
            pointer: "/threads".to_owned(),
            fault: Fault::OutOfRange { min: 1, max: MAX_THREADS },
            detail: format!("One call counts 1 to {MAX_THREADS} threads."),
        }])
    })?;
    let keys: Option<Vec<ThreadKey>> = query.threads.iter().map(|text| ThreadKey::parse(text)).collect();
    let refused = InputError { pointer: "/threads".into(), rule: Rule::InvalidThreadKey };
    let keys = keys.ok_or_else(|| Refusal::Input(vec![refused]))?;
    let _permit = api.service.admission.enter(Class::Read, visit.site.id).await?;
    let threads = threads::count(&api.service, visit.site, keys).await?;
    let answer = to_json(&CountsAnswer::of(&threads))?;
    // What is asked by POST is in nobody's cache.
    Ok(private(StatusCode::OK, answer, vec![(CACHE_CONTROL, "no-store".to_owned())]))
}
