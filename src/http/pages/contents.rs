//! What is shown on a page of comments, whatever the page is for.

use super::addresses::Addresses;
use super::form::{Complaints, FormView, Setting, Typed};
use super::language::Language;
use super::section::{Item, Items, Link, Section, SortLink};
use super::thread::{Asked, Outcome};
use super::tree::grow;
use crate::domain::comment::Comment;
use crate::domain::id::CommentId;
use crate::domain::page::{List, Sort};
use crate::domain::site::{Policy, Site};
use crate::domain::thread::{Thread, ThreadState};
use crate::service::comments::{RootWithReplies, ThreadPage};
use crate::service::conversations::Conversation;

/// A page of comments, as it was read.
#[derive(Debug)]
pub(super) enum Found {
    Thread(Box<ThreadPage>),
    Conversation(Box<Conversation>),
}

impl Found {
    pub(super) fn thread(&self) -> (&Thread, Policy) {
        match self {
            Self::Thread(page) => (&page.thread, page.policy),
            Self::Conversation(page) => (&page.thread, page.policy),
        }
    }
}

/// What is shown of a page of comments.
pub(super) fn section<'a>(
    setting: Setting<'a>,
    asked: &Asked,
    found: &'a Found,
    typed: &Typed,
    complaints: &Complaints,
) -> Section<'a> {
    let Setting { thread, policy, language, addresses, .. } = setting;
    let is_open = thread.state == ThreadState::Open && policy.guests;
    let mut section = Section {
        language,
        level: 2,
        count: thread.comment_count,
        sorts: Vec::new(),
        form: None,
        notice: notice(setting, asked, is_open),
        back: Vec::new(),
        pinned: None,
        items: Vec::new(),
        empty: None,
        more: None,
    };
    let items = Items { addresses, language, is_open, linked: asked.subject(), pinned: thread.pinned_comment_id };
    match found {
        Found::Thread(page) => show_thread(&mut section, setting, asked, page, items),
        Found::Conversation(conversation) => show_conversation(&mut section, setting, conversation, items),
    }
    if is_open {
        put_form(&mut section, setting, asked, found, typed.clone(), complaints.clone());
    }
    section
}

fn notice(setting: Setting<'_>, asked: &Asked, is_open: bool) -> Option<String> {
    let Setting { thread, language, .. } = setting;
    let key = match asked.posted {
        Some(Outcome::Pending) => "page.waiting",
        Some(Outcome::Published) => "page.posted",
        None if thread.state == ThreadState::Closed => "notice.closed",
        None if is_open => return None,
        None => "notice.no_guests",
    };
    Some(language.text(key))
}

fn show_thread<'a>(
    section: &mut Section<'a>,
    setting: Setting<'a>,
    asked: &Asked,
    page: &'a ThreadPage,
    items: Items<'a>,
) {
    let Setting { site, policy, language, addresses, .. } = setting;
    let root = |root: &'a RootWithReplies| {
        let cursor = root.replies.next.map(|next| next.to_cursor(site.id, List::Replies(root.root.id)));
        items.root(&grow(&root.root, &root.replies.items, policy.max_depth), cursor.as_deref())
    };
    section.items = page.roots.items.iter().map(root).collect();
    let first = asked.cursor.is_none();
    if let Some(pinned) = page.pinned.as_ref().filter(|_| first) {
        show_pinned(section, pinned, items);
    }
    let can_be_sorted = page.roots.items.len() > 1 || !first;
    section.sorts = if can_be_sorted { sorts(setting, asked) } else { Vec::new() };
    if !first {
        section.back.push(Link { text: language.text("page.first"), url: addresses.first() });
    }
    if section.items.is_empty() && first {
        let key = if items.is_open { "list.empty" } else { "list.empty_closed" };
        section.empty = Some(language.text(key));
    }
    section.more = page.roots.next.map(|next| Link {
        text: language.text("list.more"),
        url: addresses.after(&next.to_cursor(site.id, List::Roots(&asked.key, asked.sort))),
    });
}

/// A pinned root stands first among the roots; a pinned reply, or a root of a later page, above them.
fn show_pinned<'a>(section: &mut Section<'a>, pinned: &'a Comment, items: Items<'a>) {
    match section.items.iter().position(|item| item.id == pinned.id) {
        Some(place) => {
            let item = section.items.remove(place);
            section.items.insert(0, item);
        }
        None => section.pinned = Some(Item { copy: "p", ..items.alone(pinned, None) }),
    }
}

fn sorts(setting: Setting<'_>, asked: &Asked) -> Vec<SortLink> {
    let link = |sort: Sort| SortLink {
        link: Link {
            text: setting.language.text(&format!("sort.{}", sort.name())),
            url: setting.addresses.sorted(sort),
        },
        is_current: sort == asked.sort,
    };
    Sort::EACH.map(link).into()
}

fn show_conversation<'a>(
    section: &mut Section<'a>,
    setting: Setting<'a>,
    conversation: &'a Conversation,
    items: Items<'a>,
) {
    let Setting { site, policy, language, addresses, .. } = setting;
    let Some((root, line)) = conversation.line.split_first() else {
        return;
    };
    section.items = vec![items.branch(&grow(root, line.iter().chain(&conversation.replies.items), policy.max_depth))];
    section.back.push(Link { text: language.text("page.first"), url: addresses.first() });
    if !line.is_empty() {
        section.back.push(Link { text: language.text("page.more_replies"), url: addresses.replies(root.id, None) });
    }
    section.more = conversation.replies.next.map(|next| Link {
        text: language.text("list.more"),
        url: addresses.replies(root.id, Some(&next.to_cursor(site.id, List::Replies(root.id)))),
    });
}

/// Puts the form below the comment that it answers, or above all.
fn put_form<'a>(
    section: &mut Section<'a>,
    setting: Setting<'a>,
    asked: &Asked,
    found: &'a Found,
    typed: Typed,
    complaints: Complaints,
) {
    let answered = match (asked.reply_to, found) {
        (Some(id), Found::Conversation(conversation)) => {
            conversation.line.iter().find(|comment| comment.id == id && comment.is_published())
        }
        (_, Found::Conversation(_)) if asked.reply_to.is_none() => return,
        _ => None,
    };
    let name = answered.map(|comment| (comment.id, comment.author.name.as_str()));
    let form = FormView::new(setting, name, typed, complaints);
    match answered {
        Some(comment) => place(&mut section.items, comment.id, &mut Some(form)),
        None if asked.reply_to.is_none() => section.form = Some(form),
        // Nobody answers what was taken away.
        None => {}
    }
}

fn place<'a>(items: &mut [Item<'a>], id: CommentId, form: &mut Option<FormView<'a>>) {
    for item in items {
        if item.id == id {
            item.form = form.take();
        }
        place(&mut item.replies, id, form);
    }
}

/// The settings of a site are needed by whoever shows one of its threads.
pub(super) fn setting<'a>(
    site: &'a Site,
    found: &'a Found,
    addresses: &'a Addresses,
    language: &'static Language,
    newest_hidden: Option<CommentId>,
) -> Setting<'a> {
    let (thread, policy) = found.thread();
    Setting { site, thread, policy, addresses, language, newest_hidden }
}
