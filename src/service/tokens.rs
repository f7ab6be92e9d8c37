//! API tokens: making, renaming and withdrawing them. A token never gets more than whoever makes it has.

use super::staff::whose;
use super::{Error, Service, log};
use crate::domain::access::{Permission, Scopes};
use crate::domain::credential::{ApiToken, TokenName};
use crate::domain::id::{CommentId, SiteId, StaffId, TokenId};
use crate::domain::log::Event;
use crate::domain::page::{Page, Position};
use crate::domain::refusal::Refusal;
use crate::domain::site::Slug;
use crate::domain::staff::{Actor, Staff, StaffName, Via};
use crate::domain::time::DAY_SECONDS;
use crate::store::tokens::TokenRecord;
use crate::store::{self, Connection};

/// How many days a token can be used if nothing else is said.
pub const DEFAULT_DAYS: u32 = 90;
/// The most days.
pub const MAX_DAYS: u32 = 366;
/// How many tokens that haven't ended a member of staff can have.
const MAX_TOKENS: u64 = 100;

/// A token that is to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: TokenName,
    /// What it is to be for; `None` for all that its maker may do.
    pub scopes: Option<Scopes>,
    /// The one site that it is to be for; `None` for all of its maker's.
    pub site: Option<Slug>,
    /// For how many days.
    pub days: u32,
}

/// A token as its owner sees it.
#[derive(Debug, Clone)]
pub struct Token {
    /// What is kept of it.
    pub record: TokenRecord,
    /// The name of its owner.
    pub owner: StaffName,
    /// The name of the one site that it is for.
    pub site: Option<String>,
}

/// The tokens of a member of staff, newest first, also those that have ended: one's own without `staff`.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::StaffNotFound`], or the store's trouble.
pub async fn list(
    service: &Service,
    actor: Actor,
    staff: Option<StaffId>,
    before: Option<TokenId>,
    limit: u32,
) -> Result<Page<Token>, Error> {
    let work = move |connection: &mut Connection| {
        let staff = whose(connection, &actor, staff)?;
        let records = store::tokens::list_by_staff(connection, staff.id, before, limit.saturating_add(1))?;
        let tokens = describe_all(connection, &staff.name, records)?;
        let position = |token: &Token| Position { rank: 0, id: CommentId::from_number(token.record.id.number()) };
        Ok::<_, Error>(Page::of(tokens, limit, position))
    };
    service.store.read(work).await
}

/// Makes a token of one's own.
///
/// # Errors
/// [`Refusal::NotPermitted`] for a scope that the request itself doesn't have, [`Refusal::SiteNotFound`],
/// [`Refusal::TooManyTokens`], [`Refusal::InvalidStaffToken`] for somebody who was shut out meanwhile, or the store's
/// trouble.
pub async fn add(service: &Service, actor: Actor, new: NewToken) -> Result<(Token, ApiToken), Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let now = service.clock.now();
        let held = store::staff::hold(connection, actor.staff().id)?;
        held.filter(|staff| !staff.is_disabled).ok_or(Refusal::InvalidStaffToken)?;
        if store::tokens::count_by_staff(connection, actor.staff().id, now)? >= MAX_TOKENS {
            return Err(Refusal::TooManyTokens { max: MAX_TOKENS }.into());
        }
        let maker = maker(connection, &actor)?;
        let site_id = match &new.site {
            Some(slug) => Some(site_of(connection, &actor, slug)?),
            None => maker.as_ref().and_then(|token| token.site_id),
        };
        let scopes = scopes(&actor, new.scopes, site_id)?;
        let ends = now.plus_seconds(i64::from(new.days) * DAY_SECONDS);
        let record = TokenRecord {
            id: TokenId::from_number(service.randomness.id_number(now)),
            staff_id: actor.staff().id,
            name: new.name.clone(),
            scopes,
            site_id,
            created_at: now,
            expires_at: maker.map_or(ends, |token| token.expires_at.min(ends)),
            used_at: None,
        };
        let secret = ApiToken::from_bytes(service.randomness.bytes());
        let token = insert(connection, &service, Some(actor.staff()), actor.staff(), record, &secret)?;
        Ok::<_, Error>((token, secret))
    };
    store.write(work).await
}

/// Makes a token for all that a member of staff may do, as the operator of the machine.
///
/// # Errors
/// [`Refusal::StaffNotFound`], or the store's trouble.
pub async fn add_for(service: &Service, owner: StaffId, name: TokenName, days: u32) -> Result<ApiToken, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let owner = store::staff::hold(connection, owner)?.ok_or(Refusal::StaffNotFound)?;
        let record = unlimited(&service, owner.id, name.clone(), days);
        let secret = ApiToken::from_bytes(service.randomness.bytes());
        insert(connection, &service, None, &owner, record, &secret)?;
        Ok::<_, Error>(secret)
    };
    store.write(work).await
}

/// A token for all that its owner may do.
pub(super) fn unlimited(service: &Service, staff_id: StaffId, name: TokenName, days: u32) -> TokenRecord {
    let now = service.clock.now();
    TokenRecord {
        id: TokenId::from_number(service.randomness.id_number(now)),
        staff_id,
        name,
        scopes: Scopes::all(),
        site_id: None,
        created_at: now,
        expires_at: now.plus_seconds(i64::from(days) * DAY_SECONDS),
        used_at: None,
    }
}

/// Gives a token of one's own another name; with the permission to administer, anybody's.
///
/// # Errors
/// [`Refusal::TokenNotFound`], or the store's trouble.
pub async fn rename(service: &Service, actor: Actor, id: TokenId, name: TokenName) -> Result<Token, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let (mut record, owner) = find(connection, &actor, id)?;
        let subject = format!("{}: {} is now {}", owner.name.as_str(), record.name.as_str(), name.as_str());
        record.name = name.clone();
        if !store::tokens::update_name(connection, id, &record.name)? {
            return Err(Refusal::TokenNotFound.into());
        }
        log::note(connection, &service, None, actor.staff(), Event::TokenChanged, subject)?;
        describe(connection, &owner.name, record)
    };
    store.write(work).await
}

/// Withdraws a token of one's own; with the permission to administer, anybody's.
///
/// # Errors
/// [`Refusal::TokenNotFound`], or the store's trouble.
pub async fn remove(service: &Service, actor: Actor, id: TokenId) -> Result<(), Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let (record, owner) = find(connection, &actor, id)?;
        if !store::tokens::delete(connection, id)? {
            return Err(Refusal::TokenNotFound.into());
        }
        let subject = format!("{}: {}", owner.name.as_str(), record.name.as_str());
        log::note(connection, &service, None, actor.staff(), Event::TokenRemoved, subject)
    };
    store.write(work).await
}

/// Adds a token and writes that down; `by` is `None` for the service itself.
pub(super) fn insert(
    connection: &mut Connection,
    service: &Service,
    by: Option<&Staff>,
    owner: &Staff,
    record: TokenRecord,
    secret: &ApiToken,
) -> Result<Token, Error> {
    store::tokens::insert(connection, &record, &secret.hash())?;
    let token = describe(connection, &owner.name, record)?;
    let scopes: Vec<&str> = token.record.scopes.names().collect();
    let site = token.site.as_ref().map_or_else(|| "all sites".to_owned(), |site| format!("site {site}"));
    let (name, scopes) = (token.record.name.as_str(), scopes.join(", "));
    let subject = format!("{}: {name} ({scopes}; {site})", owner.name.as_str());
    log::note(connection, service, None, by, Event::TokenAdded, subject)?;
    Ok(token)
}

/// The token by which somebody makes another, if they came by one, or by a session that began with one.
fn maker(connection: &mut Connection, actor: &Actor) -> Result<Option<TokenRecord>, Error> {
    let token = match actor.via() {
        Via::Session(id) => store::sessions::find(connection, id)?.ok_or(Refusal::SessionEnded)?.token_id,
        Via::Token(id) => Some(id),
    };
    match token {
        Some(id) => Ok(Some(store::tokens::find(connection, id)?.ok_or(Refusal::InvalidStaffToken)?)),
        None => Ok(None),
    }
}

fn site_of(connection: &mut Connection, actor: &Actor, slug: &Slug) -> Result<SiteId, Error> {
    let site = store::sites::find(connection, slug)?.filter(|site| actor.sites().includes(site.id));
    Ok(site.ok_or(Refusal::SiteNotFound)?.id)
}

/// What a token may be for: nothing that its maker isn't permitted, and no administration by one for a single site.
fn scopes(actor: &Actor, asked: Option<Scopes>, site: Option<SiteId>) -> Result<Scopes, Refusal> {
    use Permission::{Configure, Moderate, Read};
    let open = if site.is_some() { Scopes::of(&[Read, Moderate, Configure]) } else { Scopes::all() };
    let most = actor.permissions().intersect(open);
    let scopes = asked.unwrap_or(most);
    match scopes.iter().find(|permission| !most.contains(*permission)) {
        Some(missing) => Err(Refusal::NotPermitted(missing)),
        None if scopes == Scopes::of(&[]) => Err(Refusal::NotPermitted(Read)),
        None => Ok(scopes),
    }
}

fn find(connection: &mut Connection, actor: &Actor, id: TokenId) -> Result<(TokenRecord, Staff), Error> {
    let is_visible = |token: &TokenRecord| token.staff_id == actor.staff().id || actor.may(Permission::Administer);
    let record = store::tokens::find(connection, id)?.filter(is_visible).ok_or(Refusal::TokenNotFound)?;
    let owner = store::staff::find(connection, record.staff_id)?.ok_or(Refusal::TokenNotFound)?;
    Ok((record, owner))
}

fn describe(connection: &mut Connection, owner: &StaffName, record: TokenRecord) -> Result<Token, Error> {
    let mut described = describe_all(connection, owner, vec![record])?;
    described.pop().ok_or_else(|| Error::Broken("a token got lost".to_owned()))
}

fn describe_all(
    connection: &mut Connection,
    owner: &StaffName,
    records: Vec<TokenRecord>,
) -> Result<Vec<Token>, Error> {
    let ids: Vec<SiteId> = records.iter().filter_map(|record| record.site_id).collect();
    let sites = if ids.is_empty() { Vec::new() } else { store::sites::list_by_id(connection, &ids)? };
    let name = |id: SiteId| sites.iter().find(|site| site.id == id).map(|site| site.slug.as_str().to_owned());
    let token = |record: TokenRecord| Token { site: record.site_id.and_then(name), owner: owner.clone(), record };
    Ok(records.into_iter().map(token).collect())
}
