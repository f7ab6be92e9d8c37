//! Rankings of threads.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::views::ThreadView;
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::ranking::Window;
use crate::http::answer::public;
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::{Api, cache};
use crate::service::changes::Subject;
use crate::service::rankings;

#[derive(Debug, Serialize)]
struct RankingAnswer {
    window: &'static str,
    threads: Vec<RankedView>,
}

#[derive(Debug, Serialize)]
struct RankedView {
    thread: ThreadView,
    comments: u32,
    authors: u32,
}

/// `GET /sites/{site}/rankings/most-commented`
///
/// # Errors
/// As the contract says.
pub async fn rank_most_commented(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let site = &visit.site;
    let make = async || {
        let mut query = Query::of(&request);
        let window = query.take_named("window", Window::Day, &Window::EACH.map(Window::name), Window::from_name)?;
        let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        query.finish()?;
        let ranked = rankings::most_commented(&api.service, site.clone(), window, limit).await?;
        let threads = ranked.iter().map(|ranked| RankedView {
            thread: ThreadView::from(&ranked.thread),
            comments: ranked.comments,
            authors: ranked.authors,
        });
        let answer = RankingAnswer { window: window.name(), threads: threads.collect() };
        public(&answer, None, api.service.changes.sources([Subject::Site(site.id)]))
    };
    cache::answer(&request, &api, site, "", make).await
}
