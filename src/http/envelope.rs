//! What every request goes through first and every answer last: an id, the checks that no route should have to think of,
//! the document of a problem, and headers that keep browsers from guessing.

use actix_web::Error;
use actix_web::ResponseError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::Api;
use super::error::{ApiError, Cause, PROBLEM_JSON};
use super::pages::refusals;
use super::problem::Problem;
use super::protocol::Protocol;
use super::query::is_well_escaped;

/// The largest head of a request, in bytes of its address and headers.
pub const MAX_HEAD_BYTES: usize = 16_384;
/// The header with the id of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// JSON is data: nothing in it is to be run, shown or framed.
pub(super) const DATA_ONLY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Goes around every route.
///
/// # Errors
/// None of its own: what is wrong becomes an answer.
pub async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let request_id =
        request.app_data::<Data<Api>>().map_or_else(String::new, |api| api.service.randomness.request_id());
    let mut response = match check(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(protocol) => request.into_response(ApiError::Protocol(protocol).error_response()),
    };
    let problem = response.response().extensions().get::<Problem>().cloned();
    if let Some(problem) = problem {
        let asked = response.request().clone();
        let kept = response.response().extensions().get::<refusals::Kept>().cloned().unwrap_or_default();
        response = response.map_body(|head, _| {
            let headers = head.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let is_page = refusals::is_page(asked.path());
            let page = is_page.then(|| refusals::page(&asked, &problem, &request_id, &kept, headers)).flatten();
            BoxBody::new(page.unwrap_or_else(|| {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
                problem.to_json(&request_id)
            }))
        });
        if response.response().extensions().get::<Cause>().is_none() {
            tracing::debug!(request_id, code = problem.code(), "refused");
        }
    }
    log_cause(&response, &request_id);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(request_id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(DATA_ONLY));
    }
    Ok(response)
}

fn log_cause(response: &ServiceResponse<BoxBody>, request_id: &str) {
    match response.response().extensions().get::<Cause>() {
        Some(Cause::Busy(reason)) => {
            if let Some(api) = response.request().app_data::<Data<Api>>() {
                api.busy_log.note(api.service.clock.uptime(), request_id, reason);
            }
        }
        Some(Cause::Broken(reason)) => tracing::error!(request_id, reason, "a request failed"),
        None => {}
    }
}

fn check(request: &ServiceRequest) -> Result<(), Protocol> {
    let uri = request.uri().path_and_query().map_or("", |uri| uri.as_str());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    if uri.len() + headers > MAX_HEAD_BYTES {
        return Err(Protocol::HeaderFieldsTooLarge);
    }
    if !is_well_escaped(uri) {
        return Err(Protocol::InvalidPercentEncoding);
    }
    if request.path().starts_with("/api/") {
        let offered = if request.path().ends_with("/comments.html") { HTML } else { JSON };
        if !takes(request.headers(), offered) {
            return Err(Protocol::NotAcceptable { offered: offered.name });
        }
    }
    Ok(())
}

/// A media type that can be offered, and the range of its kind.
#[derive(Debug, Clone, Copy)]
struct Offered {
    name: &'static str,
    kind: &'static str,
}

const JSON: Offered = Offered { name: "application/json", kind: "application/*" };
const HTML: Offered = Offered { name: "text/html", kind: "text/*" };

/// Whether the client takes what is offered (RFC 9110, section 12.5.1). Nothing but a clear exclusion counts as "no".
fn takes(headers: &HeaderMap, offered: Offered) -> bool {
    let mut lines = headers.get_all(ACCEPT).peekable();
    if lines.peek().is_none() {
        return true;
    }
    // The most specific range that covers it decides.
    let mut best: Option<(u8, bool)> = None;
    for range in lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let specificity = match parts.next().map(str::to_ascii_lowercase).as_deref() {
            Some(name) if name == offered.name => 2,
            Some(name) if name == offered.kind => 1,
            Some("*/*") => 0,
            _ => continue,
        };
        let weight = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
        let taken = weight.is_none_or(|(_, q)| q.trim().parse::<f32>().is_ok_and(|q| q > 0.0));
        if best.is_none_or(|(found, _)| specificity >= found) {
            best = Some((specificity, taken));
        }
    }
    best.is_some_and(|(_, taken)| taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_excludes_json_is_told_so() {
        let cases = [
            ("*/*", true),
            ("application/json", true),
            ("application/*;q=0.5", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("text/html", false),
            ("application/json;q=0", false),
            ("application/json;q=0, */*", false),
            ("*/*;q=0, application/json", true),
            ("application/xml", false),
        ];
        for (accept, taken) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(takes(&headers, JSON), taken, "{accept}");
        }
        assert!(takes(&HeaderMap::new(), JSON));
        let html = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/html"))]);
        assert!(takes(&html, HTML) && !takes(&html, JSON));
    }
}
