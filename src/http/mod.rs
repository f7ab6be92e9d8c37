//! HTTP and JSON: the only code that names the web framework.
//!
//! A request goes through [`routes`], the gate of its route, a handler, and one use case. What comes back is written by
//! the same few functions for all.

pub mod address;
pub mod admin;
pub mod answer;
pub mod assets;
pub mod busy;
pub mod cache;
mod connection;
pub mod cors;
pub mod encoding;
mod endpoints;
pub mod envelope;
pub mod error;
pub mod form_body;
pub mod gate;
pub mod health;
pub mod json;
pub mod own_address;
pub mod pages;
pub mod problem;
pub mod protocol;
pub mod public;
pub mod query;
mod relay;
pub mod routes;
pub mod server;
pub mod shape;
mod turn;
pub mod widget;
mod wire;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::config::HttpSettings;
use crate::service::Service;

/// What every handler can use.
#[derive(Debug, Clone)]
pub struct Api {
    /// The use cases.
    pub service: Service,
    /// The public answers that were given lately.
    pub answers: Arc<cache::AnswerCache>,
    /// What is said of requests that there was no room for.
    pub busy_log: Arc<busy::BusyLog>,
    /// How the service is reached.
    pub settings: Arc<HttpSettings>,
    /// Whether the service is about to stop.
    pub draining: Arc<AtomicBool>,
}
