//! What needs the session_key, without it ever leaving.

use serde_json::{Value, json};

use super::{
    Conversation, LoggedIn, Target,
    steps::{conversation, expect, expect_code, that},
};
use crate::http_client::Reply;

pub(super) const ALL: &[Conversation] = &[
    conversation!(
        Simulator,
        "encrypted data of the button is decrypted, without the openid in it",
        "按钮的加密数据能解密，结果不含 openid",
        decrypts
    ),
    conversation!(
        Simulator,
        "data of a key that is two logins old is stale, not an error",
        "两次登录之前的密钥加密的数据算作过期，而非错误",
        stale
    ),
    conversation!(Simulator, "a signature is verified", "签名能得到校验", verifies),
    conversation!(
        Simulator,
        "the session_key is checked and reset at WeChat",
        "session_key 能向微信校验和重置",
        key
    ),
    conversation!(
        Simulator,
        "a phone number is fetched with the button's code",
        "能用按钮的 code 取得手机号",
        phone
    ),
];

async fn logged_in(target: &Target) -> Result<(String, LoggedIn), String> {
    let (_, openid) = target.js_code(&target.app_id, None).await?;
    let user = target.log_in(Some(&openid)).await?;
    Ok((openid, user))
}

async fn user_info(target: &Target, openid: &str) -> Result<Value, String> {
    let wanted = json!({"app_id": target.app_id, "openid": openid});
    Ok(target.control("user-info", &wanted).await?.body)
}

async fn post(target: &Target, path: &str, user: &LoggedIn, body: &Value) -> Result<Reply, String> {
    target.service.request("POST", path).bearer(&user.token).json(body).send().await
}

async fn rotate(target: &Target, openid: &str) -> Result<(), String> {
    let wanted = json!({"app_id": target.app_id, "openid": openid});
    let rotated = target.control("session-key/rotate", &wanted).await?;
    that(rotated.status < 300, "the simulator rotates", &rotated)
}

async fn decrypts(target: &Target) -> Result<(), String> {
    let (openid, user) = logged_in(target).await?;
    let info = user_info(target, &openid).await?;
    // The key rotates between the press of the button and the call: the usual random failure.
    rotate(target, &openid).await?;
    target.log_in(Some(&openid)).await?;
    let sent = json!({"encrypted_data": info["encrypted_data"], "iv": info["iv"]});
    let reply = post(target, "/open-data/decrypt", &user, &sent).await?;
    expect(&reply, 200)?;
    that(reply.body["data"]["nickName"].is_string(), "the profile", &reply)?;
    that(!reply.text.contains(&openid), "no openid", &reply)
}

async fn stale(target: &Target) -> Result<(), String> {
    let (openid, user) = logged_in(target).await?;
    let info = user_info(target, &openid).await?;
    for _ in 0..2 {
        rotate(target, &openid).await?;
        target.log_in(Some(&openid)).await?;
    }
    let sent = json!({"encrypted_data": info["encrypted_data"], "iv": info["iv"]});
    expect_code(&post(target, "/open-data/decrypt", &user, &sent).await?, 409, "session_key_stale")?;
    let malformed = json!({"encrypted_data": "AAAA", "iv": info["iv"]});
    expect_code(&post(target, "/open-data/decrypt", &user, &malformed).await?, 400, "malformed_request")
}

async fn verifies(target: &Target) -> Result<(), String> {
    let (openid, user) = logged_in(target).await?;
    let info = user_info(target, &openid).await?;
    let good = json!({"raw_data": info["raw_data"], "signature": info["signature"]});
    let reply = post(target, "/open-data/verify", &user, &good).await?;
    expect(&reply, 200)?;
    that(reply.body == json!({"valid": true}), "valid", &reply)?;
    let forged = json!({"raw_data": "{}", "signature": info["signature"]});
    let reply = post(target, "/open-data/verify", &user, &forged).await?;
    that(reply.body == json!({"valid": false}), "not valid", &reply)
}

async fn key(target: &Target) -> Result<(), String> {
    let (openid, user) = logged_in(target).await?;
    let valid = target.call("GET", "/session-key", &user.token).await?;
    that(valid.body == json!({"valid": true}), "valid", &valid)?;
    expect(&target.call("POST", "/session-key/reset", &user.token).await?, 204)?;
    let valid = target.call("GET", "/session-key", &user.token).await?;
    that(valid.body == json!({"valid": true}), "the new key is valid", &valid)?;
    rotate(target, &openid).await?;
    let valid = target.call("GET", "/session-key", &user.token).await?;
    that(valid.body == json!({"valid": false}), "not valid any more", &valid)
}

async fn phone(target: &Target) -> Result<(), String> {
    let (openid, user) = logged_in(target).await?;
    let (_, stranger) = logged_in(target).await?;
    let wanted = json!({"app_id": target.app_id, "openid": openid});
    let minted = target.control("phone-codes", &wanted).await?;
    let code = json!({"code": minted.body["code"]});
    expect_code(&post(target, "/phone-number", &stranger, &code).await?, 400, "phone_code_invalid")?;
    let reply = post(target, "/phone-number", &user, &code).await?;
    expect(&reply, 200)?;
    let strings =
        ["phone_number", "pure_phone_number", "country_code"].iter().all(|name| reply.body[name].is_string());
    that(strings, "three strings", &reply)?;
    let (login_code, _) = target.js_code(&target.app_id, None).await?;
    let reply = post(target, "/phone-number", &user, &json!({"code": login_code})).await?;
    expect_code(&reply, 400, "phone_code_invalid")
}
