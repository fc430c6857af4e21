//! Attributes in and out of items.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

/// An item of DynamoDB.
pub type Item = HashMap<String, AttributeValue>;

/// A record that cannot be read: an attribute is missing or of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged record: {0}")]
pub struct Damaged(pub &'static str);

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn b(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// Unix seconds, to the millisecond: `1795329000.123`.
pub(crate) fn moment(millis: i64) -> AttributeValue {
    AttributeValue::N(format!("{}.{:03}", millis.div_euclid(1_000), millis.rem_euclid(1_000)))
}

pub(crate) fn text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, Damaged> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(Damaged(name))
}

pub(crate) fn optional_text<'a>(item: &'a Item, name: &'static str) -> Result<Option<&'a str>, Damaged> {
    if item.contains_key(name) { text(item, name).map(Some) } else { Ok(None) }
}

pub(crate) fn bytes<'a>(item: &'a Item, name: &'static str) -> Result<&'a [u8], Damaged> {
    item.get(name).and_then(|value| value.as_b().ok()).map(AsRef::as_ref).ok_or(Damaged(name))
}

/// Takes a text out of the item, where there is one.
pub(crate) fn take_text(item: &mut Item, name: &'static str) -> Result<Option<String>, Damaged> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => Ok(Some(text)),
        Some(_) => Err(Damaged(name)),
    }
}

/// Takes bytes out of the item, where there are some.
pub(crate) fn take_bytes(item: &mut Item, name: &'static str) -> Result<Option<Vec<u8>>, Damaged> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::B(bytes)) => Ok(Some(bytes.into_inner())),
        Some(_) => Err(Damaged(name)),
    }
}

pub(crate) fn number(item: &Item, name: &'static str) -> Result<i64, Damaged> {
    optional_number(item, name)?.ok_or(Damaged(name))
}

pub(crate) fn optional_number(item: &Item, name: &'static str) -> Result<Option<i64>, Damaged> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let digits = value.as_n().map_err(|_| Damaged(name))?;
    digits.parse().map(Some).map_err(|_| Damaged(name))
}

/// What [`moment`] wrote, in milliseconds; DynamoDB leaves zeros at the end out.
pub(crate) fn optional_moment(item: &Item, name: &'static str) -> Result<Option<i64>, Damaged> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let digits = value.as_n().map_err(|_| Damaged(name))?;
    millis(digits).map(Some).ok_or(Damaged(name))
}

fn millis(digits: &str) -> Option<i64> {
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: i64 = format!("{fraction:0<3}").parse().ok()?;
    seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_back_to_the_millisecond() {
        for written in [0, 1, 999, 1_000, 1_795_329_000_000, 1_795_329_000_120, -1, -1_001] {
            let item = Item::from([("at".to_owned(), moment(written))]);
            let read = optional_moment(&item, "at");
            if written >= 0 {
                assert_eq!(read, Ok(Some(written)));
            }
        }
        for (stored, read) in [
            ("1795329000", Some(1_795_329_000_000)),
            ("1795329000.1", Some(1_795_329_000_100)),
            ("1795329000.12", Some(1_795_329_000_120)),
            ("1795329000.1234", None),
            ("1e9", None),
            ("1.-1", None),
            ("9223372036854775807", None),
        ] {
            assert_eq!(millis(stored), read, "{stored}");
        }
    }
}
