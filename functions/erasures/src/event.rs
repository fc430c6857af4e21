//! What the function is given: records of the table's stream, or an operator's word to do what is not done.

use serde::{Deserialize, Serialize};
use wxsession::store::PushKey;

/// Either of the two.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// A batch of the stream.
    Stream(Batch),
    /// By hand.
    Redrive(Redrive),
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
#[derive(Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<Record>,
}

/// `{"redrive": "<app id>"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redrive {
    #[serde(rename = "redrive")]
    pub(crate) app_id: String,
}

#[derive(Deserialize)]
pub(crate) struct Record {
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: Keys,
    sequence_number: String,
}

#[derive(Deserialize)]
struct Keys {
    pk: Text,
    sk: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

impl Record {
    /// The message that was stored; `None` for a record of another kind, which the event source should have kept back.
    pub(crate) fn key(&self) -> Option<PushKey> {
        let Keys { pk, sk } = &self.dynamodb.keys;
        PushKey::from_keys(&pk.text, &sk.text)
    }

    pub(crate) fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }
}

/// What Lambda, or the operator, is told.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// Which records are to be sent again: from the first of them on.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
    #[serde(rename_all = "camelCase")]
    Batch { batch_item_failures: Vec<Failed> },
    /// How many messages were carried out, how many could not be, and whether the time was up before all were tried.
    Redriven { done: usize, undone: usize, more: bool },
    /// Nothing of the kind is stored under the name that the operator gave.
    Unknown { error: Unknown },
}

/// Why a redrive is refused.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unknown {
    code: &'static str,
    reason: &'static str,
}

impl Default for Unknown {
    fn default() -> Self {
        Self { code: "not_found", reason: "no_message_of_this_app_id" }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failed {
    pub(crate) item_identifier: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    #[test]
    fn a_batch_names_the_messages_that_were_stored() {
        let record = |pk: &str| {
            json!({"eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {
                "Keys": {"pk": {"S": pk}, "sk": {"S": "ab"}}, "SequenceNumber": "100", "StreamViewType": "KEYS_ONLY"}})
        };
        let event: Event = from_value(json!({"Records": [record("push#wx1"), record("12bbf084")]})).unwrap();
        let Event::Stream(Batch { records }) = event else { panic!("a batch") };
        let keys: Vec<_> = records.iter().map(Record::key).collect();
        assert_eq!(keys, [PushKey::from_keys("push#wx1", "ab"), None]);
        assert_eq!(records[0].sequence_number(), "100");
    }

    #[test]
    fn an_operator_says_whose_messages_and_nothing_else() {
        let read = |event: Value| from_value::<Event>(event).ok();
        let is_redrive =
            |event| matches!(read(event), Some(Event::Redrive(Redrive { app_id })) if app_id == "wx1");
        assert!(is_redrive(json!({"redrive": "wx1"})));
        for other in
            [json!({}), json!({"redrive": 1}), json!({"redrive": "wx1", "more": 1}), json!([]), json!(null)]
        {
            assert!(read(other.clone()).is_none(), "{other}");
        }
    }

    #[test]
    fn lambda_is_told_what_to_send_again() {
        let failed = vec![Failed { item_identifier: "100".to_owned() }];
        let answer = to_value(Answer::Batch { batch_item_failures: failed }).unwrap();
        assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "100"}]}));
        let answer = to_value(Answer::Redriven { done: 2, undone: 1, more: true }).unwrap();
        assert_eq!(answer, json!({"done": 2, "undone": 1, "more": true}));
        let answer = to_value(Answer::Unknown { error: Unknown::default() }).unwrap();
        assert_eq!(answer, json!({"error": {"code": "not_found", "reason": "no_message_of_this_app_id"}}));
    }
}
