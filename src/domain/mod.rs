//! Values and rules of a comment service.
//!
//! Nothing here does I/O, reads a clock, names a framework or knows how a value is stored or sent. A type that exists
//! holds its invariant: a [`CommentBody`](body::CommentBody) has been normalised, counted and found within its limits.

pub mod access;
pub mod address;
pub mod author;
pub mod ban;
pub mod body;
pub mod comment;
pub mod credential;
pub mod decision;
pub mod folding;
pub mod hold;
pub mod html;
pub mod id;
pub mod idempotency;
pub mod log;
pub mod note;
pub mod origin;
pub mod page;
pub mod password;
pub mod queue;
pub mod quota;
pub mod ranking;
pub mod refusal;
pub mod report;
pub mod revision;
pub mod rule;
pub mod screening;
pub mod selection;
pub mod session;
pub mod site;
pub mod staff;
pub mod stats;
pub mod status;
pub mod tally;
pub mod text;
pub mod thread;
pub mod time;
pub mod totp;
pub mod vote;
