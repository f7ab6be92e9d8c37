//! A post: all that has to be known of it is read at once, and all that it changes is written at once.

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool};
use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl};

use super::comments::{Change, Row as CommentRow, counted};
use super::connection::{Cached, Connection, Held, of_site, stored_count, together};
use super::error::Error;
use super::queues;
use super::replays::{NewReplay, Replay, Row as ReplayRow};
use super::schema::{authors, bans, comments, queue_counts, replays, revisions, staff, threads};
use super::session::Then;
use super::threads::Row as ThreadRow;
use crate::domain::address::NetworkHash;
use crate::domain::author::{Email, GuestTokenHash};
use crate::domain::comment::Comment;
use crate::domain::id::{AuthorId, CommentId, SiteId};
use crate::domain::idempotency::{Fingerprint, ReplayId};
use crate::domain::queue::Queue;
use crate::domain::revision::Revision;
use crate::domain::status::Status;
use crate::domain::thread::{PageFacts, Thread, ThreadKey};
use crate::domain::time::Timestamp;

/// What is asked about a post.
#[derive(Debug)]
pub struct Question<'a> {
    /// The site.
    pub site: SiteId,
    /// The key of the thread.
    pub key: &'a ThreadKey,
    /// The token of the writer, if they have one.
    pub token: Option<GuestTokenHash>,
    /// Their network.
    pub network: NetworkHash,
    /// The name under which the answer to the same request would be kept, and what tells the request from others.
    pub replay: Option<(&'a ReplayId, &'a Fingerprint)>,
    /// An answer that was kept since then makes room.
    pub expired: Timestamp,
    /// The skeletons of the names that the writer's passes for.
    pub alikes: &'a [String],
    /// The comment that is answered.
    pub parent: Option<CommentId>,
    /// Whether it matters if a comment of the writer is published.
    pub is_first_of_interest: bool,
    /// What time it is.
    pub now: Timestamp,
}

/// What is known of a post.
#[derive(Debug)]
pub struct Facts {
    /// The thread, held against other writers until the transaction ends; `None` if nobody has written to it yet.
    pub thread: Option<Thread>,
    /// The answer to the first request with the same key.
    pub replay: Option<Replay>,
    /// The guest whose token it is.
    pub author: Option<AuthorId>,
    /// When each ban ends that holds for the writer or their network.
    pub ban_ends: Vec<Option<Timestamp>>,
    /// Whether a member of staff has a name that the writer's passes for.
    pub is_name_of_staff: bool,
    /// The comment that is answered, in whatever state and thread it is.
    pub parent: Option<Comment>,
    /// Whether a comment of the writer is published, if that was asked.
    pub has_published: bool,
}

/// What comes back of it, in the order asked.
type Found = (Vec<ThreadRow>, Vec<ReplayRow>, Vec<i64>, Vec<Option<i64>>, Vec<String>, Vec<CommentRow>, Vec<i64>);

/// Reads what is known of a post, and holds its thread against other writers until the transaction ends.
///
/// # Errors
/// [`Error`] of the database.
pub fn read(connection: &mut Connection, question: &Question<'_>) -> Result<Facts, Error> {
    let (site, now) = (question.site, question.now.milliseconds());
    // No guest has a token whose hash is empty.
    let token = question.token.as_ref().map_or(&[][..], |token| token.as_bytes());
    let known = question.token.is_some().then_some(());
    let of_site = of_site(connection);
    let author = || super::authors::by_token(site, token);
    let found: Found = together!(
        connection,
        Then::More,
        // Held before all else is read, so that it is read as it was left by whoever held it before.
        thread: Some(Held(super::threads::by_key(site, question.key))),
        replay: question.replay.map(|(id, _)| super::replays::by_id(site, id)),
        authors: known.map(|()| author()),
        bans: Some(
            bans::table
                .filter(bans::site_id.eq(site.number()))
                .filter(
                    bans::author_id
                        .eq(author().single_value())
                        .or(bans::network.eq(question.network.as_bytes().as_slice())),
                )
                .filter(bans::ends_at.is_null().or(bans::ends_at.gt(now)))
                .select(bans::ends_at)
        ),
        names: Some(Cached(
            staff::table.filter(staff::name_skeleton.eq_any(question.alikes)).select(staff::name_skeleton).limit(1)
        )),
        parent: question.parent.map(|id| super::comments::by_id(site, id)),
        published: known.filter(|()| question.is_first_of_interest).map(|()| Cached(
            comments::table
                // By the writer, not by all that the site has.
                .filter(sql::<Bool>(of_site).bind::<BigInt, _>(site.number()))
                .filter(comments::author_id.nullable().eq(author().single_value()))
                .filter(comments::status.eq(Status::Published.number()))
                .select(comments::id)
                .limit(1)
        )),
    );
    let (thread, replay, authors, bans, names, parent, published) = found;
    let replay = replay.into_iter().next();
    let is_expired = replay.as_ref().is_some_and(|replay| replay.is_expired(question.expired));
    let replay = match (question.replay, replay) {
        (Some((id, _)), Some(_)) if is_expired => {
            super::replays::delete(connection, site, id)?;
            None
        }
        (Some((_, fingerprint)), Some(replay)) => Some(replay.into_replay(fingerprint)?),
        _ => None,
    };
    let ends = |end: Option<i64>| end.map(Timestamp::from_milliseconds);
    Ok(Facts {
        thread: thread.into_iter().next().map(ThreadRow::into_thread).transpose()?,
        replay,
        author: authors.into_iter().next().map(AuthorId::from_number),
        ban_ends: bans.into_iter().map(ends).collect(),
        is_name_of_staff: !names.is_empty(),
        parent: parent.into_iter().next().map(CommentRow::into_comment).transpose()?,
        has_published: !published.is_empty(),
    })
}

/// All that a post changes.
#[derive(Debug)]
pub struct NewPost<'a> {
    /// The guest that the writer becomes with it.
    pub guest: Option<(AuthorId, GuestTokenHash)>,
    /// The thread with the comment in it. It must be held, or be new.
    pub thread: &'a Thread,
    /// Whether nobody has written to the thread before.
    pub is_thread_new: bool,
    /// The comment.
    pub comment: &'a Comment,
    /// The address of its writer.
    pub email: Option<&'a Email>,
    /// What is said of the page.
    pub page: &'a PageFacts,
    /// The changes of the comment that is answered, and of the root above.
    pub above: [Option<(CommentId, Change)>; 2],
    /// The queue that the comment enters.
    pub queue: Option<Queue>,
    /// The text as it was typed.
    pub original: Option<&'a Revision>,
    /// The answer to be kept.
    pub replay: Option<&'a NewReplay>,
    /// What time it is.
    pub now: Timestamp,
}

/// Writes a post.
///
/// # Errors
/// [`Error::Conflict`] when others took an id, made the thread or answered a request with the same key at the same time.
pub fn insert(connection: &mut Connection, site: SiteId, post: &NewPost<'_>, then: Then) -> Result<(), Error> {
    let (thread, now, number) = (post.thread, post.now, site.number());
    let thread_id = thread.id.ok_or_else(|| Error::Failed("a thread without id".to_owned()))?;
    // One that is not published is not counted, and what it says of its page waits with it.
    let counted_thread = post.comment.is_published().then(|| {
        let target = threads::table.filter(threads::site_id.eq(number)).filter(threads::id.eq(thread_id.number()));
        let values = (
            threads::comment_count.eq(stored_count(thread.comment_count)),
            threads::root_count.eq(stored_count(thread.root_count)),
            threads::last_comment_at.eq(thread.last_comment_at.map(Timestamp::milliseconds)),
            threads::url.eq(thread.url.as_deref()),
            threads::title.eq(thread.title.as_deref()),
        );
        Cached(diesel::update(target).set(values).returning(threads::id))
    });
    let page = (!post.comment.is_published()).then_some(post.page);
    let guest = post.guest.as_ref().map(|(id, token)| super::authors::NewRow::of(site, *id, token, now));
    let new_thread = post.is_thread_new.then(|| super::threads::NewRow::of(site, thread_id, &thread.key, now));
    let comment = super::comments::NewRow::of(site, post.comment, post.email, page);
    let original = post.original.map(|original| super::revisions::NewRow::of(site, original));
    let replay = post.replay.map(|replay| ReplayRow::of(site, replay, now));
    let shard = queues::shard(post.comment.id);
    let [parent, root] = post.above;
    let written: Written = together!(
        connection,
        then,
        guest: guest.map(|row| diesel::insert_into(authors::table).values(row).returning(authors::id)),
        made: new_thread.map(|row| diesel::insert_into(threads::table).values(row).returning(threads::id)),
        thread: counted_thread,
        comment: Some(diesel::insert_into(comments::table).values(comment).returning(comments::id)),
        parent: parent.map(|(id, change)| counted!(number, id.number(), change)),
        root: root.map(|(id, change)| counted!(number, id.number(), change)),
        original: original.map(|row| diesel::insert_into(revisions::table).values(row).returning(revisions::id)),
        replay: replay.map(|row| diesel::insert_into(replays::table).values(row).returning(replays::comment_id)),
        // Last, so that nobody waits long for it.
        queue: post.queue.map(|queue| queues::counted!(number, queue.number(), shard, 1)),
    );
    drop(written);
    Ok(())
}

/// What comes back of the rows that were written; it is known here already.
type Written = (Vec<i64>, Vec<i64>, Vec<i64>, Vec<i64>, Vec<CommentRow>, Vec<CommentRow>, Vec<i64>, Vec<i64>, Vec<i32>);
