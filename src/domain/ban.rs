//! Bans: who may not write on a site, and until when.

use super::address::NetworkHash;
use super::author::DisplayName;
use super::id::{AuthorId, BanId, SiteId, StaffId};
use super::note::Note;
use super::site::named;
use super::staff::StaffName;
use super::time::Timestamp;

/// How many days a ban that has ended is still listed.
pub const LISTED_DAYS: i64 = 30;
/// The most comments that are rejected along with a ban.
pub const MAX_REMOVED_COMMENTS: usize = 1_000;

/// Who is banned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Banned {
    /// A writer, by the name that they had then; `None` where none was known.
    Author(AuthorId, Option<DisplayName>),
    /// Everybody in a network.
    Network(NetworkHash),
}

/// Which comments of the banned are rejected along with the ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removal {
    /// None.
    #[default]
    None,
    /// Those of the last 24 hours.
    Day,
    /// All.
    All,
}

named!(Removal { None = "none", Day = "day", All = "all" });

/// That somebody may not write on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Its id.
    pub id: BanId,
    /// The site.
    pub site_id: SiteId,
    /// Who.
    pub banned: Banned,
    /// Why.
    pub reason: Option<Note>,
    /// Who made it, by the name that they had then; `None` for the service itself.
    pub staff: Option<(StaffId, StaffName)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` for never.
    pub ends_at: Option<Timestamp>,
}

impl Ban {
    /// Whether it holds at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }

    /// What the log calls it.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.banned {
            Banned::Author(id, Some(name)) => format!("{} ({id})", name.as_str()),
            Banned::Author(id, None) => format!("writer {id}"),
            Banned::Network(network) => format!("network {network}"),
        }
    }
}

/// When the last of several bans that hold at the same time ends, in whole seconds from `now`, rounded up; `None` for never.
#[must_use]
pub fn seconds_left(ends: &[Option<Timestamp>], now: Timestamp) -> Option<u64> {
    let ends: Option<Vec<Timestamp>> = ends.iter().copied().collect();
    let last = ends?.into_iter().max()?;
    let left = last.milliseconds().saturating_sub(now.milliseconds());
    Some(u64::try_from(left).unwrap_or_default().div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ban_that_ends_last_counts() {
        let at = |milliseconds| Some(Timestamp::from_milliseconds(milliseconds));
        let now = Timestamp::from_milliseconds(10_000);
        let cases = [
            (vec![at(11_000)], Some(1)),
            (vec![at(10_001)], Some(1)),
            (vec![at(12_001), at(11_000)], Some(3)),
            (vec![at(12_000), None], None),
            (vec![None], None),
        ];
        for (ends, seconds) in cases {
            assert_eq!(seconds_left(&ends, now), seconds, "{ends:?}");
        }
    }
}
