//! The envelope of a pushed message, from the side that makes it.

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Map, Value, json};

use super::{PushFormat, PushMistake, PushMode, PushOrder, PushSettings};
use crate::world::hex;

/// The padding makes whole blocks of so many bytes.
const BLOCK: usize = 32;
const RANDOM: usize = 16;
/// In place of the right ones.
const OTHERS: (&str, &str, &str) =
    ("anotherToken", "anotherKeyanotherKeyanotherKeyanotherKeyanO", "wx00000000000000ff");

/// SHA-1 of the sorted parts.
pub(super) fn signature(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes()).as_ref())
}

/// A message that is about to be sent.
pub(super) struct Sealed<'a> {
    pub(super) settings: &'a PushSettings,
    pub(super) message: &'a str,
    pub(super) order: &'a PushOrder,
    pub(super) random: [u8; RANDOM],
    pub(super) timestamp: String,
    pub(super) nonce: String,
}

type Query = Vec<(&'static str, String)>;

impl Sealed<'_> {
    /// Query, content type, body.
    pub(super) fn request(&self) -> (Query, &'static str, String) {
        let token = if self.has(PushMistake::WrongToken) { OTHERS.0 } else { &self.settings.token };
        let signed = |more: &[&str]| signature(&[&[token, &self.timestamp, &self.nonce], more].concat());
        let mut query: Query = vec![
            ("timestamp", self.timestamp.clone()),
            ("nonce", self.nonce.clone()),
            // Not the user of a privacy event: a server that takes it for one is wrong.
            ("openid", "oPlatform0000000000000000001".to_owned()),
        ];
        if !self.has(PushMistake::Unsigned) {
            query.push(("signature", signed(&[])));
        }
        let content_type = match self.settings.format {
            PushFormat::Json => "application/json",
            PushFormat::Xml => "text/xml",
        };
        if self.settings.mode == PushMode::Plain {
            return (query, content_type, self.message.to_owned());
        }
        let encrypted = self.encrypted();
        query.push(("encrypt_type", "aes".to_owned()));
        if !self.has(PushMistake::Unsigned) {
            query.push(("msg_signature", signed(&[&encrypted])));
        }
        (query, content_type, self.body(&self.sent(encrypted)))
    }

    fn has(&self, mistake: PushMistake) -> bool {
        self.order.mistake == Some(mistake)
    }

    fn sent(&self, encrypted: String) -> String {
        if self.has(PushMistake::Changed) {
            let first = if encrypted.starts_with('A') { "B" } else { "A" };
            return format!("{first}{}", &encrypted[1..]);
        }
        encrypted
    }

    fn body(&self, encrypted: &str) -> String {
        let compatible = self.settings.mode == PushMode::Compatible;
        match self.settings.format {
            PushFormat::Json => {
                let mut body = serde_json::from_str(self.message)
                    .ok()
                    .filter(|_| compatible)
                    .unwrap_or_else(|| json!({"ToUserName": "gh_97417a04a28d"}));
                body["Encrypt"] = encrypted.into();
                body.to_string()
            }
            PushFormat::Xml => {
                let plain = if compatible {
                    self.message
                } else {
                    "<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName></xml>"
                };
                let open = plain.strip_suffix("</xml>").unwrap_or("<xml>");
                format!("{open}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>")
            }
        }
    }

    fn encrypted(&self) -> String {
        let key = if self.has(PushMistake::WrongKey) { OTHERS.1 } else { &self.settings.encoding_aes_key };
        let receive_id = if self.has(PushMistake::WrongReceiveId) { OTHERS.2 } else { &self.settings.app_id };
        let mut message = self.message.to_owned();
        let unpadded = |message: &str| RANDOM + 4 + message.len() + receive_id.len();
        while self
            .order
            .padding
            .is_some_and(|wanted| usize::from(wanted) != BLOCK - unpadded(&message) % BLOCK)
        {
            message.push(' ');
        }
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut bytes = [&self.random, length.as_slice(), message.as_bytes(), receive_id.as_bytes()].concat();
        let pad = BLOCK - bytes.len() % BLOCK;
        bytes.resize(bytes.len() + pad, u8::try_from(pad).unwrap_or(u8::MAX));
        let decoder = GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));
        let key = decoder.decode(key).expect("43 characters of base64");
        let length = bytes.len();
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key, &key[..16]).expect("a key has 32 bytes");
        cipher.encrypt_padded::<NoPadding>(&mut bytes, length).expect("whole blocks");
        if self.has(PushMistake::Truncated) {
            bytes.truncate(bytes.len() - 16);
        }
        STANDARD.encode(bytes)
    }
}

/// As WeChat writes it: text in CDATA, numbers bare.
pub(super) fn xml(members: &Map<String, Value>) -> String {
    let element = |(name, value): (&String, &Value)| match value {
        Value::String(text) => {
            format!("<{name}><![CDATA[{}]]></{name}>", text.replace("]]>", "]]]]><![CDATA[>"))
        }
        other => format!("<{name}>{other}</{name}>"),
    };
    format!("<xml>{}</xml>", members.iter().map(element).collect::<String>())
}
