//! The function as API Gateway calls it: recorded events in, answers out.

use serde_json::{Value, json};

use crate::{handle, pages::readable_by};

fn event(name: &str) -> Value {
    let path = format!("{}/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("the event is one of API Gateway's")
}

/// The answer, and its body.
fn serve(event: &Value) -> (Value, Value) {
    let answer = handle(event, "invocation");
    let body = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("the body is JSON");
    (answer, body)
}

#[test]
fn says_who_calls_behind_a_rest_api_and_behind_an_http_api() {
    for (name, has_unionid) in [("me-rest", false), ("me-http", true)] {
        let (answer, body) = serve(&event(name));
        assert_eq!(answer["statusCode"], 200, "{name}");
        assert_eq!(answer["headers"]["Cache-Control"], "no-store");
        let expected = json!({
            "user_id": "12bbf084-f063-861b-9b20-51bba2f93072",
            "app_id": "wx0123456789abcdef",
            "session_id": "019aa9c3-7c00-7000-8000-000000000001",
            "expires_at": 4_102_444_800_i64,
            "has_unionid": has_unionid,
        });
        assert_eq!(body, expected, "{name}");
    }
}

#[test]
fn refuses_whoever_has_not_the_role_with_403_never_with_401() {
    assert_eq!(serve(&event("me-staff-http")).0["statusCode"], 200);
    let (answer, body) = serve(&event("me-staff-rest"));
    assert_eq!((&answer["statusCode"], &body["code"]), (&json!(403), &json!("role_missing")));
    assert_eq!(answer["headers"].get("WWW-Authenticate"), None);
}

#[test]
fn a_page_learns_who_it_is_and_gets_nothing_of_the_staff() {
    let page = |name: &str| {
        let mut event = event(name);
        let of_rest_api = event["requestContext"]["authorizer"].get("lambda").is_none();
        let place =
            if of_rest_api { "/requestContext/authorizer" } else { "/requestContext/authorizer/lambda" };
        event.pointer_mut(place).expect("an identity")["audience"] = "https://m.example.com".into();
        serve(&event)
    };
    assert_eq!(page("me-rest").0["statusCode"], 200);
    // This one has the role.
    let (answer, body) = page("me-staff-http");
    assert_eq!((&answer["statusCode"], &body["code"]), (&json!(403), &json!("not_for_child")));
}

#[test]
fn believes_no_header_when_the_route_has_no_authorizer() {
    for name in ["me-no-authorizer-rest", "me-no-authorizer-http"] {
        let (answer, body) = serve(&event(name));
        assert_eq!(
            (&answer["statusCode"], &body["code"]),
            (&json!(401), &json!("credentials_missing")),
            "{name}"
        );
        assert_eq!(body["instance"], "invocation");
    }
    for bare in [json!({}), json!(null), json!([1]), json!({"requestContext": null, "headers": "Bearer x"})] {
        assert_eq!(serve(&bare).0["statusCode"], 401, "{bare}");
    }
}

#[test]
fn keeps_wechats_names_and_the_token_from_the_client() {
    for name in ["me-rest", "me-http", "me-no-authorizer-rest", "me-no-authorizer-http"] {
        let said = handle(&event(name), "invocation").to_string();
        for secret in ["oTEST", "oUNION", "wxs_"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
}

#[test]
fn a_page_of_the_one_origin_may_read_every_answer_and_no_other_any() {
    let page = "https://m.example.com";
    for name in ["me-rest", "me-staff-rest", "me-no-authorizer-http"] {
        let mut event = event(name);
        let mut allowed = |origin: Value, page: &str| {
            event["headers"]["origin"] = origin;
            let answer = readable_by(page, &event, handle(&event, "invocation"));
            answer["headers"].get("Access-Control-Allow-Origin").cloned()
        };
        assert_eq!(allowed(page.into(), page), Some(page.into()), "{name}");
        for other in ["https://m.example.com.evil.example", "http://m.example.com", "null", ""] {
            assert_eq!(allowed(other.into(), page), None, "{name} {other}");
        }
        for none in [page, ""] {
            assert_eq!(allowed(none.into(), ""), None, "{name}");
        }
        assert_eq!(allowed(Value::Null, page), None, "{name}");
    }
}
