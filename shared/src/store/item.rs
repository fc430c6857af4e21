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

pub(crate) fn text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, Damaged> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(Damaged(name))
}

pub(crate) fn optional_text<'a>(item: &'a Item, name: &'static str) -> Result<Option<&'a str>, Damaged> {
    if item.contains_key(name) { text(item, name).map(Some) } else { Ok(None) }
}

pub(crate) fn number(item: &Item, name: &'static str) -> Result<i64, Damaged> {
    let digits = item.get(name).and_then(|value| value.as_n().ok()).ok_or(Damaged(name))?;
    digits.parse().map_err(|_| Damaged(name))
}

pub(crate) fn bytes<'a>(item: &'a Item, name: &'static str) -> Result<&'a [u8], Damaged> {
    item.get(name).and_then(|value| value.as_b().ok()).map(AsRef::as_ref).ok_or(Damaged(name))
}

pub(crate) fn generation(item: &Item) -> Result<crate::session::Generation, Damaged> {
    let bytes = bytes(item, "generation")?;
    bytes.try_into().map(crate::session::Generation).map_err(|_| Damaged("generation"))
}
