//! What of decrypted open data may go to the client.
//!
//! The cipher does not say that WeChat wrote the text: the caller chose the `iv` and the order of the blocks, and
//! can make the first block say anything. So nothing goes out because of its name. Each kind of open data has
//! its documented fields, each of one form, and everything else stays here:
//!
//! | kind | made by | goes out |
//! |---|---|---|
//! | user information | `wx.getUserInfo` | nickName, gender, language, city, province, country, avatarUrl; only when the `openId` inside, and the `unionId` that is known, are the caller's |
//! | phone number | the button's older event | phoneNumber, purePhoneNumber, countryCode: digits |
//! | steps | `wx.getWeRunData` | stepInfoList of timestamp and step: numbers |
//! | group | `wx.getShareInfo`, `wx.getGroupEnterInfo`, `wx.getChatToolInfo` | openGId, opengid, `open_single_roomid`, `group_openid`, `chat_type` |
//! | private message | `wx.authPrivateMessage` | activityId |
//!
//! Members of two kinds together are of none. Only user information has free text, so only there the reader forgives
//! nothing; the others are read where WeChat is sloppy.
//!
//! Nobody but the key's owner can say what a spliced block decrypts to, but the caller knows it up to the unknown name:
//! name ⊕ bytes that they see. So there must be no room for one: a block put between two messages garbles thirty-two
//! bytes in a row, one put before the end of a message sixteen, which then end in a piece of the name. No text is as
//! long, but ids and the URL, whose alphabet so many random bytes do not meet; and nothing undocumented may hold text,
//! because whether such a text can be read would already tell.
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html>

use serde_json::{Map, Value, json};

use crate::{
    names::Names,
    refused::{BLOCK_BYTES, Refused},
    strict_json,
};

type Members = Map<String, Value>;
/// The value as it goes out, when it is of the form.
type Form = fn(&Value) -> Option<Value>;

/// What the data must say, and about whom.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) app_id: &'a str,
    pub(crate) names: Names<'a>,
    pub(crate) now: i64,
    /// `None` when data of any age will do.
    pub(crate) max_age_seconds: Option<u32>,
}

/// What goes out of a decrypted text.
pub(crate) fn disclosed(text: &[u8], expected: Expected<'_>) -> Result<Value, Refused> {
    let strict = strict_json::object(text);
    let is_strict = strict.is_some();
    let data = strict.or_else(|| strict_json::sloppy_object(text)).ok_or(Refused::BadJson)?;
    let watermark = expected.watermark(&data)?;
    let of_user = USER_INFO.iter().any(|(name, _)| data.contains_key(*name));
    let mut typed = TYPED.iter().filter(|kind| kind.has_a_member_in(&data));
    let mut fields = match (of_user, typed.next(), typed.next()) {
        (true, None, None) if is_strict => user_info(&data, text, expected)?,
        (false, Some(kind), None) => kind.fields(&data, text, expected)?,
        (false, None, None) => return Err(Refused::UnknownKind),
        _ => return Err(Refused::WrongForm),
    };
    fields.insert("watermark".to_owned(), watermark);
    let fields = Value::Object(fields);
    let unionid = data.get("unionId").and_then(Value::as_str);
    if expected.names.have_a_piece_in(&fields, unionid) {
        return Err(Refused::NamesInside);
    }
    Ok(fields)
}

impl Expected<'_> {
    fn watermark(&self, data: &Members) -> Result<Value, Refused> {
        let watermark = data.get("watermark").ok_or(Refused::MissingWatermark)?;
        let app_id = watermark.get("appid").and_then(Value::as_str).ok_or(Refused::MissingWatermark)?;
        let mut members = watermark.as_object().into_iter().flatten();
        if !members.all(|(name, value)| matches!(name.as_str(), "appid" | "timestamp") || is_number(value)) {
            return Err(Refused::WrongForm);
        }
        if app_id != self.app_id {
            return Err(Refused::AppidMismatch);
        }
        let made_at = watermark.get("timestamp").map(|time| time.as_i64().ok_or(Refused::MissingWatermark));
        let made_at = made_at.transpose()?;
        if let Some(max_age) = self.max_age_seconds {
            let made_at = made_at.ok_or(Refused::MissingWatermark)?;
            // WeChat's clock may be a little ahead of ours; `abs_diff` refuses times far ahead as well.
            if self.now.abs_diff(made_at) > u64::from(max_age) {
                return Err(Refused::NotFresh);
            }
        }
        Ok(made_at.map_or_else(|| json!({"appid": app_id}), |at| json!({"appid": app_id, "timestamp": at})))
    }
}

const USER_INFO: [(&str, Form); 9] = [
    ("openId", name_of_the_user),
    ("unionId", name_of_the_user),
    ("nickName", free_text),
    ("gender", gender),
    ("language", language),
    ("city", free_text),
    ("province", free_text),
    ("country", free_text),
    ("avatarUrl", url),
];
const FREE_TEXTS: [&str; 4] = ["nickName", "city", "province", "country"];

/// Two blocks in a row do not fit into a text of this many bytes.
const MOST_FREE_BYTES: usize = 2 * BLOCK_BYTES - 1;

fn user_info(data: &Members, text: &[u8], expected: Expected<'_>) -> Result<Members, Refused> {
    let is_known = |name: &str| name == "watermark" || USER_INFO.iter().any(|(known, _)| *known == name);
    // Escapes would make a long text short.
    if text.contains(&b'\\') || !data.iter().all(|(name, value)| is_known(name) || is_small(value, text)) {
        return Err(Refused::WrongForm);
    }
    let name = |name: &str| data.get(name).and_then(Value::as_str);
    // A copy of a name can be moved into a text only from a block that still stands where it was, so that what
    // stands there must be right. The union is not asked of a caller of whom it is not known.
    let is_theirs = name("openId") == Some(expected.names.openid)
        && expected.names.unionid.is_none_or(|known| name("unionId") == Some(known));
    if !is_theirs {
        return Err(Refused::AnotherUser);
    }
    if name("unionId").or(expected.names.unionid).is_none()
        && (holds_what_may_be_a_name(data, text) || !ends_as_avatars_do(data))
    {
        return Err(Refused::NamesInside);
    }
    formed(data, &USER_INFO)
}

/// Whether the first block, which the caller can make say anything, begins a text that goes on like a unionid.
/// Only then can one that nobody here knows have got another name. WeChat's own text begins with `openId`.
fn holds_what_may_be_a_name(data: &Members, text: &[u8]) -> bool {
    const LEAST_CHARACTERS_AFTER_THE_BLOCK: usize = 12;
    let first = String::from_utf8_lossy(&text[..BLOCK_BYTES.min(text.len())]);
    let is_of_names = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    FREE_TEXTS.iter().filter(|name| first.contains(&format!("\"{name}\""))).any(|name| {
        let text = data.get(*name).and_then(Value::as_str).unwrap_or_default();
        text.as_bytes().windows(LEAST_CHARACTERS_AFTER_THE_BLOCK).any(|run| run.iter().all(is_of_names))
    })
}

/// `…/132`: what a unionid that was cut off and moved to the end of the URL does not end with.
fn ends_as_avatars_do(data: &Members) -> bool {
    let url = data.get("avatarUrl").and_then(Value::as_str).unwrap_or_default();
    url.is_empty() || url.rsplit_once('/').is_some_and(|(_, size)| digits(size, 3))
}

struct Kind {
    forms: &'static [(&'static str, Form)],
    is_whole: fn(&Members) -> bool,
}

const TYPED: [Kind; 4] = [
    Kind {
        forms: &[("phoneNumber", phone), ("purePhoneNumber", phone), ("countryCode", country_code)],
        is_whole: |fields| fields.len() == 3,
    },
    Kind { forms: &[("stepInfoList", steps)], is_whole: |fields| fields.len() == 1 },
    Kind {
        forms: &[
            ("openGId", id),
            ("opengid", id),
            ("open_single_roomid", id),
            ("group_openid", id),
            ("chat_type", small_number),
        ],
        is_whole: |fields| {
            let rooms = ["openGId", "opengid", "open_single_roomid"];
            rooms.iter().any(|name| fields.get(*name).is_some_and(|id| id != ""))
        },
    },
    Kind { forms: &[("activityId", id)], is_whole: |fields| fields.len() == 1 },
];

impl Kind {
    fn has_a_member_in(&self, data: &Members) -> bool {
        self.forms.iter().any(|(name, _)| data.contains_key(*name))
    }

    fn fields(&self, data: &Members, text: &[u8], expected: Expected<'_>) -> Result<Members, Refused> {
        let is_known = |name: &str| name == "watermark" || self.forms.iter().any(|(known, _)| *known == name);
        let others_are_small = data.iter().all(|(name, value)| is_known(name) || is_small(value, text));
        let fields = formed(data, self.forms)?;
        if !others_are_small || !(self.is_whole)(&fields) {
            return Err(Refused::WrongForm);
        }
        // None of these kinds has WeChat's names of the user anywhere.
        let whole = Value::Object(data.clone());
        if expected.names.have_a_piece_in(&whole, None) { Err(Refused::NamesInside) } else { Ok(fields) }
    }
}

/// The documented members, each of its form; one that is null is not there.
fn formed(data: &Members, forms: &[(&str, Form)]) -> Result<Members, Refused> {
    let mut fields = Members::new();
    for (name, form) in forms {
        if let Some(value) = data.get(*name).filter(|value| !value.is_null()) {
            match form(value).ok_or(Refused::WrongForm)? {
                Value::Null => {}
                value => drop(fields.insert((*name).to_owned(), value)),
            }
        }
    }
    Ok(fields)
}

/// An undocumented member may be no more: a longer text of any form would be a place for a moved block, and so would a
/// short one that escapes made short.
fn is_small(value: &Value, text: &[u8]) -> bool {
    let is_short = value.as_str().is_some_and(|text| text.len() < BLOCK_BYTES);
    is_number(value) || is_short && !text.contains(&b'\\')
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_))
}

fn name_of_the_user(value: &Value) -> Option<Value> {
    let is_of_names = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    value.as_str().filter(|text| text.bytes().all(is_of_names)).map(|_| Value::Null)
}

/// Ten characters of Chinese. WeChat gives every user the same four since 2022.
fn free_text(value: &Value) -> Option<Value> {
    value.as_str().filter(|text| text.len() <= MOST_FREE_BYTES).map(Value::from)
}

fn gender(value: &Value) -> Option<Value> {
    value.as_u64().filter(|number| *number <= 2).map(Value::from)
}

/// `zh_CN`
fn language(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let fits = text.len() <= 10
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'));
    fits.then(|| text.into())
}

fn url(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.:%".contains(&byte);
    (text.is_empty() || (is_web && text.bytes().all(fits))).then(|| text.into())
}

fn without_controls(value: &Value) -> Option<String> {
    Some(value.as_str()?.chars().filter(|character| !character.is_control()).collect())
}

fn digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn phone(value: &Value) -> Option<Value> {
    let text = without_controls(value)?;
    digits(text.strip_prefix('+').unwrap_or(&text), 20).then(|| text.into())
}

/// Documented as text; WeChat's sample has a number.
fn country_code(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => number.as_u64().filter(|code| *code <= 9_999).map(Value::from),
        _ => without_controls(value)
            .filter(|text| digits(text.strip_prefix('+').unwrap_or(text), 4))
            .map(Value::from),
    }
}

fn steps(value: &Value) -> Option<Value> {
    let step = |value: &Value| {
        let (at, steps) = (value.get("timestamp")?.as_u64()?, value.get("step")?.as_u64()?);
        Some(json!({"timestamp": u32::try_from(at).ok()?, "step": u32::try_from(steps).ok()?}))
    };
    let is_day = |day: &Value| day.as_object().is_some_and(|day| day.values().all(is_number));
    value.as_array().filter(|days| days.iter().all(is_day))?.iter().map(step).collect()
}

/// The end of a unionid can be moved to the end of an id: at most four characters of the first block, sixteen random
/// ones and seven that are not yet a piece of it. So an id is shorter than one block, or longer than that.
fn id(value: &Value) -> Option<Value> {
    const LEAST_LONG: usize = 28;
    let text = without_controls(value)?;
    let fits = (text.len() < BLOCK_BYTES || (LEAST_LONG..=128).contains(&text.len()))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@.=+/".contains(&byte));
    fits.then(|| text.into())
}

fn small_number(value: &Value) -> Option<Value> {
    value.as_u64().filter(|number| *number <= 999).map(Value::from)
}

#[cfg(test)]
mod tests;
