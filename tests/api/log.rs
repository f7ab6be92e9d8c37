//! The log: what is in it, who reads it, and that it is only added to.

use rejoinder::domain::access::Role;
use rejoinder::domain::site::SiteChange;
use reqwest::Method;

use crate::client::Client;
use crate::promise::promises;
use crate::world::Setup;

promises![the_log_lists_what_was_decided, the_log_can_not_be_changed,];

/// Whether the decision with this number is wanted.
type IsIn<'a> = &'a dyn Fn(i32) -> bool;

async fn the_log_lists_what_was_decided(setup: Setup) {
    let world = setup.start().await;
    world.add_site("other", SiteChange::default()).await;
    let (mia, max) =
        (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Max", Role::Moderator, &["other"]).await);
    let (dave, eve) = (world.author("dave"), world.author("eve").on_site("other"));
    let mut made = Vec::new();
    for number in 0..30 {
        let (comment, client) =
            if number % 3 == 0 { (eve.says("/a", "text").await, &max) } else { (dave.says("/a", "text").await, &mia) };
        let action = if number % 2 == 0 { "reject" } else { "delete" };
        made.push((client.decided(action, &comment).await, number));
    }
    let max_id = max.admin(Method::GET, "me").await.ok()["staff"]["id"].as_str().unwrap().to_owned();
    let cases: [(&Client, String, IsIn<'_>); 6] = [
        (&mia, String::new(), &|_| true),
        (&max, String::new(), &|number| number % 3 == 0),
        (&mia, "&site=other".to_owned(), &|number| number % 3 == 0),
        (&mia, "&site=default&action=delete".to_owned(), &|number| number % 3 != 0 && number % 2 == 1),
        (&mia, format!("&staff={max_id}"), &|number| number % 3 == 0),
        (&max, format!("&staff={max_id}&action=reject"), &|number| number % 6 == 0),
    ];
    for (client, query, is_in) in cases {
        let mut found: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = client.admin(Method::GET, &format!("decisions?limit=7{query}{cursor}")).await.ok();
            let decisions = page["decisions"].as_array().unwrap();
            let decided = decisions.iter().filter(|entry| entry["action"] != "add_site");
            found.extend(decided.map(|decision| decision["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let expected = made.iter().rev().filter(|(_, number)| is_in(*number)).map(|(id, _)| id.clone());
        assert_eq!(found, expected.collect::<Vec<_>>(), "{query}");
    }
    let page = mia.admin(Method::GET, "decisions?limit=1").await;
    let next = page.clone().ok()["next_cursor"].as_str().unwrap().to_owned();
    assert!(page.required_header("link").contains(&next));
    mia.admin(Method::GET, &format!("decisions?site=other&cursor={next}")).await.refused(400, "invalid_cursor");
    for query in ["action=forget", "comment=x", "staff=x", "limit=x"] {
        mia.admin(Method::GET, &format!("decisions?{query}")).await.refused(422, "invalid_value");
    }
}

async fn the_log_can_not_be_changed(setup: Setup) {
    let world = setup.start().await;
    let mia = world.staff("Mia", Role::Owner, &[]).await;
    let comment = world.author("dave").says("/a", "text").await;
    mia.decided("reject", &comment).await;
    let log = mia.admin(Method::GET, "decisions").await.ok();
    for sql in ["UPDATE decisions SET note = 'x'", "DELETE FROM decisions", "UPDATE decisions SET undoes_id = 1"] {
        assert!(!world.run_sql(sql).await, "{sql}");
    }
    let by_database = if world.database().starts_with("sqlite:") {
        "INSERT OR REPLACE INTO decisions SELECT * FROM decisions"
    } else {
        "TRUNCATE decisions"
    };
    assert!(!world.run_sql(by_database).await, "{by_database}");
    let id = log["decisions"][0]["id"].as_str().unwrap();
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        mia.admin(method.clone(), "decisions").off_contract().await.refused(405, "method_not_allowed");
        mia.admin(method, &format!("decisions/{id}/undo")).off_contract().await.refused(405, "method_not_allowed");
    }
    assert_eq!(mia.admin(Method::GET, "decisions").await.ok(), log);
}
