//! Posting a comment.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::admission::Class;
use super::changes::Subject;
use super::guests::{self, Welcome};
use super::placing::{Place, Written, answerable};
use super::screening::{self, Screened};
use super::{Client, Error, Service, visibility};
use crate::domain::address::NetworkHash;
use crate::domain::author::{Author, AuthorKind, DisplayName, Email, GuestToken};
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::id::{AuthorId, CommentId, ThreadId};
use crate::domain::idempotency::{Fingerprint, IdempotencyKey, KEPT_SECONDS, ReplayId, Writer};
use crate::domain::queue::Queue;
use crate::domain::quota::Standing;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::site::{Policy, Site};
use crate::domain::status::Status;
use crate::domain::thread::{PageFacts, Thread, ThreadKey, ThreadState};
use crate::domain::time::Timestamp;
use crate::store::posts::{NewPost, Question};
use crate::store::replays::{NewReplay, Replay};
use crate::store::{self, Connection, Then};

/// A comment as it was sent.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The thread it is for.
    pub key: ThreadKey,
    /// What the embedder says about the page.
    pub page: PageFacts,
    /// The comment that it answers.
    pub parent_id: Option<CommentId>,
    /// The name of its writer.
    pub name: DisplayName,
    /// The writer's e-mail address.
    pub email: Option<Email>,
    /// The text, as it came.
    pub text: DraftText,
}

/// A text as it came in, not yet normalised or counted.
#[derive(Debug, Clone)]
pub struct DraftText(pub String);

/// A comment that was posted, and its thread after that.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The comment.
    pub comment: Comment,
    /// The thread.
    pub thread: Thread,
    /// What applied to it.
    pub policy: Policy,
}

/// How a request can be sent again without being carried out again.
#[derive(Debug, Clone)]
pub struct Retry {
    /// The key that the client gave it.
    pub key: IdempotencyKey,
    /// What tells it from another under the same key.
    pub fingerprint: Fingerprint,
}

/// The answer to a post, first or again.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Whether the comment waits for a moderator.
    pub accepted: bool,
    /// The comment.
    pub comment_id: CommentId,
    /// The answer as text, without the guest token.
    pub text: String,
    /// The token of a guest who had none.
    pub guest_token: Option<GuestToken>,
    /// Where the network stands with the quota of new guests, if a token was made.
    pub guest_standing: Option<Standing>,
    /// Whether this is the first answer given again.
    pub replayed: bool,
    /// The thread, if something was written to it.
    changed: Option<ThreadId>,
}

/// Takes part in [`post`]: writes the answer as text, so that it can be kept and given again as it was.
pub type Render = fn(&Posted) -> Result<String, String>;

/// Posts a comment.
///
/// # Errors
/// A refusal: the text, name or parent breaks a rule, the thread is closed or slow, the token isn't known, the writer is
/// banned, guests aren't allowed, the key is in use or was used for another request, or a quota is used up. Else the
/// store's trouble.
pub async fn post(
    service: &Service,
    site: Arc<Site>,
    client: Client,
    draft: Draft,
    retry: Option<Retry>,
    render: Render,
) -> Result<Answer, Error> {
    let writer = client.token.as_ref().map_or(Writer::Network(client.network), |token| Writer::Guest(token.hash()));
    let retry = retry.map(|retry| (ReplayId::of(site.id, &writer, &retry.key), retry));
    let _running = retry.as_ref().map(|(id, _)| Running::begin(&service.running, *id)).transpose()?;
    let post = Post::prepare(service, site, client, draft, retry, render).await?;
    let _permit = service.admission.enter(Class::Write, post.site.id).await?;
    let mut welcome = Welcome::default();
    let (site, key) = (post.site.id, post.draft.key.clone());
    let work = move |connection: &mut Connection| {
        let now = post.service.clock.now();
        post.run(connection, &mut welcome, now, Then::Commit)
    };
    let posted = service.store.write_in_batches(work).await;
    service.note(&posted, |answer| {
        // The first of the requests with this key may have been written without anybody here hearing of it.
        let of_key =
            (answer.replayed || answer.changed.is_some()).then_some([Subject::Key(site, &key), Subject::Site(site)]);
        answer.changed.map(Subject::Thread).into_iter().chain(of_key.into_iter().flatten()).collect()
    });
    posted
}

/// A comment that was read and screened, and can be posted.
pub(super) struct Post {
    service: Service,
    site: Arc<Site>,
    client: Client,
    network: NetworkHash,
    pub(super) draft: Draft,
    retry: Option<(ReplayId, Retry)>,
    text: Screened,
    render: Render,
}

impl Post {
    /// Does what needs no transaction.
    pub(super) async fn prepare(
        service: &Service,
        site: Arc<Site>,
        client: Client,
        draft: Draft,
        retry: Option<(ReplayId, Retry)>,
        render: Render,
    ) -> Result<Self, Error> {
        let text = screening::read(service, &site, &draft.text, Some(&draft.name)).await?;
        let draft = Draft { page: screening::read_page(service, &site, draft.page).await?, ..draft };
        let network = service.hash_network(client.network)?;
        Ok(Self { service: service.clone(), site, client, network, draft, retry, text, render })
    }

    /// Posts it as of `now`. On PostgreSQL that takes two round trips: all that has to be known is read at once, with the
    /// thread held against others from then on, and all that changes is written at once.
    pub(super) fn run(
        &self,
        connection: &mut Connection,
        welcome: &mut Welcome,
        now: Timestamp,
        then: Then,
    ) -> Result<Answer, Error> {
        let site = self.site.id;
        let facts = store::posts::read(connection, &self.question(now))?;
        if let Some(first) = facts.replay {
            return self.replay(connection, first);
        }
        if !self.site.policy.guests {
            return Err(Refusal::GuestsNotAllowed.into());
        }
        if self.client.token.is_some() && facts.author.is_none() {
            return Err(Refusal::InvalidToken.into());
        }
        screening::refuse_while_banned(&facts.ban_ends, now)?;
        let is_thread_new = facts.thread.is_none();
        let thread = facts.thread.unwrap_or_else(|| self.new_thread(now));
        let thread_id = thread.id.ok_or_else(|| Error::Broken("a thread without id".to_owned()))?;
        let policy = thread.policy(self.site.policy);
        if thread.state_at(&self.site, now) == ThreadState::Closed {
            return Err(Refusal::ThreadClosed.into());
        }
        if facts.is_name_of_staff {
            return Err(Refusal::input("/author/name", Rule::NameReserved).into());
        }
        self.text.check(policy.body_limits())?;
        let parent = answerable(&thread, self.draft.parent_id, facts.parent)?;
        screening::refuse_haste(connection, &thread, facts.author, self.network, now)?;
        let salt = self.service.randomness.bytes();
        let new = facts.author.is_none().then(|| self.welcome(welcome, &salt)).transpose()?;
        let author = facts.author.or_else(|| new.as_ref().map(|(author, ..)| *author));
        let author = author.ok_or_else(|| Error::Broken("a comment without writer".to_owned()))?;
        let is_first = self.site.hold_first_comment && !facts.has_published;
        let holds = self.text.holds(&self.site, &thread, is_first);
        let is_root = parent.is_none();
        let thread = if holds.is_empty() { thread.with_published(is_root, &self.draft.page, now) } else { thread };
        let comment = self.comment(&Place { thread_id, parent }, author, holds, &thread, now);
        let original = self.text.original_revision(&self.service, comment.id);
        let posted = Posted { comment, thread, policy };
        let text = (self.render)(&posted).map_err(Error::Broken)?;
        let Posted { comment, thread, .. } = posted;
        let replay = self.first_answer(&comment, &text, &salt, new.is_some());
        let is_published = comment.is_published();
        let post = NewPost {
            guest: new.as_ref().map(|(author, token, _)| (*author, token.hash())),
            thread: &thread,
            is_thread_new,
            comment: &comment,
            email: self.draft.email.as_ref(),
            page: &self.draft.page,
            above: if is_published { visibility::changes_above(&comment) } else { [None, None] },
            queue: Queue::of(comment.status),
            original: original.as_ref(),
            replay: replay.as_ref(),
            now,
        };
        // After this nothing can be refused any more.
        store::posts::insert(connection, site, &post, then)?;
        let (guest_token, guest_standing) = new.map_or((None, None), |(_, token, standing)| (Some(token), standing));
        Ok(Answer {
            accepted: !is_published,
            comment_id: comment.id,
            text,
            guest_token,
            guest_standing,
            replayed: false,
            changed: Some(thread_id),
        })
    }

    fn question(&self, now: Timestamp) -> Question<'_> {
        Question {
            site: self.site.id,
            key: &self.draft.key,
            token: self.client.token.as_ref().map(GuestToken::hash),
            network: self.network,
            replay: self.retry.as_ref().map(|(id, retry)| (id, &retry.fingerprint)),
            expired: now.minus_seconds(KEPT_SECONDS),
            alikes: &self.text.alikes,
            parent: self.draft.parent_id,
            is_first_of_interest: self.site.hold_first_comment,
            now,
        }
    }

    /// The thread, to which nobody has written yet.
    fn new_thread(&self, now: Timestamp) -> Thread {
        let id = ThreadId::from_number(self.service.randomness.id_number(now));
        let empty = Thread::empty(self.site.id, self.draft.key.clone());
        Thread { id: Some(id), created_at: Some(now), ..empty }
    }

    /// Makes a guest of the client, with a token that a request with the same key can be given again.
    fn welcome(
        &self,
        welcome: &mut Welcome,
        salt: &[u8; 32],
    ) -> Result<(AuthorId, GuestToken, Option<Standing>), Error> {
        let make =
            || self.retry.as_ref().map_or(GuestToken::from_bytes(*salt), |(_, retry)| retry.key.guest_token(salt));
        guests::welcome(&self.service, self.site.id, &self.client, welcome, make)
    }

    /// What is kept of the answer for a request with the same key.
    fn first_answer(&self, comment: &Comment, text: &str, salt: &[u8; 32], is_token_given: bool) -> Option<NewReplay> {
        self.retry.as_ref().map(|(id, retry)| NewReplay {
            id: *id,
            fingerprint: retry.fingerprint,
            salt: *salt,
            is_token_given,
            accepted: comment.status == Status::Pending,
            comment_id: comment.id,
            answer: text.to_owned(),
        })
    }

    fn replay(&self, connection: &mut Connection, first: Replay) -> Result<Answer, Error> {
        let Some((_, retry)) = self.retry.as_ref().filter(|_| first.same_request) else {
            return Err(Refusal::IdempotencyKeyReused.into());
        };
        let guest_token = first.token_salt.map(|salt| retry.key.guest_token(&salt));
        let (accepted, text) = match first.answer {
            Some(answer) => (first.accepted, answer),
            None => (false, self.render_erased(connection, first.comment_id)?),
        };
        Ok(Answer {
            accepted,
            comment_id: first.comment_id,
            text,
            guest_token,
            guest_standing: None,
            replayed: true,
            changed: None,
        })
    }

    /// The answer about a comment that was posted, and is erased.
    fn render_erased(&self, connection: &mut Connection, id: CommentId) -> Result<String, Error> {
        let lost = || Error::Broken("the comment of a kept answer got lost".to_owned());
        let comment = store::comments::find(connection, self.site.id, id)?.ok_or_else(lost)?;
        let thread = store::threads::find_by_id(connection, self.site.id, comment.thread_id)?.ok_or_else(lost)?;
        let thread = thread.at(&self.site, self.service.clock.now());
        let policy = thread.policy(self.site.policy);
        (self.render)(&Posted { comment, thread, policy }).map_err(Error::Broken)
    }

    /// The comment; a published one at the time that its thread has as the newest one's.
    fn comment(&self, place: &Place, author: AuthorId, holds: Vec<Hold>, thread: &Thread, now: Timestamp) -> Comment {
        let name = self.text.name.as_ref().unwrap_or(&self.draft.name).clone();
        let author = Author { id: author, name, kind: AuthorKind::Guest };
        let at = if holds.is_empty() { thread.last_comment_at.unwrap_or(now) } else { now };
        let (body, html, network) = (self.text.body.clone(), self.text.html.clone(), Some(self.network));
        place.comment(&self.service, Written { author, body, html, network, holds }, at)
    }
}

/// A mark that a request with some key is being worked on by this process, taken away when the work is done.
struct Running {
    all: Arc<Mutex<HashSet<ReplayId>>>,
    id: ReplayId,
}

impl Running {
    fn begin(all: &Arc<Mutex<HashSet<ReplayId>>>, id: ReplayId) -> Result<Self, Refusal> {
        let first = all.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        if first { Ok(Self { all: Arc::clone(all), id }) } else { Err(Refusal::IdempotencyInProgress) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
