//! Answers in the form that REST APIs and HTTP APIs take.

use serde_json::{Value, json};

pub(crate) fn json(body: &Value) -> Value {
    answer(200, "application/json", body, None)
}

/// The route is open by mistake, and only the deployer can mend that.
pub(crate) fn without_authorizer(request_id: &str) -> Value {
    let line = json!({
        "level": "ERROR", "message": "request", "function": "me", "request_id": request_id,
        "outcome": "credentials_missing", "reason": "no_authorizer",
        "operator": {
            "cause": "a request came without an identity: the route has no session authorizer",
            "fix": "attach the session authorizer to the route in the template and deploy again",
        },
    });
    println!("{line}");
    let body = problem(401, "credentials_missing", "Unauthorized", "A bearer token is needed", request_id);
    answer(401, "application/problem+json", &body, Some(("WWW-Authenticate", "Bearer realm=\"wxs\"")))
}

pub(crate) fn without_role(request_id: &str) -> Value {
    let body = problem(403, "role_missing", "Forbidden", "The user may not do this", request_id);
    answer(403, "application/problem+json", &body, None)
}

pub(crate) fn not_for_pages(request_id: &str) -> Value {
    let detail = "Not for a page's session: ask in the Mini Program";
    let body = problem(403, "not_for_child", "Forbidden", detail, request_id);
    answer(403, "application/problem+json", &body, None)
}

fn problem(status: u16, code: &str, title: &str, detail: &str, request_id: &str) -> Value {
    json!({
        "type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "instance": request_id,
    })
}

fn answer(status: u16, content_type: &str, body: &Value, more: Option<(&str, &str)>) -> Value {
    let mut headers = json!({
        "Content-Type": content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    });
    if let Some((name, value)) = more {
        headers[name] = value.into();
    }
    json!({"statusCode": status, "headers": headers, "body": body.to_string(), "isBase64Encoded": false})
}
