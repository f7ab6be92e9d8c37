//! Public answers as finished bytes: made once for all who ask, and given as they are until something in them changes.
//!
//! Who asks gets an answer that was made after everything that this process had told anybody of before. What other processes
//! change is seen within half a second. While the store is away, the last answer is given with its `Age`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use actix_web::http::header::{AGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, HeaderValue, IF_NONE_MATCH, LINK};
use actix_web::web::{Bytes, block};
use actix_web::{HttpRequest, HttpResponse};
use moka::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Api;
use super::answer::{PUBLIC_CACHING, coded_tag, entity_tag, is_known, next_link};
use super::encoding::{self, Coding, MIN_COMPRESSED_BYTES};
use super::error::ApiError;
use crate::domain::site::Site;
use crate::service::admission::Class;
use crate::service::changes::{Changes, Moment, Sources};

/// How long an answer is given without a look into the store: other processes may have changed what it was made of.
const FRESH: Duration = Duration::from_millis(500);
/// How old an answer may be that is given while the store is away.
const KEPT: Duration = Duration::from_hours(1);
/// How long the store is left alone when it was away.
const RESPITE: Duration = Duration::from_secs(1);
/// How long one waits while another makes the same answer.
const PATIENCE: Duration = Duration::from_millis(800);
/// What an answer weighs beside its bytes.
const OVERHEAD_BYTES: usize = 1_024;
/// How many bytes a megabyte has.
const MEGABYTE: u64 = 1_048_576;

/// An answer as a handler made it.
#[derive(Debug)]
pub struct Made {
    /// Its body.
    pub body: String,
    /// What the body is.
    pub content_type: &'static str,
    /// Where the list goes on, for the header `Link`.
    pub next_cursor: Option<String>,
    /// What it was made of.
    pub sources: Sources,
}

#[derive(Debug, Clone)]
struct Coded {
    body: Bytes,
    tag: EntityTag,
    tag_value: HeaderValue,
}

impl Coded {
    fn new(body: Bytes, tag: EntityTag) -> Result<Self, ApiError> {
        let tag_value = HeaderValue::try_from(tag.to_string());
        let tag_value = tag_value.map_err(|error| ApiError::Broken(format!("a validator is no header: {error}")))?;
        Ok(Self { body, tag, tag_value })
    }
}

#[derive(Debug)]
struct Answer {
    site: Arc<Site>,
    /// When the store was asked, in the order of changes and since the program began.
    asked_at: (Moment, Duration),
    sources: Sources,
    content_type: HeaderValue,
    link: Option<HeaderValue>,
    plain: Coded,
    gzip: OnceLock<Coded>,
    brotli: OnceLock<Coded>,
}

impl Answer {
    /// Whether it has everything that was told of before `arrived`.
    fn is_true(&self, changes: &Changes, site: &Arc<Site>, arrived: Moment) -> bool {
        let (moment, _) = self.asked_at;
        Arc::ptr_eq(&self.site, site) && (moment >= arrived || changes.are_unchanged(&self.sources, moment))
    }

    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.asked_at.1)
    }

    fn is_compressible(&self) -> bool {
        self.plain.body.len() >= MIN_COMPRESSED_BYTES
    }

    fn slot(&self, coding: Coding) -> Option<&OnceLock<Coded>> {
        match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(&self.gzip),
            Coding::Brotli => Some(&self.brotli),
        }
    }

    /// What there is of it in a coding.
    fn coded(&self, coding: Coding) -> Option<&Coded> {
        self.slot(coding).map_or(Some(&self.plain), OnceLock::get)
    }

    /// What its bytes in all codings can come to.
    fn weight(&self) -> u32 {
        let bytes = self.plain.body.len().saturating_mul(2).saturating_add(OVERHEAD_BYTES);
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

/// Which answers are being made: of one address one at a time.
#[derive(Default)]
struct Turns(std::sync::Mutex<HashMap<String, Arc<Mutex<()>>>>);

impl Turns {
    fn addresses(&self) -> MutexGuard<'_, HashMap<String, Arc<Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take<'a>(&'a self, address: &'a str) -> Turn<'a> {
        let mut turn = Turn { turns: self, address, held: None };
        let lock = Arc::clone(self.addresses().entry(address.to_owned()).or_default());
        turn.held = Some(lock.lock_owned().await);
        turn
    }
}

/// The turn of one address, or a place in the queue for it.
struct Turn<'a> {
    turns: &'a Turns,
    address: &'a str,
    held: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut addresses = self.turns.addresses();
        // Who comes takes a share of the lock while the addresses are held: if there is no other, nobody waits.
        if addresses.get(self.address).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            addresses.remove(self.address);
        }
    }
}

/// The answers that were given lately, within a bound of bytes.
pub struct AnswerCache {
    answers: Cache<String, Arc<Answer>>,
    turns: Turns,
    /// Until when the store is left alone, in milliseconds since the program began.
    away_until: AtomicU64,
}

impl fmt::Debug for AnswerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCache").field("answers", &self.answers.entry_count()).finish_non_exhaustive()
    }
}

impl AnswerCache {
    /// A cache of so many megabytes.
    #[must_use]
    pub fn new(megabytes: u32) -> Self {
        let answers = Cache::builder()
            .max_capacity(u64::from(megabytes) * MEGABYTE)
            .weigher(|address: &String, answer: &Arc<Answer>| {
                answer.weight().saturating_add(u32::try_from(address.len()).unwrap_or(u32::MAX))
            })
            .build();
        Self { answers, turns: Turns::default(), away_until: AtomicU64::default() }
    }

    fn is_away(&self, now: Duration) -> bool {
        now < Duration::from_millis(self.away_until.load(Ordering::Relaxed))
    }

    fn note_away(&self, now: Duration) {
        let until = u64::try_from((now + RESPITE).as_millis()).unwrap_or(u64::MAX);
        self.away_until.store(until, Ordering::Relaxed);
    }
}

/// Answers a public read: with what was made before for the same address, if that is true still, else with what `make`
/// makes. `variant` is what the answer depends on beside the address.
///
/// # Errors
/// Those of `make`.
pub async fn answer<M>(
    request: &HttpRequest,
    api: &Api,
    site: &Arc<Site>,
    variant: &str,
    make: M,
) -> Result<HttpResponse, ApiError>
where
    M: AsyncFnOnce() -> Result<Made, ApiError>,
{
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    let address = if variant.is_empty() { Cow::Borrowed(address) } else { format!("{variant} {address}").into() };
    let coding = encoding::preferred(request.headers(), &Coding::COMPRESSING);
    let (arrived, arrived_at) = (api.service.changes.now(), api.service.clock.uptime());
    let read = Read { request, api, site, address: &address, coding, arrived, arrived_at };
    let known = read.find();
    let fresh = known.as_ref().filter(|known| read.is_fresh(known));
    match fresh.and_then(|fresh| give(request, fresh, coding)) {
        Some(response) => Ok(response),
        None => read.refill(known, make).await,
    }
}

/// Why an answer wasn't made.
enum Trouble {
    /// There was no turn for it: of this site too many wait, which says nothing of the store.
    NoTurn(ApiError),
    /// It can't be made, or the store is away.
    NoAnswer(ApiError),
}

/// A public read that is being answered.
struct Read<'a> {
    request: &'a HttpRequest,
    api: &'a Api,
    site: &'a Arc<Site>,
    address: &'a str,
    coding: Coding,
    /// What was told of before this is in the answer.
    arrived: Moment,
    /// The same moment, since the program began.
    arrived_at: Duration,
}

impl Read<'_> {
    /// The answer at hand, if this process changed nothing of it.
    fn find(&self) -> Option<Arc<Answer>> {
        let found = self.api.answers.answers.get(self.address)?;
        let is_usable = found.is_true(&self.api.service.changes, self.site, self.arrived)
            && found.age(self.api.service.clock.uptime()) < KEPT;
        is_usable.then_some(found)
    }

    /// Whether the store was asked for it lately, or since this reader came.
    fn is_fresh(&self, answer: &Answer) -> bool {
        answer.age(self.api.service.clock.uptime()) < FRESH || answer.asked_at.1 >= self.arrived_at
    }

    /// Makes the answer anew, or takes what another has made meanwhile, and brings it into the coding.
    async fn refill<M>(&self, known: Option<Arc<Answer>>, make: M) -> Result<HttpResponse, ApiError>
    where
        M: AsyncFnOnce() -> Result<Made, ApiError>,
    {
        let turn = tokio::time::timeout(PATIENCE, self.api.answers.turns.take(self.address)).await;
        let _turn = match (turn, known) {
            (Ok(turn), _) => turn,
            (Err(_elapsed), known) => {
                // Others may have made one meanwhile.
                let busy = || ApiError::Busy("others wait for the same answer too long".to_owned());
                let found = self.find().or(known).ok_or_else(busy)?;
                return self.give_old(&found);
            }
        };
        let found = match self.find() {
            Some(known) if self.is_fresh(&known) => known,
            Some(old) if self.api.answers.is_away(self.api.service.clock.uptime()) => return self.give_old(&old),
            known => match self.make(known.as_deref(), make).await {
                Ok(answer) => answer,
                Err(Trouble::NoTurn(error)) => {
                    let Some(old) = known else { return Err(error) };
                    return self.give_old(&old);
                }
                Err(Trouble::NoAnswer(error @ ApiError::Busy(_))) => {
                    let Some(old) = known else { return Err(error) };
                    self.api.answers.note_away(self.api.service.clock.uptime());
                    tracing::warn!(%error, "old answers are given");
                    return self.give_old(&old);
                }
                Err(Trouble::NoAnswer(error)) => return Err(error),
            },
        };
        encode(&found, self.coding).await?;
        let response = give(self.request, &found, self.coding);
        response.ok_or_else(|| ApiError::Broken("an answer wasn't encoded".to_owned()))
    }

    async fn make<M>(&self, before: Option<&Answer>, make: M) -> Result<Arc<Answer>, Trouble>
    where
        M: AsyncFnOnce() -> Result<Made, ApiError>,
    {
        // Before the moment is noted: the wait would make the answer old before it is made.
        let permit = self.api.service.admission.enter(Class::Read, self.site.id).await;
        let _permit = permit.map_err(|error| Trouble::NoTurn(error.into()))?;
        let asked_at = (self.api.service.changes.now(), self.api.service.clock.uptime());
        let answer = make().await.map_err(Trouble::NoAnswer)?;
        let answer = finish(self.request, answer, self.site, asked_at, before).map_err(Trouble::NoAnswer)?;
        let answer = Arc::new(answer);
        self.api.answers.answers.insert(self.address.to_owned(), Arc::clone(&answer));
        Ok(answer)
    }

    /// An answer that can't be made anew now, with its age (RFC 9111, section 5.1).
    fn give_old(&self, old: &Answer) -> Result<HttpResponse, ApiError> {
        let response = give(self.request, old, Coding::Identity);
        let mut response = response.ok_or_else(|| ApiError::Broken("an answer without bytes".to_owned()))?;
        // A whole second at least: it is not fresh.
        let age = old.age(self.api.service.clock.uptime()).as_secs().max(1);
        response.headers_mut().insert(AGE, HeaderValue::from(age));
        Ok(response)
    }
}

/// Finishes an answer. What was compressed of the same bytes before is used again.
fn finish(
    request: &HttpRequest,
    made: Made,
    site: &Arc<Site>,
    asked_at: (Moment, Duration),
    before: Option<&Answer>,
) -> Result<Answer, ApiError> {
    let body = Bytes::from(made.body);
    let plain = Coded::new(body.clone(), entity_tag(&body))?;
    let link = made.next_cursor.and_then(|cursor| HeaderValue::try_from(next_link(request, &cursor)).ok());
    let same = before.filter(|before| before.plain.tag == plain.tag);
    let (gzip, brotli) = same.map(|same| (same.gzip.clone(), same.brotli.clone())).unwrap_or_default();
    Ok(Answer {
        site: Arc::clone(site),
        asked_at,
        sources: made.sources,
        content_type: HeaderValue::from_static(made.content_type),
        link,
        plain,
        gzip,
        brotli,
    })
}

/// Sees to it that there is an answer in this coding, if it is worth compressing. To be called by one at a time.
async fn encode(answer: &Answer, coding: Coding) -> Result<(), ApiError> {
    let Some(slot) = answer.slot(coding).filter(|slot| answer.is_compressible() && slot.get().is_none()) else {
        return Ok(());
    };
    let broken = |error: &dyn fmt::Display| ApiError::Broken(format!("an answer can't be compressed: {error}"));
    let plain = answer.plain.body.clone();
    let body = block(move || coding.encode(&plain)).await.map_err(|error| broken(&error))?;
    let coded = Coded::new(body.map_err(|error| broken(&error))?, coded_tag(&answer.plain.tag, coding))?;
    let _ = slot.set(coded);
    Ok(())
}

/// The answer in the coding that the client likes best, or 304 when the client has it already (RFC 9110, section 13); `None`
/// where it must be compressed first.
fn give(request: &HttpRequest, answer: &Answer, coding: Coding) -> Option<HttpResponse> {
    let coding = if answer.is_compressible() { coding } else { Coding::Identity };
    let coded = answer.coded(coding)?;
    // Nearly all who have it send the validator as they got it.
    let is_the_same = request.headers().get(IF_NONE_MATCH) == Some(&coded.tag_value);
    let is_known = is_the_same || is_known(request, &coded.tag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((ETAG, coded.tag_value.clone()))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static(PUBLIC_CACHING)));
    if let Some(link) = &answer.link {
        response.insert_header((LINK, link.clone()));
    }
    let mut response = if is_known {
        response.finish()
    } else {
        response.insert_header((CONTENT_TYPE, answer.content_type.clone()));
        response.body(coded.body.clone())
    };
    encoding::note(&mut response, coding);
    Some(response)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn of_one_address_one_answer_is_made_at_a_time_and_others_do_not_wait_for_it() {
        let turns = Turns::default();
        let first = turns.take("/a").await;
        let mut second = Box::pin(turns.take("/a"));
        assert!(second.as_mut().now_or_never().is_none(), "the same address");
        for number in 0..100 {
            assert!(turns.take(&format!("/{number}")).now_or_never().is_some(), "/{number}");
        }
        drop(first);
        drop(second.await);
        assert!(turns.addresses().is_empty());
    }

    #[tokio::test]
    async fn of_who_gave_up_waiting_nothing_is_left() {
        let turns = Turns::default();
        let first = turns.take("/a").await;
        let mut second = Box::pin(turns.take("/a"));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(turns.addresses().is_empty());
    }
}
