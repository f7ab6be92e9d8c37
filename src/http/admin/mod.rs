//! Calls for staff: the queue, decisions, and the settings of sites.

pub mod authors;
pub mod case_views;
pub mod comments;
pub mod decision_views;
pub mod decisions;
pub mod gate;
mod members;
pub mod queues;
pub mod session;
pub mod sites;
pub mod stats;
pub mod threads;
pub mod views;
