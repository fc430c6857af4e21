//! The headers that count, out of a map of many.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The lines of a map of headers in which a token may be. A value that is no text does not count.
#[derive(Default)]
pub(super) struct Headers {
    authorization: Vec<String>,
    /// Of `Sec-WebSocket-Protocol`.
    pub(super) subprotocols: Vec<String>,
    /// The map had a member, whatever it was.
    pub(super) is_sent: bool,
}

impl Headers {
    /// The lines of `Authorization`.
    pub(super) fn bearers(&self) -> Vec<&str> {
        self.authorization.iter().map(String::as_str).collect()
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Self::default())
    }
}

impl<'de> Visitor<'de> for Headers {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of headers")
    }

    fn visit_none<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(name) = map.next_key_seed(Name::Other)? {
            self.is_sent = true;
            match name {
                Name::Authorization => map.next_value_seed(Lines(&mut self.authorization))?,
                Name::Subprotocol => map.next_value_seed(Lines(&mut self.subprotocols))?,
                Name::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(self)
    }
}

/// The name of a header, as a seed and as what is read.
enum Name {
    Authorization,
    Subprotocol,
    Other,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Self;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a header")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self, E> {
        Ok(match name {
            _ if name.eq_ignore_ascii_case("authorization") => Self::Authorization,
            _ if name.eq_ignore_ascii_case("sec-websocket-protocol") => Self::Subprotocol,
            _ => Self::Other,
        })
    }
}

/// One line, or a list of them.
struct Lines<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Lines<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lines of a header")
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<(), E> {
        self.0.push(line.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Lines(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
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
}
