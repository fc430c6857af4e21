//! WeChat's errcodes and what they mean for us.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::{WechatError, code2session};
use wxsession::http::Code;

/// What an errcode means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The client did something it can mend, or must accept.
    Client(Code),
    /// The session_key is not the one that WeChat holds.
    SessionKeyStale,
    /// The minute's quota is spent.
    MinuteQuota,
    /// WeChat is busy.
    Busy,
    /// The access token is stale: fetch another one.
    TokenStale,
    /// The day's quota is spent: cause and fix for the operator.
    DayQuota(&'static str, &'static str),
    /// Our settings are wrong, or the account's: cause and fix for the operator.
    Misconfigured(&'static str, &'static str),
    /// A call of ours is wrong.
    Defect(&'static str, &'static str),
    /// Not in the table, or there for another call.
    Unknown,
}

/// The calls that are signed with a `session_key` and nothing else.
const SIGNED: [&str; 2] = ["/wxa/checksession", "/wxa/resetusersessionkey"];

impl Meaning {
    /// Whether the call of a path can be answered so: only a login has a code of `wx.login`, and only signed calls a signature.
    fn fits(self, path: &str) -> bool {
        match self {
            Self::Client(_) => path == code2session::PATH,
            Self::SessionKeyStale => SIGNED.contains(&path),
            _ => true,
        }
    }

    /// Who can do something about it: a stable word.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Client(_) | Self::SessionKeyStale => "user",
            Self::MinuteQuota | Self::Busy | Self::TokenStale => "retry",
            Self::DayQuota(..) | Self::Misconfigured(..) => "operator",
            Self::Defect(..) => "defect",
            Self::Unknown => "unknown",
        }
    }

    /// Cause and fix, where there is something to mend.
    #[must_use]
    pub fn for_the_operator(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::DayQuota(cause, fix) | Self::Misconfigured(cause, fix) | Self::Defect(cause, fix) => {
                Some((cause, fix))
            }
            _ => None,
        }
    }
}

/// What an operator does about an errcode that is not in the table.
pub(crate) const BUG: &str = "report it: this is a defect of the login backend";

/// The errcodes that calls of ours may meet. The numbers are WeChat's: of its common table
/// (<https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html>), of the pages of the calls
/// (<https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>), and some that are only
/// observed. `docs/errcodes.md` shows this table.
pub const KNOWN: &[(&[i64], Meaning)] = &[
    (&[-1], Meaning::Busy),
    (&[40029, 41008], Meaning::Client(Code::LoginCodeInvalid)),
    (&[40163], Meaning::Client(Code::LoginCodeUsed)),
    (&[40226], Meaning::Client(Code::LoginBlocked)),
    (&[87007, 87009], Meaning::SessionKeyStale),
    (&[40001, 40014, 42001], Meaning::TokenStale),
    (&[45011], Meaning::MinuteQuota),
    (
        &[45009],
        Meaning::DayQuota(
            "the Mini Program's daily quota is spent",
            "clear the quota at mp.weixin.qq.com (开发管理 → 接口设置), and find what spends it",
        ),
    ),
    (
        &[40013],
        Meaning::Misconfigured(
            "WeChat does not know the AppID",
            "compare AppId in the apps secret with mp.weixin.qq.com",
        ),
    ),
    (
        &[40125],
        Meaning::Misconfigured(
            "WeChat does not accept the AppSecret",
            "put the current AppSecret from mp.weixin.qq.com (开发管理 → 开发设置) into the apps secret; it is read again within minutes",
        ),
    ),
    (
        &[40243],
        Meaning::Misconfigured(
            "the AppSecret is frozen",
            "unfreeze it at mp.weixin.qq.com, or reset it and update the apps secret",
        ),
    ),
    (
        &[40164, 45035, 61004],
        Meaning::Misconfigured(
            "the Mini Program's IP allow list is on and our address is not in it",
            "add the address to the list at mp.weixin.qq.com, or switch the list off; Lambda needs a NAT with a fixed address for this",
        ),
    ),
    (
        &[89501, 89503, 89506, 89507],
        Meaning::Misconfigured(
            "an administrator of the account must confirm our address",
            "confirm the request in the WeChat of the account's administrator; one that was refused waits an hour or a day",
        ),
    ),
    (
        &[48001, 50001, 50004, 61003, 61007, 61016],
        Meaning::Misconfigured(
            "the account may not use this interface",
            "check the account's type, verification and permissions at mp.weixin.qq.com",
        ),
    ),
    (
        &[48004],
        Meaning::Misconfigured(
            "WeChat has closed this interface for the account, because of a violation",
            "see the notice at mp.weixin.qq.com",
        ),
    ),
    (
        &[50002, 50007],
        Meaning::Misconfigured(
            "the account is limited or frozen",
            "see the notice at mp.weixin.qq.com; a single user's closed WeChat account may answer 50002 as well",
        ),
    ),
    (
        &[40066, 43003, 48017],
        Meaning::Misconfigured(
            "WeChat does not serve the address that was called",
            "check WECHAT_API_BASE_URL: https, and WeChat's own host; do not pin api.weixin.qq.com to an IP address",
        ),
    ),
    (
        &[40230, 40231, 40232, 40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240],
        Meaning::Misconfigured(
            "the account asks for encrypted and signed calls (API 安全), which this backend does not make",
            "switch API 安全 off for this Mini Program at mp.weixin.qq.com",
        ),
    ),
    (
        &[
            40002, 40003, 40033, 40035, 40038, 40039, 40097, 41001, 41002, 41004, 41009, 41018, 41021, 43001,
            43002, 44002, 45002, 47001, 47003, 61014, 87008,
        ],
        Meaning::Defect("WeChat misses a parameter of ours or does not take it", BUG),
    ),
];

/// Looks up what an errcode means as the answer to the call of a path.
#[must_use]
pub fn meaning_of(path: &str, errcode: i64) -> Meaning {
    let row = KNOWN.iter().find(|(errcodes, meaning)| errcodes.contains(&errcode) && meaning.fits(path));
    row.map_or(Meaning::Unknown, |(_, meaning)| *meaning)
}

/// Reads an answer to the call of a path: an object; `errcode` absent, 0 or "0" is yes, anything else is no.
pub(super) fn checked(path: &str, bytes: &[u8]) -> Result<Map<String, Value>, WechatError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(Value::Object(answer)) = serde_json::from_slice(bytes) else { return Err(WechatError::NotJson) };
    let errcode = match answer.get("errcode") {
        None | Some(Value::Null) => 0,
        Some(Value::String(digits)) => digits.trim().parse().map_err(|_| WechatError::Shape("errcode"))?,
        Some(number) => number.as_i64().ok_or(WechatError::Shape("errcode"))?,
    };
    if errcode == 0 {
        return Ok(answer);
    }
    let errmsg = answer.get("errmsg").and_then(Value::as_str).unwrap_or_default();
    let ip = matches!(errcode, 40164 | 45035 | 61004).then(|| address(errmsg)).flatten();
    Err(WechatError::Refused { errcode, meaning: meaning_of(path, errcode), rid: rid(errmsg), ip })
}

/// `rid: 6129ee10-272863a4-64d75414`: three groups of eight hex digits. The text around it is not
/// kept: it can echo what the client sent.
fn rid(errmsg: &str) -> Option<String> {
    let rid = errmsg.split("rid: ").nth(1)?.get(..26)?;
    let groups: Vec<&str> = rid.split('-').collect();
    let is_group =
        |group: &&str| group.len() == 8 && group.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (groups.len() == 3 && groups.iter().all(is_group)).then(|| rid.to_owned())
}

/// `invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist`, `access clientip is not registered requestIP: 1.2.3.4`
fn address(errmsg: &str) -> Option<IpAddr> {
    let after = ["invalid ip ", "requestIP: "].iter().find_map(|mark| errmsg.split(mark).nth(1))?;
    after.split([' ', ',']).next()?.parse().ok()
}

#[cfg(test)]
mod tests;
