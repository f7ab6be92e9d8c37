//! Reports of readers, and how those of each reporter ended.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Connection, count, each_backend, stored_count};
use super::error::Error;
use super::schema::{reporters, reports};
use crate::domain::address::NetworkHash;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::note::Note;
use crate::domain::report::{Outcome, Record, ReportReason, Reporter};
use crate::domain::time::Timestamp;

/// A report that nobody has decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// The comment.
    pub comment_id: CommentId,
    /// Who reports it.
    pub reporter: Reporter,
    /// The network they are in.
    pub network: NetworkHash,
    /// What is wrong with it.
    pub reason: ReportReason,
    /// The same in their words.
    pub detail: Option<Note>,
    /// What the report weighs, in thousandths.
    pub weight: u32,
    /// When it came.
    pub created_at: Timestamp,
}

/// How the reports of each of these ended; who never reported is missing.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_records(connection: &mut Connection, site: SiteId, who: &[Reporter]) -> Result<Vec<Record>, Error> {
    let who: Vec<Vec<u8>> = who.iter().map(|reporter| reporter.to_stored()).collect();
    let query = || {
        reporters::table
            .filter(reporters::site_id.eq(site.number()))
            .filter(reporters::reporter.eq_any(&who))
            .select((reporters::upheld_count, reporters::dismissed_count))
    };
    let rows: Vec<(i32, i32)> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter()
        .map(|(upheld, dismissed)| Ok(Record { upheld: count(upheld)?, dismissed: count(dismissed)? }))
        .collect()
}

/// Adds a report; whether it is the first of its reporter about the comment. One that is there stays as it is.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, site: SiteId, report: &NewReport) -> Result<bool, Error> {
    let values = (
        reports::comment_id.eq(report.comment_id.number()),
        reports::reporter.eq(report.reporter.to_stored()),
        reports::site_id.eq(site.number()),
        reports::network.eq(report.network.as_bytes().as_slice()),
        reports::reason.eq(report.reason.name()),
        reports::detail.eq(report.detail.as_ref().map(Note::as_str)),
        reports::weight.eq(stored_count(report.weight)),
        reports::outcome.eq(Outcome::Open.number()),
        reports::created_at.eq(report.created_at.milliseconds()),
    );
    let added = each_backend!(connection, |conn| diesel::insert_into(reports::table)
        .values(&values)
        .on_conflict((reports::comment_id, reports::reporter))
        .do_nothing()
        .execute(conn))?;
    Ok(added == 1)
}

/// The network and the weight of each open report about a comment.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_open(
    connection: &mut Connection,
    site: SiteId,
    comment: CommentId,
) -> Result<Vec<(NetworkHash, u32)>, Error> {
    let query = || {
        reports::table
            .filter(reports::site_id.eq(site.number()))
            .filter(reports::comment_id.eq(comment.number()))
            .filter(reports::outcome.eq(Outcome::Open.number()))
            .select((reports::network, reports::weight))
    };
    let rows: Vec<(Vec<u8>, i32)> = each_backend!(connection, |conn| query().load(conn))?;
    let read = |(network, weight): (Vec<u8>, i32)| {
        let network = NetworkHash::from_stored(&network).ok_or_else(|| Error::corrupt("network"))?;
        Ok((network, count(weight)?))
    };
    rows.into_iter().map(read).collect()
}

/// Removes what readers wrote in their reports about a comment. That they reported it stays.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_erased(connection: &mut Connection, site: SiteId, comment: CommentId) -> Result<(), Error> {
    let target =
        reports::table.filter(reports::site_id.eq(site.number())).filter(reports::comment_id.eq(comment.number()));
    let values = reports::detail.eq(None::<String>);
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}
