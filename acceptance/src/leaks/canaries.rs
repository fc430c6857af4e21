//! The secrets of one run, and finding pieces of them in a text.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use percent_encoding::percent_decode;
use wechat_simulator::Simulator;

use super::forms::{self, Form};

/// A form is found by its blocks of eight bytes at every fifth place: a piece of twelve holds one of them whole.
const BLOCK: usize = 8;
const STRIDE: usize = 5;
/// `000000000000` is a piece of some openid in a sample event and of every other UUID in a test, and 13800000000, the
/// simulator's phone number, of the sum of 1.138 and 1 in milliseconds.
const LEAST_DIFFERENT: usize = 5;
/// Some tests name their users with a letter or two. That cannot be looked for.
const SHORTEST: usize = BLOCK;
/// JSON in JSON in a `Debug` text is the deepest that anything here prints.
const ESCAPES: usize = 3;

/// Secrets to look for.
#[derive(Default)]
pub struct Canaries {
    known: BTreeSet<(&'static str, Vec<u8>)>,
    forms: Vec<(&'static str, Form)>,
    blocks: HashMap<[u8; BLOCK], Vec<(usize, usize)>>,
}

/// A secret that was found. Its text is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Which secret.
    pub secret: &'static str,
    /// How it was spelt.
    pub form: &'static str,
    /// How many bytes of that spelling stood there.
    pub length: usize,
}

impl Canaries {
    /// Looks for this text, and for each piece of it that is long enough, in every form.
    pub fn add(&mut self, secret: &'static str, text: impl AsRef<[u8]>) {
        let bytes = text.as_ref();
        assert!(bytes.len() >= BLOCK, "{secret} is too short to be looked for");
        if self.known.insert((secret, bytes.to_vec())) {
            for form in forms::of(bytes) {
                self.add_form(secret, form);
            }
        }
    }

    /// Looks for this text as a whole, as it is.
    pub fn add_whole(&mut self, secret: &'static str, text: impl AsRef<[u8]>) {
        let bytes = text.as_ref();
        assert!(bytes.len() >= BLOCK, "{secret} is too short to be looked for");
        if self.known.insert((secret, bytes.to_vec())) {
            self.add_form(secret, forms::whole(bytes));
        }
    }

    /// Looks for a session token: its text, and the random bytes beneath it. The user's id in front of them is
    /// public.
    pub fn add_token(&mut self, text: &str) {
        self.add("token", text);
        let raw = wxsession::token::SessionToken::parse(text).ok().and_then(|_| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.get(4..68)?).ok()
        });
        if let Some(raw) = raw {
            self.add("token", &raw[16..]);
        }
    }

    /// Looks for a ticket: its text, and the random bytes beneath it.
    pub fn add_ticket(&mut self, text: &str) {
        use base64::Engine as _;
        self.add("ticket", text);
        let raw = text.get(4..).map(|body| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body));
        if let Some(Ok(raw)) = raw {
            self.add("ticket", raw);
        }
    }

    /// Looks for a `session_key`: its base64 text, and the bytes beneath it.
    pub fn add_session_key(&mut self, text: &str) {
        use base64::Engine as _;
        self.add("session_key", text);
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(text) {
            self.add("session_key", bytes);
        }
    }

    /// Looks for everything secret that this WeChat has handed out.
    pub fn add_all_of(&mut self, simulator: &Simulator) {
        for (name, text) in simulator.secrets() {
            match name {
                _ if text.len() < SHORTEST => {}
                "session_key" => self.add_session_key(&text),
                // A phone number is too short for pieces; the simulator's AppSecrets look like its app ids.
                "phone number" | "AppSecret" => self.add_whole(name, text),
                _ => self.add(name, text),
            }
        }
    }

    /// How many secrets are known, and in how many forms.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.known.len(), self.forms.len())
    }

    /// How many secrets of each name are known.
    #[must_use]
    pub fn names(&self) -> BTreeMap<&'static str, usize> {
        self.known.iter().fold(BTreeMap::new(), |mut names, (name, _)| {
            *names.entry(*name).or_default() += 1;
            names
        })
    }

    /// Everything in the text that gives a secret away, each secret and form once.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = BTreeSet::new();
        let mut view = Cow::Borrowed(text);
        for _ in 0..=ESCAPES {
            self.find_in(&view, &mut hits);
            if view.contains(&b'%') {
                self.find_in(&percent_decode(&view).collect::<Vec<u8>>(), &mut hits);
            }
            if !view.contains(&b'\\') {
                break;
            }
            view = Cow::Owned(unescaped(&view));
        }
        let mut longest: BTreeMap<(&str, &str), Hit> = BTreeMap::new();
        for hit in hits {
            longest.insert((hit.secret, hit.form), hit);
        }
        longest.into_values().collect()
    }

    fn add_form(&mut self, secret: &'static str, form: Form) {
        let number = self.forms.len();
        for (at, block) in form.bytes.windows(BLOCK).enumerate().step_by(STRIDE) {
            let block = block.try_into().expect("a window is as long as a block");
            self.blocks.entry(block).or_default().push((number, at));
        }
        self.forms.push((secret, form));
    }

    fn find_in(&self, text: &[u8], hits: &mut BTreeSet<Hit>) {
        for (at, block) in text.windows(BLOCK).enumerate() {
            for (number, offset) in self.blocks.get(block).into_iter().flatten() {
                let (secret, form) = &self.forms[*number];
                let run = run(text, at, &form.bytes, *offset);
                if gives_away(form, &run) {
                    hits.insert(Hit { secret, form: form.name, length: run.bytes.len() });
                }
            }
        }
    }
}

/// What the text and the form have in common around one place.
struct Run<'a> {
    bytes: &'a [u8],
    /// Where in the form it begins.
    from: usize,
}

fn run<'a>(text: &'a [u8], at: usize, form: &[u8], offset: usize) -> Run<'a> {
    let before = text[..at].iter().rev().zip(form[..offset].iter().rev());
    let before = before.take_while(|(a, b)| a == b).count();
    let after = text[at..].iter().zip(&form[offset..]).take_while(|(a, b)| a == b).count();
    Run { bytes: &text[at - before..at + after], from: offset - before }
}

fn gives_away(form: &Form, run: &Run<'_>) -> bool {
    let least = if run.from == 0 { form.prefix.min(form.piece) } else { form.piece };
    let is_long = run.bytes.len() >= least || run.bytes.len() == form.bytes.len();
    let different: BTreeSet<&u8> = run.bytes.iter().collect();
    is_long && different.len() >= LEAST_DIFFERENT
}

/// The text with one layer of the escapes of JSON and of `Debug` undone; what is no escape stays.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let (b'\\', Some((&kind, tail))) = (byte, after.split_first()) else {
            plain.push(byte);
            continue;
        };
        let (character, used) = match kind {
            b'u' if tail.first() == Some(&b'{') => {
                let digits = tail[1..].iter().take(6).take_while(|byte| **byte != b'}').count();
                (code(&tail[1..=digits]), digits + 2)
            }
            b'u' => (tail.get(..4).and_then(code), 4),
            b'x' => (tail.get(..2).and_then(code), 2),
            b'n' => (Some('\n'), 0),
            b'r' => (Some('\r'), 0),
            b't' => (Some('\t'), 0),
            other => (Some(char::from(other)), 0),
        };
        match character.zip(tail.get(used..)) {
            Some((character, tail)) => {
                plain.extend(character.encode_utf8(&mut [0; 4]).bytes());
                rest = tail;
            }
            None => plain.push(byte),
        }
    }
    plain
}

fn code(digits: &[u8]) -> Option<char> {
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
}

#[cfg(test)]
mod tests;
