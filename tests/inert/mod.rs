//! The judge of what may leave the renderer, for the tests and the fuzzer: it reads HTML as a browser does, with a parser
//! that isn't the sanitiser's own pass over it.

use html5ever::{
    ParseOpts, QualName, local_name, ns, parse_fragment, serialize,
    serialize::{SerializeOpts, TraversalScope},
    tendril::TendrilSink,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom, SerializableHandle};
use rejoinder::domain::text;
use url::Url;

const ELEMENTS: [&str; 14] =
    ["p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4"];

/// The text that a browser would show for this HTML, or what is wrong with the HTML.
pub(crate) fn inert_text(html: &str) -> Result<String, String> {
    if let Some(c) = html.chars().find(|c| text::is_forbidden(*c)) {
        return Err(format!("the character {c:?}"));
    }
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let dom = parse_fragment(RcDom::default(), ParseOpts::default(), context, Vec::new(), true).one(html);
    let children = dom.document.children.borrow();
    let Some(root) = children.first() else { return Err("no document".to_owned()) };
    let mut shown = String::new();
    for node in root.children.borrow().iter() {
        inspect(node, false, &mut shown)?;
    }
    let mut again = Vec::new();
    let scope = SerializeOpts { traversal_scope: TraversalScope::ChildrenOnly(None), ..SerializeOpts::default() };
    serialize(&mut again, &SerializableHandle::from(root.clone()), scope).map_err(|error| error.to_string())?;
    if again != html.as_bytes() {
        return Err(format!("a browser reads it as {}", String::from_utf8_lossy(&again)));
    }
    Ok(shown)
}

/// Collects the text below a node, which is refused if it is anything but text and allowed elements.
fn inspect(node: &Handle, inside_link: bool, shown: &mut String) -> Result<(), String> {
    let is_link = match &node.data {
        NodeData::Text { contents } => {
            shown.push_str(&contents.borrow());
            false
        }
        NodeData::Element { name, attrs, .. } if name.ns == ns!(html) && ELEMENTS.contains(&&*name.local) => {
            let attributes: Vec<_> =
                attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            let is_link = name.local == local_name!("a");
            match attributes.as_slice() {
                [] if !is_link => {}
                [(href, address), (rel, value)]
                    if is_link
                        && !inside_link
                        && href == "href"
                        && rel == "rel"
                        && value == "nofollow ugc noopener" =>
                {
                    let url = Url::parse(address).map_err(|error| format!("the address {address:?}: {error}"))?;
                    if !["http", "https", "mailto"].contains(&url.scheme()) {
                        return Err(format!("the address {address:?}"));
                    }
                }
                _ => return Err(format!("<{}> with {attributes:?}", name.local)),
            }
            is_link
        }
        other => return Err(format!("{other:?}")),
    };
    for child in node.children.borrow().iter() {
        inspect(child, inside_link || is_link, shown)?;
    }
    Ok(())
}
