//! What WeChat makes up: it looks random and comes out the same for the same seed. What of it is secret is remembered.

use std::collections::VecDeque;

use ring::digest::{SHA256, digest};

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const HEX: &[u8] = b"0123456789abcdef";

/// So many of the secrets handed out are remembered.
const SECRETS_KEPT: usize = 10_000;

/// The simulator's only source of randomness: SHA-256 over seed and counter.
pub(crate) struct Mint {
    seed: u64,
    drawn: u64,
    /// What was handed out and must not be seen again anywhere, each with its name.
    secrets: VecDeque<(&'static str, String)>,
}

impl Mint {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0, secrets: VecDeque::new() }
    }

    /// Goes on where this one stands, and remembers nothing.
    pub(crate) fn renewed(&self) -> Self {
        Self { seed: self.seed, drawn: self.drawn, secrets: VecDeque::new() }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(32) {
            self.drawn += 1;
            let block = digest(&SHA256, format!("{}/{}", self.seed, self.drawn).as_bytes());
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
        bytes
    }

    /// Remembers a secret that leaves from here, for those who look for it elsewhere.
    pub(crate) fn remember(&mut self, name: &'static str, text: &str) {
        if self.secrets.len() == SECRETS_KEPT {
            self.secrets.pop_front();
        }
        self.secrets.push_back((name, text.to_owned()));
    }

    /// What was remembered, oldest first.
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        self.secrets.iter().cloned().collect()
    }

    /// 32 characters, the first a zero, as `wx.login` hands out.
    pub(crate) fn js_code(&mut self) -> String {
        let text = format!("0{}", spell(&self.bytes::<31>(), ALPHANUMERIC));
        self.remember("js_code", &text);
        text
    }

    /// 64 hexadecimal characters: phone and plugin codes.
    pub(crate) fn long_code(&mut self) -> String {
        let text = spell(&self.bytes::<64>(), HEX);
        self.remember("js_code", &text);
        text
    }

    /// An openid or a unionid: 28 characters that start with `o`.
    pub(crate) fn openid(&mut self) -> String {
        format!("o{}", spell(&self.bytes::<27>(), URL_SAFE))
    }

    /// 28 characters that start with `GACo`.
    pub(crate) fn openpid(&mut self) -> String {
        format!("GACo{}", spell(&self.bytes::<24>(), ALPHANUMERIC))
    }

    /// 512 characters: WeChat asks callers to reserve at least that.
    pub(crate) fn access_token(&mut self) -> String {
        let text = format!("48_{}", spell(&self.bytes::<509>(), URL_SAFE));
        self.remember("access token", &text);
        text
    }

    /// The older request id, 16 characters.
    pub(crate) fn req_id(&mut self) -> String {
        spell(&self.bytes::<16>(), URL_SAFE)
    }

    pub(crate) fn hex<const N: usize>(&mut self) -> String {
        spell(&self.bytes::<N>(), HEX)
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    spell(&bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>(), HEX)
}

fn spell(bytes: &[u8], alphabet: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
}
