//! What decrypting a user's data costs, in instructions: see `counted`.

#[path = "../../../shared/benches/counted/mod.rs"]
mod counted;

use std::{hint::black_box, io};

use aes::Aes128;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use counted::Case;
use open_data::decrypted;
use wxsession::Secret;

const APP: &str = "wx0123456789abcdef";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const IV: &str = "Dw4NDAsKCQgHBgUEAwIBAA==";
const NOW: i64 = 1_700_000_000;
const NAMES: (&str, Option<&str>) = ("oGZUI0egBJY1zhBYw2KhdUfwVJJE", Some("o6_bmasdasdsad6_2sgVt7hMZOPfL"));
/// What `wx.getUserInfo` gives: about 200 bytes.
const USER_INFO: &str = r#"{"openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","nickName":"Band","gender":1,"language":"zh_CN","city":"","province":"","country":"","unionId":"o6_bmasdasdsad6_2sgVt7hMZOPfL","watermark":{"timestamp":1700000000,"appid":"wx0123456789abcdef"}}"#;

fn main() -> io::Result<()> {
    let encrypted = encrypted();
    let one = vec![Secret::new(KEY)];
    let two = vec![Secret::new(KEY), Secret::new("tiihtNczf5v6AKRyjwEUhQ==")];
    let cases: Vec<Case<'_>> = vec![
        ("open_data_decrypt", Box::new(|| decrypt(&encrypted, &one))),
        ("open_data_decrypt_two_keys", Box::new(|| decrypt(&encrypted, &two))),
        (
            "slowed_open_data_decrypt",
            Box::new(|| {
                // The text read twice.
                drop(black_box(STANDARD.decode(black_box(&encrypted))));
                decrypt(&encrypted, &one);
            }),
        ),
    ];
    counted::run(&cases)
}

fn encrypted() -> String {
    let key = STANDARD.decode(KEY).expect("base64");
    let iv = STANDARD.decode(IV).expect("base64");
    let cipher = Encryptor::<Aes128>::new_from_slices(&key, &iv).expect("16 bytes each");
    let mut text = [USER_INFO.as_bytes(), &[0; 16]].concat();
    STANDARD.encode(cipher.encrypt_padded::<Pkcs7>(&mut text, USER_INFO.len()).expect("room for the padding"))
}

fn decrypt(encrypted_data: &str, keys: &[Secret]) {
    let opened = decrypted([black_box(encrypted_data), black_box(IV)], keys, NAMES, (APP, NOW, Some(300)));
    assert!(black_box(opened).is_ok(), "encrypted above");
}
