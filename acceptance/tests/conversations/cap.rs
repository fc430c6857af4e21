//! Twenty phones at once, and a cap that is lowered.

use futures_util::future::join_all;
use wechat_simulator::DEFAULT_APP;

use crate::support::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_logins_at_once_all_succeed_and_the_cap_holds() {
    let stage = Stage::open().await;
    let (_, openid) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    let codes: Vec<String> =
        (0..20).map(|_| stage.service.simulator.mint_code(DEFAULT_APP.0, Some(&openid))).collect();
    let replies = join_all(codes.iter().map(|code| stage.target.post_login(code))).await;
    let mut good = 0;
    for reply in replies {
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text);
        let token = reply.body["token"].as_str().expect("a token").to_owned();
        good += usize::from(stage.call("GET", "/me", &token).await.status == 200);
    }
    assert_eq!(good, 5);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_cap_is_in_force_at_the_next_login_and_hides_nothing_until_then() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("tables.db");
    let under = |cap: &str| {
        let (file, cap) = (file.clone(), cap.to_owned());
        Stage::with(move |mut settings| {
            settings.data = Some(file);
            settings.parameters.insert("MaxSessionsPerUser".to_owned(), cap);
            settings
        })
    };
    let before = under("8").await;
    let (_, openid) = before.target.js_code(&before.target.app_id, None).await.expect("a code");
    let mut tokens = Vec::new();
    for _ in 0..8 {
        tokens.push(before.login(Some(&openid)).await);
        before.service.clock.advance(1);
    }
    before.close().await;
    let after = under("2").await;
    after.service.clock.advance(60);
    let listed = after.call("GET", "/sessions", &tokens[0]).await;
    assert_eq!(listed.body["sessions"].as_array().map(Vec::len), Some(8), "{}", listed.text);
    let code = after.service.simulator.mint_code(DEFAULT_APP.0, Some(&openid));
    let (reply, calls) = after.counted(after.target.post_login(&code)).await;
    let newest = reply.expect("an answer").body["token"].as_str().expect("a token").to_owned();
    assert_eq!(calls.len(), 4, "no more than usual: {calls:?}");
    let listed = after.call("GET", "/sessions", &newest).await;
    assert_eq!(listed.body["sessions"].as_array().map(Vec::len), Some(2), "{}", listed.text);
    Stage::is(&after.call("GET", "/me", &tokens[7]).await, 200, "");
    Stage::is(&after.call("GET", "/me", &tokens[6]).await, 401, "session_invalid");
    after.close().await;
}
