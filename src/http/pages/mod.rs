//! Pages for people, made by the service itself: the comments of a thread for who has no JavaScript, the same as a
//! fragment for other pages, and a page that shows the widget in use.
//!
//! They are HTML out of templates that escape whatever they are given; the only HTML that passes as it is, is what the
//! sanitiser made of a comment. No cookie is read or set.

mod addresses;
mod answers;
mod contents;
pub mod demo;
mod form;
pub mod fragment;
pub mod language;
mod linked_data;
pub mod posting;
pub mod refusals;
mod section;
pub mod thread;
mod tree;

/// The pages run scripts and styles of the service only, and send what is typed nowhere else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                           img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                           require-trusted-types-for 'script'; trusted-types 'none'";
