//! Reports of readers, and how often each reporter was right.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::{reporters, reports};
use crate::domain::address::NetworkHash;
use crate::domain::id::{CommentId, DecisionId, SiteId};
use crate::domain::note::Note;
use crate::domain::report::{Outcome, Record, Report, ReportReason, Reporter};
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct Row {
    reason: String,
    detail: Option<String>,
    weight: i32,
    outcome: i16,
    created_at: i64,
}

impl Row {
    fn into_report(self) -> Result<Report, Error> {
        Ok(Report {
            reason: ReportReason::from_name(&self.reason).ok_or_else(|| Error::corrupt("reason of report"))?,
            detail: self.detail.map(Note::from_stored),
            weight: count(self.weight)?,
            outcome: Outcome::from_number(self.outcome).ok_or_else(|| Error::corrupt("outcome of report"))?,
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

/// The newest reports about a comment.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_comment(
    connection: &mut Connection,
    site: SiteId,
    comment: CommentId,
    limit: usize,
) -> Result<Vec<Report>, Error> {
    let query = || {
        reports::table
            .filter(reports::site_id.eq(site.number()))
            .filter(reports::comment_id.eq(comment.number()))
            .order(reports::created_at.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_report).collect()
}

/// How the reports of somebody ended so far.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_record(connection: &mut Connection, site: SiteId, reporter: Reporter) -> Result<Record, Error> {
    let query = || {
        reporters::table
            .filter(reporters::site_id.eq(site.number()))
            .filter(reporters::reporter.eq(reporter.to_stored()))
            .select((reporters::upheld_count, reporters::dismissed_count))
    };
    let row: Option<(i32, i32)> = each_backend!(connection, |conn| query().first(conn).optional())?;
    let (upheld, dismissed) = row.unwrap_or_default();
    Ok(Record { upheld: count(upheld)?, dismissed: count(dismissed)? })
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

/// Removes what readers wrote in their reports about comments. That they reported them stays.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_erased(connection: &mut Connection, site: SiteId, comments: &[CommentId]) -> Result<(), Error> {
    let ids: Vec<i64> = comments.iter().map(|id| id.number()).collect();
    let target = || reports::table.filter(reports::site_id.eq(site.number())).filter(reports::comment_id.eq_any(&ids));
    let values = || reports::detail.eq(None::<String>);
    each_backend!(connection, |conn| diesel::update(target()).set(values()).execute(conn))?;
    Ok(())
}

/// Settles the open reports about comments by decisions, which each comment stands with, and notes it in the records of
/// those who made them.
///
/// # Errors
/// [`Error`] of the database.
pub fn settle(
    connection: &mut Connection,
    site: SiteId,
    decided: &[(CommentId, DecisionId)],
    outcome: Outcome,
) -> Result<(), Error> {
    let mut records = Records::default();
    for (comment, decision) in decided {
        let target = reports::table
            .filter(reports::site_id.eq(site.number()))
            .filter(reports::comment_id.eq(comment.number()))
            .filter(reports::outcome.eq(Outcome::Open.number()));
        let values = (reports::outcome.eq(outcome.number()), reports::decision_id.eq(decision.number()));
        let query = || diesel::update(target).set(values).returning((reports::reporter, reports::network));
        let settled: Vec<(Vec<u8>, Vec<u8>)> = each_backend!(connection, |conn| query().get_results(conn))?;
        records.note(settled, outcome, 1)?;
    }
    records.write(connection, site)
}

/// Opens the reports about a comment again that a decision settled, takes it out of the records of those who made them, and
/// returns how many these were.
///
/// # Errors
/// [`Error`] of the database.
pub fn reopen(
    connection: &mut Connection,
    site: SiteId,
    comment: CommentId,
    decision: DecisionId,
) -> Result<u32, Error> {
    let of_decision = || {
        reports::table
            .filter(reports::site_id.eq(site.number()))
            .filter(reports::comment_id.eq(comment.number()))
            .filter(reports::decision_id.eq(decision.number()))
    };
    let query = || of_decision().select((reports::reporter, reports::network, reports::outcome));
    let settled: Vec<(Vec<u8>, Vec<u8>, i16)> = each_backend!(connection, |conn| query().load(conn))?;
    let mut records = Records::default();
    for (reporter, network, outcome) in &settled {
        let outcome = Outcome::from_number(*outcome).ok_or_else(|| Error::corrupt("outcome of report"))?;
        records.note([(reporter.clone(), network.clone())], outcome, -1)?;
    }
    let values = (reports::outcome.eq(Outcome::Open.number()), reports::decision_id.eq(None::<i64>));
    each_backend!(connection, |conn| diesel::update(of_decision()).set(values).execute(conn))?;
    records.write(connection, site)?;
    Ok(u32::try_from(settled.len()).unwrap_or(u32::MAX))
}

/// How records change: who reported, and what is added to the reports that were right and to those that weren't.
#[derive(Default)]
struct Records(BTreeMap<Vec<u8>, (i32, i32)>);

impl Records {
    /// Who has a token counts towards two records, their own and that of their network.
    fn note(
        &mut self,
        reports: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
        outcome: Outcome,
        change: i32,
    ) -> Result<(), Error> {
        for (reporter, network) in reports {
            let network = NetworkHash::from_stored(&network).ok_or_else(|| Error::corrupt("network"))?;
            let network = Reporter::Network(network).to_stored();
            let own = (reporter != network).then_some(reporter);
            for key in own.into_iter().chain([network]) {
                let (upheld, dismissed) = self.0.entry(key).or_default();
                match outcome {
                    Outcome::Upheld => *upheld += change,
                    Outcome::Dismissed => *dismissed += change,
                    Outcome::Open => {}
                }
            }
        }
        Ok(())
    }

    /// In the order of the keys, so that two who write records don't wait for each other.
    fn write(self, connection: &mut Connection, site: SiteId) -> Result<(), Error> {
        use diesel::dsl::sql;
        use diesel::sql_types::Integer;
        for (reporter, (upheld, dismissed)) in self.0 {
            let values = (
                reporters::site_id.eq(site.number()),
                reporters::reporter.eq(reporter.as_slice()),
                reporters::upheld_count.eq(upheld.max(0)),
                reporters::dismissed_count.eq(dismissed.max(0)),
            );
            let sum = || {
                (
                    reporters::upheld_count.eq(sql::<Integer>("reporters.upheld_count + ").bind::<Integer, _>(upheld)),
                    reporters::dismissed_count
                        .eq(sql::<Integer>("reporters.dismissed_count + ").bind::<Integer, _>(dismissed)),
                )
            };
            each_backend!(connection, |conn| diesel::insert_into(reporters::table)
                .values(values)
                .on_conflict((reporters::site_id, reporters::reporter))
                .do_update()
                .set(sum())
                .execute(conn))?;
        }
        Ok(())
    }
}
