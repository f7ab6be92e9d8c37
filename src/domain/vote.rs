//! Votes, scores, and the rank that the sort `top` goes by.

/// What a writer thinks of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// Against it.
    Down,
    /// No vote, or a vote taken back.
    None,
    /// For it.
    Up,
}

impl Vote {
    /// The vote with this value: 1, 0 or -1.
    #[must_use]
    pub const fn from_value(value: i64) -> Option<Self> {
        match value {
            -1 => Some(Self::Down),
            0 => Some(Self::None),
            1 => Some(Self::Up),
            _ => None,
        }
    }

    /// 1, 0 or -1.
    #[must_use]
    pub const fn value(self) -> i16 {
        match self {
            Self::Down => -1,
            Self::None => 0,
            Self::Up => 1,
        }
    }
}

/// The votes on a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Votes for it.
    pub up: u32,
    /// Votes against it.
    pub down: u32,
}

impl Score {
    /// This score after a writer changed from one vote to another.
    #[must_use]
    pub fn changed(self, from: Vote, to: Vote) -> Self {
        let count = |votes: u32, kind: Vote| {
            votes.saturating_sub(u32::from(from == kind)).saturating_add(u32::from(to == kind))
        };
        Self { up: count(self.up, Vote::Up), down: count(self.down, Vote::Down) }
    }

    /// The rank for the sort `top`, in millionths: the lower bound of the 95 % Wilson score interval (Wilson 1927) of the
    /// share of votes in favour, after one imagined vote each way.
    ///
    /// The two imagined votes (the rule of succession) put a comment without votes between the liked and the disliked;
    /// the bare bound is 0 for both "no votes" and "ten against".
    #[must_use]
    pub fn rank(self) -> i32 {
        const Z: f64 = 1.96;
        let up = f64::from(self.up) + 1.0;
        let votes = f64::from(self.up) + f64::from(self.down) + 2.0;
        let share = up / votes;
        let z2 = Z * Z;
        let centre = share + z2 / (2.0 * votes);
        let margin = Z * (share * (1.0 - share) / votes + z2 / (4.0 * votes * votes)).sqrt();
        let bound = (centre - margin) / (1.0 + z2 / votes);
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "the bound is between 0 and 1")]
        let millionths = (bound * 1_000_000.0).round() as i32;
        millionths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_go_from_the_liked_over_the_unknown_to_the_disliked() {
        let scores = [(60, 40), (10, 0), (3, 1), (1, 0), (5, 5), (0, 0), (0, 1), (1, 5), (0, 10)];
        let rank = |(up, down): (u32, u32)| Score { up, down }.rank();
        assert!(rank((10, 0)) > rank((60, 40)));
        assert!(rank((60, 40)) > rank((1, 0)));
        assert!(rank((1, 0)) > rank((0, 0)));
        assert!(rank((0, 0)) > rank((0, 1)));
        assert!(rank((0, 1)) > rank((0, 10)));
        assert!(scores.iter().all(|score| (0..=1_000_000).contains(&rank(*score))));
    }

    #[test]
    fn a_changed_vote_is_counted_once() {
        let score = Score { up: 3, down: 1 };
        let cases = [
            (Vote::None, Vote::Up, (4, 1)),
            (Vote::Up, Vote::Up, (3, 1)),
            (Vote::Up, Vote::Down, (2, 2)),
            (Vote::Down, Vote::None, (3, 0)),
        ];
        for (from, to, (up, down)) in cases {
            assert_eq!(score.changed(from, to), Score { up, down }, "{from:?} to {to:?}");
        }
    }
}
