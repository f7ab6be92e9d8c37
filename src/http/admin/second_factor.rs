//! One's own second factor.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::{Deserialize, Serialize};

use super::gate::SignedIn;
use crate::domain::totp::RecoveryCode;
use crate::http::answer::{private, to_json};
use crate::http::error::ApiError;
use crate::http::query::Query;
use crate::http::{Api, json};
use crate::service::second_factors;

/// Who issues the codes, as an authenticator shows it.
const ISSUER: &str = "Rejoinder";

#[derive(Debug, Serialize)]
struct SecretAnswer {
    secret: String,
    uri: String,
    qr: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RecoveryAnswer {
    recovery_codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// `POST /admin/me/totp`
///
/// # Errors
/// As the contract says.
pub async fn begin_totp(
    request: HttpRequest,
    api: Data<Api>,
    SignedIn(actor, _): SignedIn,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let secret = second_factors::begin(&api.service, &actor).await?;
    let uri = secret.uri(ISSUER, actor.staff().name.as_str());
    let answer = SecretAnswer { secret: secret.base32(), qr: qr_code(&uri)?, uri };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}

/// `PUT /admin/me/totp`
///
/// # Errors
/// As the contract says.
pub async fn confirm_totp(
    request: HttpRequest,
    api: Data<Api>,
    SignedIn(actor, _): SignedIn,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (Code { code }, _) = json::read::<Code>(&request, payload, api.body_deadline()).await?;
    let codes = second_factors::confirm(&api.service, &actor, code).await?;
    let answer = RecoveryAnswer { recovery_codes: codes.iter().map(RecoveryCode::reveal).collect() };
    Ok(private(StatusCode::OK, to_json(&answer)?, Vec::new()))
}

/// `POST /admin/me/totp/removal`
///
/// # Errors
/// As the contract says.
pub async fn remove_totp(
    request: HttpRequest,
    api: Data<Api>,
    SignedIn(actor, _): SignedIn,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let (Code { code }, _) = json::read::<Code>(&request, payload, api.body_deadline()).await?;
    second_factors::remove(&api.service, &actor, code).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The modules of the QR code of a text, row by row from above: `1` for a dark one. No quiet zone is around it.
fn qr_code(text: &str) -> Result<Vec<String>, ApiError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|error| ApiError::Broken(error.to_string()))?;
    let sides = 0..code.size();
    let row = |y: i32| sides.clone().map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect();
    Ok(sides.clone().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::totp::TotpSecret;

    #[test]
    fn a_code_can_be_drawn_of_every_name() {
        for name in ["Mia", &"ß".repeat(64), &"👩\u{200d}👩\u{200d}👧".repeat(28)] {
            let uri = TotpSecret::from_bytes([255; 20]).uri(ISSUER, name);
            let rows = qr_code(&uri).unwrap();
            assert!(rows.iter().all(|row| row.len() == rows.len() && row.bytes().all(|b| b"01".contains(&b))));
            // The finder pattern in the corner.
            assert!(rows[0].starts_with("11111110") && rows[1].starts_with("10000010"), "{name}");
        }
    }
}
