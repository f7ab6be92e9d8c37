//! Sessions of staff.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::gate::Oneself;
use super::paging::PageQuery;
use super::views::StaffNameView;
use crate::domain::id::SessionId;
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;
use crate::domain::staff::{Staff, Via};
use crate::http::Api;
use crate::http::answer::private_page;
use crate::http::error::ApiError;
use crate::http::public::views::Time;
use crate::http::query::Query;
use crate::service::sessions;

#[derive(Debug, Serialize)]
struct SessionView {
    id: String,
    staff: StaffNameView,
    user_agent: String,
    created_at: Time,
    used_at: Time,
    is_current: bool,
}

impl SessionView {
    fn of(session: &Session, staff: &Staff, via: Via) -> Self {
        Self {
            id: session.id.to_string(),
            staff: StaffNameView::of(staff.id, &staff.name),
            user_agent: session.user_agent.clone(),
            created_at: session.created_at.into(),
            used_at: session.used_at.into(),
            is_current: via == Via::Session(session.id),
        }
    }
}

#[derive(Debug, Serialize)]
struct ListAnswer {
    sessions: Vec<SessionView>,
    next_cursor: Option<String>,
}

/// `GET /admin/sessions`
///
/// # Errors
/// As the contract says.
pub async fn list_sessions(request: HttpRequest, api: Data<Api>, oneself: Oneself) -> Result<HttpResponse, ApiError> {
    let actor = oneself.0;
    let via = actor.via();
    let query = PageQuery::of_staff("sessions", actor.staff().id, Query::of(&request))?;
    let before = query.before.map(SessionId::from_number);
    let page = sessions::list(&api.service, actor, query.staff, before, query.limit).await?;
    let sessions = page.sessions.items.iter().map(|session| SessionView::of(session, &page.staff, via)).collect();
    let answer = ListAnswer { sessions, next_cursor: query.cursor(page.sessions.next) };
    private_page(&request, &answer, answer.next_cursor.as_deref())
}

/// `DELETE /admin/sessions/{session_id}`
///
/// # Errors
/// As the contract says.
pub async fn end_session(
    request: HttpRequest,
    api: Data<Api>,
    oneself: Oneself,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    Query::of(&request).finish()?;
    let id = SessionId::parse(&path).ok_or(Refusal::SessionNotFound)?;
    sessions::end(&api.service, oneself.0, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
