//! Rejoinder: a service that gives any article page a comment thread.
//!
//! The binary is the product; this library exists so that the tests can run the real service in their own process.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod http;
pub mod limits;
pub mod randomness;
pub mod service;
pub mod store;
pub mod telemetry;
