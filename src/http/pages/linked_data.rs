//! The comments of a page for search engines: JSON-LD in the words of schema.org.

use std::fmt;

use askama::filters::HtmlSafe;
use serde_json::{Map, Value, json};

use super::section::Item;
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
    pub(super) fn of(thread: &Thread, items: &[Item<'_>], origin: &str, own_url: &str) -> Self {
        let mut posting = Map::new();
        posting.insert("@context".to_owned(), json!("https://schema.org"));
        posting.insert("@type".to_owned(), json!("DiscussionForumPosting"));
        let url = thread.url.clone().unwrap_or_else(|| format!("{origin}{own_url}"));
        posting.insert("url".to_owned(), json!(url));
        posting.extend(thread.title.as_ref().map(|title| ("headline".to_owned(), json!(title))));
        posting.insert("commentCount".to_owned(), json!(thread.comment_count));
        posting.insert("comment".to_owned(), comments(items, origin));
        Self(escaped(&Value::Object(posting).to_string()))
    }
}

fn comments(items: &[Item<'_>], origin: &str) -> Value {
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
