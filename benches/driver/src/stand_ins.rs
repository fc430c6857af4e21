//! DynamoDB, Secrets Manager, `EventBridge` and `WeChat` behind HTTP and HTTPS sockets, answering at once: what is measured is
//! the function.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::{Value, json};

use crate::http::{Connection, Request, answer};
use crate::plan::Calls;
use crate::records::{APP_ID, OPENID};
use crate::table::Table;

/// Made up, and used nowhere else.
const RING_KEY: &str = "a-key-for-tests-only-and-of-no-use-anywhere-else-0123456789abcdef";
/// The key that `events/open-data-decrypt-rest.json` was encrypted with.
const SESSION_KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";

/// Of no Mini Program that there is.
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Token and `EncodingAESKey` of the messages in `events/`.
const PUSH: (&str, &str) = ("5cKpQ2vXw8LrT0nB", "q7Zt3VfYk9Lm2Wx8Rb5Nc1Hd6Jg4Ps0Tu7Ae3Qi5OyG");
const BUS: &str = "business";

/// Base addresses by the placeholder that stands for them: `{https:dynamodb}` and its kin.
pub(crate) type Addresses = BTreeMap<String, String>;

/// What one run saw of the function's calls.
pub(crate) struct StandIns {
    table: RwLock<Arc<Table>>,
    must_sign: RwLock<bool>,
    dynamodb: AtomicU64,
    secrets: AtomicU64,
    wechat: AtomicU64,
    events: AtomicU64,
    connections: AtomicU64,
    complaint: Mutex<Option<String>>,
}

impl StandIns {
    /// Listens on loopback, for each service on a port of its own, as each has a host of its own.
    pub(crate) fn start(tls: Option<&Arc<rustls::ServerConfig>>) -> io::Result<(Arc<Self>, Addresses)> {
        let stand_ins = Arc::new(Self {
            table: RwLock::new(Arc::new(Table::new(true))),
            must_sign: RwLock::new(true),
            dynamodb: AtomicU64::new(0),
            secrets: AtomicU64::new(0),
            wechat: AtomicU64::new(0),
            events: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            complaint: Mutex::new(None),
        });
        let mut addresses = Addresses::new();
        for service in ["dynamodb", "secrets", "wechat", "events"] {
            let (listener, port) = listen()?;
            accept(listener, Arc::clone(&stand_ins), Self::serve);
            addresses.insert(format!("{{http:{service}}}"), format!("http://localhost:{port}"));
            let Some(config) = tls.cloned() else { continue };
            let (listener, port) = listen()?;
            accept(listener, Arc::clone(&stand_ins), move |stand_ins, stream| {
                let connection =
                    rustls::ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
                stand_ins.serve(rustls::StreamOwned::new(connection, stream))
            });
            addresses.insert(format!("{{https:{service}}}"), format!("https://localhost:{port}"));
        }
        Ok((stand_ins, addresses))
    }

    /// Starts counting anew, over fresh records.
    pub(crate) fn reset(&self, active: bool, must_sign: bool) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Table::new(active));
        *self.must_sign.write().unwrap_or_else(PoisonError::into_inner) = must_sign;
        *self.complaint.lock().unwrap_or_else(PoisonError::into_inner) = None;
        for counter in [&self.dynamodb, &self.secrets, &self.wechat, &self.events, &self.connections] {
            counter.store(0, Relaxed);
        }
    }

    /// Calls and connections since then.
    pub(crate) fn calls(&self) -> Calls {
        Calls {
            dynamodb: self.dynamodb.load(Relaxed),
            secrets: self.secrets.load(Relaxed),
            wechat: self.wechat.load(Relaxed),
            events: self.events.load(Relaxed),
            connections: self.connections.load(Relaxed),
        }
    }

    /// The first request since then that was wrong.
    pub(crate) fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn serve(&self, stream: impl Read + Write) -> io::Result<()> {
        let mut connection = Connection::new(stream);
        let mut counted = false;
        while let Some(request) = connection.request()? {
            if !counted {
                self.connections.fetch_add(1, Relaxed);
                counted = true;
            }
            match self.answer(&request) {
                Ok(bytes) => connection.write(&bytes)?,
                Err(complaint) => {
                    self.complaint.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(complaint);
                    connection.write(&answer("400 Bad Request", &[], b"{}"))?;
                }
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Result<Vec<u8>, String> {
        let target = request.target.as_deref().unwrap_or_default();
        let must_sign = *self.must_sign.read().unwrap_or_else(PoisonError::into_inner);
        if !target.is_empty() && must_sign && !request.signed {
            return Err(format!("{target} without a signature"));
        }
        let table = Arc::clone(&*self.table.read().unwrap_or_else(PoisonError::into_inner));
        if target.starts_with("DynamoDB_") {
            self.dynamodb.fetch_add(1, Relaxed);
            return table.answer(request).map(<[u8]>::to_vec);
        }
        if target == "secretsmanager.GetSecretValue" {
            self.secrets.fetch_add(1, Relaxed);
            return secret(&request.body);
        }
        if target == "AWSEvents.PutEvents" {
            self.events.fetch_add(1, Relaxed);
            return put_events(&request.body);
        }
        // Once a minute, and so none of an event's calls.
        if target == "AWSEvents.DescribeEventBus" {
            return Ok(json_1_1(&json!({"Name": BUS})));
        }
        match (request.method.as_str(), request.path.split('?').next()) {
            ("GET", Some("/sns/jscode2session")) => {
                self.wechat.fetch_add(1, Relaxed);
                let body = json!({"openid": OPENID, "session_key": SESSION_KEY}).to_string();
                // As WeChat does, although it is JSON.
                Ok(answer("200 OK", &[("content-type", "text/plain")], body.as_bytes()))
            }
            ("GET", Some("/")) => Ok(table.healthy().to_vec()),
            ("HEAD", Some("/")) => Ok(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()),
            (method, path) => Err(format!("an unexpected request: {method} {path:?}")),
        }
    }
}

fn secret(body: &[u8]) -> Result<Vec<u8>, String> {
    let asked: Value = serde_json::from_slice(body).map_err(|_| "a body that is not JSON".to_owned())?;
    let value = match asked["SecretId"].as_str() {
        Some("AppsSecret") => json!({APP_ID: APP_SECRET}),
        Some("RichAppsSecret") => json!({APP_ID: {
            "secret": APP_SECRET,
            "push": {"token": PUSH.0, "encoding_aes_key": PUSH.1},
            "virtual_payment": {"app_key": "a-key-for-tests-only", "offer_id": "1450000001"},
        }}),
        Some("SessionKeyRingSecret") => json!({"current": "k1", "k1": RING_KEY}),
        _ => return Err(format!("Secrets Manager is asked for {}", asked["SecretId"])),
    };
    let body = json!({
        "ARN": format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{}", asked["SecretId"]),
        "Name": asked["SecretId"],
        "SecretString": value.to_string(),
        "VersionId": "00000000-0000-4000-8000-000000000000",
        "VersionStages": ["AWSCURRENT"],
    });
    Ok(json_1_1(&body))
}

/// Whether everything is for the bus that the functions are given.
fn put_events(body: &[u8]) -> Result<Vec<u8>, String> {
    let asked: Value = serde_json::from_slice(body).map_err(|_| "a body that is not JSON".to_owned())?;
    let entries = asked["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() || entries.iter().any(|entry| entry["EventBusName"] != BUS) {
        return Err(format!("EventBridge is asked for {asked}"));
    }
    let results: Vec<_> = entries.iter().map(|_| json!({"EventId": "0"})).collect();
    Ok(json_1_1(&json!({"FailedEntryCount": 0, "Entries": results})))
}

fn json_1_1(body: &Value) -> Vec<u8> {
    answer("200 OK", &[("content-type", "application/x-amz-json-1.1")], body.to_string().as_bytes())
}

/// A listener and its port.
pub(crate) fn listen() -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// Serves each connection on a thread of its own until it ends. A connection that breaks is the function's to notice.
pub(crate) fn accept<T: Send + Sync + 'static>(
    listener: TcpListener,
    shared: Arc<T>,
    serve: impl Fn(&T, TcpStream) -> io::Result<()> + Clone + Send + 'static,
) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (shared, serve) = (Arc::clone(&shared), serve.clone());
            std::thread::spawn(move || stream.set_nodelay(true).and_then(|()| serve(&shared, stream)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_for_another_bus_is_noticed() {
        let put = |bus: &str| put_events(json!({"Entries": [{"EventBusName": bus}]}).to_string().as_bytes());
        assert!(put(BUS).is_ok());
        assert!(put("another").is_err() && put_events(b"{\"Entries\": []}").is_err());
    }
}
