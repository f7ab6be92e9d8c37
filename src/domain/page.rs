//! Pages of a list: how many, in which order, and where the next one goes on.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::id::{CommentId, SiteId};
use super::thread::ThreadKey;

/// The largest page.
pub const MAX_LIMIT: u32 = 100;
/// The page when none is asked for.
pub const DEFAULT_LIMIT: u32 = 20;
/// The most replies that a root carries on a page of roots.
pub const MAX_REPLIES: u32 = 20;
/// The replies that a root carries when none are asked for.
pub const DEFAULT_REPLIES: u32 = 3;

/// The order of roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// Best first, by [`Score::rank`](super::vote::Score::rank), newer first among equals.
    Top,
}

impl Sort {
    /// Every order.
    pub const EACH: [Self; 3] = [Self::Newest, Self::Oldest, Self::Top];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Top => "top",
        }
    }

    /// The order with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|sort| sort.name() == name)
    }
}

/// Where a page ended: the sort key of its last item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The rank of the last item; 0 in lists that aren't ordered by rank.
    pub rank: i32,
    /// The id of the last item.
    pub id: CommentId,
}

/// The list that a cursor belongs to. A cursor of one list is no cursor of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List<'a> {
    /// The roots of a thread, in an order.
    Roots(&'a ThreadKey, Sort),
    /// The replies below a root, oldest first.
    Replies(CommentId),
    /// What staff selected, by a text that says all about the list: what is in it, and in which order.
    Selected(&'a str),
}

/// The layout of a cursor; another layout gets another number.
const VERSION: u8 = 1;

fn check(site: SiteId, list: List<'_>, payload: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(b"rejoinder cursor");
    hash.update(site.number().to_be_bytes());
    match list {
        List::Roots(key, sort) => {
            hash.update([1]);
            hash.update(sort.name().as_bytes());
            hash.update([0]);
            hash.update(key.as_str().as_bytes());
        }
        List::Replies(root) => {
            hash.update([2]);
            hash.update(root.number().to_be_bytes());
        }
        List::Selected(text) => {
            hash.update([3]);
            hash.update(text.as_bytes());
        }
    }
    hash.update([0]);
    hash.update(payload);
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

impl Position {
    /// The cursor that goes on after this position: base64url of version, rank, id and a check over these and the list.
    ///
    /// The check finds damage and mix-ups. It is no secret: a position gives away nothing and lets nobody see more than
    /// the list itself.
    #[must_use]
    pub fn to_cursor(self, site: SiteId, list: List<'_>) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.rank.to_be_bytes());
        bytes.extend(self.id.number().to_be_bytes());
        let check = check(site, list, &bytes);
        bytes.extend(check);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a cursor of this list; `None` for one that is damaged, changed or of another list.
    #[must_use]
    pub fn from_cursor(cursor: &str, site: SiteId, list: List<'_>) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (payload, found) = bytes.split_last_chunk::<8>()?;
        let (version, rest) = payload.split_first()?;
        let (rank, id) = rest.split_first_chunk::<4>()?;
        let id: [u8; 8] = id.try_into().ok()?;
        if *version != VERSION || check(site, list, payload) != *found {
            return None;
        }
        Some(Self { rank: i32::from_be_bytes(*rank), id: CommentId::from_number(i64::from_be_bytes(id)) })
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page goes on; `None` at the end.
    pub next: Option<Position>,
}

impl<T> Page<T> {
    /// The page made of up to `limit` items when up to one more was read to see whether the list goes on.
    #[must_use]
    pub fn of(mut items: Vec<T>, limit: u32, position: impl Fn(&T) -> Position) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        let next = if goes_on { items.last().map(position) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> ThreadKey {
        ThreadKey::from_stored(text.to_owned())
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_position_and_no_other_list(rank: i32, id in 1_i64.., site: i64, text in "[a-z/]{1,40}") {
            let (site, key) = (SiteId::from_number(site), key(&text));
            let position = Position { rank, id: CommentId::from_number(id) };
            let list = List::Roots(&key, Sort::Top);
            let cursor = position.to_cursor(site, list);
            prop_assert_eq!(Position::from_cursor(&cursor, site, list), Some(position));
            prop_assert_eq!(Position::from_cursor(&cursor, site, List::Roots(&key, Sort::Newest)), None);
            prop_assert_eq!(Position::from_cursor(&cursor, site, List::Replies(position.id)), None);
            prop_assert_eq!(Position::from_cursor(&cursor, site, List::Selected(&text)), None);
            prop_assert_eq!(Position::from_cursor(&cursor, SiteId::from_number(site.number() ^ 1), list), None);
        }

        #[test]
        fn a_changed_cursor_is_refused(rank: i32, id in 1_i64.., at in 0_usize..28, to in "[A-Za-z0-9_-]") {
            let (site, key) = (SiteId::from_number(1), key("/a"));
            let list = List::Roots(&key, Sort::Oldest);
            let cursor = Position { rank, id: CommentId::from_number(id) }.to_cursor(site, list);
            prop_assume!(!cursor[at..].starts_with(&to));
            let changed = format!("{}{to}{}", &cursor[..at], &cursor[at + 1..]);
            prop_assert_eq!(Position::from_cursor(&changed, site, list), None);
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            let _ = Position::from_cursor(&text, SiteId::from_number(1), List::Replies(CommentId::from_number(1)));
        }
    }
}
