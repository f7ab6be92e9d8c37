//! Threads: the comments under one page.

use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::id::{CommentId, SiteId, ThreadId};
use super::site::{Moderation, Policy, Site};
use super::text;
use super::time::{DAY_SECONDS, Timestamp};

/// The longest thread key, in Unicode code points.
pub const MAX_KEY_CHARACTERS: usize = 512;
/// The longest address of a page, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;
/// The longest title of a page, in characters (extended grapheme clusters).
pub const MAX_TITLE_CHARACTERS: u32 = 300;
/// The largest title of a page, in bytes.
const MAX_TITLE_BYTES: usize = 2_400;

/// The longest time that a writer can be made to wait between two comments, in seconds: a day.
pub const LONGEST_SLOW_MODE_SECONDS: u32 = 86_400;

/// The embedder's own name for a page: 1 to 512 code points in NFC, without control or bidi characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ThreadKey(String);

impl ThreadKey {
    /// Reads a key; `None` if it isn't one.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        if input.len() > MAX_KEY_CHARACTERS * 4 {
            return None;
        }
        let key: String = input.nfc().collect();
        let well_formed = (1..=MAX_KEY_CHARACTERS).contains(&key.chars().count())
            && !key.chars().any(|c| c.is_control() || text::is_forbidden(c))
            && !text::is_blank(&key);
        well_formed.then_some(Self(key))
    }

    /// A key read back from the store.
    #[must_use]
    pub const fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of a page: an http or https URL of at most 2,048 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUrl(Url);

impl PageUrl {
    /// Reads an absolute address, without a user or password in it; `None` if it isn't one.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        let url = Url::parse(input).ok()?;
        let well_formed = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.as_str().len() <= MAX_URL_BYTES;
        well_formed.then_some(Self(url))
    }

    /// The parsed address.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

/// The title of a page: one line, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTitle(String);

/// Why a title was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the title is too long: {actual} characters, at most {max}")]
pub struct TitleTooLong {
    /// The most characters.
    pub max: u64,
    /// How many there are.
    pub actual: u64,
}

impl PageTitle {
    /// Reads a title; a blank one is none.
    ///
    /// # Errors
    /// [`TitleTooLong`] over 300 characters or 2,400 bytes.
    pub fn parse(input: &str) -> Result<Option<Self>, TitleTooLong> {
        let title = text::normalise_line(input);
        let actual = u64::try_from(text::characters(&title)).unwrap_or(u64::MAX);
        let max = u64::from(MAX_TITLE_CHARACTERS);
        if actual > max || title.len() > MAX_TITLE_BYTES {
            return Err(TitleTooLong { max, actual });
        }
        Ok((!text::is_blank(&title)).then_some(Self(title)))
    }

    /// The title as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the embedder says about a page.
#[derive(Debug, Clone, Default)]
pub struct PageFacts {
    /// Its address.
    pub url: Option<PageUrl>,
    /// Its title.
    pub title: Option<PageTitle>,
}

/// Whether a thread takes new comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadState {
    /// It does.
    Open,
    /// It doesn't; it can be read.
    Closed,
}

impl ThreadState {
    /// Every state.
    pub const EACH: [Self; 2] = [Self::Open, Self::Closed];

    /// The number that the store keeps.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Closed => 1,
        }
    }

    /// The state with this number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            0 => Some(Self::Open),
            1 => Some(Self::Closed),
            _ => None,
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|state| state.name() == name)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// A thread as readers see it. One without comments has no row in the store, and so no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its id; `None` before its first comment.
    pub id: Option<ThreadId>,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The embedder's name for the page.
    pub key: ThreadKey,
    /// The address of the page.
    pub url: Option<String>,
    /// The title of the page.
    pub title: Option<String>,
    /// Whether it takes new comments: as staff set it, or in a thread [as readers meet it](Self::at), as it is then.
    pub state: ThreadState,
    /// Its own limit of characters, in place of the site's.
    pub max_characters: Option<u32>,
    /// When its new comments are shown, in place of what the site says.
    pub moderation: Option<Moderation>,
    /// How long a writer waits between two comments, in seconds; `None` for not at all.
    pub slow_mode_seconds: Option<u32>,
    /// The comment that readers are shown first.
    pub pinned_comment_id: Option<CommentId>,
    /// Whether it takes comments also when it is old enough to close by itself.
    pub stays_open: bool,
    /// When it was made; `None` before its first comment.
    pub created_at: Option<Timestamp>,
    /// Published comments.
    pub comment_count: u32,
    /// Published comments that answer no other.
    pub root_count: u32,
    /// When the newest published comment was posted.
    pub last_comment_at: Option<Timestamp>,
}

impl Thread {
    /// A thread that has no comments yet.
    #[must_use]
    pub const fn empty(site_id: SiteId, key: ThreadKey) -> Self {
        Self {
            id: None,
            site_id,
            key,
            url: None,
            title: None,
            state: ThreadState::Open,
            max_characters: None,
            moderation: None,
            slow_mode_seconds: None,
            pinned_comment_id: None,
            stays_open: false,
            created_at: None,
            comment_count: 0,
            root_count: 0,
            last_comment_at: None,
        }
    }

    /// Whether its age has closed it by `now`: the site closes threads so many days after they were made, except those that
    /// stay open.
    #[must_use]
    pub fn is_closed_by_age(&self, site: &Site, now: Timestamp) -> bool {
        let days = site.close_after_days.filter(|_| !self.stays_open);
        let closes_at =
            days.zip(self.created_at).map(|(days, made_at)| made_at.plus_seconds(i64::from(days) * DAY_SECONDS));
        closes_at.is_some_and(|closes_at| closes_at <= now)
    }

    /// Whether it takes new comments at `now`.
    #[must_use]
    pub fn state_at(&self, site: &Site, now: Timestamp) -> ThreadState {
        if self.is_closed_by_age(site, now) { ThreadState::Closed } else { self.state }
    }

    /// The thread as readers meet it at `now`: closed if its age has closed it. Not to be written back.
    #[must_use]
    pub fn at(self, site: &Site, now: Timestamp) -> Self {
        Self { state: self.state_at(site, now), ..self }
    }

    /// The thread with one more published comment, and what is known of its page where nothing was known before. The time of
    /// the newest comment never goes back: this one is posted at `now`, or with the one before it if that was later.
    #[must_use]
    pub fn with_published(self, is_root: bool, page: &PageFacts, now: Timestamp) -> Self {
        Self {
            comment_count: self.comment_count.saturating_add(1),
            root_count: self.root_count.saturating_add(u32::from(is_root)),
            last_comment_at: self.last_comment_at.max(Some(now)),
            url: self.url.or_else(|| page.url.as_ref().map(|url| url.as_url().to_string())),
            title: self.title.or_else(|| page.title.as_ref().map(|title| title.as_str().to_owned())),
            ..self
        }
    }

    /// What writers may do in this thread: the site's policy with the thread's own limits and its own moderation.
    #[must_use]
    pub fn policy(&self, site: Policy) -> Policy {
        let max_characters = self.max_characters.unwrap_or(site.max_characters);
        let min_characters = site.min_characters.min(max_characters);
        Policy { max_characters, min_characters, moderation: self.moderation.unwrap_or(site.moderation), ..site }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Slug;

    #[test]
    fn a_key_is_kept_as_given_but_for_nfc() {
        let longest = "é".repeat(512);
        let cases = [("/world/a", "/world/a"), (" x ", " x "), ("e\u{301}", "é"), (longest.as_str(), longest.as_str())];
        for (input, key) in cases {
            assert_eq!(ThreadKey::parse(input).as_ref().map(ThreadKey::as_str), Some(key));
        }
    }

    #[test]
    fn a_key_that_could_be_mistaken_for_another_is_refused() {
        for input in ["", " ", "a\0", "a\nb", "a\u{202e}b", "\u{200b}", &"x".repeat(513)] {
            assert_eq!(ThreadKey::parse(input), None, "{input:?}");
        }
    }

    #[test]
    fn a_thread_is_closed_by_staff_or_by_its_age() {
        use ThreadState::{Closed, Open};
        let made_at = Timestamp::from_milliseconds(1_767_225_600_000);
        let week = made_at.plus_seconds(7 * 86_400);
        let cases = [
            // days, state, stays open, at, is
            (None, Open, false, week, Open),
            (None, Closed, false, made_at, Closed),
            (Some(7), Open, false, made_at, Open),
            (Some(7), Open, false, week.minus_seconds(1), Open),
            (Some(7), Open, false, week, Closed),
            (Some(7), Open, true, week, Open),
            (Some(7), Closed, true, week, Closed),
            (Some(8), Open, false, week, Open),
        ];
        for (close_after_days, state, stays_open, now, is) in cases {
            let site = Site::new(SiteId::from_number(1), Slug::parse("default").unwrap(), made_at);
            let site = Site { close_after_days, ..site };
            let empty = Thread::empty(site.id, ThreadKey::parse("/a").unwrap());
            assert_eq!(empty.state_at(&site, week), Open, "one that nobody has written to has no age");
            let thread = Thread { state, stays_open, created_at: Some(made_at), ..empty };
            assert_eq!(thread.state_at(&site, now), is, "{close_after_days:?} {state:?} {stays_open}");
            assert_eq!(thread.at(&site, now).state, is);
        }
    }

    #[test]
    fn a_published_comment_is_counted_and_time_never_goes_back() {
        let at = Timestamp::from_milliseconds;
        let site = SiteId::from_number(1);
        let page =
            |url: &str, title: &str| PageFacts { url: PageUrl::parse(url), title: PageTitle::parse(title).unwrap() };
        let thread = Thread::empty(site, ThreadKey::parse("/a").unwrap());
        let thread = thread.with_published(true, &page("", "First"), at(2_000));
        let thread = thread.with_published(false, &page("https://news.example/a", "Second"), at(1_000));
        assert_eq!((thread.comment_count, thread.root_count, thread.last_comment_at), (2, 1, Some(at(2_000))));
        assert_eq!((thread.url.as_deref(), thread.title.as_deref()), (Some("https://news.example/a"), Some("First")));
        assert_eq!(thread.with_published(true, &PageFacts::default(), at(3_000)).last_comment_at, Some(at(3_000)));
    }

    #[test]
    fn a_page_url_is_absolute_and_of_the_web() {
        assert!(PageUrl::parse("https://news.example/a?b#c").is_some());
        for input in
            ["", "/a", "javascript:alert(1)", "data:text/html,x", "ftp://a.test/", "https://u:p@a.test/", "https://"]
        {
            assert_eq!(PageUrl::parse(input), None, "{input}");
        }
    }
}
