//! Threads and their counters.

use diesel::dsl::auto_type;
use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable,
};

use super::connection::{Cached, ColumnsOf, Connection, Held, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::{comments, threads};
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::site::Moderation;
use crate::domain::status::Listing;
use crate::domain::tally::ThreadCounters;
use crate::domain::thread::{PageFacts, PageTitle, Thread, ThreadKey, ThreadState};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = threads)]
pub(super) struct Row {
    id: i64,
    site_id: i64,
    key: String,
    url: Option<String>,
    title: Option<String>,
    state: i16,
    max_characters: Option<i32>,
    comment_count: i32,
    root_count: i32,
    last_comment_at: Option<i64>,
    moderation: Option<String>,
    slow_mode_seconds: Option<i32>,
    pinned_comment_id: Option<i64>,
    stays_open: bool,
    created_at: i64,
}

impl Row {
    pub(super) fn into_thread(self) -> Result<Thread, Error> {
        let moderation = |name: String| Moderation::from_name(&name).ok_or_else(|| Error::corrupt("moderation"));
        Ok(Thread {
            id: Some(ThreadId::from_number(self.id)),
            site_id: SiteId::from_number(self.site_id),
            key: ThreadKey::from_stored(self.key),
            url: self.url,
            title: self.title,
            state: ThreadState::from_number(self.state).ok_or_else(|| Error::corrupt("thread state"))?,
            max_characters: self.max_characters.map(count).transpose()?,
            moderation: self.moderation.map(moderation).transpose()?,
            slow_mode_seconds: self.slow_mode_seconds.map(count).transpose()?,
            pinned_comment_id: self.pinned_comment_id.map(CommentId::from_number),
            stays_open: self.stays_open,
            created_at: Some(Timestamp::from_milliseconds(self.created_at)),
            comment_count: count(self.comment_count)?,
            root_count: count(self.root_count)?,
            last_comment_at: self.last_comment_at.map(Timestamp::from_milliseconds),
        })
    }
}

#[auto_type]
pub(super) fn by_key<'a>(site: SiteId, key: &'a ThreadKey) -> _ {
    let (site, key): (i64, &'a str) = (site.number(), key.as_str());
    let columns: ColumnsOf<Row> = columns::<Row>();
    threads::table.filter(threads::site_id.eq(site)).filter(threads::key.eq(key)).select(columns)
}

/// The thread of this key.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, key: &ThreadKey) -> Result<Option<Thread>, Error> {
    let row: Option<Row> = each_backend!(connection, |conn| by_key(site, key).first(conn).optional())?;
    row.map(Row::into_thread).transpose()
}

/// The thread with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_id(connection: &mut Connection, site: SiteId, id: ThreadId) -> Result<Option<Thread>, Error> {
    let query = || {
        threads::table
            .filter(threads::site_id.eq(site.number()))
            .filter(threads::id.eq(id.number()))
            .select(columns::<Row>())
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_thread).transpose()
}

/// The thread with this id, of whatever site.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_anywhere(connection: &mut Connection, id: ThreadId) -> Result<Option<Thread>, Error> {
    let query = || threads::table.filter(threads::id.eq(id.number())).select(columns::<Row>());
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_thread).transpose()
}

/// Up to `limit` threads of a site with ids before `before`, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_newest(connection: &mut Connection, site: SiteId, before: i64, limit: usize) -> Result<Vec<Thread>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = || {
        threads::table
            .filter(threads::site_id.eq(site.number()))
            .filter(threads::id.lt(before))
            .order(threads::id.desc())
            .limit(limit)
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_thread).collect()
}

/// Deletes all threads of a site, none of which may have comments.
///
/// # Errors
/// [`Error::Conflict`] when one has.
pub fn delete_all(connection: &mut Connection, site: SiteId) -> Result<(), Error> {
    let target = threads::table.filter(threads::site_id.eq(site.number()));
    each_backend!(connection, |conn| diesel::delete(target).execute(conn))?;
    Ok(())
}

/// Those threads of the site that have one of these keys, in no order.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_key(connection: &mut Connection, site: SiteId, keys: &[ThreadKey]) -> Result<Vec<Thread>, Error> {
    let keys: Vec<&str> = keys.iter().map(ThreadKey::as_str).collect();
    let query = || {
        threads::table
            .filter(threads::site_id.eq(site.number()))
            .filter(threads::key.eq_any(&keys))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_thread).collect()
}

/// Those threads of the site that have one of these ids, in no order.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_id(connection: &mut Connection, site: SiteId, ids: &[ThreadId]) -> Result<Vec<Thread>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let query = || {
        threads::table
            .filter(threads::site_id.eq(site.number()))
            .filter(threads::id.eq_any(&ids))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_thread).collect()
}

/// A page of all threads in the order of their sites and ids, beginning after `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_all(
    connection: &mut Connection,
    after: Option<(SiteId, ThreadId)>,
    limit: i64,
) -> Result<Vec<Thread>, Error> {
    let (site, thread) = after.map_or((i64::MIN, 0), |(site, thread)| (site.number(), thread.number()));
    let query = || {
        threads::table
            .filter(threads::site_id.gt(site).or(threads::site_id.eq(site).and(threads::id.gt(thread))))
            .order((threads::site_id, threads::id))
            .limit(limit)
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    rows.into_iter().map(Row::into_thread).collect()
}

/// A thread without comments.
#[derive(Insertable)]
#[diesel(table_name = threads, treat_none_as_default_value = false)]
pub(super) struct NewRow<'a> {
    id: i64,
    site_id: i64,
    key: &'a str,
    state: i16,
    comment_count: i32,
    root_count: i32,
    created_at: i64,
}

impl<'a> NewRow<'a> {
    pub(super) fn of(site: SiteId, id: ThreadId, key: &'a ThreadKey, now: Timestamp) -> Self {
        Self {
            id: id.number(),
            site_id: site.number(),
            key: key.as_str(),
            state: ThreadState::Open.number(),
            comment_count: 0,
            root_count: 0,
            created_at: now.milliseconds(),
        }
    }
}

/// Adds a thread without comments; leaves one that is there as it is.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(
    connection: &mut Connection,
    site: SiteId,
    id: ThreadId,
    key: &ThreadKey,
    now: Timestamp,
) -> Result<(), Error> {
    let values = NewRow::of(site, id, key, now);
    each_backend!(connection, |conn| diesel::insert_into(threads::table)
        .values(values)
        .on_conflict((threads::site_id, threads::key))
        .do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Holds a thread against other writers until the transaction ends, and returns it as it is now.
///
/// Every change of what readers see begins here, so that the counters of a thread are changed by one at a time, and
/// nobody who changes several rows of a thread meets somebody who changes them in another order.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, site: SiteId, id: ThreadId) -> Result<Option<Thread>, Error> {
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    let query = || Cached(diesel::update(target).set(threads::state.eq(threads::state)).returning(columns::<Row>()));
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    row.map(Row::into_thread).transpose()
}

/// Holds threads of a site, like [`hold`], and returns them as they are now.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold_all(connection: &mut Connection, site: SiteId, ids: &[ThreadId]) -> Result<Vec<Thread>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let query = || {
        threads::table
            .filter(threads::site_id.eq(site.number()))
            .filter(threads::id.eq_any(&ids))
            .order(threads::id)
            .select(columns::<Row>())
    };
    // All who hold several do so in the order of their ids.
    let rows: Vec<Row> = each_backend!(connection, |conn| Held(query()).load(conn))?;
    rows.into_iter().map(Row::into_thread).collect()
}

/// How the counters of a thread change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreadChange {
    /// Added to the published comments.
    pub comments: i32,
    /// Added to the published roots.
    pub roots: i32,
}

/// Counts comments that are being published, and adds what is known of their page where nothing was known before. The time
/// of the newest comment never goes back: a new one is posted at `now`, or with the one before it if that was later.
///
/// # Errors
/// [`Error::Conflict`] when the thread was merged into another meanwhile.
pub fn update_published(
    connection: &mut Connection,
    site: SiteId,
    id: ThreadId,
    change: ThreadChange,
    now: Timestamp,
    page: &PageFacts,
) -> Result<Thread, Error> {
    use diesel::dsl::sql;
    use diesel::sql_types::{Nullable, Text};
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    let url = page.url.as_ref().map(|url| url.as_url().as_str());
    let title = page.title.as_ref().map(PageTitle::as_str);
    let query = || {
        Cached(
            diesel::update(target)
                .set((
                    threads::comment_count.eq(threads::comment_count + change.comments),
                    threads::root_count.eq(threads::root_count + change.roots),
                    // Others that were a little later may have come before.
                    threads::last_comment_at.eq(sql::<Nullable<BigInt>>("CASE WHEN last_comment_at > ")
                        .bind::<BigInt, _>(now.milliseconds())
                        .sql(" THEN last_comment_at ELSE ")
                        .bind::<BigInt, _>(now.milliseconds())
                        .sql(" END")),
                    threads::url.eq(sql::<Nullable<Text>>("coalesce(url, ").bind::<Nullable<Text>, _>(url).sql(")")),
                    threads::title
                        .eq(sql::<Nullable<Text>>("coalesce(title, ").bind::<Nullable<Text>, _>(title).sql(")")),
                ))
                .returning(columns::<Row>()),
        )
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    row.ok_or_else(|| Error::Conflict("the thread was merged into another".to_owned()))?.into_thread()
}

/// Takes comments that are no longer published out of the counters of their thread.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_withdrawn(
    connection: &mut Connection,
    site: SiteId,
    id: ThreadId,
    change: ThreadChange,
) -> Result<Thread, Error> {
    let last = last_listed(connection, site, id)?;
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    let query = || {
        Cached(
            diesel::update(target)
                .set((
                    threads::comment_count.eq(threads::comment_count + change.comments),
                    threads::root_count.eq(threads::root_count + change.roots),
                    threads::last_comment_at.eq(last),
                ))
                .returning(columns::<Row>()),
        )
    };
    let row: Row = each_backend!(connection, |conn| query().get_result(conn))?;
    row.into_thread()
}

/// When the newest listed comment was posted. It is a published one: a tombstone is listed only while newer comments,
/// the last of them published, stand below it.
fn last_listed(connection: &mut Connection, site: SiteId, id: ThreadId) -> Result<Option<i64>, Error> {
    let newest = |listing: Listing| {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::thread_id.eq(id.number()))
            .filter(comments::listing.eq(listing.number()))
            .order(comments::id.desc())
            .select((comments::id, comments::created_at))
    };
    let root: Option<(i64, i64)> = each_backend!(connection, |conn| newest(Listing::Root).first(conn).optional())?;
    let reply: Option<(i64, i64)> = each_backend!(connection, |conn| newest(Listing::Reply).first(conn).optional())?;
    Ok(root.max(reply).map(|(_, created_at)| created_at))
}

/// Replaces the counters of a thread by counted ones.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_counters(
    connection: &mut Connection,
    site: SiteId,
    id: ThreadId,
    counters: ThreadCounters,
) -> Result<(), Error> {
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    let values = (
        threads::comment_count.eq(stored_count(counters.comment_count)),
        threads::root_count.eq(stored_count(counters.root_count)),
        threads::last_comment_at.eq(counters.last_comment_at.map(Timestamp::milliseconds)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Writes key, page and settings of a thread as they are in `thread`.
///
/// # Errors
/// [`Error::Conflict`] when another thread has the key.
pub fn update_settings(connection: &mut Connection, site: SiteId, id: ThreadId, thread: &Thread) -> Result<(), Error> {
    let target = threads::table.filter(threads::site_id.eq(site.number())).filter(threads::id.eq(id.number()));
    let values = (
        threads::key.eq(thread.key.as_str()),
        threads::url.eq(thread.url.as_deref()),
        threads::title.eq(thread.title.as_deref()),
        threads::state.eq(thread.state.number()),
        threads::max_characters.eq(thread.max_characters.map(stored_count)),
        threads::moderation.eq(thread.moderation.map(Moderation::name)),
        threads::slow_mode_seconds.eq(thread.slow_mode_seconds.map(stored_count)),
        threads::pinned_comment_id.eq(thread.pinned_comment_id.map(CommentId::number)),
        threads::stays_open.eq(thread.stays_open),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}
