//! What a verified message asks for.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/event_push/platform/authorized_user_information_changes.html>

use std::{borrow::Cow, collections::BTreeSet};

use wxsession::{
    UserId,
    store::pushes::{Asks, KEPT_SECONDS, Push, PushKey},
};

use crate::message::Message;

/// How far WeChat's clock may be ahead of ours.
const AHEAD_SECONDS: i64 = 300;

/// What there is to do for a message.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// To be stored, and carried out or handed on.
    pub(crate) row: Option<(PushKey, Push)>,
    /// Why it is not carried out or not handed on, where somebody should look at it: a stable word.
    pub(crate) reason: Option<&'static str>,
    /// It asks for an erasure that will not be carried out.
    pub(crate) is_lost: bool,
}

/// The word for an event in log lines.
pub(crate) fn word(message: &Message) -> &'static str {
    const KNOWN: [&str; 3] =
        ["user_authorization_cancellation", "user_authorization_revoke", "user_info_modified"];
    let event = message.event();
    KNOWN.into_iter().find(|known| event.as_deref() == Some(known)).unwrap_or("other")
}

/// Whether the event is one of the two that ask for an erasure.
pub(crate) fn erases(message: &Message) -> bool {
    word(message).starts_with("user_authorization_")
}

/// What a verified message to this Mini Program asks for at `now`. The user is `OpenID`: `FromUserName` is the platform.
///
/// Where messages are handed on, every one is stored, with what it says; but not what an operator tries the URL with.
pub(crate) fn asked(message: &Message, app_id: &str, now: i64, hands_on: bool) -> Asked {
    let asks = match message.event().as_deref() {
        Some("user_authorization_cancellation") => Asks::Cancellation,
        Some("user_authorization_revoke") => Asks::Revocation(scopes(&message.json_of("RevokeInfo"))),
        Some("debug_demo") => return Asked::default(),
        _ if !hands_on => return Asked::default(),
        _ => {
            let reason = message.create_time().and_then(|time| untimely(time, now));
            let row = reason.is_none().then(|| handed_on(message, app_id, now));
            return Asked { row, reason, is_lost: false };
        }
    };
    let said = || hands_on.then(|| message.json());
    match erasure(message, app_id, now, asks) {
        Ok((key, push)) => Asked { row: Some((key, Push { message: said(), ..push })), ..Asked::default() },
        Err(why) => {
            let row = hands_on.then(|| handed_on(message, app_id, now));
            Asked { row, reason: Some(why), is_lost: true }
        }
    }
}

/// The row of a message that asks for an erasure; or why it cannot be carried out.
fn erasure(message: &Message, app_id: &str, now: i64, asks: Asks) -> Result<(PushKey, Push), &'static str> {
    let create_time = message.create_time().ok_or("push_create_time")?;
    untimely(create_time, now).map_or(Ok(()), Err)?;
    let openid = message.text("OpenID").filter(|openid| is_openid(openid)).ok_or("push_no_openid")?;
    let withdrawn = match &asks {
        Asks::Revocation(scopes) if scopes.is_empty() => return Err("push_no_scopes"),
        Asks::Revocation(scopes) => format!("{scopes:?}"),
        _ => String::new(),
    };
    let from = message.text("FromUserName").unwrap_or_default();
    let parts = [&*from, &*openid, &*create_time.to_string(), asks.event(), &*withdrawn];
    let key = PushKey::of(app_id, &asks, &parts);
    Ok((key, Push { user: UserId::of(app_id, &openid), asks, create_time, message: None }))
}

/// The row of what asks for nothing of ours. A payment's repetition has its number; every other one says the same but for how
/// often it was sent.
fn handed_on(message: &Message, app_id: &str, now: i64) -> (PushKey, Push) {
    let part = |name| message.text(name).unwrap_or_default();
    let event = message.event().unwrap_or_default();
    let number = match &*event {
        "xpay_goods_deliver_notify" | "xpay_coin_pay_notify" => part("OutTradeNo"),
        "xpay_refund_notify" => part("WxRefundId"),
        _ => Cow::default(),
    };
    let said = message.json();
    let key = if number.is_empty() {
        PushKey::of(app_id, &Asks::Nothing, &["message", &message.json_without("RetryTimes")])
    } else {
        PushKey::of(app_id, &Asks::Nothing, &["payment", &event, &part("Env"), &number])
    };
    let create_time = message.create_time().filter(|time| untimely(*time, now).is_none()).unwrap_or(now);
    let user = UserId::of(app_id, &part("OpenID"));
    (key, Push { user, asks: Asks::Nothing, create_time, message: Some(said) })
}

fn untimely(create_time: i64, now: i64) -> Option<&'static str> {
    let age = now.saturating_sub(create_time);
    if age > KEPT_SECONDS {
        return Some("push_too_old");
    }
    (age < -AHEAD_SECONDS).then_some("push_of_the_future")
}

/// The numbers in it, each once. In which form there are several is not documented.
fn scopes(text: &str) -> Vec<u32> {
    let numbers = text.split(|character: char| !character.is_ascii_digit());
    let numbers: BTreeSet<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
    numbers.into_iter().collect()
}

/// As `accounts` takes them.
fn is_openid(text: &str) -> bool {
    (1..=48).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
