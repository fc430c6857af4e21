//! JSON that may be looked at, without its secrets.

use serde_json::Value;

/// How much of a token is shown: enough to tell two tokens apart, too little to use one.
const SHOWN_CHARACTERS: usize = 8;

/// What is shown of everything else that is secret.
pub const HIDDEN: &str = "…";

/// Members of JSON bodies and of the authorizer's context that nobody but their owner may see.
const SECRET_MEMBERS: [&str; 17] = [
    "access_token",
    "code",
    "data",
    "encrypted_data",
    "iv",
    "openid",
    "pay_sig",
    "paySig",
    "phone_info",
    "phone_number",
    "pure_phone_number",
    "raw_data",
    "session_key",
    "signature",
    "ticket",
    "token",
    "unionid",
];

/// JSON with every secret member hidden, at any depth; of a token or ticket the beginning stays.
#[must_use]
pub fn shown(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.into_iter().map(|(name, value)| {
                let value = match value {
                    Value::String(text) if name == "token" || name == "ticket" => shortened(&text).into(),
                    // An error's `code` is a word of ours; a js_code is not.
                    Value::String(text) if is_error_code(&name, &text) => text.into(),
                    _ if SECRET_MEMBERS.contains(&name.as_str()) => HIDDEN.into(),
                    value => shown(value),
                };
                (name, value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.into_iter().map(shown).collect(),
        other => other,
    }
}

fn is_error_code(name: &str, text: &str) -> bool {
    name == "code" && text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The beginning of a token.
#[must_use]
pub fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS).chain(['…']).collect()
}
