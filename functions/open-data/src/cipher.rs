//! WeChat's open-data cipher: AES-128-CBC, PKCS#7.
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html>
//!
//! The cipher has no authentication of its own, so nothing here may tell a client how far its data
//! came: padding is checked without branches, the text is read whether the padding was right or not,
//! every key is tried to the end, and all that can go wrong after the shape is one answer. What of the
//! text may go out says `disclosure`.

use aes::Aes128;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding},
};
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use wxsession::Secret;
use zeroize::Zeroizing;

use crate::{
    disclosure::{Expected, disclosed},
    refused::{BLOCK_BYTES, Refused},
};

/// `encryptedData` and `iv` of the right shape.
pub(crate) struct Encrypted {
    ciphertext: Vec<u8>,
    iv: [u8; BLOCK_BYTES],
}

impl Encrypted {
    pub(crate) fn read(encrypted_data: &str, iv: &str) -> Result<Self, Refused> {
        let ciphertext = STANDARD.decode(encrypted_data).map_err(|_| Refused::BadBase64)?;
        let iv = STANDARD.decode(iv).map_err(|_| Refused::BadBase64)?;
        let iv = iv.try_into().map_err(|_| Refused::BadIvLength)?;
        if ciphertext.is_empty() || ciphertext.len() % BLOCK_BYTES != 0 {
            return Err(Refused::BadCiphertextLength);
        }
        Ok(Self { ciphertext, iv })
    }

    /// Decrypts with the first key that fits, newest first. The client's event may be older than the
    /// newest key: any `wx.login` may have replaced it in between.
    pub(crate) fn open(&self, keys: &[Secret], expected: Expected<'_>) -> Result<Value, Refused> {
        let tried: Vec<_> = keys.iter().map(|key| self.open_with(key, expected)).collect();
        let mut furthest = Refused::BadKeyLength;
        for outcome in tried {
            match outcome {
                Ok(data) => return Ok(data),
                Err(refused) => furthest = furthest.max(refused),
            }
        }
        Err(furthest)
    }

    fn open_with(&self, key: &Secret, expected: Expected<'_>) -> Result<Value, Refused> {
        let key = STANDARD.decode(key.expose()).map(Zeroizing::new).map_err(|_| Refused::BadKeyLength)?;
        let cipher =
            Decryptor::<Aes128>::new_from_slices(&key, &self.iv).map_err(|_| Refused::BadKeyLength)?;
        let mut text = Zeroizing::new(self.ciphertext.clone());
        cipher.decrypt_padded::<NoPadding>(&mut text).map_err(|_| Refused::BadCiphertextLength)?;
        let (is_padded, length) = unpadded(&text);
        let disclosed = disclosed(&text[..length], expected);
        if bool::from(is_padded) { disclosed } else { Err(Refused::BadPadding) }
    }
}

/// Whether the last block is padded as PKCS#7 wants, and the length without padding; the whole length
/// when it is not. Always looks at all sixteen bytes.
fn unpadded(text: &[u8]) -> (Choice, usize) {
    let Some(last) = text.last_chunk::<BLOCK_BYTES>() else { return (Choice::from(0), 0) };
    let pad = last[BLOCK_BYTES - 1];
    let mut is_padded = !pad.ct_eq(&0) & !pad.ct_gt(&16);
    for (from_end, byte) in (1_u8..).zip(last.iter().rev()) {
        let is_pad = !from_end.ct_gt(&pad);
        is_padded &= !is_pad | byte.ct_eq(&pad);
    }
    let length = text.len() - usize::from(pad * is_padded.unwrap_u8());
    (is_padded, length)
}

#[cfg(test)]
mod tests;
