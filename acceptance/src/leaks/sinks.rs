//! Where texts come out, and which secret may be where.

use std::fmt;

/// A place where a text leaves the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sink {
    /// The body of a login that succeeded.
    LoginAnswer,
    /// The body of an answer with a ticket.
    TicketAnswer,
    /// The body of an answer with decrypted data.
    DecryptAnswer,
    /// The body of an answer with a phone number.
    PhoneAnswer,
    /// Any other body.
    Answer,
    /// The headers of any answer.
    Headers,
    /// The answer of account control, to the business's own backend.
    AccountsAnswer,
    /// The answer of `wechat`, to the business's own backend.
    WechatAnswer,
    /// The authorizer's answer, with the context for the function behind it.
    AuthorizerContext,
    /// What a function reports to Lambda instead of an answer, or instead of starting.
    FunctionError,
    /// Standard output: the log.
    Stdout,
    /// Names, dimensions and units of metrics.
    Metrics,
    /// Standard error.
    Stderr,
    /// An error as `Display`, as `Debug`, and all its sources.
    ErrorText,
    /// A type that holds a secret, as `Debug`.
    DebugText,
    /// A record of the Users table.
    UsersItem,
    /// A record of the Sessions table.
    SessionsItem,
    /// Another host than WeChat's.
    OtherHost,
}

impl Sink {
    /// What comes out on a route of the service, or of Lambda's Invoke operation.
    #[must_use]
    pub fn of_answer(path: &str, is_success: bool) -> Self {
        let path = path.trim_end_matches("/invocations");
        match path.rsplit('/').next() {
            // A ticket is redeemed for what a login gives.
            Some("login" | "redeem") if is_success => Self::LoginAnswer,
            Some("tickets") if is_success => Self::TicketAnswer,
            Some("decrypt") if is_success => Self::DecryptAnswer,
            Some("phone-number") if is_success => Self::PhoneAnswer,
            Some("accounts") => Self::AccountsAnswer,
            Some("wechat") => Self::WechatAnswer,
            Some("authorizer") => Self::AuthorizerContext,
            _ => Self::Answer,
        }
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::LoginAnswer => "login's answer",
            Self::TicketAnswer => "ticket's answer",
            Self::DecryptAnswer => "decrypt's answer",
            Self::PhoneAnswer => "phone number's answer",
            Self::Answer => "answer",
            Self::Headers => "answer's headers",
            Self::AccountsAnswer => "account control's answer",
            Self::WechatAnswer => "answer of `wechat`",
            Self::AuthorizerContext => "authorizer's context",
            Self::FunctionError => "function error",
            Self::Stdout => "stdout",
            Self::Metrics => "metrics",
            Self::Stderr => "stderr",
            Self::ErrorText => "error text",
            Self::DebugText => "debug text",
            Self::UsersItem => "Users record",
            Self::SessionsItem => "Sessions record",
            Self::OtherHost => "another host",
        })
    }
}

/// A secret that belongs where it was found.
#[derive(Debug)]
pub struct Allowed {
    /// Which secret.
    pub secret: &'static str,
    /// Where.
    pub sink: Sink,
    /// Why.
    pub because: &'static str,
}

/// Everything that is no leak. A run that proves something uses each of these.
pub const ALLOWED: &[Allowed] = &[
    allowed("token", Sink::LoginAnswer, "this is how the client gets it, once"),
    allowed("ticket", Sink::TicketAnswer, "this is how the Mini Program gets it, once"),
    allowed("openid", Sink::AuthorizerContext, "the function behind the authorizer learns who is calling"),
    allowed("unionid", Sink::AuthorizerContext, "as the openid"),
    allowed("openid", Sink::AccountsAnswer, "the business's backend is told whose account it is"),
    allowed("unionid", Sink::AccountsAnswer, "as the openid"),
    allowed("openid", Sink::WechatAnswer, "it is part of what the backend sends to WeChat"),
    allowed("access token", Sink::WechatAnswer, "the backend asked for it"),
    allowed("phone number", Sink::WechatAnswer, "as the access token"),
    allowed("openid", Sink::UsersItem, "WeChat's name of the user is what the record is about"),
    allowed("unionid", Sink::UsersItem, "as the openid"),
    allowed("phone number", Sink::PhoneAnswer, "the route is for it"),
    allowed("phone number", Sink::DecryptAnswer, "the older event of the phone number button is decrypted"),
    allowed("open data", Sink::DecryptAnswer, "the route is for it"),
];

const fn allowed(secret: &'static str, sink: Sink, because: &'static str) -> Allowed {
    Allowed { secret, sink, because }
}
