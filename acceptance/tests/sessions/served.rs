//! The engine behind a socket, and a network in front of it that takes its time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};
use tokio::{net::TcpListener, task::JoinHandle};
use wxsession::aws::Connector;

use crate::engine::Engine;

/// Ends when dropped.
pub(crate) struct Served {
    pub(crate) endpoint: String,
    server: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start(engine: &Engine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
        let server = tokio::spawn(dynoxide::server::serve_on(listener, engine.database()));
        Self { endpoint, server }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Our own connector; each request, and each answer, may wait a little.
pub(crate) fn delayed(seed: u64) -> SharedHttpClient {
    let delayed = Delayed { inner: Connector::new(), seed: Arc::new(AtomicU64::new(seed)) };
    let connector = SharedHttpConnector::new(delayed);
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Clone, Debug)]
struct Delayed {
    inner: Connector,
    seed: Arc<AtomicU64>,
}

impl Delayed {
    /// Half the time none, else up to two milliseconds.
    async fn pause(&self) {
        let mut x = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if x & 1 == 1 {
            tokio::time::sleep(Duration::from_micros((x >> 1) % 2_000)).await;
        }
    }
}

impl HttpConnector for Delayed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let delayed = self.clone();
        HttpConnectorFuture::new(async move {
            delayed.pause().await;
            let answer = delayed.inner.call(request).await;
            delayed.pause().await;
            answer
        })
    }
}
