//! What several calls for staff have in common: how they name a site, and how they write notes, times and cursors.

use crate::domain::id::CommentId;
use crate::domain::note::Note;
use crate::domain::page::{DEFAULT_LIMIT, List, MAX_LIMIT, Position};
use crate::domain::refusal::Refusal;
use crate::domain::site::Slug;
use crate::domain::time::Timestamp;
use crate::http::error::ApiError;
use crate::http::gate::NO_SITE;
use crate::http::json;
use crate::http::query::Query;

/// The site that a member or parameter names.
pub(super) fn slug(text: &str) -> Result<Slug, Refusal> {
    Slug::parse(text).ok_or(Refusal::SiteNotFound)
}

/// A text for colleagues; a blank one is none.
pub(super) fn note(pointer: &'static str, text: Option<&str>) -> Result<Option<Note>, Refusal> {
    let note = text.map(Note::parse).transpose();
    Ok(note.map_err(|error| Refusal::input(pointer, error.into()))?.flatten())
}

/// A point in time as RFC 3339 has it.
pub(super) fn time(pointer: &'static str, text: &str) -> Result<Timestamp, ApiError> {
    let time: Option<jiff::Timestamp> = text.parse().ok();
    // To the millisecond, the very last times can't be told any more.
    let time = time.filter(|time| time.as_second() < jiff::Timestamp::MAX.as_second());
    let time = time.ok_or_else(|| json::invalid(pointer, "This must be a time: 2026-12-31T12:00:00Z."))?;
    Ok(Timestamp::from_milliseconds(time.as_millisecond()))
}

/// Which part of a list of what sites have is asked for, newest first.
#[derive(Debug, Clone)]
pub(super) struct ListQuery {
    what: &'static str,
    /// The site that it is narrowed to.
    pub(super) site: Option<Slug>,
    /// The most items.
    pub(super) limit: u32,
    /// The number of the id before which it goes on.
    pub(super) before: Option<i64>,
}

impl ListQuery {
    /// Takes all parameters of a list of `what`.
    pub(super) fn read(what: &'static str, mut query: Query) -> Result<Self, ApiError> {
        let site = query.take("site")?.map(|text| slug(&text)).transpose()?;
        let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        let cursor = query.take("cursor")?;
        query.finish()?;
        let mut list = Self { what, site, limit, before: None };
        if let Some(cursor) = cursor {
            let position = Position::from_cursor(&cursor, NO_SITE, List::Selected(&list.text()));
            list.before = Some(position.ok_or(Refusal::InvalidCursor)?.id.number());
        }
        Ok(list)
    }

    fn text(&self) -> String {
        format!("{} {}", self.what, self.site.as_ref().map_or("", Slug::as_str))
    }

    /// The cursor of the page after the item whose id has this number.
    pub(super) fn cursor_after(&self, number: i64) -> String {
        let position = Position { rank: 0, id: CommentId::from_number(number) };
        position.to_cursor(NO_SITE, List::Selected(&self.text()))
    }
}
