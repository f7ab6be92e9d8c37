//! The log of what staff and the service itself did: it is only ever added to.

use super::decision::{Action, Reason};
use super::id::{CommentId, DecisionId, SiteId, StaffId};
use super::staff::StaffName;
use super::status::Status;
use super::time::Timestamp;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Event {
            /// Staff decided about a comment.
            Decided(Action),
            $($(#[$doc])* $variant,)+
        }

        impl Event {
            /// Every event but decisions.
            const OTHERS: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire and in the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Decided(action) => action.name(),
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

events! {
    /// The service held a comment that readers reported.
    Held = "hold",
    /// A decision was undone.
    Undone = "undo",
    /// A writer or a network was banned.
    BanAdded = "ban",
    /// The end or the reason of a ban was changed.
    BanChanged = "change_ban",
    /// A ban was lifted.
    BanRemoved = "lift_ban",
    /// The settings of a thread were changed.
    ThreadChanged = "change_thread",
    /// The comments of a thread were moved to another.
    ThreadMerged = "merge_thread",
    /// A site was added.
    SiteAdded = "add_site",
    /// The settings of a site were changed.
    SiteChanged = "change_site",
    /// A site was removed.
    SiteRemoved = "remove_site",
    /// Rules were added.
    RulesAdded = "add_rule",
    /// A rule was changed.
    RuleChanged = "change_rule",
    /// A rule was removed.
    RuleRemoved = "remove_rule",
    /// Somebody became staff.
    StaffAdded = "add_staff",
    /// What somebody on the staff may do was changed.
    StaffChanged = "change_staff",
    /// Somebody is staff no more.
    StaffRemoved = "remove_staff",
    /// An API token was made.
    TokenAdded = "add_token",
    /// An API token was given another name.
    TokenChanged = "change_token",
    /// An API token was withdrawn.
    TokenRemoved = "remove_token",
    /// Somebody signed in.
    SignedIn = "sign_in",
    /// Somebody changed their password.
    PasswordChanged = "change_password",
    /// Somebody set up a second factor.
    TotpAdded = "add_totp",
    /// Somebody gave up their second factor.
    TotpRemoved = "remove_totp",
}

impl Event {
    /// Every event.
    pub fn each() -> impl Iterator<Item = Self> {
        Action::EACH.into_iter().map(Self::Decided).chain(Self::OTHERS.iter().copied())
    }

    /// The event with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::each().find(|event| event.name() == name)
    }
}

/// How a comment was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommentChange {
    /// Which.
    pub comment_id: CommentId,
    /// The version it has from then on.
    pub version: u32,
    /// Its status before.
    pub from: Status,
    /// Its status from then on.
    pub to: Status,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: DecisionId,
    /// The site it concerns; `None` for what concerns the whole installation.
    pub site_id: Option<SiteId>,
    /// Who did it, by the name they had then; `None` for the service itself.
    pub staff: Option<(StaffId, StaffName)>,
    /// What happened.
    pub event: Event,
    /// What became of a comment.
    pub change: Option<CommentChange>,
    /// What else it is about, in a few words.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<Reason>,
    /// What whoever did it wanted to be remembered.
    pub note: Option<String>,
    /// The decision that this one undoes.
    pub undoes_id: Option<DecisionId>,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_name_of_its_own() {
        for event in Event::each() {
            assert_eq!(Event::from_name(event.name()), Some(event));
        }
        assert_eq!(Event::from_name("forget"), None);
    }
}
