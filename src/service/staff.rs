//! Who is staff.

use super::{Error, Service};
use crate::domain::access::{Role, Scopes, SiteScope};
use crate::domain::credential::ApiToken;
use crate::domain::id::{StaffId, TokenId};
use crate::domain::refusal::Refusal;
use crate::domain::staff::{Staff, StaffName};
use crate::domain::time::Timestamp;
use crate::store::tokens::TokenRecord;
use crate::store::{self, Connection};

/// How many days the first token of a member of staff can be used.
const FIRST_TOKEN_DAYS: i64 = 365;
/// Seconds of a day.
pub(super) const DAY_SECONDS: i64 = 86_400;

/// Somebody who is to become staff.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Their name.
    pub name: StaffName,
    /// What they are to be trusted with.
    pub role: Role,
    /// Where.
    pub sites: SiteScope,
}

/// Adds a member of staff, and makes their first API token.
///
/// # Errors
/// [`Refusal::NameTaken`], or the store's trouble.
pub async fn add(service: &Service, new: NewStaff) -> Result<(Staff, ApiToken), Error> {
    let (clock, randomness) = (service.clock.clone(), service.randomness.clone());
    let work = move |connection: &mut Connection| {
        let now = clock.now();
        let staff = Staff {
            id: StaffId::from_number(randomness.id_number(now)),
            name: new.name.clone(),
            role: new.role,
            sites: new.sites.clone(),
            is_disabled: false,
            has_password: false,
            has_totp: false,
            created_at: now,
        };
        if !store::staff::insert(connection, &staff)? {
            return Err(Refusal::NameTaken.into());
        }
        let token = ApiToken::from_bytes(randomness.bytes());
        let id = TokenId::from_number(randomness.id_number(now));
        store::tokens::insert(connection, &first_token(id, staff.id, now), &token.hash())?;
        Ok((staff, token))
    };
    service.store.write(work).await
}

fn first_token(id: TokenId, staff_id: StaffId, now: Timestamp) -> TokenRecord {
    TokenRecord {
        id,
        staff_id,
        name: "first".to_owned(),
        scopes: Scopes::all(),
        site_id: None,
        created_at: now,
        expires_at: now.plus_seconds(FIRST_TOKEN_DAYS * DAY_SECONDS),
        used_at: None,
    }
}
