//! API tokens.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::gate::{Myself, Oneself};
use super::paging::PageQuery;
use super::views::StaffNameView;
use crate::domain::access::Scopes;
use crate::domain::credential::TokenName;
use crate::domain::id::TokenId;
use crate::domain::refusal::Refusal;
use crate::domain::site::Slug;
use crate::http::answer::{private, private_page, to_json};
use crate::http::error::ApiError;
use crate::http::public::views::Time;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::tokens::{self, DEFAULT_DAYS, MAX_DAYS, NewToken, Token};

/// A token, without its secret.
#[derive(Debug, Serialize)]
pub(super) struct TokenView {
    id: String,
    staff: StaffNameView,
    name: String,
    scopes: Vec<&'static str>,
    site: Option<String>,
    created_at: Time,
    expires_at: Time,
    used_at: Option<Time>,
}

impl From<&Token> for TokenView {
    fn from(token: &Token) -> Self {
        let record = &token.record;
        Self {
            id: record.id.to_string(),
            staff: StaffNameView::of(record.staff_id, &token.owner),
            name: record.name.as_str().to_owned(),
            scopes: record.scopes.names().collect(),
            site: token.site.clone(),
            created_at: record.created_at.into(),
            expires_at: record.expires_at.into(),
            used_at: record.used_at.map(Time::from),
        }
    }
}

#[derive(Debug, Serialize)]
struct ListAnswer {
    tokens: Vec<TokenView>,
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct AddedAnswer {
    token: TokenView,
    secret: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTokenBody {
    name: String,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    expires_in_days: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenChangeBody {
    name: String,
}

fn name(text: &str) -> Result<TokenName, Refusal> {
    TokenName::parse(text).map_err(|error| Refusal::input("/name", error.into()))
}

fn scopes(names: &[String]) -> Result<Scopes, ApiError> {
    let twice = names.iter().enumerate().any(|(index, name)| names.iter().take(index).any(|other| other == name));
    if twice {
        return Err(json::invalid("/scopes", "Name each scope once."));
    }
    let scopes = Scopes::parse(names.iter().map(String::as_str));
    scopes.map_err(|error| json::invalid("/scopes", format!("Wrong scopes: {error}.")))
}

fn days(asked: Option<i64>) -> Result<u32, ApiError> {
    let asked = asked.unwrap_or(i64::from(DEFAULT_DAYS));
    let days = u32::try_from(asked).ok().filter(|days| (1..=MAX_DAYS).contains(days));
    let fault = Fault::OutOfRange { min: 1, max: u64::from(MAX_DAYS) };
    days.ok_or_else(|| json::fault("/expires_in_days", fault, format!("This must be from 1 to {MAX_DAYS}.")))
}

impl NewTokenBody {
    fn into_new(self) -> Result<NewToken, ApiError> {
        Ok(NewToken {
            name: name(&self.name)?,
            scopes: self.scopes.as_deref().map(scopes).transpose()?,
            site: self.site.map(|slug| Slug::parse(&slug).ok_or(Refusal::SiteNotFound)).transpose()?,
            days: days(self.expires_in_days)?,
        })
    }
}

fn token_id(text: &str) -> Result<TokenId, Refusal> {
    TokenId::parse(text).ok_or(Refusal::TokenNotFound)
}

/// `GET /admin/tokens`
///
/// # Errors
/// As the contract says.
pub async fn list_tokens(request: HttpRequest, api: Data<Api>, oneself: Oneself) -> Result<HttpResponse, ApiError> {
    let actor = oneself.0;
    let query = PageQuery::of_staff("tokens", actor.staff().id, Query::of(&request))?;
    let before = query.before.map(TokenId::from_number);
    let page = tokens::list(&api.service, actor, query.staff, before, query.limit).await?;
    let tokens = page.items.iter().map(TokenView::from).collect();
    let answer = ListAnswer { tokens, next_cursor: query.cursor(page.next) };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// `POST /admin/tokens`
///
/// # Errors
/// As the contract says.
pub async fn add_token(
    request: HttpRequest,
    api: Data<Api>,
    myself: Myself,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<NewTokenBody>(&request, payload, api.body_deadline()).await?;
    let (token, secret) = tokens::add(&api.service, myself.0, body.into_new()?).await?;
    let answer = AddedAnswer { token: TokenView::from(&token), secret: secret.reveal() };
    Ok(private(StatusCode::CREATED, to_json(&answer)?, Vec::new()))
}

/// `PATCH /admin/tokens/{token_id}`
///
/// # Errors
/// As the contract says.
pub async fn change_token(
    request: HttpRequest,
    api: Data<Api>,
    oneself: Oneself,
    path: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<TokenChangeBody>(&request, payload, api.body_deadline()).await?;
    let token = tokens::rename(&api.service, oneself.0, token_id(&path)?, name(&body.name)?).await?;
    Ok(private(StatusCode::OK, to_json(&TokenView::from(&token))?, Vec::new()))
}

/// `DELETE /admin/tokens/{token_id}`
///
/// # Errors
/// As the contract says.
pub async fn remove_token(
    request: HttpRequest,
    api: Data<Api>,
    oneself: Oneself,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    tokens::remove(&api.service, oneself.0, token_id(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
