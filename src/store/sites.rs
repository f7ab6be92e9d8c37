//! Sites.

use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::sites;
use crate::domain::access::SiteScope;
use crate::domain::html::TextFormat;
use crate::domain::id::SiteId;
use crate::domain::origin::OriginPattern;
use crate::domain::site::{Guidelines, Moderation, Policy, Site, Slug, Voting};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable, diesel::AsChangeset)]
#[diesel(table_name = sites, treat_none_as_null = true)]
struct Row {
    id: i64,
    slug: String,
    origins: String,
    max_characters: i32,
    min_characters: i32,
    max_depth: i32,
    edit_window_seconds: i32,
    moderation: String,
    guests: bool,
    voting: String,
    text_format: String,
    guidelines: Option<String>,
    hold_first_comment: bool,
    max_links: Option<i32>,
    report_threshold: i32,
    close_after_days: Option<i32>,
    rules_version: i64,
    created_at: i64,
}

impl Row {
    fn of(site: &Site) -> Self {
        let origins: Vec<&str> = site.origins.iter().map(OriginPattern::as_str).collect();
        Self {
            id: site.id.number(),
            slug: site.slug.as_str().to_owned(),
            origins: origins.join(" "),
            max_characters: stored_count(site.policy.max_characters),
            min_characters: stored_count(site.policy.min_characters),
            max_depth: stored_count(site.policy.max_depth),
            edit_window_seconds: stored_count(site.policy.edit_window_seconds),
            moderation: site.policy.moderation.name().to_owned(),
            guests: site.policy.guests,
            voting: site.policy.voting.name().to_owned(),
            text_format: site.policy.text_format.name().to_owned(),
            guidelines: site.guidelines.as_ref().map(|guidelines| guidelines.as_str().to_owned()),
            hold_first_comment: site.hold_first_comment,
            max_links: site.max_links.map(stored_count),
            report_threshold: stored_count(site.report_threshold),
            close_after_days: site.close_after_days.map(stored_count),
            rules_version: site.rules_version,
            created_at: site.created_at.milliseconds(),
        }
    }

    fn into_site(self) -> Result<Site, Error> {
        let origins = self.origins.split_ascii_whitespace().map(OriginPattern::parse).collect::<Option<Vec<_>>>();
        Ok(Site {
            id: SiteId::from_number(self.id),
            slug: Slug::parse(&self.slug).ok_or_else(|| Error::corrupt("slug"))?,
            origins: origins.ok_or_else(|| Error::corrupt("origins"))?,
            policy: Policy {
                max_characters: count(self.max_characters)?,
                min_characters: count(self.min_characters)?,
                max_depth: count(self.max_depth)?,
                edit_window_seconds: count(self.edit_window_seconds)?,
                moderation: Moderation::from_name(&self.moderation).ok_or_else(|| Error::corrupt("moderation"))?,
                guests: self.guests,
                voting: Voting::from_name(&self.voting).ok_or_else(|| Error::corrupt("voting"))?,
                text_format: TextFormat::from_name(&self.text_format).ok_or_else(|| Error::corrupt("text format"))?,
            },
            guidelines: self.guidelines.map(Guidelines::from_stored),
            hold_first_comment: self.hold_first_comment,
            max_links: self.max_links.map(count).transpose()?,
            report_threshold: count(self.report_threshold)?,
            close_after_days: self.close_after_days.map(count).transpose()?,
            rules_version: self.rules_version,
            created_at: Timestamp::from_milliseconds(self.created_at),
        })
    }
}

/// The site of this name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, slug: &Slug) -> Result<Option<Site>, Error> {
    let query = || sites::table.filter(sites::slug.eq(slug.as_str())).select(columns::<Row>());
    let row = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_site).transpose()
}

/// Holds a site against other writers until the transaction ends, and returns it as it is now.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, slug: &Slug) -> Result<Option<Site>, Error> {
    let target = sites::table.filter(sites::slug.eq(slug.as_str()));
    let query = || diesel::update(target).set(sites::slug.eq(sites::slug)).returning(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    row.map(Row::into_site).transpose()
}

/// All sites, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(connection: &mut Connection) -> Result<Vec<Site>, Error> {
    let rows: Vec<Row> =
        each_backend!(connection, |conn| sites::table.order(sites::slug).select(columns::<Row>()).load(conn))?;
    rows.into_iter().map(Row::into_site).collect()
}

/// Those sites that have one of these ids, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_id(connection: &mut Connection, ids: &[SiteId]) -> Result<Vec<Site>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let query = || sites::table.filter(sites::id.eq_any(&ids)).order(sites::slug).select(columns::<Row>());
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_site).collect()
}

/// Up to `limit` sites of a scope with ids after `after`, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_in_scope(
    connection: &mut Connection,
    scope: &SiteScope,
    after: i64,
    limit: u32,
) -> Result<Vec<Site>, Error> {
    let all = || sites::table.filter(sites::id.gt(after)).order(sites::id).limit(i64::from(limit));
    let rows: Vec<Row> = match scope {
        SiteScope::Everywhere => each_backend!(connection, |conn| all().select(columns::<Row>()).load(conn))?,
        SiteScope::Only(ids) => {
            let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
            let query = || all().filter(sites::id.eq_any(&ids)).select(columns::<Row>());
            each_backend!(connection, |conn| query().load(conn))?
        }
    };
    rows.into_iter().map(Row::into_site).collect()
}

/// Adds a site; whether its name was free.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, site: &Site) -> Result<bool, Error> {
    let row = Row::of(site);
    let added = each_backend!(connection, |conn| diesel::insert_into(sites::table)
        .values(&row)
        .on_conflict(sites::slug)
        .do_nothing()
        .execute(conn))?;
    Ok(added == 1)
}

/// Replaces the settings of a site.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(connection: &mut Connection, site: &Site) -> Result<(), Error> {
    let row = Row::of(site);
    each_backend!(connection, |conn| diesel::update(sites::table.find(row.id)).set(&row).execute(conn))?;
    Ok(())
}

/// Deletes a site with what belongs to it but to no thread: its rules, bans and statistics, and who is bound to it.
///
/// # Errors
/// [`Error::Conflict`] when it has threads still.
pub fn delete(connection: &mut Connection, id: SiteId) -> Result<(), Error> {
    each_backend!(connection, |conn| diesel::delete(sites::table.find(id.number())).execute(conn))?;
    Ok(())
}
