//! Clearing away what has expired.

use super::{Error, Service};
use crate::domain::ban::LISTED_DAYS;
use crate::domain::idempotency::KEPT_SECONDS;
use crate::domain::time::DAY_SECONDS;
use crate::store;

/// The most comments that are erased in one transaction.
const ERASED_AT_ONCE: u32 = 500;

/// Deletes the first answers that have been kept long enough, sessions that are over, and bans that ended long ago, and
/// erases comments that staff deleted long enough ago.
///
/// # Errors
/// The store's trouble.
pub async fn sweep(service: &Service) -> Result<(), Error> {
    sweep_replays(service).await?;
    sweep_sessions(service).await?;
    sweep_bans(service).await?;
    erase_comments(service).await
}

async fn sweep_bans(service: &Service) -> Result<(), Error> {
    let ended = service.clock.now().minus_seconds(LISTED_DAYS * DAY_SECONDS);
    Ok(service.store.write(move |connection| store::bans::delete_ended(connection, ended)).await.map(drop)?)
}

async fn sweep_replays(service: &Service) -> Result<(), Error> {
    loop {
        let before = service.clock.now().minus_seconds(KEPT_SECONDS);
        let work = move |connection: &mut store::Connection| store::replays::delete_expired(connection, before);
        if !service.store.write(work).await? {
            return Ok(());
        }
    }
}

async fn erase_comments(service: &Service) -> Result<(), Error> {
    let now = service.clock.now();
    let work =
        move |connection: &mut store::Connection| store::comments::update_expired(connection, now, ERASED_AT_ONCE);
    Ok(service.store.write(work).await?)
}

/// A session that is too old isn't used any more, so one that isn't used is all that there is to look for.
async fn sweep_sessions(service: &Service) -> Result<(), Error> {
    loop {
        let idle_since = service.sessions.idle_since(service.clock.now());
        let work = move |connection: &mut store::Connection| store::sessions::delete_idle(connection, idle_since);
        if !service.store.write(work).await? {
            return Ok(());
        }
    }
}
