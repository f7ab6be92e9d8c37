//! `GET /sites/{site}/comments.html`: the element of the widget with a page of comments in it, to be put into a page where
//! that is built.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::addresses::Addresses;
use super::answers::{public, render};
use super::contents::{Found, section, setting};
use super::form::{Complaints, Typed};
use super::language;
use super::section::Link;
use super::thread::{Asked, ElementView, own_address, take_lang, take_sort};
use crate::domain::page::{DEFAULT_LIMIT, DEFAULT_REPLIES, MAX_LIMIT, MAX_REPLIES, Sort};
use crate::domain::site::Site;
use crate::http::cache::Made;
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::query::Query;
use crate::http::widget::open_to_pages;
use crate::http::{Api, cache};
use crate::service::comments::{self, ThreadQuery};

/// `GET /sites/{site}/comments.html`
///
/// # Errors
/// As the contract says.
pub async fn render_comments(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let origin = own_address(&request, &api);
    let make = async || make(&request, &api, &visit.site, &origin).await;
    let mut response = cache::answer(&request, &api, &visit.site, &origin, make).await?;
    open_to_pages(&mut response);
    Ok(response)
}

async fn make(request: &HttpRequest, api: &Api, site: &Arc<Site>, origin: &str) -> Result<Made, ApiError> {
    let mut query = Query::of(request);
    let key = query.take_thread()?;
    let sort = take_sort(&mut query)?;
    let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
    let replies = query.take_number("replies", DEFAULT_REPLIES, 0, MAX_REPLIES)?;
    let lang = take_lang(&mut query)?;
    query.finish()?;
    let asked = Asked { sort, ..Asked::first(key.clone(), lang.clone()) };
    let language = lang.as_deref().and_then(language::find).unwrap_or_else(language::fallback);
    let addresses =
        Addresses { base: origin.to_owned(), site: site.slug.clone(), thread: key.clone(), sort, lang: lang.clone() };
    let wanted = ThreadQuery { key: key.clone(), sort, limit, cursor: None, replies };
    let found = Found::Thread(Box::new(comments::list(&api.service, site.clone(), wanted).await?));
    let newest_hidden = comments::newest_hidden(&api.service, found.thread().0).await?;
    let setting = setting(site, &found, &addresses, language, newest_hidden);
    let view = ElementView {
        anchor: None,
        attributes: attributes(origin, site.slug.as_str(), &asked, limit, replies),
        style: format!("{origin}/widget.css"),
        section: section(setting, &asked, &found, &Typed::default(), &Complaints::default()),
        link: Link { text: language.count("page.link", setting.thread.comment_count.into()), url: addresses.first() },
    };
    Ok(public(render(&view)?, api.service.changes.sources_of_thread(setting.thread)))
}

/// What the element is told, so that it goes on with what is shown already.
fn attributes(origin: &str, site: &str, asked: &Asked, limit: u32, replies: u32) -> Vec<(&'static str, String)> {
    let thread = asked.key.as_str().to_owned();
    let always = [("src", origin.to_owned()), ("site", site.to_owned()), ("thread", thread)];
    let unusual = [
        (asked.sort != Sort::Newest).then(|| ("sort", asked.sort.name().to_owned())),
        (limit != DEFAULT_LIMIT).then(|| ("page-size", limit.to_string())),
        (replies != DEFAULT_REPLIES).then(|| ("replies", replies.to_string())),
        asked.lang.clone().map(|lang| ("lang", lang)),
    ];
    always.into_iter().filter(|(_, value)| !value.is_empty()).chain(unusual.into_iter().flatten()).collect()
}
