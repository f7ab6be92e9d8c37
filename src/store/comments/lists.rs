//! Comments in the order of a page.

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Row, into_comments};
use crate::domain::comment::Comment;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::page::{Page, Position, Sort};
use crate::domain::status::{Listing, Status};
use crate::store::connection::{Cached, Connection, columns, each_backend, of_site};
use crate::store::error::Error;
use crate::store::schema::comments;

fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
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
            .select(columns::<Row>())
    };
    let newest = || {
        let before = after.map_or(i64::MAX, |position| position.id.number());
        roots().filter(comments::id.lt(before)).order(comments::id.desc()).limit(one_more(limit))
    };
    let oldest = || {
        let past = after.map_or(0, |position| position.id.number());
        roots().filter(comments::id.gt(past)).order(comments::id.asc()).limit(one_more(limit))
    };
    // In two steps: asked for both at once, SQLite would go through all roots of that rank to find where to begin.
    let equals = |after: Position| {
        let equals = roots().filter(comments::rank.eq(after.rank)).filter(comments::id.lt(after.id.number()));
        equals.order(comments::id.desc()).limit(one_more(limit))
    };
    let lower = |rank: i32, more: i64| {
        roots().filter(comments::rank.lt(rank)).order((comments::rank.desc(), comments::id.desc())).limit(more)
    };
    let rows: Vec<Row> = each_backend!(connection, |conn| match sort {
        Sort::Newest => newest().load(conn),
        Sort::Oldest => oldest().load(conn),
        Sort::Top => {
            let found = after.map_or_else(|| Ok(Vec::new()), |after| equals(after).load(conn));
            found.and_then(|mut found: Vec<Row>| {
                let more = one_more(limit).saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
                if more > 0 {
                    found.extend(lower(after.map_or(i32::MAX, |after| after.rank), more).load::<Row>(conn)?);
                }
                Ok(found)
            })
        }
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

/// The newest comment of a thread that no list has, such as one that waits.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_newest_hidden(
    connection: &mut Connection,
    site: SiteId,
    thread: ThreadId,
) -> Result<Option<CommentId>, Error> {
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::thread_id.eq(thread.number()))
            .filter(comments::listing.eq(Listing::Hidden.number()))
            .order(comments::id.desc())
            .select(comments::id)
    };
    let found: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(found.map(CommentId::from_number))
}

/// Whether a site has comments, be they erased.
///
/// # Errors
/// [`Error`] of the database.
pub fn has_any(connection: &mut Connection, site: SiteId) -> Result<bool, Error> {
    let query = || comments::table.filter(comments::site_id.eq(site.number())).select(comments::id);
    let found: Option<i64> = each_backend!(connection, |conn| query().first(conn).optional())?;
    Ok(found.is_some())
}

/// The newest comments of a site that aren't deleted.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_newest_ids(connection: &mut Connection, site: SiteId, limit: u32) -> Result<Vec<CommentId>, Error> {
    let mut newest: Vec<i64> = Vec::new();
    for status in Status::EACH.into_iter().filter(|status| *status != Status::Deleted) {
        // One index leads to the newest of each state; there is none of the newest of all.
        let query = || {
            comments::table
                .filter(comments::site_id.eq(site.number()))
                .filter(comments::status.eq(status.number()))
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
