//! Going through lists that are longer than what is wanted of them, for a page at a time.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::Error;
use crate::domain::id::{CommentId, SiteId};
use crate::domain::page::{List, Position};
use crate::domain::refusal::Refusal;
use crate::domain::selection::{MAX_LOOKED_AT, Order};

/// The most items that are read at once from one place.
const LARGEST_BATCH: usize = 250;
/// What cursors of lists that aren't those of one site are bound to.
const NO_SITE: SiteId = SiteId::from_number(0);

/// What was found, and where the list goes on.
pub(super) struct Found<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<i64>,
}

/// How to go through a list.
pub(super) struct Walk {
    /// In the order of the items' numbers.
    pub(super) order: Order,
    /// After the item with this number.
    pub(super) after: Option<i64>,
    /// Until this many were found.
    pub(super) limit: usize,
}

/// One of the places that the items of a list come from, each in order.
struct Source<T> {
    read: VecDeque<T>,
    after: Option<i64>,
    batch: usize,
    is_exhausted: bool,
}

impl Walk {
    /// Goes through what `read` finds in so many places, and picks what `admits` lets pass. What was looked at without being
    /// picked counts too: after 2,000 items the page ends where it is.
    pub(super) fn collect<T>(
        &self,
        places: usize,
        number: impl Fn(&T) -> i64,
        admits: impl Fn(&T) -> bool,
        mut read: impl FnMut(usize, Option<i64>, usize) -> Result<Vec<T>, Error>,
    ) -> Result<Found<T>, Error> {
        let source =
            |_| Source { read: VecDeque::new(), after: self.after, batch: self.limit + 1, is_exhausted: false };
        let mut sources: Vec<Source<T>> = (0..places).map(source).collect();
        let (mut items, mut looked_at, mut last_found, mut last) = (Vec::new(), 0, None, None);
        loop {
            for (place, source) in sources.iter_mut().enumerate() {
                source.fill(&number, |after, batch| read(place, after, batch))?;
            }
            let Some(item) = self.take_next(&mut sources, &number) else {
                return Ok(Found { items, next: None });
            };
            if looked_at == MAX_LOOKED_AT {
                return Ok(Found { items, next: last });
            }
            looked_at += 1;
            last = Some(number(&item));
            if admits(&item) {
                if items.len() == self.limit {
                    return Ok(Found { items, next: last_found });
                }
                last_found = last;
                items.push(item);
            }
        }
    }

    fn take_next<T>(&self, sources: &mut [Source<T>], number: &impl Fn(&T) -> i64) -> Option<T> {
        let waiting = sources.iter_mut().filter(|source| !source.read.is_empty());
        let first = |source: &&mut Source<T>| source.read.front().map(number);
        let next = match self.order {
            Order::Newest => waiting.min_by_key(|source| Reverse(first(source))),
            Order::Oldest => waiting.min_by_key(first),
        };
        next.and_then(|source| source.read.pop_front())
    }
}

impl<T> Source<T> {
    fn fill(
        &mut self,
        number: &impl Fn(&T) -> i64,
        read: impl FnOnce(Option<i64>, usize) -> Result<Vec<T>, Error>,
    ) -> Result<(), Error> {
        if self.is_exhausted || !self.read.is_empty() {
            return Ok(());
        }
        let items = read(self.after, self.batch)?;
        self.is_exhausted = items.len() < self.batch;
        self.after = items.last().map(number).or(self.after);
        self.batch = (self.batch * 2).min(LARGEST_BATCH);
        self.read = items.into();
        Ok(())
    }
}

/// The number of the item after which a cursor of this list goes on.
pub(super) fn read_cursor(cursor: Option<&str>, list: &str) -> Result<Option<i64>, Refusal> {
    let read = |cursor| Position::from_cursor(cursor, NO_SITE, List::Selected(list)).ok_or(Refusal::InvalidCursor);
    Ok(cursor.map(read).transpose()?.map(|position| position.id.number()))
}

/// The cursor that goes on after the item with this number.
pub(super) fn to_cursor(number: i64, list: &str) -> String {
    Position { rank: 0, id: CommentId::from_number(number) }.to_cursor(NO_SITE, List::Selected(list))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_from(places: &[Vec<i64>], order: Order, place: usize, after: Option<i64>, count: usize) -> Vec<i64> {
        let mut all: Vec<i64> = places[place].clone();
        all.sort_unstable();
        if order == Order::Newest {
            all.reverse();
        }
        let is_past = |item: &i64| match (after, order) {
            (None, _) => true,
            (Some(after), Order::Newest) => *item < after,
            (Some(after), Order::Oldest) => *item > after,
        };
        all.into_iter().filter(is_past).take(count).collect()
    }

    proptest! {
        #[test]
        fn pages_together_are_all_that_is_admitted(
            numbers in proptest::collection::btree_set(1_i64..9_000, 0..400),
            places in 1_usize..5,
            limit in 1_usize..30,
            divisor in 1_i64..40,
            is_newest: bool,
        ) {
            let order = if is_newest { Order::Newest } else { Order::Oldest };
            let mut parts = vec![Vec::new(); places];
            for number in &numbers {
                parts[usize::try_from(*number).unwrap() % places].push(*number);
            }
            let admits = |number: &i64| number % divisor == 0;
            let mut expected: Vec<i64> = numbers.iter().copied().filter(admits).collect();
            if is_newest {
                expected.reverse();
            }
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let walk = Walk { order, after, limit };
                let read = |place, after, count| Ok(read_from(&parts, order, place, after, count));
                let found = walk.collect(places, |number| *number, admits, read).unwrap();
                prop_assert!(found.items.len() <= limit);
                all.extend(found.items);
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn a_page_ends_after_two_thousand_items() {
        let all: Vec<Vec<i64>> = vec![(1..=5_000).collect()];
        let walk = Walk { order: Order::Oldest, after: None, limit: 10 };
        let read = |place, after, count| Ok(read_from(&all, Order::Oldest, place, after, count));
        let found = walk.collect(1, |number| *number, |number| *number == 2_500, read).unwrap();
        assert_eq!((found.items.len(), found.next), (0, Some(2_000)));
    }
}
