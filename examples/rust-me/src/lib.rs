//! `GET /me`: says who is calling. `GET /staff`: the same, for those with the role `staff` only. Copy it and put your own
//! work where the answer is built.
//!
//! The session is checked before this code runs: API Gateway asks the session authorizer and hands on what it said. So
//! there is no token to read here, no table, no secret: only [`Identity`].

mod answer;
pub mod pages;

use serde_json::{Value, json};
use wxsession_identity::Identity;

/// Answers one event, of a REST API or an HTTP API. `request_id` is Lambda's name of the invocation.
#[must_use]
pub fn handle(event: &Value, request_id: &str) -> Value {
    let Some(identity) = Identity::from_authorizer(&event["requestContext"]["authorizer"]) else {
        return answer::without_authorizer(request_id);
    };
    // What a role may do is this function's decision. 403, never 401: a new login gives nobody a role.
    if route(event) == Some("/staff") {
        // So is what a page in a web-view may do, with all the scripts that it loads.
        if identity.audience.is_some() {
            return answer::not_for_pages(request_id);
        }
        if !identity.profile.roles.contains("staff") {
            return answer::without_role(request_id);
        }
    }

    // Your own work goes here. `identity.user_id` is the key to keep a user's things under.
    answer::json(&json!({
        "user_id": identity.user_id.to_string(),
        "app_id": identity.app_id,
        "session_id": identity.session_id.to_string(),
        "expires_at": identity.expires_at,
        // WeChat's names of the user, openid and unionid, stay on the server: others take them for proof of who somebody is.
        "has_unionid": identity.unionid.is_some(),
    }))
}

/// The route as the template has it, behind a REST API and behind an HTTP API.
fn route(event: &Value) -> Option<&str> {
    let of_rest_api = event["resource"].as_str();
    of_rest_api.or_else(|| Some(event["routeKey"].as_str()?.split_once(' ')?.1))
}

#[cfg(test)]
mod tests;
