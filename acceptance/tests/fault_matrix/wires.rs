//! Connections that can be cut, and fronts that are not what they should be.

use std::{net::SocketAddr, sync::Arc};

use rcgen::{CertificateParams, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::Mutex,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use crate::faults::Front;

/// A name of the kind that no resolver asks another machine for: its first label is too long.
const UNKNOWN_HOST: &str =
    "https://no-label-of-a-name-may-have-more-than-sixty-three-characters-as-this.invalid";

pub(crate) async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// A plug in the way to a server: pulled, nobody listens and every connection is cut.
pub(crate) struct Plug {
    address: SocketAddr,
    behind: String,
    passing: Mutex<Option<JoinHandle<()>>>,
}

impl Plug {
    pub(crate) async fn before(behind: &str) -> Self {
        let behind = behind.trim_start_matches("http://").to_owned();
        let (listener, address) = listener().await;
        let passing = tokio::spawn(pass(listener, behind.clone()));
        Self { address, behind, passing: Mutex::new(Some(passing)) }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn pull(&self) {
        if let Some(passing) = self.passing.lock().await.take() {
            passing.abort();
            drop(passing.await);
        }
    }

    pub(crate) async fn push(&self) {
        let listener = TcpListener::bind(self.address).await.expect("the port was ours a moment ago");
        *self.passing.lock().await = Some(tokio::spawn(pass(listener, self.behind.clone())));
    }
}

async fn pass(listener: TcpListener, behind: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut outside, _)) = listener.accept().await {
        let behind = behind.clone();
        connections.spawn(async move {
            if let Ok(mut inside) = TcpStream::connect(behind).await {
                drop(copy_bidirectional(&mut outside, &mut inside).await);
            }
        });
    }
}

/// Where a front listens, as an https URL.
pub(crate) async fn front(kind: Front) -> String {
    let (listener, address) = listener().await;
    match kind {
        Front::Garbage => drop(tokio::spawn(blurt(listener))),
        Front::SelfSigned => drop(tokio::spawn(terminate(listener))),
        Front::UnknownHost => return UNKNOWN_HOST.to_owned(),
    }
    format!("https://{address}")
}

async fn blurt(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut hello = [0; 2048];
            drop(stream.read(&mut hello).await);
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await);
        });
    }
}

/// Anyone who goes on after the certificate is answered well, so that going on would be seen.
async fn terminate(listener: TcpListener) {
    let acceptor = TlsAcceptor::from(Arc::new(self_signed()));
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut request = [0; 4096];
                drop(stream.read(&mut request).await);
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await);
            }
        });
    }
}

fn self_signed() -> ServerConfig {
    let key = KeyPair::generate().expect("a key");
    let names = vec!["127.0.0.1".to_owned()];
    let params = CertificateParams::new(names).expect("an address is a name");
    let certificate = params.self_signed(&key).expect("it signs itself").der().clone();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring offers suites for TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("key and certificate fit")
}
