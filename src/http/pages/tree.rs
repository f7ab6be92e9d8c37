//! Comments of a flat list in their places: each below the one that it answers, down to the deepest level that the site
//! shows.

use std::collections::HashMap;

use crate::domain::comment::Comment;

/// A comment, and those that stand below it.
#[derive(Debug)]
pub(super) struct Branch<'a> {
    /// The comment.
    pub(super) comment: &'a Comment,
    /// Whom it answers, where its place doesn't say so.
    pub(super) answers: Option<&'a Comment>,
    /// What stands below it.
    pub(super) below: Vec<Branch<'a>>,
}

struct Place {
    container: Option<usize>,
    level: u32,
}

/// The first comment with all others below it. What is answered by a later one stands before it; what isn't there is taken
/// for the first.
pub(super) fn grow<'a>(
    first: &'a Comment,
    others: impl IntoIterator<Item = &'a Comment>,
    max_depth: u32,
) -> Branch<'a> {
    let all: Vec<&Comment> = std::iter::once(first).chain(others).collect();
    let indices: HashMap<_, _> = all.iter().enumerate().map(|(index, comment)| (comment.id, index)).collect();
    let mut places: Vec<Place> = vec![Place { container: None, level: 0 }];
    for (index, comment) in all.iter().enumerate().skip(1) {
        let answered = comment.parent_id.and_then(|id| indices.get(&id)).copied().filter(|answered| *answered < index);
        let answered = answered.unwrap_or(0);
        let place = match places.get(answered) {
            Some(Place { container: Some(container), level }) if *level >= max_depth.max(1) => {
                Place { container: Some(*container), level: *level }
            }
            Some(Place { level, .. }) => Place { container: Some(answered), level: level + 1 },
            None => Place { container: Some(0), level: 1 },
        };
        places.push(place);
    }
    // From the last to the first, so that each is whole before it is put below another.
    let mut below: Vec<Vec<Branch<'a>>> = all.iter().map(|_| Vec::new()).collect();
    for (index, comment) in all.iter().enumerate().skip(1).rev() {
        let mut own = below.get_mut(index).map(std::mem::take).unwrap_or_default();
        own.reverse();
        let container = places.get(index).and_then(|place| place.container);
        let above = container.and_then(|container| all.get(container)).copied();
        let answered = comment.parent_id.and_then(|id| indices.get(&id)).and_then(|index| all.get(*index)).copied();
        let answers = answered.filter(|answered| above.is_none_or(|above| above.id != answered.id));
        let branch = Branch { comment, answers, below: own };
        if let Some(siblings) = container.and_then(|container| below.get_mut(container)) {
            siblings.push(branch);
        }
    }
    let mut own = below.first_mut().map(std::mem::take).unwrap_or_default();
    own.reverse();
    Branch { comment: first, answers: None, below: own }
}

/// How many comments stand below one.
pub(super) fn size(branch: &Branch<'_>) -> usize {
    branch.below.iter().map(|below| 1 + size(below)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::author::{Author, AuthorKind, DisplayName};
    use crate::domain::body::CommentBody;
    use crate::domain::html::SafeHtml;
    use crate::domain::id::{AuthorId, CommentId, ThreadId};
    use crate::domain::status::{Listing, Status};
    use crate::domain::time::Timestamp;
    use crate::domain::vote::Score;

    fn comment(id: i64, parent: i64) -> Comment {
        let name = DisplayName::parse("dave").unwrap();
        Comment {
            id: CommentId::from_number(id),
            thread_id: ThreadId::from_number(1),
            parent_id: (parent > 0).then(|| CommentId::from_number(parent)),
            root_id: CommentId::from_number(1),
            depth: 0,
            author: Author { id: AuthorId::from_number(1), name, kind: AuthorKind::Guest },
            body: CommentBody::from_stored(String::new()),
            html: SafeHtml::from_stored(String::new()),
            status: Status::Published,
            listing: Listing::of(Status::Published, parent == 0, 0),
            created_at: Timestamp::from_milliseconds(0),
            edited_at: None,
            score: Score::default(),
            reply_count: 0,
            listed_reply_count: 0,
            descendant_count: 0,
            network: None,
            holds: Vec::new(),
            report_count: 0,
            version: 1,
            erase_at: None,
        }
    }

    fn drawn(branch: &Branch<'_>) -> String {
        let answers = branch.answers.map(|answered| format!("→{}", answered.id.number())).unwrap_or_default();
        let below: Vec<String> = branch.below.iter().map(drawn).collect();
        let below = if below.is_empty() { String::new() } else { format!("({})", below.join(" ")) };
        format!("{}{answers}{below}", branch.comment.id.number())
    }

    #[test]
    fn each_comment_stands_below_the_one_it_answers_down_to_the_deepest_level() {
        let replies = [(2, 1), (3, 2), (4, 1), (5, 3), (6, 5), (7, 2), (8, 99)].map(|(id, parent)| comment(id, parent));
        let cases = [
            (4, "1(2(3(5(6)) 7) 4 8)"),
            (3, "1(2(3(5 6→5) 7) 4 8)"),
            (2, "1(2(3 5→3 6→5 7) 4 8)"),
            (1, "1(2 3→2 4 5→3 6→5 7→2 8)"),
            (0, "1(2 3→2 4 5→3 6→5 7→2 8)"),
        ];
        let root = comment(1, 0);
        for (max_depth, expected) in cases {
            let tree = grow(&root, &replies, max_depth);
            assert_eq!(drawn(&tree), expected, "{max_depth}");
            assert_eq!(size(&tree), replies.len());
        }
    }
}
