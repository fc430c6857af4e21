//! WeChat's open-data cryptography, from the side that makes it.

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::hmac;

use super::world::hex;

/// AES-128-CBC with PKCS#7 padding; key and iv are base64 of 16 bytes, as is the answer's ciphertext.
#[must_use]
pub fn encrypt(session_key: &str, iv: &str, plaintext: &str) -> String {
    let key = STANDARD.decode(session_key).expect("a session_key is base64");
    let iv = STANDARD.decode(iv).expect("an iv is base64");
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(&key, &iv).expect("key and iv have 16 bytes");
    STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(plaintext.as_bytes()))
}

/// `sha1(raw_data ‖ session_key)`, with the key as its base64 text.
#[must_use]
pub fn sign_raw_data(raw_data: &str, session_key: &str) -> String {
    let signed = [raw_data.as_bytes(), session_key.as_bytes()].concat();
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, &signed).as_ref())
}

/// `hmac_sha256(session_key, message)`, with the key as its base64 text: what checksession and its kin want.
#[must_use]
pub fn sign_with_session_key(session_key: &str, message: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, session_key.as_bytes());
    hex(hmac::sign(&key, message.as_bytes()).as_ref())
}

/// What checkEncryptedMsg wants to be asked: SHA-256 of the base64 text.
pub(crate) fn hash(encrypted_data: &str) -> String {
    hex(digest(&SHA256, encrypted_data.as_bytes()).as_ref())
}
