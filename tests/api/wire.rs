//! Below HTTP's grammar: malformed, endless and stalled requests are answered with problems, too.

use futures_util::future::join_all;

use crate::client::Request;
use crate::operations;
use crate::promise::promises;
use crate::raw::Wire;
use crate::staff_operations::Household;
use crate::world::{Setup, World};

promises![
    a_malformed_head_is_a_bad_request,
    a_body_of_two_lengths_is_a_bad_request,
    a_body_with_broken_chunks_is_a_bad_request,
    an_endless_head_is_cut_off,
    a_late_head_is_timed_out,
    a_late_body_is_timed_out,
    a_body_that_nobody_waited_for_ends_the_connection,
    a_head_that_breaks_off_is_a_bad_request,
    requests_on_one_connection_are_answered_in_turn,
];

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: a\r\n";

/// Sends bytes on a connection of their own; the refusal is the last word.
async fn refused(world: &World, bytes: &[u8], status: u16, code: &str) {
    let mut wire = Wire::to(world).await;
    wire.send(bytes).await;
    let asked = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
    let answer = wire.answer(&asked).await;
    assert_eq!(answer.required_header("connection"), "close", "{asked:?}");
    answer.refused(status, code);
    assert!(wire.is_closed().await, "{asked:?}");
}

async fn a_malformed_head_is_a_bad_request(setup: Setup) {
    let world = setup.start().await;
    let heads = [
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET /livez\r\n\r\n",
        "GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /livez HTTP/1.1\r\nna me: value\r\n\r\n",
        "GET /livez HTTP/1.1\r\nname: val\0ue\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "GET /livez HTTP/9.9\r\nhost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n",
    ];
    for head in heads {
        refused(&world, head.as_bytes(), 400, "bad_request").await;
    }
}

async fn a_body_of_two_lengths_is_a_bad_request(setup: Setup) {
    let world = setup.start().await;
    let fields = [
        "content-length: 2\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 2\r\n",
        "content-length: 2\r\ncontent-length: 3\r\n",
        "content-length: 2, 3\r\n",
        "transfer-encoding: gzip\r\n",
    ];
    for field in fields {
        let request = format!("POST /api/v1/sites/default/counts HTTP/1.1\r\nhost: a\r\n{field}\r\n{{}}");
        refused(&world, request.as_bytes(), 400, "bad_request").await;
    }
}

async fn a_body_with_broken_chunks_is_a_bad_request(setup: Setup) {
    let world = setup.start().await;
    for chunk in ["x\r\n{}\r\n0\r\n\r\n", "2\r\n{}}}}}0\r\n\r\n", "fffffffffffffffffff\r\n"] {
        let head = "POST /api/v1/sites/default/counts HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
        let request = format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}");
        let mut wire = Wire::to(&world).await;
        wire.send(request).await;
        wire.answer_of("POST", "/api/v1/sites/default/counts").await.refused(400, "bad_request");
        assert!(wire.is_closed().await, "{chunk:?}");
    }
}

async fn an_endless_head_is_cut_off(setup: Setup) {
    let world = setup.start().await;
    let endless = "x".repeat(300_000);
    for request in
        [format!("GET /{endless}"), format!("{LIVEZ}x: {endless}"), format!("{LIVEZ}{}", "x: y\r\n".repeat(50_000))]
    {
        refused(&world, request.as_bytes(), 431, "header_fields_too_large").await;
    }
}

async fn a_late_head_is_timed_out(setup: Setup) {
    let world = setup.start_with(&[("HTTP__HEAD_TIMEOUT_SECONDS", "1")]).await;
    let late = async |begun: &'static str| {
        let mut wire = Wire::to(&world).await;
        wire.send(begun).await;
        wire.answer(&format!("{begun:?}, and then nothing")).await.refused(408, "request_timeout");
        assert!(wire.is_closed().await, "{begun:?}");
    };
    join_all(["", "GET /livez HT", LIVEZ].map(late)).await;
}

async fn a_late_body_is_timed_out(setup: Setup) {
    let world = setup.start_with(&[("HTTP__BODY_TIMEOUT_SECONDS", "1")]).await;
    let dave = world.author("dave");
    let root = dave.says("/a", "text").await;
    let token = dave.token().unwrap();
    let late = async |call: Request| {
        let (method, target) = (call.method(), call.target());
        let own = call.header_of("authorization").unwrap_or_else(|| format!("Bearer {token}"));
        let own =
            call.header_of("cookie").map_or_else(|| format!("authorization: {own}"), |it| format!("cookie: {it}"));
        let head = format!("{method} {target} HTTP/1.1\r\nhost: a\r\n{own}\r\nsec-fetch-site: same-origin\r\n");
        let mut wire = Wire::to(&world).await;
        wire.send(format!("{head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{{")).await;
        let answer = wire.answer_of(method, target).await;
        assert_eq!(answer.required_header("connection"), "close");
        answer.refused(408, "request_timeout");
        assert!(wire.is_closed().await, "{method} {target}");
    };
    let calls = operations::on_site(&dave, &root).into_iter().filter(Request::has_body);
    join_all(calls.map(late)).await;
    let house = Household::of(world.clone()).await;
    join_all(house.calls().into_iter().filter(Request::has_body).map(late)).await;
}

async fn a_body_that_nobody_waited_for_ends_the_connection(setup: Setup) {
    let world = setup.start().await;
    let mut wire = Wire::to(&world).await;
    let smuggled = format!("{LIVEZ}\r\n");
    let head = format!("POST /livez HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", smuggled.len());
    wire.send(head).await;
    wire.answer("POST /livez").await.refused(405, "method_not_allowed");
    wire.send(smuggled).await;
    assert!(wire.is_closed().await);
}

async fn a_head_that_breaks_off_is_a_bad_request(setup: Setup) {
    let world = setup.start().await;
    let mut wire = Wire::to(&world).await;
    wire.send(LIVEZ).await;
    wire.finish().await;
    wire.answer("half a head").await.refused(400, "bad_request");
    assert!(wire.is_closed().await);
    let mut wire = Wire::to(&world).await;
    wire.finish().await;
    assert!(wire.is_closed().await);
}

async fn requests_on_one_connection_are_answered_in_turn(setup: Setup) {
    let world = setup.start().await;
    let mut wire = Wire::to(&world).await;
    let good = format!("{LIVEZ}\r\n");
    wire.send(format!("{good}GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n{good}nonsense\r\n\r\n")).await;
    wire.answer_of("GET", "/livez").await.with_status(200);
    wire.answer("GET /nothing").await.refused(404, "not_found");
    wire.answer_of("GET", "/livez").await.with_status(200);
    wire.answer("nonsense").await.refused(400, "bad_request");
    assert!(wire.is_closed().await);
}
