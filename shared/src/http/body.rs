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
    // Serde would also read a struct from an array of its fields.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::malformed("body_json"));
    }
    serde_json::from_slice(bytes).map_err(|_| Problem::malformed("body_json"))
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(deny_unknown_fields)]
    struct Body {
        code: String,
        app_id: Option<String>,
    }

    fn read(event: serde_json::Value) -> Result<Body, &'static str> {
        let request: Request = serde_json::from_value(event).unwrap();
        json(&request, 64).map_err(|problem| problem.code.as_str())
    }

    fn plain(body: &str) -> Result<Body, &'static str> {
        read(json!({"body": body, "headers": {"content-type": "application/json; charset=utf-8"}}))
    }

    #[test]
    fn reads_an_object_plain_or_base64() {
        let body = Body { code: "c".to_owned(), app_id: None };
        assert_eq!(plain(" \n{\"code\":\"c\"} ").as_ref(), Ok(&body));
        let encoded = STANDARD.encode(r#"{"code":"c"}"#);
        assert_eq!(read(json!({"body": encoded, "isBase64Encoded": true})), Ok(body));
    }

    #[test]
    fn refuses_everything_that_is_not_one_strict_object() {
        let bodies = [
            "",
            "null",
            "7",
            r#"["c", null]"#,
            r#"["c"]"#,
            r#"{"code":"c","code":"d"}"#,
            r#"{"code":"c","x":1}"#,
            r#"{"code":"c"}{}"#,
            "\u{feff}{\"code\":\"c\"}",
            r#"{"code":"\ud800"}"#,
        ];
        for body in bodies {
            assert_eq!(plain(body), Err("malformed_request"), "{body:?}");
        }
        assert_eq!(read(json!({"body": "%%%", "isBase64Encoded": true})), Err("malformed_request"));
        let invalid = STANDARD.encode(b"{\"code\":\"\xff\"}");
        assert_eq!(read(json!({"body": invalid, "isBase64Encoded": true})), Err("malformed_request"));
    }

    #[test]
    fn measures_before_and_after_decoding() {
        let long = format!(r#"{{"code":"{}"}}"#, "c".repeat(64));
        assert_eq!(plain(&long), Err("body_too_large"));
        assert_eq!(
            read(json!({"body": STANDARD.encode(&long), "isBase64Encoded": true})),
            Err("body_too_large")
        );
        let fits = format!(r#"{{"code":"{}"}}"#, "c".repeat(53));
        assert!(plain(&fits).is_ok());
        assert!(read(json!({"body": STANDARD.encode(&fits), "isBase64Encoded": true})).is_ok());
    }

    #[test]
    fn refuses_another_media_type() {
        let form = json!({"body": "{}", "multiValueHeaders": {"Content-Type": ["text/plain"]}});
        assert_eq!(read(form), Err("unsupported_media_type"));
    }
}
