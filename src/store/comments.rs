//! Comments: finding, listing and changing them.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable,
};

use super::connection::{Cached, Connection, columns, count, each_backend, of_site, stored_count};
use super::error::Error;
use super::revisions;
use super::schema::comments;
use crate::domain::address::NetworkHash;
use crate::domain::author::{Author, AuthorKind, DisplayName, Email};
use crate::domain::ban::{Ban, Banned};
use crate::domain::body::CommentBody;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::html::SafeHtml;
use crate::domain::id::{AuthorId, CommentId, SiteId, ThreadId, first_at};
use crate::domain::page::{Page, Position, Sort};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{PageFacts, PageTitle, PageUrl};
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;

#[derive(Queryable, Selectable, QueryableByName, Insertable)]
#[diesel(table_name = comments, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: i64,
    thread_id: i64,
    parent_id: Option<i64>,
    root_id: i64,
    depth: i32,
    author_id: i64,
    author_name: String,
    body: String,
    body_html: String,
    status: i16,
    listing: i16,
    created_at: i64,
    edited_at: Option<i64>,
    up_count: i32,
    down_count: i32,
    rank: i32,
    reply_count: i32,
    listed_reply_count: i32,
    descendant_count: i32,
    author_kind: i16,
    network: Option<Vec<u8>>,
    holds: Option<String>,
    report_count: i32,
    version: i32,
    erase_at: Option<i64>,
}

impl Row {
    fn of(comment: &Comment) -> Self {
        Self {
            id: comment.id.number(),
            thread_id: comment.thread_id.number(),
            parent_id: comment.parent_id.map(CommentId::number),
            root_id: comment.root_id.number(),
            depth: stored_count(comment.depth),
            author_id: comment.author.id.number(),
            author_name: comment.author.name.as_str().to_owned(),
            body: comment.body.as_str().to_owned(),
            body_html: comment.html.as_str().to_owned(),
            status: comment.status.number(),
            listing: comment.listing.number(),
            created_at: comment.created_at.milliseconds(),
            edited_at: comment.edited_at.map(Timestamp::milliseconds),
            up_count: stored_count(comment.score.up),
            down_count: stored_count(comment.score.down),
            rank: comment.score.rank(),
            reply_count: stored_count(comment.reply_count),
            listed_reply_count: stored_count(comment.listed_reply_count),
            descendant_count: stored_count(comment.descendant_count),
            author_kind: comment.author.kind.number(),
            network: comment.network.map(|network| network.as_bytes().to_vec()),
            holds: Hold::to_stored(&comment.holds),
            report_count: stored_count(comment.report_count),
            version: stored_count(comment.version),
            erase_at: comment.erase_at.map(Timestamp::milliseconds),
        }
    }

    pub(super) fn into_comment(self) -> Result<Comment, Error> {
        let read_network = |bytes: Vec<u8>| NetworkHash::from_stored(&bytes).ok_or_else(|| Error::corrupt("network"));
        Ok(Comment {
            id: CommentId::from_number(self.id),
            thread_id: ThreadId::from_number(self.thread_id),
            parent_id: self.parent_id.map(CommentId::from_number),
            root_id: CommentId::from_number(self.root_id),
            depth: count(self.depth)?,
            author: Author {
                id: AuthorId::from_number(self.author_id),
                name: DisplayName::from_stored(self.author_name),
                kind: AuthorKind::from_number(self.author_kind).ok_or_else(|| Error::corrupt("kind of author"))?,
            },
            body: CommentBody::from_stored(self.body),
            html: SafeHtml::from_stored(self.body_html),
            status: Status::from_number(self.status).ok_or_else(|| Error::corrupt("status"))?,
            listing: Listing::from_number(self.listing).ok_or_else(|| Error::corrupt("listing"))?,
            created_at: Timestamp::from_milliseconds(self.created_at),
            edited_at: self.edited_at.map(Timestamp::from_milliseconds),
            score: Score { up: count(self.up_count)?, down: count(self.down_count)? },
            reply_count: count(self.reply_count)?,
            listed_reply_count: count(self.listed_reply_count)?,
            descendant_count: count(self.descendant_count)?,
            network: self.network.map(read_network).transpose()?,
            holds: Hold::from_stored(self.holds.as_deref()).ok_or_else(|| Error::corrupt("holds"))?,
            report_count: count(self.report_count)?,
            version: count(self.version)?,
            erase_at: self.erase_at.map(Timestamp::from_milliseconds),
        })
    }
}

fn into_comments(rows: Vec<Row>) -> Result<Vec<Comment>, Error> {
    rows.into_iter().map(Row::into_comment).collect()
}

fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
}

/// The comment with this id, in whatever state it is.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<Option<Comment>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::id.eq(id.number()))
            .select(columns::<Row>())
    };
    let row: Option<Row> = each_backend!(connection, |conn| query().first(conn).optional())?;
    row.map(Row::into_comment).transpose()
}

/// Holds a comment against other writers until the transaction ends, and returns it as it is now.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<Option<Comment>, Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let query = || Cached(diesel::update(target).set(comments::rank.eq(comments::rank)).returning(columns::<Row>()));
    let row: Option<Row> = each_backend!(connection, |conn| query().get_result(conn).optional())?;
    row.map(Row::into_comment).transpose()
}

/// A page of the listed roots of a thread.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_roots(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    sort: Sort,
    after: Option<Position>,
    limit: u32,
) -> Result<Page<Comment>, Error> {
    let roots = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .filter(comments::listing.eq(Listing::Root.number()))
            .limit(one_more(limit))
            .select(columns::<Row>())
    };
    let newest = || {
        let before = after.map_or(i64::MAX, |position| position.id.number());
        roots().filter(comments::id.lt(before)).order(comments::id.desc())
    };
    let oldest = || {
        let past = after.map_or(0, |position| position.id.number());
        roots().filter(comments::id.gt(past)).order(comments::id.asc())
    };
    let top = || {
        let (rank, id) = after.map_or((i32::MAX, i64::MAX), |position| (position.rank, position.id.number()));
        let below = sql::<Bool>("(rank, id) < (").bind::<Integer, _>(rank).sql(", ").bind::<BigInt, _>(id).sql(")");
        Cached(roots().filter(below).order((comments::rank.desc(), comments::id.desc())))
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| match sort {
        Sort::Newest => newest().load(conn),
        Sort::Oldest => oldest().load(conn),
        Sort::Top => top().load(conn),
    })?;
    let position =
        |comment: &Comment| Position { rank: if sort == Sort::Top { comment.score.rank() } else { 0 }, id: comment.id };
    Ok(Page::of(into_comments(rows)?, limit, position))
}

/// The position in the list of replies after this comment.
fn reply_position(comment: &Comment) -> Position {
    Position { rank: 0, id: comment.id }
}

/// A page of the listed comments below a root, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_replies(
    connection: &mut Connection,
    site: SiteId,
    root: CommentId,
    after: Option<Position>,
    limit: u32,
) -> Result<Page<Comment>, Error> {
    let past = after.map_or(0, |position| position.id.number());
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::root_id.eq(root.number()))
            .filter(comments::listing.eq(Listing::Reply.number()))
            .filter(comments::id.gt(past))
            .order(comments::id.asc())
            .limit(one_more(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    Ok(Page::of(into_comments(rows)?, limit, reply_position))
}

/// The first listed comments below each of these roots, oldest first: one query, whose cost goes with what it returns.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_first_replies(
    connection: &mut Connection,
    site: SiteId,
    roots: &[CommentId],
    limit: u32,
) -> Result<Vec<Page<Comment>>, Error> {
    let mut rows: Vec<Row> = if limit == 0 || roots.is_empty() {
        Vec::new()
    } else {
        let numbers: Vec<String> = roots.iter().map(|id| id.number().to_string()).collect();
        let query = diesel::sql_query(first_replies_sql(connection))
            .bind::<Text, _>(format!("[{}]", numbers.join(",")))
            .bind::<BigInt, _>(site.number())
            .bind::<BigInt, _>(one_more(limit));
        each_backend!(connection, |conn| Cached(query).load(conn))?
    };
    // A few rows are sorted here rather than there, where a plan without a sort can be seen to be one.
    rows.sort_unstable_by_key(|row| row.id);
    let mut pages: Vec<Vec<Comment>> = roots.iter().map(|_| Vec::new()).collect();
    for row in rows {
        let reply = row.into_comment()?;
        let at = roots.iter().position(|root| *root == reply.root_id);
        if let Some(page) = at.and_then(|at| pages.get_mut(at)) {
            page.push(reply);
        }
    }
    Ok(pages.into_iter().map(|replies| Page::of(replies, limit, reply_position)).collect())
}

/// The databases differ in how a subquery with a limit is run for each row of another table.
pub(super) const fn first_replies_sql(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => {
            "SELECT reply.* FROM json_each($1) AS root CROSS JOIN comments AS reply \
             ON reply.id IN (SELECT id FROM comments WHERE site_id = $2 AND root_id = root.value AND listing = 2 \
             ORDER BY id LIMIT $3)"
        }
        Connection::Postgres(_) => {
            "SELECT reply.* FROM json_array_elements_text($1::json) AS root CROSS JOIN LATERAL \
             (SELECT * FROM comments WHERE root_id = root.value::bigint AND site_id = $2 AND listing = 2 \
             ORDER BY id LIMIT $3) AS reply"
        }
    }
}

/// The newest published comments of a site.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_recent(connection: &mut Connection, site: SiteId, limit: u32) -> Result<Vec<Comment>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::status.eq(Status::Published.number()))
            .order(comments::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    into_comments(rows)
}

/// What a writer wrote in a thread that is published or waits, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_author(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    author: AuthorId,
    limit: u32,
) -> Result<Vec<Comment>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .filter(comments::status.eq_any([Status::Pending.number(), Status::Published.number()]))
            .order(comments::id.desc())
            .limit(i64::from(limit))
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    into_comments(rows)
}

/// The newest comments of a site that say anything, in whatever state they are.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_newest_ids(connection: &mut Connection, site: SiteId, limit: u32) -> Result<Vec<CommentId>, Error> {
    let mut newest: Vec<i64> = Vec::new();
    for status in Status::EACH {
        // One index leads to the newest of each state; there is none of the newest of all.
        let query = || {
            comments::table
                .filter(comments::site_id.eq(site.number()))
                .filter(comments::status.eq(status.number()))
                .filter(comments::body.ne(""))
                .order(comments::id.desc())
                .limit(i64::from(limit))
                .select(comments::id)
        };
        let ids: Vec<i64> = each_backend!(connection, |conn| query().load(conn))?;
        newest.extend(ids);
    }
    newest.sort_unstable_by(|one, other| other.cmp(one));
    newest.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(newest.into_iter().map(CommentId::from_number).collect())
}

/// Those comments of the site that have one of these ids, newest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_id(connection: &mut Connection, site: SiteId, ids: &[CommentId]) -> Result<Vec<Comment>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let of_site = of_site(connection);
    let query = || {
        comments::table
            .filter(sql::<Bool>(of_site).bind::<BigInt, _>(site.number()))
            .filter(comments::id.eq_any(&ids))
            .order(comments::id.desc())
            .select(columns::<Row>())
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| query().load(conn))?;
    into_comments(rows)
}

/// The name under the newest comment of a writer that has one left.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_name(
    connection: &mut Connection,
    site: SiteId,
    author: AuthorId,
) -> Result<Option<DisplayName>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::author_name.ne(""))
            .order(comments::id.desc())
            .select(comments::author_name)
    };
    let name: Option<String> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(name.map(DisplayName::from_stored))
}

/// The newest comments of somebody who is banned that are published or wait, and were posted at `since` or later.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_ids_of_banned(
    connection: &mut Connection,
    ban: &Ban,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<CommentId>, Error> {
    let standing = || {
        comments::table
            .filter(comments::site_id.eq(ban.site_id.number()))
            .filter(comments::id.ge(first_at(since)))
            .filter(comments::status.eq_any([Status::Pending.number(), Status::Published.number()]))
            .order(comments::id.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(comments::id)
    };
    let ids: Vec<i64> = match &ban.banned {
        Banned::Author(author, _) => {
            let query = || standing().filter(comments::author_id.eq(author.number()));
            each_backend!(connection, |conn| query().load(conn))?
        }
        Banned::Network(network) => {
            let query = || standing().filter(comments::network.eq(network.as_bytes().as_slice()));
            each_backend!(connection, |conn| query().load(conn))?
        }
    };
    Ok(ids.into_iter().map(CommentId::from_number).collect())
}

/// Whether a comment of this writer is published.
///
/// # Errors
/// [`Error`] of the database.
pub fn has_published(connection: &mut Connection, site: SiteId, author: AuthorId) -> Result<bool, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::status.eq(Status::Published.number()))
            .select(comments::id)
    };
    let found: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(found.is_some())
}

/// When a writer last wrote in a thread, whatever became of it.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_by_author(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    author: AuthorId,
) -> Result<Option<Timestamp>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::author_id.eq(author.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .order(comments::id.desc())
            .select(comments::created_at)
    };
    let at: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(at.map(Timestamp::from_milliseconds))
}

/// When somebody in a network last wrote in a thread, if that was at `since` or later, whatever became of it.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_last_by_network(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
    network: NetworkHash,
    since: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::network.eq(network.as_bytes().as_slice()))
            .filter(comments::id.ge(first_at(since)))
            .filter(comments::thread_id.eq(thread.number()))
            .order(comments::id.desc())
            .select(comments::created_at)
    };
    let at: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(at.map(Timestamp::from_milliseconds))
}

/// Adds a comment; one that waits for a moderator keeps what is known of its page until then.
///
/// # Errors
/// [`Error::Conflict`] when its id is taken.
pub fn insert(
    connection: &mut Connection,
    site: SiteId,
    comment: &Comment,
    email: Option<&Email>,
    page: Option<&PageFacts>,
) -> Result<(), Error> {
    let url = page.and_then(|page| page.url.as_ref()).map(|url| url.as_url().as_str());
    let title = page.and_then(|page| page.title.as_ref()).map(PageTitle::as_str);
    let values = (
        Row::of(comment),
        comments::site_id.eq(site.number()),
        comments::author_email.eq(email.map(Email::as_str)),
        comments::page_url.eq(url),
        comments::page_title.eq(title),
    );
    each_backend!(connection, |conn| diesel::insert_into(comments::table).values(values).execute(conn))?;
    Ok(())
}

/// Writes a comment's status, listing, holds, reports, version and time of erasure as they are in `comment`.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_state(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let target =
        comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(comment.id.number()));
    let values = (
        comments::status.eq(comment.status.number()),
        comments::listing.eq(comment.listing.number()),
        comments::holds.eq(Hold::to_stored(&comment.holds)),
        comments::report_count.eq(stored_count(comment.report_count)),
        comments::version.eq(stored_count(comment.version)),
        comments::erase_at.eq(comment.erase_at.map(Timestamp::milliseconds)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// Gives comments what a decision makes of them: a status, a listing, a time of erasure. Their version rises, and no report
/// of theirs is open any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_decided(
    connection: &mut Connection,
    site: SiteId,
    ids: &[CommentId],
    status: Status,
    listing: Listing,
    erase_at: Option<Timestamp>,
) -> Result<(), Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let of_site = sql::<Bool>(of_site(connection)).bind::<BigInt, _>(site.number());
    let target = comments::table.filter(of_site).filter(comments::id.eq_any(&ids));
    let values = (
        comments::status.eq(status.number()),
        comments::listing.eq(listing.number()),
        comments::report_count.eq(0),
        comments::version.eq(comments::version + 1),
        comments::erase_at.eq(erase_at.map(Timestamp::milliseconds)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// What the embedder said about the page when the comment was posted; kept with comments that waited.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_page(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<PageFacts, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::id.eq(id.number()))
            .select((comments::page_url, comments::page_title))
    };
    let (url, title): (Option<String>, Option<String>) = each_backend!(connection, |conn| query().first(conn))?;
    let url = url.as_deref().and_then(PageUrl::parse);
    let title = title.and_then(|title| PageTitle::parse(&title).ok().flatten());
    Ok(PageFacts { url, title })
}

/// How the counters of a comment change when one that answers it, or stands below it, changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Added to the published direct replies.
    pub replies: i32,
    /// Added to the listed direct replies.
    pub listed_replies: i32,
    /// Added to the published comments below it.
    pub descendants: i32,
}

/// Changes the counters of a comment, and returns it as it is now.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_counters(
    connection: &mut Connection,
    site: SiteId,
    id: CommentId,
    change: Change,
) -> Result<Comment, Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let query = || {
        Cached(
            diesel::update(target)
                .set((
                    comments::reply_count.eq(comments::reply_count + change.replies),
                    comments::listed_reply_count.eq(comments::listed_reply_count + change.listed_replies),
                    comments::descendant_count.eq(comments::descendant_count + change.descendants),
                ))
                .returning(columns::<Row>()),
        )
    };
    let row: Row = each_backend!(connection, |conn| query().get_result(conn))?;
    row.into_comment()
}

/// Writes a comment's text, state, listing, holds, version and times as they are in `comment`. Its counters and score stay.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_text(connection: &mut Connection, site: SiteId, comment: &Comment) -> Result<(), Error> {
    let target =
        comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(comment.id.number()));
    let values = (
        comments::body.eq(comment.body.as_str()),
        comments::body_html.eq(comment.html.as_str()),
        comments::status.eq(comment.status.number()),
        comments::listing.eq(comment.listing.number()),
        comments::edited_at.eq(comment.edited_at.map(Timestamp::milliseconds)),
        comments::holds.eq(Hold::to_stored(&comment.holds)),
        comments::version.eq(stored_count(comment.version)),
    );
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    Ok(())
}

/// What a comment without text and name is. It is in no queue.
macro_rules! erased {
    () => {
        (
            comments::author_name.eq(""),
            comments::author_email.eq(None::<String>),
            comments::page_url.eq(None::<String>),
            comments::page_title.eq(None::<String>),
            comments::body.eq(""),
            comments::body_html.eq(""),
            comments::status.eq(Status::Deleted.number()),
            comments::report_count.eq(0),
            comments::erase_at.eq(None::<i64>),
            comments::version.eq(comments::version + 1),
        )
    };
}

/// Removes what a deleted comment said, before and at last, and who said it; its place in the thread stays.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_erased(connection: &mut Connection, site: SiteId, id: CommentId, listing: Listing) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let values = (erased!(), comments::listing.eq(listing.number()));
    each_backend!(connection, |conn| diesel::update(target).set(values).execute(conn))?;
    revisions::delete(connection, site, &[id])
}

/// Removes what comments said whose time has come, `limit` at most. They were deleted by staff before, so nobody else sees
/// a difference.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_expired(connection: &mut Connection, now: Timestamp, limit: u32) -> Result<(), Error> {
    let due = || comments::erase_at.le(now.milliseconds());
    let query = || {
        let keys = comments::table.filter(comments::erase_at.is_not_null()).filter(due()).order(comments::erase_at);
        keys.limit(i64::from(limit)).select((comments::site_id, comments::id))
    };
    let keys: Vec<(i64, i64)> = each_backend!(connection, |conn| query().load(conn))?;
    let mut by_site: BTreeMap<i64, Vec<CommentId>> = BTreeMap::new();
    for (site, id) in &keys {
        by_site.entry(*site).or_default().push(CommentId::from_number(*id));
    }
    for (site, ids) in by_site {
        let numbers: Vec<i64> = ids.iter().map(|id| id.number()).collect();
        // Somebody may have restored one of them meanwhile.
        let of_site = sql::<Bool>(of_site(connection)).bind::<BigInt, _>(site);
        let target = comments::table.filter(of_site).filter(comments::id.eq_any(&numbers)).filter(due());
        each_backend!(connection, |conn| diesel::update(target).set(erased!()).execute(conn))?;
        revisions::delete(connection, SiteId::from_number(site), &ids)?;
    }
    Ok(())
}

/// Changes where a comment is listed.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_listing(connection: &mut Connection, site: SiteId, id: CommentId, listing: Listing) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    each_backend!(connection, |conn| diesel::update(target).set(comments::listing.eq(listing.number())).execute(conn))?;
    Ok(())
}

/// Changes the score of a comment, and its rank with it.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_score(connection: &mut Connection, site: SiteId, id: CommentId, score: Score) -> Result<(), Error> {
    let target = comments::table.filter(comments::site_id.eq(site.number())).filter(comments::id.eq(id.number()));
    let values = (
        comments::up_count.eq(stored_count(score.up)),
        comments::down_count.eq(stored_count(score.down)),
        comments::rank.eq(score.rank()),
    );
    let query = || Cached(diesel::update(target).set(values).returning(comments::id));
    let _changed: i64 = each_backend!(connection, |conn| query().get_result(conn))?;
    Ok(())
}
