//! Reports of readers: what each weighs, and when together they hold a comment.
//!
//! Must not know who counts the decisions that followed, nor what becomes of a comment that is held.

use std::collections::BTreeMap;

use super::address::NetworkHash;
use super::id::AuthorId;
use super::note::Note;
use super::site::named;
use super::time::Timestamp;

/// What one report of a reader of good standing weighs, in thousandths.
pub const FULL_WEIGHT: u32 = 1_000;
/// How many reports that were right everybody is taken to have made before the first one.
const CREDIT: u32 = 2;

/// What is wrong with a comment, as the reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportReason {
    /// Unwanted advertising.
    Spam,
    /// It attacks somebody.
    Abuse,
    /// It has nothing to do with the page.
    OffTopic,
    /// The law forbids it.
    Illegal,
    /// Something else.
    Other,
}

named!(ReportReason {
    Spam = "spam",
    Abuse = "abuse",
    OffTopic = "off_topic",
    Illegal = "illegal",
    Other = "other"
});

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has decided yet.
    Open,
    /// The comment was turned down.
    Upheld,
    /// The comment stayed.
    Dismissed,
}

named!(Outcome { Open = "open", Upheld = "upheld", Dismissed = "dismissed" });

impl Outcome {
    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Upheld => 1,
            Self::Dismissed => 2,
        }
    }

    /// The outcome with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Open),
            1 => Some(Self::Upheld),
            2 => Some(Self::Dismissed),
            _ => None,
        }
    }
}

/// What a reader said about a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What is wrong with it.
    pub reason: ReportReason,
    /// The same in the reader's words.
    pub detail: Option<Note>,
    /// What it weighs, in thousandths.
    pub weight: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whose record it is: that of the holder of a token, or that of a network.
///
/// Who reports without a token is their network. Who has one counts towards both records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reporter {
    /// The holder of a token.
    Author(AuthorId),
    /// Everybody in a network.
    Network(NetworkHash),
}

impl Reporter {
    /// The bytes that the store keeps: a one and the id, or a two and the hash.
    #[must_use]
    pub fn to_stored(self) -> Vec<u8> {
        match self {
            Self::Author(id) => [&[1_u8], id.number().to_be_bytes().as_slice()].concat(),
            Self::Network(network) => [&[2_u8], network.as_bytes().as_slice()].concat(),
        }
    }
}

/// How the reports of somebody ended so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// How many comments were turned down.
    pub upheld: u32,
    /// How many stayed.
    pub dismissed: u32,
}

impl Record {
    /// What the next report weighs, in thousandths: the share of those that were right, where everybody begins with two
    /// that were. So the first report of a newcomer weighs in full, and after ten wrong ones a sixth of it is left.
    #[must_use]
    pub fn weight(self) -> u32 {
        let right = u64::from(self.upheld) + u64::from(CREDIT);
        let weight = u64::from(FULL_WEIGHT) * right / (right + u64::from(self.dismissed));
        u32::try_from(weight).unwrap_or(FULL_WEIGHT)
    }
}

/// What open reports weigh together, in thousandths: of each network only the heaviest counts, so that nobody gains by
/// having many tokens.
#[must_use]
pub fn total_weight(reports: impl IntoIterator<Item = (NetworkHash, u32)>) -> u64 {
    let mut heaviest: BTreeMap<[u8; 16], u32> = BTreeMap::new();
    for (network, weight) in reports {
        let known = heaviest.entry(*network.as_bytes()).or_default();
        *known = weight.max(*known);
    }
    heaviest.values().map(|weight| u64::from(*weight)).sum()
}

/// Whether reports of this weight hold a comment of a site with this threshold; one of 0 is never reached.
#[must_use]
pub fn holds(weight: u64, threshold: u32) -> bool {
    threshold > 0 && weight >= u64::from(threshold) * u64::from(FULL_WEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_wrong_time_and_again_loses_weight() {
        let cases =
            [(0, 0, 1_000), (5, 0, 1_000), (0, 1, 666), (0, 2, 500), (0, 10, 166), (8, 10, 500), (1_000, 1, 999)];
        for (upheld, dismissed, weight) in cases {
            assert_eq!(Record { upheld, dismissed }.weight(), weight, "{upheld} right, {dismissed} wrong");
        }
        assert_eq!(Record { upheld: u32::MAX, dismissed: u32::MAX }.weight(), 500);
    }

    #[test]
    fn of_each_network_the_heaviest_report_counts() {
        let network = |byte: u8| NetworkHash::from_stored(&[byte; 16]).unwrap();
        let reports = [(network(1), 200), (network(1), 1_000), (network(2), 500), (network(1), 300)];
        assert_eq!(total_weight(reports), 1_500);
        assert_eq!(total_weight([]), 0);
    }

    #[test]
    fn a_threshold_is_reached_by_as_many_full_reports() {
        for (weight, threshold, held) in [(2_999, 3, false), (3_000, 3, true), (0, 0, false), (9_000, 0, false)] {
            assert_eq!(holds(weight, threshold), held, "{weight} of {threshold}");
        }
    }

    #[test]
    fn reporters_differ_as_they_are_kept() {
        let network = NetworkHash::from_stored(&[7; 16]).unwrap();
        let author = AuthorId::from_number(i64::from_be_bytes([7; 8]));
        assert_eq!(Reporter::Author(author).to_stored(), [&[1][..], &[7; 8]].concat());
        assert_eq!(Reporter::Network(network).to_stored(), [&[2][..], &[7; 16]].concat());
    }

    #[test]
    fn outcomes_read_back() {
        for outcome in [Outcome::Open, Outcome::Upheld, Outcome::Dismissed] {
            assert_eq!(Outcome::from_number(outcome.number()), Some(outcome));
        }
        assert_eq!(Outcome::from_number(3), None);
    }
}
