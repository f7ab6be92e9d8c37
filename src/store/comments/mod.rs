//! Comments: finding, listing and changing them.

mod changes;
mod lists;
mod writers;

pub use changes::*;
pub use lists::*;
pub use writers::*;

use diesel::dsl::auto_type;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable,
};

use super::connection::{Cached, ColumnsOf, Connection, columns, count, each_backend, stored_count};
use super::error::Error;
use super::schema::comments;
use crate::domain::address::NetworkHash;
use crate::domain::author::{Author, AuthorKind, DisplayName, Email};
use crate::domain::body::CommentBody;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::html::SafeHtml;
use crate::domain::id::{AuthorId, CommentId, SiteId, ThreadId};
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

#[auto_type]
pub(super) fn by_id(site: SiteId, id: CommentId) -> _ {
    let (site, id): (i64, i64) = (site.number(), id.number());
    let columns: ColumnsOf<Row> = columns::<Row>();
    comments::table.filter(comments::site_id.eq(site)).filter(comments::id.eq(id)).select(columns)
}

/// The comment with this id, in whatever state it is.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<Option<Comment>, Error> {
    let row: Option<Row> = each_backend!(connection, |conn| by_id(site, id).first(conn).optional())?;
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

/// A comment with what no answer shows of it.
#[derive(Insertable)]
#[diesel(table_name = comments, treat_none_as_default_value = false)]
pub(super) struct NewRow {
    #[diesel(embed)]
    row: Row,
    site_id: i64,
    author_email: Option<String>,
    page_url: Option<String>,
    page_title: Option<String>,
}

impl NewRow {
    pub(super) fn of(site: SiteId, comment: &Comment, email: Option<&Email>, page: Option<&PageFacts>) -> Self {
        Self {
            row: Row::of(comment),
            site_id: site.number(),
            author_email: email.map(|email| email.as_str().to_owned()),
            page_url: page.and_then(|page| page.url.as_ref()).map(|url| url.as_url().to_string()),
            page_title: page.and_then(|page| page.title.as_ref()).map(|title| title.as_str().to_owned()),
        }
    }
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
    let values = NewRow::of(site, comment, email, page);
    each_backend!(connection, |conn| diesel::insert_into(comments::table).values(values).execute(conn))?;
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
