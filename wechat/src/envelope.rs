//! The envelope of a pushed message: who may have written it, and what is inside. Pure: bytes in, bytes out.
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html>
//!
//! The key is 32 bytes behind 43 characters of base64, the cipher AES-256-CBC with the key's first half as IV, the padding
//! PKCS#7 for blocks of 32 bytes. Inside are 16 random bytes, the length of the message as a big-endian `u32`, the message,
//! and whom it is for. A signature is the SHA-1 of Token and what it covers, sorted and joined.

use aes::Aes256;
use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, general_purpose::NO_PAD, general_purpose::STANDARD},
};
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding},
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use subtle::ConstantTimeEq;
use wxsession::Secret;
use zeroize::Zeroizing;

use crate::secrets::Push;

/// 43 characters are 258 bits, and the two that are over are not always zero: WeChat accepts such keys.
const KEY_ENGINE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));
/// What the padding fills up. A library that knows 16 only refuses genuine messages.
const PADDED_BYTES: usize = 32;
/// Before the message.
const RANDOM_BYTES: usize = 16;

/// Why an envelope is not opened, in the order in which it is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// No base64.
    Base64,
    /// Not whole blocks of the cipher, or none.
    CipherLength,
    /// The key is another one.
    Padding,
    /// The message would be longer than what is there.
    MessageLength,
    /// It is for somebody else.
    ReceiveId,
}

impl Unopened {
    /// The stable word for log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "push_base64",
            Self::CipherLength => "push_cipher_length",
            Self::Padding => "push_padding",
            Self::MessageLength => "push_message_length",
            Self::ReceiveId => "push_receive_id",
        }
    }
}

/// What one Mini Program's messages are signed and sealed with.
pub struct Envelope {
    token: Secret,
    key: Zeroizing<[u8; 32]>,
    receive_id: String,
}

impl Envelope {
    /// Of what the console shows, for messages to `receive_id`: the Mini Program's AppID. `None` when the key is none.
    #[must_use]
    pub fn new(push: &Push, receive_id: &str) -> Option<Self> {
        let bytes = Zeroizing::new(KEY_ENGINE.decode(push.encoding_aes_key.expose()).ok()?);
        let key = Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?);
        Some(Self { token: push.token.clone(), key, receive_id: receive_id.to_owned() })
    }

    /// The signature over `covered` and Token: of the URL check timestamp and nonce, of a sealed message also `Encrypt`.
    #[must_use]
    pub fn signature(&self, covered: &[&str]) -> String {
        let mut parts: Vec<&str> = covered.iter().copied().chain([self.token.expose()]).collect();
        parts.sort_unstable();
        let joined = Zeroizing::new(parts.concat());
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, joined.as_bytes());
        let digits = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }

    /// Whether `signature` is the one over `covered`. How much of it is right does not show in the time that this takes.
    #[must_use]
    pub fn is_signed(&self, signature: &str, covered: &[&str]) -> bool {
        self.signature(covered).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    /// The message in `encrypted`, whose signature was found right: without it, the difference between two refusals would
    /// tell a stranger the plaintext.
    ///
    /// # Errors
    ///
    /// [`Unopened`].
    pub fn open(&self, encrypted: &str) -> Result<Vec<u8>, Unopened> {
        let mut bytes = STANDARD.decode(encrypted).map_err(|_| Unopened::Base64)?;
        if bytes.is_empty() {
            return Err(Unopened::CipherLength);
        }
        let cipher = Decryptor::<Aes256>::new_from_slices(self.key.as_slice(), self.iv())
            .map_err(|_| Unopened::CipherLength)?;
        cipher.decrypt_padded::<NoPadding>(&mut bytes).map_err(|_| Unopened::CipherLength)?;
        let content = unpadded(&bytes).ok_or(Unopened::Padding)?;
        let (message, receive_id) = parts(content).ok_or(Unopened::MessageLength)?;
        if receive_id != self.receive_id.as_bytes() {
            return Err(Unopened::ReceiveId);
        }
        Ok(message.to_vec())
    }

    /// Seals a message, as `Encrypt`: for the operator's self-test. `random` is new for each.
    ///
    /// # Panics
    ///
    /// Never: the padding makes whole blocks, and the key has its length.
    #[must_use]
    pub fn seal(&self, message: &[u8], random: [u8; RANDOM_BYTES]) -> String {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let mut bytes =
            [&random, length.to_be_bytes().as_slice(), message, self.receive_id.as_bytes()].concat();
        let pad = PADDED_BYTES - bytes.len() % PADDED_BYTES;
        bytes.extend(std::iter::repeat_n(u8::try_from(pad).unwrap_or(u8::MAX), pad));
        let length = bytes.len();
        let cipher =
            Encryptor::<Aes256>::new_from_slices(self.key.as_slice(), self.iv()).expect("32 and 16 bytes");
        cipher.encrypt_padded::<NoPadding>(&mut bytes, length).expect("whole blocks");
        STANDARD.encode(bytes)
    }

    fn iv(&self) -> &[u8] {
        &self.key[..RANDOM_BYTES]
    }
}

/// Without the padding, if it is as PKCS#7 wants it for blocks of 32 bytes.
fn unpadded(bytes: &[u8]) -> Option<&[u8]> {
    let pad = usize::from(*bytes.last()?);
    let (content, padding) = bytes.split_at_checked(bytes.len().checked_sub(pad)?)?;
    let is_padding =
        (1..=PADDED_BYTES).contains(&pad) && padding.iter().all(|byte| usize::from(*byte) == pad);
    is_padding.then_some(content)
}

/// The message and whom it is for.
fn parts(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = content.split_at_checked(RANDOM_BYTES)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests;
