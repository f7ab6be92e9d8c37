//! Voting.

use std::sync::Arc;

use super::admission::Class;
use super::changes::Subject;
use super::guests::{self, Identified, Welcome};
use super::{Client, Error, Service, screening};
use crate::domain::author::GuestToken;
use crate::domain::id::{CommentId, ThreadId};
use crate::domain::quota::Standing;
use crate::domain::refusal::Refusal;
use crate::domain::site::{Site, Voting};
use crate::domain::vote::{Score, Vote};
use crate::store::{self, Connection};

/// What came of a vote.
#[derive(Debug, Clone)]
pub struct Voted {
    /// The score of the comment now.
    pub score: Score,
    /// The vote of the writer now.
    pub vote: Vote,
    /// The token of a guest who had none.
    pub guest_token: Option<GuestToken>,
    /// Where the network stands with the quota of new guests, if a token was made.
    pub guest_standing: Option<Standing>,
    /// The thread.
    thread: ThreadId,
}

/// Sets the vote of the client on a comment: one for each writer, the last one counts.
///
/// # Errors
/// A refusal: there is no such comment, it is the client's own, the site doesn't count such votes, the token isn't known,
/// the client is banned, or too many new guests come from the client's network. Else the store's trouble.
pub async fn vote(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    id: CommentId,
    vote: Vote,
) -> Result<Voted, Error> {
    let counted = match site.policy.voting {
        Voting::None => false,
        Voting::Up => vote != Vote::Down,
        Voting::UpDown => true,
    };
    if !counted {
        return Err(Refusal::VotingDisabled.into());
    }
    let _permit = service.admission.enter(Class::Write, site.id).await?;
    let (service_in, site_id) = (service.clone(), site.id);
    let mut welcome = Welcome::default();
    let work = move |connection: &mut Connection| run(connection, &service_in, &site, &client, &mut welcome, id, vote);
    let outcome = service.store.write(work).await;
    service.note(&outcome, |voted| vec![Subject::Thread(voted.thread), Subject::Votes(site_id)]);
    outcome
}

fn run(
    connection: &mut Connection,
    service: &Service,
    site: &Site,
    client: &Client,
    welcome: &mut Welcome,
    id: CommentId,
    vote: Vote,
) -> Result<Voted, Error> {
    let comment = store::comments::hold(connection, site.id, id)?.filter(crate::domain::comment::Comment::is_published);
    let comment = comment.ok_or(Refusal::CommentNotFound)?;
    if vote == Vote::None && client.token.is_none() {
        // Nothing to take back, so nobody has to become a guest for it.
        let (score, thread) = (comment.score, comment.thread_id);
        return Ok(Voted { score, vote, guest_token: None, guest_standing: None, thread });
    }
    if client.token.is_none() && !site.policy.guests {
        return Err(Refusal::GuestsNotAllowed.into());
    }
    let now = service.clock.now();
    let known = guests::recognise_if_any(connection, site.id, client)?;
    screening::refuse_banned(connection, site.id, known, service.hash_network(client.network)?, now)?;
    let make = || GuestToken::from_bytes(service.randomness.bytes());
    let Identified { author, new } = guests::or_welcome(known, connection, service, site.id, client, welcome, make)?;
    if comment.author.id == author {
        return Err(Refusal::OwnComment.into());
    }
    let before = store::votes::find(connection, site.id, &comment, author)?;
    let score = comment.score.changed(before, vote);
    if before != vote {
        store::votes::update(connection, site.id, &comment, author, vote, now)?;
        store::comments::update_score(connection, site.id, id, score)?;
    }
    let (guest_token, guest_standing) = new.map_or((None, None), |(token, standing)| (Some(token), standing));
    Ok(Voted { score, vote, guest_token, guest_standing, thread: comment.thread_id })
}
