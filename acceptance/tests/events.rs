//! Every file in `events/` goes through its function; the answer is asserted.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use acceptance::leaks::scanned;
use local::service::Service;
use operator::http_client::HttpClient;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewCode};
use wxsession::{
    Clock, UserId,
    live::{Entry, Live},
    session::{Device, Session},
    store::{
        SessionKey, Sessions, Users,
        users::{KeyChange, Registered, Registration},
    },
    token::{Realm, SessionToken},
};

const NOW: i64 = 1_795_329_000;
const OPENID: &str = "oTEST0000000000000000000001A";
const TOKEN: &str = "wxs_ErvwhPBjhhubIFG7ovkwcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f3EAkZi";
const SESSION: &str = "019aa9c3-7c00-7000-8000-000000000001";

/// What each event answers when its token's session exists, by file name: the status of an HTTP
/// function, the effect of an authorizer, what a function for backends tells, or how many messages were done.
const ANSWERS: &[(&str, &str, &str)] = &[
    ("accounts-block", "accounts", "blocked"),
    ("accounts-find-by-openid", "accounts", "truncated users"),
    (
        "accounts-get",
        "accounts",
        "app_id claims created_at last_login_at openid roles sessions user_id version",
    ),
    ("accounts-misspelt", "accounts", "invalid_request request_form"),
    ("accounts-set-roles", "accounts", "version"),
    ("authorizer-appsync", "authorizer", "true"),
    ("authorizer-http-1.0", "authorizer", "Allow"),
    ("authorizer-http-2.0", "authorizer", "true"),
    ("authorizer-rest-request", "authorizer", "Allow"),
    ("authorizer-rest-token", "authorizer", "Allow"),
    ("authorizer-websocket", "authorizer", "Allow"),
    ("authorizer-websocket-browser", "authorizer", "Allow"),
    ("check-session-alb", "check-session", "200"),
    ("check-session-alb-multi-value", "check-session", "200"),
    ("check-session-function-url", "check-session", "200"),
    ("check-session-http", "check-session", "200"),
    ("check-session-logout-rest", "check-session", "204"),
    ("check-session-no-token-http", "check-session", "401 credentials_missing"),
    ("check-session-rest", "check-session", "200"),
    ("erasures-redrive", "erasures", "not_found no_message_of_this_app_id"),
    ("erasures-stream", "erasures", "failed 0"),
    ("events-stream", "events", "failed 0"),
    ("events-stream-users", "events", "failed 0"),
    ("login-alb", "login", "400 login_code_invalid"),
    ("login-alb-multi-value", "login", "400 login_code_invalid"),
    ("login-function-url", "login", "400 login_code_invalid"),
    ("login-http", "login", "400 login_code_invalid"),
    ("login-http-base64", "login", "400 login_code_invalid"),
    ("login-redeem-http", "login", "409 ticket_invalid"),
    ("login-redeem-rest", "login", "409 ticket_invalid"),
    ("login-rest", "login", "400 login_code_invalid"),
    ("login-rest-malformed", "login", "400 malformed_request"),
    ("me-http", "me", "200"),
    ("me-no-authorizer-http", "me", "401 credentials_missing"),
    ("me-no-authorizer-rest", "me", "401 credentials_missing"),
    ("me-rest", "me", "200"),
    ("me-staff-http", "me", "200"),
    ("me-staff-rest", "me", "403 role_missing"),
    ("open-data-decrypt-rest", "open-data", "409 session_key_stale"),
    ("open-data-verify-alb", "open-data", "401 credentials_missing"),
    ("open-data-verify-rest", "open-data", "200"),
    ("push-cancellation-rest", "push", "200"),
    ("push-check-rest", "push", "200"),
    ("push-forged-rest", "push", "403 push_refused"),
    ("push-revocation-xml-http", "push", "200"),
    ("sessions-list-function-url", "sessions", "401 credentials_missing"),
    ("sessions-list-rest", "sessions", "200"),
    ("sessions-revoke-all-rest", "sessions", "204"),
    ("sessions-revoke-one-rest", "sessions", "204"),
    ("sessions-ticket-of-a-page-rest", "sessions", "403 not_for_child"),
    ("sessions-ticket-rest", "sessions", "200"),
    ("wechat-access-token", "wechat", "access_token expires_at"),
    ("wechat-misspelt", "wechat", "invalid_request request_form"),
    ("wechat-sign-virtual-payment", "wechat", "mode pay_sig sign_data signature"),
    ("wechat-sign-xpay", "wechat", "body path query"),
];

fn events() -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = fs::read_dir(folder).expect("the folder of events").map(|file| file.expect("a file").path());
    let json = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    json.map(|path| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("a readable file"))
    })
    .collect()
}

/// A service in which the events' token has a session and its user a session_key.
async fn stage() -> Service {
    let mut settings = scanned(Clock::stopped(NOW));
    settings.parameters.insert("PageOrigin".to_owned(), "https://m.example.com".to_owned());
    let service = Service::start(&settings).await.expect("the local service starts");
    let code =
        NewCode { app_id: DEFAULT_APP.0.to_owned(), openid: Some(OPENID.to_owned()), ..NewCode::default() };
    let minted = service.simulator.mint(code);
    let login = HttpClient::new(&service.url).request("POST", "/login").json(&json!({"code": minted.code}));
    assert_eq!(login.send().await.expect("an answer").status, 200);
    seed(&service).await;
    service
}

async fn seed(service: &Service) {
    let env = std::collections::HashMap::from([
        ("AWS_REGION".to_owned(), "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID".to_owned(), "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), service.dynamodb.endpoint()),
    ]);
    let account = wxsession::aws::Account::read(&env).expect("complete");
    let client = account.dynamodb(wxsession::aws::Budget::WRITE);
    let user_id = UserId::of(DEFAULT_APP.0, OPENID);
    let token = SessionToken::parse(TOKEN).expect("the events' token");
    let key = SessionKey::of(&token, &Realm::new("1").expect("a realm"));
    let session = Session {
        id: wxsession::SessionId::parse(SESSION).expect("a UUID"),
        user_id,
        app_id: DEFAULT_APP.0.to_owned(),
        created_at: NOW,
        last_seen_at: Some(NOW),
        expires_at: NOW + 86_400,
        absolute_expires_at: NOW + 172_800,
        device: Device::default(),
        parent: None,
        children: Vec::new(),
    };
    Sessions::new(client.clone(), "SessionsTable").create(&key, &session).await.expect("written");
    let users = Users::new(client, "UsersTable");
    let user = users.read_whole(user_id).await.expect("read");
    let live = Live::new(&[Entry { hash: key.hash, install: None }], &wxsession::Random::system());
    let again = Registration {
        app_id: DEFAULT_APP.0,
        openid: OPENID,
        unionid: None,
        now_ms: NOW * 1_000,
        live: &live,
        keys: KeyChange::Keep,
    };
    let registered = users.register(user_id, user.as_ref(), &again).await.expect("registered");
    assert!(matches!(registered, Registered::Done), "nobody else logs in");
}

async fn invoke(service: &Service, function: &str, event: &str) -> Value {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let invoked = HttpClient::new(&service.url).request("POST", &path).text("application/json", event);
    let reply = invoked.send().await.expect("an answer");
    assert!(!reply.headers.contains_key("x-amz-function-error"), "{function}: {}", reply.text);
    reply.body
}

fn summary(answer: &Value) -> String {
    if let Some(status) = answer["statusCode"].as_u64() {
        // WeChat reads text, everybody else JSON.
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or("{}")).unwrap_or_default();
        return match body["code"].as_str() {
            Some(code) => format!("{status} {code}"),
            None => status.to_string(),
        };
    }
    if let Some(error) = answer.get("error") {
        return ["code", "reason"].map(|name| error[name].as_str().unwrap_or_default()).join(" ");
    }
    if let Some(told) = answer["result"].as_object() {
        return told.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
    }
    if let Some(failed) = answer["batchItemFailures"].as_array() {
        return format!("failed {}", failed.len());
    }
    if let Some(undone) = answer.get("undone") {
        return format!("done {}, undone {undone}", answer["done"]);
    }
    let effect = &answer["policyDocument"]["Statement"][0]["Effect"];
    effect.as_str().map_or_else(|| answer["isAuthorized"].to_string(), str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_gets_the_answer_that_is_written_here() {
    let events = events();
    let listed: Vec<&str> = ANSWERS.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(events.keys().map(String::as_str).collect::<Vec<_>>(), listed, "every file is listed");
    for (name, function, expected) in ANSWERS {
        // Each from the same start: some of them end the session.
        let service = stage().await;
        let answer = invoke(&service, function, &events[*name]).await;
        assert_eq!(summary(&answer), *expected, "{name}: {answer}");
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_session_every_authorizer_event_is_refused() {
    let service = Service::start(&scanned(Clock::stopped(NOW))).await.expect("it starts");
    let service = Arc::new(service);
    for (name, event) in events().into_iter().filter(|(name, _)| name.starts_with("authorizer-")) {
        let answer = invoke(&service, "authorizer", &event).await;
        assert!(matches!(summary(&answer).as_str(), "Deny" | "false"), "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_event_is_that_of_somebody_who_has_just_logged_in() {
    let service = Service::start(&scanned(Clock::system())).await.expect("it starts");
    let events = events();
    for (name, function, expected) in [
        ("login-rest", "login", "200"),
        ("login-http-base64", "login", "200"),
        ("login-alb-multi-value", "login", "200"),
        ("check-session-function-url", "check-session", "200"),
        ("authorizer-rest-request", "authorizer", "Allow"),
        ("authorizer-http-2.0", "authorizer", "true"),
        ("sessions-revoke-one-rest", "sessions", "204"),
        ("open-data-verify-rest", "open-data", "200"),
    ] {
        let event = local::event::filled(&events[name], &service.url, &service.wechat_url).await;
        let answer = invoke(&service, function, &event.expect("it is filled").to_string()).await;
        assert_eq!(summary(&answer), expected, "{name}: {answer}");
    }
    service.stop().await;
}
