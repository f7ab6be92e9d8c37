//! Who may do what: every operation for staff, by every role, and by staff of another site.

use rejoinder::domain::access::{Permission, Role};
use rejoinder::domain::site::SiteChange;
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::contract::CONTRACT;
use crate::promise::promises;
use crate::staff_operations::{MARK, Need, Props, StaffCall, all, of_elsewhere};
use crate::world::{Setup, World};

promises![
    every_operation_for_staff_is_tried_here,
    nobody_is_told_anything_without_a_credential,
    a_role_may_what_the_table_says,
    a_token_is_for_its_scopes_only,
    staff_of_another_site_learn_nothing,
];

async fn household(setup: &Setup) -> (World, Client, Props) {
    let world = setup.start().await;
    world.add_site("elsewhere", SiteChange::default()).await;
    let owner = world.staff("Mia", Role::Owner, &[]).await;
    let props = Props::make(&world, &owner).await;
    (world, owner, props)
}

async fn every_operation_for_staff_is_tried_here(setup: Setup) {
    let (_world, owner, props) = household(&setup).await;
    let mut tried: Vec<&str> = all(&owner, &props).iter().map(|call| operation(call)).collect();
    let admin = CONTRACT.operations.iter().filter(|operation| operation.path.starts_with("/api/v1/admin/"));
    let mut known: Vec<&str> = admin.map(|operation| operation.id.as_str()).collect();
    tried.sort_unstable();
    known.sort_unstable();
    assert_eq!(tried, known);
}

fn operation(call: &StaffCall) -> &'static str {
    CONTRACT.operation(call.request.method(), call.request.path()).map(|found| found.id.as_str()).unwrap()
}

async fn nobody_is_told_anything_without_a_credential(setup: Setup) {
    let (world, _owner, props) = household(&setup).await;
    let guest = world.author("guest");
    guest.says("/other", "text").await;
    let strangers = [
        (world.reader(), "staff_token_required"),
        (guest, "invalid_staff_token"),
        (world.reader().with_header("authorization", "Basic bWlhOm1pYQ=="), "invalid_staff_token"),
        (world.reader().with_header("cookie", "__Host-rejoinder_session=rjx_nonsense"), "staff_token_required"),
    ];
    for (stranger, code) in strangers {
        for call in all(&stranger, &props).into_iter().filter(|call| call.need != Need::Nothing) {
            let answer = call.request.await;
            assert!(!answer.text().contains(MARK), "{}", answer.asked);
            answer.refused(401, code);
        }
    }
}

/// Whether somebody with these permissions, who came by a token, is let in.
fn is_let_in(need: Need, is_whole: bool, may: impl Fn(Permission) -> bool) -> bool {
    match need {
        Need::Nothing | Need::Staff => true,
        Need::Oneself => is_whole,
        Need::Session => false,
        Need::Permission(permission) => may(permission),
    }
}

async fn expect_access(client: &Client, props: &Props, is_whole: bool, may: impl Fn(Permission) -> bool) {
    for call in all(client, props) {
        let is_sign_in = call.need == Need::Nothing;
        let lets_in = is_let_in(call.need, is_whole, &may);
        let answer = call.request.await;
        if lets_in {
            let refused_for_who_asks = answer.status == 401 && !is_sign_in || answer.status == 403;
            assert!(!refused_for_who_asks && answer.status < 500, "{}: {}", answer.asked, answer.text());
        } else {
            answer.refused(403, "not_permitted");
        }
    }
}

async fn a_role_may_what_the_table_says(setup: Setup) {
    let (world, _owner, props) = household(&setup).await;
    for role in [Role::Viewer, Role::Moderator, Role::Owner] {
        let bound = world.staff(&format!("bound {}", role.name()), role, &["default", "elsewhere"]).await;
        expect_access(&bound, &props, true, |permission| {
            role.permits(permission) && permission != Permission::Administer
        })
        .await;
        let free = world.staff(&format!("free {}", role.name()), role, &[]).await;
        expect_access(&free, &props, true, |permission| role.permits(permission)).await;
    }
}

async fn a_token_is_for_its_scopes_only(setup: Setup) {
    let (world, owner, props) = household(&setup).await;
    for permission in Permission::EACH {
        let new = json!({"name": permission.name(), "scopes": [permission.name()]});
        let made = owner.admin(Method::POST, "tokens").json(&new).await.created();
        let client = Client::staff(world.clone(), "program", made["secret"].as_str().unwrap());
        expect_access(&client, &props, false, |asked| asked == permission).await;
    }
}

async fn staff_of_another_site_learn_nothing(setup: Setup) {
    let (world, _owner, props) = household(&setup).await;
    for role in Role::EACH {
        let foreign = of_elsewhere(&world, role).await;
        for call in all(&foreign, &props) {
            let names_a_site = call.names_a_site;
            let answer = call.request.await;
            assert!(!answer.text().contains(MARK), "{}: {}", answer.asked, answer.text());
            if names_a_site {
                assert!([403, 404].contains(&answer.status), "{}: {}", answer.asked, answer.text());
            }
        }
    }
    // Nothing was changed by any of it.
    let page = world.reader().thread(&format!("/{MARK}"), "").await.ok();
    assert_eq!(page["thread"]["comment_count"], 2);
}
