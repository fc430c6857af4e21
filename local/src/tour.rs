//! What a newcomer sees first: a login, a check, an allowed call, a logout, a refused call.

use reqwest::Method;
use serde_json::{Value, json};

/// Takes the tour against the service at `url` and gives each step to `show`.
///
/// # Errors
///
/// When a step does not end as it should.
pub async fn take(url: &str, js_code: &str, mut show: impl FnMut(&str)) -> Result<(), String> {
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(wxsession::aws::tls_config()).no_proxy();
    let client = client.build().map_err(|error| error.to_string())?;
    let code = json!({"code": js_code}).to_string();
    let login = client.post(format!("{url}/login")).header("content-type", "application/json").body(code);
    let login = sent(login).await?;
    show(&step("A Mini Program sends the code that wx.login() gave it", "POST /login {\"code\": …}", &login));
    must(&login, 200)?;
    let token = login.body["token"].as_str().ok_or("a login answers a token")?.to_owned();
    let steps = [
        ("It asks whether its session is still good", Method::GET, "/session", 200),
        (
            "It calls a protected function: the authorizer lets it through, with the identity",
            Method::GET,
            "/me",
            200,
        ),
        ("It lists the user's sessions", Method::GET, "/sessions", 200),
        ("The user logs out", Method::DELETE, "/session", 204),
        ("The same call again: the authorizer refuses it at once", Method::GET, "/me", 401),
    ];
    for (title, method, path, status) in steps {
        let request = client.request(method.clone(), format!("{url}{path}"));
        let reply = sent(request.bearer_auth(&token)).await?;
        show(&step(title, &format!("{method} {path}  Authorization: Bearer wxs_…"), &reply));
        must(&reply, status)?;
    }
    Ok(())
}

/// What came back.
struct Reply {
    status: u16,
    /// `null` when it is empty or not JSON.
    body: Value,
}

async fn sent(request: reqwest::RequestBuilder) -> Result<Reply, String> {
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    Ok(Reply { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
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
