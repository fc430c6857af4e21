//! What a newcomer sees first: a login, a check, an allowed call, a logout, a refused call.

use serde_json::{Value, json};

use crate::http_client::{HttpClient, Reply};

/// Takes the tour against a running service and gives each step to `show`.
///
/// # Errors
///
/// When a step does not end as it should.
pub async fn take(service: &HttpClient, js_code: &str, mut show: impl FnMut(&str)) -> Result<(), String> {
    let login = service.request("POST", "/login").json(&json!({"code": js_code})).send().await?;
    show(&step("A Mini Program sends the code that wx.login() gave it", "POST /login {\"code\": …}", &login));
    must(&login, 200)?;
    let token = login.body["token"].as_str().ok_or("a login answers a token")?.to_owned();
    let steps = [
        ("It asks whether its session is still good", "GET", "/session", 200),
        (
            "It calls a protected function: the authorizer lets it through, with the identity",
            "GET",
            "/me",
            200,
        ),
        ("It lists the user's sessions", "GET", "/sessions", 200),
        ("The user logs out", "DELETE", "/session", 204),
        ("The same call again: the authorizer refuses it at once", "GET", "/me", 401),
    ];
    for (title, method, path, status) in steps {
        let reply = service.request(method, path).bearer(&token).send().await?;
        show(&step(title, &format!("{method} {path}  Authorization: Bearer wxs_…"), &reply));
        must(&reply, status)?;
    }
    Ok(())
}

fn must(reply: &Reply, status: u16) -> Result<(), String> {
    if reply.status == status { Ok(()) } else { Err(format!("expected {status}, got {}", reply.status)) }
}

fn step(title: &str, request: &str, reply: &Reply) -> String {
    let body = match &reply.body {
        Value::Null => String::new(),
        body => {
            format!("\n{}", serde_json::to_string_pretty(body).unwrap_or_default().replace('\n', "\n    "))
        }
    };
    let body = body.replacen('\n', "\n    ", 1);
    format!("{title}\n  {request}\n  {}{body}\n", reply.status)
}

/// Lines to paste into a terminal.
#[must_use]
pub fn to_paste(gateway: &str, js_code: Option<&str>) -> String {
    let code = js_code.unwrap_or("<the code of wx.login()>");
    format!(
        "Try it:\n\
         \x20 curl -s {gateway}/login -H 'content-type: application/json' -d '{{\"code\":\"{code}\"}}'\n\
         \x20 TOKEN=<token of the answer>\n\
         \x20 curl -s {gateway}/session -H \"authorization: Bearer $TOKEN\"\n\
         \x20 curl -s {gateway}/me      -H \"authorization: Bearer $TOKEN\"\n\
         \x20 curl -si -X DELETE {gateway}/session -H \"authorization: Bearer $TOKEN\"\n"
    )
}
