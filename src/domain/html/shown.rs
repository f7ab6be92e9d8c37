//! What of a comment's HTML readers get to see: its text without the markup, and where its links lead.
//!
//! Must be given nothing but what the sanitiser wrote: tags whose attributes stand in double quotes, and five entities.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::{Url, has_scheme};

/// What readers get to see of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text, each block and each line of it in a line of its own; after it, once each, the addresses that its links
    /// lead to, unless the text of the link says so already.
    pub text: String,
    /// How many links to web addresses there are. Links to e-mail addresses don't count.
    pub links: usize,
}

impl Shown {
    pub(super) fn of(html: &str) -> Self {
        let mut shown = Self::default();
        let mut targets = BTreeSet::new();
        let mut link = None;
        let mut rest = html;
        while let Some((text, tail)) = rest.split_once('<') {
            push_decoded(&mut shown.text, text);
            let (tag, after) = split_tag(tail);
            rest = after;
            match tag.split(' ').next().unwrap_or_default() {
                "a" => link = href(tag).map(|target| (target, shown.text.len())),
                "/a" => {
                    if let Some((target, start)) = link.take() {
                        shown.links += usize::from(has_scheme(&target, &["http", "https"]));
                        add_target(&mut targets, &target, shown.text.get(start..).unwrap_or_default());
                    }
                }
                "em" | "strong" | "del" | "code" | "/em" | "/strong" | "/del" | "/code" => {}
                _ => shown.text.push('\n'),
            }
        }
        push_decoded(&mut shown.text, rest);
        for target in targets {
            shown.text.push('\n');
            shown.text.push_str(&target);
        }
        shown
    }

    /// Whether this is what was typed, but for white space.
    #[must_use]
    pub fn is_as_typed(&self, typed: &str) -> bool {
        self.text.split_whitespace().eq(typed.split_whitespace())
    }
}

/// A tag without its brackets, and what follows it. A `>` in an attribute doesn't end it.
fn split_tag(tail: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = tail.find(|c| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    let (tag, after) = tail.split_at(end.unwrap_or(tail.len()));
    (tag, after.strip_prefix('>').unwrap_or(after))
}

fn href(tag: &str) -> Option<String> {
    let (target, _) = tag.split_once(" href=\"")?.1.split_once('"')?;
    let mut href = String::with_capacity(target.len());
    push_decoded(&mut href, target);
    Some(href)
}

/// Adds where a link leads, as far as its text doesn't say so: its address without escapes, and its host as browsers ask
/// for it.
fn add_target(targets: &mut BTreeSet<String>, target: &str, text: &str) {
    let address = percent_decode_str(target).decode_utf8_lossy();
    let is_said = |address: &str| {
        let short = ["http://", "mailto:"].iter().find_map(|start| address.strip_prefix(start));
        text.contains(address) || short == Some(text)
    };
    let url = Url::parse(target).ok();
    let host = url.as_ref().and_then(Url::host_str).filter(|host| !address.contains(host));
    let address = Some(address.as_ref()).filter(|address| !is_said(address));
    targets.extend([address, host].into_iter().flatten().map(str::to_owned));
}

/// Adds a text of HTML, its entities decoded.
fn push_decoded(text: &mut String, html: &str) {
    const ENTITIES: [(&str, char); 5] =
        [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("nbsp;", '\u{a0}')];
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once('&') {
        text.push_str(before);
        let entity = ENTITIES.iter().find_map(|(name, c)| Some((*c, tail.strip_prefix(name)?)));
        let (c, after) = entity.unwrap_or(('&', tail));
        text.push(c);
        rest = after;
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::body::CommentBody;
    use crate::domain::html::{SafeHtml, TextFormat, TextFormat::*};
    use crate::domain::text;

    fn shown(body: &str, format: TextFormat) -> Shown {
        SafeHtml::render(&CommentBody::from_stored(text::normalise(body)), format).unwrap().shown()
    }

    #[test]
    fn what_is_shown_is_text_and_where_links_lead() {
        let cases = [
            ("one\ntwo\n\nthree", "one two three"),
            ("sp**a**m s`p`am ~~sp~~am *s*pam", "spam spam spam spam"),
            ("sp&#97;m s&shy;pam &lt;b&gt; &amp;amp; \"", "spam s\u{ad}pam <b> &amp; \""),
            ("a&nbsp;b", "a b"),
            ("# a\n- b\n- c\n\n> d\n\n```\ne\nf\n```\n<p>g", "a b c d e f <p>g"),
            ("[sp](http://a.ex)am", "spam http://a.ex"),
            ("[x](http://sp%61m.ex/%22%C3%A9)", "x http://spam.ex/\"é"),
            ("[x](http://SP&#97;M.ex)", "x http://SPaM.ex spam.ex"),
            ("[x](http://b\u{fc}cher.ex)", "x http://b\u{fc}cher.ex xn--bcher-kva.ex"),
            ("[x](http://a\u{3002}ex)", "x a.ex http://a\u{3002}ex"),
            ("[x](http://a.ex/%ff)", "x http://a.ex/\u{fffd}"),
            ("http://a.ex www.b.ex c@d.ex <http://e.ex>", "http://a.ex www.b.ex c@d.ex http://e.ex"),
            ("[a.ex](http://a.ex) [b.ex](https://a.ex)", "a.ex b.ex https://a.ex"),
            ("![cat](https://a.ex/b.png)", "cat https://a.ex/b.png"),
            ("[x][a] [y][a]\n\n[a]: http://a.ex", "x y http://a.ex"),
        ];
        for (body, expected) in cases {
            let shown = shown(body, Markdown);
            assert_eq!(shown.text.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{body}");
        }
        assert_eq!(shown("*a*\nb\n\nc", Markdown).text, "\na\n\nb\n\n\nc\n");
    }

    #[test]
    fn links_that_are_shown_are_counted() {
        let cases = [
            ("[a](https&#58;//a.ex)[b](https&#58;//b.ex)", 2),
            ("[a](http&colon;//a.ex) [b](http:\\/\\/b.ex)", 2),
            ("[x][a] [y][a]\n\n[a]: http://a.ex", 2),
            ("![x](http://a.ex) HTTP://b.ex www.c.ex", 3),
            ("a@b.ex <c@d.ex> [x](mailto:e@f.ex)", 0),
            ("[x](javascript:a) [y](/b) `http://c.ex`", 0),
        ];
        for (body, expected) in cases {
            assert_eq!(shown(body, Markdown).links, expected, "{body}");
        }
    }

    #[test]
    fn a_bracket_in_an_attribute_ends_no_tag() {
        let html = r#"<p>a <a href="http://b.ex/>x=&quot;&amp;lt;" rel="nofollow">c</a> d</p>"#;
        let expected = Shown { text: "\na c d\n\nhttp://b.ex/>x=\"&lt;".to_owned(), links: 1 };
        assert_eq!(Shown::of(html), expected);
        for html in ["", "<", "<a", "<a href=\"", "</a>", "<a href=\"x\">", "&", "&amp", "a > b"] {
            assert_eq!(Shown::of(html).links, 0, "{html}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_text_is_shown_as_typed(
            text in any::<String>(),
            mixed in "([a-c<>&\"' \n;]|&amp;|&lt;|<p>|\u{a0}){1,40}",
        ) {
            for text in [&text, &mixed].map(|text| text::normalise(text)) {
                prop_assert!(shown(&text, Plain).is_as_typed(&text), "{text:?}");
            }
        }
    }
}
