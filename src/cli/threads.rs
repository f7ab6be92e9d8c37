//! `rejoinder thread`: the settings of one thread.

use clap::Subcommand;

use super::{Failure, say};
use crate::domain::site::LARGEST_MAX_CHARACTERS;
use crate::domain::thread::{ThreadKey, ThreadState};
use crate::service::threads::{self, ThreadChange};
use crate::service::{Service, sites};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open or close a thread, or give it a limit of its own. A thread that nobody has written to is made.
    Set {
        /// The name of the site.
        site: String,
        /// The key of the thread.
        #[arg(value_parser = key)]
        key: ThreadKey,
        /// Whether it takes new comments.
        #[arg(long, value_name = "open|closed", value_parser = state)]
        state: Option<ThreadState>,
        /// The longest comment in this thread, or `site` for the limit of the site.
        #[arg(long, value_name = "N|site", value_parser = max_characters)]
        max_characters: Option<MaxCharacters>,
    },
}

/// A limit of characters of a thread's own, or that of its site.
#[derive(Debug, Clone, Copy)]
pub(super) enum MaxCharacters {
    Own(u32),
    OfSite,
}

fn key(text: &str) -> Result<ThreadKey, String> {
    let rule = "a key has 1 to 512 characters, is not blank, and holds no control characters";
    ThreadKey::parse(text).ok_or_else(|| rule.to_owned())
}

fn state(text: &str) -> Result<ThreadState, String> {
    match text {
        "open" => Ok(ThreadState::Open),
        "closed" => Ok(ThreadState::Closed),
        _ => Err("use open or closed".to_owned()),
    }
}

fn max_characters(text: &str) -> Result<MaxCharacters, String> {
    match text.parse::<u32>() {
        Ok(number) if (1..=LARGEST_MAX_CHARACTERS).contains(&number) => Ok(MaxCharacters::Own(number)),
        Err(_) if text == "site" => Ok(MaxCharacters::OfSite),
        _ => Err(format!("use a number from 1 to {LARGEST_MAX_CHARACTERS}, or `site`")),
    }
}

pub(super) async fn execute(service: &Service, command: Command) -> Result<(), Failure> {
    let Command::Set { site, key, state, max_characters } = command;
    let site = sites::find(service, &site).await?;
    let max_characters = max_characters.map(|limit| match limit {
        MaxCharacters::Own(number) => Some(number),
        MaxCharacters::OfSite => None,
    });
    let thread =
        threads::set(service, site, key, ThreadChange { state, max_characters, ..ThreadChange::default() }).await?;
    let limit = thread.max_characters.map_or_else(|| "site".to_owned(), |number| number.to_string());
    say(&format!("{}  state={} max_characters={limit}", thread.key.as_str(), thread.state.name()))
}
