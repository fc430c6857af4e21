//! What the WeChat client hands to a Mini Program: codes, encryptedData, signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Simulator;
use super::open_data::{encrypt, hash, sign_raw_data};
use super::world::{Code, CodeKind};

/// A `wx.login` to come. Without openid it is a new user's.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// The Mini Program it happens in; need not be one of the simulator's own.
    pub app_id: String,
    /// The user; a new one when absent.
    pub openid: Option<String>,
    /// Kept for the user when given: the Mini Program is bound to an Open Platform account.
    pub unionid: Option<String>,
    /// Instead of the usual five minutes.
    pub ttl_seconds: Option<i64>,
}

/// A press on the phone number button to come.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPhoneCode {
    /// The Mini Program it happens in.
    pub app_id: String,
    /// The user; a new one when absent.
    pub openid: Option<String>,
    /// `86` unless given.
    #[serde(default = "mainland")]
    pub country_code: String,
    /// The number without its country code.
    #[serde(default = "sample_number")]
    pub pure_phone_number: String,
    /// Instead of the usual five minutes.
    pub ttl_seconds: Option<i64>,
}

impl NewPhoneCode {
    /// A mainland number of a user.
    #[must_use]
    pub fn of_user(app_id: &str, openid: &str) -> Self {
        Self { openid: Some(openid.to_owned()), ..Self::of(app_id) }
    }

    /// A mainland number of a new user.
    #[must_use]
    pub fn of(app_id: &str) -> Self {
        Self {
            app_id: app_id.to_owned(),
            openid: None,
            country_code: mainland(),
            pure_phone_number: sample_number(),
            ttl_seconds: None,
        }
    }
}

fn mainland() -> String {
    "86".to_owned()
}

fn sample_number() -> String {
    "13800000000".to_owned()
}

/// A code, and whose it is.
#[derive(Clone, Serialize)]
pub struct MintedCode {
    /// Hand this to the server under test.
    pub code: String,
    /// The user it stands for.
    pub openid: String,
}

/// encryptedData as an open-data event carries it.
#[derive(Clone, Serialize)]
pub struct EncryptedData {
    /// base64 of the AES-128-CBC ciphertext.
    pub encrypted_data: String,
    /// base64 of 16 bytes.
    pub iv: String,
}

/// The answer of `wx.getUserInfo`.
#[derive(Clone, Serialize)]
pub struct UserInfo {
    /// The profile, byte for byte as it was signed.
    pub raw_data: String,
    /// `sha1(raw_data ‖ session_key)`, lower-case hexadecimal.
    pub signature: String,
    /// The profile with openId and watermark, encrypted.
    pub encrypted_data: String,
    /// base64 of 16 bytes.
    pub iv: String,
}

impl Simulator {
    /// A fresh `wx.login` code of the user, or of a new one.
    #[must_use]
    pub fn mint_code(&self, app_id: &str, openid: Option<&str>) -> String {
        let openid = openid.map(str::to_owned);
        self.mint(NewCode { app_id: app_id.to_owned(), openid, ..NewCode::default() }).code
    }

    /// Like [`Simulator::mint_code`], with every choice open.
    #[must_use]
    pub fn mint(&self, new: NewCode) -> MintedCode {
        let (mut wechat, now) = (self.wechat(), self.now());
        let openid = new.openid.unwrap_or_else(|| wechat.mint.openid());
        let user = wechat.user(&new.app_id, &openid);
        user.unionid = new.unionid.or(user.unionid.take());
        if let Some(unionid) = user.unionid.clone() {
            wechat.mint.remember("unionid", &unionid);
        }
        if wechat.knobs.rotate_on_code {
            wechat.rotate_if_due(&new.app_id, &openid, now);
        }
        let text = wechat.mint.js_code();
        let expires_at = now + new.ttl_seconds.unwrap_or(wechat.knobs.code_ttl_seconds);
        let code = Code {
            app_id: new.app_id,
            openid: openid.clone(),
            expires_at,
            used: false,
            kind: CodeKind::Login,
        };
        wechat.people.add_code(text.clone(), code, now);
        MintedCode { code: text, openid }
    }

    /// A fresh code of the phone number button.
    #[must_use]
    pub fn mint_phone_code(&self, new: NewPhoneCode) -> MintedCode {
        let NewPhoneCode { app_id, openid, country_code, pure_phone_number, ttl_seconds } = new;
        self.mint_long(app_id, openid, ttl_seconds, CodeKind::Phone { country_code, pure_phone_number })
    }

    /// A fresh `wx.pluginLogin` code.
    #[must_use]
    pub fn mint_plugin_code(&self, app_id: &str, openid: Option<&str>) -> MintedCode {
        self.mint_long(app_id.to_owned(), openid.map(str::to_owned), None, CodeKind::Plugin)
    }

    fn mint_long(
        &self,
        app_id: String,
        openid: Option<String>,
        ttl: Option<i64>,
        kind: CodeKind,
    ) -> MintedCode {
        let (mut wechat, now) = (self.wechat(), self.now());
        let openid = openid.unwrap_or_else(|| wechat.mint.openid());
        wechat.user(&app_id, &openid);
        let text = wechat.mint.long_code();
        if let CodeKind::Phone { pure_phone_number, .. } = &kind {
            wechat.mint.remember("phone number", pure_phone_number);
        }
        let expires_at = now + ttl.unwrap_or(wechat.knobs.code_ttl_seconds);
        wechat.people.add_code(
            text.clone(),
            Code { app_id, openid: openid.clone(), expires_at, used: false, kind },
            now,
        );
        MintedCode { code: text, openid }
    }

    /// Encrypts the payload with the key valid now, as the event of an open-data button does. A missing watermark
    /// is added.
    #[must_use]
    pub fn mint_encrypted_data(&self, app_id: &str, openid: &str, mut payload: Value) -> EncryptedData {
        let (mut wechat, now) = (self.wechat(), self.now());
        let session_key = wechat.key_in_use(app_id, openid, now);
        if let Some(object) = payload.as_object_mut() {
            object.entry("watermark").or_insert_with(|| json!({ "timestamp": now, "appid": app_id }));
        }
        let iv = STANDARD.encode(wechat.mint.bytes::<16>());
        let encrypted_data = encrypt(&session_key, &iv, &payload.to_string());
        if payload.get("purePhoneNumber").is_some() {
            wechat.people.remember_phone_message(app_id, hash(&encrypted_data), now);
        }
        EncryptedData { encrypted_data, iv }
    }

    /// The older phone number event, which carries encryptedData instead of a code.
    #[must_use]
    pub fn mint_encrypted_phone(
        &self,
        app_id: &str,
        openid: &str,
        country: &str,
        number: &str,
    ) -> EncryptedData {
        self.wechat().mint.remember("phone number", number);
        let payload = self.wechat().phone_info(app_id, country, number, self.now());
        self.mint_encrypted_data(app_id, openid, payload)
    }

    /// What `wx.getUserInfo` answers. Since 2022 the profile is the same grey figure for everybody, unless given.
    #[must_use]
    pub fn mint_user_info(&self, app_id: &str, openid: &str, profile: Option<Value>) -> UserInfo {
        let profile = profile.unwrap_or_else(|| {
            json!({
                "nickName": "微信用户", "gender": 0, "language": "", "city": "", "province": "", "country": "",
                "avatarUrl": "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24/132",
            })
        });
        let raw_data = profile.to_string();
        let mut secret = profile;
        let unionid = self.wechat().user(app_id, openid).unionid.clone();
        if let Some(object) = secret.as_object_mut() {
            object.insert("openId".to_owned(), openid.into());
            object.extend(unionid.map(|unionid| ("unionId".to_owned(), unionid.into())));
        }
        let EncryptedData { encrypted_data, iv } = self.mint_encrypted_data(app_id, openid, secret);
        let session_key = self.wechat().key_in_use(app_id, openid, self.now());
        UserInfo { signature: sign_raw_data(&raw_data, &session_key), raw_data, encrypted_data, iv }
    }
}
