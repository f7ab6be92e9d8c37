//! The log of decisions and of everything else that staff did. Rows are added, and never changed or removed: the database
//! itself refuses that.

use diesel::{ExpressionMethods, RunQueryDsl};

use super::connection::{Connection, each_backend, stored_count};
use super::error::Error;
use super::schema::decisions;
use crate::domain::decision::Reason;
use crate::domain::id::{DecisionId, SiteId};
use crate::domain::log::Entry;

/// Adds a line to the log.
///
/// # Errors
/// [`Error::Conflict`] when the decision that it undoes was undone before.
pub fn insert(connection: &mut Connection, entry: &Entry) -> Result<(), Error> {
    let (change, staff) = (entry.change.as_ref(), entry.staff.as_ref());
    let values = (
        decisions::id.eq(entry.id.number()),
        decisions::site_id.eq(entry.site_id.map(SiteId::number)),
        decisions::staff_id.eq(staff.map(|(id, _)| id.number())),
        decisions::staff_name.eq(staff.map(|(_, name)| name.as_str())),
        decisions::action.eq(entry.event.name()),
        decisions::comment_id.eq(change.map(|change| change.comment_id.number())),
        decisions::comment_version.eq(change.map(|change| stored_count(change.version))),
        decisions::from_status.eq(change.map(|change| change.from.number())),
        decisions::to_status.eq(change.map(|change| change.to.number())),
        decisions::subject.eq(entry.subject.as_deref()),
        decisions::reason.eq(entry.reason.map(Reason::name)),
        decisions::note.eq(entry.note.as_deref()),
        decisions::undoes_id.eq(entry.undoes_id.map(DecisionId::number)),
        decisions::created_at.eq(entry.created_at.milliseconds()),
    );
    each_backend!(connection, |conn| diesel::insert_into(decisions::table).values(values).execute(conn))?;
    Ok(())
}
