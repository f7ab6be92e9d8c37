//! Markdown as comments know it: what `CommonMark` offers, cut down to the elements that a comment may have, with caps on
//! nesting that keep the cost of a hostile body in proportion to its length.
//!
//! Must not be trusted with safety: what leaves here goes through the sanitiser.

use std::{fmt, mem};

use comrak::{
    Arena, Options,
    arena_tree::NodeEdge,
    nodes::{AstNode, NodeValue},
    options::{Extension, Parse, Render},
};
use unicode_normalization::char::is_combining_mark;

use super::{TooNested, has_scheme};
use crate::domain::{body::MAX_COMBINING_MARKS, text};

/// The most quotes and lists, counted together, that may stand one inside another.
const MAX_NESTED_BLOCKS: usize = 8;

/// The most levels of the document's tree, inline markup included. The sanitiser's work grows with the square of it.
const MAX_DEPTH: usize = 32;

/// Renders a body, or nothing if a reader would see nothing of it.
pub(super) fn render(body: &str) -> Result<Option<String>, TooNested> {
    Ok(visible(&to_html(body)?))
}

fn to_html(body: &str) -> Result<String, TooNested> {
    if body.lines().any(|line| markers_before(line) > MAX_DEPTH) {
        return Err(too_nested(MAX_NESTED_BLOCKS));
    }
    let options = Options {
        extension: Extension { autolink: true, strikethrough: true, ..Extension::default() },
        parse: Parse::default(),
        // A line break is one in both formats: writers of comments don't know that Markdown would join the lines.
        render: Render { escape: true, hardbreaks: true, ..Render::default() },
    };
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, body, &options);
    check_depth(document)?;
    tame(&arena, document);
    let mut html = String::with_capacity(2 * body.len());
    // Writing into a string can't fail.
    let _: fmt::Result = comrak::format_html(document, &options, &mut html);
    Ok(html)
}

fn too_nested(max: usize) -> TooNested {
    TooNested { max: u64::try_from(max).unwrap_or(u64::MAX) }
}

/// How many quote and list markers a line opens with, as far as [`MAX_DEPTH`] matters. A guess, taken before the parser's
/// work that grows with it; it errs only for lines of code that begin with more than [`MAX_DEPTH`] markers.
fn markers_before(line: &str) -> usize {
    let mut rest = line;
    for count in 0..=MAX_DEPTH {
        rest = rest.trim_start_matches([' ', '\t']);
        match after_marker(rest) {
            Some(after) if !is_rule(rest) => rest = after,
            _ => return count,
        }
    }
    MAX_DEPTH + 1
}

/// What follows the quote or list marker at the start of a text.
fn after_marker(text: &str) -> Option<&str> {
    if let Some(after) = text.strip_prefix('>') {
        return Some(after);
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = if digits.len() == text.len() {
        text.strip_prefix(['-', '+', '*'])?
    } else {
        digits.strip_prefix(['.', ')'])?
    };
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(after)
}

/// Whether a line like `- - -` is a rule across the page rather than lists.
fn is_rule(line: &str) -> bool {
    ['-', '*'].iter().any(|mark| {
        line.chars().all(|c| c == *mark || c == ' ' || c == '\t') && line.chars().filter(|c| c == mark).count() >= 3
    })
}

/// Holds the document's tree against the caps without recursion, since it may be deeper than the stack.
fn check_depth<'a>(document: &'a AstNode<'a>) -> Result<(), TooNested> {
    let (mut depth, mut blocks) = (0_usize, 0_usize);
    for edge in document.traverse() {
        let (NodeEdge::Start(node) | NodeEdge::End(node)) = &edge;
        let is_nesting = matches!(node.data().value, NodeValue::BlockQuote | NodeValue::List(_));
        if matches!(edge, NodeEdge::Start(_)) {
            depth += 1;
            blocks += usize::from(is_nesting);
        } else {
            depth -= 1;
            blocks -= usize::from(is_nesting);
        }
        if blocks > MAX_NESTED_BLOCKS {
            return Err(too_nested(MAX_NESTED_BLOCKS));
        }
        if depth > MAX_DEPTH {
            return Err(too_nested(MAX_DEPTH));
        }
    }
    Ok(())
}

/// Turns what the sanitiser would tear out into something that reads well: headings get the two levels that comments
/// have, blocks of HTML become paragraphs that show it as typed, images become links, and links that may not be, or
/// stand in another link, become their text.
fn tame<'a>(arena: &'a Arena<'a>, document: &'a AstNode<'a>) {
    let nodes: Vec<_> = document.descendants().collect();
    for node in nodes {
        let mut data = node.data_mut();
        let link = match &mut data.value {
            NodeValue::Heading(heading) => {
                heading.level = if heading.level == 1 { 3 } else { 4 };
                continue;
            }
            NodeValue::HtmlBlock(block) => {
                let typed = mem::take(&mut block.literal);
                data.value = NodeValue::Paragraph;
                for (index, line) in typed.lines().enumerate() {
                    if index > 0 {
                        node.append(arena.alloc(NodeValue::LineBreak.into()));
                    }
                    node.append(arena.alloc(NodeValue::Text(line.to_owned().into()).into()));
                }
                continue;
            }
            NodeValue::Link(link) | NodeValue::Image(link) => link.clone(),
            _ => continue,
        };
        let in_link = node.ancestors().skip(1).any(|outer| matches!(outer.data().value, NodeValue::Link(_)));
        if in_link || !is_permitted(&link.url) {
            drop(data);
            while let Some(child) = node.first_child() {
                node.insert_before(child);
            }
            node.detach();
            continue;
        }
        if node.first_child().is_none() {
            node.append(arena.alloc(NodeValue::Text(link.url.clone().into()).into()));
        }
        data.value = NodeValue::Link(link);
    }
}

/// Whether the sanitiser will keep a link, judged by the same bytes that it will see.
fn is_permitted(address: &str) -> bool {
    let mut escaped = String::with_capacity(address.len());
    // Writing into a string can't fail.
    let _: fmt::Result = comrak::html::escape_href(&mut escaped, address, false);
    has_scheme(&escaped.replace("&amp;", "&").replace("&#x27;", "'"), &["http", "https", "mailto"])
}

/// The rendered Markdown without what its entities smuggled past the rules for bodies (`&#x202E;`, a hundred
/// `&#x301;`), or nothing if nothing of it can be seen.
fn visible(html: &str) -> Option<String> {
    let (mut in_tag, mut marks, mut is_visible) = (false, 0_usize, false);
    let mut kept = String::with_capacity(html.len());
    for c in html.chars().filter(|c| !text::is_forbidden(*c)) {
        if c == '<' || in_tag {
            // The renderer writes no `>` into an attribute.
            in_tag = c != '>';
        } else if is_combining_mark(c) {
            marks += 1;
            if marks > MAX_COMBINING_MARKS {
                continue;
            }
        } else if !text::is_invisible(c) {
            marks = 0;
            is_visible |= !c.is_whitespace();
        }
        kept.push(c);
    }
    is_visible.then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        body::CommentBody,
        html::{
            SafeHtml,
            TextFormat::{self, *},
        },
    };

    fn render(body: &str, format: TextFormat) -> Result<String, TooNested> {
        SafeHtml::render(&CommentBody::from_stored(text::normalise(body)), format).map(SafeHtml::into_string)
    }

    /// A link as the sanitiser leaves it.
    fn link(href: &str, text: &str) -> String {
        format!(r#"<a href="{href}" rel="nofollow ugc noopener">{text}</a>"#)
    }

    #[test]
    fn markdown_shows_only_what_comments_may() {
        let cases = [
            ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>".to_owned()),
            ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>".to_owned()),
            ("# a\n## b\n###### c", "<h3>a</h3>\n<h4>b</h4>\n<h4>c</h4>".to_owned()),
            ("3. a\n4. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>".to_owned()),
            ("> a\n\n- b", "<blockquote>\n<p>a</p>\n</blockquote>\n<ul>\n<li>b</li>\n</ul>".to_owned()),
            ("```rust\na < b\n```", "<pre><code>a &lt; b\n</code></pre>".to_owned()),
            ("a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>".to_owned()),
            ("<div>\n*a*\n</div>", "<p>&lt;div&gt;<br>\n*a*<br>\n&lt;/div&gt;</p>".to_owned()),
            ("[a](https://b.c \"title\")", format!("<p>{}</p>", link("https://b.c", "a"))),
            ("a@b.c", format!("<p>{}</p>", link("mailto:a@b.c", "a@b.c"))),
            ("www.b.cc", format!("<p>{}</p>", link("http://www.b.cc", "www.b.cc"))),
            ("<HTTP://[::1]/>", format!("<p>{}</p>", link("HTTP://[::1]/", "HTTP://[::1]/"))),
            ("[a](javascript:alert(1)) [b](/c) [d](//e) [f](#g)", "<p>a b d f</p>".to_owned()),
            ("[a](http:\\\\evil.example) [b](http://)", "<p>a b</p>".to_owned()),
            ("![cat](https://b.c/d.png)", format!("<p>{}</p>", link("https://b.c/d.png", "cat"))),
            ("![](https://b.c/)", format!("<p>{}</p>", link("https://b.c/", "https://b.c/"))),
            ("[![alt](https://i.e/)](https://b.c/)", format!("<p>{}</p>", link("https://b.c/", "alt"))),
            ("[http://a.b](http://c.d)", format!("<p>{}</p>", link("http://c.d", "http://a.b"))),
        ];
        for (body, expected) in cases {
            assert_eq!(render(body, Markdown), Ok(expected), "{body}");
        }
    }

    #[test]
    fn entities_smuggle_nothing_in() {
        let marks = format!("a{}b", "&#x301;&zwj;".repeat(20));
        let (kept, joiner) = ("\u{301}\u{200d}".repeat(10), "\u{200d}".repeat(10));
        let cases = [
            ("a&#x202e;b&#1;c&#xfeff;d", "<p>abcd</p>".to_owned()),
            ("&#60;b&#62;", "<p>&lt;b&gt;</p>".to_owned()),
            (&marks, format!("<p>a{kept}{joiner}b</p>")),
        ];
        for (body, expected) in cases {
            assert_eq!(render(body, Markdown), Ok(expected), "{body}");
        }
    }

    #[test]
    fn markdown_that_would_show_nothing_is_shown_as_typed() {
        for body in ["---", "&nbsp;", "[a]: b", "[](b)", "> >", "&#x200b;", "```\n```"] {
            assert_eq!(render(body, Markdown), render(body, Plain), "{body}");
        }
    }

    #[test]
    fn the_markers_before_a_line_are_counted() {
        let cases = [
            ("text", 0),
            ("> > text > >", 2),
            (">>>", 3),
            ("- + * text", 3),
            ("1. 2) text", 2),
            ("> - 10. - > text", 5),
            ("\t-\ttext", 1),
            ("-text +text *text* 1.text", 0),
            ("- - -", 0),
            ("> * * *", 1),
            ("- - *", 3),
            ("2026-11-23", 0),
            (&">".repeat(99), MAX_DEPTH + 1),
        ];
        for (line, expected) in cases {
            assert_eq!(markers_before(line), expected, "{line}");
        }
    }

    #[test]
    fn deep_markdown_is_refused() {
        let stairs =
            |levels: usize| (0..levels).fold(String::new(), |text, level| text + &"  ".repeat(level) + "- a\n");
        let (blocks, depth) = (Err(TooNested { max: 8 }), Err(TooNested { max: 32 }));
        let cases = [
            (">".repeat(8) + "a", Ok(())),
            (">".repeat(9) + "a", blocks),
            ("> ".repeat(20_000) + "a", blocks),
            ("- ".repeat(8) + "a", Ok(())),
            ("- ".repeat(9) + "a", blocks),
            ("> 1. ".repeat(5) + "a", blocks),
            (stairs(8), Ok(())),
            (stairs(9), blocks),
            ("- ".repeat(20_000), Ok(())),
            ("*".repeat(40) + "a" + &"*".repeat(40), Ok(())),
            ("*".repeat(80) + "a" + &"*".repeat(80), depth),
            (format!("```\n{}\n```", ">".repeat(32)), Ok(())),
        ];
        for (body, expected) in cases {
            assert_eq!(render(&body, Markdown).map(|_| ()), expected, "{body:.60}");
            assert!(render(&body, Plain).is_ok(), "{body:.60}");
        }
    }
}
