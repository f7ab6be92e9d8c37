//! `rejoinder thread`: the settings of one thread.

use clap::Subcommand;

use super::{Failure, say};
use crate::domain::site::{LARGEST_MAX_CHARACTERS, Moderation};
use crate::domain::thread::{LONGEST_SLOW_MODE_SECONDS, Thread, ThreadKey, ThreadState};
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
        /// Whether its comments are shown at once (post) or wait for a moderator (pre), or `site` for what the site says.
        #[arg(long, value_name = "post|pre|site", value_parser = moderation)]
        moderation: Option<OwnModeration>,
        /// How long a writer waits between two comments, or `none` for not at all.
        #[arg(long, value_name = "N|none", value_parser = slow_mode_seconds)]
        slow_mode_seconds: Option<SlowMode>,
    },
}

/// A limit of characters of a thread's own, or that of its site.
#[derive(Debug, Clone, Copy)]
pub(super) enum MaxCharacters {
    Own(u32),
    OfSite,
}

/// A moderation of a thread's own, or that of its site.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnModeration(Option<Moderation>);

/// The seconds of slow mode, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlowMode(Option<u32>);

fn key(text: &str) -> Result<ThreadKey, String> {
    let rule = "a key has 1 to 512 characters, is not blank, and holds no control characters";
    ThreadKey::parse(text).ok_or_else(|| rule.to_owned())
}

fn state(text: &str) -> Result<ThreadState, String> {
    ThreadState::from_name(text).ok_or_else(|| "use open or closed".to_owned())
}

fn moderation(text: &str) -> Result<OwnModeration, String> {
    match Moderation::from_name(text) {
        None if text != "site" => Err("use post, pre or site".to_owned()),
        moderation => Ok(OwnModeration(moderation)),
    }
}

fn slow_mode_seconds(text: &str) -> Result<SlowMode, String> {
    match text.parse::<u32>() {
        Ok(seconds) if (1..=LONGEST_SLOW_MODE_SECONDS).contains(&seconds) => Ok(SlowMode(Some(seconds))),
        Err(_) if text == "none" => Ok(SlowMode(None)),
        _ => Err(format!("use a number from 1 to {LONGEST_SLOW_MODE_SECONDS}, or `none`")),
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
    let Command::Set { site, key, state, max_characters, moderation, slow_mode_seconds } = command;
    let site = sites::find(service, &site).await?;
    let max_characters = max_characters.map(|limit| match limit {
        MaxCharacters::Own(number) => Some(number),
        MaxCharacters::OfSite => None,
    });
    let change = ThreadChange {
        state,
        max_characters,
        moderation: moderation.map(|own| own.0),
        slow_mode_seconds: slow_mode_seconds.map(|slow| slow.0),
        ..ThreadChange::default()
    };
    say(&describe(&threads::set(service, site, key, change).await?))
}

fn describe(thread: &Thread) -> String {
    let number = |number: Option<u32>, none: &str| number.map_or_else(|| none.to_owned(), |number| number.to_string());
    format!(
        "{}  state={} max_characters={} moderation={} slow_mode_seconds={}",
        thread.key.as_str(),
        thread.state.name(),
        number(thread.max_characters, "site"),
        thread.moderation.map_or("site", Moderation::name),
        number(thread.slow_mode_seconds, "none"),
    )
}
