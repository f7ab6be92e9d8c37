//! Clearing away what has expired.

use super::{Error, Service};
use crate::domain::idempotency::KEPT_SECONDS;
use crate::store;

/// Deletes the first answers that have been kept long enough.
///
/// # Errors
/// The store's trouble.
pub async fn sweep(service: &Service) -> Result<(), Error> {
    loop {
        let before = service.clock.now().minus_seconds(KEPT_SECONDS);
        let work = move |connection: &mut store::Connection| store::replays::delete_expired(connection, before);
        if !service.store.write(work).await? {
            return Ok(());
        }
    }
}
