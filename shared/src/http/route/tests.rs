use serde_json::{Value, json};

use super::*;
use crate::http::{gate::Admitted, response};

struct Nobody;

fn served<'a>(_: &'a Nobody, _: &'a Request, _: &'a mut Line) -> Served<'a> {
    Box::pin(std::future::ready(Ok(response::no_content())))
}

const ROUTES: &[Route<Nobody>] = &[
    Route::new("GET", "/sessions", served),
    Route::new("DELETE", "/sessions", served),
    Route::new("DELETE", "/sessions/{id}", served),
];

/// What a request comes to: the row and the id that the handler would see, or the code and the methods that are allowed.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Row(&'static str, &'static str, Option<String>),
    Refused(&'static str, Option<String>),
}

use Found::{Refused, Row};

fn asks(event: Value) -> Found {
    let admitted: Admitted = serde_json::from_value(event).unwrap();
    let mut request = admitted.request().expect("it passes the gate");
    let path = path_of(ROUTES, &mut request);
    match find(ROUTES, path, &request) {
        Ok(row) => {
            let id = request.path_parameters_ref().and_then(|named| named.first("id").map(str::to_owned));
            Row(row.method, row.path, id)
        }
        Err(problem) => Refused(problem.code.as_str(), problem.allow.map(String::from)),
    }
}

fn rest(method: &str, resource: &str, path: &str) -> Value {
    json!({"httpMethod": method, "resource": resource, "path": path, "pathParameters": {"id": "of the gateway"},
        "requestContext": {"stage": "v1"}})
}

fn http(method: &str, key: &str, path: &str, stage: &str) -> Value {
    json!({"version": "2.0", "routeKey": key, "rawPath": path, "requestContext": {"stage": stage, "http": {"method": method}}})
}

fn load_balancer(method: &str, path: &str) -> Value {
    json!({"httpMethod": method, "path": path, "requestContext": {"elb": {}}})
}

fn row(method: &'static str, path: &'static str, id: Option<&str>) -> Found {
    Row(method, path, id.map(str::to_owned))
}

#[test]
fn the_gateways_route_counts_whatever_the_path_is() {
    let one = row("DELETE", "/sessions/{id}", Some("of the gateway"));
    assert_eq!(asks(rest("DELETE", "/sessions/{id}", "/prefix/sessions/7")), one);
    assert_eq!(asks(rest("DELETE", "/sessions/{id}", "/v1/sessions/7/")), one);
    assert_eq!(asks(http("GET", "GET /sessions", "/v1/sessions", "v1")), row("GET", "/sessions", None));
    assert_eq!(
        asks(http("GET", "ANY /sessions", "/prefix/sessions", "$default")),
        row("GET", "/sessions", None)
    );
    assert_eq!(asks(rest("GET", "/other", "/sessions")), Refused("not_found", None));
}

#[test]
fn without_a_route_the_path_counts_with_the_stage_or_without() {
    for event in [
        load_balancer("DELETE", "/sessions/7"),
        http("DELETE", "$default", "/sessions/7", "$default"),
        http("DELETE", "$default", "/v1/sessions/7", "v1"),
        http("DELETE", "ANY /{proxy+}", "/v1/sessions/7", "v1"),
        rest("DELETE", "/{proxy+}", "/sessions/7"),
        json!({"httpMethod": "DELETE", "path": "/sessions/7"}),
    ] {
        assert_eq!(asks(event.clone()), row("DELETE", "/sessions/{id}", Some("7")), "{event}");
    }
    // A stage that is called as a route is.
    assert_eq!(asks(http("GET", "$default", "/sessions", "sessions")), row("GET", "/sessions", None));
    assert_eq!(asks(http("GET", "$default", "/v2/sessions", "v1")), Refused("not_found", None));
}

#[test]
fn a_slash_at_the_end_of_a_path_makes_another_path() {
    // A client that forgot the id must not sign out everywhere.
    assert_eq!(asks(load_balancer("DELETE", "/sessions/")), Refused("not_found", None));
    assert_eq!(asks(http("DELETE", "$default", "/sessions/", "$default")), Refused("not_found", None));
    assert_eq!(asks(load_balancer("DELETE", "/sessions/7/")), Refused("not_found", None));
    assert_eq!(asks(load_balancer("DELETE", "//sessions")), Refused("not_found", None));
}

#[test]
fn a_method_that_the_route_has_not_is_told_those_that_it_has() {
    for method in ["HEAD", "OPTIONS", "POST", "get", "CUSTOM"] {
        let refused = Refused("method_not_allowed", Some("GET, DELETE".to_owned()));
        assert_eq!(asks(load_balancer(method, "/sessions")), refused, "{method}");
        assert_eq!(asks(rest(method, "/sessions", "/sessions")), refused, "{method}");
    }
    assert_eq!(asks(load_balancer("POST", "/nothing")), Refused("not_found", None));
}
