//! A stand-in for `api.weixin.qq.com` that misbehaves the way WeChat does.
//!
//! It is written from WeChat's documentation and from public reports of what its servers really answer, and
//! shares no type with the service it tests: a typo in our structs cannot pass on both sides.
//!
//! # Layout
//! - [`Simulator`] (here): the handle; `router()` serves WeChat's API and, under `/_control/`, the control plane.
//! - `state`: what WeChat knows: Mini Programs, users, codes. `ids`: reproducible random-looking identifiers.
//! - `request`, `answer`, `rid`: one call in, one JSON answer out, error texts with WeChat's request id.
//! - `endpoints`: the table of paths. `login`, `component`, `tokens`, `session_key`, `signed`, `encrypt_key`, `phone`,
//!   `plugin`, `encrypted_message`, `quota`: one family each.
//! - `minting`: what the WeChat client would hand to a Mini Program (codes, encryptedData, signatures).
//!   `open_data`: its cryptography.
//! - `faults`, `broken`: answers that go wrong on purpose. `calls`: what was asked of us.
//! - `seen`: what an onlooker learns of a call. `console`: an administrator's actions. `control`: the HTTP control plane.
//!
//! Everything is deterministic for a given seed and clock.

mod answer;
mod broken;
mod calls;
mod component;
mod console;
mod control;
mod encrypt_key;
mod encrypted_message;
mod endpoints;
mod faults;
mod ids;
mod knobs;
mod login;
mod minting;
mod open_data;
mod phone;
mod plugin;
mod quota;
mod request;
mod rid;
mod seen;
mod session_key;
mod signed;
mod state;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

pub use self::calls::Call;
pub use self::component::Component;
pub use self::faults::{Fault, FaultKind};
pub use self::knobs::{Knobs, RequestId};
pub use self::minting::{EncryptedData, MintedCode, NewCode, NewPhoneCode, UserInfo};
pub use self::open_data::{encrypt, sign_raw_data, sign_with_session_key};
pub use self::quota::Quota;

use self::request::Request;
use self::state::WeChat;
use emulator_harness::{
    Clock,
    onlooker::{Exchange, Onlooker, Watched},
};

/// The Mini Program that local use is set up for: `(appid, secret)`.
pub const DEFAULT_APP: (&str, &str) = ("wx0123456789abcdef", "0123456789abcdef0123456789abcdef");

/// A second Mini Program, for deployments that serve several: `(appid, secret)`.
pub const SECOND_APP: (&str, &str) = ("wxfedcba9876543210", "fedcba9876543210fedcba9876543210");

/// What a simulator starts from.
pub struct SimulatorOptions {
    /// The Mini Programs WeChat knows: `(appid, secret)`.
    pub apps: Vec<(String, String)>,
    /// WeChat's clock. Every expiry, quota window and request id follows it.
    pub clock: Clock,
    /// Same seed and same calls give the same codes, openids and keys.
    pub seed: u64,
}

impl SimulatorOptions {
    /// The two well-known Mini Programs, for local use and tests.
    #[must_use]
    pub fn local(clock: Clock, seed: u64) -> Self {
        let apps = [DEFAULT_APP, SECOND_APP].map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        Self { apps: apps.to_vec(), clock, seed }
    }
}

/// One simulated WeChat. Clones share it.
#[derive(Clone)]
pub struct Simulator {
    wechat: Arc<Mutex<WeChat>>,
    clock: Clock,
    watched: Arc<Watched<Exchange>>,
}

impl Simulator {
    /// A WeChat without users, codes or faults.
    #[must_use]
    pub fn new(options: SimulatorOptions) -> Self {
        Self {
            wechat: Arc::new(Mutex::new(WeChat::new(options.apps, options.seed))),
            clock: options.clock,
            watched: Arc::default(),
        }
    }

    /// WeChat's API, and the control plane under `/_control/`.
    ///
    /// Served with `into_make_service_with_connect_info::<SocketAddr>()` it sees the caller's address, which an IP
    /// whitelist names in its refusal; otherwise every caller is 127.0.0.1.
    pub fn router(&self) -> Router {
        control::routes().fallback(serve).with_state(self.clone())
    }

    /// Tells `onlooker` every call and its answer the moment it happens, without secrets. The first onlooker
    /// stays.
    pub fn watch(&self, onlooker: Onlooker<Exchange>) {
        self.watched.watch(onlooker);
    }

    /// Changes how WeChat behaves from now on.
    pub fn set_knobs(&self, knobs: Knobs) {
        self.wechat().knobs = knobs;
    }

    /// How WeChat behaves now.
    #[must_use]
    pub fn knobs(&self) -> Knobs {
        self.wechat().knobs.clone()
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    /// A test that failed while it held the lock must not hide its failure behind a poisoned one.
    fn wechat(&self) -> MutexGuard<'_, WeChat> {
        self.wechat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(State(simulator): State<Simulator>, request: axum::extract::Request) -> Response {
    let request = match Request::read(request, simulator.now()).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let pending = simulator.watched.called(seen::what(&request), seen::detail(&request));
    let fault = simulator.wechat().arrive(&request);
    let Some(fault) = fault else {
        let answer = simulator.wechat().process(&request);
        let (what, is_failure, detail) = seen::of_answer(&answer);
        pending.answered(what, is_failure, detail);
        return answer.into_response();
    };
    let answer = broken::answer(&simulator, &fault, &request).await;
    let (what, is_failure) = seen::of_fault(&fault, answer.status());
    pending.answered(what, is_failure, serde_json::Value::Null);
    answer
}
