//! Every "no" to somebody who looks at a page, as a page.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use askama::Template;

use super::answers::{HTML, protect};
use super::form::sentence;
use super::language::{self, Language};
use super::thread::language_of;
use crate::http::problem::Problem;
use crate::http::query::Query;

#[derive(Debug, Template)]
#[template(path = "refusal.html")]
struct RefusalView<'a> {
    language: &'static Language,
    title: String,
    sentence: String,
    status: u16,
    code: &'a str,
    request_id: &'a str,
    kept: Option<&'a str>,
}

/// What is left of a form that was refused as a whole. Goes with the answer.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The language that it asked for.
    pub lang: Option<String>,
    /// What somebody wrote: it is shown, to be copied.
    pub text: Option<String>,
}

/// Whether what stands at this address is for people.
#[must_use]
pub fn is_page(path: &str) -> bool {
    path.starts_with("/t/") || path == "/demo" || path.starts_with("/demo/")
}

/// The page that says no, and what it is sent with; `None` if it can't be written.
#[must_use]
pub fn page(
    request: &HttpRequest,
    problem: &Problem,
    request_id: &str,
    kept: &Kept,
    headers: &mut HeaderMap,
) -> Option<String> {
    let lang = kept.lang.clone().or_else(|| Query::of(request).take("lang").ok().flatten());
    let lang = lang.filter(|lang| language::is_tag(lang));
    let language = language_of(lang.as_deref(), request);
    let (code, status) = (problem.code(), problem.status());
    let sentence = sentence(language, code, &[]);
    let (title, kept) = (language.text("page.refused"), kept.text.as_deref());
    let html = RefusalView { language, title, sentence, status, code, request_id, kept };
    let html = html.render().ok()?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    protect(headers);
    Some(html)
}
