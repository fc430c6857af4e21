//! Who is to be allowed, and the forms of the answers, from the documents:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>,
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>.

use serde_json::Value;

use super::{Record, known};

/// What is to come of an event.
#[derive(Debug)]
pub(super) struct Expected {
    form: Form,
    /// The state behind its one token, if it carries exactly one.
    pub(super) record: Option<Record>,
    has_values: bool,
    /// What a policy must cover: the whole stage.
    pub(super) resource: Option<String>,
}

impl Expected {
    pub(super) fn allows(&self) -> bool {
        self.record == Some(Record::Good)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Policy,
    Simple,
    AppSync,
}

/// `None` for what is not an event of an authorizer.
pub(super) fn expected(event: &Value) -> Option<Expected> {
    let text = |name: &str| event[name].as_str();
    let context = &event["requestContext"];
    let form = match (text("type"), text("version")) {
        (Some("TOKEN"), _) => Form::Policy,
        (Some("REQUEST"), Some("2.0")) => Form::Simple,
        (Some("REQUEST"), None | Some("1.0")) => Form::Policy,
        // Of a GraphQL API: an event API, which sends no query, wants another answer.
        (None, None) if context["apiId"].is_string() && !context["queryString"].is_null() => Form::AppSync,
        _ => return None,
    };
    let from_header = text("type") == Some("REQUEST");
    let values = if from_header {
        header_values(event, "authorization")
    } else {
        text("authorizationToken").into_iter().collect()
    };
    let is_socket = from_header && text("version").is_none() && context["connectionId"].is_string();
    let offered = if is_socket { tokens_of_a_page(event) } else { vec![] };
    let record = match values[..] {
        _ if !offered.is_empty() => match offered[..] {
            [token] if is_no_bearer(&values) => known(token),
            _ => None,
        },
        [value] if form == Form::AppSync && !value.contains(' ') => known(value),
        [value] => value
            .split_once(' ')
            .filter(|(scheme, _)| scheme.to_ascii_lowercase() == "bearer")
            .and_then(|(_, rest)| known(rest)),
        _ => None,
    };
    let arn = text("methodArn").or_else(|| text("routeArn"));
    let has_values = !values.is_empty() || !offered.is_empty();
    Some(Expected { form, record, has_values, resource: arn.and_then(whole_stage) })
}

/// Those that a browser offers as subprotocols of a WebSocket, beside the name that the server can answer with.
fn tokens_of_a_page(event: &Value) -> Vec<&str> {
    let lines = header_values(event, "sec-websocket-protocol");
    let offered: Vec<&str> = lines.into_iter().flat_map(|line| line.split(',')).map(str::trim).collect();
    if !offered.contains(&"wxs") {
        return vec![];
    }
    offered.into_iter().filter(|name| name.starts_with("wxs_")).collect()
}

/// No `Authorization`, or one of another scheme.
fn is_no_bearer(values: &[&str]) -> bool {
    match values {
        [] => true,
        [value] if value.trim().is_empty() => true,
        [value] => {
            let scheme = value.split(' ').next().unwrap_or_default();
            !value.contains(',') && !scheme.eq_ignore_ascii_case("bearer")
        }
        _ => false,
    }
}

/// REST and WebSocket APIs give every header twice; the form with lists has all of them.
fn header_values<'a>(event: &'a Value, wanted: &str) -> Vec<&'a str> {
    let lists = &event["multiValueHeaders"];
    let has_lists = lists.as_object().is_some_and(|lists| !lists.is_empty());
    let headers = if has_lists { lists } else { &event["headers"] };
    let named =
        headers.as_object().into_iter().flatten().filter(|(name, _)| name.to_ascii_lowercase() == wanted);
    named
        .flat_map(|(_, value)| match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            Value::String(value) => vec![value.as_str()],
            _ => vec![],
        })
        .collect()
}

fn whole_stage(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split('/').collect();
    match parts[..] {
        [api, stage, ..] if api.starts_with("arn:") && !stage.is_empty() => Some(format!("{api}/{stage}/*")),
        _ => None,
    }
}

/// Checks the form of an answer to the last member, and that it says what is expected.
pub(super) fn check(answer: &Value, expected: &Expected) {
    let allowed = match expected.form {
        Form::Policy => policy(answer, expected),
        Form::Simple => {
            only(answer, &["isAuthorized", "context"]);
            context(&answer["context"]);
            answer["isAuthorized"].as_bool().expect("a boolean")
        }
        Form::AppSync => {
            only(answer, &["isAuthorized", "resolverContext", "deniedFields", "ttlOverride"]);
            context(&answer["resolverContext"]);
            assert_eq!(answer["ttlOverride"], 0, "a logout is seen at once");
            answer["isAuthorized"].as_bool().expect("a boolean")
        }
    };
    assert_eq!(allowed, expected.allows(), "allowed exactly with the one good token: {expected:?}");
    assert_ne!(expected.record, Some(Record::Unread), "cannot tell is never an answer");
    let context = answer.get("resolverContext").unwrap_or(&answer["context"]);
    let reason = context["reason"].as_str();
    assert_eq!(reason.is_none(), allowed);
    if !expected.has_values {
        assert_eq!(reason, Some("credentials_missing"));
    }
    if expected.record.is_some_and(|record| record != Record::Good) {
        assert_eq!(reason, Some("session_invalid"), "one answer outside, whatever the reason");
    }
}

fn policy(answer: &Value, expected: &Expected) -> bool {
    only(answer, &["principalId", "policyDocument", "context"]);
    let document = &answer["policyDocument"];
    only(document, &["Version", "Statement"]);
    assert_eq!(document["Version"], "2012-10-17");
    assert_eq!(document["Statement"].as_array().map(Vec::len), Some(1));
    let statement = &document["Statement"][0];
    only(statement, &["Action", "Effect", "Resource"]);
    assert_eq!(statement["Action"], "execute-api:Invoke");
    assert_eq!(statement["Resource"].as_str(), expected.resource.as_deref(), "the whole stage and no more");
    context(&answer["context"]);
    let allowed = statement["Effect"] == "Allow";
    assert!(allowed || statement["Effect"] == "Deny");
    assert_eq!(answer["principalId"] == "refused", !allowed);
    allowed
}

/// Flat and strings only: REST APIs refuse anything else, and the answer with it.
fn context(context: &Value) {
    let refused = context.get("reason").is_some();
    for (name, value) in context.as_object().expect("an object") {
        let names = if refused {
            ["reason"].as_slice()
        } else {
            &["user_id", "app_id", "openid", "session_id", "expires_at", "auth_time", "audience"]
        };
        assert!(names.contains(&name.as_str()) && value.is_string(), "{name}: {value}");
    }
    if refused {
        let reason = context["reason"].as_str();
        assert!(matches!(reason, Some("credentials_missing" | "session_invalid")), "{reason:?}");
    }
}

fn only(object: &Value, names: &[&str]) {
    let mut found: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut names = names.to_vec();
    found.sort_unstable();
    names.sort_unstable();
    assert_eq!(found, names);
}
