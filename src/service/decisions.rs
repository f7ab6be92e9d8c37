//! Reading the log of what staff and the service itself did.

use super::reach::Reach;
use super::walking::{Walk, read_cursor, to_cursor};
use super::{Error, Service};
use crate::domain::access::{Permission, SiteScope};
use crate::domain::id::{CommentId, DecisionId, SiteId, StaffId};
use crate::domain::log::{Entry, Event};
use crate::domain::selection::Order;
use crate::domain::site::Slug;
use crate::domain::staff::Actor;
use crate::store::decisions::Lines;
use crate::store::{self, Connection};

/// An entry of the log.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The entry.
    pub entry: Entry,
    /// The site that it is about.
    pub site: Option<Slug>,
    /// The entry that undid it.
    pub undone_by: Option<DecisionId>,
}

/// What is wanted of the log; what is `None` doesn't matter.
#[derive(Debug, Clone)]
pub struct LogQuery {
    /// Entries about a site.
    pub site: Option<Slug>,
    /// Entries about a comment.
    pub comment: Option<CommentId>,
    /// What a member of staff did.
    pub staff: Option<StaffId>,
    /// Entries of a kind.
    pub event: Option<Event>,
    /// The most entries.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// A page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// The entries, newest first.
    pub decisions: Vec<Decision>,
    /// Where it goes on.
    pub next_cursor: Option<String>,
}

impl LogQuery {
    fn to_text(&self) -> String {
        let parts = [
            self.site.as_ref().map(|site| format!("site {}", site.as_str())),
            self.comment.map(|comment| format!("comment {comment}")),
            self.staff.map(|staff| format!("staff {staff}")),
            self.event.map(|event| format!("event {}", event.name())),
        ];
        format!("log\n{}", parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    fn admits(&self, entry: &Entry) -> bool {
        let is_about = |comment| entry.change.is_some_and(|change| change.comment_id == comment);
        let is_by = |wanted| entry.staff.as_ref().is_some_and(|(staff, _)| *staff == wanted);
        self.comment.is_none_or(is_about)
            && self.staff.is_none_or(is_by)
            && self.event.is_none_or(|event| entry.event == event)
    }

    /// Where in the log to look.
    fn places(&self, actor: &Actor, sites: Vec<SiteId>) -> Vec<Lines> {
        match (self.comment, self.staff, actor.sites()) {
            (Some(comment), _, _) => vec![Lines::OfComment(comment)],
            (None, Some(staff), _) => vec![Lines::OfStaff(staff)],
            (None, None, SiteScope::Everywhere) if self.site.is_none() => vec![Lines::All],
            _ => sites.into_iter().map(Lines::OfSite).collect(),
        }
    }
}

/// A page of the log as `actor` may see it: entries of their sites, and for those who administer also those of none.
///
/// # Errors
/// [`Refusal::InvalidCursor`](crate::domain::refusal::Refusal::InvalidCursor),
/// [`Refusal::SiteNotFound`](crate::domain::refusal::Refusal::SiteNotFound), or the store's trouble.
pub async fn list(service: &Service, actor: Actor, query: LogQuery) -> Result<LogPage, Error> {
    let list = query.to_text();
    let after = read_cursor(query.cursor.as_deref(), &list)?;
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?.named(query.site.as_ref())?;
        let places = query.places(&actor, reach.ids());
        let walk = Walk { order: Order::Newest, after, limit: query.limit };
        let found = walk.collect(
            places.len(),
            |entry: &Entry| entry.id.number(),
            |entry| query.admits(entry) && is_visible(entry, &actor, &reach, query.site.is_some()),
            |place, after, batch| {
                let before = after.map(DecisionId::from_number);
                let lines = places.get(place).copied();
                let entries = lines.map(|lines| store::decisions::list(connection, lines, before, batch));
                Ok(entries.transpose()?.unwrap_or_default())
            },
        )?;
        let decisions = describe(connection, &reach, found.items)?;
        Ok(LogPage { decisions, next_cursor: found.next.map(|number| to_cursor(number, &list)) })
    };
    service.store.read(work).await
}

/// Whether the actor may know of an entry. A site that is gone is known to those only who administer.
fn is_visible(entry: &Entry, actor: &Actor, reach: &Reach, is_of_one_site: bool) -> bool {
    let is_of_reach = entry.site_id.is_some_and(|site| reach.find(site).is_some());
    is_of_reach || (!is_of_one_site && actor.may(Permission::Administer))
}

/// Puts entries together with the names of their sites, and with what undid them.
pub(super) fn describe(
    connection: &mut Connection,
    reach: &Reach,
    entries: Vec<Entry>,
) -> Result<Vec<Decision>, Error> {
    let ids: Vec<DecisionId> = entries.iter().map(|entry| entry.id).collect();
    let undone = store::decisions::list_undone(connection, &ids)?;
    let decision = |entry: Entry| {
        let site = entry.site_id.and_then(|site| reach.find(site)).map(|site| site.slug.clone());
        let undone_by = undone.iter().find(|(undone, _)| *undone == entry.id).map(|(_, by)| *by);
        Decision { entry, site, undone_by }
    };
    Ok(entries.into_iter().map(decision).collect())
}
