//! What a verified message asks for.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/event_push/platform/authorized_user_information_changes.html>

use wxsession::{
    UserId,
    http::Problem,
    store::pushes::{Asks, KEPT_SECONDS, Push, PushKey},
};

use crate::message::Message;

/// How far WeChat's clock may be ahead of ours.
const AHEAD_SECONDS: i64 = 300;
/// More than there are kinds of permission.
const MOST_SCOPES: usize = 64;

/// What there is to do for a message.
pub(crate) enum Asked {
    /// To store it, and carry it out.
    Store(PushKey, Push),
    /// Nothing, and why, where somebody should look at it: a stable word.
    Nothing(Option<&'static str>),
}

/// The word for an event in log lines.
pub(crate) fn word(message: &Message) -> &'static str {
    const KNOWN: [&str; 3] =
        ["user_authorization_cancellation", "user_authorization_revoke", "user_info_modified"];
    let event = message.event();
    KNOWN.into_iter().find(|known| event.as_deref() == Some(known)).unwrap_or("other")
}

/// What a verified message to this Mini Program asks for at `now`. The user is `OpenID`: `FromUserName` is the platform.
///
/// Where messages are handed on, every one is stored, with what it says.
///
/// # Errors
///
/// The problem of a message without its time.
pub(crate) fn asked(message: &Message, app_id: &str, now: i64, hands_on: bool) -> Result<Asked, Problem> {
    let asks = match message.event().as_deref() {
        Some("user_authorization_cancellation") => Asks::Cancellation,
        Some("user_authorization_revoke") => {
            Asks::Revocation(scopes(&message.text("RevokeInfo").unwrap_or_default()))
        }
        _ if hands_on => return Ok(handed_on(message, app_id, now)),
        _ => return Ok(Asked::Nothing(None)),
    };
    let create_time = message.create_time().ok_or_else(|| Problem::malformed("push_create_time"))?;
    if let Some(why) = untimely(create_time, now) {
        return Ok(Asked::Nothing(Some(why)));
    }
    let Some(openid) = message.text("OpenID").filter(|openid| is_openid(openid)) else {
        return Ok(Asked::Nothing(Some("push_no_openid")));
    };
    let part = |name| message.text(name).unwrap_or_default();
    let (from, revoked) = (part("FromUserName"), part("RevokeInfo"));
    let key = PushKey::of(app_id, &asks, &[&from, &openid, &create_time.to_string(), asks.event(), &revoked]);
    let said = hands_on.then(|| message.json());
    Ok(Asked::Store(key, Push { user: UserId::of(app_id, &openid), asks, create_time, message: said }))
}

/// What asks for nothing of ours. A payment's repetition has its number; every other one says the same but for how often it
/// was sent.
fn handed_on(message: &Message, app_id: &str, now: i64) -> Asked {
    let create_time = message.create_time().unwrap_or(now);
    if let Some(why) = untimely(create_time, now) {
        return Asked::Nothing(Some(why));
    }
    let part = |name| message.text(name).unwrap_or_default();
    let (event, numbers) = (part("Event"), [part("OutTradeNo"), part("WxRefundId")]);
    let said = message.json();
    let key = if numbers.iter().all(|number| number.is_empty()) {
        PushKey::of(app_id, &Asks::Nothing, &["message", &message.json_without("RetryTimes")])
    } else {
        PushKey::of(app_id, &Asks::Nothing, &["payment", &event, &numbers[0], &numbers[1]])
    };
    let user = UserId::of(app_id, &part("OpenID"));
    Asked::Store(key, Push { user, asks: Asks::Nothing, create_time, message: Some(said) })
}

fn untimely(create_time: i64, now: i64) -> Option<&'static str> {
    let age = now.saturating_sub(create_time);
    if age > KEPT_SECONDS {
        return Some("push_too_old");
    }
    (age < -AHEAD_SECONDS).then_some("push_of_the_future")
}

/// The numbers in it. How several are told apart is not documented.
fn scopes(text: &str) -> Vec<u32> {
    let numbers = text.split(|character: char| !character.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).take(MOST_SCOPES).collect()
}

/// As `accounts` takes them.
fn is_openid(text: &str) -> bool {
    (1..=48).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
