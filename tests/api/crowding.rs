//! What happens when more want to write than there is room for.

use serde_json::json;

use crate::promise::promises;
use crate::world::Setup;

promises![who_finds_no_room_to_write_is_told_when_to_come_again];

async fn who_finds_no_room_to_write_is_told_when_to_come_again(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let comment = dave.says("/a", "text").await;
    let crowd = world.crowd("default").await;
    // One after another on one connection.
    let refused = dave.post("/a", "lost").await;
    assert_eq!(refused.required_header("retry-after"), "2");
    assert_eq!(refused.refused(503, "busy")["retry_after_seconds"], 2);
    dave.edit(&comment, "lost").await.refused(503, "busy");
    drop(crowd);
    dave.says("/a", "found").await;
    let texts = world.reader().thread("/a", "").await.ok();
    assert_eq!(texts["thread"]["comment_count"], json!(2));
}
