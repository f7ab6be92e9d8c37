//! One's own password.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::gate::SignedIn;
use crate::domain::password::TypedPassword;
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::http::{Api, json};
use crate::service::passwords;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    #[serde(default)]
    current_password: Option<String>,
    new_password: String,
}

/// `PUT /admin/me/password`
///
/// # Errors
/// As the contract says.
pub async fn change_password(
    request: HttpRequest,
    api: Data<Api>,
    SignedIn(actor, session): SignedIn,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (change, _) = json::read::<PasswordChange>(&request, payload, api.body_deadline()).await?;
    let current = change.current_password.map(TypedPassword::new);
    let new = TypedPassword::new(change.new_password);
    passwords::change(&api.service, &actor, session, current, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}
