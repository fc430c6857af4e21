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
async fn checking_takes_one_read_and_a_write_the_first_time_and_then_at_most_hourly() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    let check = || stage.counted(stage.call("GET", "/session", &token));
    assert_eq!(names(&check().await.1), ["BatchGetItem", "UpdateItem"], "it was used");
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.service.clock.advance(3_600);
    assert_eq!(names(&check().await.1), ["BatchGetItem", "UpdateItem"]);
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.service.clock.advance(3_599);
    assert_eq!(names(&check().await.1), ["BatchGetItem"]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_takes_a_read_and_two_writes_and_one_read_more_when_the_list_is_full() {
    let stage = Stage::open().await;
    let (_, openid) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    for number in 0..7 {
        // With the same session_key, and after WeChat has rotated it.
        if number == 2 {
            stage.service.simulator.rotate_session_key(&stage.target.app_id, &openid);
        }
        let (_, calls) = stage.counted(stage.login(Some(&openid))).await;
        let usual = ["GetItem", "PutItem", "UpdateItem"];
        let full = ["BatchGetItem", "GetItem", "PutItem", "UpdateItem"];
        assert_eq!(
            names(&calls),
            if number < 5 { usual.as_slice() } else { full.as_slice() },
            "login {number}"
        );
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
