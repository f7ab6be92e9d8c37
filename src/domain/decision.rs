//! Decisions of staff about comments: which there are, and the one table of what each makes of a comment.

use super::comment::Comment;
use super::status::Status;

/// What staff decide about a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Readers may see it.
    Approve,
    /// Readers don't see it.
    Reject,
    /// The same, because it is spam.
    Spam,
    /// What was turned down or removed is published again.
    Restore,
    /// It is removed; its text can be restored for [`KEPT_DAYS`].
    Delete,
}

/// What comes of an action on a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It gets this status, or keeps it, and its reports are settled.
    Becomes(Status),
    /// It is what the action asks for.
    Stays,
    /// The action makes no sense for its status.
    NotPossible,
    /// There is no text any more that could be decided about.
    Erased,
}

/// How many days the text of a comment that staff deleted is kept, so that it can be restored.
pub const KEPT_DAYS: i64 = 30;
/// The most comments that one call decides about.
pub const MAX_COMMENTS: usize = 100;

impl Action {
    /// Every action.
    pub const EACH: [Self; 5] = [Self::Approve, Self::Reject, Self::Spam, Self::Restore, Self::Delete];

    /// The name on the wire, in the log and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Spam => "spam",
            Self::Restore => "restore",
            Self::Delete => "delete",
        }
    }

    /// The action with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|action| action.name() == name)
    }

    /// The status machine: what a comment of status `from` becomes; `None` where the action makes no sense.
    ///
    /// What its writer deleted, or whose text is erased, is none of its business: there nothing is possible.
    #[must_use]
    pub const fn leads_to(self, from: Status) -> Option<Status> {
        match (from, self) {
            (Status::Pending | Status::Published | Status::Rejected | Status::Spam, Self::Approve)
            | (Status::Rejected | Status::Spam | Status::Deleted, Self::Restore) => Some(Status::Published),
            (Status::Pending | Status::Published | Status::Spam, Self::Reject) => Some(Status::Rejected),
            (Status::Pending | Status::Published | Status::Rejected, Self::Spam) => Some(Status::Spam),
            (Status::Pending | Status::Published | Status::Rejected | Status::Spam, Self::Delete) => {
                Some(Status::Deleted)
            }
            (Status::Pending | Status::Published, Self::Restore)
            | (Status::Rejected, Self::Reject)
            | (Status::Spam, Self::Spam)
            | (Status::Deleted, Self::Approve | Self::Reject | Self::Spam | Self::Delete) => None,
        }
    }

    /// What comes of it on a comment as it is.
    #[must_use]
    pub const fn on(self, comment: &Comment) -> Effect {
        if comment.is_erased() {
            return Effect::Erased;
        }
        match (self, comment.status) {
            (Self::Approve, Status::Published) if comment.report_count == 0 => Effect::Stays,
            (Self::Reject, Status::Rejected) | (Self::Spam, Status::Spam) | (Self::Delete, Status::Deleted) => {
                Effect::Stays
            }
            (_, from) => match self.leads_to(from) {
                Some(to) => Effect::Becomes(to),
                None => Effect::NotPossible,
            },
        }
    }

    /// Whether it says that the readers who reported the comment were right.
    #[must_use]
    pub const fn upholds_reports(self) -> bool {
        matches!(self, Self::Reject | Self::Spam | Self::Delete)
    }
}

/// Why staff decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Unwanted advertising.
    Spam,
    /// It attacks somebody.
    Abuse,
    /// It has nothing to do with the page.
    OffTopic,
    /// The law forbids it.
    Illegal,
    /// It says what is nobody's business of somebody.
    PersonalData,
    /// Something else.
    Other,
}

impl Reason {
    /// Every reason.
    pub const EACH: [Self; 6] =
        [Self::Spam, Self::Abuse, Self::OffTopic, Self::Illegal, Self::PersonalData, Self::Other];

    /// The name on the wire, in the log and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::OffTopic => "off_topic",
            Self::Illegal => "illegal",
            Self::PersonalData => "personal_data",
            Self::Other => "other",
        }
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|reason| reason.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_leads_where_the_table_says() {
        use Status::{Deleted, Pending, Published, Rejected, Spam};
        // approve, reject, spam, restore, delete
        let table = [
            (Pending, [Some(Published), Some(Rejected), Some(Spam), None, Some(Deleted)]),
            (Published, [Some(Published), Some(Rejected), Some(Spam), None, Some(Deleted)]),
            (Rejected, [Some(Published), None, Some(Spam), Some(Published), Some(Deleted)]),
            (Spam, [Some(Published), Some(Rejected), None, Some(Published), Some(Deleted)]),
            (Deleted, [None, None, None, Some(Published), None]),
        ];
        assert_eq!(table.len(), Status::EACH.len());
        for (from, row) in table {
            for (action, to) in Action::EACH.into_iter().zip(row) {
                assert_eq!(action.leads_to(from), to, "{action:?} of {from:?}");
            }
        }
    }

    #[test]
    fn names_read_back() {
        for action in Action::EACH {
            assert_eq!(Action::from_name(action.name()), Some(action));
        }
        for reason in Reason::EACH {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(Action::from_name("hold"), None);
    }
}
