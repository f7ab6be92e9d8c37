//! Who is staff.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::gate::Administrator;
use super::members::{Nullable, given, nullable};
use super::paging::PageQuery;
use super::tokens::TokenView;
use super::views::StaffView;
use crate::domain::access::Role;
use crate::domain::id::StaffId;
use crate::domain::refusal::Refusal;
use crate::domain::selection::MAX_SITES;
use crate::domain::site::Slug;
use crate::domain::staff::StaffName;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::staff::{self, NewStaff, StaffChange};

#[derive(Debug, Serialize)]
struct ListAnswer {
    staff: Vec<StaffView>,
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct AddedAnswer {
    staff: StaffView,
    token: TokenView,
    secret: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStaffBody {
    name: String,
    role: String,
    #[serde(default)]
    sites: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffChangeBody {
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    role: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    sites: Nullable<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    is_disabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    remove_totp: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    remove_password: Option<bool>,
}

fn name(text: &str) -> Result<StaffName, Refusal> {
    StaffName::parse(text).map_err(|error| Refusal::input("/name", error.into()))
}

fn role(text: &str) -> Result<Role, ApiError> {
    json::named("/role", text, &Role::EACH.map(Role::name), Role::from_name)
}

/// The sites that somebody is bound to: at least one, each once.
fn sites(names: Option<Vec<String>>) -> Result<Option<Vec<Slug>>, ApiError> {
    let Some(names) = names else {
        return Ok(None);
    };
    if names.is_empty() {
        return Err(json::invalid("/sites", "Name at least one site, or send null for all."));
    }
    if names.len() > MAX_SITES {
        let max = u64::try_from(MAX_SITES).unwrap_or(u64::MAX);
        let detail = format!("Name at most {max} sites, or send null for all.");
        return Err(json::fault("/sites", Fault::OutOfRange { min: 1, max }, detail));
    }
    let unique: HashSet<&str> = names.iter().map(String::as_str).collect();
    if unique.len() < names.len() {
        return Err(json::invalid("/sites", "Name each site once."));
    }
    let slugs: Option<Vec<Slug>> = names.iter().map(|name| Slug::parse(name)).collect();
    Ok(Some(slugs.ok_or(Refusal::SiteNotFound)?))
}

/// A member that is `true` or isn't there.
fn wish(pointer: &'static str, asked: Option<bool>) -> Result<bool, ApiError> {
    match asked {
        Some(false) => Err(json::invalid(pointer, "This must be true, or be left out.")),
        asked => Ok(asked.is_some()),
    }
}

impl NewStaffBody {
    fn into_new(self) -> Result<NewStaff, ApiError> {
        Ok(NewStaff { name: name(&self.name)?, role: role(&self.role)?, sites: sites(self.sites)? })
    }
}

impl StaffChangeBody {
    fn into_change(self) -> Result<StaffChange, ApiError> {
        Ok(StaffChange {
            name: self.name.as_deref().map(name).transpose()?,
            role: self.role.as_deref().map(role).transpose()?,
            sites: self.sites.map(sites).transpose()?,
            is_disabled: self.is_disabled,
            removes_totp: wish("/remove_totp", self.remove_totp)?,
            removes_password: wish("/remove_password", self.remove_password)?,
        })
    }
}

fn staff_id(text: &str) -> Result<StaffId, Refusal> {
    StaffId::parse(text).ok_or(Refusal::StaffNotFound)
}

/// `GET /admin/staff`
///
/// # Errors
/// As the contract says.
pub async fn list_staff(request: HttpRequest, api: Data<Api>, _: Administrator) -> Result<HttpResponse, ApiError> {
    let query = PageQuery::of("staff", Query::of(&request))?;
    let page = staff::list(&api.service, query.before.map(StaffId::from_number), query.limit).await?;
    let staff = page.items.iter().map(StaffView::from).collect();
    let answer = ListAnswer { staff, next_cursor: query.cursor(page.next) };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// `POST /admin/staff`
///
/// # Errors
/// As the contract says.
pub async fn add_staff(
    request: HttpRequest,
    api: Data<Api>,
    administrator: Administrator,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<NewStaffBody>(&request, payload, api.body_deadline()).await?;
    let added = staff::add(&api.service, Some(administrator.0), body.into_new()?).await?;
    let location = format!("/api/v1/admin/staff/{}", added.member.staff.id);
    let answer = AddedAnswer {
        staff: StaffView::from(&added.member),
        token: TokenView::from(&added.token),
        secret: added.secret.reveal(),
    };
    Ok(private(StatusCode::CREATED, to_json(&answer)?, vec![(LOCATION, location)]))
}

/// `GET /admin/staff/{staff_id}`
///
/// # Errors
/// As the contract says.
pub async fn find_staff(
    request: HttpRequest,
    api: Data<Api>,
    _: Administrator,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let member = staff::find(&api.service, staff_id(&path)?).await?;
    Ok(private(StatusCode::OK, to_json(&StaffView::from(&member))?, Vec::new()))
}

/// `PATCH /admin/staff/{staff_id}`
///
/// # Errors
/// As the contract says.
pub async fn change_staff(
    request: HttpRequest,
    api: Data<Api>,
    administrator: Administrator,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<StaffChangeBody>(&request, payload, api.body_deadline()).await?;
    let change = body.into_change()?;
    let member = staff::change(&api.service, Some(administrator.0), staff_id(&path)?, change).await?;
    Ok(private(StatusCode::OK, to_json(&StaffView::from(&member))?, Vec::new()))
}

/// `DELETE /admin/staff/{staff_id}`
///
/// # Errors
/// As the contract says.
pub async fn remove_staff(
    request: HttpRequest,
    api: Data<Api>,
    administrator: Administrator,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    staff::remove(&api.service, Some(administrator.0), staff_id(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
