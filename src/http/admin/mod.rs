//! Calls for staff: the queue, decisions, the settings of sites, and who is staff.

pub mod authors;
pub mod bans;
pub mod case_views;
pub mod comments;
pub mod decision_views;
pub mod decisions;
pub mod gate;
mod lists;
mod members;
mod paging;
pub mod password;
pub mod queues;
pub mod rules;
pub mod second_factor;
pub mod session;
pub mod sessions;
pub mod sites;
pub mod staff;
pub mod stats;
pub mod threads;
pub mod tokens;
pub mod views;
