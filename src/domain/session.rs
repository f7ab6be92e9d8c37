//! Sessions: how long somebody who signed in stays signed in.
//!
//! Must not know who signed in, or how a browser shows it.

use super::id::{SessionId, StaffId, TokenId};
use super::time::Timestamp;

/// How often it is written down that a session or an API token is used: once in so many seconds.
pub const NOTED_SECONDS: i64 = 60;
/// The most characters that are kept of what a browser calls itself.
pub const MAX_USER_AGENT_CHARACTERS: usize = 256;

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    idle_seconds: i64,
    longest_seconds: i64,
}

impl SessionPolicy {
    /// A session ends when it wasn't used for `idle_minutes`, and `hours` after it began in any case.
    #[must_use]
    pub fn new(idle_minutes: u32, hours: u32) -> Self {
        Self { idle_seconds: i64::from(idle_minutes) * 60, longest_seconds: i64::from(hours) * 3_600 }
    }

    /// A session that was used last at this time, or earlier, is over.
    #[must_use]
    pub const fn idle_since(self, now: Timestamp) -> Timestamp {
        now.minus_seconds(self.idle_seconds)
    }

    /// A session that began at this time, or earlier, is over.
    #[must_use]
    pub const fn oldest(self, now: Timestamp) -> Timestamp {
        now.minus_seconds(self.longest_seconds)
    }

    /// Whether this session is over.
    #[must_use]
    pub fn is_over(self, session: &Session, now: Timestamp) -> bool {
        session.used_at <= self.idle_since(now) || session.created_at <= self.oldest(now)
    }
}

/// A browser in which a member of staff signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub staff_id: StaffId,
    /// What the browser called itself then.
    pub user_agent: String,
    /// The API token by which they signed in, if it was one: the session ends with it.
    pub token_id: Option<TokenId>,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
}

/// What is kept of what a browser calls itself.
#[must_use]
pub fn shortened(user_agent: &str) -> String {
    user_agent.chars().take(MAX_USER_AGENT_CHARACTERS).collect()
}

/// Whether it is time to write down that something is used which was used last at `used_at`.
#[must_use]
pub fn is_worth_noting(used_at: Option<Timestamp>, now: Timestamp) -> bool {
    used_at.is_none_or(|used_at| used_at <= now.minus_seconds(NOTED_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
        let policy = SessionPolicy::new(60, 12);
        let at = |minutes: i64| Timestamp::from_milliseconds(0).plus_seconds(minutes * 60);
        let cases = [
            // used after minutes, asked after minutes, over
            (0, 0, false),
            (0, 59, false),
            (0, 60, true),
            (59, 118, false),
            (59, 119, true),
            (719, 719, false),
            (719, 720, true),
            (719, 10_000, true),
        ];
        for (used, asked, is_over) in cases {
            let session = Session {
                id: SessionId::from_number(1),
                staff_id: StaffId::from_number(1),
                user_agent: String::new(),
                token_id: None,
                created_at: at(0),
                used_at: at(used),
            };
            assert_eq!(policy.is_over(&session, at(asked)), is_over, "used {used}, asked {asked}");
        }
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let at = |seconds| Timestamp::from_milliseconds(0).plus_seconds(seconds);
        assert!(is_worth_noting(None, at(0)));
        for (seconds, is_noted) in [(0, false), (59, false), (60, true), (600, true)] {
            assert_eq!(is_worth_noting(Some(at(0)), at(seconds)), is_noted, "{seconds}");
        }
    }
}
