//! Writing down what staff did.

use super::{Error, Service};
use crate::domain::id::{DecisionId, SiteId};
use crate::domain::log::{CommentChange, Entry, Event};
use crate::domain::note::Note;
use crate::domain::staff::Staff;
use crate::store::{self, Connection};

/// Adds a line to the log about something that isn't a decision about a comment; `site` is `None` for what concerns the
/// whole installation, `staff` for what the operator of the machine did. Part of the transaction that does it.
pub(super) fn note<'a>(
    connection: &mut Connection,
    service: &Service,
    site: Option<SiteId>,
    staff: impl Into<Option<&'a Staff>>,
    event: Event,
    subject: impl Into<String>,
) -> Result<(), Error> {
    note_because(connection, service, site, staff, event, subject, None)
}

/// The same with the reason that was given for it.
pub(super) fn note_because<'a>(
    connection: &mut Connection,
    service: &Service,
    site: Option<SiteId>,
    staff: impl Into<Option<&'a Staff>>,
    event: Event,
    subject: impl Into<String>,
    reason: Option<Note>,
) -> Result<(), Error> {
    let now = service.clock.now();
    let entry = Entry {
        id: DecisionId::from_number(service.randomness.id_number(now)),
        site_id: site,
        staff: staff.into().map(|staff| (staff.id, staff.name.clone())),
        event,
        change: None,
        subject: Some(subject.into()),
        reason: None,
        note: reason.map(|reason| reason.as_str().to_owned()),
        undoes_id: None,
        created_at: now,
    };
    Ok(store::decisions::insert(connection, &entry)?)
}

/// Adds a line to the log about a comment that the service itself held.
pub(super) fn note_held(
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    change: CommentChange,
) -> Result<(), Error> {
    let now = service.clock.now();
    let entry = Entry {
        id: DecisionId::from_number(service.randomness.id_number(now)),
        site_id: Some(site),
        staff: None,
        event: Event::Held,
        change: Some(change),
        subject: None,
        reason: None,
        note: None,
        undoes_id: None,
        created_at: now,
    };
    Ok(store::decisions::insert(connection, &entry)?)
}

/// What a change is about, and what it changed: "/a: state closed, slow mode 30 s".
pub(super) fn subject(name: &str, changes: &[String]) -> String {
    if changes.is_empty() { name.to_owned() } else { format!("{name}: {}", changes.join(", ")) }
}
