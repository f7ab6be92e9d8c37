//! Values and rules of a comment service.
//!
//! Nothing here does I/O, reads a clock, names a framework or knows how a value is stored or sent. A type that exists
//! holds its invariant: a [`CommentBody`](body::CommentBody) has been normalised, counted and found within its limits.

pub mod address;
pub mod author;
pub mod body;
pub mod comment;
pub mod folding;
pub mod html;
pub mod id;
pub mod idempotency;
pub mod origin;
pub mod page;
pub mod quota;
pub mod ranking;
pub mod refusal;
pub mod rule;
pub mod screening;
pub mod site;
pub mod status;
pub mod tally;
pub mod text;
pub mod thread;
pub mod time;
pub mod vote;
