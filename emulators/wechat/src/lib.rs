//! A stand-in for `api.weixin.qq.com` that misbehaves the way WeChat does.
//!
//! It is written from WeChat's documentation and from public reports of what its servers really answer, and
//! shares no type with the service it tests: a typo in our structs cannot pass on both sides.
//!
//! # Layout
//! - [`Simulator`] (here): the handle; `router()` serves WeChat's API and, under `/_control/`, the control plane.
//! - `world`: what WeChat knows. `wire`: one call in, one JSON answer out. `api`: what each path does with both.
//! - `minting`: what the WeChat client would hand to a Mini Program (codes, encryptedData, signatures).
//!   `open_data`: its cryptography.
//!   `payment`: what the phone makes of a virtual payment.
//! - `push`: what WeChat sends to the Mini Program's server by itself.
//! - `broken`: answers that go wrong on purpose.
//! - `console`: what a test changes, `sight`: what it looks at; `control`: both over HTTP. `watched`: what is told of a
//!   call while it happens.
//!
//! Everything is deterministic for a given seed and clock.

mod api;
mod broken;
mod console;
mod control;
mod minting;
mod open_data;
mod payment;
mod push;
mod sight;
mod watched;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use parking_lot::{Mutex, MutexGuard};
use tokio::net::TcpListener;

pub use self::minting::{EncryptedData, MintedCode, NewCode, NewPhoneCode, UserInfo};
pub use self::open_data::{encrypt, sign_raw_data, sign_with_session_key};
pub use self::payment::{PaymentRequest, PaymentResult};
pub use self::push::{PushAnswer, PushFormat, PushMistake, PushMode, PushOrder, PushSettings};
pub use self::wire::errors::text as errmsg;
pub use self::world::{Call, Component, Fault, FaultKind, Knobs, PaymentAccount, Quota, RequestId};

use self::wire::Request;
use self::world::{Mint, WeChat};
use emulator_harness::{
    Clock,
    watch::{Exchange, Watched, Watcher},
};

/// The Mini Program that local use is set up for: `(appid, secret)`.
pub const DEFAULT_APP: (&str, &str) = ("wx0123456789abcdef", "0123456789abcdef0123456789abcdef");

/// A second Mini Program, for deployments that serve several: `(appid, secret)`.
pub const SECOND_APP: (&str, &str) = ("wxfedcba9876543210", "fedcba9876543210fedcba9876543210");

/// Token and `EncodingAESKey` for message push of [`DEFAULT_APP`] where somebody sets it up for local use. The key's last
/// character has a bit that no byte needs, as real ones have.
pub const DEFAULT_PUSH: (&str, &str) = ("5cKpQ2vXw8LrT0nB", "q7Zt3VfYk9Lm2Wx8Rb5Nc1Hd6Jg4Ps0Tu7Ae3Qi5OyG");

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
    /// As it was set up.
    apps: Arc<[(String, String)]>,
    clock: Clock,
    /// How far WeChat's time was moved, in seconds.
    moved: Arc<AtomicI64>,
    watched: Arc<Watched<Exchange>>,
    /// By Mini Program.
    pushes: Arc<Mutex<BTreeMap<String, PushSettings>>>,
}

impl Simulator {
    /// A WeChat without users, codes or faults.
    #[must_use]
    pub fn new(options: SimulatorOptions) -> Self {
        Self {
            wechat: Arc::new(Mutex::new(WeChat::new(&options.apps, Mint::new(options.seed)))),
            apps: options.apps.into(),
            clock: options.clock,
            moved: Arc::default(),
            watched: Arc::default(),
            pushes: Arc::default(),
        }
    }

    /// WeChat's API, and the control plane under `/_control/`.
    ///
    /// Served by [`Simulator::serve`] it sees the caller's address, which an IP whitelist names in its refusal;
    /// otherwise every caller is 127.0.0.1.
    pub fn router(&self) -> Router {
        control::routes().fallback(serve).with_state(self.clone())
    }

    /// Serves [`Simulator::router`] until `shutdown` resolves, then lets running requests finish.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(shutdown).await
    }

    /// Tells `watcher` every call and its answer the moment it happens, without secrets. The first watcher
    /// stays.
    pub fn watch(&self, watcher: Watcher<Exchange>) {
        self.watched.watch(watcher);
    }

    fn now(&self) -> i64 {
        (self.clock)().saturating_add(self.moved.load(Ordering::Relaxed))
    }

    fn wechat(&self) -> MutexGuard<'_, WeChat> {
        self.wechat.lock()
    }
}

async fn serve(State(simulator): State<Simulator>, request: axum::extract::Request) -> Response {
    let request = match Request::read(request, simulator.now()).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let pending = simulator.watched.called(watched::what(&request), watched::detail(&request));
    let fault = simulator.wechat().arrive(&request);
    let Some(fault) = fault else {
        let answer = simulator.wechat().process(&request);
        let (what, is_failure, detail) = watched::of_answer(&answer);
        pending.answered(what, is_failure, detail);
        return answer.into_response();
    };
    let answer = broken::answer(&simulator, &fault, &request).await;
    let (what, is_failure) = watched::of_fault(&fault, answer.status());
    pending.answered(what, is_failure, serde_json::Value::Null);
    answer
}
