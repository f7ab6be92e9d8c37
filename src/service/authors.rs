//! What is known of writers.

use std::cmp::Reverse;

use super::bans::SiteBan;
use super::reach::Reach;
use super::{Error, Service};
use crate::domain::author::AuthorKind;
use crate::domain::id::{AuthorId, CommentId};
use crate::domain::refusal::Refusal;
use crate::domain::report::{Record, Reporter};
use crate::domain::site::Slug;
use crate::domain::staff::Actor;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::store::{self, Connection};

/// The most names of a writer that are shown.
const MAX_NAMES: usize = 5;
/// In how many of a writer's newest comments their names are looked for.
const NAMED_COMMENTS: usize = 200;

/// What a writer did on their site.
#[derive(Debug, Clone)]
pub struct AuthorRecord {
    /// Who it is.
    pub id: AuthorId,
    /// The site.
    pub site: Slug,
    /// What kind of person they are.
    pub kind: AuthorKind,
    /// The names that they signed with, the latest first.
    pub names: Vec<String>,
    /// When they first wrote or voted.
    pub first_seen_at: Timestamp,
    /// What became of their comments.
    statuses: Vec<Status>,
    /// How their reports ended.
    pub reports: Record,
    /// By what they are shut out, not counting bans of their network.
    pub ban: Option<SiteBan>,
}

impl AuthorRecord {
    /// How many of their comments are of this status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.statuses.iter().filter(|one| **one == status).count()
    }
}

/// The record of a writer on one of the sites of `actor`.
///
/// # Errors
/// [`Refusal::AuthorNotFound`], or the store's trouble.
pub async fn find(service: &Service, actor: Actor, id: AuthorId) -> Result<AuthorRecord, Error> {
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let reach = Reach::of(connection, &actor)?;
        Ok(find_in(connection, &reach, id, now)?.ok_or(Refusal::AuthorNotFound)?)
    };
    service.store.read(work).await
}

pub(super) fn find_in(
    connection: &mut Connection,
    reach: &Reach,
    id: AuthorId,
    now: Timestamp,
) -> Result<Option<AuthorRecord>, Error> {
    let Some(author) = store::authors::find_by_id(connection, &reach.ids(), id)? else {
        return Ok(None);
    };
    let site = reach.find(author.site_id).ok_or_else(|| Error::Broken("a writer of another site".to_owned()))?;
    let mut written = store::selections::list_of_author(connection, id)?;
    written.sort_unstable_by_key(|(id, _)| Reverse(*id));
    let newest: Vec<CommentId> = written.iter().take(NAMED_COMMENTS).map(|(id, _)| *id).collect();
    let mut names: Vec<String> = Vec::new();
    for name in store::selections::list_names(connection, site.id, &newest)? {
        if names.len() < MAX_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    let ban = store::bans::find_by_author(connection, site.id, id)?.filter(|ban| ban.is_active(now));
    let kind = if author.staff_id.is_some() { AuthorKind::Staff } else { AuthorKind::Guest };
    Ok(Some(AuthorRecord {
        id,
        site: site.slug.clone(),
        kind,
        names,
        first_seen_at: author.created_at,
        statuses: written.into_iter().map(|(_, status)| status).collect(),
        reports: store::reports::find_record(connection, site.id, Reporter::Author(id))?,
        ban: ban.map(|ban| SiteBan { ban, site: site.slug.clone(), is_active: true }),
    }))
}
