//! What happens when more come than there is room for.

use rejoinder::domain::site::SiteChange;
use rejoinder::service::admission::Class;
use serde_json::json;

use crate::pages::send;
use crate::promise::promises;
use crate::world::Setup;

promises![
    who_finds_no_room_to_write_is_told_when_to_come_again,
    a_write_without_room_takes_from_no_quota,
    what_is_in_the_form_comes_back_where_there_is_no_room,
    readers_of_one_site_don_t_get_old_answers_for_the_crowd_of_another,
];

async fn who_finds_no_room_to_write_is_told_when_to_come_again(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let comment = dave.says("/a", "text").await;
    let crowd = world.crowd("default", Class::Write).await;
    let refused = dave.post("/a", "lost").await;
    assert_eq!(refused.required_header("retry-after"), "2");
    assert_eq!(refused.refused(503, "busy")["retry_after_seconds"], 2);
    dave.edit(&comment, "lost").await.refused(503, "busy");
    // What only reads has room.
    dave.preview("text").await.ok();
    drop(crowd);
    dave.says("/a", "found").await;
    let texts = world.reader().thread("/a", "").await.ok();
    assert_eq!(texts["thread"]["comment_count"], json!(2));
}

async fn a_write_without_room_takes_from_no_quota(setup: Setup) {
    let quota = [("LIMITS__ENABLED", "true"), ("LIMITS__POST__REQUESTS", "1"), ("LIMITS__POST__WINDOW_SECONDS", "60")];
    let world = setup.start_with(&quota).await;
    let reader = world.reader();
    let crowd = world.crowd("default", Class::Write).await;
    for _ in 0..3 {
        reader.post("/a", "text").await.refused(503, "busy");
    }
    drop(crowd);
    reader.post("/a", "text").await.created();
}

async fn what_is_in_the_form_comes_back_where_there_is_no_room(setup: Setup) {
    let world = setup.start().await;
    let crowd = world.crowd("default", Class::Write).await;
    let form = [("thread", "/a"), ("name", "Ada"), ("body", "written with care")];
    let refused = send(&world.reader(), &form).await.with_status(503);
    assert!(refused.text().contains("written with care"), "{}", refused.text());
    drop(crowd);
}

async fn readers_of_one_site_don_t_get_old_answers_for_the_crowd_of_another(setup: Setup) {
    let world = setup.start().await;
    world.add_site("news", SiteChange::default()).await;
    let (reader, other) = (world.reader(), world.reader().on_site("news"));
    reader.thread("/a", "").await.with_status(200);
    other.thread("/a", "").await.with_status(200);
    world.pass_seconds(1);
    let crowd = world.crowd("news", Class::Read).await;
    assert_eq!(other.thread("/a", "").await.with_status(200).required_header("age"), "1");
    drop(crowd);
    assert!(reader.thread("/a", "").await.with_status(200).header("age").is_none());
}
