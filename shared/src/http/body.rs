//! The body of a request: small, UTF-8, JSON, nothing unknown in it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;

use super::{Code, Problem, Request};

/// Reads the JSON body of a request into `T`, which names every field it knows and refuses others.
/// The text of a parse error is dropped: it may quote the body.
///
/// # Errors
///
/// `body_too_large`, `unsupported_media_type` or `malformed_request`.
pub fn json<T: DeserializeOwned>(request: &Request, most_bytes: usize) -> Result<T, Problem> {
    let (raw, is_base64) = request.raw_body();
    // Four characters of base64 hold three bytes.
    let most_raw = if is_base64 { most_bytes.div_ceil(3) * 4 } else { most_bytes };
    if raw.len() > most_raw {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let content_types = request.header_values("content-type");
    if !content_types.iter().all(|value| is_json(value)) {
        return Err(Problem::new(Code::UnsupportedMediaType));
    }
    let decoded;
    let bytes = if is_base64 {
        decoded = STANDARD.decode(raw).map_err(|_| Problem::malformed("body_base64"))?;
        decoded.as_slice()
    } else {
        raw.as_bytes()
    };
    if bytes.len() > most_bytes {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    serde_json::from_slice(bytes).map_err(|_| Problem::malformed("body_json"))
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
