//! People who look after sites, and what they may do by a request.
//!
//! The table of roles stands in [`access`](super::access). Must not know how a request proves who sends it.

use super::access::{Permission, Role, Scopes, SiteScope};
use super::author::{self, NameError};
use super::id::{SessionId, StaffId, TokenId};
use super::time::Timestamp;

/// The name by which a member of staff signs in and is shown: one line of 1 to 64 characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffName(String);

impl StaffName {
    /// Reads a name, by the rules of a [`DisplayName`](author::DisplayName).
    ///
    /// # Errors
    /// [`NameError`] for a name that is blank, too long or piled up with combining marks.
    pub fn parse(input: &str) -> Result<Self, NameError> {
        author::read_name(input).map(Self)
    }

    /// A name read back from the store.
    #[must_use]
    pub const fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who it is.
    pub id: StaffId,
    /// The name by which they sign in.
    pub name: StaffName,
    /// What they are trusted with.
    pub role: Role,
    /// Where they are trusted with it.
    pub sites: SiteScope,
    /// Whether they are shut out for now.
    pub is_disabled: bool,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// Whether they are asked for a second factor.
    pub has_totp: bool,
    /// When they became staff.
    pub created_at: Timestamp,
}

/// By what a request showed whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By the cookie of this session.
    Session(SessionId),
    /// By this API token.
    Token(TokenId),
}

/// A member of staff with what they may do by this request: what their role may, where they may, less what the token
/// is not for. Who is disabled may do nothing, and who is bound to some sites can't administer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    staff: Staff,
    permissions: Scopes,
    sites: SiteScope,
    via: Via,
}

impl Actor {
    /// Somebody who signed in: all that they may do at all.
    #[must_use]
    pub fn with_session(staff: Staff, session: SessionId) -> Self {
        Self::new(staff, Scopes::all(), &SiteScope::Everywhere, Via::Session(session))
    }

    /// Somebody by a token that is for these scopes on these sites.
    #[must_use]
    pub fn with_token(staff: Staff, token: TokenId, scopes: Scopes, sites: &SiteScope) -> Self {
        Self::new(staff, scopes, sites, Via::Token(token))
    }

    fn new(staff: Staff, scopes: Scopes, sites: &SiteScope, via: Via) -> Self {
        use Permission::{Configure, Moderate, Read};
        let sites = staff.sites.intersect(sites);
        let open = match sites {
            _ if staff.is_disabled => Scopes::of(&[]),
            SiteScope::Everywhere => Scopes::all(),
            SiteScope::Only(_) => Scopes::of(&[Read, Moderate, Configure]),
        };
        let permissions = staff.role.permissions().intersect(scopes).intersect(open);
        Self { staff, permissions, sites, via }
    }

    /// Whether the request may do all that they may: it came by a session, or by a token without limits.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let whole = Self::new(self.staff.clone(), Scopes::all(), &SiteScope::Everywhere, self.via);
        (self.permissions, &self.sites) == (whole.permissions, &whole.sites)
    }

    /// Whether they may do this, on those of [`sites`](Self::sites).
    #[must_use]
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Everything that they may do.
    #[must_use]
    pub const fn permissions(&self) -> Scopes {
        self.permissions
    }

    /// Where they may do it.
    #[must_use]
    pub const fn sites(&self) -> &SiteScope {
        &self.sites
    }

    /// Who it is.
    #[must_use]
    pub const fn staff(&self) -> &Staff {
        &self.staff
    }

    /// By what the request showed it.
    #[must_use]
    pub const fn via(&self) -> Via {
        self.via
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::author::DisplayName;
    use crate::domain::id::SiteId;

    const HERE: SiteId = SiteId::from_number(1);
    const THERE: SiteId = SiteId::from_number(2);
    const ELSEWHERE: SiteId = SiteId::from_number(3);

    fn staff(role: Role, sites: SiteScope) -> Staff {
        Staff {
            id: StaffId::from_number(1),
            name: StaffName::parse("dave").unwrap(),
            role,
            sites,
            is_disabled: false,
            has_password: true,
            has_totp: false,
            created_at: Timestamp::from_milliseconds(0),
        }
    }

    /// Every set of permissions.
    fn every_scopes() -> impl Iterator<Item = Scopes> {
        (0..16).map(|number| {
            let chosen = Permission::EACH.into_iter().enumerate().filter(|(index, _)| number & (1 << index) != 0);
            Scopes::of(&chosen.map(|(_, permission)| permission).collect::<Vec<_>>())
        })
    }

    #[test]
    fn a_name_is_one_clean_line() {
        assert_eq!(StaffName::parse("  J. Jonah \n Jameson ").unwrap().as_str(), "J. Jonah Jameson");
        assert_eq!(StaffName::parse(" \u{200b}"), Err(NameError::Blank));
        assert_eq!(StaffName::parse(&"x".repeat(65)), Err(NameError::TooLong { max: 64, actual: 65 }));
    }

    #[test]
    fn every_role_by_every_token_may_what_both_may_where_both_may() {
        let bindings = [
            SiteScope::Everywhere,
            SiteScope::Only(vec![HERE, THERE]),
            SiteScope::Only(vec![THERE, ELSEWHERE]),
            SiteScope::Only(vec![]),
        ];
        for role in Role::EACH {
            for (own, of_token) in bindings.iter().flat_map(|own| bindings.iter().map(move |token| (own, token))) {
                for scopes in every_scopes() {
                    let token = TokenId::from_number(1);
                    let actor = Actor::with_token(staff(role, own.clone()), token, scopes, of_token);
                    let is_bound = own != &SiteScope::Everywhere || of_token != &SiteScope::Everywhere;
                    for permission in Permission::EACH {
                        let may = role.permits(permission)
                            && scopes.contains(permission)
                            && !(is_bound && permission == Permission::Administer);
                        assert_eq!(actor.may(permission), may, "{actor:?} {permission:?}");
                        for site in [HERE, THERE, ELSEWHERE] {
                            let there = own.includes(site) && of_token.includes(site);
                            assert_eq!(
                                actor.may(permission) && actor.sites().includes(site),
                                may && there,
                                "{actor:?} {permission:?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn who_signed_in_may_all_that_the_role_may() {
        for role in Role::EACH {
            let session = SessionId::from_number(1);
            let free = Actor::with_session(staff(role, SiteScope::Everywhere), session);
            assert_eq!((free.permissions(), free.via()), (role.permissions(), Via::Session(session)));
            let bound = Actor::with_session(staff(role, SiteScope::Only(vec![HERE])), session);
            assert!(bound.may(Permission::Read) && bound.sites().includes(HERE) && !bound.sites().includes(THERE));
            assert!(!bound.may(Permission::Administer));
        }
    }

    #[test]
    fn who_is_disabled_may_nothing() {
        for role in Role::EACH {
            let disabled = Staff { is_disabled: true, ..staff(role, SiteScope::Everywhere) };
            let by_token =
                Actor::with_token(disabled.clone(), TokenId::from_number(1), Scopes::all(), &SiteScope::Everywhere);
            let by_session = Actor::with_session(disabled, SessionId::from_number(1));
            for permission in Permission::EACH {
                assert!(!by_token.may(permission) && !by_session.may(permission));
            }
        }
    }

    proptest! {
        #[test]
        fn staff_have_names_by_the_rules_of_writers(input in any::<String>()) {
            let name = StaffName::parse(&input);
            let as_writer = DisplayName::parse(&input).map(|name| name.as_str().to_owned());
            prop_assert_eq!(name.map(|name| name.as_str().to_owned()), as_writer);
        }
    }
}
