//! The log of decisions and of everything else that staff did. Rows are added, and never changed or removed: the database
//! itself refuses that.

use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::decisions;
use crate::domain::decision::Reason;
use crate::domain::id::{CommentId, DecisionId, SiteId, StaffId};
use crate::domain::log::{CommentChange, Entry, Event};
use crate::domain::staff::StaffName;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions, treat_none_as_default_value = false)]
struct Row {
    id: i64,
    site_id: Option<i64>,
    staff_id: Option<i64>,
    staff_name: Option<String>,
    action: String,
    comment_id: Option<i64>,
    comment_version: Option<i32>,
    from_status: Option<i16>,
    to_status: Option<i16>,
    subject: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    undoes_id: Option<i64>,
    created_at: i64,
}

impl Row {
    fn of(entry: &Entry) -> Self {
        let (change, staff) = (entry.change.as_ref(), entry.staff.as_ref());
        Self {
            id: entry.id.number(),
            site_id: entry.site_id.map(SiteId::number),
            staff_id: staff.map(|(id, _)| id.number()),
            staff_name: staff.map(|(_, name)| name.as_str().to_owned()),
            action: entry.event.name().to_owned(),
            comment_id: change.map(|change| change.comment_id.number()),
            comment_version: change.map(|change| stored_count(change.version)),
            from_status: change.map(|change| change.from.number()),
            to_status: change.map(|change| change.to.number()),
            subject: entry.subject.clone(),
            reason: entry.reason.map(|reason| reason.name().to_owned()),
            note: entry.note.clone(),
            undoes_id: entry.undoes_id.map(DecisionId::number),
            created_at: entry.created_at.milliseconds(),
        }
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let staff = self.staff_id.zip(self.staff_name);
        let reason = |name: String| Reason::from_name(&name).ok_or_else(|| Error::corrupt("reason"));
        let change = match (self.comment_id, self.comment_version, self.from_status, self.to_status) {
            (Some(id), Some(version), Some(from), Some(to)) => Some(CommentChange {
                comment_id: CommentId::from_number(id),
                version: count(version)?,
                from: status(from)?,
                to: status(to)?,
            }),
            _ => None,
        };
        Ok(Entry {
            id: DecisionId::from_number(self.id),
            site_id: self.site_id.map(SiteId::from_number),
            staff: staff.map(|(id, name)| (StaffId::from_number(id), StaffName::from_stored(name))),
            event: Event::from_name(&self.action).ok_or_else(|| Error::corrupt("action"))?,
            change,
            subject: self.subject,
            reason: self.reason.map(reason).transpose()?,
            note: self.note,
            undoes_id: self.undoes_id.map(DecisionId::from_number),
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

fn status(number: i16) -> Result<Status, Error> {
    Status::from_number(number).ok_or_else(|| Error::corrupt("status"))
}

fn into_entries(rows: Vec<Row>) -> Result<Vec<Entry>, Error> {
    rows.into_iter().map(Row::into_entry).collect()
}

/// Adds a line to the log.
///
/// # Errors
/// [`Error::Conflict`] when the decision that it undoes was undone before.
pub fn insert(connection: &mut Connection, entry: &Entry) -> Result<(), Error> {
    insert_all(connection, std::slice::from_ref(entry))
}

/// Adds lines to the log.
///
/// # Errors
/// As [`insert`].
pub fn insert_all(connection: &mut Connection, entries: &[Entry]) -> Result<(), Error> {
    let rows: Vec<Row> = entries.iter().map(Row::of).collect();
    if !rows.is_empty() {
        each_backend!(connection, |conn| diesel::insert_into(decisions::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// The line with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: DecisionId) -> Result<Option<Entry>, Error> {
    let query = || decisions::table.filter(decisions::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_entry).transpose()
}

/// The last line about a comment.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last(connection: &mut Connection, site: SiteId, comment: CommentId) -> Result<Option<Entry>, Error> {
    let lines = list(connection, Lines::OfComment(comment), None, 1)?;
    Ok(lines.into_iter().find(|entry| entry.site_id == Some(site)))
}

/// Which lines of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// All.
    All,
    /// Those of a site.
    OfSite(SiteId),
    /// Those about a comment.
    OfComment(CommentId),
    /// Those about what a member of staff did.
    OfStaff(StaffId),
}

/// Lines of the log, newest first, from `before` on.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    connection: &mut Connection,
    lines: Lines,
    before: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Entry>, Error> {
    let bound = before.map_or(i64::MAX, DecisionId::number);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let all = || {
        let older = decisions::table.filter(decisions::id.lt(bound)).order(decisions::id.desc());
        older.limit(limit).select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| match lines {
        Lines::All => all().load(conn),
        Lines::OfSite(id) => all().filter(decisions::site_id.eq(id.number())).load(conn),
        Lines::OfComment(id) => all().filter(decisions::comment_id.eq(id.number())).load(conn),
        Lines::OfStaff(id) => all().filter(decisions::staff_id.eq(id.number())).load(conn),
    })?;
    into_entries(rows)
}

/// Those of these lines that were undone, each with the line that undid it.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_undone(connection: &mut Connection, ids: &[DecisionId]) -> Result<Vec<(DecisionId, DecisionId)>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let query = || {
        let undoing = decisions::table.filter(decisions::undoes_id.eq_any(&ids));
        undoing.select((decisions::undoes_id, decisions::id))
    };
    let rows: Vec<(Option<i64>, i64)> = each_backend!(connection, |conn| query().load(conn))?;
    let pair = |(undone, by): (Option<i64>, i64)| {
        undone.map(|undone| (DecisionId::from_number(undone), DecisionId::from_number(by)))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}
