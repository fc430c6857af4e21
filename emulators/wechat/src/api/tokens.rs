//! Getting access tokens: `GET /cgi-bin/token` and `POST /cgi-bin/stable_token`.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, fields, require};
use crate::world::{Family, LIFETIME_SECONDS, OVERLAP_SECONDS, WeChat};

const FORCES_PER_DAY: u64 = 20;

/// Every call mints a token and retires the one before: processes that refresh on their own chase each other.
pub(super) fn token(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = request.param("appid");
    wechat.console.check_caller_ip(app_id, request.caller_ip.as_deref())?;
    // The documented answer to a wrong secret is 40001 here and 40125 at stable_token.
    check_caller(wechat, app_id, request.param("secret"), request.param("grant_type"), 40001)?;
    wechat.quotas.spend(app_id, &request.path, request.now)?;
    Ok(new_token(wechat, app_id, Family::Classic, request.now, OVERLAP_SECONDS))
}

/// Normal mode answers the same token with its remaining seconds; `force_refresh` kills it at once.
pub(super) fn stable_token(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let body = request.json().ok_or(47001)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (app_id, now) = (text("appid"), request.now);
    wechat.console.check_caller_ip(app_id, request.caller_ip.as_deref())?;
    check_caller(wechat, app_id, text("secret"), text("grant_type"), 40125)?;
    wechat.quotas.spend(app_id, &request.path, now)?;
    let force = body.get("force_refresh").and_then(Value::as_bool).unwrap_or(false);
    if force && wechat.tokens.force_is_far_enough(app_id, now) {
        wechat.quotas.spend_day(app_id, "force_refresh", FORCES_PER_DAY, now)?;
        wechat.tokens.forced(app_id, now);
        return Ok(new_token(wechat, app_id, Family::Stable, now, 0));
    }
    // In its last five minutes a token is replaced, so that no answer has less than that left.
    match wechat.tokens.remaining(app_id, Family::Stable, now) {
        Some((token, seconds)) if seconds >= OVERLAP_SECONDS => Ok(success(token, seconds)),
        _ => Ok(new_token(wechat, app_id, Family::Stable, now, OVERLAP_SECONDS)),
    }
}

fn check_caller(
    wechat: &WeChat,
    app_id: &str,
    secret: &str,
    grant_type: &str,
    wrong_secret: i64,
) -> Result<(), Refusal> {
    require(app_id, 41002)?;
    require(secret, 41004)?;
    if !wechat.console.secret_is_right(app_id, secret)? {
        return Err(wrong_secret.into());
    }
    if grant_type == "client_credential" { Ok(()) } else { Err(40002.into()) }
}

fn new_token(wechat: &mut WeChat, app_id: &str, family: Family, now: i64, overlap_seconds: i64) -> Fields {
    let text = wechat.mint.access_token();
    wechat.tokens.issue(app_id, family, &text, now, overlap_seconds);
    success(text, LIFETIME_SECONDS)
}

fn success(token: String, expires_in: i64) -> Fields {
    fields([("access_token", token.into()), ("expires_in", expires_in.into())])
}
