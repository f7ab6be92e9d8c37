//! Sites.

use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};

use super::connection::{Connection, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::sites;
use crate::domain::html::TextFormat;
use crate::domain::id::SiteId;
use crate::domain::origin::OriginPattern;
use crate::domain::site::{Moderation, Policy, Site, Slug, Voting};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable, diesel::AsChangeset)]
#[diesel(table_name = sites)]
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

/// Adds a site; whether its name was free.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(connection: &mut Connection, site: &Site, now: Timestamp) -> Result<bool, Error> {
    let row = Row::of(site);
    let added = each_backend!(connection, |conn| diesel::insert_into(sites::table)
        .values((&row, sites::created_at.eq(now.milliseconds())))
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
