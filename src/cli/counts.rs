//! `rejoinder counts`: the kept counters against a recount.

use clap::Args;

use super::{Failure, say};
use crate::service::Service;
use crate::service::audits::{self, Discrepancy, Repair};

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
    let found = audit.discrepancies.len();
    let counted = format!("counted {} comments in {} threads", audit.comments, audit.threads);
    match (found, repair) {
        (0, _) => say(&format!("{counted}: every counter is right")),
        (_, Repair::Yes) => say(&format!("{counted}: mended {found} threads")),
        (_, Repair::No) => {
            let advice = "`rejoinder counts --repair` mends them";
            Err(Failure::NotDone(format!("{counted}: {found} threads have wrong counters; {advice}")))
        }
    }
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
