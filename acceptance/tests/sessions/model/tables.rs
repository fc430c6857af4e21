//! The tables as they were at every state, each different item kept once.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    engine::{Call, Dump, Engine, Reply, USERS},
    model::promises::{Broken, records_hold},
};

/// Gives each different value a number.
pub(crate) struct Numbered<T>(HashMap<Arc<T>, usize>, Vec<Arc<T>>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(HashMap::new(), Vec::new())
    }
}

impl<T: Hash + Eq> Numbered<T> {
    /// The number, and whether it is a new one.
    pub(crate) fn number(&mut self, value: T) -> (usize, bool) {
        let value = Arc::new(value);
        match self.0.entry(Arc::clone(&value)) {
            Entry::Occupied(known) => (*known.get(), false),
            Entry::Vacant(new) => {
                self.1.push(value);
                (*new.insert(self.1.len() - 1), true)
            }
        }
    }

    pub(crate) fn value(&self, number: usize) -> Arc<T> {
        Arc::clone(&self.1[number])
    }

    pub(crate) fn len(&self) -> usize {
        self.1.len()
    }
}

/// What a call did.
#[derive(Clone)]
pub(crate) struct Done {
    pub(crate) reply: Reply,
    pub(crate) after: usize,
    pub(crate) broken: Option<Broken>,
    /// The call was a write that was made.
    pub(crate) is_written: bool,
}

/// The engine, and every content its tables have had. A content is the numbers of its items.
pub(crate) struct Tables {
    pub(crate) engine: Engine,
    items: Numbered<((String, String), String)>,
    contents: Numbered<Vec<usize>>,
    calls: Numbered<Call>,
    done: HashMap<(usize, usize), Done>,
    users: HashMap<usize, (usize, bool)>,
    now: usize,
}

impl Tables {
    pub(crate) fn new() -> Self {
        let mut contents = Numbered::default();
        let (now, _) = contents.number(Vec::new());
        let (items, calls) = (Numbered::default(), Numbered::default());
        Self {
            engine: Engine::new(),
            items,
            contents,
            calls,
            done: HashMap::new(),
            users: HashMap::new(),
            now,
        }
    }

    pub(crate) fn number(&mut self, dump: &Dump) -> usize {
        let items = dump.iter().map(|(place, item)| self.items.number((place.clone(), item.to_string())).0);
        let mut content: Vec<usize> = items.collect();
        content.sort_unstable();
        self.contents.number(content).0
    }

    /// Executes a call on a content. The engine is a function of both, so each pair runs once.
    pub(crate) fn execute(&mut self, content: usize, call: Call) -> Done {
        let (number, _) = self.calls.number(call);
        if let Some(known) = self.done.get(&(content, number)) {
            return known.clone();
        }
        self.put_back(content);
        let reply = self.engine.execute(&self.calls.value(number));
        let after = self.number(&self.engine.dump());
        self.now = after;
        let broken = records_hold(&self.without(content, after), &self.without(after, content));
        let is_written = reply.status == 200 && self.calls.value(number).is_write();
        let done = Done { reply, after, broken, is_written };
        self.done.insert((content, number), done.clone());
        done
    }

    /// How many sessions the user's list names, and whether the record names the user.
    pub(crate) fn user(&mut self, content: usize) -> (usize, bool) {
        if let Some(known) = self.users.get(&content) {
            return *known;
        }
        let items = self.contents.value(content);
        let mut items = items.iter().map(|item| self.item(*item));
        let user = items.find(|(place, _)| place.0 == USERS).map(|(_, item)| item).unwrap_or_default();
        let live = user["live"]["B"].as_str().and_then(|live| STANDARD.decode(live).ok()).unwrap_or_default();
        let is_named = ["openid", "unionid", "app_id"].iter().any(|name| user.get(name).is_some());
        let found = (live.len() / 32, is_named);
        self.users.insert(content, found);
        found
    }

    /// Makes the engine's tables have this content.
    pub(crate) fn put_back(&mut self, content: usize) {
        self.engine.restore(&self.without(self.now, content), &self.without(content, self.now));
        self.now = content;
    }

    /// The items of one content that the other does not have.
    fn without(&self, one: usize, other: usize) -> Dump {
        let (one, other) = (self.contents.value(one), self.contents.value(other));
        let items = one.iter().filter(|item| other.binary_search(item).is_err());
        items.map(|item| self.item(*item)).collect()
    }

    fn item(&self, number: usize) -> ((String, String), Value) {
        let item = self.items.value(number);
        (item.0.clone(), serde_json::from_str(&item.1).expect("printed from a value"))
    }
}
