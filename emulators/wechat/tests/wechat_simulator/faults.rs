//! Answers that go wrong on purpose: what the caller sees, and whether the code was used up.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind};

use crate::{APP, Answer, SECRET, WeChat, login_target};

const LOGIN: &str = "/sns/jscode2session";

/// One login with the fault: what came back, and whether the code still works afterwards.
fn broken(fault: Fault) -> (WeChat, String, String) {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, Some("oFault"));
    wechat.simulator.inject(fault);
    let target = login_target(&code);
    let request = format!("GET {target} HTTP/1.1\r\nhost: wechat\r\nconnection: close\r\n\r\n");
    let raw = wechat.exchange(&request).expect("closed without an error");
    (wechat, code, raw)
}

/// The fault happens once, and leaves the code good.
#[track_caller]
fn replaces(kind: FaultKind) -> Answer {
    let (wechat, code, raw) = broken(Fault::once(kind));
    assert_eq!(wechat.login(&code).text("openid"), "oFault");
    Answer::parse(&raw)
}

/// The fault happens once, and uses the code up.
#[track_caller]
fn spoils(kind: FaultKind) -> Answer {
    let (wechat, code, raw) = broken(Fault::once(kind));
    wechat.login(&code).assert_errcode(40163);
    Answer::parse(&raw)
}

#[test]
fn a_busy_wechat_can_be_asked_again() {
    let busy = replaces(FaultKind::Errcode { errcode: -1, errmsg: None });
    busy.assert_errcode(-1);
    assert!(busy.text("errmsg").starts_with("system error, rid: 66454a60-"), "{}", busy.body);
    let worded = replaces(FaultKind::Errcode { errcode: 40029, errmsg: Some("other words".to_owned()) });
    assert!(worded.text("errmsg").starts_with("other words, rid: "), "{}", worded.body);
}

#[test]
fn a_busy_wechat_may_have_used_the_code_all_the_same() {
    let busy = FaultKind::Errcode { errcode: -1, errmsg: None };
    let (wechat, code, raw) = broken(Fault::once(busy).after_processing());
    Answer::parse(&raw).assert_errcode(-1);
    wechat.login(&code).assert_errcode(40163);
}

#[test]
fn an_errcode_can_be_a_string() {
    assert_eq!(replaces(FaultKind::StringErrcode { errcode: 40029 }).text("errcode"), "40029");
    let success = spoils(FaultKind::StringErrcode { errcode: 0 });
    assert_eq!((success.text("errcode"), success.text("openid")), ("0".to_owned(), "oFault".to_owned()));
}

#[test]
fn the_gateway_in_front_of_wechat_can_fail() {
    for status in [412, 416, 500, 502] {
        let answer = replaces(FaultKind::HttpStatus { status });
        assert_eq!((answer.status, answer.body.as_str()), (status, ""));
    }
    let page = replaces(FaultKind::Html);
    assert!(page.status == 200 && page.head.contains("text/html") && page.body.starts_with("<html>"));
    let raw = FaultKind::Raw { status: 200, content_type: "text/plain".to_owned(), body: "null".to_owned() };
    assert_eq!(replaces(raw).body, "null");
}

#[test]
fn a_redirect_carries_the_secret_away() {
    let answer = replaces(FaultKind::Redirect { location: "http://127.0.0.1:9/elsewhere".to_owned() });
    assert_eq!(answer.status, 302);
    let location = format!("location: http://127.0.0.1:9/elsewhere?appid={APP}&secret={SECRET}&js_code=");
    assert!(answer.head.contains(&location), "{}", answer.head);
}

#[test]
fn json_can_be_cut_in_a_complete_message() {
    let answer = spoils(FaultKind::TruncatedJson);
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(r#"{"session_key":""#), "{}", answer.body);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
}

#[test]
fn fields_can_be_missing_foreign_doubled_or_of_the_wrong_type() {
    for field in ["openid", "session_key"] {
        let answer = spoils(FaultKind::MissingField { field: field.to_owned() }).json();
        assert_eq!((answer.get(field), answer.as_object().unwrap().len()), (None, 1));
    }
    let extra = spoils(FaultKind::ExtraFields);
    assert_eq!((extra.text("openid").as_str(), &extra.json()["expires_in"]), ("oFault", &json!(7200)));
    assert_eq!(spoils(FaultKind::WrongTypes).body, r#"{"session_key":12345,"openid":12345}"#);
    let doubled = spoils(FaultKind::DuplicateKeys).body;
    assert!(doubled.ends_with(r#","openid":"oFault","session_key":"twice","openid":"twice"}"#), "{doubled}");
}

#[test]
fn a_byte_order_mark_can_come_first() {
    let body = spoils(FaultKind::Bom).body;
    let json = body.strip_prefix('\u{feff}').unwrap();
    assert_eq!(serde_json::from_str::<Value>(json).unwrap()["openid"], "oFault");
}

#[test]
fn a_body_can_be_huge_and_still_right() {
    let answer = spoils(FaultKind::HugeBody);
    assert!(answer.body.len() > 10 << 20);
    assert_eq!(answer.text("openid"), "oFault");
}

#[test]
fn a_small_gzip_body_can_be_a_bomb() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, None);
    wechat.simulator.inject(Fault::once(FaultKind::GzipBomb));
    let mut stream = TcpStream::connect(wechat.address).unwrap();
    let target = login_target(&code);
    write!(stream, "GET {target} HTTP/1.1\r\nhost: wechat\r\nconnection: close\r\n\r\n").unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap();
    let split = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&raw[..split]).into_owned();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let body = &raw[split + 4..];
    let unpacked = io::copy(&mut MultiGzDecoder::new(body), &mut io::sink()).unwrap();
    assert!(body.len() < 1 << 20 && unpacked > 100 << 20, "{} of {unpacked}", body.len());
}

#[test]
fn an_answer_can_be_late() {
    let started = Instant::now();
    assert_eq!(spoils(FaultKind::Slow { delay_ms: 120 }).text("openid"), "oFault");
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[test]
fn an_answer_can_drip() {
    let started = Instant::now();
    let (_, _, raw) = broken(Fault::once(FaultKind::Drip { interval_ms: 2 }));
    let answer = Answer::parse(&raw);
    assert_eq!(answer.text("openid"), "oFault");
    let bytes = u32::try_from(answer.body.len()).unwrap();
    assert!(started.elapsed() >= Duration::from_millis(2) * bytes);
    assert_eq!(raw.matches("\r\n1\r\n").count(), answer.body.len());
}

#[test]
fn wechat_can_stay_silent() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, None);
    wechat.simulator.inject(Fault::once(FaultKind::Silent));
    let mut stream = TcpStream::connect(wechat.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    let target = login_target(&code);
    write!(stream, "GET {target} HTTP/1.1\r\nhost: wechat\r\n\r\n").unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{error}");
    // Others are served meanwhile, and the code was not touched.
    wechat.login(&code).text("openid");
    assert_eq!((wechat.simulator.call_count(LOGIN), wechat.simulator.errcode_count(LOGIN, 0)), (2, 1));
}

#[test]
fn a_connection_can_close_before_anything_was_processed() {
    let (wechat, code, raw) = broken(Fault::once(FaultKind::CloseBeforeProcessing));
    assert_eq!(raw, "");
    wechat.login(&code).text("openid");
}

#[test]
fn a_connection_can_close_after_the_code_was_used() {
    let (wechat, code, raw) = broken(Fault::once(FaultKind::CloseAfterProcessing));
    assert_eq!(raw, "");
    assert_eq!(wechat.simulator.errcode_count(LOGIN, 0), 1);
    wechat.login(&code).assert_errcode(40163);
}

#[test]
fn a_connection_can_close_in_the_middle_of_the_answer() {
    let (wechat, code, raw) = broken(Fault::once(FaultKind::CloseMidBody));
    assert!(raw.starts_with("HTTP/1.1 200 OK\r\n") && raw.contains(r#"{"session_key":"#), "{raw}");
    assert!(!raw.ends_with("\r\n0\r\n\r\n") && !raw.contains("oFault"), "{raw}");
    wechat.login(&code).assert_errcode(40163);
}

#[test]
fn faults_count_down_wait_in_line_and_know_their_path() {
    let wechat = WeChat::start();
    let status = |status| FaultKind::HttpStatus { status };
    wechat.simulator.inject(Fault::always(status(501)).on("/cgi-bin/token"));
    wechat.simulator.inject(Fault::times(2, status(502)));
    wechat.simulator.inject(Fault::once(status(503)));
    wechat.simulator.inject(Fault::times(0, status(504)));
    let statuses = [(); 4].map(|()| wechat.login("c").status);
    assert_eq!(statuses, [502, 502, 503, 200]);
    assert_eq!([(); 3].map(|()| wechat.get("/cgi-bin/token").status), [501, 501, 501]);
    wechat.simulator.clear_faults();
    assert_eq!(wechat.get("/cgi-bin/token").status, 200);
}
