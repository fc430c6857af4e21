use std::sync::{Arc, Mutex};

use wxsession::{
    Clock,
    http::{Problem, RetryAfter},
    telemetry::{Level, Log},
};

use super::*;

const LOGIN: &str = code2session::PATH;
const TOKEN: &str = "/cgi-bin/stable_token";
const CHECK: &str = "/wxa/checksession";

/// The call that may be answered so.
fn path_of(errcode: i64) -> &'static str {
    if matches!(errcode, 87007 | 87009) { CHECK } else { LOGIN }
}

/// The same of the call that may be answered so.
fn ended(errcode: i64, ip: Option<&str>) -> (Problem, Value) {
    ended_at(path_of(errcode), errcode, ip)
}

/// The problem an errcode ends in, and the line with what the operator is told.
fn ended_at(path: &str, errcode: i64, ip: Option<&str>) -> (Problem, Value) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut line = Log::stdout("login", Level::Debug, Clock::system()).kept(lines.clone()).request("r-1");
    let ip = ip.map(|ip| ip.parse().unwrap());
    let problem =
        Problem::from(WechatError::Refused { errcode, meaning: meaning_of(path, errcode), rid: None, ip });
    problem.note_in(&mut line);
    line.end("ended");
    let line = serde_json::from_str(&lines.lock().unwrap()[0]).unwrap();
    (problem, line)
}

#[test]
fn each_errcode_of_the_client_ends_in_its_code() {
    for (errcode, code) in [
        (40029, Code::LoginCodeInvalid),
        (41008, Code::LoginCodeInvalid),
        (40163, Code::LoginCodeUsed),
        (40226, Code::LoginBlocked),
        (87007, Code::SessionKeyStale),
        (87009, Code::SessionKeyStale),
        (-1, Code::UpstreamUnavailable),
        (40001, Code::UpstreamUnavailable),
        (40014, Code::UpstreamUnavailable),
        (42001, Code::UpstreamUnavailable),
    ] {
        let (problem, line) = ended(errcode, None);
        assert_eq!(problem.code, code, "{errcode}");
        assert_eq!(line["operator"]["cause"], Value::Null, "{errcode}: nothing for an operator to do");
    }
    assert_eq!((meaning_of(TOKEN, 40001), meaning_of(LOGIN, -1)), (Meaning::TokenStale, Meaning::Busy));
}

#[test]
fn each_errcode_of_the_deployment_tells_its_operator_what_to_do() {
    for (errcode, cause, fix) in [
        (40013, "AppID", "compare AppId"),
        (40125, "AppSecret", "current AppSecret"),
        (40243, "frozen", "unfreeze it"),
        (40164, "IP allow list", "add the address"),
        (45035, "IP allow list", "add the address"),
        (61004, "IP allow list", "add the address"),
        (40002, "a parameter", "report it"),
        (47001, "a parameter", "report it"),
        (87008, "a parameter", "report it"),
        (48001, "may not use this interface", "check the account's type"),
        (48004, "closed this interface", "see the notice"),
        (50002, "limited or frozen", "see the notice"),
        (50007, "limited or frozen", "see the notice"),
        (40066, "does not serve the address", "WECHAT_API_BASE_URL"),
        (48017, "does not serve the address", "do not pin"),
        (89503, "an administrator", "confirm the request"),
        (40234, "API 安全", "switch"),
    ] {
        let (problem, line) = ended(errcode, None);
        assert_eq!(problem.code, Code::ServiceMisconfigured, "{errcode}");
        let told = format!("{} {}", line["operator"]["cause"], line["operator"]["fix"]);
        assert!(told.contains(cause) && told.contains(fix), "{errcode}: {told}");
        assert_eq!(line["level"], "ERROR", "{errcode}");
    }
    let (_, line) = ended(40164, Some("203.0.113.9"));
    assert!(line["operator"]["cause"].as_str().unwrap().ends_with(" (address 203.0.113.9)"), "{line}");
    assert!(!ended(40164, None).1["operator"]["cause"].as_str().unwrap().contains("(address"));
}

#[test]
fn a_spent_quota_tells_the_client_how_long_to_wait() {
    let (minute, line) = ended(45011, None);
    assert_eq!((minute.code, minute.retry_after), (Code::RateLimited, Some(RetryAfter::NextMinute)));
    assert_eq!(line["operator"]["cause"], Value::Null);
    let (day, line) = ended(45009, None);
    assert_eq!((day.code, day.retry_after), (Code::UpstreamUnavailable, Some(RetryAfter::Seconds(600))));
    assert!(line["operator"]["cause"].as_str().unwrap().contains("daily quota"));
}

#[test]
fn each_known_errcode_has_one_class_and_is_in_the_document() {
    let mut rows = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (errcodes, meaning) in KNOWN {
        assert_ne!(meaning.class(), "unknown");
        let ends_in = ended(errcodes[0], None).0.code;
        let numbers: Vec<String> = errcodes.iter().map(ToString::to_string).collect();
        let (cause, fix) = meaning.for_the_operator().unwrap_or_default();
        let call = match meaning {
            Meaning::Client(_) => "`jscode2session`",
            Meaning::SessionKeyStale => "`checksession`, `resetusersessionkey`",
            _ => "any",
        };
        rows.push(format!(
            "| {} | {call} | {} | `{}` | {cause} | {fix} |",
            numbers.join(", "),
            meaning.class(),
            ends_in.as_str()
        ));
        for errcode in *errcodes {
            assert!(seen.insert(errcode), "{errcode} stands there twice");
            assert_eq!(ended(*errcode, None).1["errcode_class"], meaning.class());
        }
    }
    let document = include_str!("../../../../docs/errcodes.md");
    let shown: Vec<&str> =
        document.lines().filter(|line| line.starts_with("| ") && !line.contains("errcode |")).collect();
    assert_eq!(shown.join("\n"), rows.join("\n"), "docs/errcodes.md shows the table");
}

#[test]
fn an_errcode_of_another_call_is_unknown() {
    for (path, errcodes) in [
        (TOKEN, &[40029, 41008, 40163, 40226, 87007, 87009][..]),
        (CHECK, &[40029, 41008, 40163, 40226]),
        ("/wxa/business/getuserphonenumber", &[40029, 41008, 40163, 40226, 87007, 87009]),
        (LOGIN, &[87007, 87009]),
    ] {
        for errcode in errcodes {
            let (problem, line) = ended_at(path, *errcode, None);
            assert_eq!((problem.code, &line["errcode_class"]), (Code::UpstreamInvalid, &"unknown".into()));
        }
    }
}

#[test]
fn an_unknown_errcode_is_named_to_the_operator() {
    let (problem, line) = ended(12345, None);
    assert_eq!(problem.code, Code::UpstreamInvalid);
    assert!(line["operator"]["cause"].as_str().unwrap().contains("errcode 12345"));
    assert!(line["operator"]["fix"].as_str().unwrap().starts_with("report it"));
    assert_eq!((&line["errcode_class"], &line["unexpected_errcode"]), (&"unknown".into(), &true.into()));
    assert_eq!(line["unexpected_errcodes"], 1);
}

fn refused(body: &str) -> (i64, Option<String>, Option<String>) {
    match checked(LOGIN, body.as_bytes()).unwrap_err() {
        WechatError::Refused { errcode, rid, ip, .. } => (errcode, rid, ip.map(|ip| ip.to_string())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn absent_zero_and_text_zero_are_yes() {
    for body in [r#"{"openid":"o"}"#, r#"{"errcode":0}"#, r#"{"errcode":"0"}"#, "\u{feff}{\"errcode\":null}"]
    {
        assert!(checked(LOGIN, body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn reads_numbers_and_texts_and_the_rid_of_every_family() {
    let comma = r#"{"errcode":40029,"errmsg":"invalid code, rid: 6129ee10-272863a4-64d75414"}"#;
    assert_eq!(refused(comma), (40029, Some("6129ee10-272863a4-64d75414".to_owned()), None));
    let hint = r#"{"errcode":"40029","errmsg":"invalid code hint: [x] rid: 6327d0cc-1cb6b8ca-6745c311"}"#;
    assert_eq!(refused(hint).1.as_deref(), Some("6327d0cc-1cb6b8ca-6745c311"));
    let old = r#"{"errcode":40163,"errmsg":"code been used, hints: [ req_id: uhJDVZyFe-YZguHA ]"}"#;
    assert_eq!(refused(old), (40163, None, None));
    for rid in ["6129ee10-272863a4-64d7541X", "6129ee10-272863a4_64d75414", "6129ee1-0272863a4-64d75414"] {
        let other = format!(r#"{{"errcode":40029,"errmsg":"rid: {rid}"}}"#);
        assert_eq!(refused(&other).1, None, "{rid}");
    }
    let hostile = r#"{"errcode":40029,"errmsg":"rid: 6129ee10-\n<script>"}"#;
    assert_eq!(refused(hostile).1, None);
}

#[test]
fn the_address_to_allow_is_parsed_out() {
    let body = r#"{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist, rid: 6129ee10-272863a4-64d75414"}"#;
    assert_eq!(refused(body).2.as_deref(), Some("203.0.113.9"));
    let other = r#"{"errcode":61004,"errmsg":"access clientip is not registered requestIP: 203.0.113.7 rid: 6129ee10-272863a4-64d75414"}"#;
    assert_eq!(refused(other).2.as_deref(), Some("203.0.113.7"));
    assert_eq!(refused(r#"{"errcode":40164,"errmsg":"invalid ip nonsense"}"#).2, None);
}

#[test]
fn what_is_not_an_answer_is_told_from_a_refusal() {
    for body in ["", "<html>", "[]", "7", r#"{"errcode":0"#, "\u{0}"] {
        assert_eq!(checked(LOGIN, body.as_bytes()), Err(WechatError::NotJson), "{body:?}");
    }
    for body in [r#"{"errcode":[]}"#, r#"{"errcode":"x"}"#, r#"{"errcode":1.5}"#] {
        assert_eq!(checked(LOGIN, body.as_bytes()), Err(WechatError::Shape("errcode")));
    }
}
