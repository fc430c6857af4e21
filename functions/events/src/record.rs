//! A record of a table's stream: what was there before, and what is there now.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html>

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value};
use wxsession::store::item::Item;

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
#[derive(Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<Record>,
}

#[derive(Deserialize)]
pub(crate) struct Record {
    #[serde(rename = "eventID")]
    pub(crate) id: String,
    #[serde(rename = "eventName")]
    pub(crate) name: String,
    #[serde(rename = "eventSourceARN", default)]
    source: String,
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    sequence_number: String,
    #[serde(default)]
    approximate_creation_date_time: f64,
    new_image: Option<Map<String, Value>>,
    old_image: Option<Map<String, Value>>,
}

impl Record {
    pub(crate) fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// The name of the table: `arn:aws:dynamodb:eu-west-1:123456789012:table/NAME/stream/…`
    pub(crate) fn table(&self) -> &str {
        self.source.split('/').nth(1).unwrap_or_default()
    }

    /// Unix seconds.
    #[expect(clippy::cast_possible_truncation, reason = "seconds of this century fit")]
    pub(crate) fn at(&self) -> i64 {
        self.dynamodb.approximate_creation_date_time as i64
    }

    pub(crate) fn new_image(&self) -> Option<Item> {
        self.dynamodb.new_image.as_ref().map(item)
    }

    pub(crate) fn old_image(&self) -> Option<Item> {
        self.dynamodb.old_image.as_ref().map(item)
    }
}

fn item(image: &Map<String, Value>) -> Item {
    image.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// What our records are made of. Anything else is NULL, which no reader of ours takes.
fn attribute(value: &Value) -> AttributeValue {
    let typed = value.as_object().and_then(|typed| typed.iter().next());
    let read = match typed.map(|(kind, value)| (kind.as_str(), value)) {
        Some(("S", Value::String(text))) => Some(AttributeValue::S(text.clone())),
        Some(("N", Value::String(digits))) => Some(AttributeValue::N(digits.clone())),
        Some(("B", Value::String(text))) => {
            STANDARD.decode(text).ok().map(|bytes| AttributeValue::B(Blob::new(bytes)))
        }
        Some(("M", Value::Object(members))) => Some(AttributeValue::M(item(members))),
        _ => None,
    };
    read.unwrap_or(AttributeValue::Null(true))
}
