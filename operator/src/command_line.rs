//! What can be said on the command line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the person at the terminal reads"
)]

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{
    admin::Admin,
    conversation::{self, Target},
    doctor,
    http_client::HttpClient,
};

/// What an operator asks of a deployed service, and does to it.
#[derive(Parser)]
#[command(name = "wxsession", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Have every conversation of the test suite with a running or deployed service.
    Conversation(Talk),
    /// List or end the sessions of one user, here or of a deployed stack.
    Admin(Admin),
    /// Tell what is wrong with a deployment or a set of credentials. Reads only.
    Doctor(doctor::Args),
}

#[derive(Args)]
struct Talk {
    /// Base URL of the service, with the stage if there is one.
    #[arg(long)]
    base_url: String,
    /// Base URL of the WeChat simulator that the service uses.
    #[arg(long)]
    wechat_url: String,
    /// The Mini Program that the service serves.
    #[arg(long, default_value = "wx0123456789abcdef")]
    app_id: String,
}

/// Does what the command line says.
pub async fn run() -> ExitCode {
    match CommandLine::parse().command {
        Command::Conversation(talk) => match talk_to(&talk).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("wxsession: {error}");
                ExitCode::FAILURE
            }
        },
        Command::Admin(admin) => admin.run().await,
        Command::Doctor(args) => examine(&args).await,
    }
}

async fn talk_to(talk: &Talk) -> Result<(), String> {
    let target = Target {
        service: HttpClient::new(&talk.base_url),
        wechat: HttpClient::new(&talk.wechat_url),
        app_id: talk.app_id.clone(),
        foreign_app_id: "wxfedcba9876543210".to_owned(),
    };
    let outcomes = conversation::run(&target).await;
    for outcome in &outcomes {
        match &outcome.failure {
            None => println!("ok      {}", outcome.name),
            Some(failure) => println!("FAILED  {}\n        {failure}", outcome.name),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    println!("{} conversations, {failed} failed", outcomes.len());
    if failed == 0 { Ok(()) } else { Err(format!("{failed} conversations failed")) }
}

async fn examine(args: &doctor::Args) -> ExitCode {
    match doctor::run(args, &doctor::Surroundings::of_process()).await {
        Ok(report) => {
            print!("{}", report.text(args.lang));
            ExitCode::from(report.exit_code())
        }
        Err(error) => {
            eprintln!("wxsession doctor: {error}");
            ExitCode::from(doctor::USAGE)
        }
    }
}
