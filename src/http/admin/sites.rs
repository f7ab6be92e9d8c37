//! Sites and their settings.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::gate::{Administrator, Configurer, Reader};
use super::members::{Faults, Nullable, given, nullable};
use crate::domain::html::TextFormat;
use crate::domain::origin::OriginPattern;
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::domain::refusal::Refusal;
use crate::domain::site::{Guidelines, MAX_ORIGINS, Moderation, SettingError, Site, SiteChange, Slug, Voting};
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::{PolicyView, Time};
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::sites::{self, Changed};

/// A site with its settings.
#[derive(Debug, Serialize)]
struct SiteView {
    slug: String,
    origins: Vec<String>,
    policy: PolicyView,
    hold_first_comment: bool,
    max_links: Option<u32>,
    report_threshold: u32,
    close_after_days: Option<u32>,
    created_at: Time,
}

impl From<&Site> for SiteView {
    fn from(site: &Site) -> Self {
        Self {
            slug: site.slug.to_string(),
            origins: site.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            policy: PolicyView::of(site, site.policy),
            hold_first_comment: site.hold_first_comment,
            max_links: site.max_links,
            report_threshold: site.report_threshold,
            close_after_days: site.close_after_days,
            created_at: site.created_at.into(),
        }
    }
}

#[derive(Debug, Serialize)]
struct SitesAnswer {
    sites: Vec<SiteView>,
    next_cursor: Option<String>,
}

/// `GET /admin/sites`
///
/// # Errors
/// As the contract says.
pub async fn list_sites(request: HttpRequest, api: Data<Api>, reader: Reader) -> Result<HttpResponse, ApiError> {
    let mut query = Query::of(&request);
    let cursor = query.take("cursor")?;
    let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
    query.finish()?;
    let page = sites::list_for(&api.service, &reader.0, cursor, limit).await?;
    let answer = SitesAnswer { sites: page.sites.iter().map(SiteView::from).collect(), next_cursor: page.next_cursor };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// `GET /admin/sites/{slug}`
///
/// # Errors
/// As the contract says.
pub async fn find_site_settings(
    request: HttpRequest,
    api: Data<Api>,
    reader: Reader,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let site = sites::find_for(&api.service, &reader.0, &path).await?;
    Ok(private(StatusCode::OK, to_json(&SiteView::from(&*site))?, Vec::new()))
}

/// The settings of a site as they are sent: its name is there when it is added, and only then.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteBody {
    #[serde(default, deserialize_with = "given")]
    slug: Option<String>,
    #[serde(default, deserialize_with = "given")]
    origins: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    max_characters: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    min_characters: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    max_depth: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    edit_window_seconds: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    moderation: Option<String>,
    #[serde(default, deserialize_with = "given")]
    guests: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    voting: Option<String>,
    #[serde(default, deserialize_with = "given")]
    text_format: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    guidelines: Nullable<String>,
    #[serde(default, deserialize_with = "given")]
    hold_first_comment: Option<bool>,
    #[serde(default, deserialize_with = "nullable")]
    max_links: Nullable<i64>,
    #[serde(default, deserialize_with = "given")]
    report_threshold: Option<i64>,
    #[serde(default, deserialize_with = "nullable")]
    close_after_days: Nullable<i64>,
}

/// A number as the domain has it. What it can't hold is out of every range, and told so there.
fn number(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl SiteBody {
    /// The name of the new site and its settings, or everything that is wrong with one of them.
    fn into_new(mut self) -> Result<(Slug, SiteChange), ApiError> {
        let mut faults = Faults::default();
        let slug = self.slug.take();
        if slug.is_none() {
            faults.note("/slug", Fault::MissingField, "The member `slug` is missing.");
        }
        let slug = slug.and_then(|slug| {
            let read = Slug::parse(&slug);
            if read.is_none() {
                let rule = "A name has 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -.";
                faults.note("/slug", Fault::InvalidValue, rule);
            }
            read
        });
        let change = self.read(&mut faults);
        faults.finish()?;
        Ok((slug.ok_or(Refusal::SiteNotFound)?, change))
    }

    /// The settings to change, or everything that is wrong with one of them.
    fn into_change(self) -> Result<SiteChange, ApiError> {
        let mut faults = Faults::default();
        if self.slug.is_some() {
            faults.note("/slug", Fault::UnknownField, "The name of a site can't be changed.");
        }
        let change = self.read(&mut faults);
        faults.finish()?;
        Ok(change)
    }

    fn read(self, faults: &mut Faults) -> SiteChange {
        let moderations = ["post", "pre"];
        let votings = ["none", "up", "up_down"];
        let formats = ["plain", "markdown"];
        let change = SiteChange {
            origins: self.origins.map(|origins| read_origins(faults, &origins)),
            max_characters: self.max_characters.map(number),
            min_characters: self.min_characters.map(number),
            max_depth: self.max_depth.map(number),
            edit_window_seconds: self.edit_window_seconds.map(number),
            moderation: self
                .moderation
                .and_then(|name| faults.named("/moderation", &name, &moderations, Moderation::from_name)),
            guests: self.guests,
            voting: self.voting.and_then(|name| faults.named("/voting", &name, &votings, Voting::from_name)),
            text_format: self
                .text_format
                .and_then(|name| faults.named("/text_format", &name, &formats, TextFormat::from_name)),
            guidelines: self.guidelines.map(|text| text.and_then(|text| read_guidelines(faults, &text))),
            hold_first_comment: self.hold_first_comment,
            max_links: self.max_links.map(|links| links.map(number)),
            report_threshold: self.report_threshold.map(number),
            close_after_days: self.close_after_days.map(|days| days.map(number)),
            ..SiteChange::default()
        };
        for error in change.check().err().unwrap_or_default() {
            faults.setting(&error);
        }
        change
    }
}

fn read_origins(faults: &mut Faults, texts: &[String]) -> Vec<OriginPattern> {
    if texts.len() > MAX_ORIGINS {
        let max = u32::try_from(MAX_ORIGINS).unwrap_or(u32::MAX);
        faults.setting(&SettingError { setting: "origins", min: 0, max, actual: max });
        return Vec::new();
    }
    let mut origins = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let rule = match OriginPattern::parse(text) {
            Some(origin) if origins.contains(&origin) => "This origin is there twice.",
            Some(origin) => {
                origins.push(origin);
                continue;
            }
            None => {
                "An origin is scheme, host and perhaps port: https://news.example, without a path or a slash at its end."
            }
        };
        faults.note(format!("/origins/{index}"), Fault::InvalidValue, rule);
    }
    origins
}

fn read_guidelines(faults: &mut Faults, text: &str) -> Option<Guidelines> {
    Guidelines::parse(text).unwrap_or_else(|error| {
        faults.against("/guidelines", error);
        None
    })
}

/// The site as it is now, or what would be out of range.
fn changed(changed: Changed) -> Result<Site, ApiError> {
    match changed {
        Changed::To(site) => Ok(site),
        Changed::Taken => Err(Refusal::SiteTaken.into()),
        Changed::Invalid(errors) => {
            let mut faults = Faults::default();
            // By itself each number would do; together with the site as it is, they don't.
            for SettingError { setting, min, max, .. } in errors {
                let detail = format!("`{setting}` must be from {min} to {max} on this site.");
                faults.note(format!("/{setting}"), Fault::InvalidValue, detail);
            }
            faults.finish()?;
            Err(ApiError::Broken("a change was refused without a reason".to_owned()))
        }
    }
}

/// `POST /admin/sites`
///
/// # Errors
/// As the contract says.
pub async fn add_site(
    request: HttpRequest,
    api: Data<Api>,
    administrator: Administrator,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<SiteBody>(&request, payload, api.body_deadline()).await?;
    let (slug, change) = body.into_new()?;
    let site = changed(sites::add(&api.service, Some(&administrator.0), slug, change).await?)?;
    let location = format!("/api/v1/admin/sites/{}", site.slug);
    Ok(private(StatusCode::CREATED, to_json(&SiteView::from(&site))?, vec![(LOCATION, location)]))
}

/// `PATCH /admin/sites/{slug}`
///
/// # Errors
/// As the contract says.
pub async fn change_site(
    request: HttpRequest,
    api: Data<Api>,
    configurer: Configurer,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let slug = Slug::parse(&path).ok_or(Refusal::SiteNotFound)?;
    let (body, _) = json::read::<SiteBody>(&request, payload, api.body_deadline()).await?;
    let site = changed(sites::set(&api.service, Some(&configurer.0), slug, body.into_change()?).await?)?;
    Ok(private(StatusCode::OK, to_json(&SiteView::from(&site))?, Vec::new()))
}

/// `DELETE /admin/sites/{slug}`
///
/// # Errors
/// As the contract says.
pub async fn remove_site(
    request: HttpRequest,
    api: Data<Api>,
    administrator: Administrator,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let slug = Slug::parse(&path).ok_or(Refusal::SiteNotFound)?;
    sites::remove(&api.service, &administrator.0, slug).await?;
    Ok(HttpResponse::NoContent().finish())
}
