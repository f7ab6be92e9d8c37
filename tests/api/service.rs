//! The service beside its API: whether it is well, its contract, and a page to read that with.

use rejoinder::domain::site::SiteChange;
use serde_json::{Value, json};

use crate::operations;
use crate::promise::promises;
use crate::world::Setup;

promises![
    a_service_that_is_well_says_so,
    a_service_without_its_database_says_so,
    a_defect_is_told_without_its_cause,
    the_contract_is_served_in_both_forms,
    the_page_about_the_contract_loads_nothing_from_elsewhere,
];

async fn a_service_that_is_well_says_so(setup: Setup) {
    let world = setup.start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(world.reader().get(path).await.ok(), json!({"status": "ok"}));
    }
}

async fn a_service_without_its_database_says_so(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    world.close_database().await;
    let answer = world.reader().get("/readyz").await;
    assert_eq!(answer.required_header("retry-after"), "2");
    assert_eq!(answer.refused(503, "busy")["retry_after_seconds"], 2);
    for call in operations::on_site(&dave, &root) {
        let answer = call.await;
        assert_eq!(answer.required_header("retry-after"), "2");
        answer.refused(503, "busy");
    }
    for call in operations::beside_sites(&dave).into_iter().filter(|call| call.path() != "/readyz") {
        call.await.with_status(200);
    }
}

async fn a_defect_is_told_without_its_cause(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    world.spoil_sites().await;
    for call in operations::on_site(&world.author("dave").on_site("news"), "0l90l7khjiv7o") {
        let problem = call.await.refused(500, "internal");
        assert!(!problem.to_string().contains("origins"), "{problem}");
    }
}

async fn the_contract_is_served_in_both_forms(setup: Setup) {
    let world = setup.start().await;
    let yaml = world.reader().get("/openapi.yaml").await.with_status(200);
    assert_eq!(yaml.text(), include_str!("../../openapi.yaml"));
    let json = world.reader().get("/openapi.json").await.ok();
    assert_eq!(serde_saphyr::from_str::<Value>(&yaml.text()).unwrap(), json);
}

/// What follows each of `marks` in a text, up to the quote, bracket or space that ends it.
fn references(text: &str, marks: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for mark in marks {
        for rest in text.split(mark).skip(1) {
            let rest = rest.trim_start_matches(['"', '\'', ' ']);
            found.extend(rest.split(['"', '\'', ')', ' ', '>']).next().map(str::to_owned));
        }
    }
    found
}

async fn the_page_about_the_contract_loads_nothing_from_elsewhere(setup: Setup) {
    let world = setup.start().await;
    let page = world.reader().get("/docs").await.with_status(200);
    assert!(page.required_header("content-security-policy").contains("default-src 'none'"));
    let loaded = references(&page.text(), &["src=", "href="]);
    assert!(loaded.len() >= 3, "{loaded:?}");
    for target in loaded {
        assert!(target.starts_with('/') && !target.starts_with("//"), "{target}");
        let file = world.reader().get(&target).await.with_status(200);
        let content_type = file.required_header("content-type");
        if content_type.starts_with("text/css") {
            let inner = references(&file.text(), &["url(", "@import"]);
            assert!(inner.iter().all(|target| target.starts_with("data:")), "{target}: {inner:?}");
        }
        if target == "/docs/start.js" {
            let addresses = references(&file.text(), &["url:", "import "]);
            assert_eq!(addresses, ["/openapi.json"]);
        }
    }
}
