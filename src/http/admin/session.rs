//! Signing in and out, and who is signed in.

use actix_web::http::StatusCode;
use actix_web::http::header::{SET_COOKIE, USER_AGENT};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::gate::{Myself, SESSION_COOKIE, SignedIn};
use super::members::{Nullable, given, nullable};
use super::views::MeView;
use crate::domain::credential::ApiToken;
use crate::domain::password::TypedPassword;
use crate::domain::refusal::Refusal;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::http::shape::Fault;
use crate::http::{Api, json};
use crate::service::credentials;
use crate::service::signing_in::{self, Typed};

/// What every cookie of a session says of itself: for this host only, over a secure line only, out of reach of scripts, and
/// not sent along when another site's page asks.
const COOKIE_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// Name and password, or an API token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    password: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    code: Nullable<String>,
    #[serde(default, deserialize_with = "given")]
    token: Option<String>,
}

enum Credentials {
    Password(Typed),
    Token(String),
}

impl SignIn {
    fn into_credentials(self) -> Result<Credentials, ApiError> {
        let missing =
            |pointer, name| json::fault(pointer, Fault::MissingField, format!("The member `{name}` is missing."));
        let Some(token) = self.token else {
            let name = self.name.ok_or_else(|| missing("/name", "name"))?;
            let password = TypedPassword::new(self.password.ok_or_else(|| missing("/password", "password"))?);
            return Ok(Credentials::Password(Typed { name, password, code: self.code.flatten() }));
        };
        let others =
            [("/name", self.name.is_some()), ("/password", self.password.is_some()), ("/code", self.code.is_some())];
        match others.into_iter().find(|(_, is_there)| *is_there) {
            Some((pointer, _)) => {
                Err(json::fault(pointer, Fault::UnknownField, "Beside `token` nothing else is known here."))
            }
            None => Ok(Credentials::Token(token)),
        }
    }
}

/// `POST /admin/session`
///
/// # Errors
/// As the contract says.
pub async fn sign_in(request: HttpRequest, api: Data<Api>, payload: Payload) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (body, _) = json::read::<SignIn>(&request, payload, api.body_deadline()).await?;
    let browser = request.headers().get(USER_AGENT).and_then(|name| name.to_str().ok()).unwrap_or_default().to_owned();
    let signed_in = match body.into_credentials()? {
        Credentials::Password(typed) => signing_in::by_password(&api.service, typed, browser).await?,
        Credentials::Token(token) => {
            let token = ApiToken::parse(token.trim()).ok_or(Refusal::SignInFailed)?;
            signing_in::by_token(&api.service, token, browser).await?
        }
    };
    let cookie = format!("{SESSION_COOKIE}={}; {COOKIE_ATTRIBUTES}", signed_in.token.reveal());
    let body = to_json(&MeView::from(&signed_in.me))?;
    Ok(private(StatusCode::OK, body, vec![(SET_COOKIE, cookie)]))
}

/// `DELETE /admin/session`
///
/// # Errors
/// As the contract says.
pub async fn sign_out(
    request: HttpRequest,
    api: Data<Api>,
    SignedIn(_, session): SignedIn,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    signing_in::sign_out(&api.service, session).await?;
    let cookie = format!("{SESSION_COOKIE}=; {COOKIE_ATTRIBUTES}; Max-Age=0");
    Ok(HttpResponse::NoContent().insert_header((SET_COOKIE, cookie)).finish())
}

/// `GET /admin/me`
///
/// # Errors
/// As the contract says.
pub async fn read_me(request: HttpRequest, api: Data<Api>, myself: Myself) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let me = credentials::describe(&api.service, myself.0).await?;
    Ok(private(StatusCode::OK, to_json(&MeView::from(&me))?, Vec::new()))
}
