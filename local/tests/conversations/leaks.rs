//! No answer and no line at any level holds a secret, in any of the forms it is likely to take.

use base64::{Engine, engine::general_purpose::STANDARD};
use local::{
    dynamodb::Fault as Tables,
    http_client::Reply,
    wechat_simulator::{DEFAULT_APP, Fault, FaultKind, NewPhoneCode},
};
use serde_json::{Value, json};

use crate::support::Stage;

/// A secret and everything that would give it away: itself, a piece of it, base64, hex, URL-encoded,
/// escaped in JSON.
struct Canary {
    name: &'static str,
    forms: Vec<String>,
}

impl Canary {
    fn new(name: &'static str, secret: &str) -> Self {
        let hex = secret.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let url = secret.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let escaped = secret.replace('/', "\\/");
        let piece = secret[secret.len() - 12..].to_owned();
        let forms =
            vec![secret.to_owned(), piece, STANDARD.encode(secret), hex.to_uppercase(), hex, url, escaped];
        Self { name, forms }
    }
}

fn found(canaries: &[Canary], text: &str) -> Vec<&'static str> {
    let holds = |canary: &&Canary| canary.forms.iter().any(|form| text.contains(form.as_str()));
    canaries.iter().filter(holds).map(|canary| canary.name).collect()
}

fn whole(reply: &Reply) -> String {
    format!("{} {:?}", reply.text, reply.headers)
}

fn broken(kind: &Value) -> Fault {
    let kind: FaultKind = serde_json::from_value(kind.clone()).expect("a fault of the simulator");
    Fault::always(kind)
}

/// Every route, well and badly, with and without faults; every answer but the login's own.
async fn everything(stage: &Stage, openid: &str, token: &str, codes: &mut Vec<String>) -> Vec<String> {
    let app = DEFAULT_APP.0;
    let simulator = &stage.service.simulator;
    let mut answers = Vec::new();
    for path in ["/session", "/me", "/sessions", "/session-key"] {
        answers.push(whole(&stage.call("GET", path, token).await));
    }
    let info = simulator.mint_user_info(app, openid, None);
    let phone = simulator.mint_phone_code(NewPhoneCode::of(app)).code;
    codes.push(phone.clone());
    for (path, body) in [
        ("/open-data/decrypt", json!({"encrypted_data": info.encrypted_data, "iv": info.iv})),
        ("/open-data/verify", json!({"raw_data": info.raw_data, "signature": info.signature})),
        ("/phone-number", json!({"code": phone})),
        ("/phone-number", json!({"code": codes[0]})),
        ("/open-data/decrypt", json!({"encrypted_data": token, "iv": openid})),
    ] {
        let request = stage.target.service.request("POST", path).bearer(token).json(&body);
        answers.push(whole(&request.send().await.expect("an answer")));
    }
    for kind in [
        json!({"kind": "errcode", "errcode": 40125}),
        json!({"kind": "errcode", "errcode": 40029}),
        json!({"kind": "wrong_types"}),
        json!({"kind": "html"}),
        json!({"kind": "close_after_processing"}),
        json!({"kind": "missing_field", "field": "openid"}),
        json!({"kind": "redirect", "location": "http://127.0.0.1:1/"}),
    ] {
        simulator.clear_faults();
        simulator.inject(broken(&kind));
        let code = simulator.mint_code(app, Some(openid));
        let login = stage.target.service.request("POST", "/login").bearer(token).json(&json!({"code": code}));
        answers.push(whole(&login.send().await.expect("an answer")));
        codes.push(code);
    }
    simulator.clear_faults();
    let bodies =
        [format!("{{\"code\":\"{token}\",\"x\":\"{openid}\"}}"), format!("[\"{token}\"]"), token.to_owned()];
    for body in bodies {
        let login = stage.target.service.request("POST", "/login").text("application/json", body);
        answers.push(whole(&login.send().await.expect("an answer")));
    }
    for fault in [Tables::Refuse, Tables::Throttle { times: None }, Tables::UnprocessedKeys] {
        stage.service.dynamodb.proxy().inject(fault).await;
        for (method, path) in
            [("GET", "/session"), ("GET", "/me"), ("DELETE", "/session"), ("GET", "/sessions")]
        {
            answers.push(whole(&stage.call(method, path, token).await));
        }
        let code = simulator.mint_code(app, Some(openid));
        answers.push(whole(&stage.target.post_login(&code).await.expect("an answer")));
        codes.push(code);
    }
    stage.service.dynamodb.proxy().clear().await;
    answers.push(whole(&stage.call("DELETE", "/sessions", token).await));
    answers.push(whole(&stage.call("GET", "/me", token).await));
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_no_line_holds_a_secret() {
    let stage = Stage::open().await;
    // The simulator's own secret looks like its app id.
    let app_secret = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    assert!(stage.service.simulator.reset_secret(DEFAULT_APP.0, app_secret));
    stage.service.secrets.put("AppsSecret", &json!({(DEFAULT_APP.0): app_secret}));
    let (code, openid) = stage.target.js_code(DEFAULT_APP.0, None).await.expect("a code");
    let login = stage.target.post_login(&code).await.expect("an answer");
    Stage::is(&login, 200, "");
    let token = login.body["token"].as_str().expect("a token").to_owned();
    let mut codes = vec![code];
    let answers = everything(&stage, &openid, &token, &mut codes).await;
    let session_key = stage.service.simulator.session_key(DEFAULT_APP.0, &openid).expect("a key");

    let mut canaries = vec![
        Canary::new("token", &token),
        Canary::new("openid", &openid),
        Canary::new("session_key", &session_key),
        Canary::new("AppSecret", app_secret),
    ];
    canaries.extend(codes.iter().map(|code| Canary::new("code", code)));
    let lines: Vec<String> = stage.lines().iter().map(Value::to_string).collect();
    assert!(lines.len() > 40 && answers.len() > 30, "{} lines, {} answers", lines.len(), answers.len());
    for text in lines.iter().chain(&answers) {
        assert_eq!(found(&canaries, text), Vec::<&str>::new(), "{text}");
    }
    // The login's own answer is the one place for the token, and holds nothing else.
    assert_eq!(found(&canaries, &whole(&login)), ["token"]);
    stage.close().await;
}

/// A scan that finds nothing proves nothing unless it finds what is there.
#[test]
fn the_scan_finds_every_form() {
    let canaries = [Canary::new("session_key", "tiihtNczf5v6AKRy/wEUh+==")];
    for leak in [
        "key tiihtNczf5v6AKRy/wEUh+== end",
        "…v6AKRy/wEUh+==",
        r#"{"k":"tiihtNczf5v6AKRy\/wEUh+=="}"#,
        "?key=tiihtNczf5v6AKRy%2FwEUh%2B%3D%3D&x",
        &STANDARD.encode("tiihtNczf5v6AKRy/wEUh+=="),
        "74696968744e637a66357636414b52792f774555682b3d3d",
        "74696968744E637A66357636414B52792F774555682B3D3D",
    ] {
        assert_eq!(found(&canaries, leak), ["session_key"], "{leak}");
    }
    assert!(found(&canaries, "tiihtNczf5 v6AKRy").is_empty());
}
