//! Calls for staff: the queue, decisions, and the settings of sites.

pub mod bans;
pub mod gate;
mod members;
pub mod rules;
pub mod session;
pub mod views;
