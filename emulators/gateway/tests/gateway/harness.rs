//! A gateway on a port of its own, functions that record, and a client that writes HTTP by hand so that a test
//! decides about every byte.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gateway_emulator::invoke::{Invoke, InvokeError, invoke_with};
use gateway_emulator::{Gateway, serve};
use sam_template::Template;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(super) const NOW: i64 = 1_795_329_000;
const STAGE_ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";

/// A template whose authorizer and gateway responses a test fills in.
pub(super) fn template(auth: &str, responses: &str) -> String {
    format!(
        r"
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      BinaryMediaTypes: [image~1png]
      Auth:
        DefaultAuthorizer: Sessions
        Authorizers:
          Sessions:
            FunctionArn: !GetAtt Guard.Arn
{auth}
      GatewayResponses: {{{responses}}}
  Guard:
    Type: AWS::Serverless::Function
    Metadata: {{BuildProperties: {{Binary: guard}}}}
  Open:
    Type: AWS::Serverless::Function
    Metadata: {{BuildProperties: {{Binary: echo}}}}
    Properties:
      Timeout: 1
      Events:
        Login: {{Type: Api, Properties: {{Path: /login, Method: POST, Auth: {{Authorizer: NONE}}}}}}
        File: {{Type: Api, Properties: {{Path: '/files/{{path+}}', Method: ANY, Auth: {{Authorizer: NONE}}}}}}
  Closed:
    Type: AWS::Serverless::Function
    Metadata: {{BuildProperties: {{Binary: echo}}}}
    Properties:
      Timeout: 60
      Events:
        List: {{Type: Api, Properties: {{Path: /sessions, Method: GET}}}}
        Delete: {{Type: Api, Properties: {{Path: '/sessions/{{id}}', Method: DELETE}}}}
        Broken: {{Type: Api, Properties: {{Path: /codeless, Method: GET, Auth: {{Authorizer: NONE}}}}}}
"
    )
}

pub(super) const TOKEN: &str = "            Identity: {Header: Authorization, ReauthorizeEvery: 0}";
pub(super) const TOKEN_CACHED: &str = "            Identity: {Header: Authorization, ReauthorizeEvery: 60}";
pub(super) const TOKEN_CHECKED: &str = "            Identity: {Header: Authorization, ValidationExpression: '^Bearer [a-z]+$', ReauthorizeEvery: 0}";
pub(super) const REQUEST: &str = "            FunctionPayloadType: REQUEST\n            Identity: {Headers: [Authorization], ReauthorizeEvery: 60}";

/// A function that keeps every event and answers what it was last told to.
#[derive(Clone)]
pub(super) struct Recorder {
    events: Arc<Mutex<Vec<Value>>>,
    answer: Arc<Mutex<Result<Value, InvokeError>>>,
}

impl Recorder {
    fn new(answer: Value) -> Self {
        Self { events: Arc::default(), answer: Arc::new(Mutex::new(Ok(answer))) }
    }

    fn invoke(&self) -> Invoke {
        let recorder = self.clone();
        invoke_with(move |event| {
            let answer = recorder.answer.lock().expect("no test panics inside").clone();
            recorder.events.lock().expect("no test panics inside").push(event.value());
            async move { answer }
        })
    }

    pub(super) fn answers(&self, answer: Value) {
        *self.answer.lock().expect("no test panics inside") = Ok(answer);
    }

    pub(super) fn fails(&self, message: &str) {
        *self.answer.lock().expect("no test panics inside") = Err(InvokeError::new("Error", message));
    }

    pub(super) fn calls(&self) -> usize {
        self.events.lock().expect("no test panics inside").len()
    }

    #[track_caller]
    pub(super) fn last(&self) -> Value {
        self.events.lock().expect("no test panics inside").last().expect("the function was called").clone()
    }
}

/// A running gateway.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    pub(super) gateway: Gateway,
    pub(super) guard: Recorder,
    pub(super) echo: Recorder,
    now: Arc<AtomicI64>,
}

impl Service {
    pub(super) async fn start(template: &str) -> Self {
        Self::start_with(template, None).await
    }

    /// With other code for the functions behind the routes.
    pub(super) async fn start_with(template: &str, code: Option<Invoke>) -> Self {
        let template = Template::parse(template).expect("the template is valid");
        Self::serve(&template, ["guard"], ["echo"], code).await
    }

    /// The API of any template, with the recorders as the code of its binaries.
    pub(super) async fn serve<const G: usize, const E: usize>(
        template: &Template,
        guards: [&str; G],
        others: [&str; E],
        code: Option<Invoke>,
    ) -> Self {
        let guard = Recorder::new(policy("Allow", &format!("{STAGE_ARN}/*")));
        let echo = Recorder::new(json!({ "statusCode": 200, "body": "{}" }));
        let code = code.unwrap_or_else(|| echo.invoke());
        let guards = guards.map(|name| (name.to_owned(), guard.invoke()));
        let functions: HashMap<_, _> =
            others.map(|name| (name.to_owned(), Arc::clone(&code))).into_iter().chain(guards).collect();
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&now);
        let clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let gateway = Gateway::with_timeout(template, &functions, clock, Duration::from_secs(2));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(serve(listener, gateway.router(), std::future::pending()));
        Self { address, gateway, guard, echo, now }
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Sends the request line and headers exactly as given.
    pub(super) async fn send(&self, head: &[&str], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("the gateway listens");
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!("{}\r\nHost: localhost\r\nConnection: close\r\n{length}\r\n", head.join("\r\n"));
        stream.write_all(head.as_bytes()).await.expect("the gateway reads");
        // A gateway that refuses a large body may close before it has read all of it.
        let _ = stream.write_all(body).await;
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received).await;
        Answer::read(&received)
    }

    pub(super) async fn get(&self, path: &str, authorization: &str) -> Answer {
        self.send(&[&format!("GET {path} HTTP/1.1"), &format!("Authorization: {authorization}")], b"").await
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.parse().expect("a status code"),
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// An authorizer's answer with one statement.
pub(super) fn policy(effect: &str, resource: &str) -> Value {
    json!({
        "principalId": "user-1",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource }],
        },
        "context": { "user_id": "user-1", "attempts": 3, "first": true, "reason": "expired" },
    })
}
