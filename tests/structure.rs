//! The house keeps its plan: who may use whom, what stands in one place only, and which drawers there are not.

#![expect(clippy::unwrap_used, reason = "a file that can't be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(path: &Path, found: &mut Vec<(PathBuf, String)>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                walk(&entry.unwrap().path(), found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            // Tests inside a module may use what the module may not.
            let text = fs::read_to_string(path).unwrap();
            let own = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push((path.to_owned(), own));
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

/// The lines of code, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn each_layer_uses_only_what_stands_below_it() {
    let forbidden = [
        (
            "src/domain",
            vec![
                "crate::service",
                "crate::store",
                "crate::http",
                "crate::limits",
                "crate::config",
                "crate::clock",
                "crate::app",
                "crate::cli",
                "actix",
                "diesel",
                "serde",
                "tokio",
                "tracing",
            ],
        ),
        (
            "src/config",
            vec![
                "crate::service",
                "crate::store",
                "crate::http",
                "crate::limits",
                "crate::app",
                "crate::cli",
                "actix",
                "diesel",
            ],
        ),
        (
            "src/limits",
            vec!["crate::service", "crate::store", "crate::http", "crate::app", "crate::cli", "actix", "diesel"],
        ),
        (
            "src/store",
            vec![
                "crate::service",
                "crate::http",
                "crate::limits",
                "crate::app",
                "crate::cli",
                "crate::clock",
                "actix",
                "serde",
            ],
        ),
        ("src/service", vec!["crate::http", "crate::app", "crate::cli", "crate::config", "actix", "diesel", "serde"]),
        ("src/http", vec!["crate::store", "crate::app", "crate::cli", "crate::limits", "diesel"]),
        ("src/cli", vec!["crate::store", "crate::http", "diesel"]),
    ];
    let mut found = Vec::new();
    for (folder, names) in forbidden {
        for (path, text) in sources(folder) {
            for name in &names {
                if code_lines(&text)
                    .any(|line| line.contains(&format!("{name}::")) || line.contains(&format!("{name}_")))
                {
                    found.push(format!("{} names {name}", path.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_is_decided_in_one_place_is_decided_nowhere_else() {
    let only_in = [
        ("StatusCode::UNPROCESSABLE_ENTITY", "src/http/error.rs"),
        ("StatusCode::NOT_FOUND", "src/http/error.rs"),
        ("StatusCode::FORBIDDEN", "src/http/error.rs"),
        ("StatusCode::TOO_MANY_REQUESTS", "src/http/error.rs"),
        ("SystemTime::now", "src/clock.rs"),
        ("Utc::now", "src/clock.rs"),
        ("rand::", "src/randomness.rs"),
        ("std::env::", "src/config/mod.rs"),
        ("Listing::of(", "src/service"),
        ("BEGIN", "src/store"),
    ];
    let mut found = Vec::new();
    for (path, text) in sources("src") {
        for (code, home) in only_in {
            let at_home = path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join(home));
            let at_home = at_home || (code == "Listing::of(" && path.ends_with("domain/tally.rs"));
            if !at_home && code_lines(&text).any(|line| line.contains(code)) {
                found.push(format!("{} has {code}, which belongs to {home}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_template_prints_a_text_as_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let templates: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(templates.len() >= 6, "{templates:?}");
    for path in templates {
        let text = fs::read_to_string(&path).unwrap().replace(" || ", " or ");
        // Types that need no escaping say so themselves, and only names in quotes stand around a value.
        for code in ["|", "escape", "{% include", "{% filter", "onclick", "<style", " style=", "={{"] {
            assert!(!text.contains(code), "{} has {code}", path.display());
        }
        let is_html = path.extension().is_some_and(|extension| extension == "html");
        assert!(is_html, "{}: what a template is escaped for follows from its name", path.display());
    }
    let types = sources("src").iter().map(|(_, text)| text.matches("impl HtmlSafe for").count()).sum::<usize>();
    assert_eq!(types, 6, "types that are printed as they are");
}

#[test]
fn every_text_of_a_page_is_there_in_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let english = fs::read_to_string(root.join("web/widget/locales/en.json")).unwrap();
    let english: serde_json::Value = serde_json::from_str(&english).unwrap();
    let key = regex::Regex::new(r#""((?:heading|form|comment|list|notice|error|page|sort)\.[a-z_]+)""#).unwrap();
    let mut used = Vec::new();
    let templates = fs::read_dir(root.join("templates")).unwrap().map(|entry| entry.unwrap().path());
    let templates = templates.map(|path| fs::read_to_string(path).unwrap());
    for text in templates.chain(sources("src/http/pages").into_iter().map(|(_, text)| text)) {
        let keys = key.captures_iter(&text).map(|found| found[1].to_owned());
        used.extend(keys.filter(|key| !key.contains(".html")));
    }
    assert!(used.len() > 50, "{used:?}");
    let missing: Vec<_> = used.iter().filter(|key| english.get(key.as_str()).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_drawer_is_named_after_nothing() {
    let empty = ["util", "utils", "common", "helper", "helpers", "misc"];
    for (path, _) in sources("src").into_iter().chain(sources("tests")) {
        let parts: Vec<_> =
            path.iter().filter_map(|part| part.to_str()).map(|part| part.trim_end_matches(".rs")).collect();
        assert!(!parts.iter().any(|part| empty.contains(part)), "{}", path.display());
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        assert!(text.starts_with("//!"), "{} begins with what it is for", path.display());
    }
}

#[test]
fn both_databases_have_the_same_migrations_each_with_a_way_back() {
    let names = |kind: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
        let mut names: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        for name in &names {
            for file in ["up.sql", "down.sql"] {
                assert!(folder.join(name).join(file).is_file(), "{kind}/{name}/{file}");
            }
        }
        names
    };
    assert_eq!(names("sqlite"), names("postgresql"));
}
