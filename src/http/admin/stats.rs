//! Statistics of a site.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::gate::Reader;
use crate::domain::site::Slug;
use crate::domain::stats::{Activity, BlockedOrigin, Day, Period, Stats};
use crate::http::Api;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::{Date, Time};
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::service::stats;

#[derive(Debug, Serialize)]
struct StatsView {
    site: String,
    window: &'static str,
    days: Vec<DayView>,
    totals: ActivityView,
    blocked_origins: Vec<BlockedOriginView>,
}

#[derive(Debug, Serialize)]
struct DayView {
    day: Date,
    #[serde(flatten)]
    activity: ActivityView,
}

#[derive(Debug, Serialize)]
struct ActivityView {
    comments: u64,
    held: u64,
    approved: u64,
    rejected: u64,
    spam: u64,
    deleted: u64,
    reports: u64,
    blocked_requests: u64,
}

#[derive(Debug, Serialize)]
struct BlockedOriginView {
    origin: String,
    requests: u64,
    last_at: Time,
    remedy: String,
}

impl StatsView {
    fn of(site: &Slug, period: Period, stats: &Stats) -> Self {
        let day = |(day, activity): &(Day, Activity)| DayView {
            day: Date::from(day.begins_at()),
            activity: ActivityView::from(*activity),
        };
        let origin = |blocked: &BlockedOrigin| BlockedOriginView {
            origin: blocked.origin.clone(),
            requests: blocked.requests,
            last_at: Time::from(blocked.last_at),
            remedy: blocked.remedy(site),
        };
        Self {
            site: site.to_string(),
            window: period.name(),
            days: stats.days.iter().map(day).collect(),
            totals: stats.totals().into(),
            blocked_origins: stats.blocked_origins.iter().map(origin).collect(),
        }
    }
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        Self {
            comments: activity.comments,
            held: activity.held,
            approved: activity.approved,
            rejected: activity.rejected,
            spam: activity.spam,
            deleted: activity.deleted,
            reports: activity.reports,
            blocked_requests: activity.blocked_requests,
        }
    }
}

/// `GET /admin/stats`
///
/// # Errors
/// As the contract says.
pub async fn read_stats(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let missing = || ApiError::parameter("site", Fault::MissingParameter, "Say which site: `site=NAME`.");
    let slug = query.take("site")?.ok_or_else(missing)?;
    let period = query.take_named("window", Period::Week, &Period::EACH.map(Period::name), Period::from_name)?;
    query.finish()?;
    let (site, stats) = stats::read(&api.service, &reader.0, &slug, period).await?;
    Ok(private(StatusCode::OK, to_json(&StatsView::of(&site.slug, period, &stats))?, Vec::new()))
}
