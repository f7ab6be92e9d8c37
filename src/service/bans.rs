//! Banning writers and networks, and lifting bans.

use super::moderation::{self, Decide, Verdict};
use super::reach::{self, Reach};
use super::{Error, Service, log};
use crate::domain::address::NetworkHash;
use crate::domain::author::{AuthorKind, DisplayName};
use crate::domain::ban::{Ban, Banned, MAX_REMOVED_COMMENTS, Removal};
use crate::domain::comment::Comment;
use crate::domain::decision::{Action, MAX_COMMENTS};
use crate::domain::id::{AuthorId, BanId, CommentId};
use crate::domain::log::Event;
use crate::domain::note::Note;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::site::{Site, Slug};
use crate::domain::staff::Actor;
use crate::domain::time::{DAY_SECONDS, Timestamp};
use crate::store::{self, Connection};

/// Whom to ban.
#[derive(Debug, Clone)]
pub enum Target {
    /// The writer of a comment.
    WriterOf(CommentId),
    /// Everybody in the network that a comment came from.
    NetworkOf(CommentId),
    /// A writer of a site.
    Author(Slug, AuthorId),
    /// Everybody in a network, on a site.
    Network(Slug, NetworkHash),
}

/// A ban to be made.
#[derive(Debug, Clone)]
pub struct NewBan {
    /// Whom to ban.
    pub target: Target,
    /// Why.
    pub reason: Option<Note>,
    /// Until when; `None` for good.
    pub ends_at: Option<Timestamp>,
    /// Which of their comments to reject.
    pub removal: Removal,
}

/// A ban with the name of its site, and whether it holds now.
#[derive(Debug, Clone)]
pub struct SiteBan {
    /// The ban.
    pub ban: Ban,
    /// The name of its site.
    pub site: Slug,
    /// Whether it has not ended.
    pub is_active: bool,
}

/// What came of banning somebody.
#[derive(Debug, Clone)]
pub struct AddedBan {
    /// The ban.
    pub ban: SiteBan,
    /// Whether it took the place of another one.
    pub has_replaced: bool,
    /// How many comments were rejected.
    pub removed: usize,
    /// Whether they have more of the kind than are rejected at once.
    pub has_more: bool,
}

/// What is to be changed about a ban; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct BanChange {
    /// Why, or `Some(None)` for no reason.
    pub reason: Option<Option<Note>>,
    /// Until when, or `Some(None)` for good.
    pub ends_at: Option<Option<Timestamp>>,
}

/// A page of bans, newest first, and the last of them if there are more.
#[derive(Debug, Clone)]
pub struct BanPage {
    /// The bans.
    pub bans: Vec<SiteBan>,
    /// After which the next page goes on.
    pub next: Option<BanId>,
}

/// The bans of a site, or of all sites of the one who asks.
///
/// # Errors
/// [`Refusal::SiteNotFound`], [`Refusal::SiteRequired`], or the store's trouble.
pub async fn list(
    service: &Service,
    actor: Actor,
    site: Option<Slug>,
    before: Option<BanId>,
    limit: u32,
) -> Result<BanPage, Error> {
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        let sites = Reach::of(connection, &actor)?.narrowed(site.as_ref())?;
        let ids = sites.ids();
        let (page, next) = reach::cut(store::bans::list(connection, &ids, before, i64::from(limit) + 1)?, limit);
        let next = next.then(|| page.last().map(|ban| ban.id)).flatten();
        let named = page.into_iter().filter_map(|ban| {
            let site = sites.find(ban.site_id)?.slug.clone();
            Some(SiteBan { is_active: ban.is_active(now), ban, site })
        });
        Ok(BanPage { bans: named.collect(), next })
    };
    service.store.read(work).await
}

/// One ban.
///
/// # Errors
/// [`Refusal::BanNotFound`], or the store's trouble.
pub async fn find(service: &Service, actor: Actor, id: BanId) -> Result<SiteBan, Error> {
    let now = service.clock.now();
    service.store.read(move |connection| find_in(connection, &actor, id, now)).await
}

fn find_in(connection: &mut Connection, actor: &Actor, id: BanId, now: Timestamp) -> Result<SiteBan, Error> {
    let ban = store::bans::find(connection, id)?.filter(|ban| actor.sites().includes(ban.site_id));
    let ban = ban.ok_or(Refusal::BanNotFound)?;
    let site = reach::name_site(connection, ban.site_id)?;
    Ok(SiteBan { is_active: ban.is_active(now), ban, site })
}

/// Bans somebody, from their next write on, and rejects their comments if that is wished.
///
/// # Errors
/// A refusal: there is no such site, comment or writer, the writer is of the staff, or the end is over. Else the store's
/// trouble; if that comes while comments are rejected, the ban holds, and what was rejected stays so.
pub async fn add(service: &Service, actor: Actor, new: NewBan) -> Result<AddedBan, Error> {
    let (service_in, actor_in) = (service.clone(), actor.clone());
    let removal = new.removal;
    let work = move |connection: &mut Connection| insert(connection, &service_in, &actor_in, &new);
    let (ban, has_replaced) = service.store.write(work).await?;
    // After the ban holds, so that nothing slips in between.
    let mut doomed = list_doomed(service, &ban.ban, removal).await?;
    let has_more = doomed.len() > MAX_REMOVED_COMMENTS;
    doomed.truncate(MAX_REMOVED_COMMENTS);
    let removed = reject_all(service, actor, &doomed, &ban.ban).await?;
    Ok(AddedBan { ban, has_replaced, removed, has_more })
}

fn insert(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    new: &NewBan,
) -> Result<(SiteBan, bool), Error> {
    let now = service.clock.now();
    refuse_ended(new.ends_at, now)?;
    let (site, banned) = aim(connection, actor, &new.target)?;
    let ban = Ban {
        id: BanId::from_number(service.randomness.id_number(now)),
        site_id: site.id,
        banned,
        reason: new.reason.clone(),
        staff: Some((actor.staff().id, actor.staff().name.clone())),
        created_at: now,
        ends_at: new.ends_at,
    };
    let has_replaced = store::bans::replace(connection, &ban)?;
    let event = if has_replaced { Event::BanChanged } else { Event::BanAdded };
    write_down(connection, service, actor, event, &ban)?;
    Ok((SiteBan { ban, site: site.slug, is_active: true }, has_replaced))
}

/// The comments that are to be rejected, and one more if there are too many.
async fn list_doomed(service: &Service, ban: &Ban, removal: Removal) -> Result<Vec<CommentId>, Error> {
    let since = match removal {
        Removal::None => return Ok(Vec::new()),
        Removal::Day => service.clock.now().minus_seconds(DAY_SECONDS),
        Removal::All => Timestamp::from_milliseconds(0),
    };
    let (ban, most) = (ban.clone(), MAX_REMOVED_COMMENTS + 1);
    let work = move |connection: &mut Connection| store::comments::list_ids_of_banned(connection, &ban, since, most);
    Ok(service.store.read(work).await?)
}

/// Adds a ban to the log, with its reason and its end.
fn write_down(
    connection: &mut Connection,
    service: &Service,
    actor: &Actor,
    event: Event,
    ban: &Ban,
) -> Result<(), Error> {
    let end = match ban.ends_at {
        Some(end) => format!("until {}", minute(end)?),
        None => "without end".to_owned(),
    };
    let subject = log::subject(&ban.subject(), &[end]);
    log::note_because(connection, service, Some(ban.site_id), actor.staff(), event, subject, ban.reason.clone())
}

/// "2026-12-02 10:05 UTC"
fn minute(time: Timestamp) -> Result<String, Error> {
    let time = jiff::Timestamp::from_millisecond(time.milliseconds());
    let time = time.map_err(|error| Error::Broken(format!("a time can't be told: {error}")))?;
    Ok(time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Rejects comments, each by a decision of its own that can be undone; how many that were.
async fn reject_all(service: &Service, actor: Actor, comments: &[CommentId], ban: &Ban) -> Result<usize, Error> {
    let note = Note::from_stored(format!("Banned: {}", ban.subject()));
    let mut rejected = 0;
    for chunk in comments.chunks(MAX_COMMENTS) {
        let targets = chunk.iter().map(|id| moderation::Target { id: *id, version: None }).collect();
        let decide = Decide { action: Action::Reject, targets, reason: None, note: Some(note.clone()) };
        let decided = moderation::decide(service, actor.clone(), decide).await?;
        rejected += decided.iter().flatten().filter(|one| matches!(one.verdict, Verdict::Applied(Some(_)))).count();
    }
    Ok(rejected)
}

fn refuse_ended(ends_at: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    if ends_at.is_some_and(|end| end <= now) {
        return Err(Refusal::input("/ends_at", Rule::BanEnded));
    }
    Ok(())
}

/// The site, and whom the target means there.
fn aim(connection: &mut Connection, actor: &Actor, target: &Target) -> Result<(Site, Banned), Error> {
    match target {
        Target::WriterOf(id) => {
            let (site, comment) = find_comment(connection, actor, *id)?;
            if comment.author.kind == AuthorKind::Staff {
                return Err(Refusal::input("/comment", Rule::StaffNotBannable).into());
            }
            let banned = name(connection, &site, comment.author.id)?;
            Ok((site, banned))
        }
        Target::NetworkOf(id) => {
            let (site, comment) = find_comment(connection, actor, *id)?;
            let network = comment.network.ok_or_else(|| Refusal::input("/by", Rule::NetworkUnknown))?;
            Ok((site, Banned::Network(network)))
        }
        Target::Author(slug, id) => {
            let site = reach::find_site(connection, actor, slug)?;
            let author = store::authors::find_by_id(connection, &[site.id], *id)?.ok_or(Refusal::AuthorNotFound)?;
            if author.staff_id.is_some() {
                return Err(Refusal::input("/author", Rule::StaffNotBannable).into());
            }
            let banned = name(connection, &site, *id)?;
            Ok((site, banned))
        }
        Target::Network(slug, network) => {
            let site = reach::find_site(connection, actor, slug)?;
            Ok((site, Banned::Network(*network)))
        }
    }
}

fn find_comment(connection: &mut Connection, actor: &Actor, id: CommentId) -> Result<(Site, Comment), Error> {
    let reach = Reach::of(connection, actor)?;
    let found = store::selections::list_by_id(connection, &reach.ids(), &[id])?;
    let filed = found.into_iter().next().ok_or(Refusal::CommentNotFound)?;
    let site = reach.find(filed.site_id).cloned().ok_or(Refusal::CommentNotFound)?;
    Ok((site, filed.comment))
}

fn name(connection: &mut Connection, site: &Site, author: AuthorId) -> Result<Banned, Error> {
    let name: Option<DisplayName> = store::comments::find_last_name(connection, site.id, author)?;
    Ok(Banned::Author(author, name))
}

/// Changes the reason or the end of a ban.
///
/// # Errors
/// [`Refusal::BanNotFound`], the refusal of an end that is over, or the store's trouble.
pub async fn change(service: &Service, actor: Actor, id: BanId, change: BanChange) -> Result<SiteBan, Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let now = service_in.clock.now();
        store::bans::hold(connection, id)?.ok_or(Refusal::BanNotFound)?;
        let mut found = find_in(connection, &actor, id, now)?;
        refuse_ended(change.ends_at.flatten(), now)?;
        found.ban.reason = change.reason.clone().unwrap_or(found.ban.reason);
        found.ban.ends_at = change.ends_at.unwrap_or(found.ban.ends_at);
        found.is_active = found.ban.is_active(now);
        store::bans::update(connection, &found.ban)?;
        write_down(connection, &service_in, &actor, Event::BanChanged, &found.ban)?;
        Ok(found)
    };
    service.store.write(work).await
}

/// Lifts a ban.
///
/// # Errors
/// [`Refusal::BanNotFound`], or the store's trouble.
pub async fn remove(service: &Service, actor: Actor, id: BanId) -> Result<(), Error> {
    let service_in = service.clone();
    let work = move |connection: &mut Connection| {
        let found = find_in(connection, &actor, id, service_in.clock.now())?;
        if !store::bans::delete(connection, id)? {
            return Err(Refusal::BanNotFound.into());
        }
        let (site, subject) = (Some(found.ban.site_id), found.ban.subject());
        log::note(connection, &service_in, site, actor.staff(), Event::BanRemoved, subject)
    };
    service.store.write(work).await
}
