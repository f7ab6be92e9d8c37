//! `rejoinder counts`: the kept counters against a recount.

use clap::Args;

use super::{Failure, say};
use crate::service::Service;
use crate::service::audits::{self, Discrepancy, QueueDiscrepancy, Repair};

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Arguments {
    /// Count everything anew and say what is kept wrongly; changes nothing.
    #[arg(long)]
    verify: bool,
    /// Replace what is kept wrongly by what was counted.
    #[arg(long)]
    repair: bool,
}

pub(super) async fn execute(service: &Service, arguments: Arguments) -> Result<(), Failure> {
    let repair = if arguments.repair { Repair::Yes } else { Repair::No };
    let audit = audits::run(service, repair).await?;
    for discrepancy in &audit.discrepancies {
        say(&describe(discrepancy))?;
    }
    for queue in &audit.queues {
        say(&describe_queue(queue))?;
    }
    let (threads, queues) = (audit.discrepancies.len(), audit.queues.len());
    let counted = format!("counted {} comments in {} threads", audit.comments, audit.threads);
    match (threads + queues, repair) {
        (0, _) => say(&format!("{counted}: every counter is right")),
        (_, Repair::Yes) => say(&format!("{counted}: mended {threads} threads and {queues} queues")),
        (_, Repair::No) => {
            let wrong = format!("{threads} threads and {queues} queues have wrong counters");
            Err(Failure::NotDone(format!("{counted}: {wrong}; `rejoinder counts --repair` mends them")))
        }
    }
}

fn describe_queue(found: &QueueDiscrepancy) -> String {
    let QueueDiscrepancy { site, queue, kept, counted } = found;
    format!("site {site}: queue {} has {kept} (counted {counted})", queue.name())
}

fn describe(discrepancy: &Discrepancy) -> String {
    let Discrepancy { thread, counted, comments } = discrepancy;
    let ids: Vec<String> = comments.iter().take(10).map(|(id, _)| id.to_string()).collect();
    format!(
        "{}  comments {} (counted {}), roots {} (counted {}), {} comments with wrong counters {}",
        thread.key.as_str(),
        thread.comment_count,
        counted.comment_count,
        thread.root_count,
        counted.root_count,
        comments.len(),
        ids.join(" "),
    )
}
