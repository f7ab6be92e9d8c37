//! Proving that the kept counters are right, and mending them.

use std::collections::{BTreeSet, HashMap};

use super::{Error, Service};
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::queue::Queue;
use crate::domain::tally::{self, Counters, ThreadCounters};
use crate::domain::thread::Thread;
use crate::store::{self, Connection};

/// How many threads are read at once.
const BATCH: i64 = 100;

/// A thread whose kept counters are not what counting gives.
#[derive(Debug, Clone)]
pub struct Discrepancy {
    /// The thread as it is kept.
    pub thread: Thread,
    /// What its counters should be.
    pub counted: ThreadCounters,
    /// The comments whose counters are wrong, and what they should be.
    pub comments: Vec<(CommentId, Counters)>,
}

/// A queue whose kept length is not what counting gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDiscrepancy {
    /// The site.
    pub site: SiteId,
    /// The queue.
    pub queue: Queue,
    /// What is kept.
    pub kept: i64,
    /// What it should be.
    pub counted: i64,
}

/// What an audit found.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// How many threads were counted.
    pub threads: u64,
    /// How many comments were counted.
    pub comments: u64,
    /// Which counters were wrong.
    pub discrepancies: Vec<Discrepancy>,
    /// Which queues had wrong lengths.
    pub queues: Vec<QueueDiscrepancy>,
}

/// Counts every thread anew. With `repair`, wrong counters are replaced by counted ones, each thread in a transaction of
/// its own, so that the service can go on meanwhile.
///
/// # Errors
/// The store's trouble.
pub async fn run(service: &Service, repair: Repair) -> Result<Audit, Error> {
    let mut audit = Audit::default();
    let mut after: Option<(SiteId, ThreadId)> = None;
    loop {
        let threads: Vec<Thread> =
            service.store.read(move |connection| store::threads::list_all(connection, after, BATCH)).await?;
        let Some(last) = threads.last() else {
            audit.queues = count_queues(service, repair).await?;
            return Ok(audit);
        };
        after = last.id.map(|id| (last.site_id, id));
        for thread in threads {
            let work = move |connection: &mut Connection| count(connection, &thread, repair);
            let (comments, discrepancy) = match repair {
                Repair::No => service.store.read(work).await?,
                Repair::Yes => service.store.write(work).await?,
            };
            audit.threads += 1;
            audit.comments += comments;
            audit.discrepancies.extend(discrepancy);
        }
    }
}

/// Counts the queues anew. To mend one, all are replaced in one transaction, for which those who change them wait.
async fn count_queues(service: &Service, repair: Repair) -> Result<Vec<QueueDiscrepancy>, Error> {
    let wrong = service.store.read(compare_queues).await?;
    if wrong.is_empty() || repair == Repair::No {
        return Ok(wrong);
    }
    service.store.write(|connection| Ok::<_, Error>(store::queues::replace(connection)?)).await?;
    Ok(wrong)
}

fn compare_queues(connection: &mut Connection) -> Result<Vec<QueueDiscrepancy>, Error> {
    let kept = store::queues::count_all(connection)?;
    let counted = store::queues::recount(connection)?;
    let both: BTreeSet<(SiteId, Queue)> = kept.keys().chain(counted.keys()).copied().collect();
    let compare = |(site, queue): (SiteId, Queue)| {
        let of = |counts: &HashMap<(SiteId, Queue), i64>| counts.get(&(site, queue)).copied().unwrap_or_default();
        QueueDiscrepancy { site, queue, kept: of(&kept), counted: of(&counted) }
    };
    Ok(both.into_iter().map(compare).filter(|found| found.kept != found.counted).collect())
}

/// Whether an audit mends what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// It only reports.
    No,
    /// It mends.
    Yes,
}

fn count(connection: &mut Connection, thread: &Thread, repair: Repair) -> Result<(u64, Option<Discrepancy>), Error> {
    let (site, Some(id)) = (thread.site_id, thread.id) else {
        return Ok((0, None));
    };
    let thread = match repair {
        Repair::No => store::threads::find_by_id(connection, site, id)?,
        Repair::Yes => store::threads::hold(connection, site, id)?,
    };
    let Some(thread) = thread else {
        return Ok((0, None));
    };
    let (mut counted, mut comments, read) = recount(connection, site, id)?;
    let kept = ThreadCounters {
        comment_count: thread.comment_count,
        root_count: thread.root_count,
        last_comment_at: thread.last_comment_at,
    };
    if kept == counted && comments.is_empty() {
        return Ok((read, None));
    }
    if repair == Repair::Yes {
        // Votes go on while a thread is held, so the comments to be mended are held too, and counted again.
        let held: Vec<CommentId> = comments.iter().map(|(comment, _)| *comment).collect();
        for comment in &held {
            store::comments::hold(connection, site, *comment)?;
        }
        (counted, comments, _) = recount(connection, site, id)?;
        comments.retain(|(comment, _)| held.contains(comment));
        store::threads::update_counters(connection, site, id, counted)?;
        for (comment, counters) in &comments {
            store::counts::update(connection, site, *comment, *counters)?;
        }
    }
    Ok((read, Some(Discrepancy { thread, counted, comments })))
}

/// The counters of a thread, those of its comments that are kept wrongly, and how many comments there are.
type Recount = (ThreadCounters, Vec<(CommentId, Counters)>, u64);

fn recount(connection: &mut Connection, site: SiteId, thread: ThreadId) -> Result<Recount, Error> {
    let nodes = store::counts::list_nodes(connection, site, thread)?;
    let scores = store::votes::count_by_comment(connection, site, thread)?;
    let (counted, comments) = tally::recount(&nodes, &scores);
    Ok((counted, comments, u64::try_from(nodes.len()).unwrap_or(u64::MAX)))
}
