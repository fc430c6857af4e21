//! What a failure means: for the client, for the log, for the operator. The one place that says so.

use super::{BearerError, Code, Problem};
use crate::{
    account::BLOCKED,
    session::{Ended, Refusal},
    store::StoreError,
};

/// Cannot tell, never "no".
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let damaged = error.damaged;
        let problem = Problem::new(Code::StoreUnavailable)
            .with("store_operation", error.operation)
            .with("store_error", error.kind);
        let Some(attribute) = damaged else { return problem };
        // Deleting the record would lift a block that nobody can read.
        let fix = if attribute == BLOCKED {
            "find what else writes to the tables, and mend or remove the attribute; removing it lifts the block"
        } else {
            "find what else writes to the tables, and delete the user's record: the next login makes a new one"
        };
        problem.operator(format!("a user's record is damaged: attribute {attribute}"), fix)
    }
}

/// Use of a session after its end was asked for is the sign of a stolen token, and a damaged record is for the operator. A
/// device that lost its place to another one, or whose user is gone or blocked, does what devices do.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let word = refusal.as_str();
        let problem = Problem::new(Code::SessionInvalid).because(word);
        let ended = match refusal {
            Refusal::Unknown => return problem,
            Refusal::Damaged(attribute) => {
                return problem.operator(
                    format!("a record is damaged: attribute {attribute}"),
                    "find what else writes to the tables; the user is asked to log in again",
                );
            }
            Refusal::Ended(ended) => ended,
        };
        // Only `GET /session` sends this on: who asks it has presented the session's own token.
        let problem = problem.telling("ended", word);
        match ended {
            Ended::LoggedOut
            | Ended::EndedByUser
            | Ended::EndedByOperator
            | Ended::SignedOutEverywhere
            | Ended::TicketReused => problem.audited("session_use_after_logout", Some(word)),
            Ended::Expired => problem.audited("session_use_after_expire", Some(word)),
            Ended::Replaced | Ended::Evicted | Ended::Deleted | Ended::Blocked => problem,
        }
    }
}

impl From<BearerError> for Problem {
    fn from(error: BearerError) -> Self {
        let code = match error {
            BearerError::Missing => Code::CredentialsMissing,
            BearerError::Several => Code::MalformedRequest,
            BearerError::Grammar | BearerError::Token(_) => Code::SessionInvalid,
        };
        Problem::new(code).because(error.as_str())
    }
}

#[cfg(feature = "wechat")]
mod wechat {
    use super::{Code, Problem};
    use crate::{
        http::RetryAfter,
        secrets::{Cause, SecretError},
        wechat::{Meaning, UNKNOWN_FIX, WechatError, meaning_of},
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
                WechatError::Connect
                | WechatError::Timeout
                | WechatError::Broken
                | WechatError::Status(_) => Problem::new(Code::UpstreamUnavailable),
                WechatError::TooLarge | WechatError::NotJson | WechatError::Shape(_) => {
                    Problem::new(Code::UpstreamInvalid)
                }
                WechatError::Refused { errcode, rid, ip } => {
                    let class = meaning_of(errcode).class();
                    refused(errcode, ip)
                        .with("errcode", errcode)
                        .with("errcode_class", class)
                        .with("rid", rid)
                }
            };
            problem.with("wechat_error", kind)
        }
    }

    fn refused(errcode: i64, ip: Option<std::net::IpAddr>) -> Problem {
        match meaning_of(errcode) {
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
            Meaning::Unknown => {
                Problem::new(Code::UpstreamInvalid).with("unexpected_errcode", true).operator(
                    format!("WeChat answered errcode {errcode}, which is not in the table"),
                    UNKNOWN_FIX,
                )
            }
        }
    }
}
