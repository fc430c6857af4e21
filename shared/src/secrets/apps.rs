//! The Mini Programs of this deployment, each with what it has of WeChat.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Cause, SecretValue, unique};
use crate::secret::Secret;

/// `{"<app id>": "<AppSecret>", …}`, or for a Mini Program that has more than that
/// `{"<app id>": {"secret": "…", "push"?: {…}, "virtual_payment"?: {…}}, …}`. Never empty.
#[derive(Debug)]
pub struct Apps(BTreeMap<String, App>);

/// A Mini Program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The AppSecret.
    pub secret: Secret,
    /// Message push, when WeChat calls us.
    pub push: Option<Push>,
    /// Virtual payment, when there is any to sign.
    pub virtual_payment: Option<VirtualPayment>,
}

/// What the console shows under message push.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// 3 to 32 letters and digits.
    pub token: Secret,
    /// `EncodingAESKey`: 43 characters of base64.
    pub encoding_aes_key: Secret,
}

/// What the console shows under virtual payment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualPayment {
    /// The merchant's offer.
    pub offer_id: Option<String>,
    /// The live `AppKey`.
    pub app_key: Secret,
    /// That of the sandbox.
    pub sandbox_app_key: Option<Secret>,
}

impl Apps {
    /// The Mini Program of that id.
    #[must_use]
    pub fn get(&self, app_id: &str) -> Option<(&str, &App)> {
        self.0.get_key_value(app_id).map(|(id, app)| (id.as_str(), app))
    }

    /// The only one, when there is only one.
    #[must_use]
    pub fn only(&self) -> Option<(&str, &App)> {
        let mut apps = self.iter();
        apps.next().filter(|_| apps.next().is_none())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &App)> {
        self.0.iter().map(|(id, app)| (id.as_str(), app))
    }
}

impl SecretValue for Apps {
    const NAME: &'static str = "apps";

    fn read(text: &str) -> Result<Self, Cause> {
        let apps: BTreeMap<_, _> =
            unique::map::<Entry>(text)?.into_iter().map(|(id, Entry(app))| (id, app)).collect();
        let all = |fits: fn(&App) -> bool| apps.values().all(fits);
        let wrong = [
            (apps.is_empty(), "no_app"),
            (!apps.keys().all(|id| is_within(id, 1..=64, u8::is_ascii_alphanumeric)), "bad_app_id"),
            (!all(|app| is_key(&app.secret)), "bad_app_secret"),
            (!all(|app| app.push.as_ref().is_none_or(Push::fits)), "bad_push"),
            (
                !all(|app| app.virtual_payment.as_ref().is_none_or(VirtualPayment::fits)),
                "bad_virtual_payment",
            ),
        ];
        match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, what)) => Err(Cause::WrongForm(what)),
            None => Ok(Self(apps)),
        }
    }
}

impl Push {
    fn fits(&self) -> bool {
        is_within(self.token.expose(), 3..=32, u8::is_ascii_alphanumeric)
            && is_within(self.encoding_aes_key.expose(), 43..=43, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
            })
    }
}

impl VirtualPayment {
    fn fits(&self) -> bool {
        let offer = self.offer_id.as_deref();
        is_key(&self.app_key)
            && self.sandbox_app_key.as_ref().is_none_or(is_key)
            && offer.is_none_or(|id| is_within(id, 1..=64, u8::is_ascii_alphanumeric))
    }
}

fn is_key(text: &Secret) -> bool {
    is_within(text.expose(), 1..=128, u8::is_ascii_graphic)
}

fn is_within(text: &str, length: std::ops::RangeInclusive<usize>, fits: fn(&u8) -> bool) -> bool {
    length.contains(&text.len()) && text.as_bytes().iter().all(fits)
}

/// One app's secret, or all that it has.
struct Entry(App);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an AppSecret or an object")
            }

            fn visit_str<E>(self, secret: &str) -> Result<Entry, E> {
                Ok(Entry(App { secret: Secret::new(secret), push: None, virtual_payment: None }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                App::deserialize(MapAccessDeserializer::new(map)).map(Entry)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const APP: &str = "wx0123456789abcdef";
    const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    #[track_caller]
    fn is(text: &str, wrong: &'static str) {
        assert_eq!(Apps::read(text).map(drop), Err(Cause::WrongForm(wrong)), "{text}");
    }

    #[test]
    fn an_app_is_its_secret_or_an_object_with_more() {
        let text = json!({APP: "s", "wxfedcba9876543210": {"secret": "t", "push": {"token": "AAAAA",
            "encoding_aes_key": KEY}, "virtual_payment": {"app_key": "12345", "sandbox_app_key": "6", "offer_id":
            "1450000001"}}, "wx1": {"secret": "u"}});
        let apps = Apps::read(&text.to_string()).unwrap();
        assert_eq!((apps.iter().count(), apps.only().is_none()), (3, true));
        assert_eq!(apps.get(APP).unwrap().1.secret.expose(), "s");
        let (id, app) = apps.get("wxfedcba9876543210").unwrap();
        assert_eq!((id, app.secret.expose()), ("wxfedcba9876543210", "t"));
        assert_eq!(app.push.as_ref().unwrap().encoding_aes_key.expose(), KEY);
        assert_eq!(app.virtual_payment.as_ref().unwrap().app_key.expose(), "12345");
        assert!(apps.get("wx1").unwrap().1.push.is_none() && apps.get("wx2").is_none());
        assert_eq!(Apps::read(r#"{"wx1":"s"}"#).unwrap().only().unwrap().0, "wx1");
    }

    #[test]
    fn nonsense_is_refused_by_a_word_that_says_where_it_is() {
        is("{}", "no_app");
        is(r#"{"":"s"}"#, "bad_app_id");
        is(r#"{"wx 1":"s"}"#, "bad_app_id");
        for secret in [r#""""#, r#""a b""#, r#""é""#, &format!(r#""{}""#, "a".repeat(129))] {
            is(&format!(r#"{{"wx1":{secret}}}"#), "bad_app_secret");
        }
        for push in [
            json!({"token": "ab", "encoding_aes_key": KEY}),
            json!({"token": "a-b", "encoding_aes_key": KEY}),
            json!({"token": "abc", "encoding_aes_key": &KEY[1..]}),
            json!({"token": "abc", "encoding_aes_key": format!("{}=", &KEY[1..])}),
        ] {
            is(&json!({"wx1": {"secret": "s", "push": push}}).to_string(), "bad_push");
        }
        for payment in [
            json!({"app_key": ""}),
            json!({"app_key": "1", "sandbox_app_key": " "}),
            json!({"app_key": "1", "offer_id": ""}),
        ] {
            is(
                &json!({"wx1": {"secret": "s", "virtual_payment": payment}}).to_string(),
                "bad_virtual_payment",
            );
        }
        for other in [
            "[]",
            "7",
            r#""s""#,
            r#"{"wx1":7}"#,
            r#"{"wx1":null}"#,
            r#"{"wx1":["s"]}"#,
            r#"{"wx1":{}}"#,
            r#"{"wx1":{"secret":"s","more":1}}"#,
            r#"{"wx1":{"secret":"s","push":{"token":"abc"}}}"#,
            r#"{"wx1":{"secret":"s","push":{"token":"abc","encoding_aes_key":"k","more":1}}}"#,
            r#"{"wx1":{"secret":"s","virtual_payment":{}}}"#,
            r#"{"wx1":"s","wx1":"t"}"#,
            r#"{"wx1":{"secret":"s","secret":"t"}}"#,
        ] {
            is(other, "not_the_documented_form");
        }
        for text in ["", "{", "s3cret", r#"{"wx1":"s"}}"#, "\u{feff}{}"] {
            assert_eq!(Apps::read(text).map(drop), Err(Cause::NotJson), "{text}");
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let text = json!({APP: {"secret": "s3cret", "push": {"token": "t0ken", "encoding_aes_key": KEY}}});
        let printed = format!("{:?}", Apps::read(&text.to_string()).unwrap());
        assert!(!["s3cret", "t0ken", KEY].iter().any(|secret| printed.contains(secret)), "{printed}");
    }
}
