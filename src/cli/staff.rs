//! `rejoinder staff`: adding the first member of staff, who can add the others.

use clap::Subcommand;

use super::{Failure, say};
use crate::domain::access::{Role, SiteScope};
use crate::domain::staff::StaffName;
use crate::service::Service;
use crate::service::sites;
use crate::service::staff::{self, NewStaff};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a member of staff, and print their first API token. It is shown once.
    Add {
        /// Their name, as readers will see it.
        #[arg(value_parser = name)]
        name: StaffName,
        /// What they may do: owner (everything), moderator (queue, decisions, bans, threads), viewer (reads).
        #[arg(long, value_name = "owner|moderator|viewer", value_parser = role)]
        role: Role,
        /// A site that they are bound to; without one they are staff of all sites.
        #[arg(long, value_name = "SLUG")]
        site: Vec<String>,
    },
}

fn name(text: &str) -> Result<StaffName, String> {
    StaffName::parse(text).map_err(|error| error.to_string())
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "must be owner, moderator or viewer".to_owned())
}

pub(super) async fn execute(service: &Service, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { name, role, site } => {
            let mut ids = Vec::with_capacity(site.len());
            for slug in &site {
                ids.push(sites::find(service, slug).await?.id);
            }
            let sites = if ids.is_empty() { SiteScope::Everywhere } else { SiteScope::Only(ids) };
            let (_, token) = staff::add(service, NewStaff { name, role, sites }).await?;
            say(&token.reveal())
        }
    }
}
