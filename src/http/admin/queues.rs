//! How much waits.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::gate::Reader;
use crate::domain::queue::Queue;
use crate::http::Api;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::service::cases;

#[derive(Debug, Serialize)]
struct LengthsView {
    pending: u64,
    reported: u64,
    spam: u64,
    rejected: u64,
}

impl From<&BTreeMap<Queue, u64>> for LengthsView {
    fn from(lengths: &BTreeMap<Queue, u64>) -> Self {
        let length = |queue| lengths.get(&queue).copied().unwrap_or_default();
        Self {
            pending: length(Queue::Pending),
            reported: length(Queue::Reported),
            spam: length(Queue::Spam),
            rejected: length(Queue::Rejected),
        }
    }
}

#[derive(Debug, Serialize)]
struct QueueView {
    site: String,
    #[serde(flatten)]
    lengths: LengthsView,
}

#[derive(Debug, Serialize)]
struct QueuesView {
    queues: Vec<QueueView>,
    totals: LengthsView,
}

/// `GET /admin/queues`
///
/// # Errors
/// As the contract says.
pub async fn list_queues(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let site = query.take_site()?;
    query.finish()?;
    let queues = cases::count(&api.service, reader.0, site).await?;
    let mut totals: BTreeMap<Queue, u64> = BTreeMap::new();
    for (queue, length) in queues.iter().flat_map(|queue| &queue.lengths) {
        *totals.entry(*queue).or_default() += length;
    }
    let view = |queue: &cases::QueueLengths| QueueView {
        site: queue.site.as_str().to_owned(),
        lengths: LengthsView::from(&queue.lengths),
    };
    let answer = QueuesView { queues: queues.iter().map(view).collect(), totals: LengthsView::from(&totals) };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}
