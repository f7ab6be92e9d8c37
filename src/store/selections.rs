//! Comments for staff: found by one thing that they have in common, or by their ids, with what readers never see.
//!
//! Each list comes out of one index, in the order of ids, so that its cost goes with its length. Which of the comments
//! belong to a selection is not known here.

use std::cmp::Reverse;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Binary, Bool};
use diesel::{ExpressionMethods, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable};

use super::comments::Row;
use super::connection::{Cached, Connection, Held, columns, each_backend, of_site};
use super::error::Error;
use super::schema::comments;
use crate::domain::comment::Comment;
use crate::domain::id::{AuthorId, CommentId, SiteId};
use crate::domain::selection::{Lead, Order};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{PageFacts, PageTitle, PageUrl};

/// A comment with its site, and what only staff may see of it.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The site.
    pub site_id: SiteId,
    /// The comment.
    pub comment: Comment,
    /// The e-mail address that its writer left.
    pub email: Option<String>,
    /// What the embedder said about the page, if the comment waited.
    pub page: PageFacts,
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = comments)]
struct FiledRow {
    site_id: i64,
    author_email: Option<String>,
    page_url: Option<String>,
    page_title: Option<String>,
    #[diesel(embed)]
    row: Row,
}

impl FiledRow {
    fn into_filed(self) -> Result<Filed, Error> {
        let url = self.page_url.as_deref().and_then(PageUrl::parse);
        let title = self.page_title.and_then(|title| PageTitle::parse(&title).ok().flatten());
        Ok(Filed {
            site_id: SiteId::from_number(self.site_id),
            comment: self.row.into_comment()?,
            email: self.author_email,
            page: PageFacts { url, title },
        })
    }
}

fn into_filed(rows: Vec<FiledRow>) -> Result<Vec<Filed>, Error> {
    rows.into_iter().map(FiledRow::into_filed).collect()
}

/// Sorts what came out of several ranges, and keeps the first of it.
fn merge(filed: &mut Vec<Filed>, order: Order, limit: usize) {
    match order {
        Order::Newest => filed.sort_by_key(|one| Reverse(one.comment.id)),
        Order::Oldest => filed.sort_by_key(|one| one.comment.id),
    }
    filed.truncate(limit);
}

/// Those comments of some sites that have one of these ids, in no order.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_by_id(connection: &mut Connection, sites: &[SiteId], ids: &[CommentId]) -> Result<Vec<Filed>, Error> {
    let numbers: Vec<i64> = sites.iter().map(|site| site.number()).collect();
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let by_id = || comments::table.filter(comments::id.eq_any(&ids)).select(columns::<FiledRow>());
    let rows: Vec<FiledRow> = match connection {
        // By their ids alone, see [`of_site`]; those of other sites are left out below.
        Connection::Sqlite(conn) => by_id().load(&mut **conn)?,
        Connection::Postgres(session) => by_id().filter(comments::site_id.eq_any(&numbers)).load(session.begun()?)?,
    };
    let mut filed = into_filed(rows)?;
    filed.retain(|one| sites.contains(&one.site_id));
    Ok(filed)
}

/// Holds comments against other writers until the transaction ends, and returns them as they are now, in the order of ids.
/// Their threads must be held.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold(connection: &mut Connection, site: SiteId, ids: &[CommentId]) -> Result<Vec<Filed>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let of_site = of_site(connection);
    let query = || {
        comments::table
            .filter(sql::<Bool>(of_site).bind::<BigInt, _>(site.number()))
            .filter(comments::id.eq_any(&ids))
            .order(comments::id)
            .select(columns::<FiledRow>())
    };
    let rows: Vec<FiledRow> = each_backend!(connection, |conn| Held(query()).load(conn))?;
    into_filed(rows)
}

/// Comments of a site that have this in common, from `after` on in this order.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    connection: &mut Connection,
    site: SiteId,
    lead: Lead,
    order: Order,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Vec<Filed>, Error> {
    let range = Range { site, order, after, limit };
    let mut filed = match lead {
        Lead::Reported => range.read(connection, "comments_by_report", "report_count > 0")?,
        Lead::Status(status) => range.read_status(connection, status)?,
        Lead::Network(network) => range.read_network(connection, network.as_bytes())?,
        Lead::Author(author) => range.read_author(connection, author)?,
        Lead::Thread(thread) => {
            let mut filed = Vec::new();
            for listing in [Listing::Hidden, Listing::Root, Listing::Reply] {
                filed.extend(range.read_thread(connection, thread.number(), listing)?);
            }
            filed
        }
        Lead::Site => match connection {
            Connection::Sqlite(_) => {
                let mut filed = Vec::new();
                for status in Status::EACH {
                    filed.extend(range.read_status(connection, status)?);
                }
                filed
            }
            Connection::Postgres(_) => range.read(connection, "", "true")?,
        },
    };
    merge(&mut filed, order, limit);
    Ok(filed)
}

/// A part of what there is, in the order of ids.
#[derive(Clone, Copy)]
struct Range {
    site: SiteId,
    order: Order,
    after: Option<CommentId>,
    limit: usize,
}

impl Range {
    fn bound(self) -> i64 {
        match (self.after, self.order) {
            (Some(after), _) => after.number(),
            (None, Order::Newest) => i64::MAX,
            (None, Order::Oldest) => 0,
        }
    }

    fn limit(self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }

    /// SQLite is told which index to read: going by its statistics it may walk through all comments instead.
    fn sql(self, connection: &Connection, index: &str, condition: &str, bound: &str, limit: &str) -> String {
        let index = match connection {
            Connection::Sqlite(_) => format!(" INDEXED BY {index}"),
            Connection::Postgres(_) => String::new(),
        };
        let (side, direction) = match self.order {
            Order::Newest => ("<", "DESC"),
            Order::Oldest => (">", "ASC"),
        };
        format!(
            "SELECT * FROM comments{index} WHERE site_id = $1 AND {condition} AND id {side} {bound} \
             ORDER BY id {direction} LIMIT {limit}"
        )
    }

    fn read(self, connection: &mut Connection, index: &str, condition: &str) -> Result<Vec<Filed>, Error> {
        let query = diesel::sql_query(self.sql(connection, index, condition, "$2", "$3"))
            .bind::<BigInt, _>(self.site.number())
            .bind::<BigInt, _>(self.bound())
            .bind::<BigInt, _>(self.limit());
        into_filed(each_backend!(connection, |conn| Cached(query).load(conn))?)
    }

    fn read_status(self, connection: &mut Connection, status: Status) -> Result<Vec<Filed>, Error> {
        self.read(connection, "comments_by_site", &format!("status = {}", status.number()))
    }

    fn read_network(self, connection: &mut Connection, network: &[u8; 16]) -> Result<Vec<Filed>, Error> {
        let query = diesel::sql_query(self.sql(connection, "comments_by_network", "network = $2", "$3", "$4"))
            .bind::<BigInt, _>(self.site.number())
            .bind::<Binary, _>(network.to_vec())
            .bind::<BigInt, _>(self.bound())
            .bind::<BigInt, _>(self.limit());
        into_filed(each_backend!(connection, |conn| Cached(query).load(conn))?)
    }

    fn read_thread(self, connection: &mut Connection, thread: i64, listing: Listing) -> Result<Vec<Filed>, Error> {
        let condition = format!("thread_id = $2 AND listing = {}", listing.number());
        let query = diesel::sql_query(self.sql(connection, "comments_by_listing", &condition, "$3", "$4"))
            .bind::<BigInt, _>(self.site.number())
            .bind::<BigInt, _>(thread)
            .bind::<BigInt, _>(self.bound())
            .bind::<BigInt, _>(self.limit());
        into_filed(each_backend!(connection, |conn| Cached(query).load(conn))?)
    }

    /// The index is ordered by thread first, but has all that is needed to pick the ids.
    fn read_author(self, connection: &mut Connection, author: AuthorId) -> Result<Vec<Filed>, Error> {
        let mut ids: Vec<CommentId> = list_of_author(connection, author)?.into_iter().map(|(id, _)| id).collect();
        let bound = CommentId::from_number(self.bound());
        match self.order {
            Order::Newest => {
                ids.retain(|id| *id < bound);
                ids.sort_unstable_by_key(|id| Reverse(*id));
            }
            Order::Oldest => {
                ids.retain(|id| *id > bound);
                ids.sort_unstable();
            }
        }
        ids.truncate(self.limit);
        list_by_id(connection, &[self.site], &ids)
    }
}

/// The ids of all that a writer wrote, and its statuses, in no order: read from an index, without the comments.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of_author(connection: &mut Connection, author: AuthorId) -> Result<Vec<(CommentId, Status)>, Error> {
    let query =
        || comments::table.filter(comments::author_id.eq(author.number())).select((comments::id, comments::status));
    let rows: Vec<(i64, i16)> = each_backend!(connection, |conn| query().load(conn))?;
    let status = |number| Status::from_number(number).ok_or_else(|| Error::corrupt("status"));
    rows.into_iter().map(|(id, number)| Ok((CommentId::from_number(id), status(number)?))).collect()
}

/// The names that stand under comments, in the order of the ids given; erased ones have none.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_names(connection: &mut Connection, site: SiteId, ids: &[CommentId]) -> Result<Vec<String>, Error> {
    let numbers: Vec<i64> = ids.iter().map(|id| id.number()).collect();
    let query = || {
        comments::table
            .filter(comments::site_id.eq(site.number()))
            .filter(comments::id.eq_any(&numbers))
            .filter(comments::author_name.ne(""))
            .select((comments::id, comments::author_name))
    };
    let mut rows: Vec<(i64, String)> = each_backend!(connection, |conn| query().load(conn))?;
    rows.sort_by_key(|(id, _)| numbers.iter().position(|number| number == id));
    Ok(rows.into_iter().map(|(_, name)| name).collect())
}
