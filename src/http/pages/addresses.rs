//! The addresses of the pages of a thread.

use url::form_urlencoded::Serializer;

use crate::domain::id::CommentId;
use crate::domain::page::Sort;
use crate::domain::site::Slug;
use crate::domain::thread::ThreadKey;

/// Makes the addresses of the pages of one thread.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// What stands before the path: the origin of the service, or nothing in its own pages.
    pub(super) base: String,
    /// The site.
    pub(super) site: Slug,
    /// The thread.
    pub(super) thread: ThreadKey,
    /// The order of the roots.
    pub(super) sort: Sort,
    /// The language, if it was asked for by name.
    pub(super) lang: Option<String>,
}

impl Addresses {
    /// Where a form is sent.
    pub(super) fn form(&self) -> String {
        format!("{}/t/{}", self.base, self.site)
    }

    /// The first page.
    pub(super) fn first(&self) -> String {
        self.page(self.sort, &[])
    }

    /// The first page in another order.
    pub(super) fn sorted(&self, sort: Sort) -> String {
        self.page(sort, &[])
    }

    /// A later page.
    pub(super) fn after(&self, cursor: &str) -> String {
        self.page(self.sort, &[("cursor", cursor)])
    }

    /// A comment in its conversation.
    pub(super) fn comment(&self, id: CommentId) -> String {
        let id = id.to_string();
        format!("{}#c-{id}", self.page(Sort::Newest, &[("comment", &id)]))
    }

    /// Further replies of a root.
    pub(super) fn replies(&self, root: CommentId, cursor: Option<&str>) -> String {
        let root = root.to_string();
        let pairs: Vec<_> =
            [Some(("comment", root.as_str())), cursor.map(|cursor| ("cursor", cursor))].into_iter().flatten().collect();
        self.page(Sort::Newest, &pairs)
    }

    /// The form for an answer to a comment.
    pub(super) fn reply_to(&self, id: CommentId) -> String {
        let id = id.to_string();
        format!("{}#c-{id}", self.page(Sort::Newest, &[("reply_to", &id)]))
    }

    /// A comment in its conversation, where it is said that it was posted.
    pub(super) fn posted(&self, id: CommentId) -> String {
        let id = id.to_string();
        format!("{}#c-{id}", self.page(Sort::Newest, &[("comment", &id), ("posted", "published")]))
    }

    /// The first page, where it is said that a comment waits.
    pub(super) fn waiting(&self) -> String {
        self.page(Sort::Newest, &[("posted", "pending")])
    }

    fn page(&self, sort: Sort, pairs: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("thread", self.thread.as_str());
        if sort != Sort::Newest {
            query.append_pair("sort", sort.name());
        }
        query.extend_pairs(pairs);
        if let Some(lang) = &self.lang {
            query.append_pair("lang", lang);
        }
        format!("{}?{}", self.form(), query.finish())
    }
}
