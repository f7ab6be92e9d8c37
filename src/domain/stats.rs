//! What happened on a site, day by day; and the pages that were refused because of their origin.
//!
//! Must not know where any of it is kept, or how a day is written.

use std::collections::BTreeMap;

use super::id::SiteId;
use super::origin::Origin;
use super::site::Slug;
use super::time::Timestamp;

/// Milliseconds of a day.
pub const DAY_MILLISECONDS: i64 = 86_400_000;
/// The most origins of one site and day that are counted one by one; further ones are counted together.
pub const MAX_ORIGINS_OF_DAY: usize = 100;
/// The most characters that are kept of what a browser named as the origin of a page.
pub const MAX_ORIGIN_CHARACTERS: usize = 300;
/// The most origins that wait in memory to be written down.
const MAX_WAITING: usize = 1_000;

/// A day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day of this time.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(i32::try_from(time.milliseconds().div_euclid(DAY_MILLISECONDS)).unwrap_or(i32::MAX))
    }

    /// The day with this number, counted from 1970-01-01.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Its number, counted from 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// When it begins.
    #[must_use]
    pub fn begins_at(self) -> Timestamp {
        Timestamp::from_milliseconds(i64::from(self.0).saturating_mul(DAY_MILLISECONDS))
    }

    /// The day so many days before this one.
    #[must_use]
    pub const fn minus(self, days: i32) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

/// The days that statistics look back on; the last one is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

impl Period {
    /// Every period, shortest first.
    pub const EACH: [Self; 3] = [Self::Week, Self::Month, Self::Quarter];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// The period with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|period| period.name() == name)
    }

    /// How many days it has.
    #[must_use]
    pub const fn days(self) -> i32 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

/// How much happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activity {
    /// Comments that were posted, whatever became of them.
    pub comments: u64,
    /// Those of them that had to wait.
    pub held: u64,
    /// Decisions to approve or restore a comment.
    pub approved: u64,
    /// Decisions to reject one.
    pub rejected: u64,
    /// Decisions to take one for spam.
    pub spam: u64,
    /// Decisions to delete one.
    pub deleted: u64,
    /// Reports of readers.
    pub reports: u64,
    /// Requests that were refused because of the origin of the page.
    pub blocked_requests: u64,
}

impl std::ops::Add for Activity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            comments: self.comments.saturating_add(other.comments),
            held: self.held.saturating_add(other.held),
            approved: self.approved.saturating_add(other.approved),
            rejected: self.rejected.saturating_add(other.rejected),
            spam: self.spam.saturating_add(other.spam),
            deleted: self.deleted.saturating_add(other.deleted),
            reports: self.reports.saturating_add(other.reports),
            blocked_requests: self.blocked_requests.saturating_add(other.blocked_requests),
        }
    }
}

/// An origin whose pages were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedOrigin {
    /// The origin, as the browser named it.
    pub origin: String,
    /// How many requests were refused.
    pub requests: u64,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl BlockedOrigin {
    /// What lets pages of this origin write to the site, in words. Anybody can send any origin, so a command is named only
    /// where nothing in it means something to a shell.
    #[must_use]
    pub fn remedy(&self, site: &Slug) -> String {
        if self.origin == "null" {
            return "The page is a file, or in a sandboxed frame. Serve it over http.".to_owned();
        }
        match Origin::parse(&self.origin).filter(Origin::is_plain) {
            Some(origin) => format!(
                "If it is yours, add it under Sites → Origins, or run: rejoinder site set {site} --add-origin {origin}"
            ),
            None => "This is no origin of a page on the web, and can't be allowed.".to_owned(),
        }
    }
}

/// What happened on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Each day, oldest first.
    pub days: Vec<(Day, Activity)>,
    /// Those whose pages were refused, the most requests first.
    pub blocked_origins: Vec<BlockedOrigin>,
}

impl Stats {
    /// Of all days together.
    #[must_use]
    pub fn totals(&self) -> Activity {
        self.days.iter().fold(Activity::default(), |sum, (_, activity)| sum + *activity)
    }
}

/// Requests of one origin that were refused on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// How many.
    pub requests: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Blocked {
    fn and(self, other: Self) -> Self {
        Self { requests: self.requests.saturating_add(other.requests), last_at: self.last_at.max(other.last_at) }
    }
}

/// Refused requests that wait to be written down: by site and day, each origin with its number. Its size has bounds,
/// whatever is sent: origins for which there is no room are counted together, under the empty origin.
#[derive(Debug, Default)]
pub struct BlockedTally {
    days: BTreeMap<(SiteId, Day), BTreeMap<String, Blocked>>,
    origins: usize,
}

/// The origin under which those are counted that have no row of their own.
pub const OTHER_ORIGINS: &str = "";

impl BlockedTally {
    /// Counts a request.
    pub fn add(&mut self, site: SiteId, origin: &str, now: Timestamp) {
        let origin: String = origin.chars().take(MAX_ORIGIN_CHARACTERS).collect();
        self.add_many(site, Day::of(now), &origin, Blocked { requests: 1, last_at: now });
    }

    /// Counts requests that were counted before and couldn't be written down.
    pub fn add_many(&mut self, site: SiteId, day: Day, origin: &str, blocked: Blocked) {
        let counted = self.days.entry((site, day)).or_default();
        let has_room = counted.len() < MAX_ORIGINS_OF_DAY && self.origins < MAX_WAITING;
        let origin = if has_room || counted.contains_key(origin) { origin } else { OTHER_ORIGINS };
        if let Some(before) = counted.get_mut(origin) {
            *before = before.and(blocked);
        } else {
            counted.insert(origin.to_owned(), blocked);
            self.origins = self.origins.saturating_add(1);
        }
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// What waits, in the order of sites, days and origins.
    pub fn iter(&self) -> impl Iterator<Item = (SiteId, Day, &BTreeMap<String, Blocked>)> {
        self.days.iter().map(|((site, day), origins)| (*site, *day, origins))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        let cases = [(0, 0), (86_399_999, 0), (86_400_000, 1), (1_767_225_600_000, 20_454)];
        for (milliseconds, day) in cases {
            let of = Day::of(Timestamp::from_milliseconds(milliseconds));
            assert_eq!(of.number(), day);
            assert!(of.begins_at().milliseconds() <= milliseconds);
        }
    }

    #[test]
    fn a_command_is_named_only_where_a_shell_reads_it_as_meant() {
        let site = Slug::parse("news").unwrap();
        let cases = [
            ("https://beta.news.example", true),
            ("http://localhost:3000", true),
            ("http://[::1]:8080", true),
            ("https://bücher.example", true),
            ("null", false),
            ("", false),
            ("https://$(reboot).example", false),
            ("https://a;reboot", false),
            ("https://a`reboot`", false),
            ("https://a.example/'", false),
            ("chrome-extension://abcdef", false),
        ];
        for (origin, has_command) in cases {
            let blocked =
                BlockedOrigin { origin: origin.to_owned(), requests: 1, last_at: Timestamp::from_milliseconds(0) };
            let remedy = blocked.remedy(&site);
            assert_eq!(
                remedy.contains("--add-origin https://") || remedy.contains("--add-origin http://"),
                has_command
            );
            assert!(!remedy.contains("reboot"), "{remedy}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_flood_is_counted_whole_in_bounded_room(
            requests in proptest::collection::vec((1_i64..40, 0_u32..300, 0_i64..2, any::<bool>()), 0..2_500),
        ) {
            let mut tally = BlockedTally::default();
            for (site, origin, day, is_long) in &requests {
                let now = Timestamp::from_milliseconds(day * DAY_MILLISECONDS);
                let origin = format!("https://{origin}{}", if *is_long { "x".repeat(400) } else { String::new() });
                tally.add(SiteId::from_number(*site), &origin, now);
            }
            let counted: u32 = tally.iter().flat_map(|(_, _, origins)| origins.values()).map(|one| one.requests).sum();
            prop_assert_eq!(usize::try_from(counted), Ok(requests.len()));
            let days = tally.iter().count();
            let kept: usize = tally.iter().map(|(_, _, origins)| origins.len()).sum();
            prop_assert!(kept <= MAX_WAITING + days, "{} origins of {} days", kept, days);
            for (_, _, origins) in tally.iter() {
                prop_assert!(origins.len() <= MAX_ORIGINS_OF_DAY + 1);
                prop_assert!(origins.keys().all(|origin| origin.chars().count() <= MAX_ORIGIN_CHARACTERS));
            }
        }
    }
}
