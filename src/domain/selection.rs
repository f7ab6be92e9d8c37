//! Which comments staff want to see, and in which order.
//!
//! Must not know how comments are found, only which of them belong to a selection.

use super::address::NetworkHash;
use super::comment::Comment;
use super::folding::Folded;
use super::hold::Hold;
use super::id::{AuthorId, ThreadId};
use super::status::Status;

/// The most sites whose comments one list holds.
pub const MAX_SITES: usize = 50;
/// The most comments, or entries of the log, that are looked at for one page.
pub const MAX_LOOKED_AT: usize = 2_000;
/// The longest text that can be looked for, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 200;

/// The order of a selection, by the time of posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

impl Order {
    /// Every order.
    pub const EACH: [Self; 2] = [Self::Newest, Self::Oldest];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }

    /// The order with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|order| order.name() == name)
    }
}

/// A text to look for, folded as the texts are in which it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(String);

impl Wanted {
    /// Reads a text; `None` for one that is empty or longer than [`MAX_TEXT_CHARACTERS`].
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        let is_short = (1..=MAX_TEXT_CHARACTERS).contains(&input.chars().count());
        is_short.then(|| Self(Folded::as_typed(input).as_str().to_owned()))
    }

    fn is_in(&self, text: &str) -> bool {
        Folded::as_typed(text).as_str().contains(&self.0)
    }
}

/// Comments by what they have in common; what is `None` doesn't matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Those of a status.
    pub status: Option<Status>,
    /// Those with open reports, or those without.
    pub is_reported: Option<bool>,
    /// Those of a thread.
    pub thread: Option<ThreadId>,
    /// Those of a writer.
    pub author: Option<AuthorId>,
    /// Those from a network.
    pub network: Option<NetworkHash>,
    /// Those that were held for a reason of this name.
    pub hold: Option<&'static str>,
    /// Those in whose text or author's name this stands.
    pub text: Option<Wanted>,
}

/// The one thing by which comments are found, before the rest of a selection is held against each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// They have open reports.
    Reported,
    /// They are by this writer.
    Author(AuthorId),
    /// They are from this network.
    Network(NetworkHash),
    /// They stand in this thread.
    Thread(ThreadId),
    /// They are of this status.
    Status(Status),
    /// They are on the site.
    Site,
}

impl Selection {
    /// What is likely to lead past the fewest comments that don't belong here.
    #[must_use]
    pub fn lead(&self) -> Lead {
        if self.is_reported == Some(true) {
            return Lead::Reported;
        }
        let author = self.author.map(Lead::Author);
        let network = || self.network.map(Lead::Network);
        let thread = || self.thread.map(Lead::Thread);
        let status = || self.status.map(Lead::Status);
        author.or_else(network).or_else(thread).or_else(status).unwrap_or(Lead::Site)
    }

    /// Whether a comment belongs to it.
    #[must_use]
    pub fn admits(&self, comment: &Comment) -> bool {
        let matches_text =
            |wanted: &Wanted| wanted.is_in(comment.body.as_str()) || wanted.is_in(comment.author.name.as_str());
        self.status.is_none_or(|status| comment.status == status)
            && self.is_reported.is_none_or(|is_reported| (comment.report_count > 0) == is_reported)
            && self.thread.is_none_or(|thread| comment.thread_id == thread)
            && self.author.is_none_or(|author| comment.author.id == author)
            && self.network.is_none_or(|network| comment.network == Some(network))
            && self.hold.is_none_or(|reason| comment.holds.iter().map(Hold::name).any(|name| name == reason))
            && self.text.as_ref().is_none_or(matches_text)
    }

    /// All of it as a text: two selections have the same one only if they are the same.
    #[must_use]
    pub fn to_text(&self) -> String {
        let parts = [
            self.status.map(|status| format!("status {}", status.name())),
            self.is_reported.map(|is_reported| format!("reported {is_reported}")),
            self.thread.map(|thread| format!("thread {thread}")),
            self.author.map(|author| format!("author {author}")),
            self.network.map(|network| format!("network {network}")),
            self.hold.map(|reason| format!("hold {reason}")),
            // The last, since nobody knows what is in it.
            self.text.as_ref().map(|text| format!("text {}", text.0)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_leads() {
        let (author, thread) = (AuthorId::from_number(1), ThreadId::from_number(2));
        let all = Selection {
            status: Some(Status::Pending),
            is_reported: Some(true),
            thread: Some(thread),
            author: Some(author),
            ..Selection::default()
        };
        assert_eq!(all.lead(), Lead::Reported);
        let unreported = Selection { is_reported: Some(false), ..all };
        assert_eq!(unreported.lead(), Lead::Author(author));
        let of_thread = Selection { author: None, ..unreported };
        assert_eq!(of_thread.lead(), Lead::Thread(thread));
        let of_status = Selection { thread: None, ..of_thread };
        assert_eq!(of_status.lead(), Lead::Status(Status::Pending));
        assert_eq!(Selection::default().lead(), Lead::Site);
    }

    #[test]
    fn texts_are_found_whatever_their_case() {
        let wanted = Wanted::parse("ÉTÉ à").unwrap();
        assert!(wanted.is_in("c'est l'e\u{301}te\u{301}  À la mer"));
        assert!(!wanted.is_in("c'est l'hiver"));
        assert_eq!(Wanted::parse(""), None);
        assert_eq!(Wanted::parse(&"x".repeat(201)), None);
    }

    #[test]
    fn different_selections_have_different_texts() {
        let text = |text: &str| Selection { text: Wanted::parse(text), ..Selection::default() };
        let held = Selection { hold: Some("site"), ..Selection::default() };
        let texts = [
            Selection::default().to_text(),
            held.to_text(),
            text("site").to_text(),
            text("hold site").to_text(),
            Selection { is_reported: Some(false), ..Selection::default() }.to_text(),
        ];
        for (at, one) in texts.iter().enumerate() {
            assert!(!texts.iter().skip(at + 1).any(|other| other == one), "{one}");
        }
    }
}
