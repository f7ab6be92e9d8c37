//! Calls for staff: the queue, decisions, the settings of sites, and who is staff.

pub mod gate;
mod paging;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod sessions;
pub mod staff;
pub mod tokens;
pub mod views;
