//! The site `demo`: an article with two comments and a few others that are discussed too, for a page that shows the service
//! in use.

mod examples;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::examples::{Example, THREADS};
use super::guests::Welcome;
use super::posting::{Draft, DraftText, Post, Posted};
use super::{Client, Error, Service, sites};
use crate::domain::address::ClientNetwork;
use crate::domain::author::DisplayName;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::origin::{Origin, OriginPattern};
use crate::domain::refusal::Refusal;
use crate::domain::site::{DEFAULT_ORIGINS, Site, SiteChange, Slug};
use crate::domain::thread::{PageFacts, PageTitle, PageUrl, ThreadKey};
use crate::domain::time::Timestamp;
use crate::store::{self, Connection, Then};

/// The name of the site.
pub const DEMO_SITE: &str = "demo";

/// Makes the site with its comments, if there is none of its name: all at once, or nothing. `page` is where the article is.
///
/// # Errors
/// The store's trouble; or a refusal, if an example is against a rule, such as a name that is one of the staff's by now.
pub async fn ensure(service: &Service, page: Option<PageUrl>) -> Result<(), Error> {
    if service.has_demo.load(Ordering::SeqCst) {
        return Ok(());
    }
    match sites::find(service, DEMO_SITE).await {
        Err(Error::Refused(Refusal::SiteNotFound)) => make(service, page.as_ref()).await?,
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    service.has_demo.store(true, Ordering::SeqCst);
    Ok(())
}

/// Whether a thread of the site is linked to a page of this origin. The site of examples is open to whoever finds it, on a
/// public service too, so that what its writers say of their pages counts only where the site's owner named the origin.
#[must_use]
pub fn links_to(site: &Site, origin: &Origin) -> bool {
    if site.slug.as_str() == DEMO_SITE { site.allows(origin) || origin.is_local() } else { site.links_to(origin) }
}

async fn make(service: &Service, page: Option<&PageUrl>) -> Result<(), Error> {
    let slug = Slug::parse(DEMO_SITE).ok_or(Refusal::SiteNotFound)?;
    let site = Arc::new(new_site(service, slug.clone())?);
    let mut posts = Vec::new();
    for (number, (path, title, example)) in in_order_of_time().into_iter().enumerate() {
        let network = u8::try_from(number).unwrap_or(u8::MAX);
        let post = prepare(service, &site, page, (path, title), example, network).await?;
        posts.push((path, example, post));
    }
    let now = service.clock.now();
    let work = move |connection: &mut Connection| {
        // Somebody else may have made it meanwhile.
        if store::sites::insert(connection, &site)? {
            post_all(connection, &mut posts, now)?;
        }
        Ok::<_, Error>(())
    };
    service.store.write(work).await?;
    service.forget_site(&slug);
    service.changed();
    Ok(())
}

/// The settings of a site that is tried out on the own machine.
fn new_site(service: &Service, slug: Slug) -> Result<Site, Error> {
    let now = service.clock.now();
    let mut site = Site::new(SiteId::from_number(service.randomness.id_number(now)), slug, now);
    let origins = DEFAULT_ORIGINS.iter().filter_map(|origin| OriginPattern::parse(origin)).collect();
    let change = SiteChange { origins: Some(origins), ..SiteChange::default() };
    change.apply(&mut site).map_err(|errors| Error::Broken(format!("the site of examples: {errors:?}")))?;
    Ok(site)
}

/// Every example with the path and the title of its article, the oldest first: ids rise with time.
fn in_order_of_time() -> Vec<(&'static str, &'static str, &'static Example)> {
    let of_thread = |thread: &'static examples::Article| {
        thread.comments.iter().map(move |example| (thread.path, thread.title, example))
    };
    let mut all: Vec<_> = THREADS.iter().flat_map(of_thread).collect();
    all.sort_by_key(|(_, _, example)| std::cmp::Reverse(example.minutes_ago));
    all
}

/// The comment as its writer would have sent it, each from a network of their own among those for examples.
async fn prepare(
    service: &Service,
    site: &Arc<Site>,
    page: Option<&PageUrl>,
    (path, title): (&str, &str),
    example: &Example,
    network: u8,
) -> Result<Post, Error> {
    let broken = |what: &str| Error::Broken(format!("an example has {what}: {}", example.text));
    let url = page.and_then(|page| page.as_url().join(path).ok()).and_then(|url| PageUrl::parse(url.as_str()));
    let is_own = |url: &PageUrl| Origin::of(url.as_url()).is_some_and(|origin| links_to(site, &origin));
    let title = PageTitle::parse(title).map_err(|_error| broken("a long title"))?;
    let draft = Draft {
        key: ThreadKey::parse(path).ok_or_else(|| broken("no thread"))?,
        page: PageFacts { url: url.filter(is_own), title },
        parent_id: None,
        name: DisplayName::parse(example.name).map_err(|_error| broken("no name"))?,
        email: None,
        text: DraftText(example.text.to_owned()),
    };
    let network = ClientNetwork::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, network)));
    let client = Client { network, token: None };
    Post::prepare(service, Arc::clone(site), client, draft, None, unkept).await
}

/// Nobody asks for these answers again.
#[expect(clippy::unnecessary_wraps, reason = "it is a `Render`")]
fn unkept(_: &Posted) -> Result<String, String> {
    Ok(String::new())
}

/// Posts each as long before `now` as it says.
fn post_all(
    connection: &mut Connection,
    posts: &mut [(&'static str, &'static Example, Post)],
    now: Timestamp,
) -> Result<(), Error> {
    let mut posted: Vec<(&str, &str, CommentId)> = Vec::new();
    for (path, example, post) in posts {
        // Who answers names the last who wrote there under that name.
        let is_answered =
            |(thread, name, _): &&(&str, &str, CommentId)| *thread == *path && example.answers == Some(*name);
        post.draft.parent_id = posted.iter().rev().find(is_answered).map(|(_, _, id)| *id);
        let at = now.minus_seconds(example.minutes_ago * 60);
        let answer = post.run(connection, &mut Welcome::default(), at, Then::More)?;
        posted.push((*path, example.name, answer.comment_id));
    }
    Ok(())
}
