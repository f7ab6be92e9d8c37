//! What comments, and what is known of them, look like to staff.

use serde::Serialize;

use super::threads::AdminThreadView;
use crate::domain::hold::Hold;
use crate::domain::report::{FULL_WEIGHT, Report};
use crate::domain::revision::Revision;
use crate::domain::status::Status;
use crate::http::admin::bans::BanView;
use crate::http::admin::decision_views::DecisionView;
use crate::http::public::views::{ScoreView, Time};
use crate::service::authors::AuthorRecord;
use crate::service::cases::{Case, CaseFile};

/// A thread by name.
#[derive(Debug, Serialize)]
struct ThreadNameView {
    id: Option<String>,
    key: String,
    url: Option<String>,
    title: Option<String>,
}

#[derive(Debug, Serialize)]
struct AuthorView {
    id: String,
    name: String,
    kind: &'static str,
    email: Option<String>,
}

/// A reason for which a comment waits.
#[derive(Debug, Serialize)]
struct HoldView {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
}

impl From<&Hold> for HoldView {
    fn from(hold: &Hold) -> Self {
        let (rule_id, pattern) = match hold {
            Hold::Rule { id, pattern } => (Some(id.to_string()), Some(pattern.clone())),
            _ => (None, None),
        };
        Self { reason: hold.name(), rule_id, pattern }
    }
}

/// A comment, whatever its status.
#[derive(Debug, Serialize)]
pub struct CaseView {
    id: String,
    site: String,
    thread: ThreadNameView,
    parent_id: Option<String>,
    root_id: String,
    depth: u32,
    author: AuthorView,
    network: Option<String>,
    body: String,
    body_html: String,
    status: &'static str,
    version: u32,
    holds: Vec<HoldView>,
    report_count: u32,
    created_at: Time,
    edited_at: Option<Time>,
    score: ScoreView,
    reply_count: u32,
    is_pinned: bool,
}

impl From<&Case> for CaseView {
    fn from(case: &Case) -> Self {
        let Case { site, thread, comment, email } = case;
        Self {
            id: comment.id.to_string(),
            site: site.as_str().to_owned(),
            thread: ThreadNameView {
                id: thread.id.map(|id| id.to_string()),
                key: thread.key.as_str().to_owned(),
                url: thread.url.clone(),
                title: thread.title.clone(),
            },
            parent_id: comment.parent_id.map(|id| id.to_string()),
            root_id: comment.root_id.to_string(),
            depth: comment.depth,
            author: AuthorView {
                id: comment.author.id.to_string(),
                name: comment.author.name.as_str().to_owned(),
                kind: comment.author.kind.name(),
                email: email.clone(),
            },
            network: comment.network.map(|network| network.to_string()),
            body: comment.body.as_str().to_owned(),
            body_html: comment.html.as_str().to_owned(),
            status: comment.status.name(),
            version: comment.version,
            holds: comment.holds.iter().map(HoldView::from).collect(),
            report_count: comment.report_count,
            created_at: comment.created_at.into(),
            edited_at: comment.edited_at.map(Time::from),
            score: comment.score.into(),
            reply_count: comment.reply_count,
            is_pinned: thread.pinned_comment_id == Some(comment.id),
        }
    }
}

/// A page of comments.
#[derive(Debug, Serialize)]
pub struct CasePageView {
    /// The comments.
    pub comments: Vec<CaseView>,
    /// Where the list goes on.
    pub next_cursor: Option<String>,
}

/// A comment alone.
#[derive(Debug, Serialize)]
pub struct CaseAnswer {
    comment: CaseView,
}

impl From<&Case> for CaseAnswer {
    fn from(case: &Case) -> Self {
        Self { comment: CaseView::from(case) }
    }
}

#[derive(Debug, Serialize)]
struct RevisionView {
    kind: &'static str,
    body: String,
    created_at: Time,
}

impl From<&Revision> for RevisionView {
    fn from(revision: &Revision) -> Self {
        let created_at = revision.created_at.into();
        Self { kind: revision.kind.name(), body: revision.body.clone(), created_at }
    }
}

#[derive(Debug, Serialize)]
struct ReportView {
    reason: &'static str,
    detail: Option<String>,
    outcome: &'static str,
    weight: f64,
    created_at: Time,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        Self {
            reason: report.reason.name(),
            detail: report.detail.as_ref().map(|detail| detail.as_str().to_owned()),
            outcome: report.outcome.name(),
            weight: f64::from(report.weight) / f64::from(FULL_WEIGHT),
            created_at: report.created_at.into(),
        }
    }
}

#[derive(Debug, Serialize)]
struct CommentCounts {
    published: usize,
    pending: usize,
    rejected: usize,
    spam: usize,
    deleted: usize,
}

#[derive(Debug, Serialize)]
struct ReportCounts {
    upheld: u32,
    dismissed: u32,
}

/// What a writer did on their site.
#[derive(Debug, Serialize)]
pub struct AuthorRecordView {
    id: String,
    site: String,
    kind: &'static str,
    names: Vec<String>,
    first_seen_at: Time,
    counts: CommentCounts,
    reports: ReportCounts,
    ban: Option<BanView>,
}

impl From<&AuthorRecord> for AuthorRecordView {
    fn from(record: &AuthorRecord) -> Self {
        Self {
            id: record.id.to_string(),
            site: record.site.as_str().to_owned(),
            kind: record.kind.name(),
            names: record.names.clone(),
            first_seen_at: record.first_seen_at.into(),
            counts: CommentCounts {
                published: record.count(Status::Published),
                pending: record.count(Status::Pending),
                rejected: record.count(Status::Rejected),
                spam: record.count(Status::Spam),
                deleted: record.count(Status::Deleted),
            },
            reports: ReportCounts { upheld: record.reports.upheld, dismissed: record.reports.dismissed },
            ban: record.ban.as_ref().map(BanView::from),
        }
    }
}

/// A comment and all that is known of it.
#[derive(Debug, Serialize)]
pub struct CaseFileView {
    comment: CaseView,
    thread: AdminThreadView,
    parents: Vec<CaseView>,
    revisions: Vec<RevisionView>,
    reports: Vec<ReportView>,
    decisions: Vec<DecisionView>,
    author: AuthorRecordView,
}

impl From<&CaseFile> for CaseFileView {
    fn from(file: &CaseFile) -> Self {
        Self {
            comment: CaseView::from(&file.case),
            thread: AdminThreadView::of(&file.case.site, &file.case.thread),
            parents: file.parents.iter().map(CaseView::from).collect(),
            revisions: file.revisions.iter().map(RevisionView::from).collect(),
            reports: file.reports.iter().map(ReportView::from).collect(),
            decisions: file.decisions.iter().map(DecisionView::from).collect(),
            author: AuthorRecordView::from(&file.author),
        }
    }
}
