//! Who is staff: adding, listing, changing and removing them.

use std::collections::BTreeSet;

use super::{Error, Service, credentials, log, second_factors, tokens};
use crate::domain::access::{Permission, Role, SiteScope};
use crate::domain::credential::{ApiToken, TokenName};
use crate::domain::folding::skeleton;
use crate::domain::id::{CommentId, SiteId, StaffId};
use crate::domain::log::Event;
use crate::domain::page::{Page, Position};
use crate::domain::refusal::Refusal;
use crate::domain::site::Slug;
use crate::domain::staff::{Actor, Staff, StaffName};
use crate::service::tokens::Token;
use crate::store::{self, Connection};

/// How many days the first token of a member of staff can be used.
const FIRST_TOKEN_DAYS: u32 = 365;
/// What the first token is called.
const FIRST_TOKEN: &str = "first";

/// A member of staff, with the names of the sites they are bound to; `None` for one who isn't.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who it is.
    pub staff: Staff,
    /// The names of their sites.
    pub sites: Option<Vec<String>>,
}

/// Somebody who is to become staff.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Their name.
    pub name: StaffName,
    /// What they are to be trusted with.
    pub role: Role,
    /// On which sites; `None` for all.
    pub sites: Option<Vec<Slug>>,
}

/// Somebody who has become staff.
#[derive(Debug)]
pub struct Added {
    /// Who it is.
    pub member: Member,
    /// Their first token.
    pub token: Token,
    /// Its secret, which can't be found again.
    pub secret: ApiToken,
}

/// What is to change about a member of staff. What is `None` or `false` stays.
#[derive(Debug, Clone, Default)]
pub struct StaffChange {
    /// Another name.
    pub name: Option<StaffName>,
    /// Another role.
    pub role: Option<Role>,
    /// All sites that they are bound to from now on; `Some(None)` for every site there is.
    pub sites: Option<Option<Vec<Slug>>>,
    /// Whether they are shut out.
    pub is_disabled: Option<bool>,
    /// Whether their second factor is taken away.
    pub removes_totp: bool,
    /// Whether their password is taken away.
    pub removes_password: bool,
}

/// Adds a member of staff, and makes their first API token. `by` is `None` for the operator of the machine.
///
/// # Errors
/// [`Refusal::NameTaken`], [`Refusal::SiteNotFound`], or the store's trouble.
pub async fn add(service: &Service, by: Option<Actor>, new: NewStaff) -> Result<Added, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        hold_owners(connection, by.as_ref())?;
        let now = service.clock.now();
        let staff = Staff {
            id: StaffId::from_number(service.randomness.id_number(now)),
            name: new.name.clone(),
            role: new.role,
            sites: scope(connection, new.sites.as_deref())?,
            is_disabled: false,
            has_password: false,
            has_totp: false,
            created_at: now,
        };
        if !store::staff::insert(connection, &staff)? {
            return Err(Refusal::NameTaken.into());
        }
        let member = member(connection, staff)?;
        note(connection, &service, by.as_ref(), Event::StaffAdded, &member, &[standing(&member)])?;
        let record = tokens::unlimited(
            &service,
            member.staff.id,
            TokenName::from_stored(FIRST_TOKEN.to_owned()),
            FIRST_TOKEN_DAYS,
        );
        let secret = ApiToken::from_bytes(service.randomness.bytes());
        let token =
            tokens::insert(connection, &service, by.as_ref().map(Actor::staff), &member.staff, record, &secret)?;
        Ok(Added { member, token, secret })
    };
    store.write(work).await
}

/// Staff, newest first.
///
/// # Errors
/// The store's trouble.
pub async fn list(service: &Service, before: Option<StaffId>, limit: u32) -> Result<Page<Member>, Error> {
    let work = move |connection: &mut Connection| {
        let staff = store::staff::list(connection, before, limit.saturating_add(1))?;
        let members = members(connection, staff)?;
        let position = |member: &Member| Position { rank: 0, id: CommentId::from_number(member.staff.id.number()) };
        Ok::<_, Error>(Page::of(members, limit, position))
    };
    service.store.read(work).await
}

/// The member of staff with this id.
///
/// # Errors
/// [`Refusal::StaffNotFound`], or the store's trouble.
pub async fn find(service: &Service, id: StaffId) -> Result<Member, Error> {
    let work = move |connection: &mut Connection| {
        let staff = store::staff::find(connection, id)?.ok_or(Refusal::StaffNotFound)?;
        member(connection, staff)
    };
    service.store.read(work).await
}

/// The member of staff whose name is this one, or looks like it.
///
/// # Errors
/// [`Refusal::StaffNotFound`], or the store's trouble.
pub async fn find_by_name(service: &Service, name: &StaffName) -> Result<Staff, Error> {
    let skeleton = skeleton(name.as_str());
    let work = move |connection: &mut Connection| store::staff::find_by_skeleton(connection, &skeleton);
    let found = service.store.read(work).await?;
    Ok(found.ok_or(Refusal::StaffNotFound)?)
}

/// Changes a member of staff. Who is disabled, or loses their password or second factor, is signed out everywhere.
///
/// # Errors
/// [`Refusal::StaffNotFound`], [`Refusal::SiteNotFound`], [`Refusal::NameTaken`], [`Refusal::LastOwner`], or the store's
/// trouble.
pub async fn change(service: &Service, by: Option<Actor>, id: StaffId, change: StaffChange) -> Result<Member, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let owners = hold_owners(connection, by.as_ref())?;
        let before = store::staff::hold(connection, id)?.ok_or(Refusal::StaffNotFound)?;
        let mut staff = before.clone();
        staff.name = change.name.clone().unwrap_or(staff.name);
        staff.role = change.role.unwrap_or(staff.role);
        if let Some(sites) = &change.sites {
            staff.sites = scope(connection, sites.as_deref())?;
        }
        staff.is_disabled = change.is_disabled.unwrap_or(staff.is_disabled);
        if owners == [id] && !is_owner_of_all(&staff) {
            return Err(Refusal::LastOwner.into());
        }
        let look = skeleton(staff.name.as_str());
        if look != skeleton(before.name.as_str()) && store::staff::has_name(connection, &look)? {
            return Err(Refusal::NameTaken.into());
        }
        store::staff::update(connection, &staff)?;
        take_away(connection, &change, &before, &mut staff)?;
        let member = member(connection, staff)?;
        let changes = describe(&change, &before, &member);
        note(connection, &service, by.as_ref(), Event::StaffChanged, &member, &changes)?;
        Ok(member)
    };
    store.write(work).await
}

/// Removes a member of staff, with their sessions and tokens. What they wrote stays.
///
/// # Errors
/// [`Refusal::StaffNotFound`], [`Refusal::LastOwner`], or the store's trouble.
pub async fn remove(service: &Service, by: Option<Actor>, id: StaffId) -> Result<(), Error> {
    let (service, store) = (service.clone(), service.store.clone());
    let work = move |connection: &mut Connection| {
        let owners = hold_owners(connection, by.as_ref())?;
        let staff = store::staff::hold(connection, id)?.ok_or(Refusal::StaffNotFound)?;
        if owners == [id] {
            return Err(Refusal::LastOwner.into());
        }
        let member = member(connection, staff)?;
        store::staff::delete(connection, id)?;
        note(connection, &service, by.as_ref(), Event::StaffRemoved, &member, &[])
    };
    store.write(work).await
}

/// Whose things are asked for: one's own, or with the permission to administer anybody's.
pub(super) fn whose(connection: &mut Connection, actor: &Actor, asked: Option<StaffId>) -> Result<Staff, Error> {
    match asked {
        Some(id) if id != actor.staff().id => {
            if !actor.may(Permission::Administer) {
                return Err(Refusal::NotPermitted(Permission::Administer).into());
            }
            Ok(store::staff::find(connection, id)?.ok_or(Refusal::StaffNotFound)?)
        }
        _ => Ok(actor.staff().clone()),
    }
}

/// Whether somebody may change who is staff.
fn is_owner_of_all(staff: &Staff) -> bool {
    staff.role.permits(Permission::Administer) && staff.sites == SiteScope::Everywhere && !staff.is_disabled
}

/// Holds all who may change who is staff, so that two of them can't shut each other out, and makes sure that `by` is still
/// one of them.
fn hold_owners(connection: &mut Connection, by: Option<&Actor>) -> Result<Vec<StaffId>, Error> {
    let mut owners = Vec::new();
    for id in store::staff::list_unbound(connection, Role::Owner)? {
        let held = store::staff::hold(connection, id)?;
        owners.extend(held.filter(is_owner_of_all).map(|staff| staff.id));
    }
    match by {
        Some(actor) if !owners.contains(&actor.staff().id) => Err(Refusal::NotPermitted(Permission::Administer).into()),
        _ => Ok(owners),
    }
}

fn scope(connection: &mut Connection, sites: Option<&[Slug]>) -> Result<SiteScope, Error> {
    let Some(slugs) = sites else {
        return Ok(SiteScope::Everywhere);
    };
    let mut ids = Vec::with_capacity(slugs.len());
    for slug in slugs {
        ids.push(store::sites::find(connection, slug)?.ok_or(Refusal::SiteNotFound)?.id);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(SiteScope::Only(ids))
}

/// All of them with the names of their sites, which are looked up together.
fn members(connection: &mut Connection, staff: Vec<Staff>) -> Result<Vec<Member>, Error> {
    let ids = staff.iter().flat_map(|staff| match &staff.sites {
        SiteScope::Everywhere => [].as_slice(),
        SiteScope::Only(ids) => ids,
    });
    let ids: BTreeSet<SiteId> = ids.copied().collect();
    let sites = store::sites::list_by_id(connection, &ids.into_iter().collect::<Vec<_>>())?;
    let names = |scope: &SiteScope| match scope {
        SiteScope::Everywhere => None,
        SiteScope::Only(ids) => {
            let theirs = sites.iter().filter(|site| ids.contains(&site.id));
            Some(theirs.map(|site| site.slug.as_str().to_owned()).collect())
        }
    };
    Ok(staff.into_iter().map(|staff| Member { sites: names(&staff.sites), staff }).collect())
}

fn member(connection: &mut Connection, staff: Staff) -> Result<Member, Error> {
    let sites = credentials::site_names(connection, &staff.sites)?;
    Ok(Member { staff, sites })
}

/// What is taken away from somebody apart from their row.
fn take_away(
    connection: &mut Connection,
    change: &StaffChange,
    before: &Staff,
    staff: &mut Staff,
) -> Result<(), Error> {
    if change.removes_totp {
        let kept = store::credentials::find(connection, staff.id)?.ok_or(Refusal::StaffNotFound)?;
        second_factors::take_away(connection, staff.id, &kept)?;
        staff.has_totp = false;
    }
    if change.removes_password {
        store::credentials::update_password(connection, staff.id, None)?;
        staff.has_password = false;
    }
    let is_shut_out = staff.is_disabled && !before.is_disabled;
    if is_shut_out || change.removes_password || change.removes_totp {
        store::sessions::delete_by_staff(connection, staff.id, None)?;
    }
    Ok(())
}

/// "moderator, sites default, news"
fn standing(member: &Member) -> String {
    format!("{}, {}", member.staff.role.name(), places(member))
}

fn places(member: &Member) -> String {
    member.sites.as_ref().map_or_else(|| "all sites".to_owned(), |sites| format!("sites {}", sites.join(", ")))
}

/// What was changed, in words.
fn describe(change: &StaffChange, before: &Staff, member: &Member) -> Vec<String> {
    let staff = &member.staff;
    let mut changes = Vec::new();
    if staff.name != before.name {
        changes.push(format!("was {}", before.name.as_str()));
    }
    if staff.role != before.role {
        changes.push(format!("role {}", staff.role.name()));
    }
    if staff.sites != before.sites {
        changes.push(places(member));
    }
    match (before.is_disabled, staff.is_disabled) {
        (false, true) => changes.push("disabled".to_owned()),
        (true, false) => changes.push("enabled".to_owned()),
        _ => {}
    }
    if change.removes_totp {
        changes.push("second factor removed".to_owned());
    }
    if change.removes_password {
        changes.push("password removed".to_owned());
    }
    changes
}

fn note(
    connection: &mut Connection,
    service: &Service,
    by: Option<&Actor>,
    event: Event,
    member: &Member,
    changes: &[String],
) -> Result<(), Error> {
    let name = member.staff.name.as_str();
    let subject = if changes.is_empty() { name.to_owned() } else { format!("{name}: {}", changes.join(", ")) };
    log::note(connection, service, None, by.map(Actor::staff), event, subject)
}
