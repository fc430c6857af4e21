//! Logging in, checking, logging out.

use serde_json::json;
use wxsession::{Random, UserId, token::SessionToken};

use super::{
    Conversation, Gateway, LoggedIn, Target,
    steps::{conversation, expect, expect_code, that},
};

pub(super) const ALL: &[Conversation] = &[
    conversation!(
        Nothing,
        "a token that nobody was given is refused",
        "没有发给任何人的令牌会被拒绝",
        unknown_token
    ),
    conversation!(
        Nothing,
        "WeChat is asked, and refuses a code that it never gave",
        "会向微信询问，而微信拒绝它没有给出过的 code",
        unknown_code
    ),
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
        "a code works once, and a foreign code never",
        "code 只能用一次，其他小程序的 code 不能用",
        codes
    ),
    conversation!(
        Nothing,
        "what is not a login is refused with a clear code",
        "不是登录请求的内容会被拒绝，错误码明确",
        malformed
    ),
    conversation!(
        Simulator,
        "what is not a token is refused everywhere",
        "不是令牌的内容处处被拒绝",
        junk_tokens
    ),
    conversation!(
        Simulator,
        "no answer holds an openid or a session_key",
        "任何应答都不含 openid 或 session_key",
        nothing_leaks
    ),
];

async fn unknown_token(target: &Target) -> Result<(), String> {
    let token = SessionToken::generate(UserId::of("", "nobody"), &Random::system()).expose();
    for (method, path) in [("GET", "/session"), ("GET", "/sessions"), ("POST", "/open-data/decrypt")] {
        let bare = target.service.request(method, path).send().await?;
        target.refused(&bare, path, "credentials_missing").map_err(|why| format!("{path}: {why}"))?;
        let unknown = target.call(method, path, &token).await?;
        target.refused(&unknown, path, "session_invalid").map_err(|why| format!("{path}: {why}"))?;
    }
    // Ending what there is not is success, as the second logout is.
    expect(&target.call("DELETE", "/session", &token).await?, 204)
}

async fn unknown_code(target: &Target) -> Result<(), String> {
    let mut login = json!({"code": "verify-probe-this-is-not-a-code0"});
    if let Some(app_id) = &target.named_app {
        login["app_id"] = app_id.as_str().into();
    }
    let reply = target.service.request("POST", "/login").json(&login).send().await?;
    expect_code(&reply, 400, "login_code_invalid")
}

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

async fn codes(target: &Target) -> Result<(), String> {
    let (code, _) = target.js_code(&target.app_id, None).await?;
    expect(&target.post_login(&code).await?, 200)?;
    expect_code(&target.post_login(&code).await?, 400, "login_code_used")?;
    expect_code(&target.post_login("0123456789abcdef0123456789abcdef").await?, 400, "login_code_invalid")?;
    let (foreign, _) = target.js_code(&target.foreign_app_id, None).await?;
    expect_code(&target.post_login(&foreign).await?, 400, "login_code_invalid")?;
    let named = json!({"code": foreign, "app_id": target.foreign_app_id});
    let refused = target.service.request("POST", "/login").json(&named).send().await?;
    expect_code(&refused, 403, "wrong_app")?;
    // A code that would end the query and start another parameter stays a code.
    let injected = target.post_login("x&appid=wx0000000000000000&secret=x#%00").await?;
    expect_code(&injected, 400, "login_code_invalid")
}

async fn malformed(target: &Target) -> Result<(), String> {
    let post = |body: &str| target.service.request("POST", "/login").text("application/json", body);
    for body in [
        "",
        "{",
        "[]",
        "null",
        "7",
        r#""code""#,
        "{}",
        r#"{"code":null}"#,
        r#"{"code":7}"#,
        r#"{"code":""}"#,
        r#"{"code":"the code is a mock one"}"#,
        r#"{"code":"a","code":"b"}"#,
        r#"{"code":"a","other":1}"#,
        r#"{"code":"a","app_id":7}"#,
        r#"["a", null]"#,
        "{\"code\":\"a\u{0}\"}",
        r#"{"code":"é"}"#,
    ] {
        expect_code(&post(body).send().await?, 400, "malformed_request")
            .map_err(|why| format!("{body}: {why}"))?;
    }
    let long = format!(r#"{{"code":"{}"}}"#, "x".repeat(129));
    expect_code(&post(&long).send().await?, 400, "malformed_request")?;
    let huge = format!(r#"{{"code":"{}"}}"#, "x".repeat(5000));
    expect_code(&post(&huge).send().await?, 413, "body_too_large")?;
    let form = target.service.request("POST", "/login").text("application/x-www-form-urlencoded", "code=a");
    expect_code(&form.send().await?, 415, "unsupported_media_type")?;
    let nowhere = target.service.request("GET", "/nowhere").send().await?;
    if target.gateway == Gateway::Http {
        expect(&nowhere, 404)
    } else {
        expect_code(&nowhere, 404, "not_found")
    }
}

async fn junk_tokens(target: &Target) -> Result<(), String> {
    let user = target.log_in(None).await?;
    let good = user.token.as_str();
    let last = if good.ends_with('0') { "1" } else { "0" };
    let flipped = format!("{}{last}", &good[..73]);
    for path in ["/session", "/sessions"] {
        let bare = target.service.request("GET", path).send().await?;
        target.refused(&bare, path, "credentials_missing")?;
        for junk in ["x", flipped.as_str(), &good[..73], &good.to_uppercase()] {
            let refused = target.call("GET", path, junk).await?;
            // API Gateway refuses what its identity expression does not match before it asks the
            // authorizer, and has one answer for "none" and "not one of ours".
            let code = if path == "/sessions" && refused.code() == "credentials_missing" {
                "credentials_missing"
            } else {
                "session_invalid"
            };
            target.refused(&refused, path, code).map_err(|why| format!("{path}: {why}"))?;
        }
    }
    // A token in the query is no token.
    let query = target.service.request("GET", &format!("/session?access_token={good}")).send().await?;
    expect_code(&query, 401, "credentials_missing")
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
