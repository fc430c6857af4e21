//! Identifiers that look random and come out the same for the same seed.

use ring::digest::{SHA256, digest};

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const HEX: &[u8] = b"0123456789abcdef";

/// The simulator's only source of randomness: SHA-256 over seed and counter.
pub(super) struct Ids {
    seed: u64,
    drawn: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(32) {
            self.drawn += 1;
            let block = digest(&SHA256, format!("{}/{}", self.seed, self.drawn).as_bytes());
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
        bytes
    }

    /// 32 characters, the first a zero, as `wx.login` hands out.
    pub(super) fn js_code(&mut self) -> String {
        format!("0{}", spell(&self.bytes::<31>(), ALPHANUMERIC))
    }

    /// 64 hexadecimal characters: phone and plugin codes.
    pub(super) fn long_code(&mut self) -> String {
        spell(&self.bytes::<64>(), HEX)
    }

    /// An openid or a unionid: 28 characters that start with `o`.
    pub(super) fn openid(&mut self) -> String {
        format!("o{}", spell(&self.bytes::<27>(), URL_SAFE))
    }

    /// 28 characters that start with `GACo`.
    pub(super) fn openpid(&mut self) -> String {
        format!("GACo{}", spell(&self.bytes::<24>(), ALPHANUMERIC))
    }

    /// 512 characters: WeChat asks callers to reserve at least that.
    pub(super) fn access_token(&mut self) -> String {
        format!("48_{}", spell(&self.bytes::<509>(), URL_SAFE))
    }

    /// The older request id, 16 characters.
    pub(super) fn req_id(&mut self) -> String {
        spell(&self.bytes::<16>(), URL_SAFE)
    }

    pub(super) fn hex<const N: usize>(&mut self) -> String {
        spell(&self.bytes::<N>(), HEX)
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    spell(&bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>(), HEX)
}

fn spell(bytes: &[u8], alphabet: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
}
