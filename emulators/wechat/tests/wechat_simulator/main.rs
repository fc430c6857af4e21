//! The simulator over a real socket, asked the way WeChat is asked: every quirk that our service must survive.
//!
//! The client here is a few lines on a TCP stream, because half of the quirks are things a real HTTP client hides.

mod control;
mod faults;
mod login;
mod minting;
mod payments;
mod phone;
mod session_key;
mod tokens;

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, Simulator, SimulatorOptions};

const APP: &str = DEFAULT_APP.0;
const SECRET: &str = DEFAULT_APP.1;
/// 2024-05-16 07:50:56 in Beijing, a moment with a published request id: 66454a60-….
const START: i64 = 1_715_817_056;

struct WeChat {
    simulator: Simulator,
    address: SocketAddr,
    clock: Arc<AtomicI64>,
}

impl WeChat {
    fn start() -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let hands = Arc::clone(&clock);
        let options = SimulatorOptions::local(Arc::new(move || hands.load(Ordering::SeqCst)), 7);
        let simulator = Simulator::new(options);
        let address = serve(&simulator);
        Self { simulator, address, clock }
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sends exactly these bytes and reads until the other side closes.
    fn exchange(&self, request: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn get(&self, target: &str) -> Answer {
        let request = format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
        Answer::parse(&self.exchange(&request).expect("the simulator answers"))
    }

    fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Answer::parse(&self.exchange(&request).expect("the simulator answers"))
    }

    fn post(&self, target: &str, body: &Value) -> Answer {
        self.send("POST", target, &body.to_string())
    }

    fn login(&self, code: &str) -> Answer {
        self.get(&login_target(code))
    }

    fn user(&self) -> String {
        self.login(&self.simulator.mint_code(APP, None)).text("openid")
    }

    fn access_token(&self) -> String {
        let body = json!({ "grant_type": "client_credential", "appid": APP, "secret": SECRET });
        self.post("/cgi-bin/stable_token", &body).text("access_token")
    }
}

fn login_target(code: &str) -> String {
    format!("/sns/jscode2session?appid={APP}&secret={SECRET}&js_code={code}&grant_type=authorization_code")
}

fn serve(simulator: &Simulator) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.set_nonblocking(true).expect("a fresh listener");
    let address = listener.local_addr().expect("a bound listener");
    let router = simulator.router();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("inside a runtime");
            axum::serve(listener, router).await.expect("serving never ends");
        });
    });
    address
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
        let chunked = head.contains("transfer-encoding: chunked");
        let body = if chunked { join_chunks(body) } else { body.to_owned() };
        Self { status, head: head.to_ascii_lowercase(), body }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    #[track_caller]
    fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.body)).to_owned()
    }

    fn errcode(&self) -> Option<i64> {
        self.json().get("errcode").map(|errcode| errcode.as_i64().expect("errcode is a number"))
    }

    /// The status of a business answer is 200, right or wrong.
    #[track_caller]
    fn assert_errcode(&self, errcode: i64) {
        assert_eq!((self.status, self.errcode()), (200, Some(errcode)), "{}", self.body);
    }
}

/// Joins what arrived; a missing end is not an error here.
fn join_chunks(mut rest: &str) -> String {
    let mut joined = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a chunk size");
        joined.push_str(&after[..size]);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    joined
}
