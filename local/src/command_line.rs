//! What can be said on the command line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the person at the terminal reads"
)]

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};
use wechat_simulator::DEFAULT_APP;
use wxsession::{Clock, telemetry::Log};

use crate::{
    event,
    service::Service,
    settings::{Placement, Settings},
    tour,
};

/// The WeChat Mini Program login backend on one machine: no AWS, no WeChat account, no Docker.
#[derive(Parser)]
#[command(name = "local", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Command {
    /// Start, log a simulated user in, show each request and answer, and stop.
    Tour,
    /// Print a sample event with a fresh code and the token of a user who has just logged in at the running service.
    Event {
        /// A file of events/.
        file: PathBuf,
        /// Where the running service is.
        #[arg(long, default_value = "http://127.0.0.1:3000")]
        url: String,
        /// Where its WeChat simulator is.
        #[arg(long, default_value = "http://127.0.0.1:3001")]
        wechat_url: String,
    },
}

#[derive(Args)]
struct Run {
    /// Let a phone in the same network reach the gateway and the WeChat simulator at this address of this machine, too;
    /// 0.0.0.0 for every address. Whoever else is in that network reaches them as well.
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,
    /// Port of the gateway; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Port of the WeChat simulator.
    #[arg(long, default_value_t = 3001)]
    wechat_port: u16,
    /// Port of the page that the Mini Program opens in a web-view. Only this machine reaches it.
    #[arg(long, default_value_t = 3002)]
    web_view_port: u16,
    /// Port of DynamoDB, for the AWS CLI and other tools.
    #[arg(long, default_value_t = 8000)]
    dynamodb_port: u16,
    /// Port of Secrets Manager.
    #[arg(long, default_value_t = 8001)]
    secrets_port: u16,
    /// Let functions in containers reach DynamoDB and Secrets Manager at the address of --host, too: events/README.md.
    #[arg(long, requires = "host")]
    containers: bool,
    /// Keep the tables in this file.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Leave expired items in the tables, as AWS does for up to a few days.
    #[arg(long)]
    no_sweep: bool,
    /// Serve the page's files from this folder, to work on them without building.
    #[arg(long)]
    page_files: Option<PathBuf>,
    /// A real Mini Program: with both, the real WeChat is asked.
    #[arg(long, env = "WECHAT_APP_ID", requires = "wechat_app_secret", hide_env_values = true)]
    wechat_app_id: Option<String>,
    /// Its AppSecret. Set the variable rather than typing it.
    #[arg(long, env = "WECHAT_APP_SECRET", requires = "wechat_app_id", hide_env_values = true)]
    wechat_app_secret: Option<String>,
}

/// Does what the command line says.
pub async fn run() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.command {
        None => match settings(line.run) {
            Ok(settings) => serve(&settings).await,
            Err(error) => Err(error),
        },
        Some(Command::Tour) => take_tour().await,
        Some(Command::Event { file, url, wechat_url }) => print_event(&file, &url, &wechat_url).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn print_event(file: &Path, url: &str, wechat_url: &str) -> Result<(), String> {
    let event = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("{}", event::filled(&event, url, wechat_url).await?);
    Ok(())
}

fn settings(run: Run) -> Result<Settings, String> {
    let real_wechat = real_wechat(run.wechat_app_id, run.wechat_app_secret)?;
    let clock = Clock::shifted();
    let log_clock = clock.clone();
    Ok(Settings {
        host: run.host,
        port: run.port,
        wechat_port: run.wechat_port,
        web_view_port: Some(run.web_view_port),
        dynamodb_port: run.dynamodb_port,
        secrets_port: run.secrets_port,
        containers: run.containers,
        data: run.data,
        page_files: run.page_files,
        sweep_ttl: !run.no_sweep,
        real_wechat,
        attendant: None,
        new_log: Arc::new(move |name, level| Log::stdout(name, level, log_clock.clone())),
        clock,
        parameters: BTreeMap::from([("EventBusName".to_owned(), "local".to_owned())]),
        placement: Placement::default(),
    })
}

/// Both, of the forms that the template demands. Neither is shown: its halves may be swapped.
fn real_wechat(id: Option<String>, secret: Option<String>) -> Result<Option<(String, String)>, String> {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_id = |id: &str| id.len() == 18 && id.strip_prefix("wx").is_some_and(is_hex);
    match id.zip(secret) {
        Some((id, secret)) if !is_id(&id) || secret.len() != 32 || !is_hex(&secret) => Err("WECHAT_APP_ID is wx and 16 \
            digits 0-9a-f, WECHAT_APP_SECRET 32 digits 0-9a-f: one of them is not. Without both, WeChat is simulated"
            .to_owned()),
        both => Ok(both),
    }
}

async fn serve(settings: &Settings) -> Result<(), String> {
    let service = Service::start(settings).await.map_err(|error| error.to_string())?;
    let simulated = settings.real_wechat.is_none();
    let code = simulated.then(|| service.simulator.mint_code(DEFAULT_APP.0, None));
    println!("Page             {}/", service.url);
    println!("Gateway          {}", service.url);
    println!("H5 page          {}/", service.web_view.as_deref().unwrap_or_default());
    println!(
        "WeChat           {}",
        if simulated { &service.wechat_url } else { "https://api.weixin.qq.com (real)" }
    );
    println!("DynamoDB         {}", service.dynamodb.direct_endpoint());
    println!("Secrets Manager  {}", service.secrets.endpoint());
    if let Some(host) = settings.host.filter(|host| !host.is_loopback()) {
        println!("{}", for_a_phone(host, &service));
    }
    println!("\n{}", tour::to_paste(&service.url, code.as_deref()));
    if simulated {
        println!(
            "A fresh code:\n  curl -s {}/_control/codes -H 'content-type: application/json' -d '{{\"app_id\":\"{}\"}}'\n",
            service.wechat_url, DEFAULT_APP.0
        );
    }
    println!("Ctrl-C stops it.");
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    println!("\nstopping");
    service.stop().await;
    Ok(())
}

fn for_a_phone(host: IpAddr, service: &Service) -> String {
    let name = if host.is_unspecified() { "<address of this machine>".to_owned() } else { of_url(host) };
    let at = |url: &str| format!("http://{name}:{}", url.rsplit(':').next().unwrap_or_default());
    format!(
        "For a phone      {}, its WeChat {}\n\
         Warning: whoever is in this network can log in there as anybody and read the simulated users' secrets.\n\
         Mini Programs call plain http only with domain checks switched off in the developer tools.",
        at(&service.url),
        at(&service.wechat_url),
    )
}

fn of_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

async fn take_tour() -> Result<(), String> {
    let settings = Settings { sweep_ttl: true, ..Settings::on_free_ports(Clock::system(), Arc::default()) };
    let service = Service::start(&settings).await.map_err(|error| error.to_string())?;
    let code = service.simulator.mint_code(DEFAULT_APP.0, None);
    let taken = tour::take(&service.url, &code, |step| println!("{step}")).await;
    service.stop().await;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_wechat_is_asked_for_a_pair_of_its_form_only() {
        let (id, secret) = (DEFAULT_APP.0, DEFAULT_APP.1);
        let pair = |id: &str, secret: &str| real_wechat(Some(id.to_owned()), Some(secret.to_owned()));
        assert_eq!(pair(id, secret), Ok(Some((id.to_owned(), secret.to_owned()))));
        assert_eq!(real_wechat(None, None), Ok(None));
        let long = format!("{secret}\n");
        for (id, secret) in [("bad", "bad"), (secret, id), (id, "bad"), ("bad", secret), (id, &long)] {
            let error = pair(id, secret).unwrap_err();
            assert!(error.contains("WECHAT_APP_ID is wx") && !error.contains(DEFAULT_APP.1), "{error}");
        }
    }
}
