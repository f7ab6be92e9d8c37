//! Which page of somebody's list is asked for, newest first.

use crate::domain::id::StaffId;
use crate::domain::page::{DEFAULT_LIMIT, List, MAX_LIMIT, Position};
use crate::domain::refusal::Refusal;
use crate::http::error::ApiError;
use crate::http::gate::NO_SITE;
use crate::http::query::Query;

/// A page of a list.
#[derive(Debug, Clone)]
pub(super) struct PageQuery {
    list: String,
    /// Whose list it is; `None` for one's own, or for one that is nobody's.
    pub(super) staff: Option<StaffId>,
    /// The most items.
    pub(super) limit: u32,
    /// The number of the id before which the page goes on.
    pub(super) before: Option<i64>,
}

impl PageQuery {
    /// Takes the parameters of a page of `what`, of which there is one list only.
    pub(super) fn of(what: &str, query: Query) -> Result<Self, ApiError> {
        Self::read(what.to_owned(), None, query)
    }

    /// The same where each member of staff has a list; `own` is who asks.
    pub(super) fn of_staff(what: &str, own: StaffId, mut query: Query) -> Result<Self, ApiError> {
        let staff = query.take_id("staff", StaffId::parse)?;
        Self::read(format!("{what} of {}", staff.unwrap_or(own)), staff, query)
    }

    fn read(list: String, staff: Option<StaffId>, mut query: Query) -> Result<Self, ApiError> {
        let limit = query.take_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)?;
        let cursor = query.take("cursor")?;
        query.finish()?;
        let before = match cursor {
            None => None,
            Some(cursor) => {
                let position = Position::from_cursor(&cursor, NO_SITE, List::Selected(&list));
                Some(position.ok_or(Refusal::InvalidCursor)?.id.number())
            }
        };
        Ok(Self { list, staff, limit, before })
    }

    /// The cursor of the page that goes on at a position.
    pub(super) fn cursor(&self, next: Option<Position>) -> Option<String> {
        next.map(|position| position.to_cursor(NO_SITE, List::Selected(&self.list)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::id::CommentId;

    #[test]
    fn a_cursor_is_of_one_persons_list() {
        let (mia, tom) = (StaffId::from_number(1 << 40), StaffId::from_number(2 << 40));
        let read = |what: &str, own, query: &str| {
            let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
            PageQuery::of_staff(what, own, Query::of(&request))
        };
        let cursor =
            read("tokens", mia, "").unwrap().cursor(Some(Position { rank: 0, id: CommentId::from_number(7) })).unwrap();
        let query = format!("cursor={cursor}");
        assert_eq!(read("tokens", mia, &query).unwrap().before, Some(7));
        assert_eq!(read("tokens", tom, &format!("{query}&staff={mia}")).unwrap().before, Some(7));
        assert!(read("tokens", tom, &query).is_err());
        assert!(read("sessions", mia, &query).is_err());
    }
}
