//! Answers that go wrong on purpose.
//!
//! A closed connection is a body that fails: hyper then drops the connection. When the body fails before its first
//! byte not even the head is sent, so the caller sees the connection end without an answer.

use std::io::{self, Write as _};
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Simulator;
use super::wire::{Answer, Fields, Refusal, Request};
use super::world::{Fault, FaultKind};

const HUGE_BYTES: usize = 10 << 20;
const BOMB_BYTES: usize = 100 << 20;
/// Long enough for what is written already to leave.
const FLUSH: Duration = Duration::from_millis(20);
/// A caller that never gives up must not keep the simulator from stopping for ever.
const LONGEST_SILENCE: Duration = Duration::from_mins(10);

/// The fault's answer to the call.
pub(super) async fn answer(simulator: &Simulator, fault: &Fault, request: &Request) -> Response {
    if let Some(answer) = replaced(simulator, fault, request).await {
        return answer;
    }
    let answer = simulator.wechat().process(request);
    let body = answer.body();
    match &fault.kind {
        FaultKind::TruncatedJson => with_body(&answer, body[..body.len() / 2].to_owned()),
        FaultKind::Slow { delay_ms } => {
            sleep(Duration::from_millis(*delay_ms)).await;
            answer.into_response()
        }
        FaultKind::Drip { interval_ms } => with_body(&answer, drip(body, *interval_ms)),
        FaultKind::HugeBody => with_body(&answer, padded(answer.fields.as_ref(), HUGE_BYTES)),
        FaultKind::GzipBomb => {
            let mut response = with_body(&answer, bomb(answer.fields.as_ref()));
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        FaultKind::Bom => with_body(&answer, format!("\u{feff}{body}")),
        FaultKind::CloseAfterProcessing => with_body(&answer, failing(None)),
        FaultKind::CloseMidBody => with_body(&answer, failing(Some(body[..body.len() / 2].to_owned()))),
        kind => respelled(answer, kind).into_response(),
    }
}

/// The answers that have nothing to do with the right one.
async fn replaced(simulator: &Simulator, fault: &Fault, request: &Request) -> Option<Response> {
    let replacement = match &fault.kind {
        FaultKind::Errcode { errcode, errmsg } => {
            let refusal = Refusal { errcode: *errcode, text: errmsg.clone() };
            let fields = simulator.wechat().error(request, refusal);
            Answer::json(&request.path, fields).into_response()
        }
        FaultKind::StringErrcode { errcode } if *errcode != 0 => {
            let fields = simulator.wechat().error(request, (*errcode).into());
            respelled(Answer::json(&request.path, fields), &fault.kind).into_response()
        }
        FaultKind::HttpStatus { status } => Answer::empty(status_code(*status)).into_response(),
        FaultKind::Html => raw(200, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>"),
        FaultKind::Raw { status, content_type, body } => raw(*status, content_type, body),
        FaultKind::Redirect { location } => redirect(location, request),
        FaultKind::Silent | FaultKind::CloseBeforeProcessing => Body::new(failing(None)).into_response(),
        _ => return None,
    };
    if fault.after_processing {
        simulator.wechat().process(request);
    }
    if matches!(fault.kind, FaultKind::Silent) {
        sleep(LONGEST_SILENCE).await;
    }
    Some(replacement)
}

/// The right answer in another spelling.
fn respelled(mut answer: Answer, kind: &FaultKind) -> Answer {
    let Some(mut fields) = answer.fields.take() else { return answer };
    match kind {
        FaultKind::StringErrcode { .. } => {
            if answer_has_no_errcode(&fields) {
                fields.push(("errcode".to_owned(), 0.into()));
            }
            let errcodes = fields.iter_mut().filter(|(name, _)| name == "errcode");
            errcodes.for_each(|(_, value)| *value = value.to_string().into());
        }
        FaultKind::WrongTypes => fields.iter_mut().for_each(|(_, value)| *value = of_another_type(value)),
        FaultKind::DuplicateKeys => {
            let again = fields.clone().into_iter().map(|(name, _)| (name, "twice".into()));
            fields.extend(again.collect::<Fields>());
        }
        FaultKind::MissingField { field } => fields.retain(|(name, _)| name != field),
        FaultKind::ExtraFields => fields.extend([
            ("expires_in".to_owned(), 7200.into()),
            ("is_snapshotuser".to_owned(), 1.into()),
            ("new_in_2099".to_owned(), json!({ "nested": [null, 1.5, { "deep": "er" }] })),
        ]),
        _ => {}
    }
    answer.fields = Some(fields);
    answer
}

fn answer_has_no_errcode(fields: &Fields) -> bool {
    !fields.iter().any(|(name, _)| name == "errcode")
}

fn of_another_type(value: &Value) -> Value {
    match value {
        Value::String(_) => 12345.into(),
        Value::Number(number) => number.to_string().into(),
        _ => json!([]),
    }
}

/// Valid JSON: the right fields, then one long useless one.
fn padded(fields: Option<&Fields>, bytes: usize) -> String {
    let mut fields = fields.cloned().unwrap_or_default();
    fields.push(("padding".to_owned(), " ".repeat(bytes).into()));
    Answer::json("", fields).body()
}

/// The padding is always the same and takes long to compress. Members of gzip one after the other are gzip:
/// <https://www.rfc-editor.org/rfc/rfc1952#section-2.2>
static PADDING: LazyLock<Vec<u8>> = LazyLock::new(|| gzip(&vec![b' '; BOMB_BYTES]));

fn bomb(fields: Option<&Fields>) -> Vec<u8> {
    let body = padded(fields, 0);
    let (head, tail) = body.split_at(body.len() - "\"}".len());
    [gzip(head.as_bytes()), PADDING.clone(), gzip(tail.as_bytes())].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}

fn drip(body: String, interval_ms: u64) -> Body {
    let bytes = body.into_bytes().into_iter();
    Body::from_stream(stream::unfold(bytes, move |mut bytes| async move {
        let byte = bytes.next()?;
        sleep(Duration::from_millis(interval_ms)).await;
        Some((Ok::<_, io::Error>(Bytes::from(vec![byte])), bytes))
    }))
}

/// A body that fails, after its first part if there is one.
fn failing(part: Option<String>) -> Body {
    let after_a_part = part.is_some();
    let lost = async move {
        // Without the pause hyper would drop the part, still unsent, together with the connection. Before the first
        // byte there must be none, not even of zero length, or hyper sends the head.
        if after_a_part {
            sleep(FLUSH).await;
        }
        Err(io::Error::other("the simulator closed the connection on purpose"))
    };
    let part = part.map(|part| Ok(Bytes::from(part)));
    Body::from_stream(stream::iter(part).chain(stream::once(lost)))
}

fn with_body(answer: &Answer, body: impl Into<Body>) -> Response {
    let content_type = HeaderValue::from_static(answer.content_type);
    (answer.status, [(CONTENT_TYPE, content_type)], body.into()).into_response()
}

/// Hands the whole query on, as a careless proxy would.
fn redirect(location: &str, request: &Request) -> Response {
    let query = request.query.iter().map(|(name, value)| format!("{name}={value}"));
    raw_location(&format!("{location}?{}", query.collect::<Vec<_>>().join("&")))
}

fn raw_location(url: &str) -> Response {
    let location = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

fn raw(status: u16, content_type: &str, body: &str) -> Response {
    (status_code(status), [(CONTENT_TYPE, content_type.to_owned())], body.to_owned()).into_response()
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
