//! The rules of sites.

use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, each_backend};
use super::error::Error;
use super::schema::{rules, sites};
use crate::domain::id::{RuleId, SiteId};
use crate::domain::note::Note;
use crate::domain::rule::{Pattern, Rule, RuleAction, RuleKind};
use crate::domain::time::Timestamp;

/// A rule as it is kept: what it looks for, and what colleagues need to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRecord {
    /// The rule.
    pub rule: Rule,
    /// The site it is for.
    pub site_id: SiteId,
    /// Why it is there.
    pub note: Option<Note>,
    /// Whether it is applied.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rules, treat_none_as_default_value = false)]
struct Row {
    id: i64,
    site_id: i64,
    kind: String,
    pattern: String,
    action: String,
    note: Option<String>,
    is_enabled: bool,
    created_at: i64,
}

impl Row {
    fn of(record: &RuleRecord) -> Self {
        Self {
            id: record.rule.id.number(),
            site_id: record.site_id.number(),
            kind: record.rule.kind.name().to_owned(),
            pattern: record.rule.pattern.as_str().to_owned(),
            action: record.rule.action.name().to_owned(),
            note: record.note.as_ref().map(|note| note.as_str().to_owned()),
            is_enabled: record.is_enabled,
            created_at: record.created_at.milliseconds(),
        }
    }

    fn into_record(self) -> Result<RuleRecord, Error> {
        let rule = Rule {
            id: RuleId::from_number(self.id),
            kind: RuleKind::from_name(&self.kind).ok_or_else(|| Error::corrupt("kind of rule"))?,
            pattern: Pattern::from_stored(self.pattern),
            action: RuleAction::from_name(&self.action).ok_or_else(|| Error::corrupt("action of rule"))?,
        };
        Ok(RuleRecord {
            rule,
            site_id: SiteId::from_number(self.site_id),
            note: self.note.map(Note::from_stored),
            is_enabled: self.is_enabled,
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

/// The rules of a site that are applied, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_enabled(connection: &mut Connection, site: SiteId) -> Result<Vec<Rule>, Error> {
    let query = || {
        rules::table
            .filter(rules::site_id.eq(site.number()))
            .filter(rules::is_enabled.eq(true))
            .order(rules::id)
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(|row| row.into_record().map(|record| record.rule)).collect()
}

/// The rule with this id, on whatever site.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, id: RuleId) -> Result<Option<RuleRecord>, Error> {
    let query = || rules::table.filter(rules::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_record).transpose()
}

/// The rules of these sites that come before `before`, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    connection: &mut Connection,
    sites: &[SiteId],
    before: Option<RuleId>,
    limit: i64,
) -> Result<Vec<RuleRecord>, Error> {
    let sites: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let query = || {
        rules::table
            .filter(rules::site_id.eq_any(&sites))
            .filter(rules::id.lt(before.map_or(i64::MAX, RuleId::number)))
            .order(rules::id.desc())
            .limit(limit)
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_record).collect()
}

/// How many rules a site has, and how many of them are of this kind, switched on or not.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(connection: &mut Connection, site: SiteId, kind: RuleKind) -> Result<(usize, usize), Error> {
    let all = || rules::table.filter(rules::site_id.eq(site.number())).count();
    let of_kind = || all().filter(rules::kind.eq(kind.name()));
    let counted: i64 = each_backend!(connection, |conn| all().get_result(conn))?;
    let of_kind: i64 = each_backend!(connection, |conn| of_kind().get_result(conn))?;
    let number = |count: i64| usize::try_from(count).map_err(|_too_many| Error::corrupt("count of rules"));
    Ok((number(counted)?, number(of_kind)?))
}

/// Adds a rule.
///
/// # Errors
/// [`Error::Conflict`] when its id is taken.
pub fn insert(connection: &mut Connection, record: &RuleRecord) -> Result<(), Error> {
    let row = Row::of(record);
    each_backend!(connection, |conn| diesel::insert_into(rules::table).values(&row).execute(conn))?;
    Ok(())
}

/// Writes everything about a rule but its site and its time as it is in `record`.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(connection: &mut Connection, record: &RuleRecord) -> Result<(), Error> {
    let values = (
        rules::kind.eq(record.rule.kind.name()),
        rules::pattern.eq(record.rule.pattern.as_str()),
        rules::action.eq(record.rule.action.name()),
        rules::note.eq(record.note.as_ref().map(Note::as_str)),
        rules::is_enabled.eq(record.is_enabled),
    );
    let target = rules::table.filter(rules::id.eq(record.rule.id.number()));
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Removes a rule; whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(connection: &mut Connection, id: RuleId) -> Result<bool, Error> {
    let target = rules::table.filter(rules::id.eq(id.number()));
    Ok(each_backend!(connection, |conn| diesel::delete(target).execute(conn))? == 1)
}

/// Notes that the rules of a site change in this transaction, and holds the site until it ends, so that those who change
/// its rules do so one after another.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_version(connection: &mut Connection, site: SiteId) -> Result<(), Error> {
    let target = sites::table.filter(sites::id.eq(site.number()));
    let values = sites::rules_version.eq(sites::rules_version + 1);
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}
