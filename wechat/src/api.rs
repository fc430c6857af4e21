//! Talking to WeChat. The one place that sees an AppSecret in a URL, so nothing of a URL, a body or a
//! transport error leaves it: errors are facts without text.

mod code2session;
mod errcode;
mod transport;

pub use code2session::{JsCode, WechatSession, is_session_key};
pub(crate) use errcode::BUG as UNKNOWN_FIX;
pub use errcode::{KNOWN, Meaning, meaning_of};
pub use transport::{Call, Wechat};

/// What [`Wechat::code2session`] makes of the bytes of an answer: for the fuzz target.
///
/// # Errors
///
/// [`WechatError`].
#[cfg(feature = "test-util")]
pub fn read_code2session(answer: &[u8]) -> Result<WechatSession, WechatError> {
    code2session::session(errcode::checked(code2session::PATH, answer)?)
}

/// Why WeChat gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WechatError {
    /// No connection: nothing was sent.
    #[error("no connection")]
    Connect,
    /// No complete answer in time; WeChat may have acted.
    #[error("timeout")]
    Timeout,
    /// The connection broke; WeChat may have acted.
    #[error("broken connection")]
    Broken,
    /// A status that WeChat does not use for answers of its own.
    #[error("status {0}")]
    Status(u16),
    /// More than an answer can be.
    #[error("answer too large")]
    TooLarge,
    /// Not JSON.
    #[error("answer is not JSON")]
    NotJson,
    /// JSON without what the documents promise.
    #[error("answer lacks {0}")]
    Shape(&'static str),
    /// WeChat said no.
    #[error("errcode {errcode}")]
    Refused {
        /// WeChat's number. Texts are not stable, numbers are.
        errcode: i64,
        /// What it means as the answer to this call.
        meaning: Meaning,
        /// WeChat's name of this call, which its support asks for.
        rid: Option<String>,
        /// Our address as WeChat saw it, when it is not on the app's list.
        ip: Option<std::net::IpAddr>,
    },
}

impl WechatError {
    /// The stable word for log lines.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::Shape(_) => "shape",
            Self::Refused { .. } => "refused",
        }
    }
}
