//! The comments of a page for search engines: JSON-LD in the words of schema.org.

use std::fmt;

use askama::filters::HtmlSafe;
use serde_json::{Map, Value, json};

use super::section::{Item, Section};
use crate::domain::id::CommentId;
use crate::domain::thread::Thread;

/// JSON that can stand in a script element: whatever could end the element, or begin another, is escaped in it.
#[derive(Debug)]
pub(super) struct LinkedData(String);

impl fmt::Display for LinkedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for LinkedData {}

impl LinkedData {
    /// What a page shows of a thread, with `origin` before addresses that have none.
    pub(super) fn of(thread: &Thread, section: &Section<'_>, origin: &str, own_url: &str) -> Self {
        let mut page = Map::new();
        page.insert("@context".to_owned(), json!("https://schema.org"));
        page.insert("@type".to_owned(), json!("WebPage"));
        let url = thread.url.clone().unwrap_or_else(|| format!("{origin}{own_url}"));
        page.insert("url".to_owned(), json!(url));
        page.extend(thread.title.as_ref().map(|title| ("headline".to_owned(), json!(title))));
        page.insert("commentCount".to_owned(), json!(thread.comment_count));
        let is_apart = |pinned: &&Item<'_>| !section.items.iter().any(|item| is_in(item, pinned.id));
        let pinned = section.pinned.iter().filter(is_apart);
        page.insert("comment".to_owned(), comments(pinned.chain(&section.items), origin));
        Self(escaped(&Value::Object(page).to_string()))
    }
}

/// Whether a comment is this item, or below it.
fn is_in(item: &Item<'_>, id: CommentId) -> bool {
    item.id == id || item.replies.iter().any(|reply| is_in(reply, id))
}

fn comments<'a>(items: impl IntoIterator<Item = &'a Item<'a>>, origin: &str) -> Value {
    let mut all = Vec::new();
    for item in items {
        let below = comments(&item.replies, origin);
        let Some(shown) = &item.shown else {
            // Of a tombstone there is nothing to tell but what answers it.
            all.extend(below.as_array().cloned().unwrap_or_default());
            continue;
        };
        all.push(json!({
            "@type": "Comment",
            "url": format!("{origin}{}", shown.url),
            "author": {"@type": "Person", "name": shown.name},
            "datePublished": shown.time.exact,
            "text": shown.text,
            "upvoteCount": shown.up,
            "comment": below,
        }));
    }
    Value::Array(all)
}

fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_ends_the_element_that_it_stands_in() {
        let value = json!({"text": "</script><!--<script>&amp;\u{2028}\""});
        let safe = escaped(&value.to_string());
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }
}
