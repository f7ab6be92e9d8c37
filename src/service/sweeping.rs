//! Clearing away what has expired.

use super::{Error, Service};
use crate::domain::idempotency::KEPT_SECONDS;
use crate::store;

/// The most comments that are erased in one transaction.
const ERASED_AT_ONCE: u32 = 500;

/// Deletes the first answers that have been kept long enough, and erases comments that staff deleted long enough ago.
///
/// # Errors
/// The store's trouble.
pub async fn sweep(service: &Service) -> Result<(), Error> {
    loop {
        let before = service.clock.now().minus_seconds(KEPT_SECONDS);
        let work = move |connection: &mut store::Connection| store::replays::delete_expired(connection, before);
        if !service.store.write(work).await? {
            break;
        }
    }
    let now = service.clock.now();
    let work =
        move |connection: &mut store::Connection| store::comments::update_expired(connection, now, ERASED_AT_ONCE);
    Ok(service.store.write(work).await?)
}
