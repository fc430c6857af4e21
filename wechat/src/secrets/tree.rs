//! JSON of which each part is judged by itself, and every text is a secret: what is wrong with one entry must not keep the
//! others from being read.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Cause, FORM};
use wxsession::Secret;

/// A piece of JSON.
pub(super) enum Tree {
    Text(Secret),
    /// As they come, a name perhaps twice.
    Object(Vec<(String, Tree)>),
    Null,
    Flag(bool),
    /// What stands in no secret of ours.
    Other,
}

/// The members of an object, each name once.
pub(super) struct Members(BTreeMap<String, Tree>);

impl Tree {
    /// Reads the members of the object that the text is.
    pub(super) fn members(text: &str) -> Result<Vec<(String, Self)>, Cause> {
        match serde_json::from_str(text).map_err(|error| Cause::of_parse(&error))? {
            Self::Object(members) => Ok(members),
            Self::Text(_) | Self::Null | Self::Flag(_) | Self::Other => Err(Cause::WrongForm(FORM)),
        }
    }
}

impl Members {
    /// Of two members of one name nobody can say which is meant: it has no form at all.
    pub(super) fn of(members: Vec<(String, Tree)>) -> Self {
        let mut each = BTreeMap::new();
        for (name, value) in members {
            each.entry(name).and_modify(|first| *first = Tree::Other).or_insert(value);
        }
        Self(each)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<Secret>, &'static str> {
        match self.0.remove(name) {
            Some(Tree::Text(text)) => Ok(Some(text)),
            None | Some(Tree::Null) => Ok(None),
            Some(Tree::Object(_) | Tree::Flag(_) | Tree::Other) => Err(FORM),
        }
    }

    /// True or false; false when it is not there.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, &'static str> {
        match self.0.remove(name) {
            Some(Tree::Flag(flag)) => Ok(flag),
            None | Some(Tree::Null) => Ok(false),
            Some(Tree::Text(_) | Tree::Object(_) | Tree::Other) => Err(FORM),
        }
    }

    pub(super) fn needed(&mut self, name: &str) -> Result<Secret, &'static str> {
        self.text(name)?.ok_or(FORM)
    }

    pub(super) fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, &'static str>,
    ) -> Result<Option<T>, &'static str> {
        match self.0.remove(name) {
            Some(Tree::Object(members)) => Self::of(members).whole(read).map(Some),
            None | Some(Tree::Null) => Ok(None),
            Some(Tree::Text(_) | Tree::Flag(_) | Tree::Other) => Err(FORM),
        }
    }

    /// What `read` makes of it, if that is all that stands in it.
    fn whole<T>(
        mut self,
        read: impl FnOnce(&mut Self) -> Result<T, &'static str>,
    ) -> Result<T, &'static str> {
        let value = read(&mut self)?;
        if self.0.is_empty() { Ok(value) } else { Err(FORM) }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(Secret::new(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Object(members))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Tree::Other)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }
}
