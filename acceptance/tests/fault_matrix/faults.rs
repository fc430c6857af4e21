//! What can go wrong, beyond what the stand-ins can do by themselves.

use aws_emulator::{dynamodb, secrets_manager};
use wechat_simulator::FaultKind;

/// A fault of one row.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Requests to DynamoDB, of these operations or of all.
    Tables(&'static [&'static str], dynamodb::Fault),
    /// The first answer of DynamoDB takes 900 ms, all others 100 ms.
    OneSlowAnswer,
    /// DynamoDB is looked for behind this.
    TablesBehind(Front),
    /// The user's records are not what this code wrote.
    Record(Damage),
    /// WeChat's answers, of one path or of all.
    Wechat(FaultKind),
    /// The next answer of WeChat.
    WechatOnce(FaultKind),
    /// Answers to code2Session only.
    Code2Session(FaultKind),
    /// Answers to checksession only.
    CheckSession(FaultKind),
    /// WeChat answers 302 to a listener that must not be called.
    WechatRedirects,
    /// Nobody listens where WeChat was.
    WechatGone,
    /// WeChat is looked for behind this.
    WechatBehind(Front),
    /// Secrets Manager answers so.
    Secrets(secrets_manager::Fault),
    /// The secret of this name has this text.
    SecretText(&'static str, &'static str),
    /// Nobody listens where Secrets Manager was.
    SecretsGone,
    /// The functions' clock is wrong by so many seconds.
    Clock(i64),
    /// A function panics as soon as it asks DynamoDB: every one, or every one but the authorizer.
    Panic { spares_authorizer: bool },
}

/// What stands where a service should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// Speaks no TLS: answers the hello with text.
    Garbage,
    /// Shows a certificate that nobody has signed.
    SelfSigned,
    /// A name that cannot be resolved.
    UnknownHost,
}

/// What somebody else did to the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// A number of the session became text.
    SessionType,
    /// The session's version is one that this code does not know.
    SessionVersion,
    /// The user's openid is gone, and nothing else.
    UserWithoutOpenid,
    /// The user's app id is gone.
    UserWithoutApp,
    /// The session is not there.
    SessionGone,
    /// The user is not there.
    UserGone,
    /// The user's list became text.
    ListType,
    /// The user's list is of a length that no list has.
    ListLength,
    /// The sealed session_key cannot be opened.
    SealedKey,
}

impl Fault {
    /// Seconds that pass before it, for what is only asked for now and then.
    pub(crate) fn seconds_before(&self) -> i64 {
        match self {
            // Renewals are due after an hour.
            Self::Tables(["UpdateItem"], _) => 7_200,
            // What is kept in memory is fetched again after five minutes.
            Self::Secrets(_) | Self::SecretText(..) | Self::SecretsGone => 600,
            _ => 0,
        }
    }
}
