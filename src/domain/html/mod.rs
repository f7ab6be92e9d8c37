//! How a comment's text becomes HTML that any page may show: two renderers, and the one sanitiser at their end.
//!
//! Whatever the renderers do, nothing leaves but what `ELEMENTS` lists. Must not know which page shows the
//! result, nor how it is stored.

mod markdown;
mod shown;

use std::{collections::HashSet, sync::LazyLock};

use ammonia::{Builder, Url, UrlRelative};
use linkify::{LinkFinder, LinkKind};
use thiserror::Error;

pub use shown::Shown;

use super::body::CommentBody;

/// How the text of a comment is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// As it is: paragraphs, line breaks and web addresses.
    Plain,
    /// `CommonMark` with bare links and strikethrough, without raw HTML and images.
    Markdown,
}

/// Why a body can't be rendered: its quotes, lists or emphasis go too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the markup is nested deeper than {max} levels")]
pub struct TooNested {
    /// The most levels allowed, of the kind that there were too many of.
    pub max: u64,
}

/// HTML that came out of the sanitiser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Renders a body. The result is never empty: Markdown of which nothing would be seen (a lone `---`, or nothing but
    /// definitions of links) is shown as it was typed.
    ///
    /// # Errors
    ///
    /// [`TooNested`], for Markdown only.
    pub fn render(body: &CommentBody, format: TextFormat) -> Result<Self, TooNested> {
        let html = match format {
            TextFormat::Plain => None,
            TextFormat::Markdown => markdown::render(body.as_str())?,
        };
        let html = html.unwrap_or_else(|| plain(body.as_str()));
        Ok(Self(SANITISER.clean(&html).to_string().trim_end().to_owned()))
    }

    /// HTML read back from the store, which holds none that wasn't rendered here.
    #[must_use]
    pub const fn from_stored(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What readers get to see of it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown::of(&self.0)
    }

    /// The HTML, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What the HTML of a comment may be made of.
const ELEMENTS: [&str; 14] =
    ["p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4"];

/// The only gate to [`SafeHtml`]. No ids, classes, images or relative addresses: a comment can't touch, track or name
/// anything on the page around it.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitiser = Builder::empty();
    sanitiser
        .tags(HashSet::from(ELEMENTS))
        .generic_attributes(HashSet::new())
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener"));
    sanitiser
});

/// The longest address that becomes a link; a longer one stays text, which stands there once instead of twice.
const MAX_LINK_BYTES: usize = 2_048;

/// Paragraphs at blank lines, `<br>` at other line ends, web addresses as links, everything else as it is.
fn plain(body: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut html = String::with_capacity(body.len() + 64);
    let mut in_paragraph = false;
    for line in body.lines() {
        if line.trim().is_empty() {
            html.push_str(if in_paragraph { "</p>\n" } else { "" });
            in_paragraph = false;
            continue;
        }
        html.push_str(if in_paragraph { "<br>\n" } else { "<p>" });
        in_paragraph = true;
        for span in finder.spans(line) {
            let link = span.kind().is_some()
                && span.as_str().len() <= MAX_LINK_BYTES
                && has_scheme(span.as_str(), &["http", "https"]);
            if link {
                html.push_str("<a href=\"");
                push_escaped(&mut html, span.as_str());
                html.push_str("\">");
            }
            push_escaped(&mut html, span.as_str());
            html.push_str(if link { "</a>" } else { "" });
        }
    }
    html.push_str(if in_paragraph { "</p>" } else { "" });
    html
}

fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
}

/// Whether an address is absolute and of one of these schemes, in the eyes of the parser that the sanitiser asks.
fn has_scheme(address: &str, schemes: &[&str]) -> bool {
    Url::parse(address).is_ok_and(|url| schemes.contains(&url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::{TextFormat::*, *};
    use crate::domain::text;

    fn render(body: &str, format: TextFormat) -> Result<String, TooNested> {
        SafeHtml::render(&CommentBody::from_stored(text::normalise(body)), format).map(SafeHtml::into_string)
    }

    /// A link as the sanitiser leaves it.
    fn link(href: &str, text: &str) -> String {
        format!(r#"<a href="{href}" rel="nofollow ugc noopener">{text}</a>"#)
    }

    #[test]
    fn plain_text_keeps_its_lines_and_links_its_web_addresses() {
        let cases = [
            ("one\ntwo\n\n \nthree", "<p>one<br>\ntwo</p>\n<p>three</p>".to_owned()),
            ("<b>&amp; \"x\"", "<p>&lt;b&gt;&amp;amp; \"x\"</p>".to_owned()),
            ("*no* [mark](http://up)", format!("<p>*no* [mark]({})</p>", link("http://up", "http://up"))),
            (
                "(See https://example.org/?a=1&b=2.)",
                format!(
                    "<p>(See {}.)</p>",
                    link("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&amp;b=2")
                ),
            ),
            ("ada@example.org", "<p>ada@example.org</p>".to_owned()),
            (
                "javascript://example.org/%0aalert(1) ftp://example.org",
                "<p>javascript://example.org/%0aalert(1) ftp://example.org</p>".to_owned(),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(render(body, Plain), Ok(expected), "{body}");
        }
    }

    #[test]
    fn the_sanitiser_alone_would_do() {
        let cases = [
            ("<p id=a class=b title=c lang=d onclick=e style=f>x</p>", "<p>x</p>".to_owned()),
            ("<a href=http://a.b id=c target=_top>x</a>", link("http://a.b", "x")),
            ("<a href=https://a.b rel=opener>x</a>", link("https://a.b", "x")),
            ("<ol start=3><li value=4>x</li></ol>", "<ol><li>x</li></ol>".to_owned()),
            ("<img src=http://a.b><hr><table><tr><td>x</td></tr></table><!--x-->", "x".to_owned()),
            ("<script>x</script><style>x</style><svg><p>x</p></svg>", "<p>x</p>".to_owned()),
        ];
        for (html, expected) in cases {
            assert_eq!(SANITISER.clean(html).to_string(), expected, "{html}");
        }
        for address in ["javascript:x", "ftp://a.b", "data:,x", "tel:1", "/a", "//a.b", "a", "#a", "?a", "http://"] {
            let html = SANITISER.clean(&format!("<a href=\"{address}\">x</a>")).to_string();
            assert!(!html.contains("href"), "{html}");
        }
    }

    #[test]
    fn pathological_bodies_stay_in_proportion() {
        let units = [
            ">a\n\n",
            ">>>>>>>>a\n\n",
            "- ",
            "-\n",
            "[",
            "*a ",
            "[a](",
            "[a]: http:b\n\n[a]",
            "&",
            "`",
            "_",
            "__a_ ",
            "![",
            "\\",
            "~~",
            "a~",
            "<",
            "<!--",
            "a@b.c ",
            "<a@b>",
            "http://",
            "http://a ",
            "| ",
            "\"",
            "#\n",
            "a\n\n",
            "a\u{a0}",
            "&#x301;",
        ];
        for unit in units {
            let body = unit.repeat(5_000 / unit.len());
            for format in [Plain, Markdown] {
                let length = render(&body, format).map(|html| html.len());
                assert!(
                    length.is_ok_and(|length| (1..=24 * body.len()).contains(&length)),
                    "{unit:?} {format:?} {length:?}"
                );
            }
        }
    }
}
