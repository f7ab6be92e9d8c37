//! The whole program with its database, on SQLite and on PostgreSQL: the schema and its changes, what
//! survives a crash, how the server is reached, and what the command line does.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is unforeseen fails the test"
)]

mod cli;
mod crash;
mod disk;
mod fresh;
mod migrations;
mod outage;
mod pgbouncer;
mod strain;
mod tls;
