//! `rejoinder staff`: who looks after the sites, and how they come in. The first member of staff is added here, and helped
//! here if they lost everything.

use clap::{ArgAction, Args, Subcommand};

use super::{Failure, say};
use crate::domain::access::Role;
use crate::domain::credential::TokenName;
use crate::domain::id::StaffId;
use crate::domain::selection::MAX_SITES;
use crate::domain::site::Slug;
use crate::domain::staff::StaffName;
use crate::service::Service;
use crate::service::staff::{self, Member, NewStaff, StaffChange};
use crate::service::tokens::{self, DEFAULT_DAYS, MAX_DAYS};

/// How many are read at once.
const PAGE: u32 = 100;
/// What a token that is made here is called.
const TOKEN_NAME: &str = "from the command line";

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
        /// A site that they are bound to; without one they are staff of all sites. Can be given more than once.
        #[arg(long, value_name = "SLUG", value_parser = slug)]
        site: Vec<Slug>,
    },
    /// List staff.
    List,
    /// Make an API token for all that a member of staff may do, and print it. It is shown once.
    Token {
        /// Their name, or one that looks like it.
        #[arg(value_parser = name)]
        name: StaffName,
        /// After how many days it ends.
        #[arg(long, value_name = "N", default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_DAYS)))]
        expires_days: u32,
    },
    /// Change a member of staff.
    Set {
        /// Their name, or one that looks like it.
        #[arg(value_parser = name)]
        name: StaffName,
        #[command(flatten)]
        options: Options,
    },
}

/// What is to change. What isn't given stays as it is.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Options {
    /// What they may do.
    #[arg(long, value_name = "owner|moderator|viewer", value_parser = role)]
    role: Option<Role>,
    /// A site that they are bound to from now on, instead of others. Can be given more than once.
    #[arg(long, value_name = "SLUG", value_parser = slug)]
    site: Vec<Slug>,
    /// Bind them to no site: they are staff of all.
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "site")]
    all_sites: bool,
    /// Shut them out: they are signed out everywhere, and their tokens are refused.
    #[arg(long, action = ArgAction::SetTrue)]
    disable: bool,
    /// Let them in again.
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "disable")]
    enable: bool,
    /// Take their second factor away, for somebody who lost it.
    #[arg(long, action = ArgAction::SetTrue)]
    remove_totp: bool,
    /// Take their password away: they come in with an API token, and set another.
    #[arg(long, action = ArgAction::SetTrue)]
    remove_password: bool,
}

impl Options {
    fn into_change(self) -> StaffChange {
        let sites = (!self.site.is_empty()).then_some(Some(self.site));
        let everywhere = self.all_sites.then_some(None);
        StaffChange {
            name: None,
            role: self.role,
            sites: sites.or(everywhere),
            is_disabled: self.disable.then_some(true).or(self.enable.then_some(false)),
            removes_totp: self.remove_totp,
            removes_password: self.remove_password,
        }
    }
}

fn name(text: &str) -> Result<StaffName, String> {
    StaffName::parse(text).map_err(|error| error.to_string())
}

fn slug(text: &str) -> Result<Slug, String> {
    Slug::parse(text).ok_or_else(|| "a site has a name of 1 to 64 of a–z, 0–9 and -".to_owned())
}

fn check_number(sites: &[Slug]) -> Result<(), Failure> {
    if sites.len() <= MAX_SITES {
        return Ok(());
    }
    Err(Failure::NotDone(format!("somebody can be bound to {MAX_SITES} sites; without one they are staff of all")))
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "must be owner, moderator or viewer".to_owned())
}

pub(super) async fn execute(service: &Service, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { name, role, site } => {
            check_number(&site)?;
            let sites = (!site.is_empty()).then_some(site);
            let added = staff::add(service, None, NewStaff { name, role, sites }).await?;
            say(&added.secret.reveal())
        }
        Command::List => list(service).await,
        Command::Token { name, expires_days } => {
            let owner = staff::find_by_name(service, &name).await?;
            let called = TokenName::from_stored(TOKEN_NAME.to_owned());
            say(&tokens::add_for(service, owner.id, called, expires_days).await?.reveal())
        }
        Command::Set { name, options } => {
            check_number(&options.site)?;
            let found = staff::find_by_name(service, &name).await?;
            say(&describe(&staff::change(service, None, found.id, options.into_change()).await?))
        }
    }
}

async fn list(service: &Service) -> Result<(), Failure> {
    let mut before: Option<StaffId> = None;
    loop {
        let page = staff::list(service, before, PAGE).await?;
        for member in &page.items {
            say(&describe(member))?;
        }
        match page.next {
            Some(position) => before = Some(StaffId::from_number(position.id.number())),
            None => return Ok(()),
        }
    }
}

fn describe(member: &Member) -> String {
    let Member { staff, sites } = member;
    let sites = sites.as_ref().map_or_else(|| "all".to_owned(), |sites| sites.join(","));
    format!(
        "{}  role={} sites={sites} disabled={} password={} totp={}",
        staff.name.as_str(),
        staff.role.name(),
        staff.is_disabled,
        staff.has_password,
        staff.has_totp,
    )
}
