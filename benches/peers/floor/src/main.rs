//! The least an authorizer can cost: two blocking sockets, text searched rather than parsed, no library, no signature,
//! no TLS. It asks for the same two records and answers in the same form; nobody should run it.

use std::env::var;
use std::error::Error;
use std::io::{Read, Write, stdout};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

mod sha256;

use sha256::sha256;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Peer {
    host: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

fn main() -> Outcome<()> {
    let mut api = Peer::connect(&var("AWS_LAMBDA_RUNTIME_API")?)?;
    let table = var("AWS_ENDPOINT_URL_DYNAMODB")?;
    let mut table = Peer::connect(table.strip_prefix("http://").ok_or("only over HTTP")?)?;
    loop {
        let (head, event) = api.exchange("GET", "/2018-06-01/runtime/invocation/next", "", "")?;
        let id =
            between(&head.to_ascii_lowercase(), "lambda-runtime-aws-request-id: ", "\r").unwrap_or_default();
        let answer = answer(&mut table, &event)?;
        api.exchange("POST", &format!("/2018-06-01/runtime/invocation/{id}/response"), "", &answer)?;
    }
}

fn answer(table: &mut Peer, event: &str) -> Outcome<String> {
    let arn = between(event, "\"methodArn\": \"", "\"").ok_or("not an authorizer's event")?;
    let token = between(event, "Bearer wxs_", "\"").filter(|token| token.len() == 70).ok_or("no token")?;
    let raw = decoded(&token[..64]).ok_or("not a token")?;
    let user = uuid(&raw);
    let digest = sha256(&[b"wxs/session/1\x001\0".as_slice(), &raw].concat());
    let hash = encoded(&digest);
    let request = format!(
        r#"{{"RequestItems":{{"UsersTable":{{"Keys":[{{"user_id":{{"S":"{user}"}}}}],"ConsistentRead":true,"ProjectionExpression":"user_id, live, app_id, openid, unionid, created_at, signed_out_at, blocked"}},"SessionsTable":{{"Keys":[{{"pk":{{"S":"{user}"}},"sk":{{"S":"{hash}"}}}}],"ConsistentRead":true}}}}}}"#
    );
    let headers =
        "content-type: application/x-amz-json-1.0\r\nx-amz-target: DynamoDB_20120810.BatchGetItem\r\n";
    let (_, found) = table.exchange("POST", "/", headers, &request)?;
    let (users, sessions) = (after(&found, "\"UsersTable\""), after(&found, "\"SessionsTable\""));
    let users = users.split("\"SessionsTable\"").next().unwrap_or(users);
    // The list of live sessions: a mark of eight bytes, then a hash of 32 for each.
    let listed = field(users, "live", "B").map(|listed| listed.replace('+', "-").replace('/', "_"));
    let listed = listed.and_then(|listed| decoded_whole(listed.trim_end_matches('='))).unwrap_or_default();
    let is_listed = listed.get(8..).is_some_and(|list| list.chunks(32).any(|known| known == digest));
    let number = |name: &str| field(sessions, name, "N").and_then(|text| text.parse::<u64>().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let good = field(sessions, "state", "S") == Some("active")
        && is_listed
        && number("expires_at")
            .zip(number("absolute_expires_at"))
            .is_some_and(|(idle, absolute)| now.as_secs() < idle.min(absolute));
    let (effect, outcome) = if good { ("Allow", "allow") } else { ("Deny", "refuse") };
    let text = |name| field(sessions, name, "S").unwrap_or_default();
    let line = format!(
        "{{\"timestamp\":{},\"level\":\"INFO\",\"message\":\"request\",\"function\":\"floor\",\"user_id\":\"{user}\",\"session_id\":\"{}\",\"outcome\":\"{outcome}\"}}\n",
        now.as_millis(),
        text("session_id")
    );
    stdout().write_all(line.as_bytes())?;
    let stage = arn.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    Ok(format!(
        r#"{{"principalId":"{user}","policyDocument":{{"Version":"2012-10-17","Statement":[{{"Action":"execute-api:Invoke","Effect":"{effect}","Resource":"{stage}/*"}}]}},"context":{{"user_id":"{user}","app_id":"{}","openid":"{}","session_id":"{}"}}}}"#,
        text("app_id"),
        field(users, "openid", "S").unwrap_or_default(),
        text("session_id")
    ))
}

impl Peer {
    fn connect(host: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self { host: host.to_owned(), stream, buffer: Vec::new() })
    }

    fn exchange(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Outcome<(String, String)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.read()?;
        };
        let text = String::from_utf8(self.buffer[..head].to_vec())?;
        let length: usize =
            between(&text.to_ascii_lowercase(), "content-length: ", "\r").unwrap_or_default().parse()?;
        while self.buffer.len() < head + length {
            self.read()?;
        }
        Ok((text, String::from_utf8(self.buffer[head..head + length].to_vec())?))
    }

    fn read(&mut self) -> Outcome<()> {
        let mut chunk = [0; 4096];
        let read = self.stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..read]);
        if read == 0 { Err("closed".into()) } else { Ok(()) }
    }
}

fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or("", |(_, rest)| rest)
}

fn between(text: &str, from: &str, to: &str) -> Option<String> {
    after(text, from).split_once(to).map(|(found, _)| found.to_owned())
}

fn field<'a>(item: &'a str, name: &str, kind: &str) -> Option<&'a str> {
    let (_, rest) = item.split_once(&format!("\"{name}\":{{\"{kind}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn uuid(raw: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in raw.iter().take(16).enumerate() {
        if [4, 6, 8, 10].contains(&place) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for digit in four {
            bits = bits << 6 | u32::try_from(DIGITS.iter().position(|known| known == digit)?).ok()?;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    Some(bytes)
}

/// The same for a text whose last group may be shorter.
fn decoded_whole(text: &str) -> Option<Vec<u8>> {
    let missing = (4 - text.len() % 4) % 4;
    let mut bytes = decoded(&format!("{text}{}", "A".repeat(missing)))?;
    bytes.truncate(bytes.len() - missing);
    Some(bytes)
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().chain([&0, &0]).take(3).fold(0usize, |bits, byte| bits << 8 | usize::from(*byte));
        for place in 0..=three.len() {
            text.push(char::from(DIGITS[bits >> (18 - 6 * place) & 63]));
        }
    }
    text
}
