//! One line as JSON text, written straight into one buffer: building a tree of it first cost nine times as much.

use serde::Serialize;
use serde_json::Value;

/// A line of `Log` with its metrics has about 750 bytes.
const USUAL_BYTES: usize = 1024;

/// A JSON object that grows by its members.
pub(super) struct Record(Vec<u8>);

impl Record {
    pub(super) fn new() -> Self {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        text.push(b'{');
        Self(text)
    }

    /// Adds a member. The caller sees to it that no name comes twice.
    pub(super) fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.json(name);
        self.0.push(b':');
        self.json(value);
    }

    pub(super) fn put_all<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, &'a Value)>) {
        for (name, value) in fields {
            self.put(name, value);
        }
    }

    /// Ends the object and the line.
    pub(super) fn into_line(mut self) -> String {
        self.0.extend_from_slice(b"}\n");
        String::from_utf8(self.0).expect("serde_json writes UTF-8")
    }

    fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        serde_json::to_writer(&mut self.0, value).expect("text, numbers and maps with text for names");
    }
}
