//! What the page's browser is shown, and what counts as a login.

use serde_json::{Value, json};
use wxsession::serve;

use super::{Held, OTHER, Stage};
use crate::world::{PAGE, World, identity};

/// The answers of a function to a page, as its door sends them.
async fn headers(world: &World, function: &impl serve::Function, event: Value) -> (u16, Value) {
    let answer = serve::invoke_json(function, &world.log(), event, "test").await.expect("a response");
    let headers = answer["headers"].as_object().into_iter().chain(answer["multiValueHeaders"].as_object());
    let headers = headers
        .flatten()
        .map(|(name, value)| (name.to_lowercase(), value[0].as_str().or(value.as_str()).into()));
    let headers: serde_json::Map<_, _> = headers.collect();
    (u16::try_from(answer["statusCode"].as_u64().expect("a status")).expect("a status"), headers.into())
}

fn cors(headers: &Value) -> (&Value, &Value, &Value) {
    let named = |name: &str| &headers[name];
    (named("access-control-allow-origin"), named("access-control-expose-headers"), named("vary"))
}

#[tokio::test]
async fn the_one_page_is_shown_the_answers_of_its_routes_and_no_others() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    let world = &stage.world;
    let event = |method: &str, resource: &str, origin: &str, token: Option<&Held>| {
        let mut headers = json!({"Origin": origin});
        if let Some((token, _)) = token {
            headers["Authorization"] = format!("Bearer {}", &*token.expose()).into();
        }
        json!({"httpMethod": method, "resource": resource, "headers": headers, "body": "{}",
            "requestContext": {"authorizer": token.map(|held| identity(&held.1))}})
    };
    let (shown, exposed, varies) = (json!(PAGE), json!("Retry-After"), json!("Origin"));
    let yes = (&shown, &exposed, &varies);
    let of_another = (&Value::Null, &Value::Null, &varies);
    let no = (&Value::Null, &Value::Null, &Value::Null);
    for (function, method, resource, held, status, is_for_pages) in [
        ("login", "POST", "/tickets/redeem", None, 400, true),
        ("login", "POST", "/login", None, 400, false),
        ("login", "GET", "/tickets/redeem", None, 405, true),
        ("check", "GET", "/session", None, 401, true),
        ("check", "GET", "/session", Some(&parent), 200, true),
        ("sessions", "GET", "/sessions", Some(&parent), 200, true),
        ("sessions", "GET", "/sessions", None, 401, true),
        ("sessions", "DELETE", "/sessions/{id}", Some(&parent), 404, true),
        ("sessions", "POST", "/tickets", Some(&parent), 400, false),
        ("sessions", "DELETE", "/me", None, 401, false),
        ("sessions", "POST", "/tickets", Some(&page), 403, true),
        ("sessions", "DELETE", "/me", Some(&page), 403, true),
        ("sessions", "GET", "/nowhere", None, 404, false),
    ] {
        for (origin, answer) in [(PAGE, yes), (OTHER, of_another), ("null", of_another)] {
            let event = event(method, resource, origin, held);
            let (got, headers) = match function {
                "login" => headers(world, world.login(), event).await,
                "check" => headers(world, world.check(), event).await,
                _ => headers(world, world.sessions(), event).await,
            };
            assert_eq!(got, status, "{method} {resource}");
            let expected = if is_for_pages { answer } else { no };
            assert_eq!(cors(&headers), expected, "{method} {resource} {origin}");
            assert!(headers["access-control-allow-credentials"].is_null());
        }
    }
}

#[tokio::test]
async fn without_a_page_origin_nobody_is_shown_anything() {
    let stage = Stage::with(&[("PAGE_ORIGIN", "")]);
    for origin in [PAGE, "", "null"] {
        let event = json!({"httpMethod": "GET", "resource": "/session", "headers": {"Origin": origin}});
        let (status, headers) = headers(&stage.world, stage.world.check(), event).await;
        assert_eq!((status, cors(&headers)), (401, (&Value::Null, &Value::Null, &Value::Null)));
    }
}

#[tokio::test]
async fn neither_a_refused_ticket_nor_a_preflight_is_a_failed_login() {
    let stage = Stage::new();
    let world = &stage.world;
    let log = world.log_of("login");
    let ask = async |method: &str, resource: &str| {
        let event = json!({"httpMethod": method, "resource": resource, "body": "{}"});
        drop(serve::invoke_json(world.login(), &log, event, "test").await.expect("a response"));
        let lines = world.lines();
        let failed = lines.iter().any(|line| line["audit"] == "authn_login_fail");
        let line = lines.last().expect("a line").clone();
        (failed, line["logins"].clone(), line["logins_refused"].clone())
    };
    assert_eq!(ask("POST", "/login").await, (true, json!(0), json!(1)), "a login is one");
    for (method, resource) in
        [("POST", "/tickets/redeem"), ("OPTIONS", "/tickets/redeem"), ("OPTIONS", "/login")]
    {
        assert_eq!(ask(method, resource).await, (false, Value::Null, Value::Null), "{method} {resource}");
    }
}

/// What the gate refuses is a redemption all the same: no login, and the page can read the refusal.
#[tokio::test]
async fn a_redemption_that_the_gate_refuses_is_no_failed_login_and_is_shown_to_the_page() {
    let stage = Stage::new();
    let log = stage.world.log_of("login");
    let (huge, good) = ("x".repeat(300 * 1024), "{}".to_owned());
    let twice = json!({"Origin": [PAGE], "Authorization": ["Bearer a", "Bearer b"]});
    let joined = json!({"origin": PAGE, "authorization": "Bearer a,Bearer b"});
    let once = json!({"origin": PAGE});
    let rest = |resource: &str, headers: &Value, body: &str, path: &str| {
        let lines = if headers["Origin"].is_array() { "multiValueHeaders" } else { "headers" };
        json!({"httpMethod": "POST", "resource": resource, "path": path, lines: headers, "body": body})
    };
    let http = |key: &str, headers: &Value, body: &str| {
        json!({"version": "2.0", "routeKey": key, "rawPath": "/v1/tickets/redeem", "headers": headers, "body": body,
            "requestContext": {"stage": "v1", "http": {"method": "POST"}}})
    };
    let (redeem, path) = ("/tickets/redeem", "/tickets/redeem");
    for (event, status) in [
        (rest(redeem, &once, &huge, path), 413),
        (rest(redeem, &twice, &good, path), 400),
        (rest("/{proxy+}", &twice, &good, path), 400),
        (http("POST /tickets/redeem", &once, &huge), 413),
        (http("POST /tickets/redeem", &joined, &good), 400),
        (http("$default", &joined, &good), 400),
    ] {
        drop(stage.world.lines());
        let answer = serve::invoke_json(stage.world.login(), &log, event.clone(), "test").await;
        let answer = answer.expect("a response");
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert!(answer.to_string().contains(&format!("{PAGE:?}")), "{answer}");
        let lines = stage.world.lines();
        assert_eq!((lines.len(), &lines[0]["logins"]), (1, &Value::Null), "{lines:?}");
    }
    drop(stage.world.lines());
    let event = rest("/login", &once, &huge, "/login");
    drop(serve::invoke_json(stage.world.login(), &log, event, "test").await.expect("a response"));
    assert_eq!(stage.world.lines()[0]["audit"], "authn_login_fail", "a login is one still");
}
