//! What a request costs: DynamoDB calls, counted at the socket.

use crate::support::Stage;

fn names(calls: &[aws_emulator::dynamodb::Call]) -> Vec<&str> {
    let mut names: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn authorizing_takes_one_strongly_consistent_read() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    let (reply, calls) = stage.counted(stage.call("GET", "/me", &token)).await;
    Stage::is(&reply, 200, "");
    assert_eq!(names(&calls), ["BatchGetItem"]);
    assert!(calls[0].is_consistent && calls[0].tables.len() == 2, "{calls:?}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_takes_one_read_and_a_write_at_most_hourly() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    let check = || stage.counted(stage.call("GET", "/session", &token));
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.service.clock.advance(3_600);
    assert_eq!(names(&check().await.1), ["BatchGetItem", "UpdateItem"]);
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.service.clock.advance(3_599);
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_takes_two_writes_and_the_read_for_the_cap() {
    let stage = Stage::open().await;
    let (_, openid) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    for _ in 0..3 {
        // New; then again with the same session_key; then after WeChat has rotated it.
        let (_, calls) = stage.counted(stage.login(Some(&openid))).await;
        assert_eq!(names(&calls), ["PutItem", "Query", "UpdateItem"]);
        if stage.service.clock.now() == crate::support::START {
            stage.service.clock.advance(60);
        } else {
            stage.service.simulator.rotate_session_key(&stage.target.app_id, &openid);
        }
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_takes_one_write_and_junk_takes_nothing() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    assert_eq!(names(&stage.counted(stage.call("DELETE", "/session", &token)).await.1), ["UpdateItem"]);
    let flipped = format!("{}{}", &token[..73], if token.ends_with('0') { '1' } else { '0' });
    for path in ["/session", "/me"] {
        let (reply, calls) = stage.counted(stage.call("GET", path, &flipped)).await;
        Stage::is(&reply, 401, "session_invalid");
        assert!(calls.is_empty(), "{calls:?}");
    }
    stage.close().await;
}
