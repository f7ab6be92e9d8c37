//! Taking decisions back.

use rejoinder::domain::access::Role;
use serde_json::{Value, json};

use crate::decisions::{waiting_world, waits};
use crate::promise::promises;
use crate::world::Setup;

promises![
    every_decision_can_be_taken_back,
    reports_are_open_again_when_a_decision_is_taken_back,
    a_decision_is_taken_back_once,
    only_the_last_decision_about_an_unchanged_comment_is_taken_back,
    what_is_no_decision_about_a_comment_can_not_be_taken_back,
    a_deletion_that_is_taken_back_and_made_again_has_its_time_again,
];

async fn every_decision_can_be_taken_back(setup: Setup) {
    let world = waiting_world(&setup).await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let paths: [(&[&str], &str); 9] = [
        (&["approve"], "pending"),
        (&["reject"], "pending"),
        (&["spam"], "pending"),
        (&["delete"], "pending"),
        (&["approve", "reject"], "published"),
        (&["approve", "delete"], "published"),
        (&["reject", "approve"], "rejected"),
        (&["spam", "restore"], "spam"),
        (&["delete", "restore"], "deleted"),
    ];
    for (actions, status) in paths {
        let comment = waits(&dave, "/a").await;
        let mut last = String::new();
        for action in actions {
            last = mia.decided(action, &comment).await;
        }
        let before = mia.case(&comment).await["comment"].clone();
        let undone = mia.undo(&last).json(&json!({"note": "sorry"})).await.ok();
        assert_eq!(undone["comment"]["status"], status, "{actions:?}");
        assert_eq!(undone["comment"]["version"].as_u64(), before["version"].as_u64().map(|version| version + 1));
        let decision = &undone["decision"];
        assert_eq!((&decision["action"], &decision["note"]), (&json!("undo"), &json!("sorry")));
        assert_eq!((&decision["undoes_id"], &decision["undone_by_id"]), (&json!(last), &Value::Null));
        assert_eq!((&decision["from_status"], &decision["to_status"]), (&before["status"], &json!(status)));
        let case = mia.case(&comment).await;
        assert_eq!(case["decisions"][1]["undone_by_id"], decision["id"]);
        assert_eq!(case["comment"], undone["comment"]);
        assert_eq!(world.reader().comment(&comment).await.status == 200, status == "published", "{actions:?}");
    }
    assert_eq!(world.audit().await, Vec::<String>::new());
}

async fn reports_are_open_again_when_a_decision_is_taken_back(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    for action in ["approve", "reject", "spam", "delete"] {
        let comment = dave.says("/a", "text").await;
        world.add_reports(&comment, 2).await;
        let decision = mia.decided(action, &comment).await;
        let undone = mia.undo(&decision).await.ok();
        assert_eq!(
            (&undone["comment"]["report_count"], &undone["comment"]["status"]),
            (&json!(2), &json!("published"))
        );
        let reports = mia.case(&comment).await["reports"].clone();
        assert!(reports.as_array().unwrap().iter().all(|report| report["outcome"] == "open"), "{action}: {reports}");
        mia.decided("reject", &comment).await;
    }
}

async fn a_decision_is_taken_back_once(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    let decision = mia.decided("reject", &comment).await;
    let undone = mia.undo(&decision).header("content-type", "application/json").await.ok();
    mia.undo(&decision).await.refused(409, "already_undone");
    let undoing = undone["decision"]["id"].as_str().unwrap();
    mia.undo(undoing).await.refused(409, "not_undoable");
    mia.undo(&decision).json(&json!({"note": "x".repeat(1_001)})).await.refused(422, "text_too_long");
    mia.undo(&decision).json(&json!({"why": 1})).await.refused(422, "unknown_field");
    mia.undo(&decision).body("text/plain", "x").await.refused(415, "unsupported_media_type");
    assert_eq!(mia.case(&comment).await["comment"]["version"], 3);
}

async fn only_the_last_decision_about_an_unchanged_comment_is_taken_back(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    let first = mia.decided("reject", &comment).await;
    let second = mia.decided("approve", &comment).await;
    mia.undo(&first).await.refused(409, "decision_superseded");
    dave.edit(&comment, "other").await.ok();
    mia.undo(&second).await.refused(409, "decision_superseded");
    let third = mia.decided("delete", &comment).await;
    world.pass_seconds(30 * 86_400);
    world.sweep().await;
    mia.undo(&third).await.refused(409, "decision_superseded");
    assert_eq!(mia.case(&comment).await["comment"]["body"], "");
}

async fn what_is_no_decision_about_a_comment_can_not_be_taken_back(setup: Setup) {
    let world = setup.start().await;
    let (mia, olga) = (world.staff("Mia", Role::Moderator, &[]).await, world.staff("Olga", Role::Owner, &[]).await);
    let entries = "INSERT INTO decisions (id, site_id, action, subject, created_at)
         SELECT 64, id, 'change_site', 'default: longer texts', 1 FROM sites WHERE slug = 'default';
         INSERT INTO decisions (id, action, subject, created_at) VALUES (128, 'add_staff', 'Max', 1);";
    assert!(world.run_sql(entries).await);
    let (of_site, of_none) = ("0000000000040", "0000000000080");
    mia.undo(of_site).await.refused(409, "not_undoable");
    mia.undo(of_none).await.refused(404, "decision_not_found");
    olga.undo(of_none).await.refused(409, "not_undoable");
    let list = async |client: &crate::client::Client| {
        let log = client.admin(reqwest::Method::GET, "decisions").await.ok()["decisions"].clone();
        log.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&mia).await, ["change_site"]);
    // Those who are there were added before.
    assert_eq!(list(&olga).await[4..], ["add_staff", "change_site"]);
}

async fn a_deletion_that_is_taken_back_and_made_again_has_its_time_again(setup: Setup) {
    let world = setup.start().await;
    let (dave, mia) = (world.author("dave"), world.staff("Mia", Role::Moderator, &[]).await);
    let comment = dave.says("/a", "text").await;
    mia.decided("delete", &comment).await;
    world.pass_seconds(20 * 86_400);
    let restored = mia.decided("restore", &comment).await;
    mia.undo(&restored).await.ok();
    world.pass_seconds(20 * 86_400);
    world.sweep().await;
    assert_eq!(mia.case(&comment).await["comment"]["body"], "text");
    world.pass_seconds(10 * 86_400);
    world.sweep().await;
    assert_eq!(mia.case(&comment).await["comment"]["body"], "");
}
