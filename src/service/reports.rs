//! Reporting a comment, which holds it when enough readers do.

use std::sync::Arc;

use super::admission::Class;
use super::changes::Subject;
use super::{Client, Error, Service, guests, log, screening, visibility};
use crate::domain::address::NetworkHash;
use crate::domain::author::AuthorKind;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::log::CommentChange;
use crate::domain::note::Note;
use crate::domain::refusal::Refusal;
use crate::domain::report::{self, FULL_WEIGHT, Record, ReportReason, Reporter};
use crate::domain::site::Site;
use crate::domain::status::Status;
use crate::store::reports::NewReport;
use crate::store::{self, Connection};

/// What a reader says of a comment.
#[derive(Debug, Clone)]
pub struct Complaint {
    /// What is wrong with it.
    pub reason: ReportReason,
    /// The same in their words.
    pub detail: Option<Note>,
}

/// Reports a published comment. Who has done so before changes nothing.
///
/// # Errors
/// A refusal: there is no such comment, it is the client's own, the token isn't known, or the client is banned. Else the
/// store's trouble.
pub async fn report(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    id: CommentId,
    complaint: Complaint,
) -> Result<(), Error> {
    let _permit = service.admission.enter(Class::Write, site.id).await?;
    let network = service.hash_network(client.network)?;
    let (service_in, site_id) = (service.clone(), site.id);
    let work = move |connection: &mut Connection| {
        let own = guests::recognise_if_any(connection, site.id, &client)?;
        screening::refuse_banned(connection, site.id, own, network, service_in.clock.now())?;
        let comment = hold_published(connection, site.id, id)?;
        if own == Some(comment.author.id) {
            return Err(Refusal::OwnComment.into());
        }
        let reporter = own.map_or(Reporter::Network(network), Reporter::Author);
        take(connection, &service_in, &site, &comment, reporter, network, &complaint)?;
        Ok(comment.thread_id)
    };
    let outcome = service.store.write(work).await;
    service.note(&outcome, |thread| vec![Subject::Thread(*thread), Subject::Site(site_id)]);
    outcome.map(drop)
}

/// Holds the thread of a published comment, and returns the comment as it is now.
fn hold_published(connection: &mut Connection, site: SiteId, id: CommentId) -> Result<Comment, Error> {
    let find = |connection: &mut Connection| {
        let comment = store::comments::find(connection, site, id)?.filter(Comment::is_published);
        Ok::<_, Error>(comment.ok_or(Refusal::CommentNotFound)?)
    };
    let thread = find(connection)?.thread_id;
    store::threads::hold(connection, site, thread)?;
    find(connection)
}

fn take(
    connection: &mut Connection,
    service: &Service,
    site: &Site,
    comment: &Comment,
    reporter: Reporter,
    network: NetworkHash,
    complaint: &Complaint,
) -> Result<(), Error> {
    // A report weighs what the worse of both records is worth.
    let records = store::reports::list_records(connection, site.id, &[reporter, Reporter::Network(network)])?;
    let weight = records.into_iter().map(Record::weight).min().unwrap_or(FULL_WEIGHT);
    let report = NewReport {
        comment_id: comment.id,
        reporter,
        network,
        reason: complaint.reason,
        detail: complaint.detail.clone(),
        weight,
        created_at: service.clock.now(),
    };
    if !store::reports::insert(connection, site.id, &report)? {
        return Ok(());
    }
    let mut after = Comment { report_count: comment.report_count.saturating_add(1), ..comment.clone() };
    // What staff say stays, and waits for a decision where it can be read.
    let can_be_held = comment.author.kind == AuthorKind::Guest && site.report_threshold > 0;
    let open = if can_be_held { store::reports::list_open(connection, site.id, comment.id)? } else { Vec::new() };
    if report::holds(report::total_weight(open), site.report_threshold) {
        after = visibility::with_status(&after, Status::Pending);
        after.holds = vec![Hold::Reports];
        after.version = after.version.saturating_add(1);
        let (from, to) = (comment.status, after.status);
        let change = CommentChange { comment_id: comment.id, version: after.version, from, to };
        log::note_held(connection, service, site.id, change)?;
    }
    store::comments::update_state(connection, site.id, &after)?;
    visibility::count_change(connection, site.id, comment, &after)?;
    Ok(())
}
