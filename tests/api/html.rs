//! A page as a browser reads it, and what must hold for each that the service makes: nothing that a user wrote is more
//! than text in it.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::Value;
use url::Url;

/// Everything that pages are made of. What comments are made of is among it.
const ELEMENTS: [&str; 45] = [
    "html",
    "head",
    "body",
    "meta",
    "title",
    "link",
    "script",
    "main",
    "h1",
    "h2",
    "p",
    "a",
    "rejoinder-comments",
    "template",
    "section",
    "header",
    "span",
    "nav",
    "form",
    "input",
    "div",
    "label",
    "textarea",
    "button",
    "ol",
    "li",
    "article",
    "bdi",
    "time",
    "footer",
    "br",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "h3",
    "h4",
    // Those of the demo.
    "figure",
    "figcaption",
    "img",
    "aside",
    "rejoinder-ranking",
];

/// An element with all its attributes, and the text in it.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split(' ').any(|found| found == class))
    }
}

/// The elements of a page, in their order; those in templates too.
#[derive(Debug)]
pub(crate) struct Html(Vec<Element>);

impl Html {
    /// Reads a page, and finds that nothing in it can do harm.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(text);
        let mut elements = Vec::new();
        walk(&dom.document, &mut elements);
        let html = Self(elements);
        for element in &html.0 {
            html.check(element);
        }
        html
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        self.0.iter().filter(|element| element.name == name).collect()
    }

    pub(crate) fn with_class(&self, class: &str) -> Vec<&Element> {
        self.0.iter().filter(|element| element.has_class(class)).collect()
    }

    pub(crate) fn texts(&self, class: &str) -> Vec<&str> {
        self.with_class(class).into_iter().map(|element| element.text.trim()).collect()
    }

    #[track_caller]
    pub(crate) fn one(&self, class: &str) -> &Element {
        let found = self.with_class(class);
        assert_eq!(found.len(), 1, "{class}: {found:#?}");
        found[0]
    }

    /// The fields of the form, with what stands in them.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let value = |element: &Element| {
            let name = element.attribute("name")?.to_owned();
            let value = if element.name == "textarea" {
                // The parser keeps a line end here that browsers drop.
                element.text.strip_prefix('\n').unwrap_or(&element.text).to_owned()
            } else {
                element.attribute("value")?.to_owned()
            };
            Some((name, value))
        };
        let is_field = |element: &&Element| matches!(element.name.as_str(), "input" | "textarea");
        self.0.iter().filter(is_field).filter_map(value).collect()
    }

    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// What the page says to search engines.
    #[track_caller]
    pub(crate) fn linked_data(&self) -> Value {
        let script = self.0.iter().find(|element| element.attribute("type") == Some("application/ld+json"));
        serde_json::from_str(&script.expect("linked data").text).unwrap()
    }

    #[track_caller]
    fn check(&self, element: &Element) {
        assert!(ELEMENTS.contains(&element.name.as_str()), "{element:#?}");
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && !matches!(name.as_str(), "style" | "srcdoc"), "{element:#?}");
            if matches!(name.as_str(), "href" | "src" | "action") {
                let url = Url::parse("https://own.example/t/x").unwrap().join(value).unwrap();
                assert!(matches!(url.scheme(), "http" | "https" | "mailto"), "{element:#?}");
            }
        }
        match element.name.as_str() {
            "script" => {
                let is_widget = element.attribute("src") == Some("/widget.js") && element.text.is_empty();
                assert!(is_widget || element.attribute("type") == Some("application/ld+json"), "{element:#?}");
                assert!(self.all("script").len() <= 2);
            }
            "link" => {
                let is_known = matches!(element.attribute("rel"), Some("stylesheet" | "canonical"));
                assert!(is_known, "{element:#?}");
            }
            "meta" => assert_eq!(element.attribute("http-equiv"), None, "{element:#?}"),
            _ => {}
        }
    }
}

fn walk(node: &Handle, elements: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, template_contents, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        elements.push(Element { name: name.local.to_string(), attributes, text: text_of(node) });
        if let Some(contents) = template_contents.borrow().as_ref() {
            walk(contents, elements);
        }
    }
    for child in node.children.borrow().iter() {
        walk(child, elements);
    }
}

fn text_of(node: &Handle) -> String {
    if let NodeData::Text { contents } = &node.data {
        return contents.borrow().to_string();
    }
    node.children.borrow().iter().map(text_of).collect()
}
