//! Who may do what: the one table of roles and permissions, and sets of permissions and of sites.
//!
//! Must not know who has a role, how a request proves who sends it, or what the calls are called.

use super::id::SiteId;

/// What a member of staff is trusted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// The queue, decisions, bans and threads.
    Moderator,
    /// Reading.
    Viewer,
}

/// A kind of thing to do, and the scope of an API token that may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See the queue, the log and the settings.
    Read,
    /// Decide on comments; ban writers; open and close threads.
    Moderate,
    /// Change sites and their rules.
    Configure,
    /// Change who else is staff. Nobody who is bound to some sites may.
    Administer,
}

impl Role {
    /// Every role, the mightiest first.
    pub const EACH: [Self; 3] = [Self::Owner, Self::Moderator, Self::Viewer];

    /// The name on the wire, in commands and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Viewer => "viewer",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|role| role.name() == name)
    }

    /// The table: everything that the role may do.
    #[must_use]
    pub const fn permissions(self) -> Scopes {
        use Permission::{Administer, Configure, Moderate, Read};
        match self {
            Self::Owner => Scopes::of(&[Read, Moderate, Configure, Administer]),
            Self::Moderator => Scopes::of(&[Read, Moderate]),
            Self::Viewer => Scopes::of(&[Read]),
        }
    }

    /// Whether the role may do this.
    #[must_use]
    pub const fn permits(self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }
}

impl Permission {
    /// Every permission, the least first.
    pub const EACH: [Self; 4] = [Self::Read, Self::Moderate, Self::Configure, Self::Administer];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Moderate => "moderate",
            Self::Configure => "configure",
            Self::Administer => "administer",
        }
    }

    /// The permission with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|permission| permission.name() == name)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Moderate => 2,
            Self::Configure => 4,
            Self::Administer => 8,
        }
    }
}

/// A set of permissions: those of a role, or the scopes of an API token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

/// Why a list of scopes was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopesError {
    /// Nothing is in it, so nothing could be done with the token.
    #[error("no scope is named; name at least one of read, moderate, configure and administer")]
    Empty,
    /// A name that no scope has.
    #[error("`{name}` is no scope; the scopes are read, moderate, configure and administer")]
    Unknown {
        /// The name.
        name: String,
    },
}

impl Scopes {
    /// The set of these permissions.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = permissions;
        while let [permission, others @ ..] = rest {
            bits |= permission.bit();
            rest = others;
        }
        Self(bits)
    }

    /// Every permission.
    #[must_use]
    pub const fn all() -> Self {
        Self::of(&Permission::EACH)
    }

    /// Reads a list of names. Their order doesn't matter, nor does a name that is there twice.
    ///
    /// # Errors
    /// [`ScopesError`] for a list without names or with one that no scope has.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, ScopesError> {
        let mut bits = 0;
        for name in names {
            let Some(permission) = Permission::from_name(name) else {
                return Err(ScopesError::Unknown { name: name.to_owned() });
            };
            bits |= permission.bit();
        }
        if bits == 0 { Err(ScopesError::Empty) } else { Ok(Self(bits)) }
    }

    /// Whether the permission is in the set.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The permissions in the set, the least first.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::EACH.into_iter().filter(move |permission| self.contains(*permission))
    }

    /// The names of the permissions in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Permission::name)
    }
}

impl std::fmt::Debug for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// On which sites something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteScope {
    /// On every site, also on those that are made later.
    Everywhere,
    /// On these sites; on none if there are none.
    Only(Vec<SiteId>),
}

impl SiteScope {
    /// Whether it holds on this site.
    #[must_use]
    pub fn includes(&self, site: SiteId) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Only(sites) => sites.contains(&site),
        }
    }

    /// Where both hold.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everywhere, scope) | (scope, Self::Everywhere) => scope.clone(),
            (Self::Only(sites), other) => {
                Self::Only(sites.iter().copied().filter(|site| other.includes(*site)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_is_this() {
        let table = [
            // read, moderate, configure, administer
            ("owner", [true, true, true, true]),
            ("moderator", [true, true, false, false]),
            ("viewer", [true, false, false, false]),
        ];
        assert_eq!(table.len(), Role::EACH.len());
        for (name, may) in table {
            let role = Role::from_name(name).unwrap();
            assert_eq!(Permission::EACH.map(|permission| role.permits(permission)), may, "{name}");
        }
    }

    #[test]
    fn names_read_back_and_others_are_not_read() {
        assert!(Role::EACH.into_iter().all(|role| Role::from_name(role.name()) == Some(role)));
        assert!(Permission::EACH.into_iter().all(|one| Permission::from_name(one.name()) == Some(one)));
        for scopes in (1..16).map(Scopes) {
            assert_eq!(Scopes::parse(scopes.names()), Ok(scopes));
        }
        assert_eq!(
            Scopes::parse(["moderate", "read", "read"]).map(|scopes| format!("{scopes:?}")),
            Ok("{Read, Moderate}".to_owned())
        );
        assert_eq!(Scopes::parse([]), Err(ScopesError::Empty));
        for name in ["", "Read", "read ", "owner", "*"] {
            assert_eq!(Role::from_name(&format!("{name}x")), None);
            assert_eq!(Scopes::parse(["read", name]), Err(ScopesError::Unknown { name: name.to_owned() }));
        }
    }

    proptest! {
        #[test]
        fn a_site_is_where_both_scopes_are(
            one in proptest::option::of(proptest::collection::vec(1_i64..6, 0..5)),
            other in proptest::option::of(proptest::collection::vec(1_i64..6, 0..5)),
        ) {
            let scope = |sites: Option<Vec<i64>>| {
                sites.map_or(SiteScope::Everywhere, |sites| {
                    SiteScope::Only(sites.into_iter().map(SiteId::from_number).collect())
                })
            };
            let (one, other) = (scope(one), scope(other));
            let both = one.intersect(&other);
            for site in (1..7).map(SiteId::from_number) {
                prop_assert_eq!(both.includes(site), one.includes(site) && other.includes(site));
            }
        }
    }
}
