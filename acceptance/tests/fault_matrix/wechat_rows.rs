//! Each fault of WeChat and what every route is to answer then.

use serde_json::{Value, json};
use wechat_simulator::FaultKind;

use crate::{
    faults::{Fault, Front},
    routes::Route,
    rows::Row,
};

const ASKS: [Route; 2] = [Route::Login, Route::KeyCheck];

/// What code2Session's errcodes mean for a login. -1 is two rows of its own.
const ERRCODES: [(i64, &str); 71] = [
    (40029, "400 login_code_invalid"),
    (41008, "400 login_code_invalid"),
    (40163, "400 login_code_used"),
    (40226, "403 login_blocked"),
    (45011, "429 rate_limited"),
    (45009, "503 upstream_unavailable"),
    (40013, "500 service_misconfigured"),
    (40125, "500 service_misconfigured"),
    (40243, "500 service_misconfigured"),
    (40164, "500 service_misconfigured"),
    (40002, "500 service_misconfigured"),
    (40003, "500 service_misconfigured"),
    (41001, "500 service_misconfigured"),
    (41002, "500 service_misconfigured"),
    (41004, "500 service_misconfigured"),
    (43002, "500 service_misconfigured"),
    (40097, "500 service_misconfigured"),
    (87008, "500 service_misconfigured"),
    (48001, "500 service_misconfigured"),
    (50004, "500 service_misconfigured"),
    (61007, "500 service_misconfigured"),
    (50007, "500 service_misconfigured"),
    (48017, "500 service_misconfigured"),
    (89503, "500 service_misconfigured"),
    (89506, "500 service_misconfigured"),
    (89507, "500 service_misconfigured"),
    (45035, "500 service_misconfigured"),
    (61004, "500 service_misconfigured"),
    (48004, "500 service_misconfigured"),
    (50001, "500 service_misconfigured"),
    (50002, "500 service_misconfigured"),
    (40066, "500 service_misconfigured"),
    (43003, "500 service_misconfigured"),
    (61003, "500 service_misconfigured"),
    (61016, "500 service_misconfigured"),
    (61014, "500 service_misconfigured"),
    (89501, "500 service_misconfigured"),
    (40230, "500 service_misconfigured"),
    (40231, "500 service_misconfigured"),
    (40232, "500 service_misconfigured"),
    (40233, "500 service_misconfigured"),
    (40234, "500 service_misconfigured"),
    (40235, "500 service_misconfigured"),
    (40236, "500 service_misconfigured"),
    (40237, "500 service_misconfigured"),
    (40238, "500 service_misconfigured"),
    (40239, "500 service_misconfigured"),
    (40240, "500 service_misconfigured"),
    (40033, "500 service_misconfigured"),
    (40035, "500 service_misconfigured"),
    (40038, "500 service_misconfigured"),
    (40039, "500 service_misconfigured"),
    (41009, "500 service_misconfigured"),
    (41018, "500 service_misconfigured"),
    (41021, "500 service_misconfigured"),
    (43001, "500 service_misconfigured"),
    (44002, "500 service_misconfigured"),
    (45002, "500 service_misconfigured"),
    (47001, "500 service_misconfigured"),
    (47003, "500 service_misconfigured"),
    (40001, "503 upstream_unavailable"),
    (40014, "503 upstream_unavailable"),
    (42001, "503 upstream_unavailable"),
    // Of a signature, and a login has none.
    (87007, "502 upstream_invalid"),
    (87009, "502 upstream_invalid"),
    (43101, "502 upstream_invalid"),
    (45047, "502 upstream_invalid"),
    (9_001_001, "502 upstream_invalid"),
    (1, "502 upstream_invalid"),
    (-2, "502 upstream_invalid"),
    (99999, "502 upstream_invalid"),
];

/// The errcode that all routes are asked under: a wrong AppSecret, which makes the secret be fetched again.
const SHOWN: i64 = 40125;

fn kind(kind: &Value) -> FaultKind {
    serde_json::from_value(kind.clone()).expect("a fault of the simulator")
}

fn errcode(errcode: i64) -> FaultKind {
    kind(&json!({"kind": "errcode", "errcode": errcode}))
}

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = unreachable();
    rows.extend(garbage());
    rows.extend(odd_but_good());
    rows.extend(ERRCODES.into_iter().map(|(number, answer)| {
        let fault = Fault::Code2Session(errcode(number));
        let row = Row::new(&format!("WeChat: errcode {number}"), fault).at(&[Route::Login], answer);
        // To the other routes one number is as good as another.
        if number == SHOWN { row } else { row.only_at(&[Route::Login]) }
    }));
    rows.push(Row::new("WeChat busy (-1) once", Fault::WechatOnce(errcode(-1))));
    rows.push(down("WeChat busy (-1) for ever", Fault::Wechat(errcode(-1))));
    let stale = Fault::CheckSession(errcode(40001));
    rows.push(
        Row::new("WeChat: access token refused (40001)", stale)
            .at(&[Route::KeyCheck], "503 upstream_unavailable"),
    );
    rows.push(Row::new("WeChat: signature refused (87009)", Fault::CheckSession(errcode(87009))));
    rows
}

/// A backend is told that WeChat does not answer; a token that is kept is given out all the same.
fn backend(row: Row) -> Row {
    row.at(&[Route::Number], "503 unavailable").cold_at(&[Route::Token], "503 unavailable")
}

fn down(name: &str, fault: Fault) -> Row {
    backend(Row::new(name, fault).at(&ASKS, "503 upstream_unavailable"))
}

fn unreachable() -> Vec<Row> {
    let row = |name, fault| down(name, Fault::Wechat(kind(&fault)));
    vec![
        down("WeChat refused", Fault::WechatGone),
        down("WeChat: name not found", Fault::WechatBehind(Front::UnknownHost)),
        down("WeChat: no TLS", Fault::WechatBehind(Front::Garbage)),
        down("WeChat: self-signed certificate", Fault::WechatBehind(Front::SelfSigned)),
        row("WeChat silent", json!({"kind": "silent"})).waiting(),
        row("WeChat drips: a byte a second", json!({"kind": "drip"})).waiting(),
        row("WeChat closes before it acts", json!({"kind": "close_before_processing"})),
        row("WeChat closes after it acted", json!({"kind": "close_after_processing"})),
        row("WeChat closes in mid-answer", json!({"kind": "close_mid_body"})),
        row("WeChat: 412", json!({"kind": "http_status", "status": 412})),
        row("WeChat: 500", json!({"kind": "http_status", "status": 500})),
        row("WeChat: 502", json!({"kind": "http_status", "status": 502})),
        down("WeChat redirects to another host", Fault::WechatRedirects),
    ]
}

fn garbage() -> Vec<Row> {
    let row =
        |name, fault| backend(Row::new(name, Fault::Wechat(kind(&fault))).at(&ASKS, "502 upstream_invalid"));
    let lacks = |field| json!({"kind": "missing_field", "field": field});
    let text = |body: &str| json!({"kind": "raw", "status": 200, "content_type": "text/plain", "body": body});
    let bomb = row("WeChat: gzip bomb", json!({"kind": "gzip_bomb"}));
    vec![
        row("WeChat: HTML", json!({"kind": "html"})),
        row("WeChat: truncated", json!({"kind": "truncated_json"})),
        row("WeChat: 10 MB", json!({"kind": "huge_body"})),
        bomb.quiet(),
        row("WeChat: empty", text("")),
        row("WeChat: a list", text("[]")),
        row("WeChat: deeply nested", text(&"[".repeat(60_000))),
        // An answer that says yes in text is still a yes; the access token is kept by a warm function.
        row("WeChat: wrong types", json!({"kind": "wrong_types"})).warm_at(&[Route::KeyCheck], "200"),
        row("WeChat: duplicate keys", json!({"kind": "duplicate_keys"})),
        row("WeChat: no openid", lacks("openid")).at(&[Route::KeyCheck, Route::Number, Route::Token], "200"),
        row("WeChat: no session_key", lacks("session_key"))
            .at(&[Route::KeyCheck, Route::Number, Route::Token], "200"),
        row("WeChat: no access token", lacks("access_token"))
            .at(&[Route::Login], "200")
            .warm_at(&[Route::KeyCheck, Route::Number], "200"),
    ]
}

/// Spellings that are taken as they are meant.
fn odd_but_good() -> Vec<Row> {
    let row = |name, fault| Row::new(name, Fault::Wechat(kind(&fault)));
    vec![
        row("WeChat: a byte order mark", json!({"kind": "bom"})),
        row("WeChat: unknown fields", json!({"kind": "extra_fields"})),
        row("WeChat: errcode \"0\"", json!({"kind": "string_errcode", "errcode": 0})),
        row("WeChat slow: 300 ms", json!({"kind": "slow", "delay_ms": 300})),
    ]
}
