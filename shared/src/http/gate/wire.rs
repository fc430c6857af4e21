//! What is read of an event. Reading is lenient: a field of another type than AWS sends is as good as absent, because
//! consoles, tests and other gateways write events too.

use std::{collections::HashMap, fmt};

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// An event of API Gateway, a load balancer or a function URL. No `Debug`: it carries the bearer token.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Wire {
    pub(super) version: Text,
    pub(super) http_method: Text,
    pub(super) resource: Text,
    pub(super) path: Text,
    pub(super) raw_path: Text,
    pub(super) route_key: Text,
    pub(super) raw_query_string: Text,
    pub(super) headers: Headers,
    pub(super) multi_value_headers: Headers,
    pub(super) query_string_parameters: Texts,
    pub(super) multi_value_query_string_parameters: Texts,
    pub(super) path_parameters: Texts,
    #[serde(rename = "requestContext")]
    pub(super) context: Option<Context>,
    pub(super) body: Text,
    pub(super) is_base64_encoded: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Context {
    pub(super) request_id: Text,
    pub(super) stage: Text,
    pub(super) resource_path: Text,
    pub(super) authorizer: Value,
    pub(super) http: Option<Http>,
    pub(super) identity: Option<Sender>,
    pub(super) elb: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Http {
    pub(super) method: Text,
    pub(super) source_ip: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Sender {
    pub(super) source_ip: Text,
}

impl Context {
    /// What the authorizer handed on: flat behind a REST API, under `lambda` behind an HTTP API.
    pub(super) fn authorizer(&mut self) -> Map<String, Value> {
        let Value::Object(mut flat) = std::mem::take(&mut self.authorizer) else { return Map::new() };
        match flat.remove("lambda") {
            Some(Value::Object(nested)) => nested,
            _ => flat,
        }
    }
}

/// A text, or nothing.
#[derive(Default)]
pub(super) struct Text(pub(super) Option<String>);

/// The texts of a map, each name with those that are its own.
#[derive(Default)]
pub(super) struct Texts(pub(super) HashMap<String, Vec<String>>);

/// Header lines, single or several of a name. A value that is no text does not count.
#[derive(Default)]
pub(super) struct Headers {
    pub(super) lines: HeaderMap,
    /// The map had a member, whatever it was.
    pub(super) is_sent: bool,
    /// A name or a value that HTTP does not allow, or too many.
    pub(super) is_broken: bool,
}

impl Texts {
    /// The last text of each name.
    pub(super) fn single(self) -> HashMap<String, String> {
        self.0.into_iter().filter_map(|(name, mut texts)| Some((name, texts.pop()?))).collect()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = None;
        Each { put: &mut |found: &str| text = Some(found.to_owned()), lists: false }
            .deserialize(deserializer)?;
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut texts = HashMap::new();
        let put = |name: &str, text: &str| {
            texts.entry(name.to_owned()).or_insert_with(Vec::new).push(text.to_owned());
        };
        deserializer.deserialize_any(Members(put, &mut false))?;
        Ok(Self(texts))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Self { mut lines, mut is_sent, mut is_broken } = Self::default();
        let put = |name: &str, text: &str| {
            let (name, value) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(text));
            let added = name.ok().zip(value.or_else(|_| HeaderValue::from_bytes(text.as_bytes())).ok());
            is_broken |= added.is_none_or(|(name, value)| lines.try_append(name, value).is_err());
        };
        deserializer.deserialize_any(Members(put, &mut is_sent))?;
        Ok(Self { lines, is_sent, is_broken })
    }
}

/// Hands on the text that is here, or, where lists count, each text of the list that is here.
struct Each<'a> {
    put: &'a mut dyn FnMut(&str),
    lists: bool,
}

impl<'de> DeserializeSeed<'de> for Each<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Whatever is here is taken; only texts are handed on.
macro_rules! ignore_scalars {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }

        fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
            Ok(())
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
            Ok(())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
            Ok(())
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
            Ok(())
        }

        fn visit_unit<E: Error>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    ignore_scalars!();

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.put)(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.lists {
            while list.next_element_seed(Each { put: self.put, lists: false })?.is_some() {}
        } else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Hands on each text of a map with its name, and says whether the map had a member.
struct Members<'a, F>(F, &'a mut bool);

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Members<'_, F> {
    type Value = ();

    ignore_scalars!();

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            *self.1 = true;
            map.next_value_seed(Each { put: &mut |text: &str| self.0(&name, text), lists: true })?;
        }
        Ok(())
    }
}
