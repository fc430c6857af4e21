//! What the value of an option must look like. It is looked at before anything is asked, and the sentence says what to
//! write instead.

use std::{error::Error, fmt, net::IpAddr};

use reqwest::Url;
use wxsession::{Secret, SessionId, UserId};

use crate::{
    lang::Lang,
    text::{Message, Text, texts},
};

texts! {
    NO_SCHEME "http:// or https:// is missing" "缺少 http:// 或 https://"
        => "write {url}" "请写成 {url}";
    OTHER_SCHEME "only http:// and https:// can be asked" "只支持 http:// 和 https:// 地址"
        => "give an address that begins so" "请给出以此开头的地址";
    NO_URL "this is no address ({kind})" "这不是一个地址（{kind}）"
        => "write one like https://api.example.com/v1" "请写成 https://api.example.com/v1 这样的地址";
    NO_APP_ID "an AppID is wx and 16 digits 0-9a-f" "AppID 为 wx 加 16 位 0-9a-f"
        => "copy it from mp.weixin.qq.com" "请从 mp.weixin.qq.com 复制";
    NO_OPENID "an openid is 1 to 48 visible ASCII characters" "openid 为 1 到 48 个可见 ASCII 字符"
        => "copy it as WeChat gave it" "请按微信给出的原样填写";
    NO_ID "an id of users and sessions is a UUID in lower case with hyphens" "用户和会话的 id 是带连字符的小写 UUID"
        => "copy it from a log line, or from `wxsession admin sessions`" "请从日志中，或从 wxsession admin sessions 的输出中复制";
}

/// The value has another form.
#[derive(Clone, Debug)]
pub(crate) struct NotOfForm(pub(crate) Message);

impl fmt::Display for NotOfForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.line(Lang::En))
    }
}

impl Error for NotOfForm {}

/// The address of a service.
pub(crate) fn url(text: &str) -> Result<Url, NotOfForm> {
    let message = match (Url::parse(text), with_scheme(text)) {
        (Ok(url), _) if matches!(url.scheme(), "http" | "https") => return Ok(url),
        (_, Some(whole)) => Message::from(NO_SCHEME).with("url", &whole),
        (Ok(_), None) => OTHER_SCHEME.into(),
        (Err(kind), None) => Message::from(NO_URL).with("kind", &kind),
    };
    Err(NotOfForm(message))
}

/// The same, as it was written.
pub(crate) fn url_text(text: &str) -> Result<String, NotOfForm> {
    url(text).map(|_| text.to_owned())
}

/// `localhost:3000` is an address of the scheme `localhost`, to the letter.
fn with_scheme(text: &str) -> Option<String> {
    let url = Url::parse(&format!("http://{text}")).ok().filter(|_| !text.contains("://"))?;
    let host = bare_host(&url);
    let scheme = if is_here(host) || host.parse::<IpAddr>().is_ok() { "http" } else { "https" };
    Some(format!("{scheme}://{text}"))
}

/// The host, an IPv6 address without its brackets.
pub(crate) fn bare_host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// Whether the host is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

pub(crate) fn app_id(text: &str) -> Result<String, NotOfForm> {
    if_it(is_app_id(text), text, NO_APP_ID)
}

/// As the function `accounts` takes it.
pub(crate) fn openid(text: &str) -> Result<String, NotOfForm> {
    let is_one = (1..=48).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if_it(is_one, text, NO_OPENID)
}

pub(crate) fn user_id(text: &str) -> Result<String, NotOfForm> {
    if_it(UserId::parse(text).is_some(), text, NO_ID)
}

pub(crate) fn session_id(text: &str) -> Result<String, NotOfForm> {
    if_it(SessionId::parse(text).is_some(), text, NO_ID)
}

fn if_it(fits: bool, text: &str, otherwise: Text) -> Result<String, NotOfForm> {
    fits.then(|| text.to_owned()).ok_or_else(|| NotOfForm(otherwise.into()))
}

/// `wx` and 16 lower-case hexadecimal digits, as the template demands.
pub(crate) fn is_app_id(text: &str) -> bool {
    text.len() == 18 && text.strip_prefix("wx").is_some_and(is_hex)
}

/// 32 lower-case hexadecimal digits.
pub(crate) fn is_app_secret(secret: &Secret) -> bool {
    secret.expose().len() == 32 && is_hex(secret.expose())
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
