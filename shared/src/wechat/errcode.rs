//! WeChat's errcodes and what they mean for us.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::WechatError;
use crate::http::Code;

/// What an errcode means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The client did something it can mend, or must accept.
    Client(Code),
    /// The minute's quota is spent.
    MinuteQuota,
    /// The day's quota is spent: cause and fix for the operator.
    DayQuota,
    /// WeChat is busy.
    Busy,
    /// Our settings are wrong: cause and fix for the operator.
    Misconfigured(&'static str, &'static str),
    /// The access token is stale: fetch another one.
    TokenStale,
    /// The session_key is not the one that WeChat holds.
    SessionKeyStale,
    /// Not in the table.
    Unknown,
}

pub(crate) const BUG: &str = "report it: this is a defect of the login backend";
const SECRET: &str = "put the current AppSecret from mp.weixin.qq.com (开发管理 → 开发设置) into the apps secret; it is read again within minutes";

/// Looks an errcode up. The numbers are WeChat's:
/// <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>,
/// <https://developers.weixin.qq.com/doc/oplatform/developers/troubleshooting>.
#[must_use]
pub fn meaning_of(errcode: i64) -> Meaning {
    use Meaning::{Busy, Client, DayQuota, MinuteQuota, Misconfigured, SessionKeyStale, TokenStale, Unknown};
    match errcode {
        -1 => Busy,
        40029 | 41008 => Client(Code::LoginCodeInvalid),
        40163 => Client(Code::LoginCodeUsed),
        40226 => Client(Code::LoginBlocked),
        45011 => MinuteQuota,
        45009 => DayQuota,
        40013 => Misconfigured(
            "WeChat does not know the AppID",
            "compare AppId in the apps secret with mp.weixin.qq.com",
        ),
        40125 => Misconfigured("WeChat does not accept the AppSecret", SECRET),
        40243 => Misconfigured(
            "the AppSecret is frozen",
            "unfreeze it at mp.weixin.qq.com, or reset it and update the apps secret",
        ),
        40164 => Misconfigured(
            "the Mini Program's IP allow list is on and our address is not in it",
            "add the address to the list at mp.weixin.qq.com, or switch the list off; Lambda needs a NAT with a fixed address for this",
        ),
        40002 | 40003 | 41001 | 41002 | 41004 | 43002 | 40097 | 87008 => {
            Misconfigured("WeChat misses a parameter of ours or does not take it", BUG)
        }
        48001 | 50004 | 61007 => Misconfigured(
            "the account may not use this interface",
            "check the account's type and verification at mp.weixin.qq.com",
        ),
        50007 => Misconfigured("the account is frozen", "see the notice at mp.weixin.qq.com"),
        48017 => {
            Misconfigured("WeChat retired the address in use", "do not pin api.weixin.qq.com to an address")
        }
        89503 | 89506 | 89507 => Misconfigured(
            "an administrator of the account must confirm our address",
            "confirm the request in the WeChat of the account's administrator",
        ),
        40001 | 40014 | 42001 => TokenStale,
        87007 | 87009 => SessionKeyStale,
        _ => Unknown,
    }
}

/// Reads an answer: an object; `errcode` absent, 0 or "0" is yes, anything else is no.
pub(super) fn checked(bytes: &[u8]) -> Result<Map<String, Value>, WechatError> {
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
    let ip = (errcode == 40164).then(|| address(errmsg)).flatten();
    Err(WechatError::Refused { errcode, rid: rid(errmsg), ip })
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

/// `invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4, not in whitelist`
fn address(errmsg: &str) -> Option<IpAddr> {
    errmsg.split("invalid ip ").nth(1)?.split([' ', ',']).next()?.parse().ok()
}

#[cfg(test)]
mod tests;
