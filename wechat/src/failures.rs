//! What a failure of WeChat or of a secret means: for the client, for the log, for the operator. The one place that says so.

use wxsession::http::{Code, Problem, RetryAfter};

use crate::{
    CallError,
    api::{Meaning, UNKNOWN_FIX, WechatError},
    secrets::{Cause, SecretError},
};

/// The deployment's fault, never the client's.
impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        let (secret, word) = (error.secret, error.cause.as_str());
        let problem = match (error.for_the_operator(), error.cause) {
            (Some((cause, fix)), _) => Problem::new(Code::ServiceMisconfigured).operator(cause, fix),
            (None, Cause::Unavailable(error)) => error.into(),
            (None, _) => Problem::new(Code::StoreUnavailable),
        };
        problem.because("secrets").with("secret", secret).with("secret_error", word)
    }
}

impl From<WechatError> for Problem {
    fn from(error: WechatError) -> Self {
        let kind = error.kind();
        let problem = match error {
            WechatError::Connect | WechatError::Timeout | WechatError::Broken | WechatError::Status(_) => {
                Problem::new(Code::UpstreamUnavailable)
            }
            WechatError::TooLarge | WechatError::NotJson | WechatError::Shape(_) => {
                Problem::new(Code::UpstreamInvalid)
            }
            WechatError::Refused { errcode, meaning, rid, ip } => refused(errcode, meaning, ip)
                .with("errcode", errcode)
                .with("errcode_class", meaning.class())
                .with("rid", rid),
        };
        problem.with("wechat_error", kind)
    }
}

/// A session of a Mini Program that has left the apps secret.
impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NoApp => Problem::new(Code::WrongApp).because("not_in_the_apps_secret"),
            CallError::Secret(error) => error.into(),
            CallError::Wechat(error) => error.into(),
        }
    }
}

fn refused(errcode: i64, meaning: Meaning, ip: Option<std::net::IpAddr>) -> Problem {
    match meaning {
        Meaning::Client(code) => Problem::new(code),
        Meaning::SessionKeyStale => Problem::new(Code::SessionKeyStale),
        Meaning::MinuteQuota => Problem::new(Code::RateLimited).retry(RetryAfter::NextMinute),
        Meaning::DayQuota(cause, fix) => {
            Problem::new(Code::UpstreamUnavailable).retry(RetryAfter::Seconds(600)).operator(cause, fix)
        }
        Meaning::Misconfigured(cause, fix) | Meaning::Defect(cause, fix) => {
            let address = ip.map(|ip| format!(" (address {ip})")).unwrap_or_default();
            Problem::new(Code::ServiceMisconfigured).operator(format!("{cause}{address}"), fix)
        }
        Meaning::Busy | Meaning::TokenStale => Problem::new(Code::UpstreamUnavailable),
        Meaning::Unknown => Problem::new(Code::UpstreamInvalid).with("unexpected_errcode", true).operator(
            format!("WeChat answered errcode {errcode}, which is not in the table for this call"),
            UNKNOWN_FIX,
        ),
    }
}
