//! Several sessions of one user.

use super::{
    Conversation, LoggedIn, Target,
    steps::{conversation, expect, expect_code, that},
};

pub(super) const ALL: &[Conversation] = &[
    conversation!(
        Simulator,
        "sessions are listed newest first, with the current one marked",
        "会话列表最新在前，并标出当前会话",
        listed
    ),
    conversation!(
        Simulator,
        "signing out one session leaves the others, and is idempotent",
        "结束一个会话不影响其他会话，重复执行结果相同",
        one
    ),
    conversation!(
        Simulator,
        "signing out everywhere ends every session at once",
        "全部退出会立即结束所有会话",
        everywhere
    ),
    conversation!(Simulator, "nobody can sign out another user's session", "不能结束他人的会话", foreign),
    conversation!(
        Simulator,
        "the least recently seen session over the cap is ended",
        "超出上限时结束最久未用的会话",
        cap
    ),
    conversation!(
        Simulator,
        "a deleted account is gone, and a new login starts afresh",
        "注销后账号不复存在，再次登录从头开始",
        deleted
    ),
];

async fn several(target: &Target, count: usize) -> Result<(String, Vec<LoggedIn>), String> {
    let (_, openid) = target.js_code(&target.app_id, None).await?;
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(target.log_in(Some(&openid)).await?);
    }
    Ok((openid, sessions))
}

async fn listed(target: &Target) -> Result<(), String> {
    let (_, users) = several(target, 3).await?;
    let list = target.call("GET", "/sessions", &users[1].token).await?;
    expect(&list, 200)?;
    let ids = |reply: &crate::http_client::Reply| -> Vec<String> {
        let sessions = reply.body["sessions"].as_array().cloned().unwrap_or_default();
        sessions.iter().filter_map(|session| session["id"].as_str().map(str::to_owned)).collect()
    };
    let newest_first: Vec<String> = users.iter().rev().map(|user| user.session_id.clone()).collect();
    that(ids(&list) == newest_first, "newest first", &list)?;
    let sessions = list.body["sessions"].as_array().cloned().unwrap_or_default();
    let current: Vec<_> = sessions.iter().filter(|session| session["current"] == true).collect();
    that(
        current.len() == 1 && current[0]["id"] == users[1].session_id.as_str(),
        "the current one is marked",
        &list,
    )
}

async fn one(target: &Target) -> Result<(), String> {
    let (_, users) = several(target, 2).await?;
    let path = format!("/sessions/{}", users[0].session_id);
    for _ in 0..2 {
        expect(&target.call("DELETE", &path, &users[1].token).await?, 204)?;
    }
    expect_code(&target.call("GET", "/session", &users[0].token).await?, 401, "session_invalid")?;
    expect(&target.call("GET", "/session", &users[1].token).await?, 200)
}

async fn everywhere(target: &Target) -> Result<(), String> {
    let (openid, users) = several(target, 3).await?;
    expect(&target.call("DELETE", "/sessions", &users[0].token).await?, 204)?;
    for user in &users {
        expect_code(&target.call("GET", "/session", &user.token).await?, 401, "session_invalid")?;
        target.refused(
            &target.call("GET", "/sessions", &user.token).await?,
            "/sessions",
            "session_invalid",
        )?;
    }
    let again = target.log_in(Some(&openid)).await?;
    expect(&target.call("GET", "/session", &again.token).await?, 200)
}

async fn foreign(target: &Target) -> Result<(), String> {
    let (mine, theirs) = (target.log_in(None).await?, target.log_in(None).await?);
    let path = format!("/sessions/{}", theirs.session_id);
    expect_code(&target.call("DELETE", &path, &mine.token).await?, 404, "not_found")?;
    expect_code(&target.call("DELETE", "/sessions/nonsense", &mine.token).await?, 404, "not_found")?;
    expect(&target.call("GET", "/session", &theirs.token).await?, 200)
}

async fn cap(target: &Target) -> Result<(), String> {
    let (_, users) = several(target, 6).await?;
    expect_code(&target.call("GET", "/session", &users[0].token).await?, 401, "session_invalid")?;
    for user in &users[1..] {
        expect(&target.call("GET", "/session", &user.token).await?, 200)?;
    }
    Ok(())
}

async fn deleted(target: &Target) -> Result<(), String> {
    let (openid, users) = several(target, 2).await?;
    expect(&target.call("DELETE", "/me", &users[0].token).await?, 204)?;
    for user in &users {
        expect_code(&target.call("GET", "/session", &user.token).await?, 401, "session_invalid")?;
    }
    let again = target.log_in(Some(&openid)).await?;
    that(again.reply.body["user"]["is_new"] == true, "a new user", &again.reply)
}
