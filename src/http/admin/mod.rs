//! Calls for staff: the queue, decisions, and the settings of sites.

pub mod gate;
pub mod session;
pub mod views;
