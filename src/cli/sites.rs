//! `rejoinder site`: adding, changing and listing sites.

use clap::{Args, Subcommand};

use super::{Failure, say};
use crate::domain::html::TextFormat;
use crate::domain::origin::OriginPattern;
use crate::domain::site::{Guidelines, Moderation, Site, SiteChange, Slug, Voting};
use crate::service::Service;
use crate::service::sites::{self, Changed};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a site.
    Add {
        /// Its name in addresses: a–z, 0–9 and -.
        #[arg(value_parser = slug)]
        slug: Slug,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Change the settings of a site. A running service notices within 5 seconds.
    Set {
        /// Its name.
        #[arg(value_parser = slug)]
        slug: Slug,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// List all sites with their settings.
    List,
}

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A page origin that may write, as `https://news.example`; `https://*.news.example` stands for one label, `:*` for any
    /// port. Given once or more, it replaces the whole list.
    #[arg(long, value_name = "URL", value_parser = origin)]
    origin: Vec<OriginPattern>,
    /// Add an origin to the list.
    #[arg(long, value_name = "URL", value_parser = origin)]
    add_origin: Vec<OriginPattern>,
    /// Remove an origin from the list.
    #[arg(long, value_name = "URL", value_parser = origin)]
    remove_origin: Vec<OriginPattern>,
    /// The longest comment, in characters as readers count them (300).
    #[arg(long, value_name = "N")]
    max_characters: Option<u32>,
    /// The shortest comment, in characters (1).
    #[arg(long, value_name = "N")]
    min_characters: Option<u32>,
    /// The depth at which deeper replies are shown (4).
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// How long writers can edit and delete (300).
    #[arg(long, value_name = "SECONDS")]
    edit_window_seconds: Option<u32>,
    /// Whether comments are shown at once (post) or wait for a moderator (pre).
    #[arg(long, value_name = "post|pre", value_parser = moderation)]
    moderation: Option<Moderation>,
    /// Whether people without an account can write.
    #[arg(long, value_name = "true|false")]
    guests: Option<bool>,
    /// Which votes count.
    #[arg(long, value_name = "none|up|up_down", value_parser = voting)]
    voting: Option<Voting>,
    /// How texts are read.
    #[arg(long, value_name = "plain|markdown", value_parser = text_format)]
    text_format: Option<TextFormat>,
    /// What writers are asked to keep to, as the page shows it; an empty text for nothing.
    #[arg(long, value_name = "TEXT", value_parser = guidelines)]
    guidelines: Option<Asked>,
    /// Whether comments of writers who have none published wait for a moderator (false).
    #[arg(long, value_name = "true|false")]
    hold_first_comment: Option<bool>,
    /// How many links a comment can have before it waits for a moderator; `none` for any number (none).
    #[arg(long, value_name = "N|none", value_parser = bound)]
    max_links: Option<Bound>,
    /// How many reports of readers make a comment wait for a moderator; 0 if none do (3).
    #[arg(long, value_name = "N")]
    report_threshold: Option<u32>,
    /// After how many days threads close; `none` for never (none).
    #[arg(long, value_name = "N|none", value_parser = bound)]
    close_after_days: Option<Bound>,
}

/// A number, or none.
#[derive(Debug, Clone, Copy)]
struct Bound(Option<u32>);

/// Guidelines, or none.
#[derive(Debug, Clone)]
struct Asked(Option<Guidelines>);

fn bound(text: &str) -> Result<Bound, String> {
    match text.parse::<u32>() {
        Ok(number) => Ok(Bound(Some(number))),
        Err(_) if text == "none" => Ok(Bound(None)),
        Err(_) => Err("use a whole number, or `none`".to_owned()),
    }
}

fn guidelines(text: &str) -> Result<Asked, String> {
    Guidelines::parse(text).map(Asked).map_err(|error| error.to_string())
}

fn slug(text: &str) -> Result<Slug, String> {
    let rule = "a name has 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -";
    Slug::parse(text).ok_or_else(|| rule.to_owned())
}

fn origin(text: &str) -> Result<OriginPattern, String> {
    let rule = "an origin is scheme, host and perhaps port: https://news.example, without a path or a slash at its end";
    OriginPattern::parse(text).ok_or_else(|| rule.to_owned())
}

fn moderation(text: &str) -> Result<Moderation, String> {
    Moderation::from_name(text).ok_or_else(|| "use post or pre".to_owned())
}

fn voting(text: &str) -> Result<Voting, String> {
    Voting::from_name(text).ok_or_else(|| "use none, up or up_down".to_owned())
}

fn text_format(text: &str) -> Result<TextFormat, String> {
    TextFormat::from_name(text).ok_or_else(|| "use plain or markdown".to_owned())
}

impl Options {
    fn into_change(self) -> SiteChange {
        SiteChange {
            origins: (!self.origin.is_empty()).then_some(self.origin),
            added_origins: self.add_origin,
            removed_origins: self.remove_origin,
            max_characters: self.max_characters,
            min_characters: self.min_characters,
            max_depth: self.max_depth,
            edit_window_seconds: self.edit_window_seconds,
            moderation: self.moderation,
            guests: self.guests,
            voting: self.voting,
            text_format: self.text_format,
            guidelines: self.guidelines.map(|asked| asked.0),
            hold_first_comment: self.hold_first_comment,
            max_links: self.max_links.map(|bound| bound.0),
            report_threshold: self.report_threshold,
            close_after_days: self.close_after_days.map(|bound| bound.0),
        }
    }
}

pub(super) async fn execute(service: &Service, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { slug, options } => report(sites::add(service, None, slug, options.into_change()).await?),
        Command::Set { slug, options } => report(sites::set(service, None, slug, options.into_change()).await?),
        Command::List => {
            for site in sites::list(service).await? {
                say(&describe(&site))?;
            }
            Ok(())
        }
    }
}

fn report(changed: Changed) -> Result<(), Failure> {
    match changed {
        Changed::To(site) => say(&describe(&site)),
        Changed::Invalid(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(Failure::NotDone(errors.join("; ")))
        }
        Changed::Taken => Err(Failure::NotDone("there is a site of this name; `site set` changes it".to_owned())),
    }
}

fn describe(site: &Site) -> String {
    let settings: Vec<String> = site.settings().iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}  {}", site.slug, settings.join(" "))
}
