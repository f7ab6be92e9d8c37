//! Posting a comment.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::admission::Class;
use super::changes::Subject;
use super::guests::{self, Identified, Welcome};
use super::screening::{self, Screened};
use super::{Client, Error, Service, visibility};
use crate::domain::address::NetworkHash;
use crate::domain::author::{Author, AuthorKind, DisplayName, Email, GuestToken};
use crate::domain::body::CommentBody;
use crate::domain::comment::Comment;
use crate::domain::hold::Hold;
use crate::domain::html::SafeHtml;
use crate::domain::id::{CommentId, SiteId, ThreadId};
use crate::domain::idempotency::{Fingerprint, IdempotencyKey, KEPT_SECONDS, ReplayId, Writer};
use crate::domain::quota::Standing;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::site::{Policy, Site};
use crate::domain::status::{Listing, Status};
use crate::domain::thread::{PageFacts, Thread, ThreadKey, ThreadState};
use crate::domain::time::Timestamp;
use crate::domain::vote::Score;
use crate::store::replays::Replay;
use crate::store::threads::ThreadChange;
use crate::store::{self, Connection};

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
    let _permit = service.admission.enter(Class::Write, site.id).await?;
    let writer = client.token.as_ref().map_or(Writer::Network(client.network), |token| Writer::Guest(token.hash()));
    let retry = retry.map(|retry| (ReplayId::of(site.id, &writer, &retry.key), retry));
    let _running = retry.as_ref().map(|(id, _)| Running::begin(&service.running, *id)).transpose()?;
    let post = Post::prepare(service, site, client, draft, retry, render).await?;
    let mut welcome = Welcome::default();
    let (site, key) = (post.site.id, post.draft.key.clone());
    let work = move |connection: &mut Connection| {
        let now = post.service.clock.now();
        post.run(connection, &mut welcome, now)
    };
    let posted = service.store.write(work).await;
    service.note(&posted, |answer| {
        let thread = |thread| [Subject::Thread(thread), Subject::Key(site, &key), Subject::Site(site)];
        answer.changed.map(thread).into_iter().flatten().collect()
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

    /// Posts it as of `now`.
    pub(super) fn run(
        &self,
        connection: &mut Connection,
        welcome: &mut Welcome,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        if let Some(answer) = self.replay(connection)? {
            return Ok(answer);
        }
        if !self.site.policy.guests {
            return Err(Refusal::GuestsNotAllowed.into());
        }
        let site = self.site.id;
        let known = guests::recognise_if_any(connection, site, &self.client)?;
        screening::refuse_banned(connection, site, known, self.network, now)?;
        let thread = find_thread(connection, &self.service, site, &self.draft.key, now)?;
        let policy = thread.policy(self.site.policy);
        if thread.state_at(&self.site, now) == ThreadState::Closed {
            return Err(Refusal::ThreadClosed.into());
        }
        self.text.refuse_name_of_staff(connection)?;
        self.text.check(policy.body_limits())?;
        let parent = find_parent(connection, site, &thread, self.draft.parent_id)?;
        screening::refuse_haste(connection, &thread, known, self.network, now)?;
        let salt = self.service.randomness.bytes();
        let make =
            || self.retry.as_ref().map_or(GuestToken::from_bytes(salt), |(_, retry)| retry.key.guest_token(&salt));
        let Identified { author, new } =
            guests::or_welcome(known, connection, &self.service, site, &self.client, welcome, make)?;
        let thread_id = thread.id.ok_or_else(|| Error::Broken("a thread without id".to_owned()))?;
        let holds = self.text.holds(connection, &self.site, &thread, author)?;
        let name = self.text.name.as_ref().unwrap_or(&self.draft.name).clone();
        let author = Author { id: author, name, kind: AuthorKind::Guest };
        let place = Place { thread_id, parent };
        let (comment, thread) = if holds.is_empty() {
            self.publish(connection, &place, author, now)?
        } else {
            (self.hold_back(connection, &place, author, holds, now)?, thread)
        };
        self.text.keep_original(connection, &self.service, site, comment.id)?;
        let (accepted, comment_id) = (comment.status == Status::Pending, comment.id);
        let text = (self.render)(&Posted { comment, thread, policy }).map_err(Error::Broken)?;
        let (guest_token, guest_standing) = new.map_or((None, None), |(token, standing)| (Some(token), standing));
        if let Some((id, retry)) = &self.retry {
            let token_salt = guest_token.is_some().then_some(salt);
            let answer = text.clone();
            let first = Replay { same_request: true, token_salt, accepted, comment_id, answer: Some(answer) };
            store::replays::insert(connection, self.site.id, id, &retry.fingerprint, &salt, &first, now)?;
        }
        Ok(Answer {
            accepted,
            comment_id,
            text,
            guest_token,
            guest_standing,
            replayed: false,
            changed: Some(thread_id),
        })
    }

    fn replay(&self, connection: &mut Connection) -> Result<Option<Answer>, Error> {
        let Some((id, retry)) = &self.retry else {
            return Ok(None);
        };
        let expired = self.service.clock.now().minus_seconds(KEPT_SECONDS);
        let Some(first) = store::replays::find(connection, self.site.id, id, &retry.fingerprint, expired)? else {
            return Ok(None);
        };
        if !first.same_request {
            return Err(Refusal::IdempotencyKeyReused.into());
        }
        let guest_token = first.token_salt.map(|salt| retry.key.guest_token(&salt));
        let (accepted, text) = match first.answer {
            Some(answer) => (first.accepted, answer),
            None => (false, self.render_erased(connection, first.comment_id)?),
        };
        Ok(Some(Answer {
            accepted,
            comment_id: first.comment_id,
            text,
            guest_token,
            guest_standing: None,
            replayed: true,
            changed: None,
        }))
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

    fn publish(
        &self,
        connection: &mut Connection,
        place: &Place,
        author: Author,
        now: Timestamp,
    ) -> Result<(Comment, Thread), Error> {
        let (site, is_root) = (self.site.id, place.parent.is_none());
        let page = &self.draft.page;
        // This holds the thread: from here on nobody else posts to it, and ids follow one another.
        let change = ThreadChange { comments: 1, roots: i32::from(is_root) };
        let thread = store::threads::update_published(connection, site, place.thread_id, change, now, page)?;
        if thread.state_at(&self.site, now) == ThreadState::Closed {
            return Err(Refusal::ThreadClosed.into());
        }
        let posted_at = thread.last_comment_at.unwrap_or(now);
        let comment = self.comment(place, author, Vec::new(), posted_at);
        store::comments::insert(connection, site, &comment, self.draft.email.as_ref(), None)?;
        visibility::count_published(connection, site, &comment)?;
        Ok((comment, thread))
    }

    fn hold_back(
        &self,
        connection: &mut Connection,
        place: &Place,
        author: Author,
        holds: Vec<Hold>,
        now: Timestamp,
    ) -> Result<Comment, Error> {
        let comment = self.comment(place, author, holds, now);
        let page = Some(&self.draft.page);
        store::comments::insert(connection, self.site.id, &comment, self.draft.email.as_ref(), page)?;
        visibility::count_queues(connection, self.site.id, None, &comment)?;
        Ok(comment)
    }

    fn comment(&self, place: &Place, author: Author, holds: Vec<Hold>, now: Timestamp) -> Comment {
        let (body, html, network) = (self.text.body.clone(), self.text.html.clone(), Some(self.network));
        place.comment(&self.service, Written { author, body, html, network, holds }, now)
    }
}

/// The thread of this key, made if nobody has written to it yet.
pub(super) fn find_thread(
    connection: &mut Connection,
    service: &Service,
    site: SiteId,
    key: &ThreadKey,
    now: Timestamp,
) -> Result<Thread, Error> {
    if let Some(thread) = store::threads::find(connection, site, key)? {
        return Ok(thread);
    }
    let id = ThreadId::from_number(service.randomness.id_number(now));
    store::threads::insert(connection, site, id, key, now)?;
    let thread = store::threads::find(connection, site, key)?;
    thread.ok_or_else(|| Error::Conflict("the thread was made by another at the same time".to_owned()))
}

/// The comment to be answered, which must be published in the thread.
pub(super) fn find_parent(
    connection: &mut Connection,
    site: SiteId,
    thread: &Thread,
    parent_id: Option<CommentId>,
) -> Result<Option<Comment>, Error> {
    let Some(parent_id) = parent_id else {
        return Ok(None);
    };
    let parent = store::comments::find(connection, site, parent_id)?;
    let parent = parent.filter(|parent| Some(parent.thread_id) == thread.id && parent.is_published());
    Ok(Some(parent.ok_or_else(|| Refusal::input("/parent_id", Rule::ParentNotFound))?))
}

/// Where a comment goes.
pub(super) struct Place {
    pub(super) thread_id: ThreadId,
    pub(super) parent: Option<Comment>,
}

/// What somebody wrote, and who it was.
pub(super) struct Written {
    pub(super) author: Author,
    pub(super) body: CommentBody,
    pub(super) html: SafeHtml,
    pub(super) network: Option<NetworkHash>,
    pub(super) holds: Vec<Hold>,
}

impl Place {
    /// A new comment in this place: it waits if there is a reason to, and is published otherwise.
    pub(super) fn comment(&self, service: &Service, written: Written, now: Timestamp) -> Comment {
        let Written { author, body, html, network, holds } = written;
        let status = if holds.is_empty() { Status::Published } else { Status::Pending };
        let parent = self.parent.as_ref();
        let floor = parent.map_or(0, |parent| parent.id.number());
        let id = CommentId::from_number(service.randomness.id_number_after(floor, now));
        Comment {
            id,
            thread_id: self.thread_id,
            parent_id: parent.map(|parent| parent.id),
            root_id: parent.map_or(id, |parent| parent.root_id),
            depth: parent.map_or(0, |parent| parent.depth.saturating_add(1)),
            author,
            body,
            html,
            status,
            listing: Listing::of(status, parent.is_none(), 0),
            created_at: now,
            edited_at: None,
            score: Score::default(),
            reply_count: 0,
            listed_reply_count: 0,
            descendant_count: 0,
            network,
            holds,
            report_count: 0,
            version: 1,
            erase_at: None,
        }
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
