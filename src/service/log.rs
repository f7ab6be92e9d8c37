//! Writing down what staff did.

use super::{Error, Service};
use crate::domain::id::{DecisionId, SiteId};
use crate::domain::log::{Entry, Event};
use crate::domain::staff::Staff;
use crate::store::{self, Connection};

/// Adds a line to the log about something that isn't a decision about a comment; `site` is `None` for what concerns the
/// whole installation. Part of the transaction that does it.
pub(super) fn note(
    connection: &mut Connection,
    service: &Service,
    site: Option<SiteId>,
    staff: &Staff,
    event: Event,
    subject: impl Into<String>,
) -> Result<(), Error> {
    let now = service.clock.now();
    let entry = Entry {
        id: DecisionId::from_number(service.randomness.id_number(now)),
        site_id: site,
        staff: Some((staff.id, staff.name.clone())),
        event,
        change: None,
        subject: Some(subject.into()),
        reason: None,
        note: None,
        undoes_id: None,
        created_at: now,
    };
    Ok(store::decisions::insert(connection, &entry)?)
}
