//! A message as WeChat writes it: JSON, or the same as XML. Only what it says of itself is read here.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::xml;

/// The members of a message, each name once. No `Debug`: it names a user, and holds what users wrote.
pub(crate) struct Message(Map<String, Value>);

impl Message {
    /// Reads it. Which of the two forms it has shows at its first character: what WeChat says in `Content-Type` is not
    /// documented.
    ///
    /// # Errors
    ///
    /// A stable word.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "push_utf8")?.trim_ascii();
        if text.starts_with('<') {
            return xml::members(text).map(Self).ok_or("push_xml");
        }
        // Serde would also read members from an array of pairs.
        let object = text.starts_with('{').then(|| serde_json::from_str::<Members>(text));
        object.and_then(Result::ok).map(|Members(members)| Self(members)).ok_or("push_json")
    }

    /// A member that is text or a number, as text.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.0.get(name)? {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// A member of any type, as JSON; empty when there is none.
    pub(crate) fn json_of(&self, name: &str) -> String {
        self.0.get(name).map(Value::to_string).unwrap_or_default()
    }

    /// All of it, as JSON.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The same, without one member.
    pub(crate) fn json_without(&self, name: &str) -> String {
        let rest = self.0.iter().filter(|(member, _)| *member != name);
        serde_json::to_string(&rest.collect::<BTreeMap<_, _>>()).unwrap_or_default()
    }

    pub(crate) fn create_time(&self) -> Option<i64> {
        self.text("CreateTime")?.parse().ok()
    }

    /// The event's name; `None` for another kind of message.
    pub(crate) fn event(&self) -> Option<Cow<'_, str>> {
        self.text("Event").filter(|_| self.text("MsgType").as_deref() == Some("event"))
    }
}

/// An object's members, names without the space that WeChat's own samples have before some of them.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<Cow<'de, str>, Value>()? {
                    if members.insert(name.trim().to_owned(), value).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Message, &'static str> {
        Message::read(text.as_bytes())
    }

    #[test]
    fn both_forms_say_the_same() {
        let json = r#"{"ToUserName":"gh_1"," FromUserName":"oP","CreateTime":1790000000," MsgType":"event","Event ":"x"}"#;
        let xml =
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<FromUserName><![CDATA[oP]]></FromUserName>
            <CreateTime>1790000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event>x</Event></xml>";
        for text in [json, xml, &format!(" \n{xml}\n")] {
            let message = read(text).unwrap_or_else(|word| panic!("{word}"));
            assert_eq!(message.text("ToUserName").as_deref(), Some("gh_1"));
            assert_eq!(message.text("FromUserName").as_deref(), Some("oP"));
            assert_eq!(message.create_time(), Some(1_790_000_000));
            assert_eq!(message.event().as_deref(), Some("x"));
        }
    }

    #[test]
    fn a_time_may_be_text_and_must_be_a_whole_number() {
        let time = |value: &str| read(&format!(r#"{{"CreateTime":{value}}}"#)).ok().unwrap().create_time();
        assert_eq!(time("1790000000"), Some(1_790_000_000));
        assert_eq!(time(r#""1790000000""#), Some(1_790_000_000));
        for other in ["1.5", "1e9", "null", "[1]", r#""x""#, r#"" 1""#, "99999999999999999999"] {
            assert_eq!(time(other), None, "{other}");
        }
    }

    #[test]
    fn an_event_is_one_only_in_an_event() {
        assert!(read(r#"{"MsgType":"text","Event":"x"}"#).ok().unwrap().event().is_none());
        assert!(read(r#"{"Event":"x"}"#).ok().unwrap().event().is_none());
        assert!(read(r#"{"MsgType":"event"}"#).ok().unwrap().event().is_none());
    }

    #[test]
    fn what_is_neither_is_refused_by_a_word() {
        for text in [
            "",
            "null",
            "7",
            "[]",
            r#"[["Event","x"]]"#,
            "{",
            r#"{"a":1}{}"#,
            "\u{feff}{}",
            "true",
            r#"{"Event":"x"," Event":"y"}"#,
            r#"{"Event":"x","Event":"x"}"#,
        ] {
            assert_eq!(read(text).map(drop), Err("push_json"), "{text}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(read(&deep).map(drop), Err("push_json"));
        assert_eq!(read("<xml>").map(drop), Err("push_xml"));
        assert_eq!(Message::read(b"{\"a\":\"\xff\"}").map(drop), Err("push_utf8"));
    }
}
