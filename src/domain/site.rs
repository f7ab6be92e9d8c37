//! Sites and what they allow.

use std::borrow::Borrow;
use std::fmt;

use super::body::BodyLimits;
use super::html::TextFormat;
use super::id::SiteId;
use super::origin::{Origin, OriginPattern};
use super::text;
use super::time::Timestamp;

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
/// How many reports hold a comment of a site whose owner hasn't said otherwise.
pub const DEFAULT_REPORT_THRESHOLD: u32 = 3;
/// The largest number of links after which a site can make comments wait.
pub const LARGEST_MAX_LINKS: u32 = 100;
/// The largest number of reports after which a site can make comments wait.
pub const LARGEST_REPORT_THRESHOLD: u32 = 1_000;
/// The most days after which threads close by themselves: ten years.
pub const MOST_DAYS_OPEN: u32 = 3_650;
/// The longest guidelines, in characters (extended grapheme clusters).
pub const MAX_GUIDELINES_CHARACTERS: u32 = 2_000;
/// The largest guidelines, in bytes.
const MAX_GUIDELINES_BYTES: usize = 16_000;

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

/// A slug equals its text, and so do their hashes.
impl Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a site asks of writers: a normalised text of 1 to 2,000 characters in which something can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidelines(String);

/// Why guidelines were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long: {actual} characters, at most {max}")]
pub struct GuidelinesTooLong {
    /// The most characters.
    pub max: u64,
    /// How many there are.
    pub actual: u64,
}

impl Guidelines {
    /// Reads guidelines; a blank text is none.
    ///
    /// # Errors
    /// [`GuidelinesTooLong`] over 2,000 characters or 16,000 bytes.
    pub fn parse(input: &str) -> Result<Option<Self>, GuidelinesTooLong> {
        let guidelines = text::normalise(input);
        let actual = u64::try_from(text::characters(&guidelines)).unwrap_or(u64::MAX);
        let max = u64::from(MAX_GUIDELINES_CHARACTERS);
        if actual > max || guidelines.len() > MAX_GUIDELINES_BYTES {
            return Err(GuidelinesTooLong { max, actual });
        }
        Ok((!text::is_blank(&guidelines)).then_some(Self(guidelines)))
    }

    /// Guidelines read back from the store.
    #[must_use]
    pub const fn from_stored(guidelines: String) -> Self {
        Self(guidelines)
    }

    /// The guidelines as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{setting} must be between {min} and {max}, but is {actual}")]
pub struct SettingError {
    /// The name of the setting.
    pub setting: &'static str,
    /// The least it can be.
    pub min: u32,
    /// The most it can be.
    pub max: u32,
    /// What it would be.
    pub actual: u32,
}

impl Policy {
    /// Each number with its range.
    fn ranges(self) -> [SettingError; 4] {
        let range = |setting, min, max, actual| SettingError { setting, min, max, actual };
        [
            range("max_characters", 1, LARGEST_MAX_CHARACTERS, self.max_characters),
            // A largest number that is out of range itself says nothing about the smallest.
            range("min_characters", 1, self.max_characters.clamp(1, LARGEST_MAX_CHARACTERS), self.min_characters),
            range("max_depth", 0, LARGEST_MAX_DEPTH, self.max_depth),
            range("edit_window_seconds", 0, LONGEST_EDIT_WINDOW_SECONDS, self.edit_window_seconds),
        ]
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
    /// What writers are asked to keep to.
    pub guidelines: Option<Guidelines>,
    /// Whether comments of writers who have none published wait for a moderator.
    pub hold_first_comment: bool,
    /// How many links a comment can have before it waits for a moderator; `None` for any number.
    pub max_links: Option<u32>,
    /// How many readers must report a published comment before it waits for a moderator; 0 if reports never hold one.
    pub report_threshold: u32,
    /// After how many days threads take no more comments; `None` for never.
    pub close_after_days: Option<u32>,
    /// How often the rules of the site have changed: what was made of them is good for as long as this stays.
    pub rules_version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Site {
    /// A site with the default settings, to which no page may write.
    #[must_use]
    pub fn new(id: SiteId, slug: Slug, now: Timestamp) -> Self {
        Self {
            id,
            slug,
            origins: Vec::new(),
            policy: Policy::default(),
            guidelines: None,
            hold_first_comment: false,
            max_links: None,
            report_threshold: DEFAULT_REPORT_THRESHOLD,
            close_after_days: None,
            rules_version: 0,
            created_at: now,
        }
    }

    /// Checks that every number is in its range and that the limits fit one another.
    ///
    /// # Errors
    /// Every setting that is out of range.
    fn check(&self) -> Result<(), Vec<SettingError>> {
        let range = |setting, min, max, actual| SettingError { setting, min, max, actual };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let own = [
            Some(range("origins", 0, number(MAX_ORIGINS), number(self.origins.len()))),
            self.max_links.map(|links| range("max_links", 0, LARGEST_MAX_LINKS, links)),
            Some(range("report_threshold", 0, LARGEST_REPORT_THRESHOLD, self.report_threshold)),
            self.close_after_days.map(|days| range("close_after_days", 1, MOST_DAYS_OPEN, days)),
        ];
        let ranges = self.policy.ranges().into_iter().chain(own.into_iter().flatten());
        let errors: Vec<SettingError> =
            ranges.filter(|range| !(range.min..=range.max).contains(&range.actual)).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The settings in which `self` differs from the site as it was before, in words: `max_links none → 2`.
    #[must_use]
    pub fn describe_changes(&self, before: &Self) -> Vec<String> {
        let (old, new) = (before.settings(), self.settings());
        let pairs = old.into_iter().zip(new).filter(|((_, old), (_, new))| old != new);
        pairs.map(|((name, old), (_, new))| format!("{name} {} → {}", shortened(&old), shortened(&new))).collect()
    }

    /// Every setting with its value, by the names that commands have for them.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let Policy {
            max_characters,
            min_characters,
            max_depth,
            edit_window_seconds,
            moderation,
            guests,
            voting,
            text_format,
        } = self.policy;
        let or_none = |number: Option<u32>| number.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let origins: Vec<&str> = self.origins.iter().map(OriginPattern::as_str).collect();
        let guidelines = self.guidelines.as_ref().map(|guidelines| format!("{:?}", guidelines.as_str()));
        vec![
            ("max_characters", max_characters.to_string()),
            ("min_characters", min_characters.to_string()),
            ("max_depth", max_depth.to_string()),
            ("edit_window_seconds", edit_window_seconds.to_string()),
            ("moderation", moderation.name().to_owned()),
            ("guests", guests.to_string()),
            ("voting", voting.name().to_owned()),
            ("text_format", text_format.name().to_owned()),
            ("hold_first_comment", self.hold_first_comment.to_string()),
            ("max_links", or_none(self.max_links)),
            ("report_threshold", self.report_threshold.to_string()),
            ("close_after_days", or_none(self.close_after_days)),
            ("guidelines", guidelines.unwrap_or_else(|| "none".to_owned())),
            ("origins", if origins.is_empty() { "none".to_owned() } else { origins.join(",") }),
        ]
    }

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

/// As much of a value as the log repeats.
fn shortened(value: &str) -> String {
    const MAX_CHARACTERS: usize = 200;
    match value.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
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
    /// See [`Site`]; `Some(None)` for none.
    pub guidelines: Option<Option<Guidelines>>,
    /// See [`Site`].
    pub hold_first_comment: Option<bool>,
    /// See [`Site`]; `Some(None)` for any number.
    pub max_links: Option<Option<u32>>,
    /// See [`Site`].
    pub report_threshold: Option<u32>,
    /// See [`Site`]; `Some(None)` for never.
    pub close_after_days: Option<Option<u32>>,
}

impl SiteChange {
    /// Changes a site.
    ///
    /// # Errors
    /// Every setting that would be out of range; the site is as it was then.
    pub fn apply(&self, site: &mut Site) -> Result<(), Vec<SettingError>> {
        let changed = Site {
            origins: self.origins_of(site),
            policy: self.policy_of(site),
            guidelines: self.guidelines.clone().unwrap_or_else(|| site.guidelines.clone()),
            hold_first_comment: self.hold_first_comment.unwrap_or(site.hold_first_comment),
            max_links: self.max_links.unwrap_or(site.max_links),
            report_threshold: self.report_threshold.unwrap_or(site.report_threshold),
            close_after_days: self.close_after_days.unwrap_or(site.close_after_days),
            ..site.clone()
        };
        changed.check()?;
        *site = changed;
        Ok(())
    }

    /// Checks what can be known to be out of range whatever the site is like now.
    ///
    /// # Errors
    /// Every setting that is out of range.
    pub fn check(&self) -> Result<(), Vec<SettingError>> {
        let mut widest = Site::new(SiteId::from_number(0), Slug(String::new()), Timestamp::from_milliseconds(0));
        widest.policy.max_characters = LARGEST_MAX_CHARACTERS;
        self.apply(&mut widest)
    }

    /// The list of origins, none twice.
    fn origins_of(&self, site: &Site) -> Vec<OriginPattern> {
        let mut origins = self.origins.clone().unwrap_or_else(|| site.origins.clone());
        origins.extend(self.added_origins.iter().cloned());
        origins.retain(|origin| !self.removed_origins.contains(origin));
        let mut kept: Vec<OriginPattern> = Vec::with_capacity(origins.len());
        for origin in origins {
            if !kept.contains(&origin) {
                kept.push(origin);
            }
        }
        kept
    }

    fn policy_of(&self, site: &Site) -> Policy {
        let old = site.policy;
        Policy {
            max_characters: self.max_characters.unwrap_or(old.max_characters),
            min_characters: self.min_characters.unwrap_or(old.min_characters),
            max_depth: self.max_depth.unwrap_or(old.max_depth),
            edit_window_seconds: self.edit_window_seconds.unwrap_or(old.edit_window_seconds),
            moderation: self.moderation.unwrap_or(old.moderation),
            guests: self.guests.unwrap_or(old.guests),
            voting: self.voting.unwrap_or(old.voting),
            text_format: self.text_format.unwrap_or(old.text_format),
        }
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

    fn site() -> Site {
        Site::new(SiteId::from_number(1), Slug::parse("news").unwrap(), Timestamp::from_milliseconds(0))
    }

    #[test]
    fn a_change_out_of_range_names_every_setting_and_changes_none() {
        let change = SiteChange::default();
        let origins = (0..=MAX_ORIGINS).filter_map(|number| OriginPattern::parse(&format!("https://{number}.test")));
        let cases = [
            (SiteChange { max_characters: Some(0), ..change.clone() }, vec!["max_characters"]),
            (SiteChange { max_characters: Some(LARGEST_MAX_CHARACTERS + 1), ..change.clone() }, vec!["max_characters"]),
            (SiteChange { min_characters: Some(0), ..change.clone() }, vec!["min_characters"]),
            (SiteChange { min_characters: Some(301), ..change.clone() }, vec!["min_characters"]),
            (
                SiteChange { max_depth: Some(101), max_links: Some(Some(101)), ..change.clone() },
                vec!["max_depth", "max_links"],
            ),
            (SiteChange { close_after_days: Some(Some(0)), ..change.clone() }, vec!["close_after_days"]),
            (SiteChange { report_threshold: Some(1_001), ..change.clone() }, vec!["report_threshold"]),
            (SiteChange { origins: Some(origins.collect()), ..change.clone() }, vec!["origins"]),
            (SiteChange { max_characters: Some(400), min_characters: Some(400), ..change }, vec![]),
        ];
        for (change, settings) in cases {
            let mut changed = site();
            let errors = change.apply(&mut changed).err().unwrap_or_default();
            assert_eq!(errors.iter().map(|error| error.setting).collect::<Vec<_>>(), settings);
            assert_eq!(changed == site(), !settings.is_empty(), "{change:?}");
        }
    }

    #[test]
    fn a_change_is_told_with_the_old_value_and_the_new() {
        let mut changed = site();
        assert_eq!(changed.describe_changes(&site()), Vec::<String>::new());
        let change = SiteChange {
            max_links: Some(Some(2)),
            guidelines: Some(Guidelines::parse("Be kind.\nStay.").unwrap()),
            added_origins: OriginPattern::parse("https://news.example").into_iter().collect(),
            ..SiteChange::default()
        };
        change.apply(&mut changed).unwrap();
        let told =
            ["max_links none → 2", "guidelines none → \"Be kind.\\nStay.\"", "origins none → https://news.example"];
        assert_eq!(changed.describe_changes(&site()), told);
    }

    #[test]
    fn guidelines_are_bounded_and_say_something() {
        assert_eq!(Guidelines::parse(" \u{200b}"), Ok(None));
        let longest = "é".repeat(2_000);
        assert_eq!(
            Guidelines::parse(&longest).map(|text| text.map(|text| text.as_str().to_owned())),
            Ok(Some(longest))
        );
        assert_eq!(Guidelines::parse(&"x".repeat(2_001)), Err(GuidelinesTooLong { max: 2_000, actual: 2_001 }));
    }
}
