//! `POST /t/{site}`: a comment sent by the form of a page, without JavaScript.
//!
//! It goes the same way as one sent to the API. What is refused comes back in the form, with the reason at its field.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, ORIGIN, RETRY_AFTER};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::addresses::Addresses;
use super::answers::{private, vary_by_language};
use super::form::{Complaints, Typed};
use super::language;
use super::refusals::Kept;
use super::thread::{Asked, language_of, page};
use crate::domain::id::CommentId;
use crate::domain::idempotency::{Fingerprint, IdempotencyKey};
use crate::domain::page::Sort;
use crate::domain::quota::Action;
use crate::domain::refusal::{InputError, Refusal, Rule};
use crate::domain::site::Site;
use crate::domain::thread::ThreadKey;
use crate::http::Api;
use crate::http::cors::{self, Sender};
use crate::http::error::ApiError;
use crate::http::form_body::{self, Form};
use crate::http::gate::{Visit, take_from_quota};
use crate::http::public::comments::{NewComment, render};
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::service::admission::Class;
use crate::service::posting::{self, Answer, Retry};

/// A comment as a form has it.
#[derive(Debug)]
struct Sent {
    thread: String,
    key: ThreadKey,
    parent: Option<String>,
    lang: Option<String>,
    typed: Typed,
    retry: Option<Retry>,
}

impl Sent {
    fn read(mut form: Form, bytes: &Bytes) -> Result<Self, ApiError> {
        let thread = form.require("thread")?;
        let refused = || Refusal::input("/thread/key", Rule::InvalidThreadKey);
        let key = ThreadKey::parse(&thread).ok_or_else(refused)?;
        let lang = form.take("lang")?;
        if !lang.as_deref().is_none_or(language::is_tag) {
            return Err(form_body::error("lang", Fault::InvalidValue, "This must be the name of a language."));
        }
        let parent = form.take("parent")?;
        let thread_url = form.take("thread_url")?;
        let typed = Typed { name: form.require("name")?, body: form.require("body")?, thread_url };
        let retry = form.take("key")?.map(|_| retry(bytes));
        form.finish()?;
        Ok(Self { thread, key, parent, lang, typed, retry: retry.flatten() })
    }

    /// What the reader gets back where there is no page for the form.
    fn kept(&self) -> Kept {
        Kept { lang: self.lang.clone(), text: Some(self.typed.body.clone()) }
    }

    fn comment(&self) -> NewComment {
        let Typed { name, body, thread_url } = self.typed.clone();
        NewComment::of_form(self.thread.clone(), thread_url, self.parent.clone(), name, body)
    }
}

/// The same form sent twice is one comment, and any other form is another. Two readers can have been given the same page, and
/// so the same key in its form: what they typed is a part of the key here.
fn retry(bytes: &Bytes) -> Option<Retry> {
    let key = IdempotencyKey::parse(&BASE64URL_NOPAD.encode(&Sha256::digest(bytes)))?;
    Some(Retry { key, fingerprint: Fingerprint::of(bytes) })
}

/// `POST /t/{site}`
///
/// # Errors
/// What is wrong with the form itself, or with the page that it stands in, and that there is no room for it. All else is said
/// in the form.
pub async fn post_on_page(
    request: HttpRequest,
    api: Data<Api>,
    visit: Visit,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (mut form, bytes) = form_body::read(&request, payload, api.body_deadline()).await?;
    // Before any of it comes back in a page.
    if let Err(error) = refuse_other_pages(&request, &api, &visit.site) {
        return Ok(refused(&request, &mut form, &error));
    }
    let sent = Sent::read(form, &bytes)?;
    match post(&request, &api, &visit, &sent).await {
        Ok(answer) => Ok(see_other(&visit.site, &sent, &answer)),
        Err(error @ ApiError::Broken(_)) => Err(error),
        // A page for each would be a read for each write that there is no room for.
        Err(error @ ApiError::Busy(_)) => Ok(refuse(&error, sent.kept())),
        Err(error) => send_back(&request, &api, &visit, &sent, error).await,
    }
}

/// Refuses a form that stands in a page which may not write: one that isn't the site's, nor the service's own.
fn refuse_other_pages(request: &HttpRequest, api: &Api, site: &Site) -> Result<(), ApiError> {
    let headers = request.headers();
    let is_admitted = match cors::sender(headers, site) {
        Some(Sender::Page(_)) => true,
        Some(Sender::NoPage) => cors::comes_from_no_other_site(headers),
        None => false,
    };
    if is_admitted {
        return Ok(());
    }
    // Not from what the reader may post, which a foreign page could use up.
    take_from_quota(request, site, Action::Read)?;
    Err(cors::refuse(&api.service, headers, site).into())
}

/// The refusal of a page. Where the browser was told not to say which page that is, it may be one of the site's, so the
/// reader gets the text back; the text of a page that is known to be another's is shown nowhere.
fn refused(request: &HttpRequest, form: &mut Form, error: &ApiError) -> HttpResponse {
    let is_unnamed = request.headers().get(ORIGIN).is_some_and(|origin| origin == "null");
    let mut take = |name| form.take(name).ok().flatten();
    refuse(error, Kept { lang: take("lang"), text: take("body").filter(|_| is_unnamed) })
}

/// A refusal without the page that the form stood on.
fn refuse(error: &ApiError, kept: Kept) -> HttpResponse {
    let mut response = error.error_response();
    response.extensions_mut().insert(kept);
    response
}

async fn post(request: &HttpRequest, api: &Api, visit: &Visit, sent: &Sent) -> Result<Answer, ApiError> {
    api.service.admission.check(Class::Write, visit.site.id)?;
    take_from_quota(request, &visit.site, Action::Post)?;
    let draft = sent.comment().into_draft(&visit.site)?;
    let (site, client) = (visit.site.clone(), visit.client.clone());
    Ok(posting::post(&api.service, site, client, draft, sent.retry.clone(), render).await?)
}

/// Leads to the comment, or to where it is said that it waits.
fn see_other(site: &Site, sent: &Sent, answer: &Answer) -> HttpResponse {
    let addresses = Addresses {
        base: String::new(),
        site: site.slug.clone(),
        thread: sent.key.clone(),
        sort: Sort::Newest,
        lang: sent.lang.clone(),
    };
    let location = if answer.accepted { addresses.waiting() } else { addresses.posted(answer.comment_id) };
    let mut response = private(StatusCode::SEE_OTHER, String::new());
    if let Ok(location) = location.parse() {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The page once more, with what was typed in the form, and what is wrong with it.
async fn send_back(
    request: &HttpRequest,
    api: &Api,
    visit: &Visit,
    sent: &Sent,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    let language = language_of(sent.lang.as_deref(), request);
    let complaints = Complaints::of(&error, language);
    // What was answered may be gone, which is then what is wrong.
    let is_gone = matches!(&error, ApiError::Refused(Refusal::Input(errors)) if errors.iter().any(is_about_parent));
    let parent = sent.parent.as_deref().and_then(CommentId::parse).filter(|_| !is_gone);
    let first = Asked::first(sent.key.clone(), sent.lang.clone());
    let about = Asked { reply_to: parent, ..first.clone() };
    let make = async || {
        let _permit = api.service.admission.enter(Class::Read, visit.site.id).await?;
        match page(request, api, visit, &about, &sent.typed, &complaints).await {
            Err(ApiError::Refused(_)) => page(request, api, visit, &first, &sent.typed, &complaints).await,
            outcome => outcome,
        }
    };
    let page = match make().await {
        Ok(page) => page,
        // Where there is no page for the form, the reader still gets back what they wrote.
        Err(error) => return Ok(refuse(&error, sent.kept())),
    };
    let mut response = private(error.status_code(), page.body);
    vary_by_language(response.headers_mut());
    if let Some(standing) = error.standing() {
        response.extensions_mut().insert(*standing);
    }
    if let Some(seconds) = error.error_response().headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, seconds.clone());
    }
    Ok(response)
}

fn is_about_parent(error: &InputError) -> bool {
    error.pointer == "/parent_id"
}
