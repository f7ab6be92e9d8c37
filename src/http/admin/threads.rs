//! Threads and their settings.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::gate::{Moderator, Reader};
use super::members::{Faults, Nullable, given, nullable};
use crate::domain::id::{CommentId, ThreadId};
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::site::{LARGEST_MAX_CHARACTERS, Moderation, Slug};
use crate::domain::thread::{LONGEST_SLOW_MODE_SECONDS, PageTitle, PageUrl, Thread, ThreadKey, ThreadState};
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::Time;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::threads::{self, IfTaken, ThreadChange, WantedThreads};

/// The longest text that threads are searched for, in characters.
const MAX_SEARCH_CHARACTERS: usize = 200;

/// A thread with its settings.
#[derive(Debug, Serialize)]
pub struct AdminThreadView {
    id: Option<String>,
    site: String,
    key: String,
    url: Option<String>,
    title: Option<String>,
    state: &'static str,
    moderation: Option<&'static str>,
    max_characters: Option<u32>,
    slow_mode_seconds: Option<u32>,
    pinned_comment_id: Option<String>,
    stays_open: bool,
    comment_count: u32,
    root_count: u32,
    created_at: Option<Time>,
    last_comment_at: Option<Time>,
}

impl AdminThreadView {
    /// A thread of this site, as readers meet it.
    #[must_use]
    pub fn of(site: &Slug, thread: &Thread) -> Self {
        Self {
            id: thread.id.map(|id| id.to_string()),
            site: site.to_string(),
            key: thread.key.as_str().to_owned(),
            url: thread.url.clone(),
            title: thread.title.clone(),
            state: thread.state.name(),
            moderation: thread.moderation.map(Moderation::name),
            max_characters: thread.max_characters,
            slow_mode_seconds: thread.slow_mode_seconds,
            pinned_comment_id: thread.pinned_comment_id.map(|id| id.to_string()),
            stays_open: thread.stays_open,
            comment_count: thread.comment_count,
            root_count: thread.root_count,
            created_at: thread.created_at.map(Time::from),
            last_comment_at: thread.last_comment_at.map(Time::from),
        }
    }
}

#[derive(Debug, Serialize)]
struct ThreadsAnswer {
    threads: Vec<AdminThreadView>,
    next_cursor: Option<String>,
}

/// `GET /admin/threads`
///
/// # Errors
/// As the contract says.
pub async fn list_threads(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let names = ThreadState::EACH.map(ThreadState::name);
    let wanted = WantedThreads {
        site: query.take("site")?,
        state: query.take_named("state", None, &names, |name| ThreadState::from_name(name).map(Some))?,
        text: query.take("q")?,
    };
    let cursor = query.take("cursor")?;
    let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
    query.finish()?;
    if wanted.text.as_ref().is_some_and(|text| !(1..=MAX_SEARCH_CHARACTERS).contains(&text.chars().count())) {
        let detail = format!("`q` has 1 to {MAX_SEARCH_CHARACTERS} characters.");
        return Err(ApiError::parameter("q", Fault::InvalidValue, detail));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = threads::list_for(&api.service, &reader.0, wanted, cursor, limit).await?;
    let threads = page.threads.iter().map(|found| AdminThreadView::of(&found.site, &found.thread)).collect();
    let answer = ThreadsAnswer { threads, next_cursor: page.next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// The thread that an address names.
fn thread_id(path: &str) -> Result<ThreadId, Refusal> {
    ThreadId::parse(path).ok_or(Refusal::ThreadNotFound)
}

/// `GET /admin/threads/{id}`
///
/// # Errors
/// As the contract says.
pub async fn find_thread(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let found = threads::find_for(&api.service, &reader.0, thread_id(&path)?).await?;
    Ok(private(StatusCode::OK, to_json(&AdminThreadView::of(&found.site, &found.thread))?, Vec::new()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThreadBody {
    #[serde(default, deserialize_with = "given")]
    state: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    moderation: Nullable<String>,
    #[serde(default, deserialize_with = "nullable")]
    max_characters: Nullable<i64>,
    #[serde(default, deserialize_with = "nullable")]
    slow_mode_seconds: Nullable<i64>,
    #[serde(default, deserialize_with = "nullable")]
    pinned_comment_id: Nullable<String>,
    #[serde(default, deserialize_with = "given")]
    stays_open: Option<bool>,
    #[serde(default, deserialize_with = "nullable")]
    url: Nullable<String>,
    #[serde(default, deserialize_with = "nullable")]
    title: Nullable<String>,
    #[serde(default, deserialize_with = "given")]
    key: Option<String>,
    #[serde(default, deserialize_with = "given")]
    merge: Option<bool>,
}

impl ThreadBody {
    /// Every member as a value of the domain, or everything that is wrong with one of them.
    fn into_change(self) -> Result<ThreadChange, ApiError> {
        let mut faults = Faults::default();
        let states = ThreadState::EACH.map(ThreadState::name);
        let state = self.state.and_then(|name| faults.named("/state", &name, &states, ThreadState::from_name));
        let mut moderation = |name: String| faults.named("/moderation", &name, &["post", "pre"], Moderation::from_name);
        let moderation = self.moderation.map(|name| name.and_then(&mut moderation));
        let mut max = |max| faults.number("max_characters", max, 1, LARGEST_MAX_CHARACTERS);
        let max_characters = self.max_characters.map(|number| number.and_then(&mut max));
        let mut slow = |seconds| faults.number("slow_mode_seconds", seconds, 1, LONGEST_SLOW_MODE_SECONDS);
        let slow_mode_seconds = self.slow_mode_seconds.map(|seconds| seconds.and_then(&mut slow));
        let mut read = |value: Option<Option<_>>, pointer, rule: Rule| {
            if value == Some(None) {
                faults.against(pointer, rule);
            }
            value.flatten()
        };
        let pinned_comment_id = self
            .pinned_comment_id
            .map(|id| read(id.map(|id| CommentId::parse(&id)), "/pinned_comment_id", Rule::CommentNotPinnable));
        let url = self.url.map(|url| {
            let url = url.map(|url| PageUrl::parse(&url));
            if url == Some(None) {
                faults.against("/url", Rule::InvalidUrl);
            }
            url.flatten()
        });
        let title = self.title.map(|title| {
            title.and_then(|title| {
                PageTitle::parse(&title).unwrap_or_else(|error| {
                    faults.against("/title", error);
                    None
                })
            })
        });
        let key = self.key.map(|key| ThreadKey::parse(&key));
        if key == Some(None) {
            faults.against("/key", Rule::InvalidThreadKey);
        }
        if self.merge == Some(false) {
            faults.note("/merge", Fault::InvalidValue, "`merge` is true, or not there.");
        }
        faults.finish()?;
        let if_taken = if self.merge.is_some() { IfTaken::Merge } else { IfTaken::Refuse };
        Ok(ThreadChange {
            state,
            max_characters,
            moderation,
            slow_mode_seconds,
            stays_open: self.stays_open,
            pinned_comment_id,
            url,
            title,
            key: key.flatten(),
            if_taken,
        })
    }
}

/// `PATCH /admin/threads/{id}`
///
/// # Errors
/// As the contract says.
pub async fn change_thread(
    request: HttpRequest,
    api: Data<Api>,
    moderator: Moderator,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = thread_id(&path)?;
    let (body, _) = json::read::<ThreadBody>(&request, payload, api.body_deadline()).await?;
    let changed = threads::change(&api.service, &moderator.0, id, body.into_change()?).await?;
    Ok(private(StatusCode::OK, to_json(&AdminThreadView::of(&changed.site, &changed.thread))?, Vec::new()))
}
