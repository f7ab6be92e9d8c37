//! The calls for widgets: extract, call one use case, shape the answer.

pub mod comments;
pub mod previews;
pub mod rankings;
pub mod reports;
pub mod threads;
pub mod viewers;
pub mod views;
pub mod votes;
