//! What the log, and what comes of decisions, look like.

use serde::Serialize;

use super::case_views::CaseView;
use crate::domain::decision::Reason;
use crate::domain::status::Status;
use crate::http::public::views::Time;
use crate::service::decisions::Decision;
use crate::service::moderation::{Decided, Verdict};
use crate::service::undoing::Undone;

#[derive(Debug, Serialize)]
struct StaffNameView {
    id: String,
    name: String,
}

/// An entry of the log.
#[derive(Debug, Serialize)]
pub struct DecisionView {
    id: String,
    site: Option<String>,
    action: &'static str,
    staff: Option<StaffNameView>,
    comment_id: Option<String>,
    comment_version: Option<u32>,
    from_status: Option<&'static str>,
    to_status: Option<&'static str>,
    subject: Option<String>,
    reason: Option<&'static str>,
    note: Option<String>,
    undoes_id: Option<String>,
    undone_by_id: Option<String>,
    created_at: Time,
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        let (entry, change) = (&decision.entry, decision.entry.change.as_ref());
        let staff = entry.staff.as_ref();
        Self {
            id: entry.id.to_string(),
            site: decision.site.as_ref().map(|site| site.as_str().to_owned()),
            action: entry.event.name(),
            staff: staff.map(|(id, name)| StaffNameView { id: id.to_string(), name: name.as_str().to_owned() }),
            comment_id: change.map(|change| change.comment_id.to_string()),
            comment_version: change.map(|change| change.version),
            from_status: change.map(|change| Status::name(change.from)),
            to_status: change.map(|change| Status::name(change.to)),
            subject: entry.subject.clone(),
            reason: entry.reason.map(Reason::name),
            note: entry.note.clone(),
            undoes_id: entry.undoes_id.map(|id| id.to_string()),
            undone_by_id: decision.undone_by.map(|id| id.to_string()),
            created_at: entry.created_at.into(),
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize)]
pub struct DecisionPageView {
    /// The entries.
    pub decisions: Vec<DecisionView>,
    /// Where the list goes on.
    pub next_cursor: Option<String>,
}

/// What came of a comment.
#[derive(Debug, Serialize)]
pub struct ResultView {
    id: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<CaseView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<String>,
}

impl ResultView {
    /// The result for the comment that was named so; `None` stands for one that isn't there.
    #[must_use]
    pub fn of(id: String, decided: Option<&Decided>) -> Self {
        let Some(Decided { verdict, case }) = decided else {
            return Self { id, outcome: "not_found", code: None, comment: None, decision_id: None };
        };
        let (outcome, code, decision) = match verdict {
            Verdict::Applied(decision) => ("applied", None, *decision),
            Verdict::Stale => ("stale", None, None),
            Verdict::NotPossible => ("refused", Some("not_possible"), None),
            Verdict::Erased => ("refused", Some("comment_erased"), None),
        };
        let decision_id = decision.map(|id| id.to_string());
        Self { id, outcome, code, comment: Some(CaseView::from(case)), decision_id }
    }
}

/// What came of each comment.
#[derive(Debug, Serialize)]
pub struct ResultsView {
    /// In the order asked.
    pub results: Vec<ResultView>,
}

/// What came of undoing a decision.
#[derive(Debug, Serialize)]
pub struct UndoneView {
    comment: CaseView,
    decision: DecisionView,
}

impl From<&Undone> for UndoneView {
    fn from(undone: &Undone) -> Self {
        Self { comment: CaseView::from(&undone.case), decision: DecisionView::from(&undone.decision) }
    }
}
