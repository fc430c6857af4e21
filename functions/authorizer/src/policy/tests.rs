//! Golden bytes: an authorizer's answer is refused as a whole when one key is missing, null or
//! spelled otherwise.

use serde_json::{Value, json};
use wxsession::{
    SessionId, UserId,
    account::{Claims, ExternalId, Profile, Roles},
};

use super::*;

const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";

fn identity() -> Identity {
    Identity {
        user_id: UserId::parse(USER).unwrap(),
        app_id: "wx0123456789abcdef".to_owned(),
        openid: "oTEST0000000000000000000001A".to_owned(),
        unionid: None,
        session_id: SessionId::parse("019aa9c3-7c00-7000-8000-000000000001").unwrap(),
        expires_at: 1_795_933_800,
        auth_time: Some(1_795_329_000),
        audience: None,
        profile: Profile::default(),
    }
}

fn form(name: &str) -> Form {
    let path = format!("{}/../../events/authorizer-{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice::<crate::Event>(&std::fs::read(path).unwrap()).unwrap().form
}

#[track_caller]
fn allows(name: &str, http_api: HttpApiAnswer, expected: &str) {
    assert_eq!(serde_json::to_string(&allow(identity(), form(name), http_api)).unwrap(), expected);
}

#[track_caller]
fn refuses(reason: &'static str, name: &str, http_api: HttpApiAnswer, expected: &str) {
    assert_eq!(serde_json::to_string(&refuse(reason, form(name), http_api)).unwrap(), expected);
}

const CONTEXT: &str = r#"{"user_id":"12bbf084-f063-861b-9b20-51bba2f93072","app_id":"wx0123456789abcdef","openid":"oTEST0000000000000000000001A","session_id":"019aa9c3-7c00-7000-8000-000000000001","expires_at":"1795933800","auth_time":"1795329000"}"#;

fn policy(principal: &str, effect: &str, resource: &str, context: &str) -> String {
    format!(
        r#"{{"principalId":"{principal}","policyDocument":{{"Version":"2012-10-17","Statement":[{{"Action":"execute-api:Invoke","Effect":"{effect}","Resource":"{resource}"}}]}},"context":{context}}}"#
    )
}

#[test]
fn rest_websocket_and_http_1_0_get_a_policy_for_the_whole_stage() {
    for (name, stage) in
        [("rest-token", "prod"), ("rest-request", "prod"), ("http-1.0", "$default"), ("websocket", "prod")]
    {
        let resource = format!("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/{stage}/*");
        let simple = HttpApiAnswer::Simple;
        allows(name, simple, &policy(USER, "Allow", &resource, CONTEXT));
        let refused = policy("refused", "Deny", &resource, r#"{"reason":"session_invalid"}"#);
        refuses("session_invalid", name, simple, &refused);
    }
}

#[test]
fn http_2_0_gets_what_the_api_is_set_to_expect() {
    let simple = format!(r#"{{"isAuthorized":true,"context":{CONTEXT}}}"#);
    allows("http-2.0", HttpApiAnswer::Simple, &simple);
    let refused = r#"{"isAuthorized":false,"context":{"reason":"credentials_missing"}}"#;
    refuses("credentials_missing", "http-2.0", HttpApiAnswer::Simple, refused);
    let resource = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/*";
    allows("http-2.0", HttpApiAnswer::Policy, &policy(USER, "Allow", resource, CONTEXT));
}

#[test]
fn appsync_gets_its_own_form_and_caches_nothing() {
    let expected =
        format!(r#"{{"isAuthorized":true,"resolverContext":{CONTEXT},"deniedFields":[],"ttlOverride":0}}"#);
    allows("appsync", HttpApiAnswer::Simple, &expected);
    let refused = r#"{"isAuthorized":false,"resolverContext":{"reason":"session_invalid"},"deniedFields":[],"ttlOverride":0}"#;
    refuses("session_invalid", "appsync", HttpApiAnswer::Simple, refused);
}

#[test]
fn the_unionid_is_handed_on_when_there_is_one() {
    let identity = Identity { unionid: Some("oUNION".to_owned()), ..identity() };
    let response = allow(identity, form("http-2.0"), HttpApiAnswer::Simple);
    assert!(serde_json::to_string(&response).unwrap().contains(r#""unionid":"oUNION""#));
}

/// Values that would end a string, a member or a line, if one of the flavours wrote them as they are.
fn hostile() -> Profile {
    let values = [
        ("quote", json!("\",\"user_id\":\"somebody else")),
        ("slash", json!("\\\"}}\\u0022")),
        ("spaces", json!(" tier=4:gold level#3 ")),
        ("unicode", json!("研发 \u{1f600} \u{202e}\u{2028}\u{2029}")),
        ("markup", json!("</script>$context.authorizer.openid${stageVariables.x}")),
        ("whole", json!(-9_007_199_254_740_991_i64)),
        ("decimal", json!(0.000_000_1)),
        ("flag", json!(false)),
        ("empty", json!("")),
    ];
    Profile {
        roles: Roles::new(["staff", "shop:42.read-only", "Z"]).unwrap(),
        claims: Claims::new(values.iter().map(|(name, value)| (*name, value))).unwrap(),
        external_id: Some(ExternalId::new(r#"crm:"4711"\{}"#).unwrap()),
    }
}

#[test]
fn what_the_business_says_of_a_user_comes_through_every_flavour_flat_and_as_it_was() {
    let flavours = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket", "appsync"];
    for (name, http_api) in flavours
        .iter()
        .flat_map(|name| [HttpApiAnswer::Simple, HttpApiAnswer::Policy].map(|http_api| (name, http_api)))
    {
        let identity = Identity { profile: hostile(), ..identity() };
        let response = serde_json::to_string(&allow(identity, form(name), http_api)).unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        let context = response.get("context").unwrap_or(&response["resolverContext"]);
        let members = context.as_object().unwrap();
        assert!(members.values().all(Value::is_string), "{name}: {context}");
        assert_eq!(members.len(), 6 + 2 + 9, "{name}: {context}");
        assert_eq!(context["user_id"], USER);
        assert_eq!(context["roles"], "Z shop:42.read-only staff");
        assert_eq!(context["external_id"], r#"crm:"4711"\{}"#);
        for (claim, value) in hostile().claims.iter() {
            assert_eq!(context[format!("claim_{claim}")], value.as_str(), "{name}");
        }
        assert_eq!((&context["claim_flag"], &context["claim_decimal"]), (&json!("false"), &json!("1e-7")));
        let read = Identity::from_authorizer(context).unwrap();
        assert_eq!(read.profile.claims.get("quote"), Some("\",\"user_id\":\"somebody else"));
        assert_eq!(read.profile.claims.get("whole"), Some("-9007199254740991"));
        assert_eq!(read.profile.claims.iter().count(), 9);
        assert_eq!((read.profile.roles, read.profile.external_id), (hostile().roles, hostile().external_id));
        assert_eq!(read.auth_time, Some(1_795_329_000));
    }
}

#[test]
fn the_form_for_http_apis_is_simple_unless_it_is_set_to_policy() {
    let read = |set: &[(&str, &str)]| {
        let env: std::collections::HashMap<String, String> =
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        HttpApiAnswer::read(&env)
    };
    assert_eq!(read(&[]), Ok(HttpApiAnswer::Simple));
    assert_eq!(read(&[("HTTP_API_ANSWER", "simple")]), Ok(HttpApiAnswer::Simple));
    assert_eq!(read(&[("HTTP_API_ANSWER", "policy")]), Ok(HttpApiAnswer::Policy));
    assert!(read(&[("HTTP_API_ANSWER", "both")]).unwrap_err().to_string().contains("HTTP_API_ANSWER"));
}
