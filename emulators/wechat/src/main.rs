//! `wechat-simulator`: a WeChat to test a Mini Program's server against, in any language.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the person at the terminal reads"
)]

use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::net::TcpListener;
use tokio::time::sleep;
use wechat_simulator::{DEFAULT_APP, SECOND_APP, Simulator, SimulatorOptions};

/// How long requests that are running may go on when the program is stopped.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A stand-in for api.weixin.qq.com that misbehaves as WeChat does. docs/wechat-simulator.md has the control plane.
#[derive(Parser)]
#[command(name = "wechat-simulator", version)]
struct Options {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// Address to listen on. Whoever reaches it can read every secret of the simulated users.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// A Mini Program, in place of the two that are built in. May be given several times.
    #[arg(long = "app", value_name = "APPID=SECRET", value_parser = app)]
    apps: Vec<(String, String)>,
    /// Makes codes, openids and keys come out the same every time.
    #[arg(long)]
    seed: Option<u64>,
}

fn app(text: &str) -> Result<(String, String), String> {
    let (id, secret) = text.split_once('=').ok_or("an appid, =, and its AppSecret")?;
    if id.is_empty() || secret.is_empty() {
        return Err("neither the appid nor the AppSecret may be empty".to_owned());
    }
    Ok((id.to_owned(), secret.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (host, port) = (options.host, options.port);
            let cause = match error.kind() {
                ErrorKind::AddrInUse => format!("port {port} is taken: choose another with --port"),
                ErrorKind::AddrNotAvailable => format!("{host} is no address of this machine: see --host"),
                ErrorKind::PermissionDenied => {
                    format!("port {port} may not be used: choose another with --port")
                }
                _ => error.to_string(),
            };
            eprintln!("wechat-simulator: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> io::Result<()> {
    let listener = TcpListener::bind((options.host, options.port)).await?;
    let simulator = Simulator::new(setup(options));
    // The first line is for programs: with --port 0 it is the only one that knows.
    println!("http://{}", listener.local_addr()?);
    if !options.host.is_loopback() {
        eprintln!("Whoever reaches {} can read every secret of the simulated users.", options.host);
    }
    if options.apps.is_empty() {
        for (id, secret) in [DEFAULT_APP, SECOND_APP] {
            println!("AppID {id}, AppSecret {secret}");
        }
    }
    // A call that a fault keeps silent must not keep the program.
    tokio::select! {
        served = simulator.serve(listener, stopped()) => served,
        () = async { stopped().await; sleep(LAST_WORDS).await } => Ok(()),
    }
}

fn setup(options: &Options) -> SimulatorOptions {
    let seed = options.seed.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        SystemRandom::new().fill(&mut bytes).expect("the system has randomness");
        u64::from_be_bytes(bytes)
    });
    let built_in = SimulatorOptions::local(Arc::new(unix_seconds), seed);
    if options.apps.is_empty() {
        built_in
    } else {
        SimulatorOptions { apps: options.apps.clone(), ..built_in }
    }
}

#[expect(clippy::disallowed_methods, reason = "a program of its own: here the clock comes from somewhere")]
fn unix_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Ctrl-C, or what a test runner sends.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}
