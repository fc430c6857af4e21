//! What is refused, and with which words.

use serde_json::json;
use wxsession::{Random, UserId, token::SessionToken};

use super::{
    Conversation, Gateway, Target,
    steps::{conversation, expect, expect_code},
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
