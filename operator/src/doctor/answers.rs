//! What the deployed API answers to three requests that change nothing: a login with a code that cannot exist, a
//! question without a token, and one that the authorizer has to answer, with a token that nobody was given.

use std::time::Duration;

use serde_json::json;
use wxsession::{Random, UserId, token::SessionToken};

use super::{
    Args, Surroundings,
    report::{Finding, Report},
    texts::{
        ANSWER_FOREIGN, ANSWER_LIMITED, ANSWER_NONE, ANSWER_NOT_FOUND, AUTHORIZER_EXPRESSION, AUTHORIZER_OK,
        AUTHORIZER_OPEN, AUTHORIZER_STORE, LOGIN_APP, LOGIN_OK, LOGIN_OPERATOR, LOGIN_STORE, LOGIN_UPSTREAM,
        SESSION_OK,
    },
    wechat::PROBE_CODE,
};
use crate::http_client::{HttpClient, Outgoing, Reply};

const LOGIN: &str = "domain.login";
const SESSION: &str = "domain.session";
const AUTHORIZER: &str = "domain.authorizer";
/// API Gateway itself gives up after 29 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn check(args: &Args, url: &reqwest::Url, around: &Surroundings, report: &mut Report) {
    let client = HttpClient::with_tls(url.as_str(), around.tls.clone());
    let mut body = json!({ "code": PROBE_CODE });
    if let Some(app_id) = &args.app_id {
        body["app_id"] = json!(app_id);
    }
    report.add(match ask(client.request("POST", "/login").json(&body)).await {
        Err(kind) => Finding::fail(LOGIN, ANSWER_NONE).with("kind", &kind),
        Ok(reply) => login(&reply),
    });
    report.add(match ask(client.request("GET", "/session")).await {
        Err(kind) => Finding::fail(SESSION, ANSWER_NONE).with("kind", &kind),
        Ok(reply) if reply.status == 401 && code_of(&reply) == "credentials_missing" => {
            Finding::ok(SESSION, SESSION_OK)
        }
        Ok(reply) => other(SESSION, &reply),
    });
    let token = SessionToken::generate(UserId::of("", PROBE_CODE), &Random::system()).expose();
    report.add(match ask(client.request("GET", "/sessions").bearer(&token)).await {
        Err(kind) => Finding::fail(AUTHORIZER, ANSWER_NONE).with("kind", &kind),
        Ok(reply) => authorizer(&reply),
    });
}

fn authorizer(reply: &Reply) -> Finding {
    let code = code_of(reply);
    let finding = match (reply.status, code) {
        (401, "session_invalid") => Finding::ok(AUTHORIZER, AUTHORIZER_OK),
        // An HTTP API has one answer for every refusal, in its own words; and one for an authorizer that fails.
        (403, "") if reply.body == json!({"message": "Forbidden"}) => Finding::ok(AUTHORIZER, AUTHORIZER_OK),
        (401, _) => Finding::fail(AUTHORIZER, AUTHORIZER_EXPRESSION),
        (503, "store_unavailable") | (500, "") => Finding::fail(AUTHORIZER, AUTHORIZER_STORE),
        // Anybody may answer 200; a list of sessions is ours.
        (200, _) if reply.body["sessions"].is_array() => Finding::fail(AUTHORIZER, AUTHORIZER_OPEN),
        _ => return other(AUTHORIZER, reply),
    };
    finding.with("status", &reply.status).with("code", &if code.is_empty() { "-" } else { code })
}

async fn ask(request: Outgoing) -> Result<Reply, String> {
    let answer = tokio::time::timeout(PATIENCE, request.answered()).await;
    answer.unwrap_or_else(|_| Err(format!("{} s", PATIENCE.as_secs())))
}

fn login(reply: &Reply) -> Finding {
    match (reply.status, code_of(reply)) {
        (400, "login_code_invalid") => Finding::ok(LOGIN, LOGIN_OK),
        (400, "malformed_request" | "wrong_app") | (403, "wrong_app") => Finding::fail(LOGIN, LOGIN_APP),
        (500, "service_misconfigured") => Finding::fail(LOGIN, LOGIN_OPERATOR),
        (502 | 503, "upstream_invalid" | "upstream_unavailable") => Finding::fail(LOGIN, LOGIN_UPSTREAM),
        (503, "store_unavailable") => Finding::fail(LOGIN, LOGIN_STORE),
        _ => return other(LOGIN, reply),
    }
    .with("code", &code_of(reply))
}

/// What any route may answer instead.
fn other(check: &'static str, reply: &Reply) -> Finding {
    let finding = match (reply.status, code_of(reply)) {
        (429, _) => Finding::warn(check, ANSWER_LIMITED),
        // Without the stage in its path API Gateway answers 403 in its own words.
        (404, _) | (403, "") => Finding::fail(check, ANSWER_NOT_FOUND),
        _ => Finding::fail(check, ANSWER_FOREIGN),
    };
    let code = Some(code_of(reply)).filter(|code| !code.is_empty()).unwrap_or("-");
    finding.with("status", &reply.status).with("code", &code)
}

/// The stable code of a problem in our form, or an empty text.
fn code_of(reply: &Reply) -> &str {
    let media_type = reply.headers.get("content-type").map_or("", String::as_str);
    let is_problem = media_type.split(';').next() == Some("application/problem+json");
    let is_code =
        |code: &str| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    Some(reply.code()).filter(|code| is_problem && is_code(code)).unwrap_or_default()
}
