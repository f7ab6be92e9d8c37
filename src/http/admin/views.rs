//! What answers to staff look like.

use serde::Serialize;

use crate::domain::id::StaffId;
use crate::domain::staff::{Staff, StaffName};
use crate::http::public::views::Time;
use crate::service::credentials::Me;
use crate::service::staff::Member;

/// A member of staff.
#[derive(Debug, Serialize)]
pub struct StaffView {
    id: String,
    name: String,
    role: &'static str,
    sites: Option<Vec<String>>,
    is_disabled: bool,
    has_password: bool,
    has_totp: bool,
    created_at: Time,
}

impl StaffView {
    /// A member of staff and the names of the sites they are bound to.
    #[must_use]
    pub fn of(staff: &Staff, sites: Option<&[String]>) -> Self {
        Self {
            id: staff.id.to_string(),
            name: staff.name.as_str().to_owned(),
            role: staff.role.name(),
            sites: sites.map(<[String]>::to_vec),
            is_disabled: staff.is_disabled,
            has_password: staff.has_password,
            has_totp: staff.has_totp,
            created_at: Time::from(staff.created_at),
        }
    }
}

impl From<&Member> for StaffView {
    fn from(member: &Member) -> Self {
        Self::of(&member.staff, member.sites.as_deref())
    }
}

/// A member of staff by name.
#[derive(Debug, Serialize)]
pub struct StaffNameView {
    id: String,
    name: String,
}

impl StaffNameView {
    /// Who has this id and this name.
    #[must_use]
    pub fn of(id: StaffId, name: &StaffName) -> Self {
        Self { id: id.to_string(), name: name.as_str().to_owned() }
    }
}

/// Who asks, and what they may do.
#[derive(Debug, Serialize)]
pub struct MeView {
    staff: StaffView,
    permissions: Vec<&'static str>,
    via: &'static str,
}

impl From<&Me> for MeView {
    fn from(me: &Me) -> Self {
        Self {
            staff: StaffView::of(me.actor.staff(), me.sites.as_deref()),
            permissions: me.actor.permissions().names().collect(),
            via: match me.actor.via() {
                crate::domain::staff::Via::Session(_) => "session",
                crate::domain::staff::Via::Token(_) => "token",
            },
        }
    }
}
