//! Sites and what they allow.

use std::fmt;

use super::body::BodyLimits;
use super::html::TextFormat;
use super::id::SiteId;
use super::origin::{Origin, OriginPattern};

/// The site that exists from the first start.
pub const DEFAULT_SITE: &str = "default";
/// Origins that may write to the default site until its owner says otherwise.
pub const DEFAULT_ORIGINS: [&str; 6] = [
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://[::1]:*",
    "https://[::1]:*",
];
/// The largest `max_characters` that a site or a thread can have.
pub const LARGEST_MAX_CHARACTERS: u32 = 20_000;
/// The largest `max_depth`.
pub const LARGEST_MAX_DEPTH: u32 = 100;
/// The longest edit window, in seconds: ten years.
pub const LONGEST_EDIT_WINDOW_SECONDS: u32 = 315_360_000;
/// The most origins that a site can list.
pub const MAX_ORIGINS: usize = 100;

/// The name of a site in addresses: 1 to 64 of `a`–`z`, `0`–`9` and `-`, not beginning or ending with `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

impl Slug {
    /// Reads a slug; `None` if it isn't one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When a new comment is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moderation {
    /// At once; moderators look afterwards.
    Post,
    /// When a moderator has approved it.
    Pre,
}

/// Which votes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voting {
    /// None.
    None,
    /// Votes for a comment only.
    Up,
    /// Votes for and against.
    UpDown,
}

macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal),+ }) => {
        impl $type {
            /// The name on the wire, in settings and in the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The value with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(super) use named;

named!(Moderation { Post = "post", Pre = "pre" });
named!(Voting { None = "none", Up = "up", UpDown = "up_down" });
named!(TextFormat { Plain = "plain", Markdown = "markdown" });

/// What writers may do on a site, or in one thread of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The longest text, in characters (extended grapheme clusters).
    pub max_characters: u32,
    /// The shortest text, in characters.
    pub min_characters: u32,
    /// The depth at which deeper replies are shown; a root has depth 0.
    pub max_depth: u32,
    /// How long a writer can edit and delete, in seconds from posting.
    pub edit_window_seconds: u32,
    /// When a new comment is shown.
    pub moderation: Moderation,
    /// Whether people without an account can write.
    pub guests: bool,
    /// Which votes count.
    pub voting: Voting,
    /// How texts are read.
    pub text_format: TextFormat,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_characters: 300,
            min_characters: 1,
            max_depth: 4,
            edit_window_seconds: 300,
            moderation: Moderation::Post,
            guests: true,
            voting: Voting::UpDown,
            text_format: TextFormat::Plain,
        }
    }
}

/// A setting that contradicts another or is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} must be between {min} and {max}, but is {actual}")]
pub struct PolicyError {
    setting: &'static str,
    min: u32,
    max: u32,
    actual: u32,
}

impl Policy {
    /// Checks that every number is in its range and that the limits fit one another.
    ///
    /// # Errors
    /// The first setting that is out of range.
    pub fn check(self) -> Result<Self, PolicyError> {
        let ranges = [
            ("max_characters", 1, LARGEST_MAX_CHARACTERS, self.max_characters),
            ("min_characters", 1, self.max_characters, self.min_characters),
            ("max_depth", 0, LARGEST_MAX_DEPTH, self.max_depth),
            ("edit_window_seconds", 0, LONGEST_EDIT_WINDOW_SECONDS, self.edit_window_seconds),
        ];
        match ranges.into_iter().find(|(_, min, max, actual)| !(min..=max).contains(&actual)) {
            Some((setting, min, max, actual)) => Err(PolicyError { setting, min, max, actual }),
            None => Ok(self),
        }
    }

    /// The limits of a text.
    #[must_use]
    pub const fn body_limits(self) -> BodyLimits {
        BodyLimits { min_characters: self.min_characters, max_characters: self.max_characters }
    }
}

/// A site: a publication whose pages carry threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name in addresses.
    pub slug: Slug,
    /// The origins whose pages may write.
    pub origins: Vec<OriginPattern>,
    /// What writers may do.
    pub policy: Policy,
}

impl Site {
    /// Whether a page of this origin may write.
    #[must_use]
    pub fn allows(&self, origin: &Origin) -> bool {
        self.origins.iter().any(|pattern| pattern.allows(origin))
    }

    /// Whether the site links to pages of this origin: one of its own, or any while it has named none but this machine.
    #[must_use]
    pub fn links_to(&self, origin: &Origin) -> bool {
        let is_tried_out = !self.origins.is_empty() && self.origins.iter().all(OriginPattern::is_local);
        self.allows(origin) || is_tried_out
    }
}

/// What is to be changed about a site; `None` leaves a setting as it is.
#[derive(Debug, Clone, Default)]
pub struct SiteChange {
    /// The whole list of origins.
    pub origins: Option<Vec<OriginPattern>>,
    /// Origins to add.
    pub added_origins: Vec<OriginPattern>,
    /// Origins to remove.
    pub removed_origins: Vec<OriginPattern>,
    /// See [`Policy`].
    pub max_characters: Option<u32>,
    /// See [`Policy`].
    pub min_characters: Option<u32>,
    /// See [`Policy`].
    pub max_depth: Option<u32>,
    /// See [`Policy`].
    pub edit_window_seconds: Option<u32>,
    /// See [`Policy`].
    pub moderation: Option<Moderation>,
    /// See [`Policy`].
    pub guests: Option<bool>,
    /// See [`Policy`].
    pub voting: Option<Voting>,
    /// See [`Policy`].
    pub text_format: Option<TextFormat>,
}

impl SiteChange {
    /// Changes a site.
    ///
    /// # Errors
    /// The first setting that would be out of range; the site is as it was then.
    pub fn apply(&self, site: &mut Site) -> Result<(), PolicyError> {
        let mut origins = self.origins.clone().unwrap_or_else(|| site.origins.clone());
        origins.extend(self.added_origins.iter().cloned());
        origins.retain(|origin| !self.removed_origins.contains(origin));
        let mut kept: Vec<OriginPattern> = Vec::with_capacity(origins.len());
        for origin in origins {
            if !kept.contains(&origin) {
                kept.push(origin);
            }
        }
        if kept.len() > MAX_ORIGINS {
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let (max, actual) = (number(MAX_ORIGINS), number(kept.len()));
            return Err(PolicyError { setting: "the number of origins", min: 0, max, actual });
        }
        let old = site.policy;
        let policy = Policy {
            max_characters: self.max_characters.unwrap_or(old.max_characters),
            min_characters: self.min_characters.unwrap_or(old.min_characters),
            max_depth: self.max_depth.unwrap_or(old.max_depth),
            edit_window_seconds: self.edit_window_seconds.unwrap_or(old.edit_window_seconds),
            moderation: self.moderation.unwrap_or(old.moderation),
            guests: self.guests.unwrap_or(old.guests),
            voting: self.voting.unwrap_or(old.voting),
            text_format: self.text_format.unwrap_or(old.text_format),
        };
        site.policy = policy.check()?;
        site.origins = kept;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_and_plain() {
        for good in ["default", "a", "news-2024", "0"] {
            assert_eq!(Slug::parse(good).map(|slug| slug.to_string()).as_deref(), Some(good));
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a b", "é", "a/b", &"a".repeat(65)] {
            assert_eq!(Slug::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_policy_out_of_range_names_the_setting() {
        let default = Policy::default();
        let cases = [
            (Policy { max_characters: 0, ..default }, "max_characters"),
            (Policy { max_characters: LARGEST_MAX_CHARACTERS + 1, ..default }, "max_characters"),
            (Policy { min_characters: 0, ..default }, "min_characters"),
            (Policy { min_characters: 301, ..default }, "min_characters"),
            (Policy { max_depth: 101, ..default }, "max_depth"),
        ];
        for (policy, setting) in cases {
            assert_eq!(policy.check().map_err(|error| error.setting), Err(setting));
        }
        assert_eq!(default.check(), Ok(default));
    }
}
