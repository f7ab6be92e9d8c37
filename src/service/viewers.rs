//! What is a viewer's own: their comments in a thread, those that wait for a moderator among them, and their votes.

use std::sync::Arc;

use super::admission::Class;
use super::{Client, Error, Service, guests};
use crate::domain::comment::Comment;
use crate::domain::id::CommentId;
use crate::domain::page::MAX_LIMIT;
use crate::domain::site::{Policy, Site};
use crate::domain::thread::ThreadKey;
use crate::domain::vote::Vote;
use crate::store::{self, Connection};

/// What a viewer has in a thread.
#[derive(Debug, Clone)]
pub struct Own {
    /// What applies in the thread.
    pub policy: Policy,
    /// Their comments, newest first, at most 100; deleted ones are not among them.
    pub comments: Vec<Comment>,
    /// Their votes.
    pub votes: Vec<(CommentId, Vote)>,
}

/// What the holder of the token has in a thread.
///
/// # Errors
/// A refusal when there is no token or nobody has it; else the store's trouble.
pub async fn find(service: &Service, site: Arc<Site>, client: Client, key: ThreadKey) -> Result<Own, Error> {
    let _permit = service.admission.enter(Class::Read, site.id).await?;
    let work = move |connection: &mut Connection| {
        let author = guests::recognise(connection, site.id, client.token.as_ref())?;
        let thread = store::threads::find(connection, site.id, &key)?;
        let Some((thread, id)) = thread.and_then(|thread| thread.id.map(|id| (thread, id))) else {
            return Ok(Own { policy: site.policy, comments: Vec::new(), votes: Vec::new() });
        };
        let comments = store::comments::list_by_author(connection, site.id, id, author, MAX_LIMIT)?;
        let votes = store::votes::list_by_author(connection, site.id, id, author)?;
        Ok(Own { policy: thread.policy(site.policy), comments, votes })
    };
    service.store.read(work).await
}
