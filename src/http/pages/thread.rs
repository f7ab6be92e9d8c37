//! `/t/{site}`: the comments of a thread as a page that needs no JavaScript.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::HtmlSafe;

use super::addresses::Addresses;
use super::answers::{protect, public, render, vary_by_language};
use super::contents::{Found, section, setting};
use super::form::{Complaints, Setting, Typed};
use super::language::{self, Language};
use super::linked_data::LinkedData;
use super::section::{Link, Section};
use crate::domain::id::CommentId;
use crate::domain::page::{DEFAULT_LIMIT, DEFAULT_REPLIES, Sort};
use crate::domain::refusal::Refusal;
use crate::domain::thread::{PageUrl, Thread, ThreadKey};
use crate::http::Api;
use crate::http::answer::{entity_tag, public_bytes};
use crate::http::assets::CACHING;
use crate::http::cache::{self, Made};
use crate::http::error::ApiError;
use crate::http::gate::Visit;
use crate::http::own_address::own_origin;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::service::comments::{self, ThreadQuery};
use crate::service::conversations;

/// What stands around the comments looks like this.
const STYLE: &str = include_str!("../../../web/page/page.css");

/// What a reader asks of a page.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) key: ThreadKey,
    pub(super) sort: Sort,
    pub(super) cursor: Option<String>,
    pub(super) comment: Option<CommentId>,
    pub(super) reply_to: Option<CommentId>,
    pub(super) lang: Option<String>,
    /// What came of the comment that led here.
    pub(super) posted: Option<Outcome>,
}

/// What came of a comment that was sent by a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Published,
    Pending,
}

impl Outcome {
    const EACH: [Self; 2] = [Self::Published, Self::Pending];

    const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Pending => "pending",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl Asked {
    fn read(request: &HttpRequest) -> Result<Self, ApiError> {
        let mut query = Query::of(request);
        let asked = Self {
            key: query.take_thread()?,
            sort: take_sort(&mut query)?,
            cursor: query.take("cursor")?,
            comment: take_comment(&mut query, "comment")?,
            reply_to: take_comment(&mut query, "reply_to")?,
            lang: take_lang(&mut query)?,
            posted: query.take_named("posted", None, &Outcome::EACH.map(Outcome::name), |name| {
                Outcome::from_name(name).map(Some)
            })?,
        };
        query.finish()?;
        Ok(asked)
    }

    /// The first page of a thread.
    pub(super) const fn first(key: ThreadKey, lang: Option<String>) -> Self {
        Self { key, sort: Sort::Newest, cursor: None, comment: None, reply_to: None, lang, posted: None }
    }

    /// The comment that the page is about.
    pub(super) fn subject(&self) -> Option<CommentId> {
        self.reply_to.or(self.comment)
    }

    /// Whether this is the first page of a thread, with nothing else on it.
    fn is_first(&self) -> bool {
        self.subject().is_none() && self.cursor.is_none() && self.posted.is_none()
    }

    /// Whether this is what search engines should list: not a form, not one of several orders.
    fn is_indexed(&self) -> bool {
        self.reply_to.is_none() && self.sort == Sort::Newest && self.posted.is_none()
    }
}

/// Takes the order of the roots.
pub(super) fn take_sort(query: &mut Query) -> Result<Sort, ApiError> {
    query.take_named("sort", Sort::Newest, &Sort::EACH.map(Sort::name), Sort::from_name)
}

/// Takes the name of a language.
pub(super) fn take_lang(query: &mut Query) -> Result<Option<String>, ApiError> {
    let lang = query.take("lang")?;
    if lang.as_deref().is_none_or(language::is_tag) {
        return Ok(lang);
    }
    Err(ApiError::parameter("lang", Fault::InvalidValue, "`lang` must be the name of a language, such as `de`."))
}

fn take_comment(query: &mut Query, name: &str) -> Result<Option<CommentId>, ApiError> {
    let id = query.take(name)?.map(|text| CommentId::parse(&text).ok_or(Refusal::CommentNotFound));
    Ok(id.transpose()?)
}

/// The language of a page: the one asked for, else what the browser likes.
pub(super) fn language_of(lang: Option<&str>, request: &HttpRequest) -> &'static Language {
    lang.and_then(language::find).unwrap_or_else(|| language::preferred(request.headers()))
}

/// `GET /t/{site}`
///
/// # Errors
/// What a list of comments can be refused for.
pub async fn read_thread_page(request: HttpRequest, api: Data<Api>, visit: Visit) -> Result<HttpResponse, ApiError> {
    let asked = Asked::read(&request)?;
    let language = language_of(asked.lang.as_deref(), &request);
    let origin = own_address(&request, &api);
    let make = async || page(&request, &api, &visit, &asked, &Typed::default(), &Complaints::default()).await;
    let mut response = cache::answer(&request, &api, &visit.site, &format!("{} {origin}", language.tag), make).await?;
    vary_by_language(response.headers_mut());
    protect(response.headers_mut());
    Ok(response)
}

/// `GET /page.css`
///
/// # Errors
/// None.
pub async fn read_page_style(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let body = Bytes::from_static(STYLE.as_bytes());
    Ok(public_bytes(&request, body, &entity_tag(STYLE.as_bytes()), "text/css; charset=utf-8", CACHING))
}

#[derive(Debug, Template)]
#[template(path = "page.html")]
struct PageView<'a> {
    language: &'static Language,
    title: String,
    /// The same, where it says more than the heading of the comments does.
    heading: Option<String>,
    canonical: Option<String>,
    is_indexed: bool,
    /// Whether the script may take the element over: it shows the first page only, so anything else would be lost.
    is_alive: bool,
    linked_data: LinkedData,
    element: ElementView<'a>,
}

/// The element of the widget, with what it shows until its script runs.
#[derive(Debug, Template)]
#[template(path = "element.html")]
pub(super) struct ElementView<'a> {
    pub(super) anchor: Option<String>,
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) style: String,
    pub(super) section: Section<'a>,
    pub(super) link: Link,
}

impl HtmlSafe for ElementView<'_> {}

/// Makes the whole page, with a form in which `typed` stands.
pub(super) async fn page(
    request: &HttpRequest,
    api: &Api,
    visit: &Visit,
    asked: &Asked,
    typed: &Typed,
    complaints: &Complaints,
) -> Result<Made, ApiError> {
    let language = language_of(asked.lang.as_deref(), request);
    let found = find(api, visit, asked).await?;
    let addresses = Addresses {
        base: String::new(),
        site: visit.site.slug.clone(),
        thread: asked.key.clone(),
        sort: asked.sort,
        lang: asked.lang.clone(),
    };
    let newest_hidden = comments::newest_hidden(&api.service, found.thread().0).await?;
    let setting = setting(&visit.site, &found, &addresses, language, newest_hidden);
    let thread = setting.thread;
    let mut section = section(setting, asked, &found, typed, complaints);
    let origin = own_address(request, api);
    let linked_data = LinkedData::of(thread, &section, &origin, &addresses.first());
    let heading = thread.title.as_ref().map(|title| language.about("page.title", "title", title));
    if heading.is_none() {
        // Above it there is no heading then.
        section.level = 1;
    }
    let title = heading.clone().unwrap_or_else(|| language.text("page.title_unknown"));
    let view = PageView {
        language,
        title,
        heading,
        canonical: web_address(thread),
        is_indexed: asked.is_indexed(),
        is_alive: asked.is_first() && complaints.is_empty(),
        linked_data,
        element: ElementView {
            anchor: asked.subject().map(|id| format!("c-{id}")),
            attributes: attributes(setting, asked),
            style: "/widget.css".to_owned(),
            link: Link { text: language.count("page.link", thread.comment_count.into()), url: addresses.first() },
            section,
        },
    };
    Ok(public(render(&view)?, api.service.changes.sources_of_thread(thread)))
}

/// The origin that the client asked; empty for one that isn't any.
pub(super) fn own_address(request: &HttpRequest, api: &Api) -> String {
    own_origin(request, &api.settings.trusted_proxies).map_or_else(String::new, |origin| origin.to_string())
}

/// The element on the service's own page says of the article what is known of it, since the page is another one.
fn attributes(setting: Setting<'_>, asked: &Asked) -> Vec<(&'static str, String)> {
    let Setting { site, thread, language, .. } = setting;
    let mut attributes = vec![
        ("site", site.slug.to_string()),
        ("thread", thread.key.as_str().to_owned()),
        ("thread-url", web_address(thread).unwrap_or_default()),
        ("thread-title", thread.title.clone().unwrap_or_default()),
        ("lang", language.tag.to_owned()),
    ];
    if asked.sort != Sort::Newest {
        attributes.push(("sort", asked.sort.name().to_owned()));
    }
    attributes
}

/// The address of the article, if it can be linked to.
fn web_address(thread: &Thread) -> Option<String> {
    let url = PageUrl::parse(thread.url.as_deref()?)?;
    Some(url.as_url().to_string())
}

async fn find(api: &Api, visit: &Visit, asked: &Asked) -> Result<Found, ApiError> {
    let (site, key, cursor) = (visit.site.clone(), asked.key.clone(), asked.cursor.clone());
    if let Some(id) = asked.subject() {
        let found = conversations::find(&api.service, site, key, id, cursor, DEFAULT_LIMIT).await?;
        return Ok(Found::Conversation(Box::new(found)));
    }
    let query = ThreadQuery { key, sort: asked.sort, limit: DEFAULT_LIMIT, cursor, replies: DEFAULT_REPLIES };
    Ok(Found::Thread(Box::new(comments::list(&api.service, site, query).await?)))
}
