//! Calls for staff: the queue, decisions, and the settings of sites.

pub mod gate;
mod members;
pub mod session;
pub mod sites;
pub mod stats;
pub mod threads;
pub mod views;
