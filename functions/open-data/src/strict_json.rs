//! JSON as WeChat writes it: every name is a word, and no object has a name twice.
//!
//! Stricter than a parser needs to be, because the reader's tolerance is what a forger works with. A block of
//! CBC that follows an exchanged one decrypts to sixteen random bytes; where those may be a name, or a second
//! member of the same name, something of another block can be moved next to them.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

const MOST_NAME_CHARACTERS: usize = 40;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The object that the text is; `None` when it is anything else.
pub(crate) fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(text) {
        Ok(Strict(Value::Object(members))) => Some(members),
        _ => None,
    }
}

/// The same of a text with what WeChat leaves in one at times: a byte order mark before it, NULs after it, raw
/// control characters in its strings.
pub(crate) fn sloppy_object(text: &[u8]) -> Option<Map<String, Value>> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let end = text.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    object(&with_controls_escaped(&text[..end]))
}

fn with_controls_escaped(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    let (mut in_string, mut after_backslash) = (false, false);
    for &byte in text {
        if in_string && byte < b' ' && !after_backslash {
            escaped.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            continue;
        }
        in_string ^= byte == b'"' && !after_backslash;
        after_backslash = in_string && byte == b'\\' && !after_backslash;
        escaped.push(byte);
    }
    escaped
}

fn is_word(name: &str) -> bool {
    (1..=MOST_NAME_CHARACTERS).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON as WeChat writes it")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            // The message would quote the name, and nobody reads it.
            if !is_word(&name) || values.insert(name, value).is_some() {
                return Err(A::Error::custom("a name that is none, or twice"));
            }
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_words_and_come_once_at_any_depth() {
        assert!(object(br#" {"a":{"b_1":[{"c":null},1.5,"t"]}, "B":true} "#).is_some());
        for bad in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[{"b":1,"b":1}]}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"":1}"#,
            r#"{"a b":1}"#,
            r#"{"é":1}"#,
            r#"{"a\u0000":1}"#,
            &format!(r#"{{"{}":1}}"#, "a".repeat(41)),
            "[]",
            "7",
            "",
            r#"{"a":1}{}"#,
            "{\"a\":\"\n\"}",
            "\u{feff}{}",
            "{}\0",
        ] {
            assert_eq!(object(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}"), None);
    }

    #[test]
    fn a_bom_nuls_at_the_end_and_raw_control_characters_are_read_where_asked() {
        let read = |text: &str| sloppy_object(text.as_bytes()).map(Value::Object);
        assert_eq!(read("\u{feff}{\"a\":\"1\n2\0\"}\0\0\0"), Some(json!({"a": "1\n2\0"})));
        assert_eq!(read(r#"{"a":"\"\\","b":1}"#), Some(json!({"a": "\"\\", "b": 1})));
        assert_eq!(read("{\"a\":\"\\\\\",\n\"b\":\"\t\"}"), Some(json!({"a": "\\", "b": "\t"})));
        for bad in ["", "\0", "\u{feff}", "\0{}", "{}\u{feff}", "{\0}", "{\"a\t\":1}", "{\"a\":\"\\\t\"}"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
