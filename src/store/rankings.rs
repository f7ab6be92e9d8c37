//! Which threads are the most discussed.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};

use super::connection::{Cached, Connection, each_backend};
use super::error::Error;
use super::threads;
use crate::domain::id::{SiteId, ThreadId};
use crate::domain::ranking::RankedThread;

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    thread_id: i64,
    #[diesel(sql_type = BigInt)]
    comments: i64,
    #[diesel(sql_type = BigInt)]
    authors: i64,
}

/// SQLite is told which index to read: going by its statistics it may walk through all comments instead, window or not.
const fn most_commented_sql(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => {
            "SELECT thread_id, count(*) AS comments, count(DISTINCT author_id) AS authors \
             FROM comments INDEXED BY comments_by_site WHERE site_id = $1 AND status = 1 AND id >= $2 \
             GROUP BY thread_id ORDER BY authors DESC, comments DESC, thread_id DESC LIMIT $3"
        }
        Connection::Postgres(_) => {
            "SELECT thread_id, count(*) AS comments, count(DISTINCT author_id) AS authors \
             FROM comments WHERE site_id = $1 AND status = 1 AND id >= $2 \
             GROUP BY thread_id ORDER BY authors DESC, comments DESC, thread_id DESC LIMIT $3"
        }
    }
}

/// The threads with the most distinct writers since `since`, then the most comments; only published comments count.
///
/// Reads each comment of the window once, from an index that holds all that is needed.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_most_commented(
    connection: &mut Connection,
    site: SiteId,
    first_comment_id: i64,
    limit: u32,
) -> Result<Vec<RankedThread>, Error> {
    let query = diesel::sql_query(most_commented_sql(connection))
        .bind::<BigInt, _>(site.number())
        .bind::<BigInt, _>(first_comment_id)
        .bind::<BigInt, _>(i64::from(limit));
    let ranked: Vec<Place> = each_backend!(connection, |conn| Cached(query).load(conn))?;
    let ids: Vec<ThreadId> = ranked.iter().map(|place| ThreadId::from_number(place.thread_id)).collect();
    let mut threads = threads::list_by_id(connection, site, &ids)?;
    let mut places = Vec::with_capacity(ranked.len());
    for Place { thread_id, comments, authors } in ranked {
        if let Some(at) = threads.iter().position(|thread| thread.id == Some(ThreadId::from_number(thread_id))) {
            let number = |count: i64| u32::try_from(count).map_err(|_too_many| Error::corrupt("count"));
            let thread = threads.swap_remove(at);
            places.push(RankedThread { thread, comments: number(comments)?, authors: number(authors)? });
        }
    }
    Ok(places)
}
