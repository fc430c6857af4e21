//! Logging in, checking, logging out.

use serde_json::json;

use super::{
    Conversation, Gateway, LoggedIn, Target,
    steps::{conversation, expect, expect_code, that},
};

pub(super) const ALL: &[Conversation] = &[
    conversation!(
        Code,
        "somebody logs in with a code of the real WeChat, checks, calls, logs out and is refused",
        "用真实微信的 code 登录、检查会话、调用接口、退出，随后被拒绝",
        real_life
    ),
    conversation!(
        Simulator,
        "a new user logs in, checks, calls, logs out and is refused",
        "新用户登录、检查会话、调用接口、退出，随后被拒绝",
        whole_life
    ),
    conversation!(
        Simulator,
        "a returning user is found, and each login has its own session",
        "老用户能被认出，每次登录各有自己的会话",
        returning
    ),
    conversation!(
        Simulator,
        "a login that presents an old token ends that session",
        "登录时带上旧令牌，旧会话随即结束",
        replaces
    ),
    conversation!(
        Simulator,
        "no answer holds an openid or a session_key",
        "任何响应都不含 openid 或 session_key",
        nothing_leaks
    ),
];

async fn real_life(target: &Target) -> Result<(), String> {
    let code = target.code.as_deref().ok_or("no code")?;
    let mut login = json!({"code": code});
    if let Some(app_id) = &target.named_app {
        login["app_id"] = app_id.as_str().into();
    }
    let reply = target.service.request("POST", "/login").json(&login).send().await?;
    lives(target, &LoggedIn::of(reply)?).await?;
    let again = target.service.request("POST", "/login").json(&login).send().await?;
    expect_code(&again, 400, "login_code_used")
}

async fn whole_life(target: &Target) -> Result<(), String> {
    let user = target.log_in(None).await?;
    that(user.reply.body["user"]["is_new"] == true, "the user is new", &user.reply)?;
    lives(target, &user).await
}

/// From a login to the refusal after the logout.
async fn lives(target: &Target, user: &LoggedIn) -> Result<(), String> {
    let login = &user.reply.body;
    that(
        login["token_type"] == "Bearer" && user.token.len() == 74,
        "a token of the documented form",
        &user.reply,
    )?;
    let seconds = |name: &str| login[name].as_i64().unwrap_or_default();
    let ordered = 0 < seconds("check_after")
        && seconds("check_after") <= seconds("expires_at")
        && seconds("expires_at") <= seconds("absolute_expires_at");
    that(ordered, "check_after, expires_at, absolute_expires_at in this order", &user.reply)?;

    let check = target.call("GET", "/session", &user.token).await?;
    expect(&check, 200)?;
    that(check.body["session"]["id"] == user.session_id.as_str(), "the same session", &check)?;
    that(check.body["user"]["id"] == login["user"]["id"], "the same user", &check)?;

    let list = target.call("GET", "/sessions", &user.token).await?;
    expect(&list, 200)?;

    for _ in 0..2 {
        expect(&target.call("DELETE", "/session", &user.token).await?, 204)?;
    }
    expect_code(&target.call("GET", "/session", &user.token).await?, 401, "session_invalid")?;
    let refused = target.call("GET", "/sessions", &user.token).await?;
    target.refused(&refused, "/sessions", "session_invalid")?;
    if target.gateway == Gateway::Http {
        return Ok(());
    }
    let challenge =
        refused.headers.get("www-authenticate").is_some_and(|value| value.contains("invalid_token"));
    that(challenge, "a challenge", &refused)
}

async fn returning(target: &Target) -> Result<(), String> {
    let (code, openid) = target.js_code(&target.app_id, None).await?;
    let first = target.post_login(&code).await?;
    let second = target.log_in(Some(&openid)).await?;
    that(first.body["user"]["is_new"] == true, "new at first", &first)?;
    that(second.reply.body["user"]["is_new"] == false, "found the second time", &second.reply)?;
    that(first.body["user"]["id"] == second.reply.body["user"]["id"], "one user", &second.reply)?;
    that(first.body["session"]["id"] != second.reply.body["session"]["id"], "two sessions", &second.reply)?;
    let token = first.body["token"].as_str().unwrap_or_default();
    expect(&target.call("GET", "/session", token).await?, 200)
}

async fn replaces(target: &Target) -> Result<(), String> {
    let (code, openid) = target.js_code(&target.app_id, None).await?;
    let first = target.post_login(&code).await?;
    let old = first.body["token"].as_str().unwrap_or_default();
    let (code, _) = target.js_code(&target.app_id, Some(&openid)).await?;
    let login = target.service.request("POST", "/login").bearer(old).json(&json!({"code": code}));
    expect(&login.send().await?, 200)?;
    expect_code(&target.call("GET", "/session", old).await?, 401, "session_invalid")
}

async fn nothing_leaks(target: &Target) -> Result<(), String> {
    let (code, openid) = target.js_code(&target.app_id, None).await?;
    let login = target.post_login(&code).await?;
    let token = login.body["token"].as_str().unwrap_or_default();
    let wanted = json!({"app_id": target.app_id, "openid": openid});
    let key = target.control("session-key", &wanted).await?;
    let session_key = key.body["session_key"].as_str().ok_or("the simulator tells the session_key")?;
    let mut answers = vec![login.clone(), target.post_login(&code).await?];
    for path in ["/session", "/sessions", "/session-key"] {
        answers.push(target.call("GET", path, token).await?);
    }
    for answer in answers {
        let whole = format!("{} {:?}", answer.text, answer.headers);
        that(!whole.contains(&openid) && !whole.contains(session_key), "no openid, no session_key", &answer)?;
    }
    Ok(())
}
