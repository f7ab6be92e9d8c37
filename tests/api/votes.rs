//! Voting: one vote for each writer on each comment.

use rejoinder::domain::site::{SiteChange, Voting};
use reqwest::Method;
use serde_json::{Value, json};

use crate::promise::promises;
use crate::world::Setup;

promises![
    a_writer_has_one_vote_on_a_comment,
    a_vote_shows_wherever_the_comment_does,
    the_first_vote_of_somebody_makes_them_a_guest,
    taking_back_what_was_never_given_makes_nobody_a_guest,
    nobody_votes_for_their_own_comment,
    a_site_says_which_votes_count,
    votes_change_the_order,
    only_a_published_comment_is_voted_on,
    a_vote_is_one_of_three_numbers,
    a_site_without_guests_takes_no_votes_from_new_ones,
];

async fn a_writer_has_one_vote_on_a_comment(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let (one, other) = (world.author("one"), world.author("other"));
    let steps = [
        (&one, 1, (1, 0)),
        (&one, 1, (1, 0)),
        (&other, 1, (2, 0)),
        (&one, -1, (1, 1)),
        (&one, -1, (1, 1)),
        (&one, 0, (1, 0)),
        (&one, 0, (1, 0)),
        (&other, -1, (0, 1)),
        (&one, 1, (1, 1)),
    ];
    for (step, (voter, value, (up, down))) in steps.into_iter().enumerate() {
        let answer = voter.vote(&root, value).await.ok();
        assert_eq!(answer["score"], json!({"up": up, "down": down}), "step {step}");
        assert_eq!(answer["value"], value, "step {step}");
        assert_eq!(world.audit().await, Vec::<String>::new(), "step {step}");
    }
}

async fn a_vote_shows_wherever_the_comment_does(setup: Setup) {
    let world = setup.start().await;
    let (dave, voter, reader) = (world.author("dave"), world.author("voter"), world.reader());
    let root = dave.says("/a", "text").await;
    let reply = dave.answers("/a", &root, "reply").await;
    voter.vote(&root, 1).await.ok();
    voter.vote(&reply, -1).await.ok();
    let score = json!({"up": 1, "down": 0});
    assert_eq!(reader.comment(&root).await.ok()["comment"]["score"], score);
    let page = reader.thread("/a", "").await.ok();
    assert_eq!(page["comments"][0]["score"], score);
    assert_eq!(page["comments"][0]["replies"]["comments"][0]["score"], json!({"up": 0, "down": 1}));
    let own = voter.viewer("/a").await.ok();
    let expected = json!([{"comment_id": reply, "value": -1}, {"comment_id": root, "value": 1}]);
    assert_eq!((&own["votes"], &own["comments"]), (&expected, &json!([])));
    voter.vote(&reply, 0).await.ok();
    assert_eq!(voter.viewer("/a").await.ok()["votes"], json!([{"comment_id": root, "value": 1}]));
    assert_eq!(dave.viewer("/a").await.ok()["votes"], json!([]));
}

async fn the_first_vote_of_somebody_makes_them_a_guest(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let voter = world.author("voter");
    let first = voter.vote(&root, 1).await.ok();
    assert!(first["guest_token"].as_str().unwrap().starts_with("rjg_"));
    assert!(voter.vote(&root, -1).await.ok().get("guest_token").is_none());
    let comment = voter.post("/a", "text").await.created();
    assert!(comment.get("guest_token").is_none());
}

async fn taking_back_what_was_never_given_makes_nobody_a_guest(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let answer = world.reader().vote(&root, 0).await.ok();
    assert_eq!(answer, json!({"score": {"up": 0, "down": 0}, "value": 0}));
}

async fn nobody_votes_for_their_own_comment(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    for value in [1, -1] {
        dave.vote(&root, value).await.refused(403, "own_comment");
    }
    assert_eq!(world.reader().comment(&root).await.ok()["comment"]["score"], json!({"up": 0, "down": 0}));
}

async fn a_site_says_which_votes_count(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let voter = world.author("voter");
    let cases = [
        (Voting::None, "none", [1, 0, -1].as_slice(), [].as_slice()),
        (Voting::Up, "up", &[-1], &[1, 0]),
        (Voting::UpDown, "up_down", &[], &[1, 0, -1]),
    ];
    for (voting, name, refused, counted) in cases {
        world.set_site(SiteChange { voting: Some(voting), ..SiteChange::default() }).await;
        assert_eq!(world.reader().thread("/a", "").await.ok()["policy"]["voting"], name);
        for value in refused {
            voter.vote(&root, *value).await.refused(403, "voting_disabled");
        }
        for value in counted {
            voter.vote(&root, *value).await.ok();
        }
    }
}

async fn votes_change_the_order(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let mut posted = Vec::new();
    for name in ["disliked", "unknown", "liked", "well liked"] {
        posted.push(dave.says("/a", name).await);
    }
    for (index, votes) in [(0, [-1, 0]), (2, [1, 0]), (3, [1, 1])] {
        for value in votes {
            world.author("voter").vote(&posted[index], value).await.ok();
        }
    }
    let order = async || {
        let page = world.reader().thread("/a", "&sort=top").await.ok();
        let bodies =
            page["comments"].as_array().unwrap().iter().map(|comment| comment["body"].as_str().unwrap().to_owned());
        bodies.collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["well liked", "liked", "unknown", "disliked"]);
    for _ in 0..3 {
        world.author("voter").vote(&posted[1], 1).await.ok();
    }
    assert_eq!(order().await, ["unknown", "well liked", "liked", "disliked"]);
}

async fn only_a_published_comment_is_voted_on(setup: Setup) {
    let world = setup.start().await;
    let dave = world.author("dave");
    let deleted = dave.says("/a", "text").await;
    dave.delete(&deleted).await.with_status(204);
    for id in [deleted.as_str(), "0000000000001", "nonsense"] {
        for value in [1, 0] {
            world.author("voter").vote(id, value).await.refused(404, "comment_not_found");
        }
    }
}

async fn a_vote_is_one_of_three_numbers(setup: Setup) {
    let world = setup.start().await;
    let root = world.author("dave").says("/a", "text").await;
    let cases = [
        (json!({"value": 2}), "invalid_value"),
        (json!({"value": -2}), "invalid_value"),
        (json!({"value": "1"}), "wrong_type"),
        (json!({"value": 1.5}), "wrong_type"),
        (json!({"value": true}), "wrong_type"),
        (json!({"value": Value::Null}), "wrong_type"),
        (json!({}), "missing_field"),
        (json!({"value": 1, "weight": 9}), "unknown_field"),
    ];
    let send = |body: &Value| world.reader().on_own_site(Method::PUT, &format!("comments/{root}/vote")).json(body);
    for (body, code) in cases {
        send(&body).await.refused(422, code);
    }
    assert_eq!(send(&json!({"value": 1.0})).await.ok()["score"]["up"], 1);
}

async fn a_site_without_guests_takes_no_votes_from_new_ones(setup: Setup) {
    let world = setup.start().await;
    let (dave, guest) = (world.author("dave"), world.author("guest"));
    let root = dave.says("/a", "text").await;
    guest.says("/a", "text").await;
    world.set_site(SiteChange { guests: Some(false), ..SiteChange::default() }).await;
    world.author("voter").vote(&root, 1).await.refused(403, "guests_not_allowed");
    guest.vote(&root, 1).await.ok();
}
