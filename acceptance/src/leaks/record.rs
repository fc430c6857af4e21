//! What came out during a run, and the verdict on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use axum::http::HeaderMap;
use serde_json::Value;
use wxsession::{
    ticket::{PREFIX, Ticket},
    token::{LENGTH, SessionToken},
};

use super::{
    canaries::{Canaries, Hit},
    sinks::{ALLOWED, Allowed, Sink},
};

/// Characters of a ticket.
const TICKET: usize = PREFIX.len() + 43;

/// Texts, in the order in which they came out.
#[derive(Clone, Default)]
pub struct Record {
    texts: Vec<(Sink, String, Vec<u8>)>,
    bytes: usize,
}

/// A secret in a place where it may not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The place.
    pub sink: Sink,
    /// More about it: which function, route or fault.
    pub what: String,
    /// What was found.
    pub hit: Hit,
}

/// What became of looking through a record.
#[derive(Default)]
pub struct Verdict {
    /// How many texts there were in each place.
    pub texts: BTreeMap<Sink, usize>,
    /// How long they were.
    pub bytes: usize,
    /// Secrets where they may not be.
    pub findings: Vec<Finding>,
    /// Secrets where they may be: secret and place.
    pub in_place: BTreeSet<(&'static str, Sink)>,
}

impl Record {
    /// Keeps a text.
    pub fn keep(&mut self, sink: Sink, what: impl Into<String>, text: impl Into<Vec<u8>>) {
        let text = text.into();
        self.bytes += text.len();
        self.texts.push((sink, what.into(), text));
    }

    /// Keeps an HTTP answer: body and headers.
    pub fn keep_answer(&mut self, path: &str, is_success: bool, headers: &HeaderMap, body: &[u8]) {
        let sink = Sink::of_answer(path, is_success);
        self.keep(sink, path, body);
        for (name, value) in headers {
            self.keep(Sink::Headers, path, [name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
        }
    }

    /// Keeps a line of a log, and the names and dimensions of its metrics once more.
    pub fn keep_line(&mut self, what: &str, line: &[u8]) {
        self.keep(Sink::Stdout, what, line);
        let line: Value = serde_json::from_slice(line).unwrap_or_default();
        let Some(metrics) = line.get("_aws") else { return };
        let sets = metrics["CloudWatchMetrics"][0]["Dimensions"].as_array().into_iter().flatten();
        let names = sets.flat_map(|set| set.as_array().into_iter().flatten()).filter_map(Value::as_str);
        let dimensions: Vec<&Value> = names.map(|name| &line[name]).collect();
        self.keep(Sink::Metrics, what, serde_json::json!([metrics, dimensions]).to_string());
    }

    /// Keeps an error as it would be printed: `Display`, `Debug` and every source.
    pub fn keep_error(&mut self, what: &str, error: &(dyn std::error::Error + 'static)) {
        self.keep(Sink::ErrorText, what, format!("{error:?} {error:#?}"));
        for error in std::iter::successors(Some(error), |error| error.source()) {
            self.keep(Sink::ErrorText, what, error.to_string());
        }
    }

    /// Everything of another record too.
    pub fn extend(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.texts.extend(other.texts);
    }

    /// The session tokens that logins handed out.
    #[must_use]
    pub fn tokens(&self) -> BTreeSet<String> {
        self.texts_in(Sink::LoginAnswer, LENGTH).filter(|text| SessionToken::parse(text).is_ok()).collect()
    }

    /// The tickets that were handed out.
    #[must_use]
    pub fn tickets(&self) -> BTreeSet<String> {
        self.texts_in(Sink::TicketAnswer, TICKET).filter(|text| Ticket::parse(text).is_some()).collect()
    }

    fn texts_in(&self, place: Sink, length: usize) -> impl Iterator<Item = String> {
        let texts = self.texts.iter().filter(move |(sink, ..)| *sink == place);
        let pieces = texts.flat_map(move |(.., text)| text.windows(length));
        pieces.filter_map(|text| std::str::from_utf8(text).ok()).map(str::to_owned)
    }

    /// How long all texts are together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Looks for the canaries in all of it.
    #[must_use]
    pub fn verdict(&self, canaries: &Canaries) -> Verdict {
        let mut verdict = Verdict { bytes: self.bytes, ..Verdict::default() };
        for (sink, what, text) in &self.texts {
            *verdict.texts.entry(*sink).or_default() += 1;
            for hit in canaries.find(text) {
                if ALLOWED.iter().any(|allowed| allowed.sink == *sink && allowed.secret == hit.secret) {
                    verdict.in_place.insert((hit.secret, *sink));
                } else {
                    verdict.findings.push(Finding { sink: *sink, what: what.clone(), hit });
                }
            }
        }
        verdict
    }
}

impl Verdict {
    /// Entries of the list that this run did not need: either the list is too long or the run too short.
    #[must_use]
    pub fn unused(&self) -> Vec<&'static Allowed> {
        ALLOWED.iter().filter(|allowed| !self.in_place.contains(&(allowed.secret, allowed.sink))).collect()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hit { secret, form, length } = &self.hit;
        write!(formatter, "{secret} in {} of {}: {length} bytes, {form}", self.sink, self.what)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sink, texts) in &self.texts {
            writeln!(formatter, "  {sink:<24} {texts:>6} texts")?;
        }
        write!(formatter, "  {} bytes, {} findings", self.bytes, self.findings.len())
    }
}
