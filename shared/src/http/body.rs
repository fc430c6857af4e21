//! The body of a request: small, UTF-8, JSON, nothing unknown in it.

use lambda_http::{Request, http::header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

use super::{Code, Problem};

/// Reads the JSON body of a request into `T`, which names every field it knows and refuses others.
/// The text of a parse error is dropped: it may quote the body.
///
/// # Errors
///
/// `body_too_large`, `unsupported_media_type` or `malformed_request`.
pub fn json<T: DeserializeOwned>(request: &Request, most_bytes: usize) -> Result<T, Problem> {
    let bytes: &[u8] = request.body();
    if bytes.len() > most_bytes {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    // Payload 2.0 joins the lines of one header with commas.
    let lines = request.headers().get_all(CONTENT_TYPE).iter();
    let mut types = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    if !types.all(is_json) {
        return Err(Problem::new(Code::UnsupportedMediaType));
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
    use lambda_http::Body as Sent;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(deny_unknown_fields)]
    struct Body {
        code: String,
        app_id: Option<String>,
    }

    fn read(sent: Sent, content_types: &[&str]) -> Result<Body, &'static str> {
        let mut request = Request::new(sent);
        for line in content_types {
            request.headers_mut().append(CONTENT_TYPE, line.parse().unwrap());
        }
        json(&request, 64).map_err(|problem| problem.code.as_str())
    }

    fn plain(body: &str) -> Result<Body, &'static str> {
        read(Sent::from(body), &["application/json; charset=utf-8"])
    }

    #[test]
    fn reads_an_object_plain_or_binary() {
        let body = Body { code: "c".to_owned(), app_id: None };
        assert_eq!(plain(" \n{\"code\":\"c\"} ").as_ref(), Ok(&body));
        assert_eq!(read(Sent::from(br#"{"code":"c"}"#.as_slice()), &[]), Ok(body));
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
        assert_eq!(read(Sent::Empty, &[]), Err("malformed_request"));
        assert_eq!(read(Sent::from(b"{\"code\":\"\xff\"}".as_slice()), &[]), Err("malformed_request"));
    }

    #[test]
    fn a_body_of_just_the_limit_is_read() {
        assert_eq!(plain(&format!(r#"{{"code":"{}"}}"#, "c".repeat(54))), Err("body_too_large"));
        assert!(plain(&format!(r#"{{"code":"{}"}}"#, "c".repeat(53))).is_ok());
    }

    #[test]
    fn the_media_type_is_json_each_time_it_is_said() {
        let typed = |lines: &[&str]| read(Sent::from(r#"{"code":"c"}"#), lines).map(|_| ());
        assert_eq!(typed(&["Application/JSON"]), Ok(()));
        assert_eq!(typed(&["application/json", "application/json"]), Ok(()));
        assert_eq!(typed(&["application/json,application/json; charset=utf-8"]), Ok(()));
        for lines in [
            &["text/plain"][..],
            &["application/json", "text/plain"],
            &["application/json,text/plain"],
            &["application/jsonx"],
            &[""],
        ] {
            assert_eq!(typed(lines), Err("unsupported_media_type"), "{lines:?}");
        }
    }
}
