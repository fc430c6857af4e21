//! Where the service listens.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use gateway_emulator as gateway;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use wechat_simulator::Simulator;

use super::StartError;

pub(super) fn serve_simulator(
    simulator: &Simulator,
    at: TcpListener,
    stop: &watch::Sender<bool>,
) -> JoinHandle<()> {
    let (simulator, stopped) = (simulator.clone(), stopped(stop));
    tokio::spawn(async move { drop(simulator.serve(at, stopped).await) })
}

pub(super) fn serve_gateway(router: Router, at: TcpListener, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let stopped = stopped(stop);
    tokio::spawn(async move { drop(gateway::serve(at, router, stopped).await) })
}

/// On loopback, and at the other address where one is wanted.
pub(super) async fn listen(
    what: &'static str,
    host: Option<IpAddr>,
    port: u16,
    option: &'static str,
) -> Result<Vec<TcpListener>, StartError> {
    let bind = async |address: IpAddr, port| {
        let listener = TcpListener::bind((address, port)).await;
        listener.map_err(|source| StartError::Listen { what, address, port, option, source })
    };
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    // Every address of this machine: loopback is one of them.
    if let Some(every) = host.filter(IpAddr::is_unspecified) {
        return Ok(vec![bind(every, port).await?]);
    }
    let first = bind(loopback, port).await?;
    let port = port_of(&first);
    match host.filter(|host| *host != loopback) {
        Some(other) => Ok(vec![first, bind(other, port).await?]),
        None => Ok(vec![first]),
    }
}

/// Passes connections at `host` on to what listens on loopback.
pub(super) async fn passed_on(
    host: IpAddr,
    endpoint: &str,
    stop: &watch::Sender<bool>,
) -> Result<JoinHandle<()>, StartError> {
    let port = endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let listener = TcpListener::bind((host, port)).await.map_err(|source| StartError::Listen {
        what: "what containers reach",
        address: host,
        port,
        option: "--host",
        source,
    })?;
    let stopped = stopped(stop);
    Ok(tokio::spawn(async move {
        let accepting = async {
            while let Ok((mut from, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut from, &mut to).await);
                });
            }
        };
        tokio::select! {
            () = accepting => {}
            () = stopped => {}
        }
    }))
}

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().map_or(0, |address| address.port())
}

pub(super) fn url_of(listeners: &[TcpListener]) -> String {
    format!("http://127.0.0.1:{}", listeners.first().map_or(0, port_of))
}

fn stopped(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = stop.subscribe();
    async move { drop(stop.wait_for(|stop| *stop).await) }
}
